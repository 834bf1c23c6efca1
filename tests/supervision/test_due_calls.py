"""The nightly job of return visits: its one statement writes the calls that the rule names, and takes back pointless ones."""

import datetime as dt
import itertools

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from agencies.calendar import CHINA
from agencies.models import AgencySettings
from clients.models import Assessment, Client
from contracts.models import Agreement, Signature, Visit
from supervision.actions.return_visits import create_due_calls
from supervision.models import Complaint, ReturnVisit
from supervision.standard import Service, due_calls
from tests.factories import NOON, make_one, make_user

NOW = dt.datetime(2026, 6, 10, 1, 40, tzinfo=CHINA)
TODAY = NOW.date()
DAYS = (0, 1, 6, 7, 8, 13, 14, 15, 28, 29, 30, 31, 37, 60, 61, 75)  # since the first visit
ENDS = (dt.time(8), dt.time(12, 45), dt.time(15, 20), dt.time(21, 30))  # of the first visit
WISHES = ((None, None), (dt.time(15), dt.time(17)), (dt.time(12, 45), dt.time(13, 30)), (None, dt.time(9)))


@pytest.fixture
def office(in_maple):
    with time_machine.travel(NOW, tick=False):
        yield in_maple


def agreement(*, work_form="hourly", self_care="able", wish=(None, None), **values):
    client = make_one(Client, state="active", preferred_call_from=wish[0], preferred_call_until=wish[1])
    make_one(Assessment, client=client, self_care="unable", assessed_on=dt.date(2025, 1, 1))  # not the latest
    make_one(Assessment, client=client, self_care=self_care, assessed_on=dt.date(2026, 1, 1))
    values = {"state": "in_force", "in_force_at": NOON, "starts_on": dt.date(2026, 1, 1), **values}
    row = make_one(Agreement, client=client, work_form=work_form, ends_on=dt.date(2026, 12, 31), **values)
    for party in Signature.Party.values:
        make_one(Signature, agreement=row, party=party)
    return row


def done(row, end):
    start = end - dt.timedelta(hours=2)
    make_one(
        Visit, agreement=row, client=row.client, caregiver=row.caregiver, state="done", planned_start=start,
        period=DateTimeTZRange(start, end), checked_in_at=start, checked_out_at=end,
    )  # fmt: skip


def written():
    rows = ReturnVisit.objects.order_by("agreement_id", "kind")
    return [(row.agreement_id, row.kind, row.period_start, row.call_after, row.due_at, row.state) for row in rows]


@pytest.mark.parametrize(("work_form", "self_care"), [("hourly", "able"), ("hourly", "unable"), ("live_in", "able")])
def test_one_statement_writes_what_the_rule_names(office, work_form, self_care):
    is_intensive = (work_form, self_care) != ("hourly", "able")
    policy, expected = AgencySettings.objects.get(), []
    for days, end, wish in zip(DAYS, itertools.cycle(ENDS), itertools.cycle([*WISHES, *WISHES[1:]]), strict=False):
        first = dt.datetime.combine(TODAY - dt.timedelta(days=days), end, tzinfo=CHINA)
        row = agreement(work_form=work_form, self_care=self_care, wish=wish)
        done(row, first)
        if days > 1:
            done(row, first + dt.timedelta(days=1))  # the first visit counts
        service = Service(first_done_at=first, is_intensive=is_intensive, preferred=wish)
        calls = due_calls(service, TODAY, policy)
        expected += [(row.pk, one.kind, one.period_start, one.call_after, one.due_at, "due") for one in calls]
    assert {row[1] for row in expected} == {"first", "settling", "regular"}
    assert create_due_calls()["running"] == len(expected)
    assert written() == expected
    assert create_due_calls() == {"running": 0, "events": 0, "cancelled": 0}
    assert ReturnVisit.history.count() == len(expected)


def test_nobody_is_called_before_the_first_visit_or_while_the_service_rests(office):
    agreement()
    done(agreement(state="suspended"), NOW - dt.timedelta(days=8))
    assert create_due_calls() == {"running": 0, "events": 0, "cancelled": 0}


@pytest.mark.parametrize("state", ["ended", "superseded"])
def test_calls_of_a_service_that_is_over_are_taken_back_but_for_the_one_about_its_end(office, state):
    over = {"state": state}
    if state == "ended":
        over |= {"ended_on": TODAY - dt.timedelta(days=7), "end_reason": "client", "end_note": "x"}
    row = agreement(**over)
    done(row, NOW - dt.timedelta(days=20))
    for kind in ("settling", "complaint"):
        make_one(
            ReturnVisit, agreement=row, client=row.client, kind=kind, period_start=TODAY, done_at=None, done_by=None
        )
    other = agreement()
    running = make_one(ReturnVisit, agreement=other, client=other.client, kind="regular", period_start=TODAY)
    assert create_due_calls() == {"running": 0, "events": int(state == "ended"), "cancelled": 1}
    states = {(one.kind, one.state) for one in ReturnVisit.objects.filter(agreement=row)}
    about_the_end = {("end", "due")} if state == "ended" else set()
    assert states == {("settling", "cancelled"), ("complaint", "due")} | about_the_end
    assert ReturnVisit.history.filter(kind="settling").first().state == "cancelled"
    running.refresh_from_db()
    assert running.state == "due"
    assert create_due_calls() == {"running": 0, "events": 0, "cancelled": 0}


@pytest.mark.parametrize(("days", "is_called"), [(0, True), (30, True), (31, False)])
def test_a_closed_complaint_is_followed_by_one_call(office, days, is_called):
    row = agreement()
    make_one(
        Complaint, client=row.client, agreement=row, state="closed", owner=make_user(), reply="已道歉",
        replied_at=NOW - dt.timedelta(days=days), closed_at=NOW - dt.timedelta(days=days),
    )  # fmt: skip
    assert create_due_calls()["events"] == int(is_called)
    assert [kind for _row, kind, *_rest in written()] == ["complaint"] * is_called
    assert create_due_calls()["events"] == 0
