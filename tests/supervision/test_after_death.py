"""After a client's death nobody is called or reminded to say how the service was."""

import datetime as dt

import pytest
from django.utils import timezone

from agencies.models import Message
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from contracts.models import Agreement
from supervision.actions.return_visits import create_due_calls
from supervision.actions.surveys import run_surveys
from supervision.models import ReturnVisit, SurveyInvitation, SurveyRound
from tests.past_the_rules import rewrite
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        [caregiver] = staff_up(world, 1)
        world.agreement = sign_agreement(world, caregiver, demo.take_in(world, 8)[1])
        yield world


def end(world, reason, days):
    day = timezone.localdate() - dt.timedelta(days=days)
    rewrite(
        Agreement.objects.filter(pk=world.agreement.pk),
        state="ended",
        starts_on=day,
        ended_on=day,
        end_reason=reason,
        end_note="x",
    )


@pytest.mark.parametrize(("reason", "calls"), [("client", 1), ("death", 0)])
def test_no_call_after_the_end(world, reason, calls):
    end(world, reason, days=7)
    assert create_due_calls()["events"] == calls
    assert ReturnVisit.objects.count() == calls


@pytest.mark.parametrize(("reason", "reminders"), [("client", 1), ("death", 0)])
def test_no_reminder_of_a_survey(world, reason, reminders):
    today = timezone.localdate()
    opened = today - dt.timedelta(days=8)
    row = SurveyRound.objects.create(
        name="满意度调查", opened_on=opened, closes_on=opened + dt.timedelta(days=14), state="open"
    )
    SurveyInvitation.objects.create(
        round=row, client=world.agreement.client, agreement=world.agreement, caregiver=world.agreement.caregiver,
        sent_at=timezone.now() - dt.timedelta(days=8),
    )  # fmt: skip
    end(world, reason, days=1)
    run_surveys()
    assert Message.objects.filter(key__startswith="survey-reminder").count() == reminders
