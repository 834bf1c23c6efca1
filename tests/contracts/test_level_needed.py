"""Work that needs a higher level than the caregiver's is refused, and the refusal names who could do it (6)."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.models import ServiceItem, User
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.models import Absence, Caregiver, LevelGrant
from contracts.actions import agreements, plans, rota, visits
from contracts.models import Visit
from contracts.queries.ability import FEW, able_for_plan, could_do_it
from tests.world import PLAN_TEXTS, make_world, sign_agreement, staff_up

REHABILITATION = "5.2-05"  # limb rehabilitation needs two stars (6.3.2 c)


@pytest.fixture
def world(db):
    """Four caregivers of 0, 0, 2 and 3 stars, and a client who cannot care for themselves."""
    world = make_world()
    with agency_context(world.agency):
        world.people = staff_up(world, 4)
        LevelGrant.objects.filter(granted_on__gt=world.ago(30)).delete()
        for person, level in zip(world.people, (0, 0, 2, 3), strict=True):
            day = timezone.localdate() - dt.timedelta(days=1)
            LevelGrant.objects.create(caregiver=person, level=level, granted_on=day, granted_by=world.manager)
        world.client = demo.take_in(world, 4)[0]
        yield world


def plan_with(world, codes=("5.1-02", REHABILITATION), weekdays=()):
    items = ServiceItem.objects.filter(code__in=codes)
    plan = plans.save_plan(
        client=world.client,
        by=world.coordinator,
        work_form="hourly",
        **PLAN_TEXTS,
        slots=[{"weekday": day, "starts_at": dt.time(9), "duration_minutes": 120} for day in range(1, 8)],
        lines=[
            {"service_item": item, "weekdays": list(weekdays) if item.code == REHABILITATION else [], "minutes": None,
             "note": ""} for item in items
        ],
    )  # fmt: skip
    plans.agree_plan(
        plan=plan, by=world.coordinator, agreed_by=world.client.guardians.first().name,
        agreed_on=timezone.localdate(), agreed_means="face",
    )  # fmt: skip
    return plan


def draft(world, caregiver, plan):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    return agreements.create_agreement(
        client=world.client, by=world.coordinator, plan=plan, guardian=world.client.guardians.first(),
        caregiver=caregiver, starts_on=tomorrow, ends_on=tomorrow + dt.timedelta(days=90), condition_disclosed=True,
    )  # fmt: skip


def signed(world, caregiver, plan):
    starts_on = timezone.localdate() + dt.timedelta(days=3)
    ends_on = starts_on + dt.timedelta(days=90)
    return demo.sign_up(world, world.client, caregiver, plan, starts_on=starts_on, ends_on=ends_on)


def soon(agreement):
    """Visits of the coming two weeks, before any paper of the caregivers ends."""
    found = Visit.objects.filter(agreement=agreement, planned_start__lt=timezone.now() + dt.timedelta(days=14))
    assert found.count() > 9
    return found


def refused(action, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        action(**kwargs)
    return refusal.value


def test_an_agreement_is_refused_item_by_item_and_names_who_could(world):
    low, _other, two, three = world.people
    plan = plan_with(world)
    refusal = refused(draft, world=world, caregiver=low, plan=plan)
    needs, could = refusal.message_dict["caregiver"]
    assert "Limb rehabilitation" in needs or "肢体康复" in needs
    assert "Two stars" in needs
    assert could == f"Could do it: {two} (Two stars), {three} (Three stars)."
    assert draft(world, two, plan).caregiver == two


def test_a_level_lost_after_the_draft_is_named_before_signing(world):
    _low, _other, two, three = world.people
    agreement = draft(world, two, plan_with(world))
    LevelGrant.objects.create(
        caregiver=two,
        level=1,
        kind="demotion",
        reason="证书失效",
        granted_on=timezone.localdate(),
        granted_by=world.manager,
    )
    missing = agreements.missing_for_signing(agreement)
    assert [text for text in missing if "needs a higher level" in text]
    assert missing[-1] == f"Could do it: {three} (Three stars)."


def test_who_could_serve_a_plan_is_fit_and_free(world):
    _low, _other, two, three = world.people
    plan = plan_with(world)
    day = timezone.localdate() + dt.timedelta(days=1)
    assert able_for_plan(plan, day) == [two, three]
    Caregiver.objects.filter(pk=three.pk).update(state="suspended")
    assert able_for_plan(plan, day) == [two]
    start = timezone.now()
    Absence.objects.create(caregiver=two, kind="leave", period=(start, start + dt.timedelta(days=9)))
    assert able_for_plan(plan, day) == [two]  # visits are planned around a leave
    sign_agreement(world, two, demo.take_in(world, 4)[0], slot=0)
    assert able_for_plan(plan, day) == []  # at another client at nine by then


def visit_of(world, caregiver):
    agreement = sign_agreement(world, caregiver, world.client)
    [line] = [line for line in agreement.plan.lines.all() if line.service_item.code == "5.1-02"]
    ServiceItem.objects.filter(pk=line.service_item_id).update(level_needed=2)
    return Visit.objects.filter(agreement=agreement, state="planned").order_by("planned_start").first()


def test_a_visit_is_refused_and_names_who_is_free(world):
    low, other, two, three = world.people
    visit = visit_of(world, low)
    busy = Visit.objects.get(pk=visit.pk)
    busy.pk, busy.caregiver, busy.planned_start = None, two, visit.planned_start + dt.timedelta(minutes=1)
    busy._state.adding = True
    busy.save()
    refusal = refused(visits.assign_visit, visit=visit, caregiver=other, by=world.coordinator)
    assert [text for text in refusal.messages if text.startswith(str(other)) and "needs a higher level" in text]
    assert refusal.messages[-1] == f"Could do it: {three} (Three stars)."
    assert visits.assign_visit(visit=visit, caregiver=three, by=world.coordinator).caregiver == three


def test_a_visit_that_is_moved_is_refused_the_same_way(world):
    low, _other, two, three = world.people
    visit = visit_of(world, low)
    start = visit.period.lower + dt.timedelta(minutes=30)
    refusal = refused(
        rota.give,
        visit=visit,
        caregiver=visit.caregiver,
        by=world.coordinator,
        starts_at=start,
        ends_at=start + dt.timedelta(hours=2),
    )
    assert refusal.messages[-1] == f"Could do it: {two} (Two stars), {three} (Three stars)."


def test_another_reason_than_the_level_names_nobody(world):
    low, *_others, three = world.people
    agreement = sign_agreement(world, low, world.client)
    visit = Visit.objects.filter(agreement=agreement, state="planned").order_by("planned_start").first()
    three.state = "suspended"
    three.save()
    refusal = refused(visits.assign_visit, visit=visit, caregiver=three, by=world.coordinator)
    assert not [text for text in refusal.messages if "Could do it" in text]


def test_only_a_few_are_named(world):
    people = [Caregiver(name=f"王{n}", number=f"{n:04}") for n in range(FEW + 2)]
    for person in people:
        person.level = 2
    assert could_do_it(people[:1]) == "Could do it: 王0 0000 (Two stars)."
    assert could_do_it(people) == (
        "Could do it: 王0 0000 (Two stars), 王1 0001 (Two stars), 王2 0002 (Two stars) and 2 more."
    )
    assert "train somebody" in could_do_it([])


def test_the_nightly_plan_gives_no_visit_above_the_level(world):
    _low, _other, two, _three = world.people
    agreement = signed(world, two, plan_with(world, weekdays=[1]))
    LevelGrant.objects.create(
        caregiver=two, level=1, kind="demotion", reason="x", granted_on=timezone.localdate(), granted_by=world.manager
    )
    Visit.objects.filter(agreement=agreement).delete()
    visits.plan_visits()
    given = {
        (timezone.localtime(visit.planned_start).isoweekday() == 1, visit.caregiver_id == two.pk)
        for visit in soon(agreement)
    }
    assert given == {(True, False), (False, True)}  # Mondays ask for two stars and stand unassigned


def test_a_declined_leave_keeps_no_visit_free(world):
    _low, _other, two, _three = world.people
    start = timezone.now()
    Absence.objects.create(
        caregiver=two, kind="leave", state="declined", period=(start, start + dt.timedelta(days=60)), answer="换一天"
    )
    agreement = signed(world, two, plan_with(world))
    assert {visit.caregiver for visit in soon(agreement)} == {two}


def test_the_plan_page_says_what_is_above_the_present_caregiver(client, world):
    low, _other, two, three = world.people
    sign_agreement(world, low, world.client)
    plan = plan_with(world)
    User.objects.filter(pk=world.coordinator.pk).update(language="en")
    client.force_login(world.coordinator)
    page = client.get(reverse("plan_page", args=["kangze", plan.pk])).content.decode()
    assert f"Limb rehabilitation needs a higher level than {low} has: Two stars (6)." in page
    assert f"Could do it: {two} (Two stars), {three} (Three stars)." in page
