"""The ladder of levels by the table: just before, on and after each boundary, each condition alone and all together."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caregivers.standard.levels import (
    BOOKS,
    FORM,
    Grant,
    LevelFacts,
    Served,
    best_way,
    check_promotion,
    days_left_out,
    held_since,
    stage_of,
    time_served_on,
    weak_lines,
)

D = dt.date


def exams(*levels, kinds=("level", "promotion")):
    return frozenset((kind, level) for level in levels for kind in kinds)


READY = {
    1: LevelFacts(
        day=D(2026, 11, 23), level=0, to_level=1, at_level=Served(D(2026, 5, 23)), in_service=Served(D(2026, 5, 23)),
        ratings=5, rating_sum=15, exams=exams(1), grade=5, fit=True,
    ),
    2: LevelFacts(
        day=D(2026, 11, 23), level=1, to_level=2, at_level=Served(D(2025, 11, 23)), in_service=Served(D(2025, 2, 1)),
        ratings=6, rating_sum=18, exams=exams(2), grade=4, fit=True,
    ),
    3: LevelFacts(
        day=D(2026, 11, 23), level=2, to_level=3, at_level=Served(D(2025, 5, 23)), in_service=Served(D(2023, 2, 1)),
        ratings=9, rating_sum=31, exams=exams(3), grade=3, fit=True,
    ),
}  # fmt: skip


def found(facts):
    return [(finding.clause, finding.code) for finding in check_promotion(facts)]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_nothing_stands_against_who_has_everything_to_the_day(level):
    assert found(READY[level]) == []


@pytest.mark.parametrize(
    ("level", "first_day", "served_on"),
    [
        (1, D(2026, 5, 24), D(2026, 11, 24)),  # six months
        (2, D(2025, 11, 24), D(2026, 11, 24)),  # a year
        (3, D(2025, 5, 24), D(2026, 11, 24)),  # a year and a half
        (1, D(2026, 8, 31), D(2027, 2, 28)),  # no 31 February
    ],
)
def test_one_day_short_is_named_with_the_day_it_is_served(level, first_day, served_on):
    facts = replace(READY[level], at_level=Served(first_day))
    [finding] = check_promotion(facts)
    assert (finding.clause, finding.code, finding.params["on"]) == (f"6.{level + 1}.1 a", "time", served_on)
    assert stage_of([finding]) == "waiting"
    assert found(replace(facts, day=served_on)) == []
    assert found(replace(facts, day=served_on + dt.timedelta(days=1))) == []


MISSING = [
    ({"at_level": None}, ("a", "no_service")),
    ({"fit": None}, ("a", "not_evaluated")),
    ({"fit": False}, ("a", "not_fit")),
    ({"ratings": 4, "rating_sum": 16}, ("b", "few_ratings")),
    ({"ratings": 10, "rating_sum": 29}, ("b", "low_ratings")),
    ({"exams": exams(1, 2, 3, kinds=["promotion"])}, ("c", "level_exam")),
    ({"exams": exams(1, 2, 3, kinds=["level"])}, ("c", "promotion_exam")),
    ({"grade": None}, ("c", "certificate")),
]


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize(("change", "expected"), MISSING, ids=[row[1][1] for row in MISSING])
def test_each_condition_alone(level, change, expected):
    letter, code = expected
    assert found(replace(READY[level], **change)) == [(f"6.{level + 1}.1 {letter}", code)]


@pytest.mark.parametrize(("level", "enough", "too_low"), [(1, 5, None), (2, 4, 5), (3, 3, 4)])
def test_certificate_of_the_grade_or_a_better_one(level, enough, too_low):
    for grade in range(1, enough + 1):
        assert found(replace(READY[level], grade=grade)) == []
    if too_low:
        assert found(replace(READY[level], grade=too_low)) == [(f"6.{level + 1}.1 c", "certificate")]


def test_everything_missing_is_named_at_once():
    bare = LevelFacts(day=D(2026, 11, 23), level=0, to_level=1)
    codes = ["no_service", "not_evaluated", "few_ratings", "level_exam", "promotion_exam", "certificate"]
    assert [code for _clause, code in found(bare)] == codes
    assert stage_of(check_promotion(bare)) == "lacking"


def test_satisfied_on_average_is_enough_and_a_hair_below_is_not():
    assert found(replace(READY[1], ratings=7, rating_sum=21)) == []
    assert found(replace(READY[1], ratings=7, rating_sum=20)) == [("6.2.1 b", "low_ratings")]


def test_nobody_but_graduates_skips_a_level():
    skipping = replace(READY[3], level=1)
    assert ("6.4.1 a", "step") in found(skipping)
    assert found(replace(skipping, is_graduate=True)) == []


@pytest.mark.parametrize(
    ("first_day", "expected"),
    [(D(2026, 5, 24), ["time"]), (D(2026, 5, 23), []), (D(2026, 5, 22), [])],
)
def test_graduates_need_six_months_in_home_care_and_all_the_rest(first_day, expected):
    graduate = replace(READY[3], level=0, is_graduate=True, at_level=None, in_service=Served(first_day))
    assert [code for _clause, code in found(graduate)] == expected
    assert ("6.4.1 c", "certificate") in found(replace(graduate, grade=4))
    assert ("6.4.1 b", "few_ratings") in found(replace(graduate, ratings=0, rating_sum=0))


def test_graduate_with_a_junior_certificate_aims_at_one_star_with_a_senior_one_at_three():
    junior = replace(READY[1], is_graduate=True)
    assert [best_way(junior)[0].to_level, best_way(junior)[1]] == [1, []]
    senior = replace(junior, grade=3, exams=exams(1, 3))
    assert [best_way(senior)[0].to_level, best_way(senior)[1]] == [3, []]
    assert best_way(replace(senior, is_graduate=False))[0].to_level == 1


def test_days_left_out_are_absences_and_the_rest_of_long_gaps():
    days = [D(2026, 1, 1), D(2026, 1, 2), D(2026, 3, 1)]  # 57 idle days between the last two, then 9 until 10 March
    assert days_left_out(days, [], until=D(2026, 3, 10), gap_days=30) == 27
    leave = [(D(2026, 1, 10), D(2026, 1, 19))]
    assert days_left_out(days, leave, until=D(2026, 3, 10), gap_days=30) == 10 + 17
    assert days_left_out(days, leave, until=D(2026, 3, 10), gap_days=90) == 10
    assert days_left_out(days, [(D(2026, 3, 5), D(2026, 4, 5))], until=D(2026, 3, 10), gap_days=90) == 6
    assert days_left_out([], leave, until=D(2026, 3, 10), gap_days=30) == 0


def test_leave_pushes_the_day_out_by_its_length():
    facts = replace(READY[1], at_level=Served(D(2026, 5, 23), left_out=10))
    assert time_served_on(facts) == D(2026, 12, 3)


def test_level_given_back_after_an_appeal_counts_from_when_it_was_first_held():
    grants = [
        Grant(D(2025, 1, 1), 0, "entry"),
        Grant(D(2025, 8, 1), 1, "promotion"),
        Grant(D(2026, 2, 1), 0, "demotion"),
    ]
    assert held_since(grants) == (0, D(2026, 2, 1))
    assert held_since([*grants, Grant(D(2026, 3, 1), 1, "appeal")]) == (1, D(2025, 8, 1))
    assert held_since([]) is None


def test_weak_lines_of_the_form_are_named():
    full = {line.code: 3 for line in FORM}
    assert weak_lines(full) == []
    assert [line.code for line in weak_lines(full | {"safety": 2})] == ["safety"]
    assert len(weak_lines({})) == len(FORM)


def test_each_level_cites_its_own_clause():
    clauses = {level: {rule.clause for rule in book.rules} for level, book in BOOKS.items()}
    assert clauses == {level: {f"6.{level + 1}.1 {letter}" for letter in "abc"} for level in (1, 2, 3)}


facts = st.builds(
    LevelFacts,
    day=st.dates(D(2020, 1, 1), D(2030, 12, 31)),
    level=st.integers(0, 2),
    to_level=st.integers(1, 3),
    at_level=st.none() | st.builds(Served, st.dates(D(2018, 1, 1), D(2030, 1, 1)), st.integers(0, 400)),
    in_service=st.none() | st.builds(Served, st.dates(D(2018, 1, 1), D(2030, 1, 1)), st.integers(0, 400)),
    ratings=st.integers(0, 20),
    rating_sum=st.integers(0, 80),
    exams=st.frozensets(st.tuples(st.sampled_from(["level", "promotion"]), st.integers(1, 3))),
    grade=st.none() | st.integers(1, 5),
    fit=st.none() | st.booleans(),
    is_graduate=st.booleans(),
)


@given(facts, st.integers(1, 40))
def test_more_time_never_removes_eligibility(one, days):
    if not check_promotion(one):
        assert not check_promotion(replace(one, day=one.day + dt.timedelta(days=days)))


@given(facts)
def test_losing_a_certificate_or_an_exam_never_adds_eligibility(one):
    if check_promotion(one):
        assert check_promotion(replace(one, grade=None))
        assert check_promotion(replace(one, exams=frozenset()))
