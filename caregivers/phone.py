"""The caregiver's phone: messages, own file, own level, supplies received. Each sees only what is theirs."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.actions import read_notices
from agencies.findings import text_of
from agencies.models import Level, Notice
from agencies.pages import press, submit
from agencies.permissions import may
from caregivers.actions import levels as actions
from caregivers.actions.supplies import confirm_supply
from caregivers.forms.levels import AppealForm
from caregivers.models import Caregiver, LevelApplication, LevelGrant, SupplyIssue
from caregivers.queries.files import with_level
from caregivers.queries.levels import level_facts
from caregivers.standard.levels import best_way


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


@own
def level(request, caregiver):
    """Own level, what is missing for the next one, and decisions that may be objected to."""
    facts = level_facts([caregiver], timezone.localdate()).get(caregiver.pk)
    way, findings = best_way(facts) if facts else (None, [])
    context = {
        "grants": caregiver.level_grants.select_related("certificate"),
        "next_level": Level(way.to_level).label if way else "",
        "missing": [text_of(finding) for finding in findings],
        "lowered": caregiver.level_grants.filter(kind=LevelGrant.Kind.DEMOTION, appeals=None),
        "rejected": caregiver.level_applications.filter(state=LevelApplication.State.REJECTED, appeals=None),
        "appeals": caregiver.level_appeals.all(),
    }
    return phone_page(request, "phone/level.html", **context)


@own
def grant_appeal(request, caregiver, grant_pk):
    grant = get_object_or_404(caregiver.level_grants.filter(kind=LevelGrant.Kind.DEMOTION), pk=grant_pk)
    return _appeal(request, caregiver, about=f"{grant.get_level_display()}: {grant.reason}", grant=grant)


@own
def application_appeal(request, caregiver, application_pk):
    rejected = caregiver.level_applications.filter(state=LevelApplication.State.REJECTED)
    application = get_object_or_404(rejected, pk=application_pk)
    about = f"{application.number}: {application.decision_note}"
    return _appeal(request, caregiver, about=about, application=application)


def _appeal(request, caregiver, *, about, **subject):
    form = AppealForm(request.POST or None)
    if submit(form, actions.raise_appeal, caregiver=caregiver, **subject):
        messages.success(request, _("Your objection has arrived. Somebody who did not take the decision looks at it."))
        return redirect("phone:level")
    return phone_page(request, "phone/appeal.html", form=form, about=about)
