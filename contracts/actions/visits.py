"""Visits (7.3.2 c): planned from the weekly pattern, assigned, moved, cancelled; attendance.py has what happens there."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.findings import text_of
from agencies.models import AgencySettings, User
from agencies.tenancy import current_agency
from caregivers.models import Caregiver
from contracts.actions.gaps import take_back_unfit
from contracts.actions.history import update_with_history
from contracts.actions.rota import FIELDS, give, lock_visit
from contracts.actions.telling import tell_caregiver
from contracts.models import Agreement, Visit
from contracts.queries.placing import term_findings
from contracts.queries.visits import midnight

State = Visit.State

# One row for each visit the weekly patterns ask for, as lasting changes of the rota have put it; the caregiver of the
# agreement, or of the change, where free, else nobody.
PLAN_SQL = """
    WITH wanted AS (
        SELECT a.id AS agreement_id, a.client_id, a.plan_id, s.weekday, p.planned_start, k.day,
            CASE WHEN o.id IS NULL THEN a.caregiver_id ELSE o.caregiver_id END AS caregiver_id,
            coalesce(o.minutes, s.duration_minutes) AS duration_minutes,
            (k.day + coalesce(o.starts_at, s.starts_at)) AT TIME ZONE 'Asia/Shanghai' AS starts
        FROM contracts_agreement a
        JOIN contracts_planslot s ON s.agency_id = a.agency_id AND s.plan_id = a.plan_id
        JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS pattern
            ON extract(isodow FROM pattern) = s.weekday
            AND pattern::date BETWEEN a.starts_on AND coalesce(a.ended_on, a.ends_on)
        CROSS JOIN LATERAL (SELECT (pattern::date + s.starts_at) AT TIME ZONE 'Asia/Shanghai' AS planned_start) p
        LEFT JOIN LATERAL (SELECT c.* FROM contracts_slotchange c JOIN contracts_rotachange r
                ON r.agency_id = c.agency_id AND r.id = c.change_id AND r.undone_at IS NULL
            WHERE c.agency_id = a.agency_id AND c.agreement_id = a.id AND c.weekday = s.weekday
                AND c.pattern_starts_at = s.starts_at AND c.holds_from <= pattern::date
            ORDER BY c.id DESC LIMIT 1) o ON true
        CROSS JOIN LATERAL (SELECT pattern::date + coalesce(o.day_shift, 0) AS day) k
        WHERE k.day BETWEEN a.starts_on AND coalesce(a.ended_on, a.ends_on) AND a.agency_id = %(agency)s AND a.state IN ('in_force', 'suspended')
            AND NOT EXISTS (SELECT FROM contracts_agreement n WHERE n.agency_id = a.agency_id AND n.amends_id = a.id
                AND n.in_force_at IS NOT NULL AND n.starts_on <= k.day)
            AND (%(agreement)s::bigint IS NULL OR a.id = %(agreement)s)
            AND NOT EXISTS (SELECT FROM contracts_suspension x
                WHERE x.agency_id = a.agency_id AND x.agreement_id = a.id AND x.period @> k.day)
    ), slots AS (
        SELECT *, tstzrange(starts, starts + make_interval(mins => duration_minutes)) AS period FROM wanted
        WHERE starts > %(now)s
    ), inserted AS (
        INSERT INTO contracts_visit (agency_id, agreement_id, client_id, caregiver_id, state, period, planned_start,
            exception_reason, credentials_shown, cancel_reason)
        SELECT %(agency)s, agreement_id, client_id, {caregiver}, 'planned', period, planned_start, '', false, ''
        FROM slots WHERE {condition} ORDER BY agreement_id, starts
        ON CONFLICT {conflict} DO NOTHING
        RETURNING *
    )
    INSERT INTO contracts_historicalvisit (agency_id, id, agreement_id, client_id, caregiver_id, state, period,
        planned_start, exception_reason, credentials_shown, cancel_reason, history_date, history_type)
    SELECT agency_id, id, agreement_id, client_id, caregiver_id, state, period, planned_start, exception_reason,
        credentials_shown, cancel_reason, %(now)s, '+' FROM inserted
    RETURNING id, caregiver_id
"""
IS_FREE = """
    EXISTS (SELECT FROM caregivers_caregiver c
        WHERE c.agency_id = %(agency)s AND c.id = slots.caregiver_id AND c.state = 'active')
    AND EXISTS (SELECT FROM caregivers_credential p
        WHERE p.agency_id = %(agency)s AND p.caregiver_id = slots.caregiver_id AND p.kind = 'health'
        AND (p.expires_on IS NULL OR p.expires_on >= day))
    AND NOT EXISTS (SELECT FROM caregivers_absence b
        WHERE b.agency_id = %(agency)s AND b.caregiver_id = slots.caregiver_id AND b.state = 'approved'
        AND b.period && slots.period)
    AND NOT EXISTS (SELECT FROM contracts_specialevent e
        WHERE e.agency_id = %(agency)s AND e.client_id = slots.client_id AND e.caregiver_id = slots.caregiver_id
        AND e.kind = 'caregiver' AND (e.state = 'open' OR e.until_day IS NOT NULL AND e.outcome <> 'as_before'
            OR e.outcome = 'visits' AND EXISTS (
            SELECT FROM contracts_agreement m WHERE m.agency_id = e.agency_id AND m.id = e.amendment_id
            AND m.state IN ('draft', 'signing')))
        AND slots.day BETWEEN e.from_day AND coalesce(e.until_day, 'infinity'))
    AND NOT EXISTS (SELECT FROM contracts_caregiverpreference n
        WHERE n.agency_id = %(agency)s AND n.client_id = slots.client_id AND n.caregiver_id = slots.caregiver_id
        AND n.kind = 'never' AND n.ended_at IS NULL)
    AND coalesce((SELECT g.level FROM caregivers_levelgrant g
        WHERE g.agency_id = %(agency)s AND g.caregiver_id = slots.caregiver_id AND g.granted_on <= slots.day
        ORDER BY g.granted_on DESC LIMIT 1), 0)
    >= coalesce((SELECT max(i.level_needed) FROM contracts_planline l
        JOIN agencies_serviceitem i ON i.agency_id = l.agency_id AND i.id = l.service_item_id
        WHERE l.agency_id = %(agency)s AND l.plan_id = slots.plan_id
        AND (l.weekdays = '{}' OR slots.weekday = ANY (l.weekdays))), 0)
"""


def plan_visits(*, agreement: Agreement | None = None) -> dict[str, int]:
    """Extend the visits of every agreement in force, or of one, to the horizon.

    1. Visits whose caregiver is free; a clash with another visit is skipped by the database. 2. The rest, unassigned.
    3. Whoever may not be sent by the rules loses what was just planned.
    Running it again, or twice at once, adds nothing: one visit an agreement and planned start.
    """
    today = timezone.localdate()
    params = {
        "agency": current_agency().pk,
        "agreement": agreement.pk if agreement else None,
        "now": timezone.now(),
        "first": today,
        "last": today + dt.timedelta(days=AgencySettings.objects.get().horizon_days),
    }
    statements = {
        "assigned": PLAN_SQL.format(caregiver="caregiver_id", condition=IS_FREE, conflict=""),
        "unassigned": PLAN_SQL.format(
            caregiver="NULL", condition="true", conflict="(agency_id, agreement_id, planned_start)"
        ),
    }
    planned = {}
    with connection.cursor() as cursor:
        for name, statement in statements.items():
            cursor.execute(statement, params)
            planned[name] = dict(cursor.fetchall())
    unfit = take_back_unfit(planned["assigned"])
    return {"assigned": len(planned["assigned"]) - unfit, "unassigned": len(planned["unassigned"]) + unfit}


def plan_agreement_visits(*, agreement: Agreement) -> dict[str, int]:
    """Plan the visits of one agreement, right after it comes into force."""
    return plan_visits(agreement=agreement)


# Gives visits back to whom they belonged, where that caregiver is still free; the rest stand unassigned.
RESTORE_SQL = """
    WITH slots AS (
        SELECT v.id, v.client_id, v.caregiver_id, v.period, (lower(v.period) AT TIME ZONE 'Asia/Shanghai')::date AS day, a.plan_id,
            extract(isodow FROM v.planned_start AT TIME ZONE 'Asia/Shanghai') AS weekday
        FROM contracts_visit v JOIN contracts_agreement a ON a.agency_id = v.agency_id AND a.id = v.agreement_id
        WHERE v.agency_id = %(agency)s AND v.id = ANY (%(ids)s)
    ), free AS (
        SELECT id FROM slots WHERE {condition} AND NOT EXISTS (SELECT FROM contracts_visit o
            WHERE o.agency_id = %(agency)s AND o.caregiver_id = slots.caregiver_id AND o.state <> 'cancelled'
            AND o.period && slots.period)
    )
    UPDATE contracts_visit v SET caregiver_id = NULL
    WHERE v.agency_id = %(agency)s AND v.id = ANY (%(ids)s) AND v.id NOT IN (SELECT id FROM free)
"""


def cancel_visits_from(*, agreement: Agreement, day: dt.date, reason: str, cause: str = "") -> int:
    """Cancel every planned visit of an agreement that starts on a day or later; the cause finds them again."""
    visits = Visit.objects.filter(agreement=agreement, state=State.PLANNED, period__startswith__gte=midnight(day))
    return update_with_history(visits, cause, state=State.CANCELLED, cancel_reason=reason[:200])


def restore_visits_from(*, agreement: Agreement, day: dt.date, cause: str) -> int:
    """Plan again what was cancelled for this cause and lies ahead; what people cancelled one by one stays so."""
    noted = Visit.history.model.objects.filter(
        agency=OuterRef("agency"), id=OuterRef("pk"), state=State.CANCELLED, history_change_reason=cause
    )
    start = max(midnight(day), timezone.now())
    cancelled = Visit.objects.filter(agreement=agreement, state=State.CANCELLED, period__startswith__gte=start)
    ids = list(cancelled.filter(Exists(noted)).select_for_update(of=["self"]).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(RESTORE_SQL.format(condition=IS_FREE), {"agency": current_agency().pk, "ids": ids})
    try:
        with transaction.atomic():
            count = update_with_history(Visit.objects.filter(pk__in=ids), state=State.PLANNED, cancel_reason="")
    except IntegrityError as error:
        if "visit_no_double_booking" not in str(error):
            raise
        raise ValidationError(_("Somebody changed the rota meanwhile; try again.")) from None
    given = Visit.objects.filter(pk__in=ids, caregiver__isnull=False)
    take_back_unfit(dict(given.values_list("pk", "caregiver_id")))
    return count


def assign_visit(*, visit: Visit, caregiver: Caregiver, by: User, seen: str = "") -> Visit:
    """Send a caregiver to a visit; every reason against it is named at once, and the database refuses a clash.

    seen is where the visit stood on the page, as queries.rota_changes.seen_as says it.
    """
    if visit.caregiver_id == caregiver.pk:
        return visit
    return give(visit=visit, caregiver=caregiver, by=by, seen=seen)


def unassign_visit(*, visit: Visit, by: User) -> Visit:
    """Take a visit back from its caregiver; it stands with the unassigned."""
    visit = lock_visit(visit)
    if visit.state != State.PLANNED or visit.caregiver is None:
        raise ValidationError(_("This visit is not planned with somebody."))
    return give(visit=visit, caregiver=None, by=by)


def time_problems(agreement: Agreement, starts_at: dt.datetime, ends_at: dt.datetime) -> dict[str, str]:
    """What is wrong with a visit's time by field: its length for the work form (3.3), and outside of the agreement's term."""
    rests = agreement.suspensions.values_list("period", flat=True)
    return {FIELDS[finding.code]: text_of(finding) for finding in term_findings(agreement, rests, starts_at, ends_at)}


def cancel_visit(*, visit: Visit, by: User, reason: str) -> Visit:
    visit = lock_visit(visit)
    problems = {}
    if visit.state != State.PLANNED:
        problems["__all__"] = _("Only a planned visit can be cancelled.")
    if not reason:
        problems["reason"] = _("Say why the visit is cancelled.")
    if problems:
        raise ValidationError(problems)
    visit.state, visit.cancel_reason = State.CANCELLED, reason
    visit.save()
    if visit.caregiver:
        tell_caregiver(visit.caregiver, _("A visit was cancelled"), visit)
    return visit
