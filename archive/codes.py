"""The only place that knows the library for QR codes in pictures: which of our papers a photograph or scan shows."""

import io
import re
from itertools import islice

import zxingcpp
from PIL import Image
from pypdf import PdfReader

from agencies.files import MAX_PIXELS
from agencies.tenancy import current_agency
from archive.models import Document

MAX_PAGES = 30
MOST_PICTURES = 20  # of one upload; a scanner makes one a page
MOST_PIXELS = MAX_PIXELS["image/jpeg"]  # of one scan inside a PDF
READ_AT = (3500, 3500)  # A4 at 300 dpi; a finer scan says no more and takes as long to read as it is large
SCALES = (1, 1.5, 0.5)  # what is not read at one size often is at another
ADDRESS = re.compile(r"/p/([\w-]+)/verify/([0-9a-f]+)/?$")


class OtherAgencyError(Exception):
    """The paper shows the code of another agency."""


def paper_of(upload: tuple[str, bytes, str]) -> Document | None:
    """The paper whose code is on an upload that UploadField cleaned; None when no code of ours can be read."""
    _name, content, content_type = upload
    for text in _texts(content, content_type):
        found = ADDRESS.search(text)
        if found and found[1] != current_agency().slug:
            raise OtherAgencyError
        if found and (document := Document.objects.filter(verify_code=found[2]).first()):
            return document
    return None


def _texts(content, content_type):
    for image in islice(_pictures(content, content_type), MOST_PICTURES):
        grey = image.convert("L")
        grey.thumbnail(READ_AT)
        for scale in SCALES:
            sized = grey.resize((round(grey.width * scale), round(grey.height * scale))) if scale != 1 else grey
            yield from (code.text for code in zxingcpp.read_barcodes(sized, formats=zxingcpp.BarcodeFormat.QRCode))


def _pictures(content, content_type):
    """The picture itself, or those that a scanner put into a PDF; what cannot be opened is passed over."""
    if content_type != "application/pdf":
        yield Image.open(io.BytesIO(content))
        return
    for page in PdfReader(io.BytesIO(content)).pages[:MAX_PAGES]:
        yield from _scans(page)


def _scans(page):
    try:
        for name in page.images.keys():  # noqa: SIM118 -- no mapping: going through it would open them all
            picture = page.images[name].image
            if picture is not None and picture.width * picture.height <= MOST_PIXELS:
                yield picture
    except Exception:  # a page that a strange scanner wrote is one without a code
        return
