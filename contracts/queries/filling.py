"""A week's unassigned visits and who could take them, as the plain data that contracts.filling works on."""

import datetime as dt
from collections import defaultdict

from django.db.models import QuerySet
from django.utils import timezone

from agencies.calendar import ONE_DAY
from agencies.standard import forbidding
from caregivers.models import Caregiver
from caregivers.queries.files import Assignment, assignment_facts, away_between, with_level
from caregivers.standard.eligibility import check_assignment
from contracts.filling import Hand, Open, Taken, Week
from contracts.models import CaregiverPreference, Visit
from contracts.queries.placing import Judge, Placement, stays
from contracts.queries.rota import week_of
from contracts.queries.suggesting import visits_done
from contracts.rota_standard import WEEK_HOURS, Fit, points

PASSING = ("absent", "in_training")  # about the hour, which is looked at as a time that is taken
OUT_OF_HOURS = 2  # warnings that a time outside of the hours on file counts as


def open_visits(monday: dt.date) -> QuerySet[Visit]:
    """Visits ahead in a week that nobody is assigned to, in order of time."""
    start, end = week_of(monday).period
    rows = Visit.objects.filter(
        state=Visit.State.PLANNED, caregiver=None,
        period__startswith__gte=max(start, timezone.now()), period__startswith__lt=end,
    )  # fmt: skip
    return rows.select_related("client", "agreement").defer("agreement__terms").order_by("period", "pk")


def week_to_fill(monday: dt.date) -> tuple[Week, dict[int, Visit], dict[int, Caregiver]]:
    """The week as data, with the rows it speaks of; about twenty queries however large it is."""
    visits = {visit.pk: visit for visit in open_visits(monday)}
    people = with_level(Caregiver.objects.filter(state=Caregiver.State.ACTIVE), monday).defer("identity_number")
    people = {person.pk: person for person in people}
    judge = Judge([stays(visit) for visit in visits.values()])
    able = _able(judge, visits.values(), people)
    hands, seen = _hands(judge, week_of(monday), people)
    ready, done = judge.hours_of(people), visits_done({visit.client_id for visit in visits.values()}, people)
    worth = {}
    for visit in visits.values():
        preferences = judge.preferences[visit.client_id]
        for pk in able[_kind(judge, visit)]:
            preference = preferences.get(pk)
            if preference and preference.kind == CaregiverPreference.Kind.NEVER:
                continue
            if judge.away_of(visit, people[pk], visit.period.lower):
                continue
            fit = Fit(
                is_preferred=preference is not None,
                is_agreed=visit.agreement.caregiver_id == pk,
                visits_here=done.get((visit.client_id, pk), 0),
                spare_levels=max((people[pk].level or 0) - judge.levels[visit.pk], 0),
                warnings=OUT_OF_HOURS * _is_out_of_hours(ready[pk], visit),
            )
            worth[visit.pk, pk] = points(fit)
    return Week([_open(visit) for visit in visits.values()], hands, worth, seen), visits, people


def _open(visit):
    starts, ends = timezone.localtime(visit.period.lower), timezone.localtime(visit.period.upper)
    minutes = 0 if visit.agreement.work_form == "live_in" else int((ends - starts).total_seconds() // 60)
    return Open(visit.pk, visit.client_id, starts, ends, minutes)


def _kind(judge, visit):
    """What the rules on people ask about a visit: its days, its work form, the level."""
    first = timezone.localtime(visit.period.lower).date()
    last = timezone.localtime(visit.period.upper - dt.timedelta(seconds=1)).date()
    return first, last, visit.agreement.work_form, judge.levels[visit.pk]


def _able(judge, visits, people):
    """By kind of visit who may be sent; judged once a kind and person, not once a visit."""
    kinds = {_kind(judge, visit): visit for visit in visits}
    pairs = [(kind, visit, person) for kind, visit in kinds.items() for person in people.values()]
    asked = [
        Assignment(person, visit.period.lower, visit.period.upper, kind[2], kind[3]) for kind, visit, person in pairs
    ]
    able = defaultdict(list)
    for (kind, _visit, person), facts in zip(pairs, assignment_facts(asked) if asked else [], strict=True):
        findings = forbidding(check_assignment(facts, judge.limits_of(facts.first_day)))
        if all(finding.code in PASSING for finding in findings):
            able[kind].append(person.pk)
    return able


def _hands(judge, span, people):
    """What each caregiver has in this week and around it, and whom their clients know already."""
    start, end = span.period
    around = start - ONE_DAY, end + ONE_DAY
    taken, minutes, days, seen = defaultdict(list), defaultdict(int), defaultdict(set), set()
    standing = Visit.objects.filter(caregiver__in=people, period__overlap=around).exclude(state=Visit.State.CANCELLED)
    rows = standing.values_list("caregiver_id", "client_id", "period", "agreement__work_form")
    for owner, client, period, form in rows:
        starts, ends = timezone.localtime(period.lower), timezone.localtime(period.upper)
        taken[owner].append(Taken(starts, ends, client))
        if start <= period.lower < end:
            days[owner].add(starts.date())
            seen.add((client, owner))
            minutes[owner] += 0 if form == "live_in" else int((ends - starts).total_seconds() // 60)
    keeps_training = judge.modes.get("is_not_in_training", "forbid") == "forbid"
    for owner, what, starts, ends in away_between(people, *around):
        if what == "absence" or keeps_training:
            taken[owner].append(Taken(timezone.localtime(starts), timezone.localtime(ends)))
    hands = [
        Hand(pk, WEEK_HOURS[person.employment] * 60, minutes[pk], tuple(taken[pk]), frozenset(days[pk]))
        for pk, person in people.items()
    ]
    return hands, seen


def _is_out_of_hours(ready, visit):
    if not ready or visit.agreement.work_form == "live_in":
        return False
    starts, ends = timezone.localtime(visit.period.lower), timezone.localtime(visit.period.upper)
    hours = ready.get(starts.isoweekday())
    return hours is None or not (hours[0] <= starts.time() and ends.time() <= hours[1])


def placed(visits: dict[int, Visit], people: dict[int, Caregiver], choice: dict[int, int]) -> list[Placement]:
    """A choice as places in the rota, for the rules to judge."""
    return [
        Placement(visits[visit], people[hand], visits[visit].period.lower, visits[visit].period.upper)
        for visit, hand in choice.items()
    ]
