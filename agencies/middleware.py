"""Opens the agency a request is about, around view and rendering."""

import structlog
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import resolve, reverse
from django.utils import timezone, translation

from agencies.models import Agency, ApiKey, Membership
from agencies.tenancy import agency_context


class LanguageMiddleware:
    """The language of the person signed in, else of the cookie, else Chinese."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = request.user.language if request.user.is_authenticated else cookie
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class FirstPasswordMiddleware:
    """Whoever signed in with a password that somebody else chose chooses their own before anything else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and request.user.has_first_password:
            change = reverse("account_change_password")
            allowed = (change, reverse("account_logout"), reverse("set_language"))
            if request.path_info not in allowed:
                return redirect(change)
        return self.get_response(request)


class RequestSizeMiddleware:
    """Refuses a body that is larger than any form needs before a byte of it is read."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.REQUEST_MAX_BYTES:
            return HttpResponse(render_to_string("413.html", {"limit": settings.UPLOAD_MAX_BYTES}), status=413)
        return self.get_response(request)


class AgencyMiddleware:
    """Sets request.agency and request.membership, and runs the request inside that agency.

    It comes last: sessions and sign-in work on global tables, outside the agency's transaction.
    Addresses name the agency in their first part (office and public pages); the phone and the API
    act for the membership of the session or of the key. Streaming responses run outside and fail. What an agency's
    page shows is kept by no cache, so that nobody reads it after signing out.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.agency, request.membership = find_agency(request)
        if request.agency is None:
            return self.get_response(request)
        with structlog.contextvars.bound_contextvars(agency=request.agency.pk), agency_context(request.agency):
            response = self.get_response(request)
            response.headers.setdefault("Cache-Control", "private, no-store")
            if response.status_code >= 500 or getattr(request, "refused", False):
                transaction.set_rollback(True)
            return response

    def process_view(self, request, view, args, kwargs):
        kwargs.pop("agency_slug", None)

    def process_exception(self, request, exception):
        request.refused = True


def find_agency(request) -> tuple[Agency | None, Membership | None]:
    """The agency this request is about and the membership it acts under; Http404 for a stranger's agency."""
    try:
        match = resolve(request.path_info)
    except Http404:
        return None, None
    slug = match.kwargs.get("agency_slug")
    if "public" in match.namespaces:
        agency = Agency.objects.filter(slug=slug, is_active=True).first() if slug else None
        return agency, None
    membership = membership_of(request, slug, is_phone="phone" in match.namespaces)
    return (membership.agency, membership) if membership else (None, None)


def membership_of(request, slug: str | None = None, *, is_phone: bool = False) -> Membership | None:
    """By API key, else by the agency in the address, else the one chosen last in this session.

    A person's membership knows whether it has_others: other agencies that the person works for.
    """
    memberships = Membership.objects.filter(is_active=True, agency__is_active=True).select_related("agency")
    if secret := request.headers.get("X-Api-Key"):
        key = ApiKey.objects.filter(digest=ApiKey.hash(secret), revoked_at=None).first()
        if key and key.last_used_on != (today := timezone.localdate()):
            ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)
        whose = memberships.filter(user__is_active=True).select_related("agency", "user")
        return whose.filter(pk=key.membership_id).first() if key and slug is None else None
    if not request.user.is_authenticated or not request.user.is_active:
        return None
    mine = list(memberships.filter(user=request.user).order_by("pk"))
    for membership in mine:
        membership.user, membership.has_others = request.user, len(mine) > 1
    if slug is not None:
        return next((membership for membership in mine if membership.agency.slug == slug), None)
    chosen = request.session.get("agency_id")
    there = [membership for membership in mine if not is_phone or "caregiver" in membership.roles]
    return min(there, key=lambda membership: membership.agency_id != chosen, default=None)
