"""The only place that knows the PDF library: a template and its context become an A4 paper."""

import contextlib
import functools
import gc
import logging
import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from carecenter import fonts

PRINT_DIR = settings.BASE_DIR / "templates" / "pdf"
ARCHIVAL = "pdf/a-2u"  # fonts embedded, text searchable, colours defined: readable in thirty years
IMAGES = {"optimize_images": True, "dpi": 200, "jpeg_quality": 80}

logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)  # nine lines a paper say nothing
_lock = threading.Lock()  # one layout at a time: the font configuration is shared


class PaperError(Exception):
    """A paper that must not be printed, because a part of it is missing or not ours."""


class OwnFilesOnly(URLFetcher):
    """Gives out data URIs, the print style and the cut fonts; anything else stops the paper."""

    def __init__(self):
        super().__init__(allowed_protocols={"data", "file"}, allow_redirects=False, fail_on_errors=True)

    def fetch(self, url, headers=None):
        if urlsplit(url).scheme == "file":
            path = Path(unquote(urlsplit(url).path)).resolve()
            if not any(path.is_relative_to(folder) for folder in (PRINT_DIR, fonts.CUT_DIR)):
                raise PermissionError("only the project's own print files")
        return super().fetch(url, headers)


def render(template: str, context: dict, *, title: str, variant: str = ARCHIVAL) -> tuple[bytes, int]:
    """Lay out a template on A4: the PDF and its number of pages."""
    printed_at = timezone.localtime().replace(microsecond=0)
    html = render_to_string(template, {**context, "title": title, "printed_at": printed_at})
    with _lock, _no_collection():
        sheet, font_config = _style()
        try:
            paper = HTML(string=html, url_fetcher=OwnFilesOnly()).render(
                stylesheets=[sheet], font_config=font_config, optimize_images=True, dpi=200, jpeg_quality=80
            )
            return paper.write_pdf(pdf_variant=variant, optimize_images=True, dpi=200, jpeg_quality=80), len(
                paper.pages
            )
        except FatalURLFetchingError as error:
            raise PaperError(str(error)) from error


@contextlib.contextmanager
def _no_collection():
    """A layout makes a million small objects; collecting among them may take as long as the layout itself."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@functools.cache
def _style():
    font_config = FontConfiguration()
    text = "".join([*_font_faces(), (PRINT_DIR / "print.css").read_text()])
    return CSS(string=text, font_config=font_config, url_fetcher=OwnFilesOnly()), font_config


def _font_faces():
    yield _font_face("Paper Boxes", 400, fonts.box_font())
    for name, _family, _style_name, weight in fonts.FACES:
        if (path := fonts.cut_path(name, weight)).exists():
            yield _font_face(name, weight, path.as_uri())


def _font_face(name, weight, url):
    return f'@font-face {{ font-family: "{name}"; font-weight: {weight}; src: url("{url}") }}\n'
