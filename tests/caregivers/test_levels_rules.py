"""The ladder of levels by the table: just before, on and after each boundary, each condition alone and all together."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caregivers.standard.levels import (
    BOOKS,
    FORM,
    STEPS,
    Grant,
    LevelFacts,
    Served,
    best_way,
    check_promotion,
    days_left_out,
    held_since,
    is_direct_time,
    stage_of,
    step_on,
    time_served_on,
    weak_lines,
)
from caregivers.standard.skills import skills_on

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


@pytest.mark.parametrize("level", [1, 2, 3])
def test_everything_missing_is_named_at_once(level):
    bare = LevelFacts(day=D(2026, 11, 23), level=level - 1, to_level=level)
    assert found(bare) == [
        *((f"6.{level + 1}.1 a", code) for code in ("no_service", "not_evaluated")),
        (f"6.{level + 1}.1 b", "few_ratings"),
        *((f"6.{level + 1}.1 c", code) for code in ("level_exam", "promotion_exam", "certificate")),
    ]
    assert stage_of(check_promotion(bare)) == "lacking"


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize(
    ("ratings", "rating_sum", "code"),
    [
        (4, 16, "few_ratings"),  # all of them the best there is
        (5, 15, None),
        (6, 18, None),
        (8, 23, "low_ratings"),  # a hair below satisfied on average
        (8, 24, None),
        (8, 25, None),
    ],
)
def test_ratings_on_their_boundaries(level, ratings, rating_sum, code):
    facts = replace(READY[level], ratings=ratings, rating_sum=rating_sum)
    assert found(facts) == ([(f"6.{level + 1}.1 b", code)] if code else [])


def test_the_agency_may_ask_for_more_answers():
    assert found(replace(READY[1], min_answers=6)) == [("6.2.1 b", "few_ratings")]


@pytest.mark.parametrize(
    ("level", "to_level", "is_graduate", "may_rise"),
    [
        (0, 1, False, True),
        (0, 2, False, False),
        (0, 3, False, False),
        (1, 1, False, False),
        (1, 3, False, False),
        (2, 1, False, False),
        (0, 2, True, False),  # two stars are reached from one, by graduates too
        (0, 3, True, True),
        (1, 3, True, True),
        (2, 3, True, True),
        (3, 3, True, False),
    ],
)
def test_levels_are_climbed_step_by_step_but_for_graduates_to_the_last(level, to_level, is_graduate, may_rise):
    facts = replace(READY[to_level], level=level, is_graduate=is_graduate)
    assert ("step" not in {code for _clause, code in found(facts)}) is may_rise


@pytest.mark.parametrize(("level", "first_day"), [(1, D(2026, 5, 24)), (2, D(2025, 11, 24))])
def test_being_a_graduate_shortens_no_other_step(level, first_day):
    facts = replace(READY[level], is_graduate=True, at_level=Served(first_day), in_service=Served(D(2020, 1, 1)))
    assert [code for _clause, code in found(facts)] == ["time"]


LADDER = replace(READY[3], is_graduate=True)


@pytest.mark.parametrize(
    ("change", "is_direct"),
    [
        ({}, False),  # served at two stars to the day
        ({"at_level": Served(D(2025, 5, 24))}, True),  # a day short of it, and half a year in home care long ago
        (
            {"at_level": Served(D(2025, 5, 24)), "in_service": Served(D(2025, 5, 23), left_out=400)},
            False,
        ),  # later still
        ({"at_level": None}, True),
        ({"at_level": None, "in_service": None}, False),
        ({"at_level": Served(D(2025, 5, 24)), "is_graduate": False}, False),
        ({"level": 1, "at_level": Served(D(2020, 1, 1))}, True),
        ({"level": 1, "to_level": 2, "at_level": None}, False),
    ],
)
def test_the_way_of_graduates_is_named_only_where_it_is_the_one_used(change, is_direct):
    assert is_direct_time(replace(LADDER, **change)) is is_direct


def test_graduates_take_whichever_way_is_shorter():
    assert time_served_on(replace(LADDER, at_level=Served(D(2026, 1, 1)))) == D(2023, 8, 1)
    assert time_served_on(replace(LADDER, in_service=Served(D(2026, 10, 1)))) == D(2026, 11, 23)


def test_what_a_newer_edition_asks_holds_from_its_day(monkeypatch):
    newer = replace(step_on(1, D(2026, 11, 23)), since=D(2027, 1, 1), months=9, grade=4)
    monkeypatch.setattr("caregivers.standard.levels.STEPS", [*STEPS, newer])
    assert step_on(1, D(2026, 12, 31)).months == 6
    assert step_on(1, D(2027, 1, 1)) == newer
    assert step_on(2, D(2027, 1, 1)).months == 12
    assert found(replace(READY[1], day=D(2026, 12, 31))) == []
    late = replace(READY[1], day=D(2027, 1, 1), at_level=Served(D(2026, 4, 2)))
    assert found(late) == [("6.2.1 a", "time"), ("6.2.1 c", "certificate")]


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
    assert clauses == {
        level: {f"6.{level + 1}.1 a", f"6.{level + 1}.1 b", f"6.{level + 1}.1 c", f"6.{level + 1}.2"}
        for level in (1, 2, 3)
    }


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize(
    ("mode", "left_out", "is_refused"),
    [("", 1, False), ("silent", 1, False), ("warn", 1, False), ("forbid", 0, False), ("forbid", 1, True)],
)
def test_skills_stand_against_it_only_where_the_agency_says_so(level, mode, left_out, is_refused):
    """Cumulative: the one left out is of the lowest level."""
    codes = sorted((skill.level, skill.code) for skill in skills_on(D(2026, 11, 23)) if skill.level <= level)
    mastered = frozenset(code for _level, code in codes[left_out:])
    modes = {"masters_skills": mode} if mode else {}
    expected = [(f"6.{level + 1}.2", "skills")] if is_refused else []
    assert found(replace(READY[level], mastered=mastered, modes=modes)) == expected


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
    mastered=st.none() | st.frozensets(st.sampled_from([skill.code for skill in skills_on(D(2026, 11, 23))])),
    modes=st.sampled_from([{}, {"masters_skills": "forbid"}]),
)


@given(facts, st.integers(1, 40))
def test_more_time_adds_nothing_to_what_is_missing(one, days):
    assert set(found(replace(one, day=one.day + dt.timedelta(days=days)))) <= set(found(one))


@given(facts, st.integers(1, 400))
def test_leave_never_brings_the_day_forward(one, days):
    away = one.at_level and replace(one.at_level, left_out=one.at_level.left_out + days)
    assert set(found(one)) <= set(found(replace(one, at_level=away)))


@given(facts, st.data())
def test_losing_a_certificate_or_an_exam_never_removes_what_is_missing(one, data):
    assert set(found(one)) <= set(found(replace(one, grade=None)))
    if one.exams:
        lost = data.draw(st.sampled_from(sorted(one.exams)))
        assert set(found(one)) <= set(found(replace(one, exams=one.exams - {lost})))


@given(facts, st.integers(1, 4))
def test_a_better_certificate_never_adds_to_what_is_missing(one, grade):
    if one.grade:
        assert set(found(replace(one, grade=min(grade, one.grade)))) <= set(found(one))


@given(st.sampled_from([1, 2, 3]), st.integers(0, 30), st.integers(3, 4))
def test_another_satisfied_client_never_removes_eligibility(level, more, value):
    ready = READY[level]
    assert found(replace(ready, ratings=ready.ratings + more, rating_sum=ready.rating_sum + more * value)) == []
