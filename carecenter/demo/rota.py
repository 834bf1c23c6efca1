"""The rota of the demo world: a relief for every seventh day of living in, one visit moved, a draft, a calendar."""

import datetime as dt

from django.utils import timezone

from carecenter.demo.base import World
from caregivers.models import Caregiver
from contracts.actions import filling, rota
from contracts.actions.calendar_feeds import open_feed
from contracts.models import RotaProposal, Visit
from contracts.queries.filling import open_visits
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


def _give(world, visit, scope, reason):
    """To the first who may go and is not the one who goes now."""
    others = [one.caregiver for one in candidates(visit) if one.is_free and one.caregiver.pk != visit.caregiver_id]
    if others:
        times = {"starts_at": visit.period.lower, "ends_at": visit.period.upper}
        rota.place_visit(visit=visit, by=world.coordinator, caregiver=others[0], scope=scope, reason=reason, **times)
