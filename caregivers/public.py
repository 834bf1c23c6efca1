"""The page behind a badge's QR code, no account: photo, agency, level, and whether its bearer may be let in now."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.limits import client_address, is_over_limit
from agencies.models import Level
from agencies.pages import unknown_link
from agencies.views import serve
from caregivers.actions.badge import record_scan
from caregivers.queries.badge import badge_name, find_badge
from caregivers.standard.badge import lights_by_group

PER_HOUR = 120  # openings from one address; a whole block of flats may share one
VERDICTS = {"green": "running", "yellow": "waiting", "red": "wrong"}


def _open(request, token):
    """The badge behind a code, and whether this address has asked too often to be answered."""
    if request.agency is None:
        raise Http404
    if is_over_limit(f"badge:{client_address(request)}", limit=PER_HOUR):
        return None, True
    return find_badge(token), False


@login_not_required
@require_safe
def badge(request, token):
    found, too_many = _open(request, token)
    if too_many:
        return render(request, "429.html", status=429)
    if found is None:
        return unknown_link(request)
    is_own = request.user.is_authenticated and request.user.pk == found.caregiver.user_id
    if request.method == "GET" and not is_own:  # a bearer's own look proves nothing
        record_scan(badge=found)
    context = {
        "token": token,
        "light": found.light,
        "verdict": VERDICTS[found.light],
        "now": timezone.now(),
        "is_bearer_shown": found.is_current and _is_posted(found),
        "number": found.caregiver.number,
        "reasons": [_(finding.message) for finding in found.findings],
    }
    if context["is_bearer_shown"]:
        context |= _bearer(found)
    return render(request, "public/badge.html", context)


def _is_posted(found):
    return "not_employed" not in {finding.code for finding in found.findings}


def _bearer(found):
    lights = lights_by_group(found.findings)
    labels = {
        "identity": _("Identity checked"),
        "papers": _("Health certificate and insurance"),
        "employment": _("Works for us"),
    }
    level = found.caregiver.level
    return {
        "name": badge_name(found.caregiver),
        "level": "" if level is None else Level(level).label,
        "has_photo": found.caregiver.photo_id is not None,
        "lines": [(labels[group], light) for group, light in lights.items()],
    }


@login_not_required
@require_safe
def badge_photo(request, token):
    """The photo, only while the page shows its bearer."""
    found, too_many = _open(request, token)
    if too_many or found is None or not found.is_current or not _is_posted(found) or not found.caregiver.photo:
        raise Http404
    return serve(found.caregiver.photo)
