"""How an upper floor adds to a lower floor's file page without being imported by it.

A panel is a box on the page, a step something that is missing, a shortcut a button, a timeline source a list of moments,
a keep something that must still be kept. Each is a function of the row the page is about; apps register theirs in
AppConfig.ready.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any


@dataclass(frozen=True)
class Panel:
    """A box: its template and what the template needs."""

    template: str
    context: dict[str, Any]


@dataclass(frozen=True)
class Moment:
    """A line of the timeline: when, what, who did it, and where to read more; of some only the day is known."""

    at: dt.datetime
    text: str
    by: str = ""
    url: str = ""
    tone: str = "quiet"
    is_day: bool = False


@dataclass(frozen=True)
class Step:
    """Something a file still lacks: what, the page that mends it, and the words on its button; without one, later."""

    text: str
    url: str = ""
    verb: str = ""


@dataclass(frozen=True)
class Shortcut:
    """A button in the head of a page; the first one is the main one while nothing is missing."""

    text: str
    url: str
    icon: str = ""


@dataclass(frozen=True)
class Keep:
    """Why a row must still be kept, and the last day of it; without a day, as long as it goes on."""

    text: str
    until: dt.date | None


_panels: dict[str, list[tuple[int, Callable]]] = defaultdict(list)
_steps: dict[str, list[tuple[int, Callable]]] = defaultdict(list)
_shortcuts: dict[str, list[tuple[int, Callable]]] = defaultdict(list)
_moments: dict[str, list[Callable]] = defaultdict(list)
_keeps: dict[str, list[Callable]] = defaultdict(list)


def panel(page: str, place: int = 0) -> Callable:
    """Register a function (membership, row) -> Panel or None for a page such as "clients.client"; lower places first."""
    return lambda function: _panels[page].append((place, function)) or function


def steps(page: str, place: int = 0) -> Callable:
    """Register a function (membership, row) -> iterable of Step for a page; lower places first."""
    return lambda function: _steps[page].append((place, function)) or function


def shortcuts(page: str, place: int = 0) -> Callable:
    """Register a function (membership, row) -> iterable of Shortcut for a page; lower places first."""
    return lambda function: _shortcuts[page].append((place, function)) or function


def moments(page: str) -> Callable:
    """Register a function row -> iterable of Moment for a page; each at most one query and 30 moments."""
    return lambda function: _moments[page].append(function) or function


def panels_of(page: str, membership, row) -> list[Panel]:
    return [panel for panel in _called(_panels[page], membership, row) if panel]


def steps_of(page: str, membership, row) -> list[Step]:
    """What is missing, in the order it is best seen to."""
    return list(chain.from_iterable(_called(_steps[page], membership, row)))


def shortcuts_of(page: str, membership, row) -> list[Shortcut]:
    return list(chain.from_iterable(_called(_shortcuts[page], membership, row)))


def _called(registered, membership, row):
    in_order = sorted(registered, key=lambda entry: entry[0])
    return [function(membership, row) for _place, function in in_order]


def timeline_of(page: str, row, limit: int = 60) -> list[Moment]:
    """The latest moments of all sources, newest first."""
    found = chain.from_iterable(function(row) for function in _moments[page])
    return sorted(found, key=lambda moment: moment.at, reverse=True)[:limit]


def keeps(page: str) -> Callable:
    """Register a function row -> iterable of Keep for what a page is about; only what holds today."""
    return lambda function: _keeps[page].append(function) or function


def keeps_of(page: str, row) -> list[Keep]:
    """Everything that stands against erasing a row."""
    return list(chain.from_iterable(function(row) for function in _keeps[page]))
