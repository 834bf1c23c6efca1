"""The score card (7.2.2 e, 7.4.1): what is counted of a caregiver's work and how; few records make no rate."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agencies.standard import gettext_noop as _


@dataclass(frozen=True)
class Line:
    """A line of the card: its name, how it is counted, and the clause that asks for what it counts.

    shape: "mean" of points, "share" of records that were good, or "sum" of what happened.
    """

    code: str
    label: str
    shape: str
    clause: str
    definition: str


LINES = [
    Line("rating", _("Clients' ratings"), "mean", "8.1",
        _("Mean of all ratings in return visits and surveys: 4 very satisfied, 3 satisfied, 2 fairly satisfied, 1 dissatisfied.")),
    Line("punctuality", _("On time"), "share", "7.3.2 c",
        _("Visits checked in no later than %(late)s minutes after the agreed start. A visit that nobody came to is not on time, unless it was not the caregiver's doing.")),
    Line("task", _("Tasks done"), "share", "7.3.2 c",
        _("Tasks of the service plan that were done, of those done or left. What the client refused or did not need is not counted.")),
    Line("conduct", _("Conduct checks"), "share", "7.4.2", _("Points of the check list that were good at checks on the spot.")),
    Line("complaint", _("Complaints found right"), "sum", "8.4",
        _("Closed complaints about this caregiver that were founded in whole or in part, of all that were closed.")),
    Line("service", _("Days served"), "sum", "6.2.1 a", _("Days with a visit from check-in to check-out, and the hours of all of them.")),
]  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """How many records were counted, and their sum: points, visits on time, tasks done, complaints found right, minutes."""

    count: int = 0
    total: int = 0


@dataclass(frozen=True)
class Card:
    """What is on record of a caregiver from one day to another, both in.

    late_after: minutes that still count as on time; least: records below which no mean and no share is shown.
    """

    since: dt.date
    until: dt.date
    late_after: int
    least: int
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def figure(self, code: str) -> Figure:
        return self.figures.get(code, Figure())

    def is_few(self, line: Line) -> bool:
        """Whether there are records, but too few to be fair."""
        return line.shape != "sum" and 0 < self.figure(line.code).count < self.least

    def rate(self, line: Line) -> float | None:
        """Mean points, or the share from 0 to 1; None for sums and for too few records."""
        figure = self.figure(line.code)
        if line.shape == "sum" or figure.count < self.least:
            return None
        return figure.total / figure.count


def frozen(card: Card) -> dict[str, Any]:
    """A card as JSON, to stay with what was judged from it."""
    return {
        "since": card.since.isoformat(),
        "until": card.until.isoformat(),
        "late_after": card.late_after,
        "least": card.least,
        "figures": {code: [figure.count, figure.total] for code, figure in card.figures.items()},
    }


def thawed(data: Mapping[str, Any]) -> Card:
    """The card that was frozen."""
    return Card(
        since=dt.date.fromisoformat(data["since"]),
        until=dt.date.fromisoformat(data["until"]),
        late_after=data["late_after"],
        least=data["least"],
        figures={code: Figure(*numbers) for code, numbers in data["figures"].items()},
    )
