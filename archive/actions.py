"""Papers are asked for, rendered and filed here; every upper floor files through file_record."""

import datetime as dt
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from agencies.files import store_file
from agencies.models import AgencySettings, StoredFile, User
from agencies.numbers import next_number
from agencies.tenancy import current_agency
from archive.certificates import certificate_in_use
from archive.models import ArchiveClass, ArchiveItem, ArchiveRecord, Document
from archive.seal import seal
from archive.standard import retain_until

ATTEMPTS = 3

# Papers that join the archive record of what they are about.
FILED_WITH = {
    Document.Kind.SIGNED_AGREEMENT: ArchiveRecord.Source.AGREEMENT,
    Document.Kind.HANDOVER: ArchiveRecord.Source.HANDOVER,
    Document.Kind.LEVEL_FORM: ArchiveRecord.Source.LEVEL_APPLICATION,
    Document.Kind.DISPOSAL_CERTIFICATE: ArchiveRecord.Source.DISPOSAL_LIST,
    Document.Kind.PRICE_BOARD: ArchiveRecord.Source.PRICE_LIST,
    Document.Kind.CONTROLLED_TEXT: ArchiveRecord.Source.CONTROLLED_TEXT,
    Document.Kind.FEE_STATEMENT: ArchiveRecord.Source.FEE_STATEMENT,
    Document.Kind.COMPLAINT_FILE: ArchiveRecord.Source.COMPLAINT,
    Document.Kind.INCIDENT_RECORD: ArchiveRecord.Source.INCIDENT,
    Document.Kind.SURVEY_REPORT: ArchiveRecord.Source.SURVEY_ROUND,
    Document.Kind.CALL_RECORDS: ArchiveRecord.Source.RETURN_VISIT,
    Document.Kind.TRAINING_SHEET: ArchiveRecord.Source.TRAINING_SESSION,
    Document.Kind.EVALUATION_FORM: ArchiveRecord.Source.EVALUATION,
}

# Papers that prove something to others; they are sealed when the agency has a certificate.
SEALED = {
    Document.Kind.SIGNED_AGREEMENT,
    Document.Kind.POSTING_CERTIFICATE,
    Document.Kind.LEVEL_CERTIFICATE,
    Document.Kind.DISPOSAL_CERTIFICATE,
}

# Papers that fewer people may open than others.
FILE_KINDS = {Document.Kind.SUBJECT_ACCESS: StoredFile.Kind.SUBJECT_DATA}

_builders: dict[str, Callable[[Document], tuple[str, dict[str, Any]]]] = {}
_standings: dict[str, Callable[[Document], str]] = {}


def builds(kind: Document.Kind) -> Callable:
    """Register the function that says what a kind of paper says: Document -> (template, context)."""
    return lambda function: _builders.setdefault(kind, function)


def tells_standing(*kinds: Document.Kind) -> Callable:
    """Register the function that says why a paper of these kinds counts no more; empty while it does."""

    def register(function):
        _standings.update(dict.fromkeys(kinds, function))
        return function

    return register


def why_void(document: Document) -> str:
    """Why a paper that is genuine counts no more, such as a text that was withdrawn; empty while it does."""
    tell = _standings.get(document.kind)
    return tell(document) if tell else ""


def request_document(*, kind: Document.Kind, subject_id: int, title: str, by: User | None) -> Document:
    """Put a paper in the queue; the task renders it after commit."""
    from archive.tasks import render_document

    document = Document.objects.create(
        kind=kind,
        subject_id=subject_id,
        title=title[:150],
        verify_code=secrets.token_hex(8),
        requested_by=by,
    )
    render_document.delay_on_commit(agency_id=current_agency().pk, document_id=document.pk)
    return document


def render(*, document_id: int) -> bool:
    """Render a queued paper; False when it is rendered already. Safe twice: the row is claimed by its state."""
    document = Document.objects.select_for_update().filter(pk=document_id, state=Document.State.QUEUED).first()
    if document is None:
        return False
    certificate = certificate_in_use() if document.kind in SEALED else None
    template, context = _builders[document.kind](document)
    context["sealed"] = certificate is not None
    content, page_count = import_string(settings.DOCUMENT_RENDERER)(template, context, title=document.title)
    if certificate:
        content = seal(content, certificate, reason=document.title)
    file = store_file(
        kind=FILE_KINDS.get(document.kind, StoredFile.Kind.DOCUMENT),
        name=f"{document.title}.pdf",
        content=content,
        content_type="application/pdf",
        by=document.requested_by,
    )
    Document.objects.filter(pk=document.pk).update(
        state=Document.State.READY,
        file=file,
        page_count=page_count,
        sealed_with=certificate,
        rendered_at=timezone.now(),
        attempts=F("attempts") + 1,
        error="",
    )
    _file_with_record(document, file)
    return True


def _file_with_record(document, file):
    """A paper that is ready after its subject was filed joins the record."""
    source = FILED_WITH.get(document.kind)
    if record := ArchiveRecord.objects.filter(source=source, source_id=document.subject_id, disposed_on=None).first():
        ArchiveItem.objects.create(record=record, file=file)


def file_record(
    *,
    archive_class: ArchiveClass,
    source: ArchiveRecord.Source,
    source_id: int,
    title: str,
    clock_started_on: dt.date,
    files: Iterable[StoredFile] = (),
    by: User | None = None,
) -> ArchiveRecord:
    """File something that has ended (7.5.3), once; filing again adds the files that are new."""
    record = ArchiveRecord.objects.filter(source=source, source_id=source_id).first()
    if record is None:
        years = _years(archive_class)
        record = ArchiveRecord.objects.create(
            number=next_number("DA"),
            archive_class=archive_class,
            source=source,
            source_id=source_id,
            title=title[:150],
            clock_started_on=clock_started_on,
            retain_until=retain_until(archive_class, clock_started_on, years),
            filed_by=by,
        )
    items = [ArchiveItem(agency=current_agency(), record=record, file=file) for file in files]
    ArchiveItem.objects.bulk_create(items, ignore_conflicts=True)
    return record


def _years(archive_class) -> int:
    limits = AgencySettings.objects.get()
    return limits.keep_contracts_years if archive_class == ArchiveClass.CONTRACTS else limits.keep_other_years


def set_place(*, record: ArchiveRecord, place: str) -> None:
    """Say where the paper stands: box, shelf."""
    ArchiveRecord.objects.filter(pk=record.pk).update(place=place)


def redeliver_documents() -> dict[str, int]:
    """Ring again for papers that wait although they were asked for minutes ago; the broker may have forgotten."""
    from archive.tasks import render_document

    since = timezone.now() - dt.timedelta(minutes=2)
    waiting = Document.objects.filter(state=Document.State.QUEUED, requested_at__lt=since).values_list("pk", flat=True)
    ids = list(waiting[:200])
    for pk in ids:
        render_document.delay_on_commit(agency_id=current_agency().pk, document_id=pk)
    return {"documents": len(ids)}


def fail_document(*, document_id: int, error: str) -> None:
    """Note that a paper could not be made; after the third time a person sees it and may try again."""
    queued = Document.objects.filter(pk=document_id, state=Document.State.QUEUED)
    queued.update(error=error[:300], attempts=F("attempts") + 1)
    queued.filter(attempts__gte=ATTEMPTS).update(state=Document.State.FAILED)


def retry_document(*, document: Document) -> None:
    """Put a paper that failed back in the queue."""
    from archive.tasks import render_document

    if not Document.objects.filter(pk=document.pk, state="failed").update(state="queued", error="", attempts=0):
        raise ValidationError(_("This paper is ready or in the queue."))
    render_document.delay_on_commit(agency_id=current_agency().pk, document_id=document.pk)
