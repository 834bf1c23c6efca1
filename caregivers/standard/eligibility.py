"""May this caregiver be sent to this work (DB37/T 1111-2008, 4.2.1, 4.2.2.2, 6, 7.2.2 d, 7.4.1)?"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from agencies.calendar import ONE_DAY, age_on
from agencies.standard import SINCE, Finding, Rulebook, problem
from agencies.standard import gettext_noop as _

EDUCATION = ("primary", "junior_high", "senior_high", "college", "bachelor")  # in rising order


@dataclass(frozen=True)
class Limits:
    """Age and schooling asked from a day on (4.2.2.2 b); both ages are in ("以上", "以下", Civil Code 1259)."""

    since: dt.date
    min_age: int
    max_age: int
    least_education: str
    modes: Mapping[str, str] = field(default_factory=dict)  # the agency's own strictness, by the rule's name


# A newer rule is a further row; what was judged before keeps the row of its day.
LIMITS = [Limits(SINCE, min_age=18, max_age=55, least_education="junior_high")]


def limits_on(day: dt.date, *, max_age: int | None = None, modes: Mapping[str, str] | None = None) -> Limits:
    """The limits in force on a day, with the agency's own greatest age and strictness where it set them."""
    limits = max((row for row in LIMITS if row.since <= day), key=lambda row: row.since, default=LIMITS[0])
    return replace(limits, max_age=max_age or limits.max_age, modes=modes or {})


@dataclass(frozen=True)
class Paper:
    """A credential whose original was sighted: its kind, the first and the last day it is good; None is without limit."""

    kind: str
    issued_on: dt.date
    expires_on: dt.date | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of a caregiver, and the days and the work in question; both days are in."""

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
    unsighted: frozenset[str] = frozenset()  # kinds of which a paper waits to be sighted
    declared_no_history: bool = False
    acknowledged_rule: bool = False
    age_exception: str = ""
    is_absent: bool = False
    in_training: bool = False

    def papers_of(self, *kinds: str) -> list[Paper]:
        return [paper for paper in self.papers if paper.kind in kinds]

    def has(self, *kinds: str) -> bool:
        """Whether papers of these kinds, one after the other, are good on every day in question."""
        return not uncovered(self.papers_of(*kinds), self.first_day, self.last_day)


def uncovered(papers: Iterable[Paper], first_day: dt.date, last_day: dt.date) -> dt.date | None:
    """The first day between two days, both in, on which none of the papers is good."""
    day = first_day
    for paper in sorted(papers, key=lambda paper: paper.issued_on):
        if paper.issued_on > day:
            break
        if paper.expires_on is None:
            return None
        day = max(day, paper.expires_on + ONE_DAY)
    return day if day <= last_day else None


RULES = Rulebook()


def _asked(facts, code, text, *kinds):
    """A finding unless papers of these kinds are good throughout; one that only waits to be sighted is named as such."""
    if facts.has(*kinds):
        return None
    if facts.unsighted & set(kinds):
        return problem(code, _("A paper is on file; its original was not sighted yet."))
    return problem(code, text)


STATE_TEXTS = {
    "onboarding": _("On-boarding is not finished."),
    "suspended": _("Suspended at present."),
    "left": _("Has left the agency."),
}


@RULES.clause("7.2.2 d")
def is_posted(facts: Facts, limits: Limits) -> Finding | None:
    """On-boarding is finished and the caregiver is neither suspended nor gone."""
    return None if facts.state == "active" else problem(f"state_{facts.state}", STATE_TEXTS[facts.state])


@RULES.clause("4.2.2.2 b")
def is_of_age(facts: Facts, limits: Limits) -> Finding | None:
    """Old enough on the first day, without exception."""
    age = age_on(facts.birth_date, facts.first_day)
    if age >= limits.min_age:
        return None
    return problem("too_young", _("Is %(age)s, younger than %(limit)s."), age=age, limit=limits.min_age)


@RULES.clause("4.2.2.2 b")
def is_not_too_old(facts: Facts, limits: Limits) -> Finding | None:
    """On the last day not past the limit, or with a written exception (derived)."""
    age = age_on(facts.birth_date, facts.last_day)
    if age <= limits.max_age or facts.age_exception:
        return None
    text = _("Is %(age)s, above the limit of %(limit)s; a written exception is missing.")
    return problem("too_old", text, age=age, limit=limits.max_age)


@RULES.clause("4.2.2.2 b")
def has_schooling(facts: Facts, limits: Limits) -> Finding | None:
    if EDUCATION.index(facts.education) >= EDUCATION.index(limits.least_education):
        return None
    return problem("schooling", _("Schooling is below junior high school."))


@RULES.clause("4.2.2.2 c")
def declared_no_history(facts: Facts, limits: Limits) -> Finding | None:
    if facts.declared_no_history:
        return None
    return problem("no_declaration", _("The declaration on psychiatric and infectious disease is missing."))


@RULES.clause("4.2.1 a")
def has_identity_card(facts: Facts, limits: Limits) -> Finding | None:
    return _asked(facts, "no_identity_card", _("No valid identity card on file."), "identity_card")


@RULES.clause("4.2.1 c")
def has_health_certificate(facts: Facts, limits: Limits) -> Finding | None:
    """In date on every day in question."""
    certificates = facts.papers_of("health")
    day = uncovered(certificates, facts.first_day, facts.last_day)
    if day is None:
        return None
    ends = [paper.expires_on for paper in certificates if paper.expires_on and paper.expires_on < day]
    if ends:
        return problem("health_expired", _("The health certificate is good until %(on)s."), on=max(ends))
    if certificates:
        begins = min(paper.issued_on for paper in certificates)
        return problem("health_later", _("The health certificate is good only from %(on)s."), on=begins)
    return _asked(facts, "no_health", _("No health certificate on file."), "health")


@RULES.clause("4.2.1 d")
def has_certificate(facts: Facts, limits: Limits) -> Finding | None:
    """A domestic-service or elderly-care certificate; either goes on where the other ends."""
    text = _("No valid domestic-service or elderly-care certificate on file.")
    return _asked(facts, "no_certificate", text, "domestic_service", "elderly_care")


@RULES.clause("4.2.1 b", default="forbid")
def has_background(facts: Facts, limits: Limits) -> Finding | None:
    """The caregiver's own declaration and what the query of it said (derived)."""
    return _asked(facts, "no_background", _("The background declaration is missing."), "background")


@RULES.clause("7.4.1")
def knows_supervision_rule(facts: Facts, limits: Limits) -> Finding | None:
    if facts.acknowledged_rule:
        return None
    return problem("not_acknowledged", _("Has not had the supervision rule explained."))


@RULES.clause("6")
def has_level(facts: Facts, limits: Limits) -> Finding | None:
    if facts.level is None:
        return problem("no_level", _("Has no level yet."))
    if facts.level >= facts.level_needed:
        return None
    return problem("level_too_low", _("The work needs a higher level (%(level)s)."), level=facts.level_needed)


@RULES.clause("3.3", default="forbid")
def offers_work_form(facts: Facts, limits: Limits) -> Finding | None:
    return None if facts.work_form in facts.work_forms else problem("work_form", _("Does not work in this work form."))


@RULES.clause("7.3.2 c")
def is_present(facts: Facts, limits: Limits) -> Finding | None:
    return problem("absent", _("Is on leave at that time.")) if facts.is_absent else None


@RULES.clause("7.2.2 b", default="forbid")
def is_not_in_training(facts: Facts, limits: Limits) -> Finding | None:
    """Down for a session that is planned at that time (derived)."""
    return problem("in_training", _("Is down for training at that time.")) if facts.in_training else None


@RULES.clause("7.2.4", default="warn")
def is_insured(facts: Facts, limits: Limits) -> Finding | None:
    """Accident insurance is expected, not demanded (derived)."""
    return _asked(facts, "not_insured", _("No accident insurance in force."), "insurance")


def check_assignment(facts: Facts, limits: Limits | None = None) -> list[Finding]:
    """Everything against sending this caregiver, by the rules in force on the first day; warnings are among them."""
    limits = limits or limits_on(facts.first_day)
    return RULES.findings(facts, limits, on=facts.first_day, modes=limits.modes)


@dataclass(frozen=True)
class Adjustable:
    """A rule that an agency may keep more or less strictly, as its settings page shows it."""

    name: str
    clause: str
    default: str
    text: str


ADJUSTABLE_TEXTS = {
    "has_background": _("Background declaration and what its query said"),
    "offers_work_form": _("Only work forms the caregiver offers"),
    "is_not_in_training": _("No visits at the time of a training one is down for"),
    "is_insured": _("Accident insurance in force"),
}
ADJUSTABLE = [
    Adjustable(rule.name, rule.clause, rule.default, ADJUSTABLE_TEXTS[rule.name])
    for rule in RULES.rules
    if rule.default
]
