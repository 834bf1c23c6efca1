"""What an agreement costs, line by line, the same on the page, in the terms and on paper; and who is busy elsewhere."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.models import Notice
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from contracts.actions.agreements import missing_for_signing, send_for_signing
from contracts.actions.visits import plan_visits
from contracts.models import Agreement, PlanLine
from contracts.queries.fees import charges_of
from contracts.terms import agreement_terms
from tests.past_the_rules import rewrite
from tests.world import make_world, reprice, sign_agreement, staff_up


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        [world.caregiver] = staff_up(world, 1)
        world.clients = demo.take_in(world, 8)[1:3]
        yield world


def priced(agreement, rate):
    """Give the first item of the plan a price of its own, each visit."""
    line = agreement.plan.lines.order_by("service_item__code").first()
    rewrite(PlanLine.objects.filter(pk=line.pk), weekdays=[1, 3])
    reprice(agreement.starts_on, line.service_item, rate)
    return line


def test_every_charge_is_named_and_they_add_up(client, world):
    agreement = sign_agreement(world, world.caregiver, world.clients[0], upto="draft")
    line = priced(agreement, Decimal(60))
    (none, hours), *extras = charges_of(agreement)
    week = sum(slot.duration_minutes for slot in agreement.plan.slots.all())
    assert none is None
    assert hours.amount == round(agreement.rate * week / 60 * 52 / 12, 2)
    charge = dict(extras)[line.service_item]
    assert charge.amount == round(Decimal(60) * 2 * 52 / 12, 2)  # on Mondays and Wednesdays
    terms = agreement_terms(agreement)
    assert [row["amount"] for row in terms["fees"]["charges"]] == [
        f"{one.amount:.2f}" for _item, one in charges_of(agreement)
    ]
    [written] = [row for row in terms["plan"]["lines"] if row["item"] == line.service_item.name]
    assert written["time"] == "另计，¥60.00 / 次"
    client.force_login(world.manager)
    page = client.get(reverse("agreement_file", args=["kangze", agreement.pk])).content.decode()
    assert f"{hours.amount:,.2f}" in page
    assert f"{charge.amount:,.2f}" in page


def test_an_agreement_is_not_sent_out_for_times_at_which_the_caregiver_is_elsewhere(world):
    sign_agreement(world, world.caregiver, world.clients[0])
    plan_visits()
    other = sign_agreement(world, world.caregiver, world.clients[1], upto="draft")
    [text] = [text for text in missing_for_signing(other) if "7.3.2 c" in text]
    first = timezone.localdate() + dt.timedelta(days=1)
    while first.isoweekday() > 5:
        first += dt.timedelta(days=1)
    assert f"is at {world.clients[0].number} at 20 of the planned times, first on {first} " in text
    with pytest.raises(ValidationError, match="Change the times or the caregiver"):
        send_for_signing(agreement=other, by=world.manager)
    free = sign_agreement(world, world.caregiver, world.clients[1], upto="draft", slot=2)
    assert not [text for text in missing_for_signing(free) if "7.3.2 c" in text]


def test_coming_into_force_is_told_with_what_was_planned(world):
    agreement = sign_agreement(world, world.caregiver, world.clients[0])
    assert Agreement.objects.get(pk=agreement.pk).state == "in_force"
    title = Notice.objects.get(user=world.coordinator, title__contains=f"{agreement.number} is in force").title
    assert title.endswith("visits planned, 0 still without a caregiver")


def test_a_draft_left_lying_beyond_its_term_can_still_be_opened(client, world):
    agreement = sign_agreement(world, world.caregiver, world.clients[0], upto="draft")
    today = timezone.localdate()
    Agreement.objects.filter(pk=agreement.pk).update(
        starts_on=today - dt.timedelta(days=9), ends_on=today - dt.timedelta(days=3)
    )
    client.force_login(world.manager)
    page = client.get(reverse("agreement_file", args=["kangze", agreement.pk]))
    assert page.status_code == 200
    agreement.refresh_from_db()
    assert any("The first day has passed" in text for text in missing_for_signing(agreement))
