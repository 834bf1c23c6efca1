"""Reads of papers."""

from django.db.models import QuerySet

from archive.models import Document


def papers_of(kind: Document.Kind, subject_id: int) -> QuerySet[Document]:
    """Papers of a kind about one row, the newest first."""
    rows = Document.objects.filter(kind=kind, subject_id=subject_id)
    return rows.select_related("file").order_by("-requested_at")
