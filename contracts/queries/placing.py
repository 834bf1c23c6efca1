"""Where visits might stand in the rota, judged many at once: the findings of every rule, with a fixed number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agencies.calendar import holiday_name
from agencies.standard import Finding, check_duration
from caregivers.models import Availability, Caregiver
from caregivers.queries.files import Assignment, assignment_facts, kept_rules
from caregivers.standard.eligibility import Limits, check_assignment, limits_on
from contracts.models import Agreement, CaregiverPreference, PlanLine, Suspension, Visit
from contracts.queries.preferences import in_force, never_findings
from contracts.queries.special import away_findings, kept_away
from contracts.rota_standard import Booking, Place, check_place

LONGEST_MINUTES = 24 * 60
AROUND = dt.timedelta(days=8)  # as far as the rules on hours and rest look, and a day more


class Placement(NamedTuple):
    """A visit, who would go and when; nobody: it would stand with the unassigned."""

    visit: Visit
    caregiver: Caregiver | None
    starts: dt.datetime
    ends: dt.datetime

    @property
    def is_kept(self) -> bool:
        """Whether the time is the one at which the visit stands."""
        return (self.starts, self.ends) == (self.visit.period.lower, self.visit.period.upper)

    @property
    def is_change(self) -> bool:
        return not self.is_kept or (self.caregiver and self.caregiver.pk) != self.visit.caregiver_id


def stays(visit: Visit) -> Placement:
    return Placement(visit, visit.caregiver, visit.period.lower, visit.period.upper)


def levels_needed(visits: Iterable[Visit]) -> dict[int, int]:
    """By visit the highest level that an item of it asks for; one query."""
    visits = list(visits)
    lines = PlanLine.objects.filter(
        plan__in={visit.agreement.plan_id for visit in visits}, service_item__level_needed__gt=0
    )
    by_plan = defaultdict(list)
    for plan, weekdays, level in lines.order_by().values_list("plan_id", "weekdays", "service_item__level_needed"):
        by_plan[plan].append((weekdays, level))
    return {visit.pk: _level(by_plan[visit.agreement.plan_id], visit) for visit in visits}


def _level(lines, visit):
    day = timezone.localtime(visit.planned_start).isoweekday()
    return max((level for weekdays, level in lines if not weekdays or day in weekdays), default=0)


@dataclass
class Judge:
    """What is known around some placements; it says what stands against each. Visits that move together are seen where they go."""

    placements: list[Placement]

    def __post_init__(self):
        visits = {row.visit.pk: row.visit for row in self.placements}
        people = {row.caregiver.pk for row in self.placements if row.caregiver}
        self.now = timezone.now()
        self.limits = {}
        self.max_age, self.modes = kept_rules()
        self.levels = levels_needed(visits.values())
        clients = {visit.client_id for visit in visits.values()}
        self.preferences, self.away = _preferences(clients), kept_away(clients)
        self.rests = defaultdict(list)
        rests = Suspension.objects.filter(agreement__in={visit.agreement_id for visit in visits.values()}).order_by()
        for agreement, period in rests.values_list("agreement_id", "period"):
            self.rests[agreement].append(period)
        self.ready = self.hours_of(people)
        self._book(visits, people)

    def hours_of(self, people: Iterable[int]) -> dict[int, dict[int, tuple[dt.time, dt.time]]]:
        """By caregiver and weekday the hours in which they are ready; nobody without such hours is in it."""
        ready = defaultdict(dict)
        hours = Availability.objects.filter(caregiver__in=list(people)).order_by()
        for owner, weekday, starts, ends in hours.values_list("caregiver_id", "weekday", "starts_at", "ends_at"):
            ready[owner][weekday] = (starts, ends)
        return ready

    def _book(self, visits, people):
        """Bookings of these caregivers and clients around the times in question."""
        self.of_caregiver, self.of_client = defaultdict(list), defaultdict(list)
        if not self.placements:
            return
        clients = {visit.client_id for visit in visits.values()}
        first = min(row.starts for row in self.placements)
        last = max(first, *(row.ends for row in self.placements))  # a range that ends before it begins is none
        span = first - AROUND, last + AROUND
        others = Visit.objects.filter(Q(caregiver__in=people) | Q(client__in=clients), period__overlap=span)
        others = others.exclude(state=Visit.State.CANCELLED)
        fields = ("pk", "caregiver_id", "client_id", "client__salutation", "agreement__work_form")
        for pk, caregiver, client, name, form, starts, ends in others.order_by("period").values_list(
            *fields, Lower("period"), Upper("period")
        ):
            booking = Booking(timezone.localtime(starts), timezone.localtime(ends), client, name, form)
            self._note(pk, caregiver, client, booking)

    def _note(self, pk, caregiver, client, booking):
        if caregiver:
            self.of_caregiver[caregiver].append((pk, booking))
        self.of_client[client].append((pk, booking))

    def findings(self) -> list[list[Finding]]:
        """For each placement, in their order, what forbids it and what speaks against it."""
        moving = {row.visit.pk for row in self.placements}
        people = [row for row in self.placements if row.caregiver]
        coming = defaultdict(list)
        for row in people:
            coming[row.caregiver.pk].append((row.visit.pk, _booking(row)))
        for owner, standing in self.of_caregiver.items():
            coming[owner] += [(pk, one) for pk, one in standing if pk not in moving]
        asked = [
            Assignment(row.caregiver, row.starts, row.ends, row.visit.agreement.work_form, self.levels[row.visit.pk])
            for row in people
        ]
        facts = dict(zip(map(id, people), assignment_facts(asked) if asked else [], strict=True))
        return [self._of_one(row, facts.get(id(row)), coming, moving) for row in self.placements]

    def _of_one(self, row, facts, coming, moving):
        agreement = row.visit.agreement
        found = term_findings(agreement, self.rests[agreement.pk], row.starts, row.ends, is_kept=row.is_kept)
        if row.caregiver:
            found += never_findings(self.preferences[row.visit.client_id], row.caregiver.pk)
            found += self.away_of(row.visit, row.caregiver, row.starts)
            found += check_assignment(facts, self.limits_of(facts.first_day))
        return found + check_place(self._place(row, coming, moving))

    def away_of(self, visit: Visit, caregiver: Caregiver, starts: dt.datetime) -> list[Finding]:
        """Whether the caregiver said that they cannot go to this client then."""
        return away_findings(self.away[visit.client_id], caregiver.pk, timezone.localtime(starts).date())

    def limits_of(self, day: dt.date) -> Limits:
        """The limits in force on a day as the agency keeps them."""
        if day not in self.limits:
            self.limits[day] = limits_on(day, max_age=self.max_age, modes=self.modes)
        return self.limits[day]

    def _place(self, row, coming, moving):
        starts, ends = timezone.localtime(row.starts), timezone.localtime(row.ends)
        visit, person = row.visit, row.caregiver
        name = holiday_name(starts.date())
        return Place(
            starts=starts,
            ends=ends,
            now=self.now,
            client_id=visit.client_id,
            work_form=visit.agreement.work_form,
            is_kept=row.is_kept,
            has_caregiver=person is not None,
            employment=person.employment if person else "",
            caregiver_bookings=tuple(one for pk, one in coming[person.pk] if pk != visit.pk) if person else (),
            client_bookings=tuple(one for pk, one in self.of_client[visit.client_id] if pk not in moving),
            ready=self.ready[person.pk] if person else {},
            holiday=_(name) if name else "",
        )


def _booking(row):
    visit = row.visit
    times = timezone.localtime(row.starts), timezone.localtime(row.ends)
    return Booking(*times, visit.client_id, visit.client.salutation, visit.agreement.work_form)


def term_findings(
    agreement: Agreement, rests: Iterable, starts: dt.datetime, ends: dt.datetime, *, is_kept: bool = False
) -> list[Finding]:
    """The length of the work form (3.3), unless the time stays what it is; the agreement's term; its rests."""
    found, minutes, day = [], (ends - starts).total_seconds() // 60, timezone.localtime(starts).date()
    if minutes <= 0:
        found.append(Finding("7.3.2 c", "end_first", gettext_noop("The end lies before the start.")))
    elif minutes > LONGEST_MINUTES:
        found.append(Finding("3.3", "too_long", gettext_noop("A visit lasts 24 hours at most.")))
    elif not is_kept and (finding := check_duration(agreement.work_form, int(minutes))):
        found.append(finding)
    if not agreement.starts_on <= day <= (agreement.ended_on or agreement.ends_on):
        found.append(Finding("7.3.2 b", "out_of_term", gettext_noop("The agreement does not cover this day.")))
    elif any(day in period for period in rests):
        found.append(Finding("7.3.2 b", "rests", gettext_noop("The service is suspended on this day.")))
    return found


def _preferences(client_ids):
    found: dict[int, dict[int, CaregiverPreference]] = defaultdict(dict)
    rows = in_force().filter(client__in=client_ids).order_by()
    for row in rows.only("client", "caregiver", "kind", "reason", "noted_at"):
        found[row.client_id][row.caregiver_id] = row
    return found


def judge(placements: list[Placement]) -> list[list[Finding]]:
    """For each placement what forbids it and what speaks against it; visits need client and agreement at hand."""
    return Judge(placements).findings()
