"""Another caregiver for good: the supplement is drafted by itself, and asked for until it is under way (7.3.2 b, e)."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from agencies.models import AgencySettings
from agencies.panels import steps_of
from agencies.tenancy import agency_context
from carecenter.board import due
from carecenter.demo import world as demo
from caregivers.models import Absence
from contracts.actions import agreements, replacing, rota, special
from contracts.actions.visits import plan_visits
from contracts.models import Agreement, Handover, RotaChange, Visit
from contracts.queries.replacing import by_others, stood_in_for, taken_over, taker_of, without_supplement
from tests.test_lists import queries_of
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(db):
    """An agreement of five mornings a week that names the first caregiver, planned for ten days."""
    world = make_world()
    with agency_context(world.agency):
        AgencySettings.objects.update(horizon_days=10)
        people = staff_up(world, 5)
        world.named, world.other, world.third = people[0], people[3], people[4]  # the papers of the others end soon
        Absence.objects.all().delete()
        world.client, world.second_client = demo.take_in(world, 8)[1:3]
        world.agreement = sign_agreement(world, world.named, world.client)
        plan_visits()
        yield world


def mornings(world):
    """The first visit to come of each of the five mornings."""
    found = {}
    for visit in Visit.objects.filter(agreement=world.agreement).order_by("period"):
        found.setdefault(timezone.localtime(visit.planned_start).weekday(), visit)
    return list(found.values())


def give(world, count, caregiver=None, scope="later", after=0):
    """Give mornings of the week to another caregiver, from after to count, one change each; the changes."""
    return [
        rota.place_visit(
            visit=visit, caregiver=caregiver or world.other, starts_at=visit.period.lower, ends_at=visit.period.upper,
            by=world.coordinator, scope=scope, reason="女儿希望换人",
        )
        for visit in mornings(world)[after:count]
    ]  # fmt: skip


def drafts(world):
    return list(Agreement.objects.filter(amends=world.agreement))


def listed():
    return list(without_supplement().values_list("number", flat=True))


def test_a_relief_on_some_mornings_leaves_the_agreement_as_it_is(world):
    give(world, 2)
    assert drafts(world) == []
    assert (taker_of(world.agreement), listed()) == (None, [])
    assert [slot.caregiver for slot in by_others(world.agreement)] == [world.other] * 2


@pytest.mark.parametrize("scope", ["later", "all"])
def test_whoever_has_more_mornings_than_the_one_named_gets_a_supplement(world, scope):
    give(world, 3, scope=scope)
    [draft] = drafts(world)
    assert (draft.number, draft.state) == (f"{world.agreement.number}-B1", "draft")
    assert draft.caregiver == world.other
    assert draft.rate == world.agreement.rate
    first = mornings(world)[2].planned_start if scope == "later" else timezone.now()
    assert draft.starts_on == max(timezone.localdate(first), world.agreement.starts_on)
    assert draft.change_summary == f"{world.other} instead of {world.named}. 女儿希望换人"
    assert listed() == []
    give(world, 5, after=3)
    assert drafts(world) == [draft]


def test_for_one_day_nothing_of_the_kind_happens(world):
    give(world, 5, scope="one")
    assert (drafts(world), listed()) == ([], [])


def test_between_two_others_the_one_named_may_still_have_most(world):
    give(world, 2)
    give(world, 3, caregiver=world.third, after=2)
    assert drafts(world) == []  # two, one, and two of the one who is named
    give(world, 4, caregiver=world.third, after=3)
    assert [draft.caregiver for draft in drafts(world)] == [world.other]  # two, two, and one


def test_signed_it_gives_the_visits_over_and_asks_for_the_handover(world):
    give(world, 5)
    [draft] = drafts(world)
    demo.conclude(world, draft)
    ahead = Visit.objects.filter(agreement=draft, state="planned")
    assert set(ahead.values_list("caregiver", flat=True)) == {world.other.pk}
    if draft.starts_on > world.agreement.starts_on:
        assert Handover.objects.get(agreement=world.agreement).next_caregiver == world.other
    assert (taken_over().count(), listed()) == (0, [])


def test_undoing_the_change_makes_the_draft_void_that_nothing_calls_for_any_more(world):
    changes = give(world, 4)
    [draft] = drafts(world)
    rota.undo_change(change=changes[3], by=world.coordinator)
    draft.refresh_from_db()
    assert draft.state == "draft"  # three against two
    rota.undo_change(change=changes[2], by=world.coordinator)
    draft.refresh_from_db()
    assert draft.state == "cancelled"
    assert listed() == []


def test_an_undone_change_leaves_the_one_before_it_in_force(world):
    give(world, 3)
    [later] = give(world, 1, caregiver=world.third)
    rota.undo_change(change=later, by=world.coordinator)
    assert [slot.caregiver for slot in by_others(world.agreement)] == [world.other] * 3
    assert taker_of(world.agreement) == world.other


def test_without_one_under_way_it_is_asked_for_until_somebody_drafts_it(world, client):
    give(world, 3)
    agreements.cancel_agreement(agreement=drafts(world)[0], by=world.manager)
    assert listed() == [world.agreement.number]
    member = world.coordinator.memberships.get()
    [figure] = [row for row in due(member) if "only=supplement" in row[3]]
    assert (figure[1], figure[2]) == (1, "late")
    assert any(world.agreement.number in str(step.text) for step in steps_of("clients.client", member, world.client))
    client.force_login(world.coordinator)
    assert [row.pk for row in client.get(figure[3]).context["object_list"]] == [world.agreement.pk]
    page = client.get(reverse("agreement_file", args=["kangze", world.agreement.pk]))
    assert page.context["taker"] == world.other
    answer = client.post(reverse("agreement_supplement", args=["kangze", world.agreement.pk]))
    draft = Agreement.objects.get(amends=world.agreement, state="draft")
    assert answer.url == reverse("agreement_file", args=["kangze", draft.pk])
    assert (draft.caregiver, listed()) == (world.other, [])
    shown = client.get(reverse("agreement_file", args=["kangze", world.agreement.pk]))
    assert shown.context["supplement"] == draft
    assert reverse("agreement_file", args=["kangze", draft.pk]) in shown.content.decode()


def test_a_change_holds_although_the_draft_is_in_the_way_of_another(world):
    """An amendment of the price is open: the visits go over, and the list asks for the supplement."""
    open_one = agreements.amend_agreement(agreement=world.agreement, by=world.manager, change_summary="改价格")
    give(world, 3)
    assert drafts(world) == [open_one]
    assert listed() == [world.agreement.number]


def test_the_page_says_there_is_nothing_to_draft(world, client):
    client.force_login(world.coordinator)
    answer = client.post(reverse("agreement_supplement", args=["kangze", world.agreement.pk]))
    assert answer.url == reverse("agreement_file", args=["kangze", world.agreement.pk])
    assert drafts(world) == []


def settle(world, until=None):
    event = special.report_event(
        agreement=world.agreement, by=world.coordinator, kind="caregiver", text="回老家", until_day=until,
        from_day=world.agreement.starts_on,
    )  # fmt: skip
    special.give_visits(event=event, by=world.coordinator, caregiver=world.other)
    for party in special.still_to_tell(event):
        special.tell(event=event, by=world.coordinator, party=party, name="李女士", means="phone")
    special.settle_event(event=event, by=world.coordinator, outcome="visits")
    event.refresh_from_db()
    return event


def test_special_circumstances_settled_for_good_draft_it(world):
    event = settle(world)
    [draft] = drafts(world)
    assert event.amendment == draft
    assert (draft.caregiver, draft.starts_on) == (world.other, world.agreement.starts_on)
    assert event.number in draft.change_summary
    with time_machine.travel(timezone.now() + dt.timedelta(days=7), tick=False):
        assert plan_visits()["assigned"] == 0  # nobody sends who cannot go on while it waits for its signatures
    agreements.cancel_agreement(agreement=draft, by=world.manager)
    assert listed() == [world.agreement.number]
    assert replacing.follow_up(agreement=world.agreement, by=world.manager, from_day=timezone.localdate()).number == (
        f"{world.agreement.number}-B2"
    )


def test_a_replacement_until_a_day_stays_a_rearranged_visit(world):
    event = settle(world, until=world.agreement.starts_on + dt.timedelta(days=60))
    assert (event.amendment, drafts(world), stood_in_for().count(), listed()) == (None, [], 0, [])


def test_the_rota_and_the_special_page_lead_to_it(world, client):
    client.force_login(world.coordinator)
    give(world, 2)
    visit = mornings(world)[2]
    form = {
        "caregiver": world.other.pk, "starts_at": f"{timezone.localtime(visit.period.lower):%Y-%m-%dT%H:%M}",
        "ends_at": f"{timezone.localtime(visit.period.upper):%Y-%m-%dT%H:%M}", "scope": "later", "reason": "换人",
    }  # fmt: skip
    answer = client.post(reverse("visit_move", args=["kangze", visit.pk]), form, headers={"HX-Request": "true"})
    [draft] = drafts(world)
    address = reverse("agreement_file", args=["kangze", draft.pk])
    assert f'href="{address}"' in answer.json()["last"]
    rota.undo_change(change=RotaChange.objects.latest("pk"), by=world.coordinator)
    page = client.post(reverse("visit_move", args=["kangze", visit.pk]), form, follow=True).content.decode()
    assert f'href="{reverse("agreement_file", args=["kangze", drafts(world)[0].pk])}"' in page


def test_the_list_costs_the_same_for_one_and_for_two(world, client):
    second = sign_agreement(world, world.third, world.second_client, slot=2)
    give(world, 3)
    agreements.cancel_agreement(agreement=drafts(world)[0], by=world.manager)
    client.force_login(world.coordinator)
    url = f"{reverse('agreement_list', args=['kangze'])}?only=supplement&tab=in_force"
    client.get(url)  # what is looked up once
    count, answer = queries_of(client, url)
    assert (count, len(answer.context["object_list"])) == (6, 1)
    world.agreement = second
    plan_visits()
    give(world, 3)
    agreements.cancel_agreement(agreement=drafts(world)[0], by=world.manager)
    count, answer = queries_of(client, url)
    assert (count, len(answer.context["object_list"])) == (6, 2)
