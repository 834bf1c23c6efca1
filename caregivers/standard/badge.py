"""What the page behind a badge shows (工号牌, 4.2.3, 7.3.2 b): green, yellow or red, computed at that moment.

Red: not to be let in. Yellow: works for the agency, yet something has to be renewed. What each colour stands for is
read from 4.2.1 and 7.3.2 b (derived).
"""

import datetime as dt
from dataclasses import dataclass

from agencies.standard import Finding, Rulebook, problem, warning
from agencies.standard import gettext_noop as _
from caregivers.standard.eligibility import Paper, uncovered

NEAR_DAYS = 7  # a paper that ends within so many days is due (derived)


@dataclass(frozen=True)
class BadgeFacts:
    """What is known at the moment of a scan; papers are those whose original was sighted."""

    day: dt.date
    state: str
    is_current: bool
    has_certificate: bool
    papers: tuple[Paper, ...] = ()

    def is_good(self, kind: str, days: int = 0) -> bool:
        """Whether a paper of this kind is good on the day and for so many days after it."""
        papers = [paper for paper in self.papers if paper.kind == kind]
        return uncovered(papers, self.day, self.day + dt.timedelta(days=days)) is None


RULES = Rulebook()


@RULES.clause("4.2.3")
def is_not_lost(facts: BadgeFacts) -> Finding | None:
    text = _("This badge was reported lost or replaced. Do not let its bearer in; please call us.")
    return None if facts.is_current else problem("badge_replaced", text)


@RULES.clause("7.2.2 d")
def is_employed(facts: BadgeFacts) -> Finding | None:
    """Posted at present: neither on-boarding nor suspended nor gone, with the posting certificate in force."""
    if facts.state == "active" and facts.has_certificate:
        return None
    return problem("not_employed", _("Does not work for us at present. Please call us before you let them in."))


@RULES.clause("4.2.1 a")
def is_identified(facts: BadgeFacts) -> Finding | None:
    if facts.is_good("identity_card"):
        return None
    return problem("not_identified", _("The identity card on file has to be renewed."))


@RULES.clause("4.2.1 c")
def is_healthy(facts: BadgeFacts) -> Finding | None:
    if facts.is_good("health"):
        return None
    return problem("no_health", _("No valid health certificate; may not be sent to clients at present."))


@RULES.clause("7.2.4")
def is_insured(facts: BadgeFacts) -> Finding | None:
    return None if facts.is_good("insurance") else warning("not_insured", _("The insurance has to be renewed."))


@RULES.clause("4.2.1 c")
def has_papers_for_days(facts: BadgeFacts) -> Finding | None:
    """Good today, not for the days to come."""
    ending = [
        kind for kind in ("identity_card", "health", "insurance")
        if facts.is_good(kind) and not facts.is_good(kind, NEAR_DAYS)
    ]  # fmt: skip
    return warning("ends_soon", _("A paper ends within a week.")) if ending else None


# The three lines of the page: identity; health certificate and insurance; whether still employed.
GROUPS = {
    "identity": ("not_identified",),
    "papers": ("no_health", "not_insured", "ends_soon"),
    "employment": ("not_employed", "badge_replaced"),
}


def check_badge(facts: BadgeFacts) -> list[Finding]:
    """Everything that keeps the light from being green."""
    return RULES.findings(facts, on=facts.day)


def light_of(findings: list[Finding]) -> str:
    """Red when something forbids, yellow when something is due, else green."""
    if any(finding.severity == "forbid" for finding in findings):
        return "red"
    return "yellow" if findings else "green"


def lights_by_group(findings: list[Finding]) -> dict[str, str]:
    """The light of each line of the page."""
    return {group: light_of([one for one in findings if one.code in codes]) for group, codes in GROUPS.items()}
