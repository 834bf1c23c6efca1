"""The caregiver's phone: today, schedule, one visit. Own visits only, and only around their time."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.calendar import age_on
from agencies.pages import press, submit
from agencies.text import typed
from caregivers.phone import own, phone_page
from clients.models import Client
from clients.queries import told_risk_notes, with_status
from contracts.actions import visits as actions
from contracts.forms.visits import CheckInForm, NoteForm
from contracts.models import Visit, VisitTask
from contracts.queries.visits import badge_scans, midnight, own_visits

AHEAD = 60  # visits of two weeks, and more than anybody has
OPEN = (Visit.State.IN_PROGRESS, Visit.State.PLANNED)  # in this order of urgency, which is the alphabet's too


@own
def today(request, caregiver):
    """The next visit as one large card, the others of the day below."""
    day = timezone.localdate()
    ahead = list(own_visits(caregiver).filter(period__endswith__gte=midnight(day))[:AHEAD])
    waiting = sorted((row for row in ahead if row.state in OPEN), key=lambda row: (row.state, row.period.lower))
    upcoming = waiting[0] if waiting else None
    visits = [row for row in ahead if row != upcoming and timezone.localdate(row.period.lower) <= day]
    context = {"visits": visits, "next": upcoming, "day": day}
    if upcoming:
        context |= _card(upcoming)
    return phone_page(request, "phone/today.html", **context)


def _card(visit):
    client = with_status(Client.objects).get(pk=visit.client_id)
    return {
        "client": client,
        "age": age_on(client.birth_date, timezone.localdate()),
        "risks": told_risk_notes(client)[:3],
        "map_url": _map_url(client),
    }


def _map_url(client):
    place = f"{client.district}{client.address}"
    return f"https://uri.amap.com/search?{urlencode({'keyword': place, 'src': 'carecenter'})}"


@own
def schedule(request, caregiver):
    visits = own_visits(caregiver).filter(period__endswith__gte=timezone.now())
    return phone_page(request, "phone/schedule.html", visits=visits)


def _own_visit(caregiver, visit_pk):
    return get_object_or_404(own_visits(caregiver), pk=visit_pk)


def _check_in_form(visit, data=None):
    """At the first visit papers are shown; a scan of the badge at the door has said so already."""
    is_first = not Visit.objects.filter(
        client=visit.client_id, caregiver=visit.caregiver_id, credentials_shown=True
    ).exists()
    asks_papers = is_first and not badge_scans(visit).exists()
    asks_reason = actions.needs_reason(visit, timezone.now())
    return CheckInForm(data, asks_papers=asks_papers, asks_reason=asks_reason)


@own
def visit(request, caregiver, visit_pk):
    row = _own_visit(caregiver, visit_pk)
    context = {
        "visit": row,
        **_card(row),
        "tasks": list(row.tasks.select_related("service_item")),
        "outcomes": [choice for choice in VisitTask.Outcome.choices if choice[0] != VisitTask.Outcome.OPEN],
        "care_notes": row.care_notes.select_related("written_by"),
        "note_form": NoteForm(),
    }
    if row.state == Visit.State.PLANNED:
        context |= {"check_in_form": _check_in_form(row), "scan": badge_scans(row).first()}
    return phone_page(request, "phone/visit.html", **context)


def _do(request, visit_pk, action, done, **kwargs):
    """Run an action and go back to the visit with what happened."""
    return press(request, action, back=reverse("phone:visit", args=[visit_pk]), done=done, by=request.user, **kwargs)


@require_POST
@own
def check_in(request, caregiver, visit_pk):
    row = _own_visit(caregiver, visit_pk)
    form = _check_in_form(row, request.POST)
    form.is_valid()
    return _do(request, visit_pk, actions.check_in, _("You are checked in."), visit=row, **form.cleaned_data)


@require_POST
@own
def tasks(request, caregiver, visit_pk):
    row = _own_visit(caregiver, visit_pk)
    outcomes = {}
    for pk in row.tasks.values_list("pk", flat=True):
        outcome = request.POST.get(f"outcome{pk}", VisitTask.Outcome.OPEN)
        outcomes[pk] = (outcome, typed(request.POST, f"reason{pk}"))
    return _do(request, visit_pk, actions.record_tasks, _("Tasks saved."), visit=row, outcomes=outcomes)


@require_POST
@own
def note(request, caregiver, visit_pk):
    row = _own_visit(caregiver, visit_pk)
    form = NoteForm(request.POST)
    if submit(form, actions.write_care_note, visit=row, by=request.user):
        messages.success(request, _("Note saved."))
    else:
        messages.error(request, " ".join(form.errors.get("text", [])))
    return redirect("phone:visit", visit_pk)


@require_POST
@own
def check_out(request, caregiver, visit_pk):
    row = _own_visit(caregiver, visit_pk)
    return _do(request, visit_pk, actions.check_out, _("Visit finished. Thank you."), visit=row)
