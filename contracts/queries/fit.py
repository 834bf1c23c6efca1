"""Who fits a service plan: level, papers and free time of every caregiver, for the choice in an agreement (7.3.2 b)."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from agencies.calendar import ONE_DAY
from agencies.findings import text_of
from agencies.standard import forbidding
from agencies.tenancy import current_agency
from caregivers.models import Caregiver
from caregivers.queries.files import agency_limits, facts_of, with_level
from caregivers.standard.eligibility import check_assignment
from contracts.models import ServicePlan
from contracts.queries.fees import slots_of
from contracts.queries.preferences import never_findings, preferences_of, prefers
from contracts.standard import occurrences

WEEKS = 4
PASSING = ("absent", "in_training")  # on the day that is looked at, not for good

BUSY_SQL = """
    SELECT v.caregiver_id, count(DISTINCT t.starts)
    FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS t (starts, ends)
    JOIN contracts_visit v ON v.period && tstzrange(t.starts, t.ends)
    WHERE v.agency_id = %(agency)s AND v.state <> 'cancelled' AND v.caregiver_id IS NOT NULL AND v.client_id <> %(client)s
        AND lower(v.period) >= %(first)s AND lower(v.period) < %(last)s
    GROUP BY v.caregiver_id
"""


@dataclass(frozen=True)
class Fit:
    """A caregiver beside a plan: what forbids the work, and how many of the planned times are taken."""

    caregiver: Caregiver
    reasons: list[str]
    busy: int
    times: int
    is_preferred: bool = False

    @property
    def is_fit(self) -> bool:
        return not self.reasons and not self.busy


def plan_level(plan: ServicePlan) -> int:
    """The highest level that an item of a plan asks for."""
    return max((line.service_item.level_needed for line in plan.lines.select_related("service_item")), default=0)


def fits(plan: ServicePlan, starts_on: dt.date) -> list[Fit]:
    """Everybody in service for a plan that begins on a day: who fits first, of those whom the client prefers."""
    first = max(starts_on, timezone.localdate())
    times = list(occurrences(slots_of(plan), first, first + dt.timedelta(weeks=WEEKS, days=-1)))
    people = list(with_level(Caregiver.objects.filter(state=Caregiver.State.ACTIVE), first))
    preferences = preferences_of(plan.client_id)
    against, busy = _reasons(plan, people, first, preferences), _busy(plan, times)
    found = [
        Fit(person, against[person.pk], busy.get(person.pk, 0), len(times), prefers(preferences, person.pk))
        for person in people
    ]
    return sorted(found, key=_order)


def _order(fit):
    return len(fit.reasons), fit.busy, not fit.is_preferred, fit.caregiver.level or 0, fit.caregiver.number


def _reasons(plan, people, day, preferences):
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(9)))
    end = start + dt.timedelta(hours=1)
    facts = facts_of(people, start=start, end=end, work_form=plan.work_form, level_needed=plan_level(plan))
    limits = agency_limits(day)
    against = {}
    for person in people:
        findings = never_findings(preferences, person.pk)
        findings += forbidding(check_assignment(facts[person.pk], limits))
        against[person.pk] = [text_of(finding) for finding in findings if finding.code not in PASSING]
    return against


def _busy(plan, times):
    if not times:
        return {}
    params = {
        "agency": current_agency().pk,
        "client": plan.client_id,
        "starts": [start for start, _end in times],
        "ends": [end for _start, end in times],
        "first": times[0][0] - ONE_DAY,
        "last": times[-1][1],
    }
    with connection.cursor() as cursor:
        cursor.execute(BUSY_SQL, params)
        return dict(cursor.fetchall())
