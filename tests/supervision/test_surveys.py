"""Satisfaction surveys: a round opens, asks every client in service once, reminds who is silent, closes and is filed."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from agencies.calendar import CHINA
from agencies.models import AgencySettings, Message
from archive.models import ArchiveRecord
from clients.models import Client, Guardian
from contracts.models import Agreement, Signature
from supervision.actions import surveys as actions
from supervision.models import SurveyAnswer, SurveyInvitation, SurveyRound
from tests.factories import NOON, make_one
from tests.past_the_rules import rewrite

FIRST = dt.date(2026, 6, 1)
NOTHING = {"closed": 0, "opened": 0, "invited": 0, "sent": 0, "reminded": 0}


def on(day):
    return time_machine.travel(dt.datetime.combine(day, dt.time(3), CHINA), tick=False)


def run(days=0):
    with on(FIRST + dt.timedelta(days=days)):
        return actions.run_surveys()


@pytest.fixture
def agreements(in_maple):
    """Two clients in service, one with somebody who speaks for them; one whose service is yet to begin."""
    AgencySettings.objects.update(survey_every_months=6, survey_open_days=14, survey_remind_after_days=7)
    made = []
    for starts_on in (FIRST, FIRST - dt.timedelta(days=90), FIRST + dt.timedelta(days=1)):
        client = make_one(Client, phone=f"1390000{len(made):04}")
        agreement = make_one(Agreement, client=client, state="signing", starts_on=starts_on)
        for party in Signature.Party:
            make_one(Signature, agreement=agreement, party=party)
        Agreement.objects.filter(pk=agreement.pk).update(state="in_force", in_force_at=NOON)
        made.append(agreement)
    make_one(Guardian, client=made[0].client, authority="contact", phone="13911112222")
    make_one(Guardian, client=made[1].client, authority="agent", phone="13933334444", name="女儿")
    return made


def test_every_client_in_service_is_asked_once_by_a_link(agreements):
    assert run() == NOTHING | {"opened": 1, "invited": 2, "sent": 2}
    assert set(SurveyInvitation.objects.values_list("client", flat=True)) == {a.client_id for a in agreements[:2]}
    messages = Message.objects.filter(key__startswith="survey:")
    assert set(messages.values_list("address", flat=True)) == {agreements[0].client.phone, "13933334444"}
    assert run() == NOTHING
    assert run(1) == NOTHING | {"invited": 1, "sent": 1}  # the third client's service began


def test_a_client_without_a_phone_is_asked_by_who_is_called_instead(agreements):
    Client.objects.filter(pk__in=[row.client_id for row in agreements]).update(phone="")
    make_one(Guardian, client=agreements[1].client, authority="contact", phone="13955556666", is_emergency_contact=True)
    run()
    messages = Message.objects.filter(key__startswith="survey:")
    assert set(messages.values_list("address", flat=True)) == {"13911112222", "13933334444"}


def test_only_who_is_silent_is_reminded_and_once(agreements):
    run()
    answered, silent = SurveyInvitation.objects.order_by("pk")
    with on(FIRST):
        actions.answer_survey(invitation=answered, way="link", overall="satisfied", scores={})
    rewrite(Agreement.objects.filter(pk=agreements[2].pk), starts_on=FIRST + dt.timedelta(days=90))
    assert run(6)["reminded"] == 0
    assert run(7)["reminded"] == 1
    assert run(8)["reminded"] == 0
    assert Message.objects.get(key__startswith="survey-reminder:").key == f"survey-reminder:{silent.pk}"


def test_the_last_day_is_in_then_the_round_closes_and_is_filed(agreements):
    run()
    invitation = SurveyInvitation.objects.first()
    last = FIRST + dt.timedelta(days=14)
    with on(last + dt.timedelta(days=1)), pytest.raises(ValidationError, match="closed"):
        actions.answer_survey(invitation=invitation, way="link", overall="fair", scores={})
    assert run(14)["closed"] == 0
    with on(last):
        answer = actions.answer_survey(
            invitation=invitation,
            way="phone",
            overall="fair",
            scores={"attitude": "fair", "x": "great"},
            comment="还行",
        )
    assert answer == SurveyAnswer.objects.get()
    assert answer.scores == {"attitude": "fair"}
    assert run(15)["closed"] == 1
    record = ArchiveRecord.objects.get(source="survey_round")
    assert (record.archive_class, record.clock_started_on) == ("other", last)


@pytest.mark.parametrize("overall", ["", "great"])
def test_one_question_is_answered_at_least(agreements, overall):
    run()
    invitation = SurveyInvitation.objects.first()
    with on(FIRST), pytest.raises(ValidationError) as refusal:
        actions.answer_survey(invitation=invitation, way="link", overall=overall, scores={})
    assert set(refusal.value.message_dict) == {"overall"}
    assert not SurveyAnswer.objects.exists()


def test_the_next_round_opens_six_months_after_the_last_one(agreements):
    run()
    run(15)
    assert run((dt.date(2026, 11, 30) - FIRST).days)["opened"] == 0
    assert run((dt.date(2026, 12, 1) - FIRST).days)["opened"] == 1
    assert list(SurveyRound.objects.order_by("opened_on").values_list("state", flat=True)) == ["closed", "open"]


def test_without_anybody_in_service_nobody_is_asked(in_maple):
    assert run() == NOTHING
    assert not SurveyRound.objects.exists()
