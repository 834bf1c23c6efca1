"""Return visits by phone: tried at permitted hours, promised, reached once, and after three failures a visit to the home."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from agencies.calendar import CHINA
from agencies.models import AgencySettings
from supervision.actions import return_visits as actions
from supervision.models import CallAttempt, ReturnVisit
from tests.factories import make_member, make_one

MORNING = dt.datetime(2026, 6, 10, 9, 30, tzinfo=CHINA)  # a Wednesday, within the hours below


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def caller(clock, maple):
    return make_member(maple).user


@pytest.fixture
def call(clock, in_maple, caller):
    AgencySettings.objects.update(
        calls_from=dt.time(9), calls_until=dt.time(18), noon_pause_from=dt.time(12), noon_pause_until=dt.time(14)
    )
    return make_one(
        ReturnVisit, state="due", kind="regular", period_start=MORNING.date(), due_at=MORNING, call_after=MORNING,
        done_at=None, done_by=None, satisfaction="",
    )  # fmt: skip


def tried(call, caller, outcome="no_answer", **more):
    return actions.record_attempt(return_visit=call, by=caller, outcome=outcome, **more)


@pytest.mark.parametrize(
    ("at", "again"),
    [
        ((9, 30), dt.datetime(2026, 6, 10, 14, tzinfo=CHINA)),  # three hours later is the noon rest
        ((11, 30), dt.datetime(2026, 6, 10, 14, 30, tzinfo=CHINA)),
        ((16, 0), dt.datetime(2026, 6, 11, 9, tzinfo=CHINA)),  # three hours later is after work
    ],
)
def test_a_failed_call_is_tried_again_at_a_permitted_hour(call, caller, clock, at, again):
    clock.move_to(MORNING.replace(hour=at[0], minute=at[1]))
    row = tried(call, caller)
    assert (row.state, row.attempt_count, row.call_after) == ("due", 1, again)
    attempt = CallAttempt.objects.get()
    assert (attempt.outcome, attempt.made_by) == ("no_answer", caller)


@pytest.mark.parametrize("outcome", ["no_answer", "bad_line", "wrong_number"])
def test_after_the_third_failure_the_home_is_visited(call, caller, outcome):
    states = [tried(call, caller, outcome).state for _time in range(3)]
    assert states == ["due", "due", "unreachable"]
    with pytest.raises(ValidationError, match="not due any more"):
        tried(call, caller)
    assert CallAttempt.objects.count() == 3


def test_who_asks_to_be_called_later_has_not_failed(call, caller):
    promised = MORNING.replace(hour=20)  # outside of the hours, as promised
    tried(call, caller)
    row = tried(call, caller, "inconvenient", promised_at=promised)
    assert (row.state, row.call_after, row.attempt_count) == ("due", promised, 2)
    assert [tried(call, caller).state for _time in range(2)] == ["due", "unreachable"]


@pytest.mark.parametrize("promised_at", [None, MORNING, MORNING - dt.timedelta(minutes=1)])
def test_a_promise_names_a_time_to_come(call, caller, promised_at):
    with pytest.raises(ValidationError) as refusal:
        tried(call, caller, "inconvenient", promised_at=promised_at)
    assert set(refusal.value.message_dict) == {"promised_at"}
    assert not CallAttempt.objects.exists()


@pytest.mark.parametrize(
    ("result", "fields"),
    [
        ({}, {"satisfaction"}),
        ({"satisfaction": "dissatisfied"}, {"summary"}),
        ({"satisfaction": "satisfied", "has_problem": True}, {"summary"}),
        ({"has_problem": True}, {"satisfaction", "summary"}),
    ],
)
def test_what_the_client_said_is_complete_or_nothing_is_kept(call, caller, result, fields):
    with pytest.raises(ValidationError) as refusal:
        actions.complete_call(return_visit=call, by=caller, **result)
    assert set(refusal.value.message_dict) == fields
    call.refresh_from_db()
    assert (call.state, call.attempt_count) == ("due", 0)
    assert not CallAttempt.objects.exists()


def test_a_call_is_completed_once(call, caller, clock):
    done = actions.complete_call(
        return_visit=call, by=caller, spoke_with="女儿", satisfaction="fair", punctuality="dissatisfied", summary="迟到"
    )
    assert (done.state, done.done_at, done.done_by, done.attempt_count) == ("done", timezone.now(), caller, 1)
    assert (done.spoke_with, done.satisfaction, done.punctuality) == ("女儿", "fair", "dissatisfied")
    assert CallAttempt.objects.get().outcome == "reached"
    assert done.history.first().state == "done"
    for again in (actions.complete_call, actions.cancel_call):
        with pytest.raises(ValidationError, match="not due any more"):
            again(return_visit=call, by=caller)


def test_a_call_nobody_needs_is_cancelled(call, caller):
    actions.cancel_call(return_visit=call, by=caller)
    assert ReturnVisit.objects.get().state == "cancelled"
