"""Rules of supervision: return visits (7.4.2, 8.3), satisfaction surveys (8.1), complaints (8.4).

The standard says "regularly" and names no number; the numbers here are defaults of parameters (derived).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from agencies.calendar import CHINA, add_working_days, working_day_before
from agencies.standard import Finding, Rulebook, problem, warning
from agencies.standard import gettext_noop as _

# Return visits ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CallPolicy:
    """When clients are called. The agency's settings have the same names and may stand in its place."""

    first_call_within_hours: int = 24
    settling_call_after_days: int = 7
    regular_call_every_days: int = 30
    intensive_call_every_days: int = 14  # clients unable to care for themselves, and live-in service
    call_after_complaint_days: int = 3
    call_after_end_days: int = 7
    calls_from: dt.time = dt.time(7, 30)
    calls_until: dt.time = dt.time(21, 0)
    noon_pause_from: dt.time = dt.time(12, 30)
    noon_pause_until: dt.time = dt.time(14, 0)


POLICY = CallPolicy()
Window = tuple[dt.time | None, dt.time | None]


def calling_windows(policy: CallPolicy = POLICY, preferred: Window = (None, None)) -> list[tuple[dt.time, dt.time]]:
    """Half-open times of a day in which a client may be called.

    The client's preferred time narrows them; one that leaves nothing is passed over.
    """
    day = (policy.calls_from, policy.calls_until)
    morning = _within(day, (None, policy.noon_pause_from))
    afternoon = _within(day, (policy.noon_pause_until, None))
    permitted = [window for window in (morning, afternoon) if window] or [day]
    return [narrow for window in permitted if (narrow := _within(window, preferred))] or permitted


def _within(window, bounds):
    start, end = max(window[0], bounds[0] or window[0]), min(window[1], bounds[1] or window[1])
    return (start, end) if start < end else None


def next_permitted_moment(
    moment: dt.datetime, policy: CallPolicy = POLICY, preferred: Window = (None, None)
) -> dt.datetime:
    """The moment itself when a call is permitted then, else the start of the next time that is."""
    local = moment.astimezone(CHINA)
    windows = calling_windows(policy, preferred)
    for start, end in windows:
        if local.time() < end:
            return max(local, _at(local.date(), start))
    return _at(local.date() + dt.timedelta(days=1), windows[0][0])


def may_promise(moment: dt.datetime, policy: CallPolicy = POLICY) -> bool:
    """Whether a client may be promised a call then: not at night; at noon it is their own wish."""
    return policy.calls_from <= moment.astimezone(CHINA).time() <= policy.calls_until


def _at(day, time):
    return dt.datetime.combine(day, time, tzinfo=CHINA)


@dataclass(frozen=True)
class Service:
    """What the calls of one agreement follow from."""

    first_done_at: dt.datetime | None  # end of the first visit that was done
    is_intensive: bool = False
    complaints_closed_at: tuple[dt.datetime, ...] = ()
    ended_on: dt.date | None = None
    preferred: Window = (None, None)


@dataclass(frozen=True)
class DueCall:
    """A call: the day of the policy it answers, not before and not after when."""

    kind: str
    period_start: dt.date
    call_after: dt.datetime
    due_at: dt.datetime


STALE_AFTER = dt.timedelta(days=30)


def due_calls(service: Service, today: dt.date, policy: CallPolicy = POLICY) -> list[DueCall]:
    """The calls whose day has come, one of a kind and day; the same answer all day long.

    First, settling and regular calls follow from the first service; when several days have come unnoticed, only the
    latest is called for. After the end there is only the call about the end. What lies a month back is not made up.
    """
    calls = [_after_complaint(service, closed_at, policy) for closed_at in service.complaints_closed_at]
    if service.ended_on is not None and service.ended_on <= today:
        day = service.ended_on + dt.timedelta(days=policy.call_after_end_days)
        calls.append(_on_day(service, "end", service.ended_on, day, policy))
    elif call := _running(service, today, policy):
        calls.append(call)
    return [call for call in calls if today - STALE_AFTER <= call.period_start <= today]


def _running(service, today, policy):
    if service.first_done_at is None:
        return None
    first_day = service.first_done_at.astimezone(CHINA).date()
    every = policy.intensive_call_every_days if service.is_intensive else policy.regular_call_every_days
    rounds = (today - first_day).days // every
    days = [(0, "first"), (policy.settling_call_after_days, "settling"), (max(rounds, 1) * every, "regular")]
    days = [(first_day + dt.timedelta(days=after), kind) for after, kind in days]
    day, kind = max((day, kind) for day, kind in days if day <= max(today, first_day))
    if kind != "first":
        return _on_day(service, kind, day, day, policy)
    limit = service.first_done_at + dt.timedelta(hours=policy.first_call_within_hours)
    return DueCall("first", day, next_permitted_moment(service.first_done_at, policy, service.preferred), limit)


def _after_complaint(service, closed_at, policy):
    day = closed_at.astimezone(CHINA).date()
    limit = _at(day + dt.timedelta(days=policy.call_after_complaint_days), policy.calls_until)
    return DueCall("complaint", day, next_permitted_moment(closed_at, policy, service.preferred), limit)


def _on_day(service, kind, period_start, day, policy):
    start = next_permitted_moment(_at(day, policy.calls_from), policy, service.preferred)
    return DueCall(kind, period_start, start, _at(day, policy.calls_until))


MAX_FAILED_ATTEMPTS = 3
RETRY_AFTER = dt.timedelta(hours=3)
FAILED_OUTCOMES = frozenset(["no_answer", "bad_line", "wrong_number"])


def next_try(
    outcome: str,
    failed_attempts: int,
    moment: dt.datetime,
    *,
    promised_at: dt.datetime | None = None,
    policy: CallPolicy = POLICY,
    preferred: Window = (None, None),
) -> dt.datetime | None:
    """When to call again after an attempt; None when three have failed, this one counted: then the home is visited.

    A promised time is kept as promised, at any hour.
    """
    if outcome in FAILED_OUTCOMES and failed_attempts >= MAX_FAILED_ATTEMPTS:
        return None
    return promised_at or next_permitted_moment(moment + RETRY_AFTER, policy, preferred)


# Satisfaction surveys ----------------------------------------------------------------------------------------------

SATISFACTION = ("very_satisfied", "satisfied", "fair", "dissatisfied")


@dataclass(frozen=True)
class Question:
    """A question of the survey, answered in the four steps."""

    code: str
    text: str
    text_en: str


SURVEY = [
    Question(
        "punctuality", "服务员是否准时上门、做满约定的时间？", "Does the caregiver come on time and stay the full time?"
    ),
    Question("attitude", "服务员的态度是否热情、礼貌、尊重老人？", "Is the caregiver friendly, polite and respectful?"),
    Question("appearance", "服务员是否着装整洁、佩戴工号牌？", "Is the caregiver tidy and wearing the badge?"),
    Question("skill", "服务员的照料和护理技能如何？", "How skilled is the caregiver in care and nursing?"),
    Question("completeness", "服务方案里约定的内容是否都做到？", "Is everything done that the service plan names?"),
    Question("safety", "服务过程是否安全、卫生？", "Is the service safe and hygienic?"),
    Question("communication", "服务员是否耐心倾听、愿意沟通？", "Does the caregiver listen and talk with patience?"),
    Question("agency", "机构的服务和答复是否及时？", "Does the agency help and answer in time?"),
    Question("price", "收费是否合理、清楚？", "Are the fees fair and clear?"),
]
OVERALL = Question("overall", "总的来说，您对我们的服务满意吗？", "All in all, how satisfied are you with our service?")


@dataclass(frozen=True)
class SatisfactionRate:
    """How many answered what, and two rates in percent; both are None below the least number of answers."""

    counts: Mapping[str, int]
    valid: int
    satisfied: Decimal | None  # satisfied or very satisfied
    fair_or_better: Decimal | None

    @property
    def low(self) -> int:
        """Answers somebody should look into."""
        return self.counts["fair"] + self.counts["dissatisfied"]


def satisfaction_rate(counts: Mapping[str, int], *, minimum: int = 5) -> SatisfactionRate:
    """Rates among the valid answers; who did not answer or was not reached is no answer (derived).

    Whether "fairly satisfied" counts is nowhere settled, so both rates are shown; levels (6) ask for the first.
    """
    known = {step: counts.get(step, 0) for step in SATISFACTION}
    valid = sum(known.values())
    if valid < max(minimum, 1):
        return SatisfactionRate(known, valid, None, None)
    satisfied = known["very_satisfied"] + known["satisfied"]
    return SatisfactionRate(known, valid, percent(satisfied, valid), percent(satisfied + known["fair"], valid))


def percent(part: int, whole: int) -> Decimal | None:
    """Percent with one place, half up; None of nothing."""
    return (Decimal(part * 100) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else None


# Complaints --------------------------------------------------------------------------------------------------------

LIMIT_DAYS = {"ordinary": 7, "serious": 15}  # working days
TRANSITIONS = {
    "received": {"accepted"},
    "accepted": {"replied"},
    "replied": {"accepted", "closed"},  # back when the complainant does not accept the reply
    "closed": set(),
}


def acknowledge_by(received_at: dt.datetime, hours: int = 24) -> dt.datetime:
    """Until when the complainant is told that the complaint has arrived."""
    return received_at + dt.timedelta(hours=hours)


def complaint_limit(received_on: dt.date, severity: str, limit_days: Mapping[str, int] = LIMIT_DAYS) -> dt.date:
    """The working day by whose end it is decided and answered."""
    return add_working_days(received_on, limit_days[severity])


def limit_stage(limit_on: dt.date, today: dt.date) -> str:
    """ "" with time left, "near" from one working day before the limit on, "passed" after it."""
    if today > limit_on:
        return "passed"
    return "near" if today >= working_day_before(limit_on) else ""


@dataclass(frozen=True)
class ComplaintFacts:
    """A complaint as it would stand after a step."""

    has_owner: bool = False
    owner_is_concerned: bool = False
    limit_on: dt.date | None = None
    new_limit_on: dt.date | None = None  # as the severity would have it
    today: dt.date | None = None
    reason: str = ""  # why the limit moves
    reply: str = ""
    finding: str = ""
    told_how: str = ""
    told_whom: str = ""
    has_phone: bool = False
    outcome: str = ""
    recourse_told: bool = False
    note: str = ""
    is_anonymous: bool = False
    asked_by_owner: bool = False


STEPS = {to: Rulebook() for to in ("accepted", "replied", "closed")}


def _at_every_step(check):
    for book in STEPS.values():
        book.clause("8.4")(check)
    return check


@_at_every_step
def somebody_is_in_charge(facts: ComplaintFacts) -> Finding | None:
    return None if facts.has_owner else problem("no_owner", _("Name the person in charge of the complaint."))


@_at_every_step
def nobody_judges_themselves(facts: ComplaintFacts) -> Finding | None:
    """Objectivity, as GB/T 19012 asks."""
    if not facts.owner_is_concerned:
        return None
    return problem("owner_concerned", _("The person complained about cannot be in charge of the complaint."))


@STEPS["accepted"].clause("8.4")
def moved_limit_has_a_reason(facts: ComplaintFacts) -> Finding | None:
    """An extension is told to the complainant, with its reason."""
    if facts.new_limit_on == facts.limit_on or facts.reason.strip():
        return None
    text = _("The limit moves from %(old)s to %(new)s: write the reason; the complainant is told it.")
    return problem("no_reason", text, old=facts.limit_on, new=facts.new_limit_on)


@STEPS["accepted"].clause("8.4")
def passed_limit_stays(facts: ComplaintFacts) -> Finding | None:
    if not (facts.today and facts.limit_on and facts.new_limit_on):
        return None
    if not facts.limit_on < min(facts.today, facts.new_limit_on):
        return None
    text = _("The limit passed on %(day)s and is not moved any more: leave the severity as it is and answer now.")
    return problem("limit_passed", text, day=facts.limit_on)


@STEPS["replied"].clause("8.4")
@STEPS["closed"].clause("8.4")
def complainant_got_a_reply(facts: ComplaintFacts) -> Finding | None:
    return None if facts.reply.strip() else problem("no_reply", _("Write what was found and decided, as the reply."))


@STEPS["replied"].clause("8.4")
def facts_were_judged(facts: ComplaintFacts) -> Finding | None:
    return None if facts.finding else problem("no_finding", _("Say whether the complaint is founded."))


@STEPS["replied"].clause("8.4")
def complainant_was_told(facts: ComplaintFacts) -> Finding | None:
    """How and to whom; who left a number need not look for the answer."""
    if facts.told_how == "page" and facts.has_phone:
        return problem("page_only", _("The complainant left a phone number: tell them, then write down how."))
    if facts.told_how == "impossible" and not facts.is_anonymous:
        return problem("not_told", _("The complainant is known: tell them, then write down how."))
    if not facts.told_how or (facts.told_how not in ("page", "impossible") and not facts.told_whom.strip()):
        return problem("not_told", _("Write down how the complainant was told, and whom you told."))
    return None


@STEPS["closed"].clause("8.4")
def complainant_was_asked(facts: ComplaintFacts) -> Finding | None:
    """Satisfaction with the outcome; an anonymous complainant cannot be asked."""
    if facts.outcome or facts.is_anonymous:
        return None
    return problem("no_outcome", _("Ask the complainant what they think of the outcome and record it."))


@STEPS["closed"].clause("8.4")
def refused_reply_stays_open(facts: ComplaintFacts) -> Finding | None:
    """Who does not accept the outcome is told where else to turn before anything is closed (GB/T 19012, 7.9)."""
    if facts.outcome != "dissatisfied" or (facts.recourse_told and facts.note.strip()):
        return None
    text = _(
        "The complainant is dissatisfied: take the complaint up again, or tell them where else they may turn, "
        "tick that, and note what they said."
    )
    return problem("dissatisfied", text)


@STEPS["closed"].clause("8.4")
def somebody_else_asked(facts: ComplaintFacts) -> Finding | None:
    """Who asks is not who answered; against a dissatisfied complainant nobody closes their own case."""
    if not facts.asked_by_owner:
        return None
    if facts.outcome == "dissatisfied":
        text = _("The complainant is dissatisfied: let somebody else close it than the person in charge.")
        return problem("closed_by_owner", text)
    return warning("asked_by_owner", _("Better let somebody else ask the complainant than the person in charge."))


@dataclass(frozen=True)
class Recourse:
    """A way that is open to a complainant outside the agency (Consumer Protection Law, Article 39)."""

    text: str
    text_en: str


RECOURSE = [
    Recourse("与本机构再次协商，可要求管理者本人处理。", "Talk with the agency again; ask for the manager in person."),
    Recourse(
        "请消费者协会或者依法成立的其他调解组织调解。",
        "Ask the consumers' association or another mediator to mediate.",
    ),
    Recourse(
        "向有关行政部门投诉：市场监管 12315，政务服务便民热线 12345。",
        "Complain to the authorities: market supervision 12315, government hotline 12345.",
    ),
    Recourse("按协议中的仲裁条款申请仲裁（有约定时）。", "Go to arbitration, where the agreement names it."),
    Recourse("向人民法院提起诉讼。", "Go to court."),
]


STATE_TEXTS = {
    "accepted": _("Only a complaint that was received or replied to can be taken up."),
    "replied": _("Only a complaint that is being handled can be replied to."),
    "closed": _("Only a complaint that was replied to can be closed."),
}


def check_complaint(state: str, to: str, facts: ComplaintFacts, *, on: dt.date) -> list[Finding]:
    """Everything against moving a complaint from one state to another, at once; warnings are among it."""
    wrong = [] if to in TRANSITIONS[state] else [Finding("8.4", "state", STATE_TEXTS[to])]
    return wrong + STEPS[to].findings(facts, on=on)
