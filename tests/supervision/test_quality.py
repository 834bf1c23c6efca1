"""What clients say about a caregiver in calls and surveys, and complaints found right, count for whom they concern."""

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.models import QualityRecord
from contracts.models import Agreement
from supervision.actions import complaints, return_visits, surveys
from supervision.models import ReturnVisit, SurveyAnswer, SurveyInvitation
from tests.past_the_rules import rewrite
from tests.world import make_world, sign_agreement, staff_up

POINTS = [("very_satisfied", 4), ("satisfied", 3), ("fair", 2), ("dissatisfied", 1)]


@pytest.fixture
def world(db):
    today = timezone.localtime().replace(hour=10, minute=0)  # when people are called
    with time_machine.travel(today, tick=False):
        yield from _world()


def _world():
    world = make_world()
    with agency_context(world.agency):
        world.caregiver = staff_up(world, 1)[0]
        client = demo.take_in(world, 8)[1]
        world.agreement = sign_agreement(world, world.caregiver, client)
        yield world


def the_record(world):
    record = QualityRecord.objects.get()
    assert record.caregiver == world.caregiver
    return record.kind, record.source, record.value, record.happened_on


@pytest.mark.parametrize(("satisfaction", "points"), POINTS)
def test_a_call_counts_as_a_rating_of_its_day(world, satisfaction, points):
    now = timezone.now()
    call = ReturnVisit.objects.create(
        client=world.agreement.client, agreement=world.agreement, kind="regular", period_start=timezone.localdate(),
        due_at=now, call_after=now,
    )  # fmt: skip
    with pytest.raises(ValidationError):
        return_visits.complete_call(return_visit=call, by=world.manager, spoke_with="女儿", satisfaction="")
    assert not QualityRecord.objects.exists()
    return_visits.complete_call(
        return_visit=call, by=world.manager, spoke_with="女儿", satisfaction=satisfaction, summary="来得晚"
    )
    assert the_record(world) == ("rating", "return_visit", points, timezone.localdate())


@pytest.mark.parametrize(("overall", "points"), POINTS)
def test_a_survey_counts_as_a_rating_of_whom_it_asked_about(world, overall, points):
    rewrite(Agreement.objects.all(), starts_on=timezone.localdate())
    surveys.run_surveys()
    invitation = SurveyInvitation.objects.get()
    answer = surveys.answer_survey(invitation=invitation, way="link", overall=overall, scores={})
    assert answer == SurveyAnswer.objects.get()
    assert the_record(world) == ("rating", "survey", points, timezone.localdate())
    with pytest.raises(ValidationError, match="answered already"):
        surveys.answer_survey(invitation=invitation, way="link", overall="dissatisfied", scores={})
    assert the_record(world)[2] == points


@pytest.mark.parametrize(("finding", "value"), [("founded", 1), ("partly", 1), ("unfounded", 0)])
def test_a_complaint_counts_once_it_is_closed_and_only_when_it_is_found_right(world, finding, value):
    officer = world.staff["quality_officer"]
    happened_on = timezone.localdate()
    complaint = complaints.receive_complaint(
        by=officer, channel="phone", complainant_name="王女士", complainant_phone="13900005678", text="迟到",
        client=world.agreement.client, happened_on=happened_on, told_how="phone",
    )  # fmt: skip
    complaints.accept_complaint(complaint=complaint, by=officer, owner=officer, severity="ordinary")
    complaints.reply_to_complaint(
        complaint=complaint, by=officer, reply="已道歉", finding=finding, reply_how="phone", reply_to="王女士"
    )
    assert not QualityRecord.objects.exists()
    complaints.close_complaint(complaint=complaint, by=world.manager, outcome="satisfied")
    assert the_record(world) == ("complaint", "complaint", value, happened_on)


def test_a_complaint_about_nobody_counts_against_nobody(world):
    officer = world.staff["quality_officer"]
    complaint = complaints.receive_complaint(by=officer, channel="web", complainant_name="路人", text="门店态度差")
    complaints.accept_complaint(complaint=complaint, by=officer, owner=officer, severity="ordinary")
    complaints.reply_to_complaint(
        complaint=complaint, by=officer, reply="已道歉", finding="founded", reply_how="phone", reply_to="路人"
    )
    complaints.close_complaint(complaint=complaint, by=world.manager, outcome="satisfied")
    assert not QualityRecord.objects.exists()
