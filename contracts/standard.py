"""Rules of plan and agreement (3.3, 5, 7.2.2 c, 7.3): the weekly pattern, what it costs, what signing needs."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import pairwise

from agencies.calendar import CHINA, ONE_DAY
from agencies.standard import Finding, Rulebook, check_duration, problem
from agencies.standard import gettext_noop as _

TENTH = Decimal("0.1")
CENT = Decimal("0.01")
WEEKS_A_MONTH = Decimal(52) / Decimal(12)
DAYS_A_MONTH = Decimal(365) / Decimal(12)
PARTIES = ("client", "agency", "caregiver")


# From which state an agreement may go where; back to a draft only while nobody has signed.
TRANSITIONS = {
    "draft": {"signing", "cancelled"},
    "signing": {"in_force", "draft", "cancelled"},
    "in_force": {"suspended", "ended", "superseded"},
    "suspended": {"in_force", "ended", "superseded"},
    "ended": set(),
    "superseded": set(),
    "cancelled": set(),
}


def may_go(state: str, to: str) -> bool:
    """Whether an agreement in one state may go to another."""
    return to in TRANSITIONS[state]


# The weekly pattern ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slot:
    """A visit of the weekly pattern: ISO weekday, start, length."""

    weekday: int
    starts_at: dt.time
    minutes: int

    @property
    def minute_of_week(self) -> int:
        return (self.weekday - 1) * 1440 + self.starts_at.hour * 60 + self.starts_at.minute


def occurrences(slots: Iterable[Slot], first: dt.date, last: dt.date) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Half-open times of all visits that start on the days from first to last, both in, in order.

    A visit belongs to the day it starts on, so one over midnight, or a live-in day, may end on the day after the last.
    """
    by_weekday: dict[int, list[Slot]] = {}
    for slot in sorted(slots, key=lambda slot: slot.starts_at):
        by_weekday.setdefault(slot.weekday, []).append(slot)
    day = first
    while day <= last:
        for slot in by_weekday.get(day.isoweekday(), []):
            start = dt.datetime.combine(day, slot.starts_at, tzinfo=CHINA)
            yield start, start + dt.timedelta(minutes=slot.minutes)
        day += ONE_DAY


def overlapping(slots: Iterable[Slot]) -> list[tuple[Slot, Slot]]:
    """Neighbours in the weekly pattern that overlap, over Sunday night too; touching is not overlapping."""
    ordered = sorted(slots, key=lambda slot: slot.minute_of_week)
    pairs = [(one, two, two.minute_of_week - one.minute_of_week) for one, two in pairwise(ordered)]
    if len(ordered) > 1:
        last, first = ordered[-1], ordered[0]
        pairs.append((last, first, first.minute_of_week + 7 * 1440 - last.minute_of_week))
    return [(one, two) for one, two, gap in pairs if gap < one.minutes]


def items_not_allowed(items: Iterable, self_care: str | None) -> list:
    """Items only for clients unable to care for themselves, where the client is able or not assessed (5)."""
    return [item for item in items if item.unable_only and self_care != "unable"]


# Special circumstances (7.3.2 e) -----------------------------------------------------------------------------------


def parties_to_tell(*, is_alive: bool, has_family: bool, has_legal_guardian: bool) -> list[str]:
    """Who is told first: the agency, and the client or the lawful guardian; the family on file as well (derived).

    Who has a legal guardian is told through the guardian.
    """
    client = ["client"] if is_alive and not has_legal_guardian else []
    family = ["guardian"] if has_family or not is_alive else []
    return ["agency", *client, *family]


# Measurements (5.2) ------------------------------------------------------------------------------------------------

VITAL_WORDS = {
    "systolic_low": _("blood pressure low"),
    "systolic_high": _("blood pressure high"),
    "diastolic_low": _("lower blood pressure low"),
    "diastolic_high": _("lower blood pressure high"),
    "pulse_low": _("pulse slow"),
    "pulse_high": _("pulse fast"),
    "temperature_low": _("temperature low"),
    "temperature_high": _("fever"),
}


def outside_limits(values: Mapping[str, object], limits: Mapping[str, tuple]) -> list[str]:
    """Codes of the values below or above what is usual, which has both its ends in (derived, set by the agency)."""
    found = []
    for name, (low, high) in limits.items():
        value = values.get(name)
        if value is not None and not low <= value <= high:
            found.append(f"{name}_{'low' if value < low else 'high'}")
    return found


# Money (4.1.5) -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Extra:
    """An item that costs extra: its price, and the visits at which it is done with the minutes it takes."""

    rate: Decimal
    unit: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Charge:
    """What one kind of work costs in an average month: how much of it at which price, in yuan, half a cent up."""

    rate: Decimal
    unit: str
    quantity: Decimal
    amount: Decimal


def monthly_charges(rate: Decimal, unit: str, slots: Iterable[Slot], extras: Iterable[Extra] = ()) -> list[Charge]:
    """The lines of an average month's bill, a week times 52/12 (derived): the work form first, then each extra.

    A price per hour counts the minutes, one per visit the visits, one per day the days with a visit; a price per
    month stands as it is.
    """
    return [_charge(rate, unit, list(slots)), *(_charge(extra.rate, extra.unit, extra.slots) for extra in extras)]


def _charge(rate, unit, slots):
    a_week = {
        "hour": Decimal(sum(slot.minutes for slot in slots)) / 60,
        "visit": Decimal(len(slots)),
        "day": Decimal(len({slot.weekday for slot in slots})),
    }
    quantity = Decimal(1) if unit == "month" else a_week[unit] * WEEKS_A_MONTH
    amount = (rate * quantity).quantize(CENT, ROUND_HALF_UP)
    return Charge(rate, unit, quantity.quantize(TENTH, ROUND_HALF_UP), amount)


def monthly_estimate(rate: Decimal, unit: str, slots: Iterable[Slot], extras: Iterable[Extra] = ()) -> Decimal:
    """Fee of an average month in yuan: the sum of its charges."""
    return sum(charge.amount for charge in monthly_charges(rate, unit, slots, extras))


def total_price(monthly: Decimal, starts_on: dt.date, ends_on: dt.date) -> Decimal:
    """What the whole term is expected to cost, both days in; a year costs twelve months (derived)."""
    days = (ends_on - starts_on).days + 1
    return (monthly * days / DAYS_A_MONTH).quantize(CENT, ROUND_HALF_UP)


# Signing (7.2.2 c, 7.3.2 b) ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SigningFacts:
    """What is looked at before an agreement goes out for signing; the defaults are those of an empty draft."""

    today: dt.date
    starts_on: dt.date
    ends_on: dt.date
    work_form: str
    plan_state: str = ""
    plan_work_form: str = ""
    slots: tuple[Slot, ...] = ()
    items: tuple = ()
    self_care: str | None = None
    reassess_on: dt.date | None = None
    condition_disclosed: bool = False
    health_consent: bool = False
    health_known: bool = False
    sharing_consent: bool = False
    has_emergency_contact: bool = False
    is_plan_outdated: bool = False
    is_incapable: bool = False
    needs_guardian: bool = False
    signer: str = ""  # authority of who signs for the client; empty: the client in person
    signer_proved: bool = False
    rate: Decimal = Decimal(0)
    list_rate: Decimal | None = None
    rate_reason: str = ""
    rate_approved: bool = False
    deposit_kind: str = "none"
    deposit: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    insurance: str = ""
    dated: tuple[dt.date, ...] = ()  # days that the paper names: the assessment, the plan agreed
    special_terms: str = ""


SIGNING = Rulebook()


@SIGNING.clause("7.3.1")
def plan_is_agreed(facts: SigningFacts) -> Finding | None:
    if facts.plan_state == "agreed":
        return None
    return problem("plan_not_agreed", _("The service plan is not agreed with the client yet."))


@SIGNING.clause("3.3")
def plan_has_the_work_form(facts: SigningFacts) -> Finding | None:
    if not facts.plan_state or facts.plan_work_form == facts.work_form:
        return None
    return problem("work_form_differs", _("The plan is for another work form."))


@SIGNING.clause("3.3")
def visits_fit_the_work_form(facts: SigningFacts) -> Finding | None:
    """The first visit of the plan whose length does not."""
    return next((finding for slot in facts.slots if (finding := check_duration(facts.work_form, slot.minutes))), None)


@SIGNING.clause("5")
def client_is_assessed(facts: SigningFacts) -> Finding | None:
    if facts.self_care is None:
        return problem("not_assessed", _("The client's self-care is not assessed."))
    if facts.reassess_on and facts.reassess_on < facts.today:
        return problem(
            "assessment_overdue", _("The self-care assessment was due again on %(on)s."), on=facts.reassess_on
        )
    return None


@SIGNING.clause("5")
def items_fit_the_self_care(facts: SigningFacts) -> Finding | None:
    """By the newest assessment, which may be later than the plan."""
    names = [str(item) for item in items_not_allowed(facts.items, facts.self_care)]
    if not names:
        return None
    text = _("The plan contains items only for clients unable to care for themselves: %(names)s. Write a new version.")
    return problem("items_not_allowed", text, names=names)


@SIGNING.clause("7.3.2 b")
def term_ends_after_it_begins(facts: SigningFacts) -> Finding | None:
    return problem("term", _("The term ends before it begins.")) if facts.ends_on < facts.starts_on else None


@SIGNING.clause("7.3.2 b")
def condition_is_disclosed(facts: SigningFacts) -> Finding | None:
    if facts.condition_disclosed:
        return None
    return problem("not_disclosed", _("Tick that the client's condition was disclosed and nobody objects."))


@SIGNING.clause(_("PIPL 29"))
def health_data_is_consented_to(facts: SigningFacts) -> Finding | None:
    if facts.health_consent:
        return None
    return problem("no_health_consent", _("The separate consent to keeping health data is missing."))


@SIGNING.clause("7.3.2 b")
def health_is_known(facts: SigningFacts) -> Finding | None:
    """What nobody asked is not printed as "none"."""
    if facts.health_known:
        return None
    text = _("Ask for illnesses, medicines and allergies and write them down; where there are none, write so.")
    return problem("health_unknown", text)


@SIGNING.clause(_("PIPL 23"))
def sharing_is_consented_to(facts: SigningFacts) -> Finding | None:
    """The caregiver is told what the visit needs."""
    if facts.sharing_consent:
        return None
    return problem("no_sharing_consent", _("The consent to telling the caregiver what the visits need is missing."))


@SIGNING.clause("8.2")
def somebody_can_be_called(facts: SigningFacts) -> Finding | None:
    """An emergency contact other than the client (derived)."""
    return None if facts.has_emergency_contact else problem("no_contact", _("There is no emergency contact."))


@SIGNING.clause("7.3.1")
def plan_fits_the_condition(facts: SigningFacts) -> Finding | None:
    if not facts.is_plan_outdated:
        return None
    text = _("The plan was written on an older assessment with another result. Write a new version of the plan.")
    return problem("plan_outdated", text)


@SIGNING.clause("4.1.5")
def begins_today_or_later(facts: SigningFacts) -> Finding | None:
    """No agreement reaches back to a price that is not posted any more."""
    if facts.starts_on >= facts.today:
        return None
    return problem("starts_in_past", _("The first day has passed; choose today or a later one."))


@SIGNING.clause(_("Civil Code 21"))
def the_incapable_do_not_sign(facts: SigningFacts) -> Finding | None:
    """Coma, diagnosed dementia or total loss of ability: the legal guardian signs, not the client or another agent."""
    if not facts.is_incapable or facts.signer == "legal_guardian":
        return None
    text = _("By the assessment the client cannot sign; add the legal guardian with proof and choose them as signer.")
    return problem("incapable", text)


@SIGNING.clause(_("Civil Code 21"))
def guardian_signs(facts: SigningFacts) -> Finding | None:
    """For somebody with limited capacity the legal guardian signs, no other agent."""
    if not facts.needs_guardian or facts.signer == "legal_guardian":
        return None
    return problem("no_guardian", _("The client has a legal guardian; choose the guardian as signer."))


@SIGNING.clause(_("Civil Code 163"))
def authority_is_proved(facts: SigningFacts) -> Finding | None:
    if not facts.signer or facts.signer_proved:
        return None
    text = _("File the power of attorney or the proof of guardianship of who signs for the client.")
    return problem("no_proof", text)


@SIGNING.clause("7.3.2 b")
def nothing_is_dated_ahead(facts: SigningFacts) -> Finding | None:
    ahead = [day for day in facts.dated if day > facts.today]
    if not ahead:
        return None
    return problem("dated_ahead", _("The assessment or the plan is dated after today (%(on)s)."), on=max(ahead))


@SIGNING.clause("4.1.5")
def price_is_published(facts: SigningFacts) -> Finding | None:
    if facts.list_rate is not None:
        return None
    return problem("no_price_list", _("No published price list names this work form on the first day."))


@SIGNING.clause("4.1.5")
def departure_has_a_reason(facts: SigningFacts) -> Finding | None:
    if facts.list_rate in (None, facts.rate) or facts.rate_reason.strip():
        return None
    text = _("The price departs from the list (¥%(price)s); say why.")
    return problem("no_price_reason", text, price=facts.list_rate)


@SIGNING.clause("4.1.5")
def departure_is_approved(facts: SigningFacts) -> Finding | None:
    if facts.list_rate in (None, facts.rate) or facts.rate_approved:
        return None
    return problem("price_not_approved", _("A price that departs from the list needs a manager's approval."))


@SIGNING.clause(_("Civil Code 586"))
def earnest_money_is_a_fifth_at_most(facts: SigningFacts) -> Finding | None:
    """What goes beyond a fifth of the whole price would have no effect as earnest money."""
    if facts.deposit_kind != "earnest" or facts.deposit * 5 <= facts.total:
        return None
    limit = (facts.total / 5).quantize(CENT, ROUND_DOWN)
    return problem(
        "deposit_too_high", _("Earnest money may be a fifth of the whole price at most (¥%(limit)s)."), limit=limit
    )


@SIGNING.clause(_("Civil Code 586"))
def deposit_goes_with_its_kind(facts: SigningFacts) -> Finding | None:
    if (facts.deposit_kind == "none") == (facts.deposit == 0):
        return None
    return problem("deposit_kind", _("Choose the kind of deposit and an amount, or none and 0."))


@SIGNING.clause("7.3.2 b")
def insurance_is_named(facts: SigningFacts) -> Finding | None:
    if facts.insurance.strip():
        return None
    return problem("no_insurance", _("Write which insurance covers the service, or that there is none."))


@SIGNING.clause("7.3.2 e")
def special_circumstances_are_agreed(facts: SigningFacts) -> Finding | None:
    if facts.special_terms.strip():
        return None
    return problem("no_special_terms", _("Write what is agreed for special circumstances."))


def missing_before_signing(facts: SigningFacts, caregiver: Iterable[Finding] = ()) -> list[Finding]:
    """Everything that stands against sending an agreement out, at once.

    caregiver is what check_assignment says for the first day; the supervision rule explained (7.4.1) is among it.
    """
    return [*SIGNING.findings(facts, on=facts.today), *caregiver]


@dataclass(frozen=True)
class Authority:
    """Of who speaks for the client: whether it is about agreements, its last day, and the day it is used."""

    name: str
    covers: bool
    until: dt.date | None
    day: dt.date


AUTHORITY = Rulebook()  # a power of attorney says for what and until when; beyond it the client is not bound


@AUTHORITY.clause(_("Civil Code 165"))
def authority_covers_agreements(authority: Authority) -> Finding | None:
    if authority.covers:
        return None
    text = _(
        "The authority of %(name)s does not cover agreements: file a power of attorney that does, or choose who signs."
    )
    return problem("not_covered", text, name=authority.name)


@AUTHORITY.clause(_("Civil Code 173"))
def authority_lasts(authority: Authority) -> Finding | None:
    if authority.until is None or authority.day <= authority.until:
        return None
    text = _("The authority of %(name)s ended on %(on)s: file a new one, or choose who signs.")
    return problem("authority_over", text, name=authority.name, on=authority.until)


UNSIGNED_TEXTS = {
    "client": _("The client has not signed."),
    "agency": _("The agency has not signed."),
    "caregiver": _("The caregiver has not signed."),
}


def missing_before_force(
    signed: Iterable[str],
    ends_on: dt.date,
    today: dt.date,
    caregiver: Iterable[Finding] = (),
    *,
    has_consents: bool = True,
    amends_the_running: bool = True,
) -> list[Finding]:
    """Everything that stands against an agreement coming into force: concluded when all have signed (Civil Code 490).

    signed names the parties whose signature stands under the text; caregiver is what check_assignment says today;
    has_consents whether the consents the text speaks of are still given; amends_the_running whether an amendment's
    first agreement is served still.
    """
    signed = set(signed)
    found = [Finding("7.2.2 c", f"unsigned_{party}", UNSIGNED_TEXTS[party]) for party in PARTIES if party not in signed]
    if ends_on < today:
        text = _("The term ended on %(on)s, before everybody had signed.")
        found.append(Finding("7.3.2 b", "term_over", text, {"on": ends_on}))
    if not has_consents:
        text = _(
            "A consent was withdrawn after the agreement went out: to keeping health data or telling the caregiver."
        )
        found.append(Finding(_("PIPL 15"), "consent_withdrawn", text))
    if not amends_the_running:
        text = _("The agreement that is amended is over or its end is set. Cancel this amendment.")
        found.append(Finding("7.3.2 b", "nothing_to_amend", text))
    return [*found, *caregiver]


# The agency's own wording -------------------------------------------------------------------------------------------

# What a text that one side puts before all its clients may not say: it would be void.
VOID_WORDS = [
    (
        _("Civil Code 506"),
        ("概不负责", "不负任何责任", "不承担任何责任", "免除一切责任", "责任自负", "后果自负", "生死自负"),
    ),
    (
        _("Civil Code 497"),
        ("概不退还", "一律不退", "不予退还", "不得解除", "无权解除", "放弃诉讼", "不得起诉", "不得投诉"),
    ),
    (_("Consumer Law 26"), ("最终解释权", "解释权归")),
    ("7.2.2 c", ("有权单方变更", "单方调整价格", "无须另行通知")),
]


def void_words(text: str) -> list[Finding]:
    """Words in an agency's own clauses that exclude liability or take away the other side's main rights."""
    return [
        Finding(
            clause,
            "void_words",
            _("“%(word)s” would be void; word it so that the other side keeps its rights."),
            {"word": word},
        )
        for clause, words in VOID_WORDS
        for word in words
        if word in text
    ]
