"""May this caregiver be sent to this visit (DB37/T 1111-2008, 4.2.1, 4.2.2.2, 7.2.2, 7.4.1)?

Each rule is a function over plain facts, carries its clause and the day it holds from, and answers None or a reason.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

MIN_AGE = 18
SINCE = dt.date(2009, 2, 1)
ENOUGH_SCHOOLING = frozenset(["junior_high", "senior_high", "college", "bachelor"])


@dataclass(frozen=True)
class Paper:
    """A credential: its kind and the last day it is good; None is without limit."""

    kind: str
    issued_on: dt.date
    expires_on: dt.date | None = None

    def covers(self, first: dt.date, last: dt.date) -> bool:
        return self.issued_on <= first and (self.expires_on is None or last <= self.expires_on)


@dataclass(frozen=True)
class Facts:
    """What is known of a caregiver, and of the days and the work in question; periods are half-open in days."""

    first_day: dt.date
    last_day: dt.date
    state: str
    birth_date: dt.date
    education: str
    level: int | None
    work_forms: frozenset[str]
    work_form: str
    level_needed: int = 0
    papers: tuple[Paper, ...] = ()
    declared_no_history: bool = False
    acknowledged_rule: bool = False
    age_exception: str = ""
    is_absent: bool = False


@dataclass(frozen=True)
class Reason:
    """Why not: the clause, a code that a translation is looked up by, and what the text names."""

    clause: str
    code: str
    params: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class Rule:
    clause: str
    since: dt.date
    check: Callable[[Facts, int], Reason | None]


RULES: list[Rule] = []


def rule(clause: str, since: dt.date = SINCE) -> Callable:
    def register(function):
        RULES.append(Rule(clause, since, function))
        return function

    return register


def _reason(clause, code, **params):
    return Reason(clause, code, tuple(sorted(params.items())))


def age_on(birth_date: dt.date, day: dt.date) -> int:
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _has(facts, *kinds):
    return any(paper.kind in kinds and paper.covers(facts.first_day, facts.last_day) for paper in facts.papers)


@rule("7.2.2 d")
def is_posted(facts: Facts, max_age: int) -> Reason | None:
    """On-boarding is finished and the caregiver is neither suspended nor gone."""
    return None if facts.state == "active" else _reason("7.2.2 d", f"state_{facts.state}")


@rule("4.2.2.2 b")
def is_of_age(facts: Facts, max_age: int) -> Reason | None:
    """18 or more, without exception."""
    age = age_on(facts.birth_date, facts.first_day)
    return _reason("4.2.2.2 b", "too_young", age=age) if age < MIN_AGE else None


@rule("4.2.2.2 b")
def is_not_too_old(facts: Facts, max_age: int) -> Reason | None:
    """The limit itself passes ("以下" includes the number, Civil Code 1259); a written exception passes."""
    age = age_on(facts.birth_date, facts.last_day)
    return (
        _reason("4.2.2.2 b", "too_old", age=age, limit=max_age) if age > max_age and not facts.age_exception else None
    )


@rule("4.2.2.2 b")
def has_schooling(facts: Facts, max_age: int) -> Reason | None:
    return None if facts.education in ENOUGH_SCHOOLING else _reason("4.2.2.2 b", "schooling")


@rule("4.2.2.2 c")
def declared_no_history(facts: Facts, max_age: int) -> Reason | None:
    return None if facts.declared_no_history else _reason("4.2.2.2 c", "no_declaration")


@rule("4.2.1 a")
def has_identity_card(facts: Facts, max_age: int) -> Reason | None:
    return None if _has(facts, "identity_card") else _reason("4.2.1 a", "no_identity_card")


@rule("4.2.1 c")
def has_health_certificate(facts: Facts, max_age: int) -> Reason | None:
    """In date on every day of the visit."""
    if _has(facts, "health"):
        return None
    ends = [paper.expires_on for paper in facts.papers if paper.kind == "health" and paper.expires_on]
    return _reason("4.2.1 c", "health_expired", on=max(ends)) if ends else _reason("4.2.1 c", "no_health")


@rule("4.2.1 d")
def has_certificate(facts: Facts, max_age: int) -> Reason | None:
    """A domestic-service or elderly-care certificate."""
    return None if _has(facts, "domestic_service", "elderly_care") else _reason("4.2.1 d", "no_certificate")


@rule("4.2.1 b")
def has_background(facts: Facts, max_age: int) -> Reason | None:
    return None if _has(facts, "background") else _reason("4.2.1 b", "no_background")


@rule("7.4.1")
def knows_supervision_rule(facts: Facts, max_age: int) -> Reason | None:
    return None if facts.acknowledged_rule else _reason("7.4.1", "not_acknowledged")


@rule("6")
def has_level(facts: Facts, max_age: int) -> Reason | None:
    if facts.level is None:
        return _reason("6", "no_level")
    return _reason("6", "level_too_low", needed=facts.level_needed) if facts.level < facts.level_needed else None


@rule("3.3")
def offers_work_form(facts: Facts, max_age: int) -> Reason | None:
    return None if facts.work_form in facts.work_forms else _reason("3.3", "work_form")


@rule("7.3.2 c")
def is_present(facts: Facts, max_age: int) -> Reason | None:
    return _reason("7.3.2 c", "absent") if facts.is_absent else None


def check_assignment(facts: Facts, *, max_age: int = 55) -> list[Reason]:
    """Every reason against sending this caregiver, by the rules in force on the first day; empty when there is none."""
    found = (rule.check(facts, max_age) for rule in RULES if rule.since <= facts.first_day)
    return [reason for reason in found if reason]
