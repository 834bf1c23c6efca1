"""An agreement is closed when the service has ended and its handovers are back, or somebody wrote why not (7.3.2 d)."""

from agencies.models import User
from archive.actions import file_record
from archive.models import ArchiveClass, ArchiveRecord
from contracts.models import Agreement
from contracts.queries.agreements import OPEN, chain_of, signed_files, without_handover


def close_agreement(agreement: Agreement, by: User) -> ArchiveRecord | None:
    """File the papers of all versions with the clock of the last day; None while one runs or a handover is missing."""
    versions = chain_of(agreement)
    last = versions.filter(state=Agreement.State.ENDED).last()
    if last is None or versions.filter(state__in=OPEN).exists():
        return None
    if without_handover().filter(pk__in=versions.values("pk")).exists():
        return None
    return file_record(
        archive_class=ArchiveClass.CONTRACTS,
        source=ArchiveRecord.Source.AGREEMENT,
        source_id=last.pk,
        title=f"三方协议 {last.number}",
        clock_started_on=last.ended_on,
        files=signed_files(last),
        by=by,
    )
