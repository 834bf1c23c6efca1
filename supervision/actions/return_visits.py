"""Return visits by phone (7.4.2 a, 8.3): created from policy, tried, done, or given up for a visit to the home."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import AgencySettings, User
from agencies.tenancy import current_agency
from contracts.models import Agreement
from supervision.actions.quality import hand_down_call
from supervision.models import CallAttempt, Complaint, ReturnVisit
from supervision.standard import (
    FAILED_OUTCOMES,
    STALE_AFTER,
    Service,
    due_calls,
    may_promise,
    next_permitted_moment,
    next_try,
)

State = ReturnVisit.State
EARLY = dt.timedelta(minutes=15)  # before a promised time it counts as kept (derived)
ODD_HOUR = gettext_lazy("Nobody is called at this hour. Say why: the client called us, or somebody is in danger.")

# The running calls of supervision.standard.due_calls for every agreement in force, in one statement.
RUNNING_SQL = """
    WITH service AS (
        SELECT a.id AS agreement_id, a.client_id, v.checked_out_at AS first_done,
            (v.checked_out_at AT TIME ZONE 'Asia/Shanghai')::date AS first_day,
            CASE WHEN a.work_form = 'live_in' OR s.self_care = 'unable' THEN %(intensive)s ELSE %(regular)s END AS every,
            greatest(%(from)s, c.preferred_call_from) AS ms, least(%(noon_from)s, c.preferred_call_until) AS me,
            greatest(%(noon_until)s, c.preferred_call_from) AS ns, least(%(until)s, c.preferred_call_until) AS ne
        FROM contracts_agreement a
        JOIN clients_client c ON c.agency_id = a.agency_id AND c.id = a.client_id
        CROSS JOIN LATERAL (
            SELECT checked_out_at FROM contracts_visit v WHERE v.agency_id = a.agency_id AND v.agreement_id = a.id
            AND v.state = 'done' ORDER BY v.planned_start LIMIT 1) v
        LEFT JOIN LATERAL (
            SELECT self_care FROM clients_assessment s WHERE s.agency_id = a.agency_id AND s.client_id = a.client_id
            ORDER BY s.assessed_on DESC, s.id DESC LIMIT 1) s ON true
        WHERE a.agency_id = %(agency)s AND a.state = 'in_force'
    ), windows AS (
        SELECT *, (%(today)s - first_day) / every AS rounds,
            CASE WHEN ms < me OR ns < ne THEN ms < me ELSE %(from)s < %(noon_from)s END AS has_morning,
            CASE WHEN ms < me OR ns < ne THEN ns < ne ELSE %(noon_until)s < %(until)s END AS has_noon,
            CASE WHEN ms < me OR ns < ne THEN ms ELSE %(from)s END AS m_start,
            CASE WHEN ms < me OR ns < ne THEN me ELSE %(noon_from)s END AS m_end,
            CASE WHEN ms < me OR ns < ne THEN ns ELSE %(noon_until)s END AS n_start,
            CASE WHEN ms < me OR ns < ne THEN ne ELSE %(until)s END AS n_end
        FROM service
    ), kinds AS (
        SELECT *, CASE
            WHEN rounds >= 1 AND rounds * every > %(settling)s THEN 'regular'
            WHEN %(today)s - first_day >= %(settling)s THEN 'settling'
            WHEN rounds >= 1 THEN 'regular' ELSE 'first' END AS kind
        FROM windows
    ), calls AS (
        SELECT *, CASE kind WHEN 'regular' THEN first_day + rounds * every WHEN 'settling' THEN first_day + %(settling)s
            ELSE first_day END AS day,
            CASE WHEN has_morning THEN m_start ELSE n_start END AS day_start,
            (first_done AT TIME ZONE 'Asia/Shanghai')::time AS done_time
        FROM kinds
    ), timed AS (
        SELECT agreement_id, client_id, kind, day,
            CASE WHEN kind <> 'first' THEN day + day_start
                WHEN has_morning AND done_time < m_end THEN day + greatest(done_time, m_start)
                WHEN has_noon AND done_time < n_end THEN day + greatest(done_time, n_start)
                ELSE day + 1 + day_start END AT TIME ZONE 'Asia/Shanghai' AS call_after,
            CASE WHEN kind = 'first' THEN first_done + %(first_within)s
                ELSE (day + %(until)s) AT TIME ZONE 'Asia/Shanghai' END AS due_at
        FROM calls WHERE day BETWEEN %(stale)s AND %(today)s
    ), inserted AS (
        INSERT INTO supervision_returnvisit (agency_id, client_id, agreement_id, kind, state, period_start, due_at,
            call_after, attempt_count, spoke_with, satisfaction, punctuality, attitude, skill, has_problem, summary)
        SELECT %(agency)s, client_id, agreement_id, kind, 'due', day, due_at, call_after, 0, '', '', '', '', '', false, ''
        FROM timed ORDER BY agreement_id
        ON CONFLICT (agency_id, agreement_id, kind, period_start) DO NOTHING
        RETURNING *
    )
    INSERT INTO supervision_historicalreturnvisit (agency_id, id, client_id, agreement_id, kind, state, period_start,
        due_at, call_after, attempt_count, spoke_with, satisfaction, punctuality, attitude, skill, has_problem, summary,
        history_date, history_type)
    SELECT agency_id, id, client_id, agreement_id, kind, state, period_start, due_at, call_after, attempt_count,
        spoke_with, satisfaction, punctuality, attitude, skill, has_problem, summary, now(), '+' FROM inserted
"""


def create_due_calls() -> dict[str, int]:
    """Create every call whose day has come.

    1. First, settling and regular calls of all agreements in force, in one statement. 2. Calls after complaints and
    after the end, from the few events of the last month. 3. Calls nobody needs any more go. One call a kind and day:
    a second run adds nothing.
    """
    policy = AgencySettings.objects.get()
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(
            RUNNING_SQL,
            {
                "agency": current_agency().pk,
                "today": today,
                "stale": today - STALE_AFTER,
                "from": policy.calls_from,
                "until": policy.calls_until,
                "noon_from": policy.noon_pause_from,
                "noon_until": policy.noon_pause_until,
                "settling": policy.settling_call_after_days,
                "regular": policy.regular_call_every_days,
                "intensive": policy.intensive_call_every_days,
                "first_within": dt.timedelta(hours=policy.first_call_within_hours),
            },
        )
        running = cursor.rowcount
    return {"running": running, "events": _after_events(today, policy), "cancelled": _cancel_pointless()}


def _after_events(today, policy):
    since = today - STALE_AFTER - dt.timedelta(days=policy.call_after_end_days)
    rows = []
    ended = (
        Agreement.objects.filter(state=Agreement.State.ENDED, ended_on__range=(since, today))
        .exclude(renewals__in_force_at__isnull=False)
        .select_related("client")
    )
    ended = ended.exclude(end_reason=Agreement.EndReason.DEATH)  # nobody calls to ask how the dead were served
    for agreement in ended.filter(ended_on__gte=F("starts_on")).defer("terms"):
        service = Service(None, ended_on=agreement.ended_on, preferred=_preferred(agreement.client))
        rows += [_row(agreement, call) for call in due_calls(service, today, policy)]
    closed = Complaint.objects.filter(state=Complaint.State.CLOSED, closed_at__date__gte=today - STALE_AFTER)
    for complaint in closed.filter(agreement__isnull=False).select_related("agreement", "client"):
        service = Service(None, complaints_closed_at=(complaint.closed_at,))
        rows += [_row(complaint.agreement, call) for call in due_calls(service, today, policy)]
    created = 0
    for row in rows:
        identity = {"agreement": row.agreement, "kind": row.kind, "period_start": row.period_start}
        facts = {"client_id": row.client_id, "due_at": row.due_at, "call_after": row.call_after}
        created += ReturnVisit.objects.get_or_create(**identity, defaults=facts)[1]
    return created


def _cancel_pointless():
    """Running calls of agreements that are over are not made any more; the call about the end stays."""
    over = [Agreement.State.ENDED, Agreement.State.SUPERSEDED, Agreement.State.CANCELLED]
    rows = ReturnVisit.objects.filter(
        state=State.DUE, kind__in=["first", "settling", "regular"], agreement__state__in=over
    )
    for row in rows:
        row.state = State.CANCELLED
        row.save()
    return len(rows)


def _preferred(client):
    return client.preferred_call_from, client.preferred_call_until


def _row(agreement, call):
    return ReturnVisit(
        agency=current_agency(),
        client_id=agreement.client_id,
        agreement=agreement,
        kind=call.kind,
        period_start=call.period_start,
        due_at=call.due_at,
        call_after=call.call_after,
    )


def _claim(return_visit):
    row = ReturnVisit.objects.select_for_update(of=["self"]).select_related("client").get(pk=return_visit.pk)
    if row.state != State.DUE:
        raise ValidationError(_("This call is not due any more; look at the list again."))
    return row


def is_odd_hour(return_visit: ReturnVisit, now: dt.datetime) -> bool:
    """Whether nobody is called now (8.3): outside of the agency's hours, and no time that was promised for today."""
    if next_permitted_moment(now, AgencySettings.objects.get()) == now:
        return False
    promised = {"promised_at__date": timezone.localdate(now), "promised_at__lte": now + EARLY}
    return not return_visit.attempts.filter(**promised).exists()


def record_attempt(
    *, return_visit: ReturnVisit, by: User, outcome: str, promised_at: dt.datetime | None = None, note: str = ""
) -> ReturnVisit:
    """Note a try that did not reach the client; after the third failure the home is visited."""
    row = _claim(return_visit)
    now, policy = timezone.now(), AgencySettings.objects.get()
    problems = {}
    if outcome == CallAttempt.Outcome.INCONVENIENT and promised_at is None:
        problems["promised_at"] = _("Say when you promised to call again.")
    elif promised_at and promised_at <= now:
        problems["promised_at"] = _("The promised time has passed already.")
    elif promised_at and not may_promise(promised_at, policy):
        hours = {"from": f"{policy.calls_from:%H:%M}", "until": f"{policy.calls_until:%H:%M}"}
        problems["promised_at"] = _("Clients are called between %(from)s and %(until)s only.") % hours
    if not note and is_odd_hour(row, now):
        problems["note"] = ODD_HOUR
    if problems:
        raise ValidationError(problems)
    CallAttempt.objects.create(return_visit=row, outcome=outcome, promised_at=promised_at, note=note, made_by=by)
    failed = row.attempts.filter(outcome__in=FAILED_OUTCOMES).count()
    again = next_try(
        outcome,
        failed,
        now,
        promised_at=promised_at,
        policy=policy,
        preferred=_preferred(row.client),
    )
    row.attempt_count += 1
    if again is None:
        row.state = State.UNREACHABLE
    else:
        row.call_after = again
    row.save()
    return row


def complete_call(*, return_visit: ReturnVisit, by: User, hour_reason: str = "", **result: str) -> ReturnVisit:
    """Record what the client said: spoke_with, satisfaction, punctuality, attitude, skill, has_problem, summary.

    Who is dissatisfied has a problem, said or not. Outside of the hours it needs a reason.
    """
    row = _claim(return_visit)
    problems = {}
    result["has_problem"] = bool(result.get("has_problem")) or result.get("satisfaction") == "dissatisfied"
    if not hour_reason and is_odd_hour(row, timezone.now()):
        problems["hour_reason"] = ODD_HOUR
    if not result.get("satisfaction"):
        problems["satisfaction"] = _("Ask how satisfied the client is on the whole.")
    if result["has_problem"] and not result.get("summary"):
        problems["summary"] = _("Write down what is wrong.")
    if problems:
        raise ValidationError(problems)
    CallAttempt.objects.create(return_visit=row, outcome=CallAttempt.Outcome.REACHED, note=hour_reason, made_by=by)
    for name, value in result.items():
        setattr(row, name, value)
    row.state, row.done_at, row.done_by = State.DONE, timezone.now(), by
    row.attempt_count += 1
    row.save()
    hand_down_call(row)
    return row


def cancel_call(*, return_visit: ReturnVisit, by: User) -> None:
    row = _claim(return_visit)
    row.state = State.CANCELLED
    row.save()
