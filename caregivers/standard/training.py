"""Training (7.2.2 b): who may train, what passes, when its effect is judged, and what the year's plan should hold."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

TRAINER_LEVEL = 3  # trains the other levels (6.4.2 d)
DOORS = dt.timedelta(minutes=30)  # before the start, attendance is taken from then on (derived)
LONGEST = dt.timedelta(hours=12)  # of one session (derived)
CODE_MINUTES = 5  # a code on the screen is replaced so often, and the one before still counts (derived)
CLASS = 30  # people of one session in a proposed plan (derived)
COURSES_A_MONTH = 2  # asked for by the promotions board, in a proposed plan (derived)
MEASURED_DAYS = 90  # before and after a session, when its effect is looked at (derived)


def passes(score: int, pass_mark: int) -> bool:
    """The pass mark itself passes."""
    return score >= pass_mark


def effect_due_on(held_on: dt.date, after_days: int) -> dt.date:
    """The first day on which what a session brought is judged."""
    return held_on + dt.timedelta(days=after_days)


def code_number(moment: dt.datetime) -> int:
    """Which code hangs on the screen at a moment."""
    return int(moment.timestamp()) // (CODE_MINUTES * 60)


def is_fresh(number: int, moment: dt.datetime) -> bool:
    """Whether a code that was scanned hangs there now, or hung there just before."""
    return code_number(moment) - number in (0, 1)


def is_taken_at(starts_at: dt.datetime, ends_at: dt.datetime, moment: dt.datetime) -> bool:
    """Whether attendance by code is taken: from when the doors open to the end."""
    return starts_at - DOORS <= moment <= ends_at


@dataclass(frozen=True)
class Need:
    """A course and how many ask for it; every_months for what is repeated anyway."""

    course: int
    people: int
    every_months: int | None = None


@dataclass(frozen=True)
class Line:
    """A line of the proposed plan."""

    course: int
    month: int
    seats: int


def propose(needs: Iterable[Need], first_month: int) -> list[Line]:
    """Lines from a month to December: what most people lack first, two courses a month; the rest at its interval."""
    needs = [need for need in needs if need.people]
    once = sorted((need for need in needs if not need.every_months), key=lambda need: (-need.people, need.course))
    seats: dict[tuple[int, int], int] = {}
    for place, need in enumerate(once):
        start = first_month + place // COURSES_A_MONTH
        for round_, left in enumerate(range(need.people, 0, -CLASS)):
            key = (need.course, min(start + round_, 12))
            seats[key] = seats.get(key, 0) + min(left, CLASS)
    for need in needs:
        if need.every_months:
            for month in range(first_month, 13, need.every_months):
                seats[need.course, month] = need.people
    return sorted((Line(course, month, n) for (course, month), n in seats.items()), key=lambda x: (x.month, x.course))
