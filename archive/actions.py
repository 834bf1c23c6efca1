"""Papers are asked for, rendered and filed here; every upper floor files through file_record."""

import datetime as dt
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from agencies.files import store_file
from agencies.models import AgencySettings, StoredFile, User
from agencies.numbers import next_number
from agencies.tenancy import current_agency
from archive.models import ArchiveClass, ArchiveItem, ArchiveRecord, Document
from archive.standard import retain_until

_builders: dict[str, Callable[[Document], tuple[str, dict[str, Any]]]] = {}


def builds(kind: Document.Kind) -> Callable:
    """Register the function that says what a kind of paper says: Document -> (template, context)."""
    return lambda function: _builders.setdefault(kind, function)


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
    template, context = _builders[document.kind](document)
    content, page_count = import_string(settings.DOCUMENT_RENDERER)(template, context, title=document.title)
    file = store_file(
        kind=StoredFile.Kind.DOCUMENT,
        name=f"{document.title}.pdf",
        content=content,
        content_type="application/pdf",
        by=document.requested_by,
    )
    Document.objects.filter(pk=document.pk).update(
        state=Document.State.READY,
        file=file,
        page_count=page_count,
        rendered_at=timezone.now(),
        attempts=F("attempts") + 1,
        error="",
    )
    return True


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
