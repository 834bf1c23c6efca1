"""What follows when somebody who is served is assessed with another result (5, 7.3.1)."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from agencies.models import Notice, User
from agencies.panels import steps_of
from agencies.tenancy import agency_context
from carecenter.board import due
from carecenter.demo import world as demo
from clients.actions.assessments import record_assessment
from clients.models import Client
from clients.scales import GBT_42195
from contracts.actions import plans, running
from contracts.models import ServicePlan
from contracts.queries.agreements import with_outdated_plan
from tests.past_the_rules import rewrite
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        [world.caregiver] = staff_up(world, 1)
        world.client = demo.take_in(world, 8)[1]
        world.agreement = sign_agreement(world, world.caregiver, world.client)
        world.member = world.coordinator.memberships.get()
        Notice.objects.all().delete()
        yield world


def assess(world, points, day=None):
    """Every item at these points or its best: 4 is level 0 and able, 1 is level 3 and unable."""
    world.client = Client.objects.get(pk=world.client.pk)
    return record_assessment(
        client=world.client, by=world.coordinator, scale="gbt_42195", reason="change", assessors="周敏、何静",
        assessed_on=day or timezone.localdate(), answers={item.code: min(points, item.highest) for item in GBT_42195},
    )  # fmt: skip


def noticed():
    return set(Notice.objects.values_list("user", flat=True))


def steps(world):
    return [step.text for step in steps_of("clients.client", world.member, world.client)]


def counted(world):
    return next(count for _label, count, _tone, url in due(world.member) if "only=outdated" in url)


def test_another_result_is_told_and_listed_until_the_agreement_follows(world):
    before = world.client.assessments.first()
    same = 4 if before.self_care == "able" else 1
    other = 5 - same
    assert (noticed(), counted(world), list(with_outdated_plan())) == (set(), 0, [])
    assess(world, other)
    assert noticed() == {world.coordinator.pk, world.manager.pk}
    assert list(with_outdated_plan()) == [world.agreement]
    assert counted(world) == 1
    assert any(world.agreement.number in text for text in steps(world))


def test_the_same_result_and_an_older_assessment_change_nothing(world):
    first = assess(world, 4)
    rewrite(ServicePlan.objects.all(), assessment=first)
    Notice.objects.all().delete()
    assess(world, 4)
    assess(world, 1, timezone.localdate() - dt.timedelta(days=1))
    assert (noticed(), list(with_outdated_plan())) == (set(), [])


def test_who_is_not_served_is_not_told_of(world):
    Client.objects.filter(pk=world.client.pk).update(state=Client.State.PROSPECT)
    assess(world, 1)
    assess(world, 4)
    assert noticed() == set()


def test_ended_service_is_not_listed(world):
    assess(world, 1)
    assess(world, 4)
    assert list(with_outdated_plan()) == [world.agreement]
    running.end_agreement(
        agreement=world.agreement, by=world.manager, ended_on=world.agreement.starts_on, end_reason="client",
        end_note="搬家",
    )  # fmt: skip
    with time_machine.travel(timezone.now() + dt.timedelta(days=3), tick=False):
        running.keep_states_true()
    assert list(with_outdated_plan()) == []


def test_the_plan_says_what_it_does_not_follow_and_leads_to_the_change(client, world):
    User.objects.filter(pk=world.coordinator.pk).update(language="en")
    client.force_login(world.coordinator)
    rewrite(ServicePlan.objects.filter(pk=world.agreement.plan_id), assessment=assess(world, 1))
    url = reverse("plan_page", args=["kangze", world.agreement.plan_id])
    assert "Assessed anew" not in client.get(url).content.decode()
    assess(world, 4)
    page = client.get(url).content.decode()
    assert f"Assessed anew on {timezone.localdate()}: Able to care for themselves, ability level 0." in page
    assert reverse("agreement_new", args=["kangze", world.client.pk]) not in page
    assert reverse("agreement_amend", args=["kangze", world.agreement.pk]) not in page  # it is served by this plan
    client.post(reverse("plan_copy", args=["kangze", world.agreement.plan_id]))
    draft = ServicePlan.objects.get(client=world.client, state="draft")
    plans.agree_plan(
        plan=draft, by=world.coordinator, agreed_by=world.client.name, agreed_on=timezone.localdate(),
        agreed_means="face",
    )  # fmt: skip
    page = client.get(reverse("plan_page", args=["kangze", draft.pk])).content.decode()
    assert "Assessed anew" not in page
    assert reverse("agreement_amend", args=["kangze", world.agreement.pk]) in page
