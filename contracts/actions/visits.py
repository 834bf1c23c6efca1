"""Visits (7.3.2 c): planned from the weekly pattern, assigned, moved, done, missed, cancelled."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions import notify
from agencies.models import AgencySettings, User
from agencies.tenancy import current_agency
from caregivers.models import Caregiver
from contracts.actions.gaps import take_back_unfit
from contracts.actions.history import update_with_history
from contracts.models import Agreement, CareNote, PlanLine, Visit, VisitTask
from contracts.queries.visits import badge_scans, midnight, reasons_against

State = Visit.State
EARLIEST = dt.timedelta(hours=12)  # before a visit that nobody may be there (derived)

# One row for each visit the weekly patterns ask for; the caregiver of the agreement where free, else nobody.
PLAN_SQL = """
    WITH wanted AS (
        SELECT a.id AS agreement_id, a.client_id, a.caregiver_id, day::date AS day, s.duration_minutes,
            (day::date + s.starts_at) AT TIME ZONE 'Asia/Shanghai' AS starts
        FROM contracts_agreement a
        JOIN contracts_planslot s ON s.agency_id = a.agency_id AND s.plan_id = a.plan_id
        JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day
            ON extract(isodow FROM day) = s.weekday AND day::date BETWEEN a.starts_on AND a.ends_on
        WHERE a.agency_id = %(agency)s
            AND (a.state = 'in_force' OR a.state = 'superseded' AND EXISTS (SELECT FROM contracts_agreement n
                WHERE n.agency_id = a.agency_id AND n.amends_id = a.id AND n.state = 'in_force'
                AND day::date < n.starts_on))
            AND (%(agreement)s::bigint IS NULL OR a.id = %(agreement)s)
            AND NOT EXISTS (SELECT FROM contracts_suspension x
                WHERE x.agency_id = a.agency_id AND x.agreement_id = a.id AND x.period @> day::date)
    ), slots AS (
        SELECT *, tstzrange(starts, starts + make_interval(mins => duration_minutes)) AS period FROM wanted
        WHERE starts > now()
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
        credentials_shown, cancel_reason, now(), '+' FROM inserted
"""
IS_FREE = """
    EXISTS (SELECT FROM caregivers_caregiver c
        WHERE c.agency_id = %(agency)s AND c.id = slots.caregiver_id AND c.state = 'active')
    AND EXISTS (SELECT FROM caregivers_credential p
        WHERE p.agency_id = %(agency)s AND p.caregiver_id = slots.caregiver_id AND p.kind = 'health'
        AND (p.expires_on IS NULL OR p.expires_on >= day))
    AND NOT EXISTS (SELECT FROM caregivers_absence b
        WHERE b.agency_id = %(agency)s AND b.caregiver_id = slots.caregiver_id AND b.period && slots.period)
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
        "first": today,
        "last": today + dt.timedelta(days=AgencySettings.objects.get().horizon_days),
    }
    statements = {
        "assigned": PLAN_SQL.format(caregiver="caregiver_id", condition=IS_FREE, conflict=""),
        "unassigned": PLAN_SQL.format(
            caregiver="NULL", condition="true", conflict="(agency_id, agreement_id, planned_start)"
        ),
    }
    counts = {}
    with connection.cursor() as cursor:
        for name, statement in statements.items():
            cursor.execute(statement, params)
            counts[name] = cursor.rowcount
        cursor.execute("SELECT id FROM contracts_historicalvisit WHERE agency_id = %s AND history_date = now()"
            " AND history_type = '+' AND caregiver_id IS NOT NULL", [current_agency().pk])  # fmt: skip
        planned = {row[0] for row in cursor.fetchall()}
    unfit = take_back_unfit(planned) if planned else 0
    return {"assigned": counts["assigned"] - unfit, "unassigned": counts["unassigned"] + unfit}


def plan_agreement_visits(*, agreement: Agreement) -> dict[str, int]:
    """Plan the visits of one agreement, right after it comes into force."""
    return plan_visits(agreement=agreement)


# Gives visits back to whom they belonged, where that caregiver is still free; the rest stand unassigned.
RESTORE_SQL = """
    WITH slots AS (
        SELECT id, caregiver_id, period, (lower(period) AT TIME ZONE 'Asia/Shanghai')::date AS day
        FROM contracts_visit WHERE agency_id = %(agency)s AND id = ANY (%(ids)s)
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
            return update_with_history(Visit.objects.filter(pk__in=ids), state=State.PLANNED, cancel_reason="")
    except IntegrityError as error:
        if "visit_no_double_booking" not in str(error):
            raise
        raise ValidationError(_("Somebody changed the rota meanwhile; try again.")) from None


def mark_missed() -> dict[str, int]:
    """Visits whose time passed without check-in become missed."""
    over = Visit.objects.filter(state=State.PLANNED, period__endswith__lt=timezone.now())
    return {"missed": update_with_history(over, state=State.MISSED)}


def _lock(visit):
    return Visit.objects.select_for_update(of=["self"]).select_related("client", "agreement").get(pk=visit.pk)


def assign_visit(*, visit: Visit, caregiver: Caregiver, by: User) -> Visit:
    """Send a caregiver to a visit; every reason against it is named at once, and the database refuses a clash."""
    visit = _lock(visit)
    if visit.state != State.PLANNED:
        raise ValidationError(_("Only a planned visit can be given to somebody."))
    if reasons := reasons_against(visit, [caregiver])[caregiver.pk]:
        raise ValidationError([f"{caregiver}: {reason}" for reason in reasons])
    previous = visit.caregiver
    visit.caregiver = caregiver
    _save_unless_booked(visit)
    visit.gaps.all().delete()
    _tell(caregiver, _("New visit"), visit)
    if previous and previous != caregiver:
        _tell(previous, _("A visit was given to somebody else"), visit)
    return visit


def _save_unless_booked(visit):
    try:
        with transaction.atomic():
            visit.save()
    except IntegrityError as error:
        if "visit_no_double_booking" not in str(error):
            raise
        text = _("%(caregiver)s is at another client at that time; look at the rota again.")
        raise ValidationError(text % {"caregiver": visit.caregiver}) from None


def _tell(caregiver, title, visit):
    if caregiver.user_id:
        start = timezone.localtime(visit.period.lower)
        body = f"{visit.client.salutation} · {start:%m-%d %H:%M}"
        notify(users=[caregiver.user], title=title, body=body)


def unassign_visit(*, visit: Visit, by: User) -> Visit:
    """Take a visit back from its caregiver; it stands with the unassigned."""
    visit = _lock(visit)
    if visit.state != State.PLANNED or visit.caregiver is None:
        raise ValidationError(_("This visit is not planned with somebody."))
    _tell(visit.caregiver, _("A visit was taken back"), visit)
    visit.caregiver = None
    visit.save()
    visit.gaps.all().delete()
    return visit


def move_visit(*, visit: Visit, by: User, starts_at: dt.datetime, ends_at: dt.datetime) -> Visit:
    """Give a visit another time; its place in the weekly pattern stays remembered."""
    visit = _lock(visit)
    problems = {}
    if visit.state != State.PLANNED:
        problems["__all__"] = _("Only a planned visit can be moved.")
    if ends_at <= starts_at:
        problems["ends_at"] = _("The end lies before the start.")
    elif ends_at - starts_at > dt.timedelta(hours=24):
        problems["ends_at"] = _("A visit lasts 24 hours at most.")
    if problems:
        raise ValidationError(problems)
    visit.period = DateTimeTZRange(starts_at, ends_at)
    if visit.caregiver and (reasons := reasons_against(visit, [visit.caregiver])[visit.caregiver_id]):
        raise ValidationError([f"{visit.caregiver}: {reason}" for reason in reasons])
    _save_unless_booked(visit)
    if visit.caregiver:
        _tell(visit.caregiver, _("A visit has another time"), visit)
    return visit


def cancel_visit(*, visit: Visit, by: User, reason: str) -> Visit:
    visit = _lock(visit)
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
        _tell(visit.caregiver, _("A visit was cancelled"), visit)
    return visit


def needs_reason(visit: Visit, now: dt.datetime) -> bool:
    """Whether a check-in now lies outside the time agreed: earlier than the window or later than the agency allows."""
    rules = AgencySettings.objects.get()
    early = visit.period.lower - dt.timedelta(minutes=rules.check_in_early_minutes)
    late = visit.period.lower + dt.timedelta(minutes=rules.late_after_minutes)
    return not early <= now <= late


def check_in(*, visit: Visit, by: User, reason: str = "", credentials_shown: bool = False) -> Visit:
    """Arrive. Outside the window it is an exception with a reason, not a block; pressed twice it changes nothing.

    A badge that was scanned at the door counts as credentials shown.
    """
    visit = _lock(visit)
    if visit.state == State.IN_PROGRESS:
        return visit
    if visit.state != State.PLANNED or visit.caregiver_id is None:
        raise ValidationError(_("This visit is not planned any more; ask the office."))
    now = timezone.now()
    if now < visit.period.lower - EARLIEST:
        text = _("This visit is on %(day)s; check in when you are there.")
        raise ValidationError(text % {"day": timezone.localtime(visit.period.lower).strftime("%Y-%m-%d %H:%M")})
    if needs_reason(visit, now) and not reason:
        raise ValidationError({"reason": _("It is not the agreed time. Say in a few words why.")})
    visit.state, visit.checked_in_at, visit.exception_reason = State.IN_PROGRESS, now, reason
    visit.credentials_shown = credentials_shown or badge_scans(visit).exists()
    visit.save()
    weekday = timezone.localtime(visit.planned_start).isoweekday()
    lines = PlanLine.objects.filter(plan=visit.agreement.plan_id)
    tasks = [
        VisitTask(agency=current_agency(), visit=visit, service_item_id=line.service_item_id)
        for line in lines
        if not line.weekdays or weekday in line.weekdays
    ]
    VisitTask.objects.bulk_create(tasks, ignore_conflicts=True)
    return visit


def record_tasks(*, visit: Visit, by: User, outcomes: dict[int, tuple[str, str]]) -> None:
    """Note what came of each task: {task id: (outcome, reason)}; anything but done needs a reason."""
    visit = _lock(visit)
    if visit.state != State.IN_PROGRESS:
        raise ValidationError(_("Tasks are noted while the visit runs."))
    tasks = {task.pk: task for task in visit.tasks.select_related("service_item")}
    problems, changed = [], []
    for pk, (outcome, reason) in outcomes.items():
        if pk not in tasks or outcome not in VisitTask.Outcome.values:
            raise ValidationError(_("This task is not part of the visit."))
        task = tasks[pk]
        is_plain = outcome in (VisitTask.Outcome.OPEN, VisitTask.Outcome.DONE)
        if not is_plain and not reason:
            problems.append(_("%(task)s: say why it was not done.") % {"task": task.service_item})
        task.outcome, task.reason = outcome, "" if is_plain else reason
        changed.append(task)
    if problems:
        raise ValidationError(problems)
    VisitTask.objects.bulk_update(changed, ["outcome", "reason"])


def write_care_note(*, visit: Visit, by: User, text: str) -> CareNote:
    """Add a note; a correction is a further note."""
    return CareNote.objects.create(visit=visit, text=text, written_by=by)


def check_out(*, visit: Visit, by: User, reason: str = "") -> Visit:
    """Leave. Every task has its outcome first; pressed twice it changes nothing."""
    visit = _lock(visit)
    if visit.state == State.DONE:
        return visit
    if visit.state != State.IN_PROGRESS:
        raise ValidationError(_("Check in first."))
    open_tasks = [str(task.service_item) for task in visit.tasks.filter(outcome="open").select_related("service_item")]
    if open_tasks:
        raise ValidationError(_("Note what came of: %(tasks)s.") % {"tasks": "、".join(open_tasks)})
    visit.state, visit.checked_out_at = State.DONE, timezone.now()
    visit.credentials_shown = visit.credentials_shown or badge_scans(visit).exists()
    if reason:
        visit.exception_reason = f"{visit.exception_reason} {reason}".strip()[:200]
    visit.save()
    return visit
