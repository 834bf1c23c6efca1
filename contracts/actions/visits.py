"""Visits (7.3.2 c): planned from the weekly pattern, assigned, moved, cancelled; attendance.py has what happens there."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions import notify
from agencies.findings import text_of
from agencies.models import AgencySettings, User
from agencies.standard import check_duration
from agencies.tenancy import current_agency
from caregivers.models import Caregiver
from contracts.actions.gaps import take_back_unfit
from contracts.actions.history import update_with_history
from contracts.models import Agreement, Visit
from contracts.queries.ability import able_for_visit, could_do_it, lacks_level
from contracts.queries.visits import findings_against, midnight

State = Visit.State

# One row for each visit the weekly patterns ask for; the caregiver of the agreement where free, else nobody.
PLAN_SQL = """
    WITH wanted AS (
        SELECT a.id AS agreement_id, a.client_id, a.caregiver_id, a.plan_id, day::date AS day, s.weekday,
            s.duration_minutes, (day::date + s.starts_at) AT TIME ZONE 'Asia/Shanghai' AS starts
        FROM contracts_agreement a
        JOIN contracts_planslot s ON s.agency_id = a.agency_id AND s.plan_id = a.plan_id
        JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day
            ON extract(isodow FROM day) = s.weekday AND day::date BETWEEN a.starts_on AND coalesce(a.ended_on, a.ends_on)
        WHERE a.agency_id = %(agency)s AND a.state IN ('in_force', 'suspended')
            AND NOT EXISTS (SELECT FROM contracts_agreement n WHERE n.agency_id = a.agency_id AND n.amends_id = a.id
                AND n.in_force_at IS NOT NULL AND n.starts_on <= day::date)
            AND (%(agreement)s::bigint IS NULL OR a.id = %(agreement)s)
            AND NOT EXISTS (SELECT FROM contracts_suspension x
                WHERE x.agency_id = a.agency_id AND x.agreement_id = a.id AND x.period @> day::date)
    ), slots AS (
        SELECT *, tstzrange(starts, starts + make_interval(mins => duration_minutes)) AS period FROM wanted
        WHERE starts > %(now)s
    ), inserted AS (
        INSERT INTO contracts_visit (agency_id, agreement_id, client_id, caregiver_id, state, period, planned_start,
            exception_reason, credentials_shown, cancel_reason)
        SELECT %(agency)s, agreement_id, client_id, {caregiver}, 'planned', period, starts, '', false, ''
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
        AND e.kind = 'caregiver' AND e.state = 'open'
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


def lock_visit(visit: Visit) -> Visit:
    """The row as it stands, ours until the transaction ends."""
    return Visit.objects.select_for_update(of=["self"]).select_related("client", "agreement").get(pk=visit.pk)


def assign_visit(*, visit: Visit, caregiver: Caregiver, by: User) -> Visit:
    """Send a caregiver to a visit; every reason against it is named at once, and the database refuses a clash."""
    visit = lock_visit(visit)
    if visit.state != State.PLANNED:
        raise ValidationError(_("Only a planned visit can be given to somebody."))
    _refuse_unfit(visit, caregiver)
    previous = visit.caregiver
    visit.caregiver = caregiver
    _save_unless_booked(visit)
    visit.gaps.all().delete()
    tell_caregiver(caregiver, _("New visit"), visit)
    if previous and previous != caregiver:
        tell_caregiver(previous, _("A visit was given to somebody else"), visit)
    return visit


def _refuse_unfit(visit, caregiver):
    """Name every reason at once; where the level is too low, who could go instead as well."""
    findings = findings_against(visit, [caregiver])[caregiver.pk]
    reasons = [f"{caregiver}: {text_of(finding)}" for finding in findings]
    if lacks_level(findings):
        reasons.append(could_do_it(able_for_visit(visit)))
    if reasons:
        raise ValidationError(reasons)


def _save_unless_booked(visit):
    try:
        with transaction.atomic():
            visit.save()
    except IntegrityError as error:
        if "visit_no_double_booking" not in str(error):
            raise
        text = _("%(caregiver)s is at another client at that time; look at the rota again.")
        raise ValidationError(text % {"caregiver": visit.caregiver}) from None


def tell_caregiver(caregiver: Caregiver, title: str, visit: Visit) -> None:
    if caregiver.user_id:
        start = timezone.localtime(visit.period.lower)
        body = f"{visit.client.salutation} · {start:%m-%d %H:%M}"
        notify(users=[caregiver.user], title=title, body=body, url=reverse("phone:visit", args=[visit.pk]))


def unassign_visit(*, visit: Visit, by: User) -> Visit:
    """Take a visit back from its caregiver; it stands with the unassigned."""
    visit = lock_visit(visit)
    if visit.state != State.PLANNED or visit.caregiver is None:
        raise ValidationError(_("This visit is not planned with somebody."))
    tell_caregiver(visit.caregiver, _("A visit was taken back"), visit)
    visit.caregiver = None
    visit.save()
    visit.gaps.all().delete()
    return visit


def time_problems(agreement: Agreement, starts_at: dt.datetime, ends_at: dt.datetime) -> dict[str, str]:
    """What is wrong with a visit's time by field: its length for the work form (3.3), and outside of the agreement's term."""
    minutes, day = (ends_at - starts_at).total_seconds() // 60, timezone.localtime(starts_at).date()
    problems = {}
    if minutes <= 0:
        problems["ends_at"] = _("The end lies before the start.")
    elif minutes > 24 * 60:
        problems["ends_at"] = _("A visit lasts 24 hours at most.")
    elif finding := check_duration(agreement.work_form, int(minutes)):
        problems["ends_at"] = text_of(finding)
    if not agreement.starts_on <= day <= (agreement.ended_on or agreement.ends_on):
        problems["starts_at"] = _("The agreement does not cover this day.")
    elif agreement.suspensions.filter(period__contains=day).exists():
        problems["starts_at"] = _("The service is suspended on this day.")
    return problems


def move_visit(*, visit: Visit, by: User, starts_at: dt.datetime, ends_at: dt.datetime) -> Visit:
    """Give a visit another time; its place in the weekly pattern stays remembered."""
    visit = lock_visit(visit)
    problems = {}
    if visit.state != State.PLANNED:
        problems["__all__"] = _("Only a planned visit can be moved.")
    problems |= time_problems(visit.agreement, starts_at, ends_at)
    if problems:
        raise ValidationError(problems)
    before = timezone.localtime(visit.period.lower)
    visit.period = DateTimeTZRange(starts_at, ends_at)
    if visit.caregiver:
        _refuse_unfit(visit, visit.caregiver)
    _save_unless_booked(visit)
    if visit.caregiver:
        title = _("A visit of %(before)s has another time") % {"before": f"{before:%m-%d %H:%M}"}
        tell_caregiver(visit.caregiver, title, visit)
    return visit


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
