"""Addresses of pages: office and public ones carry the agency's slug."""

from functools import lru_cache

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import get_script_prefix, reverse

from agencies.tenancy import current_agency


def office_url(name: str, *args, **kwargs) -> str:
    """Path of an office page of the open agency; arguments by position or by keyword, as in reverse()."""
    return _url(name, args, kwargs) if kwargs else _path(get_script_prefix(), name, current_agency().slug, *args)


def public_url(name: str, *args, **kwargs) -> str:
    """Full address of a public page of the open agency, for messages and QR codes."""
    return settings.SITE_URL + _url(name, args, kwargs)


def _url(name, args, kwargs):
    slug = current_agency().slug
    if args:
        return reverse(name, args=[slug, *args])
    return reverse(name, kwargs={"agency_slug": slug, **kwargs})


@lru_cache(maxsize=20_000)
def _path(prefix, name, *args):
    """A page names some hundred addresses, mostly the same ones every time; prefix is where the site begins."""
    return reverse(name, args=args)


def make_token(purpose: str, pk: int, version: int) -> str:
    """Short signed token of one row of the open agency; worthless for another agency, purpose or version."""
    return _signer(purpose).sign(f"{pk}-{version}")


def read_token(purpose: str, token: str) -> tuple[int, int] | None:
    """The (pk, version) a token was made for, or None when it is not ours."""
    try:
        pk, version = _signer(purpose).unsign(token).split("-")
    except (BadSignature, ValueError):
        return None
    return int(pk), int(version)


def _signer(purpose):
    return Signer(salt=f"{current_agency().pk}:{purpose}", sep="~")
