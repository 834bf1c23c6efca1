"""Are managers and staff fit for their posts (DB37/T 1111-2008, 4.2.1, 4.2.2.1)?"""

import datetime as dt
from dataclasses import dataclass

from agencies.calendar import months_later
from agencies.standard import Finding, Rulebook, problem
from agencies.standard import gettext_noop as _
from caregivers.standard.eligibility import EDUCATION, Paper, uncovered

MANAGING_YEARS = 3  # "some years" of management (derived)


@dataclass(frozen=True)
class StaffFacts:
    """What is known of a manager or member of staff on a day."""

    day: dt.date
    is_manager: bool
    education: str
    managing_since: dt.date | None = None
    knows_law_on: dt.date | None = None
    papers: tuple[Paper, ...] = ()


RULES = Rulebook()


@RULES.clause("4.2.2.1")
def is_schooled_or_experienced(facts: StaffFacts) -> Finding | None:
    """Managers: college or above, or years of management; either is enough."""
    if not facts.is_manager or EDUCATION.index(facts.education) >= EDUCATION.index("college"):
        return None
    if facts.managing_since and months_later(facts.managing_since, 12 * MANAGING_YEARS) <= facts.day:
        return None
    text = _("Neither college education nor %(years)s years of management.")
    return problem("not_schooled", text, years=MANAGING_YEARS)


@RULES.clause("4.2.2.1")
def knows_the_law(facts: StaffFacts) -> Finding | None:
    if facts.knows_law_on and facts.knows_law_on <= facts.day:
        return None
    return problem("not_instructed", _("Not instructed in law and trade."))


@RULES.clause("4.2.1 c")
def has_health_certificate(facts: StaffFacts) -> Finding | None:
    papers = [paper for paper in facts.papers if paper.kind == "health"]
    if uncovered(papers, facts.day, facts.day) is None:
        return None
    return problem("no_health", _("No valid health certificate on file."))


def check_staff(facts: StaffFacts) -> list[Finding]:
    """Everything that is missing for the post, at once."""
    return RULES.findings(facts, on=facts.day)
