"""Rules of clients: self-care status and ability level (5; the scales are in scales.py), what a file must hold."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from agencies.calendar import CHINA, add_working_days, months_later, working_day_before
from agencies.standard import Finding, Rulebook, problem
from agencies.standard import gettext_noop as _
from clients.scales import GBT_42195, SCALES, Item

ASSESSORS = 2  # one of them of a health trade (GB/T 42195-2022)
OLD_AGE = 60  # from which on the law speaks of old people (Law on the Rights of the Elderly 2)
ANSWER_REQUESTS = 15  # working days for a request about personal data (derived; PIPL 50 says without delay)
CLOSING = dt.time(18)  # of the office, when no better hour is known (derived)

# What makes the ability level worse whatever the points say.
ADJUSTMENTS = {
    "coma": ("昏迷", "Coma"),
    "dementia": ("确诊认知障碍", "Dementia, diagnosed"),
    "mental": ("确诊其他精神和行为障碍", "Other mental disorder, diagnosed by a psychiatrist"),
    "events": ("30 天内发生 2 次及以上照护风险事件", "Two or more care-risk events within 30 days"),
}

LEVELS = (
    ("能力完好", "Full ability"),
    ("轻度失能", "Slight loss"),
    ("中度失能", "Moderate loss"),
    ("重度失能", "Severe loss"),
    ("完全失能", "Total loss"),
)

# Least total of levels 0 to 3; below the last it is level 4. The bands of the Barthel index differ by source; these
# are the ones named here (derived).
BANDS = {"gbt_42195": (90, 66, 46, 30), "barthel": (100, 61, 41, 21)}

# First hands-on help in one of these makes a person unable (derived from the step words of GB/T 42195-2022).
HANDS_ON = frozenset(item.code for item in GBT_42195 if item.group == "self_care") | {
    "bed_mobility",
    "transfer",
    "walking",
}
HANDS_ON_POINTS = 2
# Below full points in one of these makes a person unable by the Barthel index (derived).
BARTHEL_FULL = {"eating": 10, "toilet": 10, "transfer": 15, "bowels": 10}


@dataclass(frozen=True)
class Result:
    """What an assessment says: points, ability level 0 (full) to 4 (none), self-care status."""

    total: int
    level: int
    self_care: str


@dataclass(frozen=True)
class Subtotal:
    """How far a group of items has come: points so far, points there can be, items without an answer."""

    group: str
    points: int
    highest: int
    open: int


def subtotals(scale: str, answers: Mapping[str, int]) -> list[Subtotal]:
    """Each group of a scale, answered or not, in the order of the form."""
    unanswered = missing_answers(scale, answers)
    return [
        Subtotal(
            group,
            points=sum(answers[item.code] for item in items if item not in unanswered),
            highest=sum(item.highest for item in items),
            open=sum(item in unanswered for item in items),
        )
        for group, items in groups_of(scale)
    ]


def groups_of(scale: str) -> list[tuple[str, list[Item]]]:
    """The items of a scale under the head they stand under."""
    return [(group, list(items)) for group, items in groupby(SCALES[scale], lambda item: item.group)]


def missing_answers(scale: str, answers: Mapping[str, int]) -> list[Item]:
    """Items without an answer or with one the scale does not know."""
    return [item for item in SCALES[scale] if answers.get(item.code) not in item.steps]


def assess(scale: str, answers: Mapping[str, int], adjustments: Iterable[str] = ()) -> Result:
    """Score a complete assessment.

    Coma is level 4 outright; dementia, another mental disorder or repeated care-risk events make the level one worse,
    once however many there are (derived). Unable is level 2 or worse, or hands-on help in what keeps one going.
    """
    total = sum(answers[item.code] for item in SCALES[scale])
    level = adjusted(level_of(scale, total), adjustments)
    return Result(total, level, "unable" if level >= 2 or needs_hands(scale, answers) else "able")


def level_of(scale: str, total: int) -> int:
    """Ability level of a total before adjustment."""
    return sum(total < least for least in BANDS[scale])


def adjusted(level: int, adjustments: Iterable[str]) -> int:
    """The level after what makes it worse; never worse than 4."""
    reasons = set(adjustments)
    return 4 if "coma" in reasons else min(level + bool(reasons), 4)


def needs_hands(scale: str, answers: Mapping[str, int]) -> bool:
    """Whether somebody must lend a hand in self-care, turning, transfer or walking."""
    if scale == "barthel":
        return any(answers[code] < full for code, full in BARTHEL_FULL.items())
    return any(answers[code] <= HANDS_ON_POINTS for code in HANDS_ON)


def names_in(text: str) -> set[str]:
    """People named in one line, with commas or spaces between them; one letter is no name."""
    return {name for name in re.split(r"[、，,；;／/\s]+", text) if len(name) > 1}


def reassess_on(assessed_on: dt.date, months: int = 6) -> dt.date:
    """The day the next assessment is due; a stay in hospital, a fall or a change asks for one at once (derived)."""
    return months_later(assessed_on, months)


def answer_by(received: dt.datetime) -> dt.datetime:
    """An enquiry is recorded and answered (7.3.2 a); by the end of the next working day (derived)."""
    day = add_working_days(received.astimezone(CHINA).date(), 1)
    return dt.datetime.combine(day, CLOSING, CHINA)


def warn_from(reply_by: dt.datetime) -> dt.datetime:
    """When whoever owes a reply is reminded: one working day before it is due, at the same hour (derived)."""
    due = reply_by.astimezone(CHINA)
    return dt.datetime.combine(working_day_before(due.date()), due.time(), CHINA)


# The file -------------------------------------------------------------------------------------------------------

# Kinds of risk notes that say something about the person's health.
HEALTH_RISKS = frozenset({"fall", "choking", "wandering", "diet", "medicine", "pressure_sore", "temper"})


@dataclass(frozen=True)
class FileFacts:
    """What a client's file holds; consents in force by kind, and the day each of the others was withdrawn."""

    today: dt.date
    consents: frozenset[str] = frozenset()
    withdrawn: Mapping[str, dt.date] = field(default_factory=dict)
    has_emergency_contact: bool = False
    is_assessed: bool = False
    reassess_on: dt.date | None = None


FILE = Rulebook()


@FILE.clause(_("PIPL 13"))
def personal_data_is_consented_to(facts: FileFacts) -> Finding | None:
    missing = _("The consent to keeping personal data is missing.")
    withdrawn = _("The consent to keeping personal data was withdrawn on %(day)s; nothing may be changed.")
    return _consent(facts, "personal_data", missing, withdrawn)


@FILE.clause(_("PIPL 29"))
def health_data_is_consented_to(facts: FileFacts) -> Finding | None:
    missing = _("The separate consent to keeping health data is missing.")
    withdrawn = _("The consent to keeping health data was withdrawn on %(day)s; health data is locked.")
    return _consent(facts, "health_data", missing, withdrawn)


@FILE.clause(_("PIPL 23"))
def sharing_is_consented_to(facts: FileFacts) -> Finding | None:
    missing = _("The consent to telling the caregiver what the visits need is missing.")
    withdrawn = _("The consent to telling the caregiver was withdrawn on %(day)s; the phone shows no risks.")
    return _consent(facts, "sharing", missing, withdrawn)


def _consent(facts, kind, missing, withdrawn):
    if kind in facts.consents:
        return None
    if day := facts.withdrawn.get(kind):
        return problem("consent_withdrawn", withdrawn, day=day)
    return problem("no_consent", missing)


@FILE.clause("8.2")
def somebody_can_be_called(facts: FileFacts) -> Finding | None:
    """An emergency contact other than the client (derived)."""
    return None if facts.has_emergency_contact else problem("no_contact", _("There is no emergency contact."))


@FILE.clause("5")
def self_care_is_assessed(facts: FileFacts) -> Finding | None:
    if not facts.is_assessed:
        return problem("not_assessed", _("Self-care is not assessed; without it there is no agreement."))
    if facts.reassess_on and facts.reassess_on < facts.today:
        return problem("overdue", _("The assessment was due again on %(day)s."), day=facts.reassess_on)
    return None


# The home -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HomeFacts:
    """The last check of a home: when, whether it was of the address on file, what is overdue to be put right."""

    today: dt.date
    checked_on: dt.date | None = None
    is_same_address: bool = True
    overdue: int = 0


HOME = Rulebook()


@HOME.clause("7.2.3")
def home_is_checked(facts: HomeFacts) -> Finding | None:
    """Before service, and again when the client moved (derived)."""
    if facts.checked_on is None:
        return problem("home_not_checked", _("The home and its equipment are not checked yet."))
    if not facts.is_same_address:
        text = _("The client moved since the home was checked on %(day)s; check the new one.")
        return problem("home_moved", text, day=facts.checked_on)
    return None


@HOME.clause("7.2.3")
def home_is_put_right(facts: HomeFacts) -> Finding | None:
    text = _("%(count)s things at home were to be put right by now.")
    return problem("home_overdue", text, count=facts.overdue) if facts.overdue else None
