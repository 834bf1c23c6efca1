"""The caregiver's phone: today, schedule, one visit. Own visits only, and only around their time."""

import re
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.calendar import age_on
from agencies.pages import submit
from caregivers.actions.posting import missing_for_posting
from caregivers.phone import own, phone_page
from clients.models import Client
from clients.queries import told_risk_notes, whom_to_call, with_status
from contracts.actions import attendance as actions
from contracts.actions import handovers, onsite
from contracts.actions.calendar_feeds import close_feed, feed_url, open_feed
from contracts.actions.telling import read_about
from contracts.forms.handovers import HandoverSignForm
from contracts.forms.phone import WorkForm
from contracts.forms.visits import CheckInForm, NoteForm
from contracts.models import Handover, HandoverSignature, Visit
from contracts.queries.onsite import client_of_code
from contracts.queries.visits import badge_scans, is_first_meeting, midnight, own_visits

AHEAD = 60  # visits of two weeks, and more than anybody has
NEXT = ("measure", "photo", "confirm")  # pages that a button of the running visit leads to, once all is kept
OPEN = (Visit.State.IN_PROGRESS, Visit.State.PLANNED)  # in this order of urgency, which is the alphabet's too


@own
def today(request, caregiver):
    """The next visit as one large card, the others of the day below."""
    day = timezone.localdate()
    ahead = list(own_visits(caregiver).filter(period__endswith__gte=midnight(day))[:AHEAD])
    waiting = sorted((row for row in ahead if row.state in OPEN), key=lambda row: (row.state, row.period.lower))
    upcoming = waiting[0] if waiting else None
    visits = [row for row in ahead if row != upcoming and timezone.localdate(row.period.lower) <= day]
    context = {"visits": visits, "next": upcoming, "day": day, "handovers": _handovers_to_sign(caregiver)}
    if upcoming:
        context |= _card(upcoming)
    if caregiver.state == caregiver.State.ONBOARDING:
        context["to_bring"] = missing_for_posting(caregiver)
    return phone_page(request, "phone/today.html", **context)


def _card(visit):
    client = with_status(Client.objects).get(pk=visit.client_id)
    return {
        "client": client,
        "age": age_on(client.birth_date, timezone.localdate()),
        "called": whom_to_call(client),
        "risks": told_risk_notes(client)[:3],
        "map_url": _map_url(client),
        "is_near": visit.period.lower - actions.EARLIEST <= timezone.now(),
    }


def _map_url(client):
    place = f"{client.district}{client.address}"
    return f"https://uri.amap.com/search?{urlencode({'keyword': place, 'src': 'carecenter'})}"


@own
def schedule(request, caregiver):
    visits = own_visits(caregiver).filter(period__endswith__gte=timezone.now())
    return phone_page(request, "phone/schedule.html", visits=visits)


@own
def calendar(request, caregiver):
    """Have the own visits in the phone's calendar: an address to subscribe to, changed or closed at any time."""
    if request.method == "POST":
        action = close_feed if "close" in request.POST else open_feed
        action(caregiver=caregiver)
        messages.success(request, _("The old address is worthless now.") if action is close_feed else _("Done."))
        return redirect("phone:calendar")
    url = feed_url(caregiver)
    return phone_page(request, "phone/calendar.html", url=url, webcal=re.sub(r"^https?", "webcal", url))


def _own_visit(caregiver, visit_pk):
    return get_object_or_404(own_visits(caregiver), pk=visit_pk)


def _asks_papers(visit):
    """At the first visit papers are shown; a scan of the badge at the door has said so already."""
    return is_first_meeting(visit) and not visit.credentials_shown and not badge_scans(visit).exists()


def _check_in_form(visit, data=None, door=""):
    asks_reason = actions.needs_reason(visit, timezone.now())
    lacks_code = onsite.lacks_code(visit, data.get("door", "") if data else door)
    asks = {"asks_papers": _asks_papers(visit), "asks_reason": asks_reason, "lacks_code": lacks_code}
    return CheckInForm(data, initial={"door": door}, **asks)


def _work_form(visit, data=None, door=""):
    tasks = list(visit.tasks.select_related("service_item"))
    is_short = actions.is_short(visit, timezone.now())
    asks = {"asks_papers": _asks_papers(visit), "asks_reason": is_short}
    return WorkForm(data, tasks=tasks, initial={"door": door}, **asks)


def _visit_page(request, row, **context):
    context = {
        "visit": row,
        **_card(row),
        "tasks": row.tasks.select_related("service_item"),
        "care_notes": row.care_notes.select_related("written_by"),
        "note_form": NoteForm(),
        **context,
    }
    if row.state == Visit.State.PLANNED:
        context |= {"lines": actions.planned_lines(row), "scan": badge_scans(row).first()}
        context.setdefault("check_in_form", _check_in_form(row, door=context.get("door", "")))
    elif row.state == Visit.State.IN_PROGRESS:
        context.setdefault("work_form", _work_form(row, door=context.get("door", "")))
    if row.checked_in_at:
        context |= {
            "measurements": row.measurements.filter(struck_at=None),
            "photo_count": row.photos.count(),
            "confirmation": row.confirmations.first(),
        }
    return phone_page(request, "phone/visit.html", **context)


@own
def visit(request, caregiver, visit_pk):
    """One visit; who comes here by the code at the door brings it along."""
    row, code = _own_visit(caregiver, visit_pk), request.GET.get("door", "")
    read_about(visit=row, by=request.user)
    return _visit_page(request, row, door=code if client_of_code(code) == row.client_id else "")


@require_POST
@own
def check_in(request, caregiver, visit_pk):
    row = _own_visit(caregiver, visit_pk)
    form = _check_in_form(row, request.POST)
    if submit(form, actions.check_in, visit=row, by=request.user):
        messages.success(request, _("You are checked in."))
        return redirect("phone:visit", visit_pk)
    return _visit_page(request, row, check_in_form=form)


@require_POST
@own
def work(request, caregiver, visit_pk):
    """Keep what is noted so far, or leave; a refusal shows the page as it was filled in."""
    row = _own_visit(caregiver, visit_pk)
    if row.state != Visit.State.IN_PROGRESS:
        return redirect("phone:visit", visit_pk)
    form = _work_form(row, request.POST)
    if "leave" in request.POST:
        if submit(form, actions.check_out, visit=row, by=request.user):
            messages.success(request, _("Visit finished. Thank you."))
            return redirect("phone:visit", visit_pk)
    elif submit(form, _keep, visit=row, by=request.user):
        if (then := request.POST.get("then")) in NEXT:
            return redirect(f"phone:{then}", visit_pk)
        messages.success(request, _("Kept. Check out when you leave."))
        return redirect("phone:visit", visit_pk)
    return _visit_page(request, row, work_form=form)


def _keep(*, visit, by, outcomes, note, **leaving):
    actions.record_work(visit=visit, by=by, outcomes=outcomes, note=note)


@require_POST
@own
def note(request, caregiver, visit_pk):
    """A further note after the visit."""
    row = _own_visit(caregiver, visit_pk)
    form = NoteForm(request.POST)
    if submit(form, actions.write_care_note, visit=row, by=request.user):
        messages.success(request, _("Note saved."))
        return redirect("phone:visit", visit_pk)
    return _visit_page(request, row, note_form=form)


# Handover records ---------------------------------------------------------------------------------------------------

Party = HandoverSignature.Party


def _own_handovers(caregiver):
    """Records in which the caregiver hands over or takes over, once they are written."""
    mine = Handover.objects.filter(Q(caregiver=caregiver) | Q(next_caregiver=caregiver))
    return mine.exclude(state=Handover.State.DRAFT).select_related("agreement__client", "caregiver", "next_caregiver")


def _handovers_to_sign(caregiver):
    signed = HandoverSignature.objects.filter(agency=OuterRef("agency"), handover=OuterRef("pk"))
    outgoing = Q(caregiver=caregiver) & ~Exists(signed.filter(party=Party.OUTGOING))
    receiver = Q(next_caregiver=caregiver) & ~Exists(signed.filter(party=Party.RECEIVER))
    return _own_handovers(caregiver).filter(outgoing | receiver, state=Handover.State.SIGNING)


def _parties_here(caregiver, handover):
    """Whose signatures this phone takes: the caregiver's own, then at the client's home that of the client."""
    if handover.next_caregiver_id == caregiver.pk:
        return [Party.RECEIVER]
    is_to_client = handover.to == Handover.To.CLIENT
    return [Party.OUTGOING, Party.RECEIVER] if is_to_client else [Party.OUTGOING]


@own
def handover(request, caregiver, handover_pk):
    """Read the record and sign it; where the client takes over, they sign on the same phone."""
    row = get_object_or_404(_own_handovers(caregiver), pk=handover_pk)
    signed = {signature.party: signature for signature in row.signatures.all()}
    here = _parties_here(caregiver, row) if row.state == Handover.State.SIGNING else []
    party = next((party for party in here if party not in signed), None)
    context = {"handover": row, "party": party, "is_own": party == (here or [None])[0]}
    if party:
        signers = handovers.signers_of(row, party, request.user)
        form = HandoverSignForm(request.POST or None, signers=signers, text_hash=row.text_hash)
        if submit(form, handovers.sign_handover, handover=row, by=request.user, party=party):
            messages.success(request, _("Signature recorded."))
            return redirect("phone:handover", handover_pk)
        context |= {"form": form, "contents": handovers.contents_of(row, with_health=True)}
    return phone_page(request, "phone/handover.html", **context)
