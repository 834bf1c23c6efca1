"""Rules of a month's fee (4.1.5, and what the agreement says of fees): pure functions over plain data, no Django.

All of it is derived from the agreement's words: paid is what was served, at the agreed prices, holidays by annex 2.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Work:
    """One visit that was made, or an item done at it: the day it began on and the minutes to be paid."""

    day: dt.date
    minutes: int
    is_holiday: bool = False


@dataclass(frozen=True)
class Rate:
    """A price and what it is for: per hour, visit, day or month."""

    amount: Decimal
    unit: str


@dataclass(frozen=True)
class Line:
    """A line of the statement: yuan a unit, how many, yuan in all."""

    rate: Rate
    quantity: Decimal
    amount: Decimal
    is_holiday: bool = False


def paid_minutes(agreed: int, served: int, allowance: int) -> int:
    """The agreed time of a visit; of one cut short by more than the allowance, the time it took (all in minutes).

    Whoever stays longer is paid by an adjustment, since overtime needs the client's word.
    """
    return served if served < agreed - allowance else agreed


def charge(rate: Rate, work: Iterable[Work], month_of: int = 0) -> Line:
    """What one kind of work costs.

    A price per month is for all visits of its month by the weekly pattern (month_of, a number): those that were not
    made take their share off, those that were made up for come back, and nothing beyond the month's price is asked.
    """
    work = list(work)
    quantity = {
        "hour": Decimal(sum(one.minutes for one in work)) / 60,
        "visit": Decimal(len(work)),
        "day": Decimal(len({one.day for one in work})),
        "month": min(Decimal(len(work)) / month_of, Decimal(1)) if month_of else Decimal(0),
    }[rate.unit]
    amount = (rate.amount * quantity).quantize(CENT, ROUND_HALF_UP)
    return Line(rate, quantity.quantize(CENT, ROUND_HALF_UP), amount)


def service_charges(rate: Rate, work: Iterable[Work], *, month_of: int, holiday: Rate | None = None) -> list[Line]:
    """The lines of the service itself: ordinary days, then public holidays where the price list names them.

    The price of holidays stands in place of the ordinary one; with a price per month it is added to it.
    """
    work = list(work)
    on_holidays = [one for one in work if one.is_holiday] if holiday else []
    ordinary = work if rate.unit == "month" or not holiday else [one for one in work if not one.is_holiday]
    lines = [charge(rate, ordinary, month_of)] if ordinary else []
    if on_holidays:
        line = charge(holiday, on_holidays, month_of)
        lines.append(Line(line.rate, line.quantity, line.amount, is_holiday=True))
    return lines
