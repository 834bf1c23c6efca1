"""How long what is kept (7.5.3)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.standard import retain_until

D = dt.date


@pytest.mark.parametrize(
    ("archive_class", "started", "years", "last"),
    [
        ("standards", D(2026, 11, 23), 3, None),
        ("contracts", D(2026, 11, 23), 3, D(2029, 11, 23)),
        ("other", D(2026, 11, 23), 3, D(2029, 11, 23)),
        ("other", D(2026, 11, 23), 10, D(2036, 11, 23)),
        ("contracts", D(2024, 2, 28), 3, D(2027, 2, 28)),
        ("contracts", D(2024, 2, 29), 3, D(2027, 2, 28)),
        ("contracts", D(2024, 3, 1), 3, D(2027, 3, 1)),
        ("contracts", D(2024, 2, 29), 4, D(2028, 2, 29)),
        ("contracts", D(2025, 2, 28), 3, D(2028, 2, 28)),
    ],
)
def test_the_last_day_a_record_is_kept(archive_class, started, years, last):
    assert retain_until(archive_class, started, years) == last


def test_less_than_the_standard_asks_is_refused():
    with pytest.raises(ValueError, match="three years"):
        retain_until("other", D(2026, 11, 23), 2)


@given(st.dates(D(2009, 2, 1), D(2100, 1, 1)), st.integers(3, 30))
def test_a_later_start_or_more_years_never_end_earlier(started, years):
    end = retain_until("other", started, years)
    assert retain_until("other", started + dt.timedelta(days=1), years) >= end
    assert retain_until("other", started, years + 1) > end
