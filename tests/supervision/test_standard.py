"""Return visits, surveys and complaints by rule, at their edges (7.4.2, 8.1, 8.3, 8.4)."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agencies.calendar import CHINA, is_working_day
from agencies.standard import CLAUSES
from supervision.standard import (
    OVERALL,
    POLICY,
    STEPS,
    SURVEY,
    TRANSITIONS,
    CallPolicy,
    ComplaintFacts,
    Service,
    acknowledge_by,
    calling_windows,
    check_complaint,
    complaint_limit,
    due_calls,
    limit_stage,
    next_permitted_moment,
    next_try,
    percent,
    satisfaction_rate,
)

D = dt.date
T = dt.time
TODAY = D(2026, 11, 23)


def at(day, hour, minute=0, second=0):
    """A moment in November 2026."""
    return dt.datetime(2026, 11, day, hour, minute, second, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("moment", "permitted"),
    [
        (at(23, 7, 29, 59), at(23, 7, 30)),
        (at(23, 7, 30), at(23, 7, 30)),
        (at(23, 9, 15), at(23, 9, 15)),
        (at(23, 12, 29, 59), at(23, 12, 29, 59)),
        (at(23, 12, 30), at(23, 14)),
        (at(23, 13, 59, 59), at(23, 14)),
        (at(23, 14), at(23, 14)),
        (at(23, 20, 59, 59), at(23, 20, 59, 59)),
        (at(23, 21), at(24, 7, 30)),
        (at(23, 23, 59), at(24, 7, 30)),
        (at(24, 0), at(24, 7, 30)),
        (at(30, 21), dt.datetime(2026, 12, 1, 7, 30, tzinfo=CHINA)),
    ],
)
def test_calls_wait_for_the_permitted_hours(moment, permitted):
    assert next_permitted_moment(moment) == permitted


@pytest.mark.parametrize(
    ("preferred", "moment", "permitted"),
    [
        ((T(9), T(11)), at(23, 8), at(23, 9)),
        ((T(9), T(11)), at(23, 11), at(24, 9)),
        ((T(12), T(15)), at(23, 11), at(23, 12)),
        ((T(12), T(15)), at(23, 12, 30), at(23, 14)),
        ((T(12), T(15)), at(23, 15), at(24, 12)),
        ((T(13), T(14)), at(23, 13), at(23, 14)),  # lies in the noon pause: passed over
        ((T(19), None), at(23, 8), at(23, 19)),
        ((None, T(9)), at(23, 9), at(24, 7, 30)),
        ((T(6), T(7)), at(23, 6), at(23, 7, 30)),
    ],
)
def test_the_clients_own_time_narrows_the_hours(preferred, moment, permitted):
    assert next_permitted_moment(moment, preferred=preferred) == permitted


@pytest.mark.parametrize(
    ("policy", "windows"),
    [
        (POLICY, [(T(7, 30), T(12, 30)), (T(14), T(21))]),
        (CallPolicy(noon_pause_from=T(12), noon_pause_until=T(12)), [(T(7, 30), T(12)), (T(12), T(21))]),
        (CallPolicy(calls_from=T(9), calls_until=T(12)), [(T(9), T(12))]),
        (CallPolicy(calls_from=T(13), calls_until=T(18)), [(T(14), T(18))]),
        (CallPolicy(calls_from=T(12, 45), calls_until=T(13, 30)), [(T(12, 45), T(13, 30))]),
    ],
)
def test_the_hours_of_a_day(policy, windows):
    assert calling_windows(policy) == windows


times = st.times(min_value=T(0, 0), max_value=T(23, 59))
moments = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC))


@given(moments, st.tuples(st.none() | times, st.none() | times))
def test_a_permitted_moment_is_permitted_near_and_stays(moment, preferred):
    found = next_permitted_moment(moment, preferred=preferred)
    assert moment <= found <= moment + dt.timedelta(hours=24)
    assert any(start <= found.time() < end for start, end in calling_windows())
    assert next_permitted_moment(found, preferred=preferred) == found


STARTED = Service(first_done_at=at(2, 10))  # Monday 2 November, first visit over at ten


@pytest.mark.parametrize(
    ("today", "intensive", "call"),
    [
        (D(2026, 11, 1), False, None),
        (D(2026, 11, 2), False, ("first", D(2026, 11, 2))),
        (D(2026, 11, 8), False, ("first", D(2026, 11, 2))),
        (D(2026, 11, 9), False, ("settling", D(2026, 11, 9))),
        (D(2026, 11, 15), True, ("settling", D(2026, 11, 9))),
        (D(2026, 11, 16), True, ("regular", D(2026, 11, 16))),
        (D(2026, 11, 16), False, ("settling", D(2026, 11, 9))),
        (D(2026, 12, 1), False, ("settling", D(2026, 11, 9))),
        (D(2026, 12, 2), False, ("regular", D(2026, 12, 2))),  # 30 days after
        (D(2026, 12, 31), False, ("regular", D(2026, 12, 2))),
        (D(2027, 1, 1), False, ("regular", D(2027, 1, 1))),
        (D(2026, 11, 29), True, ("regular", D(2026, 11, 16))),
        (D(2026, 11, 30), True, ("regular", D(2026, 11, 30))),
    ],
)
def test_the_call_of_the_day(today, intensive, call):
    found = [(due.kind, due.period_start) for due in due_calls(replace(STARTED, is_intensive=intensive), today)]
    assert found == ([call] if call else [])


def test_without_a_first_service_nobody_is_called():
    assert due_calls(Service(first_done_at=None), TODAY) == []


def test_when_a_call_may_be_made_and_by_when():
    [first] = due_calls(replace(STARTED, first_done_at=at(2, 12, 30)), D(2026, 11, 2))
    assert (first.call_after, first.due_at) == (at(2, 14), at(3, 12, 30))
    [settling] = due_calls(replace(STARTED, preferred=(T(15), T(17))), D(2026, 11, 9))
    assert (settling.call_after, settling.due_at) == (at(9, 15), at(9, 21))


def test_after_a_complaint_and_after_the_end():
    closed = replace(STARTED, complaints_closed_at=(at(20, 17),))
    complaint, settling = due_calls(closed, TODAY)
    assert (complaint.kind, complaint.period_start) == ("complaint", D(2026, 11, 20))
    assert (complaint.call_after, complaint.due_at) == (at(20, 17), at(23, 21))
    assert settling.kind == "settling"
    [end] = due_calls(replace(STARTED, ended_on=D(2026, 11, 20)), TODAY)
    assert (end.kind, end.period_start, end.call_after, end.due_at) == (
        *("end", D(2026, 11, 20), at(27, 7, 30), at(27, 21)),
    )


def test_an_end_to_come_changes_nothing_yet():
    assert [call.kind for call in due_calls(replace(STARTED, ended_on=D(2026, 11, 24)), TODAY)] == ["settling"]


@pytest.mark.parametrize(("today", "count"), [(D(2026, 12, 20), 1), (D(2026, 12, 21), 0)])
def test_what_lies_a_month_back_is_not_made_up(today, count):
    assert len(due_calls(Service(None, ended_on=D(2026, 11, 20)), today)) == count


@given(st.integers(-5, 400), st.booleans(), st.none() | st.integers(-5, 400))
def test_one_call_of_a_kind_and_day_never_ahead_of_its_day(days, intensive, end_after):
    today = D(2026, 11, 2) + dt.timedelta(days=days)
    ended = None if end_after is None else D(2026, 11, 2) + dt.timedelta(days=end_after)
    service = replace(STARTED, is_intensive=intensive, ended_on=ended, complaints_closed_at=(at(20, 17),))
    calls = due_calls(service, today)
    assert len({(call.kind, call.period_start) for call in calls}) == len(calls) <= 2
    assert all(call.period_start <= today and call.call_after < call.due_at for call in calls)
    assert calls == due_calls(service, today)


@pytest.mark.parametrize(
    ("outcome", "failed", "promised", "again"),
    [
        ("no_answer", 1, None, at(23, 14)),  # three hours after 09:30 is the noon pause
        ("bad_line", 2, None, at(23, 14)),
        ("no_answer", 3, None, None),
        ("wrong_number", 3, None, None),
        ("inconvenient", 2, at(23, 13), at(23, 13)),  # as promised, in the noon pause too
        ("inconvenient", 3, at(25, 22), at(25, 22)),
        ("inconvenient", 3, None, at(23, 14)),
    ],
)
def test_when_to_try_again(outcome, failed, promised, again):
    assert next_try(outcome, failed, at(23, 9, 30), promised_at=promised) == again


@pytest.mark.parametrize(
    ("counts", "valid", "satisfied", "fair_or_better"),
    [
        ({}, 0, None, None),
        ({"very_satisfied": 4}, 4, None, None),
        ({"very_satisfied": 5}, 5, "100.0", "100.0"),
        ({"very_satisfied": 30, "satisfied": 40, "fair": 15, "dissatisfied": 5}, 90, "77.8", "94.4"),
        ({"dissatisfied": 6}, 6, "0.0", "0.0"),
        ({"satisfied": 1, "fair": 5}, 6, "16.7", "100.0"),
        ({"satisfied": 1, "dissatisfied": 15}, 16, "6.3", "6.3"),  # 6.25, half up
        ({"satisfied": 5, "unreachable": 9}, 5, "100.0", "100.0"),
    ],
)
def test_two_rates_among_the_valid_answers(counts, valid, satisfied, fair_or_better):
    rate = satisfaction_rate(counts)
    shown = [None if value is None else str(value) for value in (rate.satisfied, rate.fair_or_better)]
    assert (rate.valid, shown) == (valid, [satisfied, fair_or_better])


def test_the_least_number_of_answers_is_a_setting():
    assert satisfaction_rate({"satisfied": 2}, minimum=3).satisfied is None
    assert satisfaction_rate({"satisfied": 2}, minimum=2).satisfied == Decimal(100)
    assert satisfaction_rate({}, minimum=0).satisfied is None
    assert percent(1, 0) is None


@given(st.lists(st.integers(0, 500), min_size=4, max_size=4))
def test_the_second_rate_is_never_below_the_first(numbers):
    counts = dict(zip(("very_satisfied", "satisfied", "fair", "dissatisfied"), numbers, strict=True))
    rate = satisfaction_rate(counts)
    assume(rate.satisfied is not None)
    assert 0 <= rate.satisfied <= rate.fair_or_better <= 100


def test_the_survey_asks_nine_questions_in_two_languages():
    assert len({question.code for question in [*SURVEY, OVERALL]}) == 10
    assert all(question.text and question.text_en for question in [*SURVEY, OVERALL])


@pytest.mark.parametrize(
    ("received", "severity", "limit"),
    [
        (D(2026, 11, 23), "ordinary", D(2026, 12, 2)),  # Monday, seven working days
        (D(2026, 11, 20), "ordinary", D(2026, 12, 1)),
        (D(2026, 11, 21), "ordinary", D(2026, 12, 1)),  # Saturday
        (D(2026, 11, 23), "serious", D(2026, 12, 14)),
        (D(2026, 9, 30), "ordinary", D(2026, 10, 15)),  # over National Day, Saturday 10 October works
    ],
)
def test_complaints_are_decided_in_working_days(received, severity, limit):
    assert complaint_limit(received, severity) == limit


def test_limits_are_settings():
    assert complaint_limit(TODAY, "serious", {"ordinary": 1, "serious": 2}) == D(2026, 11, 25)
    assert acknowledge_by(at(23, 17)) == at(24, 17)
    assert acknowledge_by(at(23, 17), hours=2) == at(23, 19)


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (D(2026, 11, 26), ""),
        (D(2026, 11, 27), "near"),  # the Friday before a Monday limit
        (D(2026, 11, 28), "near"),
        (D(2026, 11, 30), "near"),
        (D(2026, 12, 1), "passed"),
    ],
)
def test_a_limit_is_near_one_working_day_before_it(today, stage):
    assert limit_stage(D(2026, 11, 30), today) == stage


@given(st.dates(D(2025, 1, 1), D(2026, 10, 1)), st.sampled_from(["ordinary", "serious"]))
def test_a_complaint_is_never_near_on_its_first_day(received, severity):
    limit = complaint_limit(received, severity)
    assert is_working_day(limit)
    assert limit_stage(limit, received) == ""


OWNED = ComplaintFacts(has_owner=True)
ANSWERED = replace(
    OWNED,
    reply="The caregiver was late twice; another one comes from Monday.",
    finding="founded",
    told_how="phone",
    told_whom="Wang",
)
DISSATISFIED = replace(ANSWERED, outcome="dissatisfied")
TOLD = replace(DISSATISFIED, recourse_told=True, note="She will ask the consumers' association.")
MOVED = replace(OWNED, limit_on=D(2026, 12, 2), new_limit_on=D(2026, 12, 14), today=D(2026, 12, 2), reason="two houses")


@pytest.mark.parametrize(
    ("state", "to", "facts", "codes"),
    [
        ("received", "accepted", OWNED, []),
        ("received", "accepted", ComplaintFacts(), ["no_owner"]),
        ("received", "accepted", replace(OWNED, owner_is_concerned=True), ["owner_concerned"]),
        ("received", "accepted", MOVED, []),
        ("received", "accepted", replace(MOVED, reason=" "), ["no_reason"]),
        ("accepted", "accepted", MOVED, ["state"]),
        ("replied", "accepted", replace(MOVED, today=D(2026, 12, 3)), ["limit_passed"]),
        ("replied", "accepted", replace(MOVED, today=D(2026, 12, 3), new_limit_on=D(2026, 12, 2)), []),
        ("replied", "accepted", replace(MOVED, today=D(2026, 12, 3), new_limit_on=D(2026, 11, 25)), []),
        ("received", "replied", ANSWERED, ["state"]),
        ("received", "closed", ComplaintFacts(), ["state", "no_owner", "no_reply", "no_outcome"]),
        ("accepted", "replied", ANSWERED, []),
        ("accepted", "replied", replace(OWNED, reply="  "), ["no_reply", "no_finding", "not_told"]),
        ("accepted", "replied", replace(ANSWERED, told_whom=" "), ["not_told"]),
        ("accepted", "replied", replace(ANSWERED, told_how="page", told_whom=""), []),
        ("accepted", "replied", replace(ANSWERED, told_how="page", has_phone=True), ["page_only"]),
        ("accepted", "replied", replace(ANSWERED, told_how="impossible"), ["not_told"]),
        ("accepted", "replied", replace(ANSWERED, told_how="impossible", told_whom="", is_anonymous=True), []),
        ("accepted", "closed", replace(ANSWERED, outcome="fair"), ["state"]),
        ("replied", "closed", replace(ANSWERED, outcome="satisfied"), []),
        ("replied", "closed", ANSWERED, ["no_outcome"]),
        ("replied", "closed", replace(ANSWERED, is_anonymous=True), []),
        ("replied", "closed", DISSATISFIED, ["dissatisfied"]),
        ("replied", "closed", replace(TOLD, note=" "), ["dissatisfied"]),
        ("replied", "closed", replace(TOLD, recourse_told=False), ["dissatisfied"]),
        ("replied", "closed", TOLD, []),
        ("replied", "closed", replace(TOLD, asked_by_owner=True), ["closed_by_owner"]),
        ("replied", "closed", replace(ANSWERED, outcome="fair", asked_by_owner=True), ["asked_by_owner"]),
        ("replied", "accepted", OWNED, []),
        ("closed", "accepted", OWNED, ["state"]),
    ],
)
def test_a_complaint_goes_on_only_with_what_the_step_needs(state, to, facts, codes):
    assert [finding.code for finding in check_complaint(state, to, facts, on=TODAY)] == codes


@pytest.mark.parametrize(("outcome", "severity"), [("satisfied", "warn"), ("fair", "warn"), ("dissatisfied", "forbid")])
def test_who_answered_had_better_not_ask_and_never_closes_against_a_dissatisfied_complainant(outcome, severity):
    facts = replace(TOLD, outcome=outcome, asked_by_owner=True)
    [finding] = check_complaint("replied", "closed", facts, on=TODAY)
    assert finding.severity == severity


def test_the_transitions_are_closed_and_cite_a_clause():
    assert {to for targets in TRANSITIONS.values() for to in targets} == set(STEPS) <= set(TRANSITIONS)
    assert {rule.clause for book in STEPS.values() for rule in book.rules} <= set(CLAUSES)
