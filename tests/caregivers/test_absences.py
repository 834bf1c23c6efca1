"""Absences asked for on the phone and answered by the office; the hours in which somebody is ready to work."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from agencies.models import Notice
from agencies.tenancy import agency_context
from caregivers.actions import absences as actions
from caregivers.actions import fitness
from caregivers.models import Absence, Availability, Caregiver
from caregivers.queries.files import facts_of
from contracts.models import Visit
from contracts.queries.rota import rota_rows, week_of
from tests.factories import make_member, make_one, make_user

ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def planners(maple):
    return [make_member(maple, role).user for role in ("manager", "coordinator", "quality_officer", "archivist")]


@pytest.fixture
def caregiver(in_maple):
    return make_one(Caregiver, state="active", posted_on=dt.date(2026, 1, 1), user=make_user(name="王秀兰"))


def ask(caregiver, first_day, last_day, **values):
    values = {"kind": "leave", "note": "老家有事", **values}
    return actions.request_absence(caregiver=caregiver, first_day=first_day, last_day=last_day, **values)


def refusal(function, *args, **kwargs):
    with pytest.raises(ValidationError) as refused:
        function(*args, **kwargs)
    return refused.value


def test_whole_days_are_asked_for_and_who_plans_is_told(caregiver, planners, today):
    absence = ask(caregiver, today, today + ONE_DAY)
    assert absence.state == "requested"
    assert timezone.localtime(absence.period.lower).strftime("%Y-%m-%d %H:%M") == f"{today} 00:00"
    assert timezone.localtime(absence.period.upper).strftime("%Y-%m-%d %H:%M") == f"{today + 2 * ONE_DAY} 00:00"
    told = Notice.objects.filter(url=f"/maple/absences/{absence.pk}/").values_list("user", flat=True)
    assert set(told) == {planners[0].pk, planners[1].pk}


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(-1, 1, "first_day"), (0, -1, "last_day"), (0, 366, "last_day"), (0, 365, None), (0, 0, None)],
)
def test_days_in_the_past_turned_round_or_more_than_a_year(caregiver, today, first, last, field):
    days = today + first * ONE_DAY, today + last * ONE_DAY
    if field is None:
        assert ask(caregiver, *days).state == "requested"
    else:
        assert set(refusal(ask, caregiver, *days).message_dict) == {field}


def test_a_past_and_turned_round_time_is_refused_for_both_reasons(caregiver, today):
    assert set(refusal(ask, caregiver, today - ONE_DAY, today - 2 * ONE_DAY).message_dict) == {"first_day", "last_day"}


def test_a_time_is_asked_for_once(caregiver, today):
    ask(caregiver, today, today + 3 * ONE_DAY)
    assert "Another absence" in refusal(ask, caregiver, today + 3 * ONE_DAY, today + 5 * ONE_DAY).messages[0]
    assert ask(caregiver, today + 4 * ONE_DAY, today + 5 * ONE_DAY).state == "requested"


def test_what_was_asked_for_keeps_nobody_from_work_until_it_is_approved(caregiver, planners, today):
    absence = ask(caregiver, today, today)
    start = absence.period.lower + dt.timedelta(hours=9)
    work = {"start": start, "end": start + dt.timedelta(hours=2), "work_form": "hourly", "level_needed": 0}

    def absent():
        on_rota = [row for row in rota_rows(week_of(today), [caregiver]) if row.caregiver == caregiver]
        return facts_of([caregiver], **work)[caregiver.pk].is_absent, absence in on_rota[0].days[today.weekday()]

    assert absent() == (False, False)
    actions.answer_absence(absence=absence, by=planners[1], is_approved=True)
    assert absent() == (True, True)


def test_approval_is_told_and_assignments_are_looked_at_again(caregiver, planners, today, monkeypatch):
    heard = []
    monkeypatch.setattr(fitness, "_listeners", [heard.append])
    absence = actions.answer_absence(
        absence=ask(caregiver, today, today), by=planners[1], is_approved=True, answer="路上小心"
    )
    assert (absence.state, absence.decided_by, heard) == ("approved", planners[1], [caregiver])
    notice = Notice.objects.get(user=caregiver.user)
    assert (notice.title, notice.body, notice.url) == ("Your absence is approved", "路上小心", "/me/absences/")
    assert [row.state for row in absence.history.order_by("history_date")] == ["requested", "approved"]


def test_declining_needs_a_reason_and_frees_the_time(caregiver, planners, today):
    absence = ask(caregiver, today, today)
    answer = {"absence": absence, "by": planners[0], "is_approved": False}
    assert refusal(actions.answer_absence, **answer).message_dict == {"answer": ["Say why it cannot be."]}
    actions.answer_absence(**answer, answer="那天没人替")
    assert Notice.objects.get(user=caregiver.user).title == "Your absence cannot be"
    assert ask(caregiver, today, today).state == "requested"


def test_a_request_is_answered_once_and_not_by_who_asks(caregiver, planners, today):
    absence = ask(caregiver, today, today)
    own = refusal(actions.answer_absence, absence=absence, by=caregiver.user, is_approved=True)
    assert own.messages == ["Nobody answers their own request; ask somebody else."]
    actions.answer_absence(absence=absence, by=planners[0], is_approved=True)
    again = refusal(actions.answer_absence, absence=absence, by=planners[1], is_approved=True)
    assert again.messages == ["This request was answered or taken back meanwhile."]


def test_a_request_is_taken_back_before_the_answer_only(caregiver, planners, today):
    absence = ask(caregiver, today, today)
    pk = absence.pk
    actions.take_back_absence(absence=absence)
    assert not Absence.objects.filter(pk=pk).exists()
    assert [row.history_type for row in Absence.history.filter(id=pk).order_by("history_id")] == ["+", "-"]
    second = ask(caregiver, today, today)
    actions.answer_absence(absence=second, by=planners[0], is_approved=True)
    assert "answered already" in refusal(actions.take_back_absence, absence=second).messages[0]


def hours(*days):
    return {day: (dt.time(8), dt.time(17)) for day in days}


def test_availability_is_set_changed_and_cleared(caregiver):
    def on_file():
        return list(Availability.objects.order_by("weekday").values_list("weekday", "starts_at", "ends_at"))

    actions.set_availability(caregiver=caregiver, hours=hours(1, 3))
    assert on_file() == [(1, dt.time(8), dt.time(17)), (3, dt.time(8), dt.time(17))]
    actions.set_availability(caregiver=caregiver, hours={1: (dt.time(9), dt.time(12)), **hours(7)})
    assert on_file() == [(1, dt.time(9), dt.time(12)), (7, dt.time(8), dt.time(17))]
    wrong = {2: (dt.time(9), dt.time(9)), 5: (dt.time(9), dt.time(8)), **hours(1)}
    assert set(refusal(actions.set_availability, caregiver=caregiver, hours=wrong).message_dict) == {"until2", "until5"}
    assert len(on_file()) == 2
    actions.set_availability(caregiver=caregiver, hours={})
    assert on_file() == []


def test_office_answers_with_the_visits_of_that_time_before_it(client, maple, today):
    client.force_login(make_member(maple).user)
    with agency_context(maple):
        person = make_one(Caregiver, state="active", posted_on=dt.date(2026, 1, 1))
        absence = ask(person, today, today)
        start = absence.period.lower + dt.timedelta(hours=9)
        for days in (0, 1):
            period = DateTimeTZRange(start + days * ONE_DAY, start + days * ONE_DAY + dt.timedelta(hours=2))
            make_one(Visit, caregiver=person, period=period, planned_start=period.lower)
    page = reverse("absence_answer", args=["maple", absence.pk])
    shown = client.get(page).content.decode()
    assert shown.count("/maple/visits/") == 1 + 1  # the menu's, and the one of that day
    refused = client.post(page, {"is_approved": "no", "answer": ""}).content.decode()
    assert "请说明不批准的原因" in refused
    assert client.post(page, {"is_approved": "yes", "answer": ""}).status_code == 302
    with agency_context(maple):
        absence.refresh_from_db()
        assert absence.state == "approved"
