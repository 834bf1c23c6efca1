"""The caregiver's phone: messages, own file, supplies received. Each sees only what is theirs."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.actions import read_notices
from agencies.models import Level, Notice
from agencies.pages import press
from agencies.permissions import may
from caregivers.actions.supplies import confirm_supply
from caregivers.models import Caregiver, SupplyIssue
from caregivers.queries.files import with_level


def own(view: Callable) -> Callable:
    """Guard a phone page and hand the view the caregiver who signed in."""

    @may("agencies.phone")
    @wraps(view)
    def guarded(request, *args, **kwargs):
        caregiver = Caregiver.objects.filter(user=request.user).exclude(state=Caregiver.State.LEFT).first()
        if caregiver is None:
            raise Http404
        return view(request, caregiver, *args, **kwargs)

    return guarded


def phone_page(request: HttpRequest, template: str, **context) -> HttpResponse:
    """A page of the phone with the count of unread messages in its tab."""
    unread = Notice.objects.filter(user=request.user, read_at=None).count()
    return render(request, template, {"unread": unread, **context})


@own
def messages_page(request, caregiver):
    notices = list(Notice.objects.filter(user=request.user)[:50])
    read_notices(user=request.user)
    return phone_page(request, "phone/messages.html", notices=notices)


@own
def mine(request, caregiver):
    caregiver = with_level(Caregiver.objects, timezone.localdate()).get(pk=caregiver.pk)
    context = {
        "caregiver": caregiver,
        "level": "" if caregiver.level is None else Level(caregiver.level).label,
        "credentials": caregiver.credentials.all(),
        "supplies_open": caregiver.supplies.filter(received_at=None).count(),
        "today": timezone.localdate(),
    }
    return phone_page(request, "phone/mine.html", **context)


@own
def supplies(request, caregiver):
    """What was handed out; what is not confirmed yet comes first."""
    rows = sorted(caregiver.supplies.all()[:100], key=lambda row: row.received_at is not None)
    return phone_page(request, "phone/supplies.html", supplies=rows)


@require_POST
@own
def supply_confirm(request, caregiver, supply_pk):
    supply = get_object_or_404(SupplyIssue, pk=supply_pk, caregiver=caregiver)
    return press(request, confirm_supply, back="phone:supplies", done=_("Confirmed. Thank you."), supply=supply)
