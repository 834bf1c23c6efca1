"""Storing files: checked by content, named by hash, served through a view with the right of their kind."""

import base64
import binascii
import hashlib
import io
import threading
from pathlib import PurePath

import filetype
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps
from pypdf import PdfReader

from agencies.models import StoredFile, User
from agencies.tenancy import current_agency

IMAGES = ("image/jpeg", "image/png", "image/webp")
PAPERS = (*IMAGES, "application/pdf")
MAX_PIXELS = {"image/jpeg": 50_000_000, "image/png": 24_000_000, "image/webp": 24_000_000}  # unpacked in memory
SHARP = (3000, 3000)  # a larger JPEG is halved while it is read; an A4 page at 250 dpi stays as it is
PORTRAIT = (480, 640)  # enough for a badge of 86 mm and for a phone
LEAST_SIDE = 120
_lock = threading.Lock()  # one picture at a time: a few kilobytes may unpack to a hundred megabytes
PNG_PREFIX = "data:image/png;base64,"


def store_file(*, kind: str, name: str, content: bytes, content_type: str, by: User | None = None) -> StoredFile:
    """Save bytes that are known to be good; give uploads to UploadField first."""
    stored = StoredFile(
        kind=kind,
        name=name[:150],
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_by=by,
    )
    stored.agency = current_agency()
    stored.file.save(name, ContentFile(content), save=False)
    stored.save()
    return stored


def check_content(content: bytes, allowed: tuple[str, ...]) -> str:
    """The content type the bytes really have; ValidationError when it is not allowed or the file is broken."""
    if len(content) > settings.UPLOAD_MAX_BYTES:
        limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
        raise ValidationError(_("The file is larger than %(limit)s. Take the photo smaller.") % {"limit": limit})
    kind = filetype.guess(content[:4096])
    content_type = kind.mime if kind else ""
    if content_type not in allowed:
        wanted = _("a JPEG, PNG or WebP photo") if allowed == IMAGES else _("a JPEG, PNG or WebP photo or a PDF")
        raise ValidationError(_("This is not %(wanted)s.") % {"wanted": wanted})
    try:
        _open(content, content_type)
    except ValidationError:
        raise
    except Exception:
        raise ValidationError(_("The file cannot be read. Save it again and try once more.")) from None
    return content_type


def _open(content, content_type):
    if content_type == "application/pdf":
        if not PdfReader(io.BytesIO(content)).pages:
            raise ValueError
        return
    with _lock, Image.open(io.BytesIO(content)) as image:
        if image.width * image.height > (most := MAX_PIXELS[content_type]):
            text = _("The picture has more than %(most)s million pixels. Take the photo smaller.")
            raise ValidationError(text % {"most": most // 10**6})
        image.draft(None, SHARP)
        image.load()


def without_metadata(content: bytes) -> bytes:
    """A photo turned upright and saved anew: no place, camera or owner in it, and nothing hidden behind its end."""
    buffer = io.BytesIO()
    with _lock, Image.open(io.BytesIO(content)) as image:
        image.draft(None, SHARP)
        ImageOps.exif_transpose(image, in_place=True)
        image.info.clear()
        image.save(buffer, image.format, quality=90)
    return buffer.getvalue()


class UploadField(forms.FileField):
    """A file checked by what is in it; cleaned to (name, content, content_type)."""

    def __init__(self, *, allowed: tuple[str, ...] = PAPERS, **kwargs):
        super().__init__(**kwargs)
        self.allowed = allowed
        self.widget.attrs["accept"] = ",".join(allowed)

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if not upload or upload is initial:
            return None
        if upload.size > settings.UPLOAD_MAX_BYTES:
            check_content(b" " * (settings.UPLOAD_MAX_BYTES + 1), self.allowed)
        content = upload.read()
        content_type = check_content(content, self.allowed)
        if content_type in IMAGES:
            content = without_metadata(content)
        return upload.name, content, content_type


def store_upload(upload: tuple[str, bytes, str] | None, *, kind: str, by: User | None = None) -> StoredFile | None:
    """Save what an UploadField cleaned; None stays None."""
    if upload is None:
        return None
    name, content, content_type = upload
    return store_file(kind=kind, name=name, content=content, content_type=content_type, by=by)


def store_portrait(upload: tuple[str, bytes, str] | None, *, by: User | None = None) -> StoredFile | None:
    """Save the photo of a face that an UploadField cleaned, cut to 3:4 and small enough for a badge and a phone."""
    if upload is None:
        return None
    name, content, _content_type = upload
    return store_file(
        kind=StoredFile.Kind.PHOTO,
        name=f"{PurePath(name).stem}.jpg",
        content=_portrait(content),
        content_type="image/jpeg",
        by=by,
    )


def _portrait(content):
    with _lock, Image.open(io.BytesIO(content)) as image:
        image.draft(None, SHARP)
        image.thumbnail((4 * PORTRAIT[0], 4 * PORTRAIT[1]))
        face = image.convert("RGBA")
    if min(face.size) < LEAST_SIDE:
        text = _("The photo is too small for a badge; it needs %(least)s pixels on each side.")
        raise ValidationError({"photo": text % {"least": LEAST_SIDE}})
    on_white = Image.new("RGBA", face.size, "white")
    on_white.alpha_composite(face)
    buffer = io.BytesIO()
    ImageOps.fit(on_white.convert("RGB"), PORTRAIT, centering=(0.5, 0.4)).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def drawing(data_url: str) -> bytes:
    """The PNG a signature pad sent; ValidationError when it is none."""
    try:
        content = base64.b64decode(data_url.removeprefix(PNG_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not data_url.startswith(PNG_PREFIX) or not content:
        raise ValidationError({"signature": _("Please sign in the box first.")})
    check_content(content, IMAGES)
    return _trimmed(content)


def _trimmed(content):
    """Without the empty paper around the strokes, so that it stands on a document as large as it was written."""
    with Image.open(io.BytesIO(content)) as image:
        strokes = image.convert("RGBA").getchannel("A").getbbox()
        if strokes is None:
            raise ValidationError({"signature": _("Please sign in the box first.")})
        target = io.BytesIO()
        image.crop(strokes).save(target, "PNG")
    return target.getvalue()
