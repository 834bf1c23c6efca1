"""The end of a term: told in time and once, renewed at the prices of the new day, compared, settled."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Message, Notice, Price, PriceList
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from contracts.actions import agreements, renewal, running, signing
from contracts.models import Agreement
from contracts.queries.agreements import ending_by, without_handover
from contracts.terms import agreement_terms
from tests.past_the_rules import rewrite
from tests.world import all_terms, make_world, sign_agreement, staff_up

FRIDAY = dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)  # nine in the morning in Jinan
LAST = dt.date(2027, 5, 22)  # of an agreement of 181 days that begins on 23 November


def at(day):
    return time_machine.travel(dt.datetime.combine(day, dt.time(1), tzinfo=dt.UTC), tick=False)


@pytest.fixture
def world(db):
    with time_machine.travel(FRIDAY, tick=False):
        world = make_world()
        with agency_context(world.agency):
            world.caregivers = staff_up(world, 2)
            world.client = demo.take_in(world, 8)[1]
            world.first = sign_agreement(world, world.caregivers[0], world.client, starts_on=dt.date(2026, 11, 23))
            yield world


def renew(world, starts_on=LAST + dt.timedelta(days=1)):
    ends_on = starts_on + dt.timedelta(days=180)
    return renewal.renew_agreement(agreement=world.first, by=world.coordinator, starts_on=starts_on, ends_on=ends_on)


def sign_all(world, agreement):
    agreements.send_for_signing(agreement=agreement, by=world.coordinator)
    for party in ("agency", "client", "caregiver"):
        signing.sign_on_screen(
            agreement=agreement, party=party, signature=demo.signature_png(world.rng), way="screen", by=world.manager,
            identity_check="x", terms_hash=agreement.terms_hash, confirmed=all_terms(agreement),
        )  # fmt: skip
    agreement.refresh_from_db()


def dearer(world, day, amount):
    price_list = PriceList.objects.create(name="新价", effective_from=day)
    for form, unit in (("hourly", "hour"), ("day", "day"), ("live_in", "month")):
        Price.objects.create(price_list=price_list, work_form=form, unit=unit, amount=amount, note="含")
    PriceList.objects.filter(pk=price_list.pk).update(state="published", published_at=FRIDAY)


def test_a_renewal_takes_the_prices_of_its_own_first_day_and_continues_the_number(world):
    dearer(world, LAST + dt.timedelta(days=1), Decimal("61.00"))
    draft = renew(world)
    assert draft.number == f"{world.first.number}-X1"
    assert (draft.state, draft.rate, draft.list_rate) == ("draft", Decimal("61.00"), Decimal("61.00"))
    assert (draft.client, draft.caregiver, draft.guardian) == (world.client, world.caregivers[0], world.first.guardian)
    assert (draft.renews, draft.amends, draft.condition_disclosed) == (world.first, None, False)
    terms = agreement_terms(draft)
    assert terms["renews"] == {"number": world.first.number, "ends_on": "2027-05-22"}


def test_what_departed_from_the_list_is_not_carried_over(world):
    rewrite(Agreement.objects.filter(pk=world.first.pk), rate=Decimal(1), rate_reason="开业优惠")
    draft = renew(world)
    assert (draft.rate, draft.rate_reason, draft.rate_approved_by) == (draft.list_rate, "", None)


@pytest.mark.parametrize(("day", "is_taken"), [(LAST, False), (LAST + dt.timedelta(days=1), True)])
def test_a_renewal_begins_after_the_term(world, day, is_taken):
    if is_taken:
        assert renew(world, day).starts_on == day
        return
    with pytest.raises(ValidationError) as refusal:
        renew(world, day)
    assert refusal.value.message_dict == {
        "starts_on": ["The term runs until 2027-05-22; the next one begins after it."]
    }


def test_nothing_is_renewed_twice_nor_when_its_end_is_set(world):
    first = renew(world)
    with pytest.raises(ValidationError, match=f"{first.number} renews it already"):
        renew(world)
    agreements.cancel_agreement(agreement=first, by=world.manager)
    assert renew(world).number == f"{world.first.number}-X2"
    running.end_agreement(
        agreement=world.first, by=world.manager, ended_on=dt.date(2026, 12, 1), end_reason="death", end_note="去世"
    )
    assert list(Agreement.objects.order_by("number").values_list("state", flat=True)) == [
        "in_force", "cancelled", "cancelled",
    ]  # fmt: skip
    world.first.refresh_from_db()
    with pytest.raises(ValidationError, match="term runs, or ran to its end"):
        renew(world)


def test_service_goes_on_from_term_to_term_without_a_handover(world):
    last = dt.date(2026, 12, 20)
    rewrite(Agreement.objects.filter(pk=world.first.pk), ends_on=last)
    draft = renew(world, last + dt.timedelta(days=1))
    assert list(ending_by(last)) == [world.first]
    Agreement.objects.filter(pk=draft.pk).update(condition_disclosed=True)
    draft.refresh_from_db()
    sign_all(world, draft)
    assert list(ending_by(last)) == []
    with at(last + dt.timedelta(days=1)):
        running.keep_states_true()
        world.first.refresh_from_db()
        world.client.refresh_from_db()
        assert (world.first.state, draft.state, world.client.state) == ("ended", "in_force", "active")
        assert not without_handover().filter(pk=world.first.pk).exists()


def titles():
    return list(Notice.objects.filter(title__contains="renew it or prepare").values_list("user__phone", flat=True))


@pytest.mark.parametrize(
    ("days", "told"), [(31, 0), (30, 1), (29, 1), (8, 1), (7, 1), (1, 1), (0, 1)],
)  # fmt: skip
def test_the_office_is_told_at_its_step_once(world, days, told):
    with at(LAST - dt.timedelta(days=days)):
        assert [renewal.tell_of_endings(), renewal.tell_of_endings()] == [{"told": told}, {"told": 0}]
        assert len(titles()) == told * 2  # manager and coordinator


def test_each_step_tells_once_and_the_client_hears_at_thirty_days(world):
    told = []
    for days in range(35, -2, -1):
        with at(LAST - dt.timedelta(days=days)):
            if renewal.tell_of_endings()["told"]:
                told.append(days)
    assert told == [30, 7, 0]
    message = Message.objects.get(key__startswith="expiry:")
    assert world.first.number in message.body
    assert message.address == world.first.guardian.phone


def test_nobody_is_told_of_what_goes_on_or_has_its_end(world):
    running.end_agreement(
        agreement=world.first, by=world.manager, ended_on=dt.date(2026, 12, 10), end_reason="client", end_note="够了"
    )
    with at(dt.date(2026, 12, 1)):
        assert renewal.tell_of_endings() == {"told": 0}


def test_telling_of_many_costs_what_one_costs(world):
    for slot, client in enumerate(demo.take_in(world, 10)[1:3], 1):
        sign_agreement(world, world.caregivers[0], client, slot=slot, starts_on=dt.date(2026, 11, 23))
    rewrite(Agreement.objects.exclude(pk=world.first.pk), ends_on=LAST + dt.timedelta(days=60))
    with at(LAST - dt.timedelta(days=30)):
        with CaptureQueriesContext(connection) as one:
            assert renewal.tell_of_endings()["told"] == 1
        rewrite(Agreement.objects.all(), expiry_warned_days=None, ends_on=LAST)
        Message.objects.filter(key__startswith="expiry:").delete()
        with CaptureQueriesContext(connection) as many:
            assert renewal.tell_of_endings()["told"] == 3
    assert len(one) == len(many)


def test_two_versions_are_read_side_by_side(world, client):
    dearer(world, LAST + dt.timedelta(days=1), Decimal("61.00"))
    draft = renew(world)
    client.force_login(world.coordinator)
    page = client.get(f"/kangze/agreements/{draft.pk}/compare/{world.first.pk}/")
    rows = {row.what: row for row in page.context["rows"]}
    assert "".join(text for text, _changed in rows["服务费标准"].now) == "¥61.00 / 小时"
    assert [text for text, changed in rows["服务费标准"].now if changed] == ["¥61.00"]
    assert "上门时间" in {row.what for row in page.context["same"]}
    assert (page.context["old"], page.context["new"]) == (world.first, draft)
    other = sign_agreement(world, world.caregivers[1], world.client, upto="draft", slot=1)
    assert client.get(f"/kangze/agreements/{draft.pk}/compare/{other.pk}/").status_code == 404
