"""The caregiver's phone: today, schedule, one visit, messages, own file. Own visits only, and only around their time."""

from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.actions import read_notices
from agencies.calendar import age_on
from agencies.models import Level, Notice
from agencies.pages import press, submit
from agencies.permissions import may
from agencies.text import typed
from caregivers.models import Caregiver
from caregivers.queries import with_level
from clients.models import Client
from clients.queries import with_status
from contracts.actions import visits as actions
from contracts.forms.visits import CheckInForm, NoteForm
from contracts.models import Visit, VisitTask
from contracts.queries.visits import midnight, own_visits

AHEAD = 60  # visits of two weeks, and more than anybody has
OPEN = (Visit.State.IN_PROGRESS, Visit.State.PLANNED)  # in this order of urgency, which is the alphabet's too


def own(view):
    """Guard a phone page and hand the view the caregiver who signed in."""

    @may("contracts.phone")
    @wraps(view)
    def guarded(request, *args, **kwargs):
        caregiver = Caregiver.objects.filter(user=request.user).exclude(state=Caregiver.State.LEFT).first()
        if caregiver is None:
            raise Http404
        return view(request, caregiver, *args, **kwargs)

    return guarded


def _page(request, template, **context):
    unread = Notice.objects.filter(user=request.user, read_at=None).count()
    return render(request, template, {"unread": unread, **context})


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
    return _page(request, "phone/today.html", **context)


def _card(visit):
    client = with_status(Client.objects).get(pk=visit.client_id)
    return {
        "client": client,
        "age": age_on(client.birth_date, timezone.localdate()),
        "risks": client.risk_notes.filter(is_active=True)[:3],
        "map_url": _map_url(client),
    }


def _map_url(client):
    place = f"{client.district}{client.address}"
    return f"https://uri.amap.com/search?{urlencode({'keyword': place, 'src': 'carecenter'})}"


@own
def schedule(request, caregiver):
    visits = own_visits(caregiver).filter(period__endswith__gte=timezone.now())
    return _page(request, "phone/schedule.html", visits=visits)


def _own_visit(caregiver, visit_pk):
    return get_object_or_404(own_visits(caregiver), pk=visit_pk)


def _check_in_form(visit, data=None):
    is_first = not Visit.objects.filter(
        client=visit.client_id, caregiver=visit.caregiver_id, credentials_shown=True
    ).exists()
    asks_reason = actions.needs_reason(visit, timezone.now())
    return CheckInForm(data, asks_papers=is_first, asks_reason=asks_reason)


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
        context["check_in_form"] = _check_in_form(row)
    return _page(request, "phone/visit.html", **context)


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


@own
def messages_page(request, caregiver):
    notices = list(Notice.objects.filter(user=request.user)[:50])
    read_notices(user=request.user)
    return _page(request, "phone/messages.html", notices=notices)


@own
def mine(request, caregiver):
    caregiver = with_level(Caregiver.objects, timezone.localdate()).get(pk=caregiver.pk)
    context = {
        "caregiver": caregiver,
        "level": "" if caregiver.level is None else Level(caregiver.level).label,
        "credentials": caregiver.credentials.all(),
        "today": timezone.localdate(),
    }
    return _page(request, "phone/mine.html", **context)
