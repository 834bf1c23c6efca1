"""Lists as Excel files: made in the background from the same rows and rights as the page."""

import io
from types import SimpleNamespace

from django.http import QueryDict
from django.utils import timezone, translation
from openpyxl import Workbook

from agencies.files import store_file
from agencies.lists import OfficeList
from agencies.models import Export, StoredFile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def make_export(*, export_id: int) -> None:
    """Write the rows of a queued export; safe twice."""
    export = Export.objects.select_related("requested_by").select_for_update(of=["self"]).get(pk=export_id)
    if export.state != Export.State.QUEUED:
        return
    with translation.override(export.requested_by.language):
        content, count = workbook(export.list_name, export.query)
        title = str(OfficeList.by_name[export.list_name].title)
    file = store_file(
        kind=StoredFile.Kind.EXPORT,
        name=f"{title}-{timezone.localdate()}.xlsx",
        content=content,
        content_type=XLSX,
        by=export.requested_by,
    )
    Export.objects.filter(pk=export.pk).update(
        state=Export.State.READY, file=file, row_count=count, finished_at=timezone.now()
    )


def fail_export(*, export_id: int, error: str) -> None:
    """Note that the file could not be made; whoever asked may ask again."""
    Export.objects.filter(pk=export_id, state=Export.State.QUEUED).update(
        state=Export.State.FAILED, error=error[:300], finished_at=timezone.now()
    )


def workbook(list_name: str, query: str) -> tuple[bytes, int]:
    """The rows behind a list page with this query string, and how many they are."""
    view = OfficeList.by_name[list_name]()
    view.request = SimpleNamespace(GET=QueryDict(query))
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([str(column.label) for column in view.columns])
    count = 0
    for row in view.get_queryset().iterator(chunk_size=2000):
        sheet.append([cell(column.value(row)) for column in view.columns])
        count += 1
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue(), count


def cell(value):
    """A value as Excel takes it; texts that a spreadsheet would run as a formula are quoted."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
