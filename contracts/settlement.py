"""What is owed when an agreement ends (agreement, sections 6, 15 and 16; Civil Code 586 to 588): pure rules and their words."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from agencies.standard import gettext_noop as _
from contracts.standard import CENT, DAYS_A_MONTH

# The days of notice and the share that section 15 and 16 of every edition name.
CLIENT_NOTICE = 7
AGENCY_NOTICE = 15
PENALTY_SHARE = Decimal("0.1")


@dataclass(frozen=True)
class Due:
    """One line: its code, what its words need, and yuan; above zero the client pays, below the agency pays back."""

    code: str
    amount: Decimal
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EndFacts:
    """What is looked at; work holds the lines of the service given since the last bill."""

    starts_on: dt.date
    ends_on: dt.date
    ended_on: dt.date
    reason: str
    broken_by: str = ""  # "client" or "agency", only when the reason is a breach
    noticed_on: dt.date | None = None
    trial_days: int = 0
    monthly: Decimal = Decimal(0)
    deposit_kind: str = "none"
    deposit: Decimal = Decimal(0)
    prepaid: Decimal = Decimal(0)
    work: tuple[Due, ...] = ()


WORDS = {
    "work": _("%(what)s from %(first)s to %(last)s: %(quantity)s × ¥%(rate)s"),
    "work_holiday": _("%(what)s on public holidays from %(first)s to %(last)s: %(quantity)s × ¥%(rate)s"),
    "penalty_client": _(
        "Ended with %(days)s days' notice instead of %(wanted)s: a tenth of what is left, a month at most"
    ),
    "penalty_agency": _(
        "Ended by the agency with %(days)s days' notice instead of %(wanted)s: a tenth of what is left, a month at most"
    ),
    "security_back": _("Security deposit, paid back"),
    "earnest_counted": _("Earnest money, counted against the fee"),
    "earnest_kept": _("Earnest money of ¥%(deposit)s is kept, in the place of a penalty (Civil Code 587, 588)"),
    "earnest_doubled": _("Earnest money, paid back twice (Civil Code 587)"),
    "prepaid_back": _("Paid in advance and not used"),
}


def settle(facts: EndFacts) -> list[Due]:
    """Every line of the settlement: the work, a penalty where notice was not kept, deposit and advance."""
    lines = list(facts.work)
    at_fault, penalty = _at_fault(facts), _penalty(facts)
    if facts.deposit_kind == "security":
        lines.append(Due("security_back", -facts.deposit))
    if facts.deposit_kind == "earnest":
        earnest = _earnest(facts, at_fault, penalty)
        lines.append(earnest)
        if earnest.code != "earnest_counted":
            penalty = None  # one of the two, never both (Civil Code 588)
    if penalty:
        lines.append(penalty)
    if facts.prepaid:
        lines.append(Due("prepaid_back", -facts.prepaid))
    return lines


def total(lines: list[Due]) -> Decimal:
    """Yuan the client still pays; below zero what is paid back."""
    return sum((line.amount for line in lines), Decimal(0))


def days_of_notice(facts: EndFacts) -> int:
    """Days between telling the other side and the last day; without a day told there was no notice."""
    return max((facts.ended_on - facts.noticed_on).days, 0) if facts.noticed_on else 0


def _at_fault(facts):
    if facts.reason == "breach":
        return facts.broken_by
    penalty = _penalty(facts)
    return penalty.code.removeprefix("penalty_") if penalty else ""


def _penalty(facts):
    """Who ends without a reason of section 15 and without its notice pays a share of what is left; not on trial."""
    wanted = {"client": CLIENT_NOTICE, "agency": AGENCY_NOTICE}.get(facts.reason)
    on_trial = (facts.ended_on - facts.starts_on).days < facts.trial_days
    days = days_of_notice(facts)
    left = (facts.ends_on - facts.ended_on).days
    if wanted is None or on_trial or days >= wanted or left <= 0:
        return None
    share = min(facts.monthly * left / DAYS_A_MONTH * PENALTY_SHARE, facts.monthly).quantize(CENT, ROUND_HALF_UP)
    sign = 1 if facts.reason == "client" else -1
    return Due(f"penalty_{facts.reason}", sign * share, {"days": str(days), "wanted": str(wanted)})


def _earnest(facts, at_fault, penalty):
    """Counted against the fee, unless the other side is better served by the rule on earnest money."""
    is_breach = facts.reason == "breach" or (penalty is not None and abs(penalty.amount) <= facts.deposit)
    if is_breach and at_fault == "client":
        return Due("earnest_kept", Decimal(0), {"deposit": f"{facts.deposit:.2f}"})
    if is_breach and at_fault == "agency":
        return Due("earnest_doubled", -2 * facts.deposit)
    return Due("earnest_counted", -facts.deposit)
