"""Papers of clients, read back as text."""

import io
import re

from pypdf import PdfReader

from archive import actions as archive
from archive.models import Document


def text_of(document: Document) -> str:
    """All words of a paper that was asked for, without spaces."""
    archive.render(document_id=document.pk)
    with Document.objects.select_related("file").get(pk=document.pk).file.file.open() as file:
        pages = PdfReader(io.BytesIO(file.read())).pages
        return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
