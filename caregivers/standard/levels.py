"""May this caregiver rise a level (DB37/T 1111-2008, 6.1.1-6.4.1)? Time served, ratings, exams, certificates."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from agencies.calendar import months_later
from agencies.standard import SINCE, Finding, Rulebook, forbidding, problem
from agencies.standard import gettext_noop as _
from caregivers.standard.eligibility import Adjustable
from caregivers.standard.skills import check_skills

SATISFIED = 3  # of 4 very satisfied, 3 satisfied, 2 fairly satisfied, 1 dissatisfied
TOP = 3


@dataclass(frozen=True)
class Step:
    """What a level asks from a day on: months at the level below, and the elderly-care grade (5 junior to 1)."""

    since: dt.date
    level: int
    months: int
    grade: int


# A newer edition is further rows; what was granted before keeps the row of its day. "Or more" includes the day itself.
STEPS = [Step(SINCE, 1, 6, 5), Step(SINCE, 2, 12, 4), Step(SINCE, 3, 18, 3)]
DIRECT_MONTHS = 6  # in home care, for college graduates who go straight to three stars (6.4.1 a)


def step_on(level: int, day: dt.date) -> Step:
    """What a level asks on a day; before the first edition what that one asks."""
    steps = sorted((step for step in STEPS if step.level == level), key=lambda step: step.since)
    return next((step for step in reversed(steps) if step.since <= day), steps[0])


@dataclass(frozen=True)
class Served:
    """Time in service: the first day, and days since that do not count (see days_left_out)."""

    first_day: dt.date
    left_out: int = 0

    def reaches(self, months: int) -> dt.date:
        """The day on which so many months are served."""
        return months_later(self.first_day, months) + dt.timedelta(days=self.left_out)


def days_left_out(
    days: Iterable[dt.date], absences: Iterable[tuple[dt.date, dt.date]], *, until: dt.date, gap_days: int
) -> int:
    """Days between days of service that do not count: absences, and what a gap has beyond gap_days (derived).

    days are those on which the caregiver served, absences first and last day, both in; until is the day it is asked.
    """
    served = [*sorted({day for day in days if day <= until}), until + dt.timedelta(days=1)]
    away = {
        first + dt.timedelta(days=offset)
        for first, last in absences
        for offset in range((min(last, until) - first).days + 1)
    }
    total = 0
    for day, following in pairwise(served):
        idle = [day + dt.timedelta(days=offset) for offset in range(1, (following - day).days)]
        absent = sum(one in away for one in idle)
        total += absent + max(0, len(idle) - absent - gap_days)
    return total


@dataclass(frozen=True)
class LevelFacts:
    """What is known of a caregiver who would rise to a level on a day.

    ratings are those given since the present level; exams are ("level" or "promotion", for which level) where every part
    is passed; grade is the best elderly-care grade that counts; fit is the latest evaluation since the present level;
    mastered holds codes of skills, None where nobody asks for them; modes is the agency's own strictness.
    """

    day: dt.date
    level: int
    to_level: int
    at_level: Served | None = None
    in_service: Served | None = None
    ratings: int = 0
    rating_sum: int = 0
    exams: frozenset[tuple[str, int]] = frozenset()
    grade: int | None = None
    fit: bool | None = None
    is_graduate: bool = False
    min_answers: int = 5
    mastered: frozenset[str] | None = None
    modes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_direct(self) -> bool:
        """Whether this skips a level, as only graduates may."""
        return self.to_level == TOP and self.level < TOP - 1

    @property
    def mean_rating(self) -> float | None:
        return self.rating_sum / self.ratings if self.ratings else None


def time_served_on(facts: LevelFacts) -> dt.date | None:
    """The day from which time no longer stands against it; None without any service at the level.

    Graduates on the last step take whichever way is shorter.
    """
    ways = []
    if facts.at_level and not facts.is_direct:
        ways.append(facts.at_level.reaches(step_on(facts.to_level, facts.day).months))
    if facts.in_service and facts.to_level == TOP and facts.is_graduate:
        ways.append(facts.in_service.reaches(DIRECT_MONTHS))
    return min(ways, default=None)


def is_direct_time(facts: LevelFacts) -> bool:
    """Whether the time rests on home care as a college graduate, because it is not served at the level below (6.4.1 a)."""
    if facts.is_direct:
        return True
    if not (facts.in_service and facts.to_level == TOP and facts.is_graduate):
        return False
    if facts.at_level is None:
        return True
    ladder = facts.at_level.reaches(step_on(TOP, facts.day).months)
    return facts.day < ladder and facts.in_service.reaches(DIRECT_MONTHS) < ladder


BOOKS = {level: Rulebook() for level in (1, 2, 3)}


def _condition(letter):
    """Register a condition under its letter in the clause of every level: 6.2.1, 6.3.1, 6.4.1."""

    def register(check):
        for level, book in BOOKS.items():
            book.clause(f"6.{level + 1}.1 {letter}")(check)
        return check

    return register


@_condition("a")
def rises_step_by_step(facts: LevelFacts) -> Finding | None:
    """From the level right below; graduates may go to three stars from any."""
    if facts.to_level == facts.level + 1 or (facts.to_level == TOP and facts.is_graduate and facts.level < TOP):
        return None
    return problem("step", _("Only the next level can be reached; three stars directly by college graduates."))


@_condition("a")
def served_long_enough(facts: LevelFacts) -> Finding | None:
    on = time_served_on(facts)
    if on is None:
        return problem("no_service", _("No service at this level yet."))
    return None if on <= facts.day else problem("time", _("The time is served on %(on)s."), on=on)


@_condition("a")
def was_evaluated_fit(facts: LevelFacts) -> Finding | None:
    if facts.fit:
        return None
    if facts.fit is None:
        return problem("not_evaluated", _("Not evaluated since the present level."))
    return problem("not_fit", _("The latest evaluation says: not fit."))


@_condition("b")
def clients_are_satisfied(facts: LevelFacts) -> Finding | None:
    """Satisfied or more on average, from enough answers (derived)."""
    if facts.ratings < facts.min_answers:
        text = _("Only %(count)s ratings since the present level, at least %(least)s are needed.")
        return problem("few_ratings", text, count=facts.ratings, least=facts.min_answers)
    if facts.rating_sum >= SATISFIED * facts.ratings:
        return None
    text = _("Clients rate %(mean)s on average; 3 (satisfied) is needed.")
    return problem("low_ratings", text, mean=f"{facts.mean_rating:.2f}")


@_condition("c")
def passed_level_exam(facts: LevelFacts) -> Finding | None:
    if ("level", facts.to_level) in facts.exams:
        return None
    return problem("level_exam", _("Level training with its exam is missing."))


@_condition("c")
def passed_promotion_training(facts: LevelFacts) -> Finding | None:
    if ("promotion", facts.to_level) in facts.exams:
        return None
    return problem("promotion_exam", _("Promotion training with its exam is missing."))


@_condition("c")
def has_fitting_certificate(facts: LevelFacts) -> Finding | None:
    """Elderly care of the grade asked or a better one; grade five was called junior, four intermediate, three senior."""
    grade = step_on(facts.to_level, facts.day).grade
    if facts.grade is not None and facts.grade <= grade:
        return None
    return problem(
        "certificate", _("An elderly-care certificate of grade %(grade)s or better is missing."), grade=grade
    )


def masters_skills(facts: LevelFacts) -> Finding | None:
    """Every skill of the level and of those below it was checked and is mastered (6); exams stand for it unless an agency
    wants to see each one (derived)."""
    return None if facts.mastered is None else check_skills(facts.to_level, facts.mastered, facts.day)


for _level, _book in BOOKS.items():
    _book.clause(f"6.{_level + 1}.2", default="warn")(masters_skills)

ADJUSTABLE = [Adjustable("masters_skills", "6", "warn", _("Before a promotion, every skill up to the level checked"))]
TIME_CODES = frozenset(["time"])

LABELS = {
    "step": _("order of levels"),
    "no_service": _("service"),
    "time": _("time"),
    "not_evaluated": _("evaluation"),
    "not_fit": _("evaluation"),
    "few_ratings": _("number of ratings"),
    "low_ratings": _("ratings"),
    "level_exam": _("level exam"),
    "promotion_exam": _("promotion exam"),
    "certificate": _("certificate"),
    "skills": _("Skills"),
}


def check_promotion(facts: LevelFacts) -> list[Finding]:
    """Everything against rising to a level, at once."""
    return forbidding(BOOKS[facts.to_level].findings(facts, on=facts.day, modes=facts.modes))


def best_way(facts: LevelFacts) -> tuple[LevelFacts, list[Finding]]:
    """The level to aim at and what is missing for it: the next one, or three stars for a graduate who lacks less."""
    ways = [replace(facts, to_level=facts.level + 1)]
    if facts.is_graduate and facts.level < TOP - 1:
        ways.append(replace(facts, to_level=TOP))
    judged = [(way, check_promotion(way)) for way in ways]
    return min(judged, key=lambda one: (len(one[1]), -one[0].to_level))


def stage_of(findings: list[Finding]) -> str:
    """eligible, waiting when only time is missing, lacking otherwise."""
    codes = {finding.code for finding in findings}
    if not codes:
        return "eligible"
    return "waiting" if codes <= TIME_CODES else "lacking"


@dataclass(frozen=True)
class Grant:
    """A level from a day on, and how it came: entry, promotion, demotion, appeal."""

    granted_on: dt.date
    level: int
    kind: str


def held_since(grants: Iterable[Grant]) -> tuple[int, dt.date] | None:
    """The level held after these grants and since when; one given back after an appeal counts from when it was first held."""
    grants = sorted(grants, key=lambda grant: grant.granted_on)
    if not grants:
        return None
    last = grants[-1]
    if last.kind != "appeal":
        return last.level, last.granted_on
    before = [grant.granted_on for grant in grants[:-1] if grant.level == last.level and grant.kind != "demotion"]
    return last.level, max(before, default=last.granted_on)


# The evaluation form ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Criterion:
    """A line of the evaluation form, judged with 1 to 5 points."""

    code: str
    text: str
    text_en: str


FORM = [
    Criterion("living_care", "生活照料技能", "Living-care skills"),
    Criterion("nursing", "技术护理技能", "Nursing skills"),
    Criterion("rehabilitation", "康复护理技能", "Rehabilitation skills"),
    Criterion("psychological", "心理疏导与沟通", "Psychological support and talk"),
    Criterion("safety", "安全意识与应急处置", "Safety and emergencies"),
    Criterion("records", "护理记录与汇报", "Records and reports"),
    Criterion("conduct", "职业道德与行为规范", "Ethics and conduct"),
    Criterion("learning", "学习与带教能力", "Learning and guiding others"),
]
LEAST_POINTS = 3  # on every line (derived)


def weak_lines(scores: dict[str, int]) -> list[Criterion]:
    """Lines of the form that are missing or below the least."""
    return [line for line in FORM if scores.get(line.code, 0) < LEAST_POINTS]
