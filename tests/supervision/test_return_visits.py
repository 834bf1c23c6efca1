"""Return visits by phone: tried at permitted hours, promised, reached once, and after three failures a visit to the home."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.calendar import CHINA
from agencies.models import AgencySettings
from clients.models import RiskNote
from supervision.actions import return_visits as actions
from supervision.models import CallAttempt, Complaint, ReturnVisit
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
        calls_from=dt.time(9), calls_until=dt.time(21), noon_pause_from=dt.time(12), noon_pause_until=dt.time(14)
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
        ((18, 0), dt.datetime(2026, 6, 11, 9, tzinfo=CHINA)),  # three hours later is night
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
    promised = MORNING.replace(hour=13)  # in the noon rest, as they wished
    tried(call, caller)
    row = tried(call, caller, "inconvenient", promised_at=promised)
    assert (row.state, row.call_after, row.attempt_count) == ("due", promised, 2)
    assert [tried(call, caller).state for _time in range(2)] == ["due", "unreachable"]


@pytest.mark.parametrize(
    "promised_at",
    [
        None,
        MORNING,
        MORNING - dt.timedelta(minutes=1),
        MORNING.replace(hour=21, minute=1),
        MORNING.replace(day=11, hour=8, minute=59),
    ],
)
def test_a_promise_names_a_time_to_come_by_day(call, caller, promised_at):
    with pytest.raises(ValidationError) as refusal:
        tried(call, caller, "inconvenient", promised_at=promised_at)
    assert set(refusal.value.message_dict) == {"promised_at"}
    assert not CallAttempt.objects.exists()


@pytest.mark.parametrize(
    ("hour", "minute", "is_odd"), [(8, 59, True), (9, 0, False), (12, 0, True), (14, 0, False), (21, 0, True)]
)
def test_at_an_odd_hour_a_call_needs_a_reason(call, caller, clock, hour, minute, is_odd):
    clock.move_to(MORNING.replace(hour=hour, minute=minute))
    said = {"return_visit": call, "by": caller, "satisfaction": "satisfied"}
    if is_odd:
        with pytest.raises(ValidationError) as refusal:
            actions.complete_call(**said)
        assert set(refusal.value.message_dict) == {"hour_reason"}
        with pytest.raises(ValidationError) as refusal:
            tried(call, caller)
        assert set(refusal.value.message_dict) == {"note"}
        said["hour_reason"] = "家属来电"
    assert actions.complete_call(**said).state == "done"
    assert CallAttempt.objects.get().note == said.get("hour_reason", "")


@pytest.mark.parametrize(("minutes", "is_odd"), [(-16, True), (-15, False), (0, False), (59, False)])
def test_a_promised_time_is_kept_at_noon_too(call, caller, clock, minutes, is_odd):
    promised = MORNING.replace(hour=12, minute=45)
    tried(call, caller, "inconvenient", promised_at=promised)
    clock.move_to(promised + dt.timedelta(minutes=minutes))
    assert actions.is_odd_hour(call, timezone.now()) is is_odd


def test_who_is_dissatisfied_has_a_problem(call, caller):
    done = actions.complete_call(return_visit=call, by=caller, satisfaction="dissatisfied", summary="三次迟到")
    assert done.has_problem is True


def test_the_page_tells_what_to_know_before_and_leads_to_a_complaint(client, maple, call, caller):
    complaint = make_one(Complaint, client=call.client, state="received")
    last = make_one(
        ReturnVisit, client=call.client, state="done", satisfaction="fair", summary="说话声音大", done_by=caller,
        done_at=MORNING - dt.timedelta(days=30),
    )  # fmt: skip
    risks = [make_one(RiskNote, client=call.client, kind=kind, text=kind) for kind in ("home", "medicine")]
    client.force_login(caller)
    page = client.get(reverse("return_visit_call", args=["maple", call.pk]))
    before = page.context["before"]
    assert (before.last_call, before.complaints, before.risks) == (last, [complaint], risks[:1])  # health: no consent
    body = {"spoke_with": "女儿", "satisfaction": "dissatisfied", "summary": "三次迟到"}
    answer = client.post(reverse("return_visit_call", args=["maple", call.pk]), body)
    assert answer.url == reverse("complaint_new", args=["maple"]) + f"?call={call.pk}"


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
