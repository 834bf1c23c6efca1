"""Working days, ages and months, at their edges."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.calendar import add_working_days, age_on, is_working_day, months_later, working_day_before

D = dt.date
KNOWN_DAYS = st.dates(D(2015, 1, 1), D(2026, 11, 30))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (D(2026, 2, 13), True),  # Friday
        (D(2026, 2, 14), True),  # Saturday, moved working day before Spring Festival
        (D(2026, 2, 16), False),  # Monday, Spring Festival
        (D(2026, 2, 28), True),  # Saturday, moved working day after it
        (D(2026, 10, 1), False),  # National Day
        (D(2026, 11, 21), False),  # Saturday
        (D(2026, 11, 23), True),  # Monday
        (D(2026, 11, 22), False),  # Sunday
    ],
)
def test_announced_years_follow_the_announcement(day, works):
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (D(2047, 1, 1), False),  # Tuesday, New Year
        (D(2047, 1, 2), True),  # Wednesday
        (D(2047, 1, 5), False),  # Saturday
        (D(2047, 10, 3), False),  # Thursday, National Day
        (D(2047, 10, 4), True),  # Friday
        (D(2003, 12, 31), True),  # Wednesday, before the announcements begin
    ],
)
def test_other_years_count_weekdays_without_the_fixed_holidays(day, works):
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        (D(2026, 11, 23), 0, D(2026, 11, 23)),
        (D(2026, 11, 23), 1, D(2026, 11, 24)),
        (D(2026, 11, 20), 1, D(2026, 11, 23)),  # over a weekend
        (D(2026, 11, 21), 1, D(2026, 11, 23)),  # from a Saturday
        (D(2026, 11, 23), 7, D(2026, 12, 2)),
        (D(2026, 9, 30), 1, D(2026, 10, 8)),  # National Day: 1 to 7 October are free
        (D(2026, 9, 30), 3, D(2026, 10, 10)),  # Saturday 10 October is a working day
    ],
)
def test_a_limit_in_working_days_ends(day, count, last):
    assert add_working_days(day, count) == last


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (D(2026, 11, 24), D(2026, 11, 23)),
        (D(2026, 11, 23), D(2026, 11, 20)),
        (D(2026, 11, 22), D(2026, 11, 20)),
        (D(2026, 10, 8), D(2026, 9, 30)),
        (D(2026, 10, 12), D(2026, 10, 10)),
    ],
)
def test_the_working_day_before(day, before):
    assert working_day_before(day) == before


@given(KNOWN_DAYS, st.integers(1, 30))
def test_a_limit_ends_on_a_working_day_and_holds_so_many(day, count):
    last = add_working_days(day, count)
    between = [day + dt.timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert is_working_day(last)
    assert sum(map(is_working_day, between)) == count


@given(KNOWN_DAYS)
def test_the_working_day_before_a_limit_of_one_is_not_after_its_start(day):
    assert working_day_before(add_working_days(day, 1)) <= day


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (D(1971, 11, 24), D(2026, 11, 23), 54),
        (D(1971, 11, 23), D(2026, 11, 23), 55),
        (D(1971, 11, 22), D(2026, 11, 23), 55),
        (D(1970, 11, 23), D(2026, 11, 23), 56),
        (D(2008, 2, 29), D(2026, 2, 28), 17),
        (D(2008, 2, 29), D(2026, 3, 1), 18),
    ],
)
def test_age_counts_full_years(birth, day, age):
    assert age_on(birth, day) == age


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (D(2026, 11, 23), 6, D(2027, 5, 23)),
        (D(2026, 8, 31), 6, D(2027, 2, 28)),
        (D(2027, 8, 31), 6, D(2028, 2, 29)),
        (D(2026, 12, 1), 1, D(2027, 1, 1)),
        (D(2026, 12, 31), 12, D(2027, 12, 31)),
        (D(2026, 11, 23), 0, D(2026, 11, 23)),
    ],
)
def test_months_later_keep_the_day_or_take_the_last(day, months, later):
    assert months_later(day, months) == later
