"""Fitness of managers and staff (4.2.1, 4.2.2.1): each condition just before, on and after its edge, alone and together."""

import datetime as dt
from dataclasses import replace

import pytest

from agencies.standard import CLAUSES
from caregivers.standard.eligibility import Paper
from caregivers.standard.staff import RULES, StaffFacts, check_staff

D = dt.date
DAY = D(2026, 11, 23)
FIT = StaffFacts(
    day=DAY,
    is_manager=True,
    education="college",
    knows_law_on=D(2026, 1, 5),
    papers=(Paper("health", D(2026, 1, 5), D(2027, 1, 4)),),
)


def found(**changes):
    return [(finding.clause, finding.code) for finding in check_staff(replace(FIT, **changes))]


@pytest.mark.parametrize(
    ("education", "managing_since", "is_fit"),
    [
        ("senior_high", None, False),
        ("college", None, True),
        ("bachelor", None, True),
        ("senior_high", D(2023, 11, 24), False),  # three years tomorrow
        ("senior_high", D(2023, 11, 23), True),
        ("primary", D(2023, 11, 22), True),  # years stand for any schooling
    ],
)
def test_managers_have_college_or_three_years_of_managing(education, managing_since, is_fit):
    facts = {"education": education, "managing_since": managing_since}
    assert found(**facts) == ([] if is_fit else [("4.2.2.1", "not_schooled")])
    assert found(**facts, is_manager=False) == []


@pytest.mark.parametrize(
    ("day", "is_fit"), [(None, False), (D(2026, 11, 24), False), (D(2026, 11, 23), True), (D(2026, 11, 22), True)]
)
def test_staff_are_instructed_in_law_and_trade(day, is_fit):
    assert found(knows_law_on=day) == ([] if is_fit else [("4.2.2.1", "not_instructed")])


@pytest.mark.parametrize(
    ("papers", "is_fit"),
    [
        ([], False),
        ([Paper("health", D(2026, 1, 5), D(2026, 11, 22))], False),
        ([Paper("health", D(2026, 1, 5), D(2026, 11, 23))], True),
        ([Paper("health", D(2026, 1, 5), D(2026, 11, 24))], True),
        ([Paper("health", D(2026, 11, 24))], False),
        ([Paper("health", D(2026, 11, 23))], True),
        ([Paper("insurance", D(2026, 1, 5))], False),
    ],
)
def test_staff_hold_a_health_certificate_that_is_good_today(papers, is_fit):
    assert found(papers=tuple(papers)) == ([] if is_fit else [("4.2.1 c", "no_health")])


def test_everything_missing_is_named_at_once():
    bare = StaffFacts(day=DAY, is_manager=True, education="junior_high")
    assert [finding.code for finding in check_staff(bare)] == ["not_schooled", "not_instructed", "no_health"]


def test_the_rules_cite_clauses_that_exist():
    assert {rule.clause for rule in RULES.rules} <= set(CLAUSES)
