"""Visits: planned from the pattern, given to whoever may go, checked in and out, never double."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, connections, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.actions import files as caregiver_actions
from caregivers.actions import posting
from contracts.actions import visits as actions
from contracts.actions.rota import give
from contracts.models import Visit
from tests.past_the_rules import strike
from tests.world import make_world, sign_agreement, staff_up


def build():
    world = make_world()
    with agency_context(world.agency):
        world.caregivers = staff_up(world, 2)
        world.clients = demo.take_in(world, 8)[1:4]
        world.agreement = sign_agreement(world, world.caregivers[0], world.clients[0])
        actions.plan_visits()
    return world


@pytest.fixture
def world(db):
    world = build()
    with agency_context(world.agency):
        yield world


def days_of(visits):
    return [timezone.localtime(visit.period.lower) for visit in visits.order_by("period")]


def test_visits_follow_the_weekly_pattern_to_the_horizon(world):
    planned = days_of(Visit.objects.filter(agreement=world.agreement))
    today = timezone.localdate()
    expected = [today + dt.timedelta(days=n) for n in range(1, 29) if (today + dt.timedelta(days=n)).isoweekday() <= 5]
    assert [moment.date() for moment in planned] == expected
    assert {moment.time() for moment in planned} == {dt.time(8, 30)}
    assert {row.caregiver_id for row in Visit.objects.all()} == {world.caregivers[0].pk}
    assert Visit.history.filter(history_type="+").count() == len(expected)


def test_planning_again_adds_nothing_and_moved_visits_stay_moved(world):
    visit = Visit.objects.order_by("period").first()
    moved = visit.period.lower + dt.timedelta(hours=3)
    end = moved + dt.timedelta(hours=2)
    give(visit=visit, caregiver=visit.caregiver, by=world.manager, starts_at=moved, ends_at=end)
    count = Visit.objects.count()
    assert actions.plan_visits() == {"assigned": 0, "unassigned": 0}
    assert Visit.objects.count() == count
    assert Visit.objects.get(pk=visit.pk).period.lower == moved


def test_visits_in_an_absence_stand_unassigned(world):
    Visit.objects.all().delete()
    start = timezone.make_aware(dt.datetime.combine(timezone.localdate() + dt.timedelta(days=1), dt.time()))
    caregiver_actions.record_absence(
        caregiver=world.caregivers[0],
        by=world.manager,
        kind="leave",
        starts_at=start,
        ends_at=start + dt.timedelta(days=10),
    )
    actions.plan_visits()
    for visit in Visit.objects.all():
        is_absent = visit.period.lower < start + dt.timedelta(days=10)
        assert (visit.caregiver_id is None) == is_absent


def test_everything_against_a_caregiver_is_named_at_once(world):
    visit = Visit.objects.order_by("period").first()
    other = world.caregivers[1]
    strike(other.credentials.filter(kind="health"))
    posting.suspend_caregiver(caregiver=other, by=world.manager)
    with pytest.raises(ValidationError) as refusal:
        actions.assign_visit(visit=visit, caregiver=other, by=world.manager)
    text = " ".join(refusal.value.messages)
    assert "7.2.2 d" in text
    assert "4.2.1 c" in text


def test_touching_visits_are_allowed_and_overlapping_ones_are_not(world):
    first = Visit.objects.order_by("period").first()
    after = Visit(
        agreement=world.agreement, client=first.client, caregiver=first.caregiver, planned_start=timezone.now()
    )
    after.period = DateTimeTZRange(first.period.upper, first.period.upper + dt.timedelta(hours=2))
    after.save()
    after.pk, after.planned_start = None, timezone.now() + dt.timedelta(minutes=1)
    after.period = DateTimeTZRange(first.period.upper - dt.timedelta(minutes=1), first.period.upper)
    with pytest.raises(Error, match="visit_no_double_booking"), transaction.atomic():
        after.save()


def test_eight_people_fight_for_one_caregiver_and_one_wins(committed_db):
    world = build()
    start = timezone.now() + dt.timedelta(days=2)
    period = DateTimeTZRange(start, start + dt.timedelta(hours=2))
    with agency_context(world.agency):
        Visit.objects.all().delete()
        caregiver = world.caregivers[1]
        rows = [
            Visit.objects.create(
                agreement=world.agreement,
                client=world.clients[0],
                period=period,
                planned_start=start + dt.timedelta(seconds=n),
            )
            for n in range(8)
        ]
    start_line, won, lost = threading.Barrier(8), [], []

    def fight(visit):
        start_line.wait()
        try:
            with agency_context(world.agency):
                actions.assign_visit(visit=visit, caregiver=caregiver, by=world.manager)
            won.append(visit.pk)
        except ValidationError as refusal:
            lost.append(" ".join(refusal.messages))
        finally:
            connections.close_all()

    people = [threading.Thread(target=fight, args=[visit]) for visit in rows]
    [person.start() for person in people]
    [person.join() for person in people]
    assert (len(won), len(lost)) == (1, 7)
    assert all("at another client at that time" in text or "Is at " in text for text in lost)
    with agency_context(world.agency):
        assert list(Visit.objects.filter(caregiver=caregiver).values_list("pk", flat=True)) == won
