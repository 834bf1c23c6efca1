"""Records are held, proposed for disposal, appraised, signed away by two people and destroyed (7.5.3)."""

import datetime as dt
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.actions.messages import members_with, notify
from agencies.links import office_url
from agencies.models import Membership, Role, StoredFile, User
from agencies.tenancy import current_agency
from archive.actions import FILED_WITH, file_record, request_document
from archive.models import (
    ArchiveClass,
    ArchiveItem,
    ArchiveRecord,
    DisposalEntry,
    DisposalList,
    DisposalSignature,
    Document,
    LegalHold,
)

State, Decision = DisposalList.State, DisposalEntry.Decision
SIGNERS = 2

PROPOSE_SQL = """
    WITH expired AS (
        SELECT r.id FROM archive_archiverecord r
        WHERE r.agency_id = %(agency)s AND r.proposed_on IS NULL AND r.retain_until < %(today)s
        AND NOT EXISTS (SELECT FROM archive_legalhold h
            WHERE h.agency_id = r.agency_id AND h.record_id = r.id AND h.lifted_at IS NULL)
        FOR UPDATE SKIP LOCKED
    ), entries AS (
        INSERT INTO archive_disposalentry (agency_id, disposal_list_id, record_id, decision, reason)
        SELECT %(agency)s, %(list)s, id, '', '' FROM expired
        ON CONFLICT DO NOTHING
    )
    UPDATE archive_archiverecord r SET proposed_on = %(today)s FROM expired
    WHERE r.agency_id = %(agency)s AND r.id = expired.id
"""


def propose_expired() -> dict[str, int]:
    """Put every record whose time is over on the list being appraised; nothing is deleted.

    1. Nothing expired: no list. 2. One list is open at a time, whoever makes it first. 3. Records and entries in one
    statement that reads only what expired and was not proposed yet.
    """
    today = timezone.localdate()
    expired = ArchiveRecord.objects.filter(proposed_on=None, retain_until__lt=today)
    if not expired.exclude(holds__lifted_at=None, holds__isnull=False).exists():
        return {"proposed": 0}
    disposal_list = _open_list(today)
    with connection.cursor() as cursor:
        cursor.execute(PROPOSE_SQL, {"agency": current_agency().pk, "today": today, "list": disposal_list.pk})
        return {"proposed": cursor.rowcount}


def _open_list(today):
    if found := DisposalList.objects.filter(state=State.OPEN).first():
        return found
    month = f"XH-{today:%Y-%m}"
    earlier = DisposalList.objects.filter(number__startswith=month).count()
    number = f"{month}-{earlier + 1}" if earlier else month
    DisposalList.objects.bulk_create(
        [DisposalList(agency=current_agency(), number=number, proposed_on=today)], ignore_conflicts=True
    )
    return DisposalList.objects.get(state=State.OPEN)


def place_hold(*, record: ArchiveRecord, by: User, reason: str) -> LegalHold:
    """Keep a record whatever its date says, such as during a dispute; it goes off the disposal list."""
    record = ArchiveRecord.objects.select_for_update().get(pk=record.pk)
    if record.disposed_on:
        raise ValidationError(_("This record was destroyed on %(day)s.") % {"day": record.disposed_on})
    if LegalHold.objects.filter(record=record, lifted_at=None).exists():
        raise ValidationError(_("This record is held already."))
    hold = LegalHold.objects.create(record=record, reason=reason, placed_by=by)
    entry = record.disposal_entries.filter(decision__in=[Decision.OPEN, Decision.DISPOSE]).first()
    if entry:
        _take_off(entry, Decision.HELD, by, reason)
    return hold


def lift_hold(*, hold: LegalHold, by: User) -> None:
    """End a hold; a record whose time is over is proposed again by the nightly job."""
    if not LegalHold.objects.filter(pk=hold.pk, lifted_at=None).update(lifted_at=timezone.now(), lifted_by=by):
        raise ValidationError(_("This hold was lifted before."))


def keep_longer(*, entry: DisposalEntry, by: User, keep_until: dt.date, reason: str) -> None:
    """Appraised as still needed: the record stays until a later day, and is then proposed anew."""
    problems = {}
    if keep_until <= timezone.localdate():
        problems["keep_until"] = _("Choose a day that is still to come.")
    if not reason:
        problems["reason"] = _("Say what the record is still needed for.")
    if problems:
        raise ValidationError(problems)
    _take_off(entry, Decision.KEEP, by, reason, keep_until)


def _take_off(entry, decision, by, reason, keep_until=None):
    """Until it is destroyed any record can go off its list again; a list that has nothing left is closed."""
    disposal_list = DisposalList.objects.select_for_update().get(pk=entry.disposal_list_id)
    still = DisposalEntry.objects.filter(pk=entry.pk, decision__in=[Decision.OPEN, Decision.DISPOSE])
    decided = {"decision": decision, "reason": reason, "keep_until": keep_until, **_decided(by)}
    if disposal_list.state not in (State.OPEN, State.APPRAISED) or not still.update(**decided):
        raise ValidationError(_("This record is no longer on the list."))
    kept = {"retain_until": keep_until} if keep_until else {}
    ArchiveRecord.objects.filter(pk=entry.record_id).update(proposed_on=None, **kept)
    if disposal_list.state == State.APPRAISED and not _to_destroy(disposal_list).exists():
        DisposalList.objects.filter(pk=disposal_list.pk).update(state=State.CLOSED)


def _decided(by):
    return {"decided_by": by, "decided_at": timezone.now()}


def _to_destroy(disposal_list):
    return disposal_list.entries.filter(decision=Decision.DISPOSE)


def finish_appraisal(*, disposal_list: DisposalList, by: User, method: str) -> DisposalList:
    """Everything still on the list is to be destroyed; two people are asked to sign, and the list is printed."""
    disposal_list = DisposalList.objects.select_for_update().get(pk=disposal_list.pk)
    if disposal_list.state != State.OPEN:
        raise ValidationError(_("This list was appraised before."))
    disposal_list.entries.filter(decision=Decision.OPEN).update(decision=Decision.DISPOSE, **_decided(by))
    disposal_list.state = State.APPRAISED if _to_destroy(disposal_list).exists() else State.CLOSED
    disposal_list.method, disposal_list.appraised_by, disposal_list.appraised_at = method, by, timezone.now()
    disposal_list.save()
    if disposal_list.state == State.APPRAISED:
        _print(disposal_list, Document.Kind.DISPOSAL_LIST, "档案销毁清册", by)
        title = _("Disposal list %(list)s waits for two signatures") % {"list": disposal_list}
        signers = members_with(Role.MANAGER, Role.ARCHIVIST, but=by)
        notify(users=signers, title=title, url=office_url("disposal_page", disposal_list.pk))
    return disposal_list


def _print(disposal_list, kind, name, by):
    request_document(kind=kind, subject_id=disposal_list.pk, title=f"{name} {disposal_list.number}", by=by)


def sign_disposal(*, disposal_list: DisposalList, by: User) -> DisposalList:
    """One of the two who answer for it signs; with the second, one of them a manager, it is carried out."""
    disposal_list = DisposalList.objects.select_for_update().get(pk=disposal_list.pk)
    signers = [*disposal_list.signatures.values_list("user_id", flat=True), by.pk]
    problems = []
    if disposal_list.state != State.APPRAISED:
        problems.append(_("This list does not wait for signatures."))
    elif by.pk in signers[:-1]:
        problems.append(_("You have signed; a second person has to."))
    elif len(signers) == SIGNERS and not _managers(signers):
        problems.append(_("One of the two has to be a manager."))
    if unfinished := _papers_under_way(disposal_list):
        problems.append(_("Still being prepared: %(papers)s. Wait until it is ready.") % {"papers": unfinished})
    if problems:
        raise ValidationError(problems)
    DisposalSignature.objects.create(disposal_list=disposal_list, user=by)
    if len(signers) == SIGNERS:
        _destroy(disposal_list, by)
    return disposal_list


def _papers_under_way(disposal_list):
    """Papers of these records that a worker still makes: they need the files, and would join the record afterwards."""
    goes = Q(pk=None)
    for kind, source in FILED_WITH.items():
        records = _to_destroy(disposal_list).filter(record__source=source)
        goes |= Q(kind=kind, subject_id__in=records.values("record__source_id"))
    titles = Document.objects.filter(goes, state=Document.State.QUEUED).values_list("title", flat=True)
    return pgettext("between names", ", ").join(titles)


def _managers(user_ids):
    members = Membership.objects.filter(agency=current_agency(), is_active=True, user__in=user_ids)
    return members.filter(roles__contains=[Role.MANAGER]).exists()


def _destroy(disposal_list, by):
    """Delete the files, keep the rows as a trace, and file the certificate for ever."""
    now, today = timezone.now(), timezone.localdate()
    disposal_list.state, disposal_list.disposed_at = State.DISPOSED, now
    disposal_list.save()
    records = ArchiveRecord.objects.filter(pk__in=_to_destroy(disposal_list).values("record"))
    files = files_only_of(records)
    paths = list(files.values_list("file", flat=True))
    StoredFile.objects.filter(pk__in=[file.pk for file in files]).update(destroyed_at=now)
    records.update(disposed_on=today)
    transaction.on_commit(partial(_delete, paths))
    file_record(
        archive_class=ArchiveClass.STANDARDS,
        source=ArchiveRecord.Source.DISPOSAL_LIST,
        source_id=disposal_list.pk,
        title=f"档案销毁清册 {disposal_list.number}",
        clock_started_on=today,
        by=by,
    )
    _print(disposal_list, Document.Kind.DISPOSAL_CERTIFICATE, "档案销毁证明", by)


def files_only_of(records: QuerySet[ArchiveRecord]) -> QuerySet[StoredFile]:
    """The files of these records that no record beside them still keeps."""
    kept = ArchiveItem.objects.filter(record__disposed_on=None).exclude(record__in=records)
    filed = ArchiveItem.objects.filter(record__in=records)
    return StoredFile.objects.filter(pk__in=filed.values("file"), destroyed_at=None).exclude(pk__in=kept.values("file"))


def _delete(paths):
    for path in paths:
        default_storage.delete(path)


def delete_destroyed() -> None:
    """Delete what a worker that died left behind after a disposal; the same content may have been filed anew since."""
    since = timezone.now() - dt.timedelta(days=7)
    paths = StoredFile.objects.filter(destroyed_at__gte=since).values_list("file", flat=True)
    left = [path for path in paths if default_storage.exists(path)]
    again = set(StoredFile.objects.filter(file__in=left, destroyed_at=None).values_list("file", flat=True))
    _delete(path for path in left if path not in again)
