"""Pages that read every app: the way in, the today board, the search box."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.models import Membership, Role
from agencies.permissions import has_role, may
from agencies.tenancy import agency_key
from agencies.text import typed
from carecenter import board
from carecenter.search import find
from supervision.queries import latest_result


def home(request):
    """To the only place of work, or a choice of them."""
    memberships = list(
        Membership.objects.filter(user=request.user, is_active=True, agency__is_active=True).select_related("agency")
    )
    places = [place for membership in memberships for place in _places(membership)]
    if len(places) == 1 and "choose" not in request.GET:
        return redirect(places[0]["url"])
    return render(request, "home.html", {"places": places})


def _places(membership):
    if membership.is_office:
        yield {
            "name": membership.agency.name,
            "role": membership.role_label,
            "url": reverse("today", args=[membership.agency.slug]),
        }
    if "caregiver" in membership.roles:
        yield {
            "name": membership.agency.name,
            "role": membership.role_label,
            "url": reverse("phone:today"),
            "choose": membership.pk,
        }


@require_POST
def choose(request, membership_pk):
    """Work for one of several agencies from now on: the phone has no agency in its address."""
    rows = Membership.objects.filter(user=request.user, is_active=True, agency__is_active=True)
    request.session["agency_id"] = get_object_or_404(rows, pk=membership_pk).agency_id
    return redirect("phone:today")


@login_not_required
@cache_control(public=True, max_age=24 * 3600)
def favicon(request):
    """The icon where browsers and programs look for it by themselves; pages name it in their head."""
    icon = (settings.BASE_DIR / "static/img/logo.svg").read_bytes()
    return HttpResponse(icon, content_type="image/svg+xml")


@require_POST
@login_not_required
def set_language(request):
    """Keep the language in the person's record, and in a cookie for pages without sign-in."""
    language = request.POST.get("language")
    back = request.POST.get("next") or request.headers.get("Referer") or "/"
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@may("agencies.office")
def today(request):
    """The morning page: what needs somebody now, then what is due."""
    member = request.membership
    key = agency_key(f"due:{request.LANGUAGE_CODE}:{'-'.join(sorted(member.roles))}")
    watches = bool(set(member.roles) & set(board.WATCH))
    context = {
        "day": board.day_counts(),
        "tiles": board.tiles(member),
        "watches": watches,
        "urgent": board.urgent(may_edit=has_perm("contracts.edit", member)) if watches else [],
        "to_place": board.to_place() if has_role(Role.ARCHIVIST)(member) else [],
        "due": cache.get_or_set(key, lambda: board.due(member), 60),  # in weeks: a minute is no age
        "today": timezone.localdate(),
        "latest": latest_result(),
    }
    return render(request, "today.html", context)


@may("agencies.office")
def search(request):
    """Live hits under the search box, or a page; Enter goes to the only hit."""
    text = typed(request.GET, "q")
    hits = find(text)
    if request.htmx:
        return render(request, "_search_hits.html", {"hits": hits}) if text.strip() else HttpResponse()
    if len(hits) == 1:
        return redirect(hits[0].url)
    return render(request, "search.html", {"hits": hits, "text": text})
