"""The rules of training: who passes, when attendance is taken, how long a code lives, what a plan proposes."""

import datetime as dt

import pytest

from caregivers.standard.training import (
    Line,
    Need,
    code_number,
    effect_due_on,
    is_fresh,
    is_taken_at,
    passes,
    propose,
)

START = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
END = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(("score", "passed"), [(59, False), (60, True), (61, True), (0, False), (100, True)])
def test_the_pass_mark_itself_passes(score, passed):
    assert passes(score, 60) is passed


@pytest.mark.parametrize(
    ("moment", "taken"),
    [
        (START - dt.timedelta(minutes=30, seconds=1), False),
        (START - dt.timedelta(minutes=30), True),
        (START, True),
        (END, True),
        (END + dt.timedelta(seconds=1), False),
    ],
)
def test_attendance_is_taken_from_half_an_hour_before_the_start_to_the_end(moment, taken):
    assert is_taken_at(START, END, moment) is taken


@pytest.mark.parametrize(("minutes", "fresh"), [(0, True), (4, True), (5, True), (9, True), (10, False), (60, False)])
def test_a_code_lives_for_the_one_after_it(minutes, fresh):
    assert is_fresh(code_number(START), START + dt.timedelta(minutes=minutes)) is fresh


def test_a_code_of_the_future_is_none():
    assert not is_fresh(code_number(START) + 1, START)


def test_the_effect_is_due_so_many_days_after_the_session():
    assert effect_due_on(dt.date(2026, 11, 1), 30) == dt.date(2026, 12, 1)


def test_what_most_lack_comes_first_two_courses_a_month_in_classes_of_thirty():
    lines = propose([Need(1, 4), Need(2, 65), Need(3, 30), Need(4, 0)], 3)
    assert lines == [Line(2, 3, 30), Line(3, 3, 30), Line(1, 4, 4), Line(2, 4, 30), Line(2, 5, 5)]


def test_what_is_repeated_comes_at_its_interval_for_everybody():
    assert propose([Need(7, 40, every_months=6)], 1) == [Line(7, 1, 40), Line(7, 7, 40)]
    assert propose([Need(7, 40, every_months=6)], 11) == [Line(7, 11, 40)]
    assert propose([Need(7, 0, every_months=1)], 1) == []


def test_nothing_is_planned_past_december():
    assert propose([Need(1, 95)], 11) == [Line(1, 11, 30), Line(1, 12, 65)]
