"""A month's fee, rule by rule; every expected sum is worked out by hand."""

import datetime as dt
from decimal import Decimal

import pytest

from agencies.calendar import is_statutory_holiday
from contracts.billing import Line, Rate, Work, charge, paid_minutes, service_charges

DAY = dt.date(2026, 10, 8)


def work(*minutes, day=DAY, holiday=False):
    return [Work(day + dt.timedelta(days=n), one, holiday) for n, one in enumerate(minutes)]


@pytest.mark.parametrize(
    ("agreed", "served", "paid"),
    [(120, 120, 120), (120, 150, 120), (120, 105, 120), (120, 104, 104), (120, 0, 0), (1440, 1440, 1440)],
)
def test_a_visit_cut_short_by_more_than_the_allowance_is_paid_by_its_time(agreed, served, paid):
    assert paid_minutes(agreed, served, 15) == paid


@pytest.mark.parametrize(
    ("unit", "amount", "quantity", "expected"),
    [
        ("hour", "45", "5.50", "247.50"),  # 120 + 120 + 90 minutes
        ("visit", "60", "3.00", "180.00"),
        ("day", "260", "3.00", "780.00"),
        ("month", "6500", "0.30", "1950.00"),  # 3 of 10 visits of the month
    ],
)
def test_each_unit_counts_its_own_way(unit, amount, quantity, expected):
    line = charge(Rate(Decimal(amount), unit), work(120, 120, 90), month_of=10)
    assert (line.quantity, line.amount) == (Decimal(quantity), Decimal(expected))


def test_two_visits_of_a_day_are_one_day():
    twice = [Work(DAY, 60), Work(DAY, 60), Work(DAY + dt.timedelta(days=1), 60)]
    assert charge(Rate(Decimal(260), "day"), twice).quantity == 2


def test_half_a_cent_goes_up():
    assert charge(Rate(Decimal("0.05"), "hour"), work(6)).amount == Decimal("0.01")  # 0.005


@pytest.mark.parametrize(("made", "amount"), [(25, "6250.00"), (26, "6500.00"), (27, "6500.00")])
def test_a_price_per_month_never_costs_more_than_the_month(made, amount):
    assert charge(Rate(Decimal(6500), "month"), work(*[1440] * made), month_of=26).amount == Decimal(amount)


def test_the_price_of_holidays_stands_in_place_of_the_ordinary_one():
    visits = [*work(120, 120), *work(120, day=dt.date(2026, 10, 1), holiday=True)]
    ordinary, holiday = service_charges(
        Rate(Decimal(45), "hour"), visits, month_of=20, holiday=Rate(Decimal(90), "hour")
    )
    assert ordinary == Line(Rate(Decimal(45), "hour"), Decimal("4.00"), Decimal("180.00"))
    assert holiday == Line(Rate(Decimal(90), "hour"), Decimal("2.00"), Decimal("180.00"), is_holiday=True)


def test_without_a_price_of_holidays_they_cost_what_other_days_cost():
    [line] = service_charges(Rate(Decimal(45), "hour"), work(120, holiday=True), month_of=20)
    assert line.amount == 90
    assert not line.is_holiday


def test_beside_a_price_per_month_holidays_are_added():
    visits = [*work(1440, 1440), *work(1440, day=dt.date(2026, 10, 1), holiday=True)]
    month, holiday = service_charges(
        Rate(Decimal(6000), "month"), visits, month_of=30, holiday=Rate(Decimal(200), "day")
    )
    assert (month.amount, holiday.amount) == (600, 200)  # 3 of 30 visits, one holiday


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (dt.date(2026, 9, 30), False),
        (dt.date(2026, 10, 1), True),
        (dt.date(2026, 10, 3), True),
        (dt.date(2026, 10, 4), False),  # the weekend beside it
        (dt.date(2026, 10, 6), False),  # off, another day is worked for it
        (dt.date(2026, 10, 10), False),  # worked on a Saturday
        (dt.date(2026, 2, 16), True),  # New Year's Eve of the moon
        (dt.date(2026, 2, 20), False),
        (dt.date(2027, 6, 9), True),  # not announced yet, by the moon all the same
    ],
)
def test_holidays_are_those_by_law(day, holds):
    assert is_statutory_holiday(day) is holds
