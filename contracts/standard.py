"""Rules of plan and agreement (DB37/T 1111-2008, 3.3, 5, 7.2.2 c, 7.3): pure functions over plain data."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
CENT = Decimal("0.01")
WEEKS_A_MONTH = Decimal(52) / Decimal(12)

# From which state an agreement may go where.
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


@dataclass(frozen=True)
class Slot:
    """A visit of the weekly pattern: ISO weekday, start, length."""

    weekday: int
    starts_at: dt.time
    minutes: int


def occurrences(slots: Iterable[Slot], first: dt.date, last: dt.date) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Half-open times of all visits that start on the days from first to last, both included, in order."""
    by_weekday: dict[int, list[Slot]] = {}
    for slot in slots:
        by_weekday.setdefault(slot.weekday, []).append(slot)
    for offset in range((last - first).days + 1):
        day = first + dt.timedelta(days=offset)
        for slot in sorted(by_weekday.get(day.isoweekday(), []), key=lambda slot: slot.starts_at):
            start = dt.datetime.combine(day, slot.starts_at, tzinfo=CHINA)
            yield start, start + dt.timedelta(minutes=slot.minutes)


def overlapping(slots: Iterable[Slot]) -> list[tuple[Slot, Slot]]:
    """Neighbours in the weekly pattern that overlap, over Sunday night too; touching is not overlapping."""
    week = 7 * 24 * 60
    ordered = sorted(slots, key=_minute)
    pairs = []
    for place, slot in enumerate(ordered):
        following = ordered[(place + 1) % len(ordered)]
        gap = (_minute(following) - _minute(slot)) % week or week
        if len(ordered) > 1 and gap < slot.minutes:
            pairs.append((slot, following))
    return pairs


def _minute(slot):
    return (slot.weekday - 1) * 1440 + slot.starts_at.hour * 60 + slot.starts_at.minute


@dataclass(frozen=True)
class Extra:
    """An item that costs extra: its price, unit and how often a week it is done."""

    amount: Decimal
    unit: str
    times_a_week: int


def monthly_estimate(rate: Decimal, unit: str, slots: Iterable[Slot], extras: Iterable[Extra] = ()) -> Decimal:
    """Fee of an average month in yuan: weekly quantity times 52/12, half a cent up; a price per month stands as it is."""
    slots = list(slots)
    total = _a_month(rate, unit, hours=Decimal(sum(slot.minutes for slot in slots)) / 60, times=len(slots))
    for extra in extras:
        total += _a_month(extra.amount, extra.unit, hours=Decimal(extra.times_a_week), times=extra.times_a_week)
    return total.quantize(CENT, ROUND_HALF_UP)


def _a_month(amount, unit, *, hours, times):
    if unit == "month":
        return amount
    return amount * (hours if unit == "hour" else times) * WEEKS_A_MONTH


def items_not_allowed(items: Iterable, self_care: str) -> list:
    """Items only for clients unable to care for themselves, in a plan for somebody who is able (5)."""
    return [item for item in items if item.unable_only and self_care != "unable"]


@dataclass(frozen=True)
class SigningFacts:
    """What is looked at before an agreement goes out for signing."""

    plan_state: str
    plan_work_form: str
    work_form: str
    starts_on: dt.date
    ends_on: dt.date
    assessed: bool
    assessment_valid: bool
    condition_disclosed: bool
    health_consent: bool
    needs_guardian: bool
    has_guardian: bool
    price_listed: bool
    price_departs: bool
    price_approved: bool
    deposit_kind: str
    deposit: Decimal
    total: Decimal


def missing_before_signing(facts: SigningFacts) -> list[tuple[str, str]]:
    """(clause or law, code) of everything that stands against signing, at once."""
    checks = [
        ("7.3.1", "plan_not_agreed", facts.plan_state == "agreed"),
        ("3.3", "work_form_differs", facts.plan_work_form == facts.work_form),
        ("7.3.2 b", "term", facts.ends_on >= facts.starts_on),
        ("5", "not_assessed", facts.assessed),
        ("5", "assessment_overdue", facts.assessment_valid or not facts.assessed),
        ("7.3.2 b", "not_disclosed", facts.condition_disclosed),
        ("PIPL 29", "no_health_consent", facts.health_consent),
        ("Civil Code 21", "no_guardian", facts.has_guardian or not facts.needs_guardian),
        ("4.1.5", "no_price_list", facts.price_listed),
        ("4.1.5", "price_not_approved", facts.price_approved or not facts.price_departs),
        ("Civil Code 586", "deposit_too_high", facts.deposit_kind != "earnest" or facts.deposit * 5 <= facts.total),
    ]
    return [(clause, code) for clause, code, is_well in checks if not is_well]
