"""Who may be sent: every rule just before, on and after its edge (4.2.1, 4.2.2.2, 6, 7.2.2 d, 7.4.1)."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.standard import CLAUSES, SINCE, forbidding
from caregivers.standard.eligibility import (
    ADJUSTABLE,
    EDUCATION,
    LIMITS,
    RULES,
    Facts,
    Limits,
    Paper,
    check_assignment,
    limits_on,
    uncovered,
)

D = dt.date
DAY = D(2026, 11, 23)
KINDS = ("identity_card", "health", "domestic_service", "background", "insurance")
FIT = Facts(
    first_day=DAY,
    last_day=DAY,
    state="active",
    birth_date=D(1980, 1, 1),
    education="senior_high",
    level=1,
    work_forms=frozenset(["hourly", "day"]),
    work_form="hourly",
    level_needed=1,
    papers=tuple(Paper(kind, D(2026, 1, 1), D(2026, 12, 31)) for kind in KINDS),
    declared_no_history=True,
    acknowledged_rule=True,
)


NOBODY = Facts(
    first_day=DAY,
    last_day=DAY,
    state="onboarding",
    birth_date=D(2010, 1, 1),
    education="primary",
    level=None,
    work_forms=frozenset(),
    work_form="day",
    is_absent=True,
    in_training=True,
)


def codes(facts, limits=None):
    return [finding.code for finding in check_assignment(facts, limits)]


def with_paper(kind, *papers):
    """The fit caregiver, with these papers of a kind instead."""
    others = tuple(paper for paper in FIT.papers if paper.kind != kind)
    return replace(FIT, papers=others + tuple(Paper(kind, *days) for days in papers))


def test_a_fit_caregiver_may_be_sent():
    assert check_assignment(FIT) == []


@pytest.mark.parametrize(
    ("changed", "clause", "code"),
    [
        ({"state": "onboarding"}, "7.2.2 d", "state_onboarding"),
        ({"state": "suspended"}, "7.2.2 d", "state_suspended"),
        ({"state": "left"}, "7.2.2 d", "state_left"),
        ({"birth_date": D(2008, 11, 24)}, "4.2.2.2 b", "too_young"),
        ({"birth_date": D(2008, 11, 23)}, None, None),  # 18 today
        ({"birth_date": D(2008, 11, 22)}, None, None),
        ({"birth_date": D(1970, 11, 23)}, "4.2.2.2 b", "too_old"),  # 56 today
        ({"birth_date": D(1970, 11, 24)}, None, None),  # 55, for the last day
        ({"birth_date": D(1971, 11, 23)}, None, None),  # 55 today
        ({"birth_date": D(1970, 11, 23), "age_exception": "Fit by medical report of 2026-10"}, None, None),
        ({"birth_date": D(2008, 11, 24), "age_exception": "none is possible"}, "4.2.2.2 b", "too_young"),
        ({"education": "primary"}, "4.2.2.2 b", "schooling"),
        ({"education": "junior_high"}, None, None),
        ({"education": "bachelor"}, None, None),
        ({"declared_no_history": False}, "4.2.2.2 c", "no_declaration"),
        ({"acknowledged_rule": False}, "7.4.1", "not_acknowledged"),
        ({"level": None}, "6", "no_level"),
        ({"level": 0}, "6", "level_too_low"),
        ({"level": 2}, None, None),
        ({"work_form": "live_in"}, "3.3", "work_form"),
        ({"is_absent": True}, "7.3.2 c", "absent"),
        ({"in_training": True}, "7.2.2 b", "in_training"),
        ({"birth_date": D(2008, 2, 29)}, None, None),
    ],
)
def test_one_fact_changes_the_answer(changed, clause, code):
    found = [(finding.clause, finding.code) for finding in check_assignment(replace(FIT, **changed))]
    assert found == ([(clause, code)] if code else [])


@pytest.mark.parametrize(
    ("kind", "clause", "code", "severity"),
    [
        ("identity_card", "4.2.1 a", "no_identity_card", "forbid"),
        ("health", "4.2.1 c", "no_health", "forbid"),
        ("domestic_service", "4.2.1 d", "no_certificate", "forbid"),
        ("background", "4.2.1 b", "no_background", "forbid"),
        ("insurance", "7.2.4", "not_insured", "warn"),
    ],
)
def test_each_paper_is_missed(kind, clause, code, severity):
    [finding] = check_assignment(with_paper(kind))
    assert (finding.clause, finding.code, finding.severity) == (clause, code, severity)


@pytest.mark.parametrize(("day", "code"), [(D(2026, 2, 28), "too_young"), (D(2026, 3, 1), None), (D(2026, 3, 2), None)])
def test_who_was_born_on_a_leap_day_is_eighteen_on_the_first_of_march(day, code):
    born = replace(FIT, birth_date=D(2008, 2, 29), first_day=day, last_day=day)
    assert codes(born) == ([code] if code else [])


def test_over_midnight_the_first_day_says_too_young_and_the_last_one_too_old():
    night = replace(FIT, last_day=D(2026, 11, 24))
    assert codes(replace(night, birth_date=D(2008, 11, 24))) == ["too_young"]
    assert codes(replace(night, birth_date=D(1970, 11, 24))) == ["too_old"]


MISSED = {
    "identity_card": "no_identity_card", "domestic_service": "no_certificate", "background": "no_background",
    "insurance": "not_insured",
}  # fmt: skip


@pytest.mark.parametrize("kind", MISSED)
@pytest.mark.parametrize(
    ("days", "is_good"),
    [
        ((D(2026, 1, 1), D(2026, 11, 22)), False),
        ((D(2026, 1, 1), D(2026, 11, 23)), True),
        ((D(2026, 1, 1), D(2026, 11, 24)), True),
        ((D(2026, 11, 22), None), True),
        ((D(2026, 11, 23), None), True),
        ((D(2026, 11, 24), None), False),
    ],
)
def test_every_other_paper_is_good_from_its_first_to_its_last_day(kind, days, is_good):
    assert codes(with_paper(kind, days)) == ([] if is_good else [MISSED[kind]])


@pytest.mark.parametrize(("kind", "code"), [*MISSED.items(), ("health", "no_health")])
def test_a_paper_that_waits_to_be_sighted_is_named_as_such(kind, code):
    [finding] = check_assignment(replace(with_paper(kind), unsighted=frozenset([kind])))
    assert (finding.code, finding.message) == (code, "A paper is on file; its original was not sighted yet.")
    [finding] = check_assignment(replace(with_paper(kind), unsighted=frozenset(["education"])))
    assert finding.message != "A paper is on file; its original was not sighted yet."


LENIENT = {
    "has_background": with_paper("background"),
    "offers_work_form": replace(FIT, work_form="live_in"),
    "is_not_in_training": replace(FIT, in_training=True),
    "is_insured": with_paper("insurance"),
}


@pytest.mark.parametrize("rule", LENIENT)
def test_where_the_standard_leaves_room_a_rule_is_kept_as_the_agency_says(rule):
    [adjustable] = [one for one in ADJUSTABLE if one.name == rule]
    for mode, severities in [("silent", []), ("warn", ["warn"]), ("forbid", ["forbid"])]:
        found = check_assignment(LENIENT[rule], limits_on(DAY, modes={rule: mode}))
        assert [(one.clause, one.severity) for one in found] == [(adjustable.clause, one) for one in severities]
    [finding] = check_assignment(LENIENT[rule])
    assert finding.severity == adjustable.default


def test_what_the_standard_forbids_stays_forbidden_whatever_an_agency_says():
    assert {one.name for one in ADJUSTABLE} == LENIENT.keys()
    strict = {rule.name: "silent" for rule in RULES.rules if rule.name not in LENIENT}
    assert check_assignment(NOBODY, limits_on(DAY, modes=strict)) == check_assignment(NOBODY)


@pytest.mark.parametrize(
    ("papers", "code", "on"),
    [
        ([(D(2026, 1, 1), D(2026, 11, 22))], "health_expired", D(2026, 11, 22)),
        ([(D(2026, 1, 1), D(2026, 11, 23))], "health_expired", D(2026, 11, 23)),  # the visit ends on the 24th
        ([(D(2026, 1, 1), D(2026, 11, 24))], None, None),
        ([(D(2026, 1, 1), None)], None, None),
        ([(D(2026, 11, 24), D(2027, 11, 23))], "health_later", D(2026, 11, 24)),
        ([(D(2026, 11, 23), D(2027, 11, 22))], None, None),
        ([(D(2026, 1, 1), D(2026, 11, 23)), (D(2026, 11, 24), D(2027, 11, 23))], None, None),  # renewed in time
        ([(D(2024, 1, 1), D(2024, 12, 31)), (D(2025, 1, 1), D(2025, 12, 31))], "health_expired", D(2025, 12, 31)),
    ],
)
def test_the_health_certificate_is_good_on_every_day(papers, code, on):
    night = replace(with_paper("health", *papers), last_day=D(2026, 11, 24))
    found = [(finding.code, finding.params["on"]) for finding in check_assignment(night)]
    assert found == ([(code, on)] if code else [])


def test_an_elderly_care_certificate_stands_for_the_domestic_service_one():
    papers = with_paper("domestic_service").papers
    assert check_assignment(replace(FIT, papers=(*papers, Paper("elderly_care", D(2020, 5, 1))))) == []


def test_everything_missing_is_named_at_once():
    assert codes(NOBODY) == [
        *("state_onboarding", "too_young", "schooling", "no_declaration", "no_identity_card", "no_health"),
        *("no_certificate", "no_background", "not_acknowledged", "no_level", "work_form", "absent", "in_training"),
        "not_insured",
    ]
    assert len(forbidding(check_assignment(NOBODY))) == 13


def test_a_finding_says_what_to_do():
    old = replace(FIT, birth_date=D(1968, 5, 1))
    [finding] = check_assignment(old)
    assert str(finding) == "Is 58, above the limit of 55; a written exception is missing. (4.2.2.2 b)"


@pytest.mark.parametrize(("max_age", "fits"), [(57, False), (58, True), (59, True)])
def test_the_agency_may_set_another_greatest_age(max_age, fits):
    old = replace(FIT, birth_date=D(1968, 5, 1))
    assert (check_assignment(old, limits_on(DAY, max_age=max_age)) == []) is fits


def test_a_newer_limit_holds_from_its_day(monkeypatch):
    newer = Limits(D(2027, 1, 1), min_age=18, max_age=60, least_education="primary")
    monkeypatch.setattr("caregivers.standard.eligibility.LIMITS", [*LIMITS, newer])
    assert limits_on(D(2026, 12, 31)).max_age == 55
    assert limits_on(D(2027, 1, 1)) == newer
    assert limits_on(SINCE).least_education == "junior_high"


@pytest.mark.parametrize(
    ("papers", "day"),
    [
        ([], D(2026, 11, 1)),
        ([(D(2026, 11, 1), D(2026, 11, 30))], None),
        ([(D(2026, 11, 2), D(2026, 11, 30))], D(2026, 11, 1)),
        ([(D(2026, 11, 1), D(2026, 11, 29))], D(2026, 11, 30)),
        ([(D(2026, 11, 16), D(2026, 11, 30)), (D(2026, 11, 1), D(2026, 11, 15))], None),
        ([(D(2026, 11, 17), D(2026, 11, 30)), (D(2026, 11, 1), D(2026, 11, 15))], D(2026, 11, 16)),
        ([(D(2026, 10, 1), None), (D(2026, 11, 1), D(2026, 11, 2))], None),
    ],
)
def test_the_first_day_without_a_paper(papers, day):
    assert uncovered([Paper("health", *days) for days in papers], D(2026, 11, 1), D(2026, 11, 30)) == day


def test_the_rules_cite_clauses_that_exist():
    assert {rule.clause for rule in RULES.rules} <= set(CLAUSES)


days = st.dates(D(2024, 1, 1), D(2029, 1, 1))
periods = st.tuples(days, days).map(sorted)


rows = st.tuples(st.sampled_from(KINDS), periods)


@given(st.lists(rows, max_size=8), rows, periods)
def test_a_further_paper_never_adds_a_reason_and_losing_one_never_removes_one(held, further, period):
    papers = tuple(Paper(kind, *dates) for kind, dates in held)
    asked = replace(FIT, first_day=period[0], last_day=period[1], papers=papers)
    more = replace(asked, papers=(*papers, Paper(further[0], *further[1])))
    assert {one.clause for one in check_assignment(more)} <= {one.clause for one in check_assignment(asked)}


@given(st.dates(D(1950, 1, 1), D(2026, 1, 1)), st.sampled_from(EDUCATION), st.integers(18, 70))
def test_nobody_is_too_young_and_too_old(birth, education, max_age):
    found = codes(replace(FIT, birth_date=birth, education=education), limits_on(DAY, max_age=max_age))
    assert not {"too_young", "too_old"} <= set(found)
