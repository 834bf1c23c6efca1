"""The rules of the rota, just before, on and after each boundary; half-open, over midnight and over the year."""

import datetime as dt

import pytest

from agencies.calendar import CHINA, holiday_name
from contracts.rota_standard import Booking, Fit, Place, check_place, points

MONDAY = dt.date(2026, 11, 30)


def at(day, hour, minute=0):
    return dt.datetime.combine(MONDAY, dt.time(hour, minute), CHINA) + dt.timedelta(days=day)


def booking(starts, ends, client=2, work_form="hourly"):
    return Booking(starts, ends, client, "李奶奶", work_form)


def found(starts, ends, **facts):
    given = {"now": at(-3, 8), "client_id": 1, "work_form": "hourly", **facts}
    return {finding.code: finding.severity for finding in check_place(Place(starts, ends, **given))}


@pytest.mark.parametrize(
    ("minutes", "codes"),
    [(-1, {"booked": "forbid"}), (0, {"no_travel": "warn"}), (29, {"no_travel": "warn"}), (30, {})],
)
def test_touching_is_no_clash_and_half_an_hour_is_a_way(minutes, codes):
    start = at(0, 10) + dt.timedelta(minutes=minutes)
    assert found(start, start + dt.timedelta(hours=2), caregiver_bookings=(booking(at(0, 8), at(0, 10)),)) == codes


def test_the_same_client_asks_for_no_way():
    assert found(at(0, 10), at(0, 12), caregiver_bookings=(booking(at(0, 8), at(0, 10), client=1),)) == {}


@pytest.mark.parametrize(("day", "codes"), [(0, {"booked": "forbid"}), (1, {})])
def test_a_night_ends_where_the_morning_begins(day, codes):
    night = booking(at(0, 22), at(1, 6), client=1)
    start = at(day, 6) if day else at(1, 5)
    assert found(start, start + dt.timedelta(hours=2), caregiver_bookings=(night,)) == codes


def test_live_in_days_follow_each_other_over_the_year():
    eve = dt.datetime(2026, 12, 31, 8, tzinfo=CHINA)
    day = booking(eve, eve + dt.timedelta(days=1), client=1, work_form="live_in")
    start = eve + dt.timedelta(days=1)
    assert found(start, start + dt.timedelta(days=1), caregiver_bookings=(day,), work_form="live_in") == {}


@pytest.mark.parametrize(("employment", "hours", "is_long"), [
    ("full_time", 38, False), ("full_time", 39, True), ("part_time", 22, False), ("part_time", 23, True),
])  # fmt: skip
def test_the_hours_of_the_week_are_counted_with_the_visit(employment, hours, is_long):
    standing = tuple(booking(at(day, 8), at(day, 8) + dt.timedelta(hours=hours / 4)) for day in range(4))
    codes = found(at(5, 14), at(5, 16), caregiver_bookings=standing, employment=employment)
    assert codes == ({"long_week": "warn"} if is_long else {})


def test_hours_of_other_weeks_and_of_living_in_do_not_count():
    before = tuple(booking(at(-7 + day, 8), at(-7 + day, 18)) for day in range(4))
    living = booking(at(1, 8), at(2, 8), work_form="live_in")
    assert found(at(5, 14), at(5, 16), caregiver_bookings=(*before, living)) == {}


@pytest.mark.parametrize(("days", "codes"), [(5, {}), (6, {"no_rest": "warn"})])
def test_a_day_of_rest_is_due_after_six(days, codes):
    standing = tuple(booking(at(-n, 8), at(-n, 10)) for n in range(1, days + 1))
    assert found(at(0, 8), at(0, 10), caregiver_bookings=standing) == codes


@pytest.mark.parametrize(("starts", "ends", "codes"), [
    ((8, 0), (10, 0), {}), ((7, 59), (9, 59), {"not_ready": "warn"}), ((16, 0), (18, 0), {}),
    ((16, 1), (18, 1), {"not_ready": "warn"}),
])  # fmt: skip
def test_hours_on_file_are_in_at_both_ends(starts, ends, codes):
    ready = {1: (dt.time(8), dt.time(18))}
    assert found(at(0, *starts), at(0, *ends), ready=ready) == codes


def test_a_weekday_that_is_not_on_file_is_a_day_off():
    assert found(at(1, 8), at(1, 10), ready={1: (dt.time(8), dt.time(18))}) == {"day_off": "warn"}


@pytest.mark.parametrize(("hours", "codes"), [(12, {}), (11, {"short_notice": "warn"}), (-1, {"past": "forbid"})])
def test_what_begins_soon_is_told_by_phone_and_what_is_over_is_refused(hours, codes):
    start = at(0, 20)
    assert found(start, start + dt.timedelta(hours=2), now=start - dt.timedelta(hours=hours)) == codes


def test_a_visit_that_keeps_its_time_is_not_called_over():
    start = at(0, 8)
    assert found(start, at(0, 10), now=at(0, 9), is_kept=True) == {}


def test_a_second_visit_of_the_client_and_a_holiday_are_said():
    codes = found(at(0, 8), at(0, 10), client_bookings=(booking(at(0, 9), at(0, 11)),), holiday="国庆节")
    assert codes == {"client_twice": "warn", "holiday": "warn"}


@pytest.mark.parametrize(("day", "name"), [
    (dt.date(2026, 10, 1), "National Day"), (dt.date(2026, 9, 30), ""), (dt.date(2026, 11, 28), ""),
    (dt.date(2031, 1, 1), "New Year's Day"), (dt.date(2031, 1, 2), ""),
])  # fmt: skip
def test_holidays_have_their_name_and_weekends_none(day, name):
    assert holiday_name(day) == name


def test_wishes_come_first_then_familiar_faces_then_room_in_the_week():
    order = [Fit(is_preferred=True), Fit(is_agreed=True), Fit(visits_here=10), Fit(visits_here=1), Fit(),
             Fit(spare_levels=1), Fit(hours=40), Fit(warnings=2)]  # fmt: skip
    worth = [points(fit) for fit in order]
    assert worth == [50, 40, 30, 12, 0, -4, -20, -30]


def test_a_short_way_is_worth_two_points_a_kilometre_up_to_fifteen():
    assert [points(Fit(kilometres=km)) for km in (None, 0.2, 1.2, 15, 40)] == [0, 0, -2, -30, -30]
