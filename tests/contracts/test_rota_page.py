"""What the rota shows of a visit: late or not, where it lies in the week and on the day, and who has no day of rest."""

import datetime as dt
import re

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from agencies.calendar import CHINA, ONE_DAY
from caregivers.models import Caregiver
from contracts.models import Agreement, Visit
from contracts.queries.rota import Span, rota_people, rota_rows, week_of
from contracts.rota_html import Sheet
from tests.factories import make_one

MONDAY = dt.date(2026, 11, 30)
SUNDAY = MONDAY - ONE_DAY


def at(day, hour, minute=0):
    return dt.datetime.combine(day, dt.time(hour, minute), CHINA)


def visit(starts, ends, **values):
    values.setdefault("state", "planned")
    return make_one(Visit, period=DateTimeTZRange(starts, ends), planned_start=starts, **values)


@pytest.fixture
def caregiver(in_maple):
    return make_one(Caregiver, state="active", posted_on=dt.date(2026, 1, 5), name="张敏")


def drawn(span, view):
    return Sheet(span, view, may_edit=False).body(rota_rows(span, rota_people(span, {})))


def chips(span, *people):
    cells = [cell for row in rota_rows(span, people) for cell in row.days]
    return {item.pk: item.chip for cell in cells for item in cell}


@pytest.mark.parametrize(
    ("starts", "looks"),
    [
        (at(SUNDAY, 20), "late"),
        (at(SUNDAY, 21, 44), "late"),
        (at(SUNDAY, 21, 45), "planned"),  # fifteen minutes are allowed, to the minute
        (at(SUNDAY, 22, 30), "planned"),
    ],
)
def test_a_visit_is_late_when_nobody_checked_in_also_over_midnight(caregiver, starts, looks):
    row = visit(starts, at(MONDAY, 8), caregiver=caregiver)
    with time_machine.travel(at(SUNDAY, 22), tick=False):
        for span in (Span(SUNDAY, SUNDAY), Span(MONDAY, MONDAY), week_of(SUNDAY), week_of(MONDAY)):
            assert chips(span, caregiver) == {row.pk: looks}


def test_only_what_is_planned_and_given_to_somebody_is_late(caregiver):
    times = at(SUNDAY, 8), at(SUNDAY, 10)
    nobodys = visit(*times)
    begun = visit(*times, caregiver=caregiver, state="in_progress", checked_in_at=times[0])
    visit(*times, state="cancelled", cancel_reason="老人外出")
    with time_machine.travel(at(SUNDAY, 9), tick=False):
        assert chips(Span(SUNDAY, SUNDAY), caregiver) == {nobodys.pk: "unassigned", begun.pk: "in_progress"}


def test_a_visit_from_the_evening_before_stands_on_the_first_day_and_counts_no_hours(caregiver):
    night = visit(at(SUNDAY, 20), at(MONDAY, 8), caregiver=caregiver)
    first = visit(at(MONDAY, 9), at(MONDAY, 11), caregiver=caregiver)
    last = visit(at(MONDAY + 6 * ONE_DAY, 23), at(MONDAY + 7 * ONE_DAY, 1), caregiver=caregiver)
    visit(at(MONDAY + 7 * ONE_DAY, 0), at(MONDAY + 7 * ONE_DAY, 2))  # next week's
    nobody, row = rota_rows(week_of(MONDAY), [caregiver])
    assert [[item.pk for item in cell] for cell in row.days] == [[night.pk, first.pk], [], [], [], [], [], [last.pk]]
    assert row.minutes == 4 * 60
    assert nobody.days == [[]] * 7


@pytest.mark.parametrize(
    ("starts", "ends", "place"),
    [
        (at(MONDAY, 8), at(MONDAY, 10), "q9 w8"),  # quarters of an hour from six o'clock
        (at(MONDAY, 6, 30), at(MONDAY, 9, 15), "q3 w11"),
        (at(SUNDAY, 20), at(MONDAY, 8), "q1 w8"),
        (at(MONDAY, 4), at(MONDAY, 5), "q1 w4"),  # what lies outside stands at the edge, an hour wide for its words
        (at(MONDAY, 21), at(MONDAY, 23, 30), "q61 w4"),
        (at(MONDAY, 23), at(MONDAY, 23, 30), "q61 w4"),
        (at(MONDAY, 20), at(MONDAY + ONE_DAY, 8), "q57 w8"),
    ],
)
def test_a_chip_lies_on_the_day_where_its_time_is(caregiver, starts, ends, place):
    row = visit(starts, ends, caregiver=caregiver)
    body = drawn(Span(MONDAY, MONDAY), "day")
    assert re.findall(r'class="chip chip-\S+ (.*?)" id="v(\d+)"', body) == [(place, str(row.pk))]


def test_a_chip_says_whose_and_when_and_nothing_breaks_out_of_it(caregiver):
    row = visit(at(MONDAY, 8), at(MONDAY, 10, 30), caregiver=caregiver)
    row.client.name, row.client.salutation = '李"><script>', "李奶奶<b>"
    row.client.save()
    body = drawn(week_of(MONDAY), "week")
    assert 'title="李&quot;&gt;&lt;script&gt; 08:00–10:30"' in body
    assert "<time>08:00</time>李奶奶&lt;b&gt; 2.5h" in body
    assert "<script>" not in body


@pytest.mark.parametrize(("days", "tires"), [(6, False), (7, True)])
def test_seven_days_in_a_row_are_no_day_of_rest(caregiver, days, tires):
    for place in range(days):
        visit(at(MONDAY + place * ONE_DAY, 8), at(MONDAY + place * ONE_DAY, 10), caregiver=caregiver)
    assert ("no day of rest" in drawn(week_of(MONDAY), "week")) == tires


def test_whoever_lives_in_rests_on_the_days_between(caregiver):
    agreement = make_one(Agreement, work_form="live_in")
    for place in (1, 3):
        day = MONDAY + place * ONE_DAY
        visit(at(day, 8), at(day + ONE_DAY, 8), caregiver=caregiver, agreement=agreement, client=agreement.client)
    body = drawn(week_of(MONDAY), "week")
    cells = re.findall(r"<td[^>]*>(.*?)</td>", body.split("data-who")[-1])
    assert ["rest day" in cell for cell in cells] == [False, False, True, False, True, True, True]
    assert "lives in, 2 days" in body
