"""Assignments whose caregiver no longer meets the requirements (4.2.1, 4.2.2.2): found every night and on changes."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.links import office_url
from agencies.models import AgencySettings, Role
from agencies.standard import Finding, forbidding
from agencies.tenancy import current_agency
from caregivers.actions.fitness import hears_of_fitness
from caregivers.models import Caregiver
from caregivers.queries.files import Assignment, agency_limits, assignment_facts
from caregivers.standard.eligibility import EDUCATION, LIMITS, check_assignment
from contracts.actions.history import update_with_history
from contracts.models import AssignmentGap, Visit
from contracts.queries.preferences import never_by_pair, never_findings

CHUNK = 2000

# Visits ahead that might lack something. Coarser than the rules, which alone decide: it may name too many, never too few.
SUSPECT_SQL = """
    WITH ahead AS (
        SELECT v.id, v.client_id, v.caregiver_id, v.agreement_id, v.period, (lower(v.period) AT TIME ZONE %(zone)s)::date AS first,
            ((upper(v.period) - interval '1 second') AT TIME ZONE %(zone)s)::date AS last,
            extract(isodow FROM v.planned_start AT TIME ZONE %(zone)s) AS weekday
        FROM contracts_visit v
        WHERE v.agency_id = %(agency)s AND v.state = 'planned' AND v.caregiver_id IS NOT NULL
            AND lower(v.period) > %(now)s AND (%(ids)s::bigint[] IS NULL OR v.caregiver_id = ANY (%(ids)s))
    ), needed AS (
        SELECT a.*, g.work_form, coalesce((SELECT max(i.level_needed)
            FROM contracts_planline l JOIN agencies_serviceitem i ON i.agency_id = l.agency_id AND i.id = l.service_item_id
            WHERE l.agency_id = %(agency)s AND l.plan_id = g.plan_id
                AND (l.weekdays = '{}' OR a.weekday = ANY (l.weekdays))), 0) AS level_needed
        FROM ahead a JOIN contracts_agreement g ON g.agency_id = %(agency)s AND g.id = a.agreement_id
    )
    SELECT n.id, n.caregiver_id, n.period, n.work_form, n.level_needed, n.client_id
    FROM needed n JOIN caregivers_caregiver c ON c.agency_id = %(agency)s AND c.id = n.caregiver_id
    WHERE c.state <> 'active' OR c.declared_no_history_on IS NULL
        OR c.birth_date > n.first - make_interval(years => %(min_age)s) OR c.birth_date <= n.last - make_interval(years => %(max_age)s + 1)
        OR c.education = ANY (%(unschooled)s) OR NOT n.work_form = ANY (c.work_forms)
        OR NOT EXISTS (SELECT FROM caregivers_supervisionacknowledgement k WHERE k.agency_id = %(agency)s
            AND k.caregiver_id = c.id AND k.acknowledged_on <= n.first)
        OR coalesce((SELECT g.level FROM caregivers_levelgrant g WHERE g.agency_id = %(agency)s AND g.caregiver_id = c.id
            AND g.granted_on <= n.first ORDER BY g.granted_on DESC LIMIT 1), -1) < n.level_needed
        OR EXISTS (SELECT FROM caregivers_absence b WHERE b.agency_id = %(agency)s AND b.caregiver_id = c.id
            AND b.state = 'approved' AND b.period && n.period)
        OR EXISTS (SELECT FROM contracts_caregiverpreference x WHERE x.agency_id = %(agency)s
            AND x.client_id = n.client_id AND x.caregiver_id = c.id AND x.kind = 'never' AND x.ended_at IS NULL)
        OR EXISTS (SELECT FROM caregivers_attendance t JOIN caregivers_trainingsession s
            ON s.agency_id = t.agency_id AND s.id = t.session_id
            WHERE t.agency_id = %(agency)s AND t.caregiver_id = c.id AND s.state = 'planned'
            AND tstzrange(s.starts_at, s.ends_at) && n.period)
        OR EXISTS (SELECT FROM (VALUES (ARRAY['identity_card']), (ARRAY['health']), (ARRAY['background']),
                (ARRAY['insurance']), (ARRAY['domestic_service', 'elderly_care'])) AS asked (kinds)
            WHERE NOT EXISTS (SELECT FROM caregivers_credential p WHERE p.agency_id = %(agency)s
                AND p.caregiver_id = c.id AND p.kind = ANY (asked.kinds) AND p.verified_on IS NOT NULL
                AND p.declined_reason = '' AND p.issued_on <= n.first
                AND (p.expires_on IS NULL OR p.expires_on >= n.last)
                AND (p.invalid_from IS NULL OR p.invalid_from > n.last)))
    ORDER BY n.id
"""


def suspect_visits(caregivers: Iterable[int] | None = None) -> list[tuple]:
    """(visit, caregiver, period, work form, level needed, client) of visits ahead that might lack something."""
    with connection.cursor() as cursor:
        cursor.execute(
            SUSPECT_SQL,
            {
                "agency": current_agency().pk,
                "ids": None if caregivers is None else list(caregivers),
                "zone": settings.TIME_ZONE,
                "now": timezone.now(),
                "min_age": max(row.min_age for row in LIMITS),
                "max_age": AgencySettings.objects.get().caregiver_max_age,
                "unschooled": list(EDUCATION[: max(EDUCATION.index(row.least_education) for row in LIMITS)]),
            },
        )
        return cursor.fetchall()


def refresh_gaps(caregivers: Iterable[int] | None = None) -> dict[str, int]:
    """Write anew which visits ahead lack something, of everybody or of these caregivers; mended ones go.

    Running it again, or twice at once, changes nothing.
    """
    found, now = 0, timezone.now()
    suspects = suspect_visits(caregivers)
    for start in range(0, len(suspects), CHUNK):
        gaps = _judged(suspects[start : start + CHUNK], now)
        AssignmentGap.objects.bulk_create(
            gaps, update_conflicts=True, unique_fields=["agency", "visit"], update_fields=["reasons", "found_at"]
        )
        found += len(gaps)
    mended = AssignmentGap.objects.filter(found_at__lt=now)
    if caregivers is not None:
        mended = mended.filter(visit__caregiver__in=list(caregivers))
    mended.delete()
    return {"gaps": found}


@hears_of_fitness
def refresh_gaps_of(caregiver: Caregiver) -> None:
    """Look at one caregiver's visits ahead again; nobody who is suspended or gone keeps any of them."""
    if caregiver.state != Caregiver.State.ACTIVE:
        _take_back(caregiver)
    refresh_gaps([caregiver.pk])


def _take_back(caregiver):
    ahead = Visit.objects.filter(caregiver=caregiver, state=Visit.State.PLANNED, period__startswith__gt=timezone.now())
    count = update_with_history(ahead, caregiver.state, caregiver=None)
    if count:
        words = {"caregiver": caregiver, "count": count}
        title = _("%(caregiver)s cannot come: %(count)s visits ahead need somebody else") % words
        notify(
            users=members_with(Role.MANAGER, Role.COORDINATOR),
            title=title,
            url=f"{office_url('visit_list')}?tab=planned&unassigned=1",
        )


def take_back_unfit(given: Mapping[int, int]) -> int:
    """Take visits just given, {visit: caregiver}, back from whoever may not be sent to them; returns how many."""
    suspects = [row for row in suspect_visits(set(given.values())) if row[0] in given]
    unfit = [gap.visit_id for gap in _judged(suspects, timezone.now())]
    return update_with_history(Visit.objects.filter(pk__in=unfit), "unfit", caregiver=None)


def _judged(suspects, now):
    people = Caregiver.objects.in_bulk({row[1] for row in suspects})
    asked = [Assignment(people[row[1]], row[2].lower, row[2].upper, row[3], row[4]) for row in suspects]
    never = never_by_pair(row[5] for row in suspects)
    limits: dict[dt.date, object] = {}
    gaps = []
    for row, facts in zip(suspects, assignment_facts(asked), strict=True):
        if facts.first_day not in limits:
            limits[facts.first_day] = agency_limits(facts.first_day)
        findings = never_findings(never.get(row[5], {}), row[1])
        if findings := findings + forbidding(check_assignment(facts, limits[facts.first_day])):
            reasons = [_kept(finding) for finding in findings]
            gaps.append(AssignmentGap(agency=current_agency(), visit_id=row[0], reasons=reasons, found_at=now))
    return gaps


def _kept(finding):
    params = {
        name: value.isoformat() if isinstance(value, dt.date) else value for name, value in finding.params.items()
    }
    return [finding.clause, finding.code, finding.message, params]


def findings_of(gap: AssignmentGap) -> list[Finding]:
    """What a gap was found to lack, for text_of."""
    return [Finding(*kept) for kept in gap.reasons]


def gaps_ahead():
    """Visits that still lack something, the next one first."""
    open_ones = AssignmentGap.objects.filter(visit__state=Visit.State.PLANNED, visit__caregiver__isnull=False)
    return open_ones.select_related("visit__client", "visit__caregiver").order_by("visit__planned_start")
