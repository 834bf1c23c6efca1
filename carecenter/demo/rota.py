"""The rota of the demo world: a relief for every seventh day of living in, two replacements, a visit moved, a draft, a calendar."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from carecenter.demo.base import World
from caregivers.models import Caregiver
from contracts.actions import filling, rota
from contracts.actions.agreements import cancel_agreement
from contracts.actions.calendar_feeds import open_feed
from contracts.models import Agreement, RotaProposal, Visit
from contracts.queries.filling import open_visits
from contracts.queries.replacing import open_supplement
from contracts.queries.rota import week_of
from contracts.queries.rota_changes import Scope
from contracts.queries.suggesting import candidates

SUNDAY = 7


def plan(world: World, caregivers: list[Caregiver]) -> None:
    """As the coordinator would on an ordinary morning; nothing is forced, whoever may not go is not sent."""
    for visit in _live_in_sundays():
        _give(world, visit, Scope.LATER, "每周日休息，由替班服务员上户")
    hourly = _ahead().filter(agreement__work_form="hourly", caregiver__isnull=False)
    if visit := hourly.filter(period__startswith__gt=timezone.now() + dt.timedelta(days=2)).first():
        _give(world, visit, Scope.ONE, "家属请求，仅此一次")
    _replace_for_good(world, caregivers[0])
    open_feed(caregiver=caregivers[0])
    monday = week_of(world.today).first + dt.timedelta(days=7)
    if open_visits(monday).exists():
        proposal = RotaProposal.objects.create(monday=monday, asked_by=world.coordinator)
        filling.work_out(proposal_id=proposal.pk, seconds=2)


def _ahead():
    rows = Visit.objects.filter(state=Visit.State.PLANNED, period__startswith__gt=timezone.now())
    return rows.select_related("client", "agreement__caregiver", "caregiver").order_by("period", "pk")


def _live_in_sundays():
    """The next Sunday of each agreement for living in."""
    found = {}
    rows = _ahead().filter(agreement__work_form="live_in", planned_start__iso_week_day=SUNDAY, caregiver__isnull=False)
    for visit in rows:
        found.setdefault(visit.agreement_id, visit)
    return found.values()


def _replace_for_good(world, but):
    """Two clients get somebody else for good: one supplement waits to be sent out, one was put off and is asked for."""
    running = Agreement.objects.filter(state=Agreement.State.IN_FORCE, work_form="hourly", ended_on=None)
    running = running.filter(amendments=None, special_events=None).exclude(caregiver=but).order_by("number")
    drafts = []
    for agreement in running.select_related("caregiver").defer("terms")[:8]:
        if draft := _give_all(world, agreement):
            drafts.append(draft)
        if len(drafts) == 2:
            cancel_agreement(agreement=drafts[1], by=world.coordinator)
            break


def _give_all(world, agreement):
    """Give the visits of the week to one who is free at all of them, until the supplement is drafted."""
    visits = {}
    for visit in _ahead().filter(agreement=agreement, caregiver=agreement.caregiver_id):
        visits.setdefault(timezone.localtime(visit.planned_start).isoweekday(), visit)
    free = [[one.caregiver for one in candidates(visit) if one.is_free] for visit in visits.values()]
    others = [
        one for one in (free[0] if free else []) if one != agreement.caregiver and all(one in row for row in free)
    ]
    if not others:
        return None
    for visit in visits.values():
        visit.refresh_from_db()
        times = {"starts_at": visit.period.lower, "ends_at": visit.period.upper}
        try:
            with transaction.atomic():
                rota.place_visit(
                    visit=visit, by=world.coordinator, caregiver=others[0], scope=Scope.LATER,
                    reason="原服务员家中有事，家属同意长期换人", **times,
                )  # fmt: skip
        except ValidationError:
            return None
        if draft := open_supplement(agreement):
            return draft
    return None


def _give(world, visit, scope, reason):
    """To the first who may go and is not the one who goes now."""
    others = [one.caregiver for one in candidates(visit) if one.is_free and one.caregiver.pk != visit.caregiver_id]
    if others:
        times = {"starts_at": visit.period.lower, "ends_at": visit.period.upper}
        rota.place_visit(visit=visit, by=world.coordinator, caregiver=others[0], scope=scope, reason=reason, **times)
