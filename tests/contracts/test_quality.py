"""What visits say about caregivers: lateness, tasks, days served, each written once and put right when the visit is."""

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connections
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.models import QualityRecord, ServiceDay
from contracts.actions import attendance as actions
from contracts.actions.quality import hand_down
from contracts.actions.visits import plan_visits
from contracts.models import Visit
from tests.past_the_rules import rewrite
from tests.world import make_world, sign_agreement, staff_up

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.caregiver = staff_up(world, 1)[0]
        world.client = demo.take_in(world, 8)[1]
        world.agreement = sign_agreement(world, world.caregiver, world.client)
        plan_visits()
        world.visit = Visit.objects.order_by("period").first()
        yield world


def at(moment):
    return time_machine.travel(moment, tick=False)


def lived(visit, *, late, minutes, outcomes=None):
    """A visit entered late by so many minutes and left after so many; every task done unless said otherwise."""
    by, start = visit.caregiver.user, visit.period.lower + late * MINUTE
    with at(start):
        actions.check_in(visit=visit, by=by, reason="路上堵车")
    tasks = list(visit.tasks.all())
    said = {task.pk: ("done", "") for task in tasks} | {
        task.pk: outcome for task, outcome in zip(tasks, outcomes or [], strict=False)
    }
    with at(start + minutes * MINUTE):
        actions.check_out(visit=visit, by=by, outcomes=said, leave_reason="老人要休息")
    return tasks


def values(kind):
    return list(QualityRecord.objects.filter(kind=kind).order_by("happened_on", "pk").values_list("value", flat=True))


@pytest.mark.parametrize(("late", "value"), [(-20, 0), (0, 0), (1, 1), (37, 37)])
def test_lateness_is_counted_from_the_agreed_start_and_never_below_nothing(world, late, value):
    lived(world.visit, late=late, minutes=120)
    record = QualityRecord.objects.get(kind="punctuality")
    assert (record.caregiver, record.value) == (world.caregiver, value)
    assert (record.source, record.source_id) == ("visit", world.visit.pk)
    assert record.happened_on == timezone.localdate(world.visit.period.lower)


def test_only_what_the_caregiver_did_or_left_counts_of_tasks(world):
    tasks = lived(world.visit, late=0, minutes=120, outcomes=[("not_done", "时间不够"), ("refused", "老人不想做")])
    counted = QualityRecord.objects.filter(kind="task")
    assert dict(counted.values_list("source_id", "value")) == {tasks[0].pk: 0} | {task.pk: 1 for task in tasks[2:]}


def test_a_day_with_two_visits_counts_the_minutes_of_both(world):
    first, second = Visit.objects.order_by("period")[:2]
    shift = second.period.lower - first.period.lower - dt.timedelta(hours=4)
    moved = type(second.period)(second.period.lower - shift, second.period.upper - shift)
    rewrite(Visit.objects.filter(pk=second.pk), period=moved)
    second.refresh_from_db()
    lived(first, late=0, minutes=110)
    day = ServiceDay.objects.get()
    assert (day.day, day.minutes) == (timezone.localdate(first.period.lower), 110)
    lived(second, late=5, minutes=95)
    assert ServiceDay.objects.get().minutes == 205


def test_a_visit_that_nobody_came_to_counts_as_late_by_all_of_it_until_the_office_knows_better(world):
    visit = world.visit
    length = (visit.period.upper - visit.period.lower) // MINUTE
    with at(visit.period.upper + MINUTE):
        actions.mark_missed()
        assert values("punctuality") == [length]
        assert not ServiceDay.objects.exists()
        actions.record_afterwards(
            visit=visit, by=world.coordinator, checked_in_at=visit.period.lower + 3 * MINUTE,
            checked_out_at=visit.period.upper, reason="手机没电，家属电话确认",
        )  # fmt: skip
    assert values("punctuality") == [3]
    assert ServiceDay.objects.get().minutes == length - 3
    assert set(values("task")) == {1}


@pytest.mark.parametrize(("cause", "counts"), [("caregiver", True), ("client", False), ("agency", False)])
def test_a_missed_visit_counts_unless_it_was_not_the_caregivers_doing(world, cause, counts):
    with at(world.visit.period.upper + MINUTE):
        actions.mark_missed()
        other = Visit.objects.exclude(pk=world.visit.pk).order_by("period").first()
        lived(other, late=0, minutes=120)
        assert QualityRecord.objects.filter(kind="punctuality").count() == 2
        actions.explain_missed(visit=world.visit, by=world.coordinator, missed_reason="门锁着", missed_cause=cause)
        assert QualityRecord.objects.filter(source="visit", source_id=world.visit.pk).exists() is counts
        assert QualityRecord.objects.filter(source="visit", source_id=other.pk).exists()
        actions.explain_missed(
            visit=world.visit, by=world.coordinator, missed_reason="睡过了", missed_cause="caregiver"
        )
    assert QualityRecord.objects.filter(source="visit", source_id=world.visit.pk).exists()


def test_nobody_is_blamed_for_a_visit_without_a_caregiver(world):
    Visit.objects.filter(pk=world.visit.pk).update(caregiver=None)
    with at(world.visit.period.upper + MINUTE):
        assert actions.mark_missed()["missed"] == 1
    assert not QualityRecord.objects.exists()


def test_handing_down_again_changes_nothing_and_asks_the_same_for_one_and_for_many(world, django_assert_num_queries):
    visits = list(Visit.objects.order_by("period")[:6])
    for visit in visits:
        lived(visit, late=2, minutes=115)
    before = list(QualityRecord.objects.order_by("pk").values()), list(ServiceDay.objects.order_by("pk").values())
    done = list(Visit.objects.filter(state="done"))
    for chunk in (done[:1], done):
        with django_assert_num_queries(5):  # tasks, facts, the people, their visits of the days, days
            hand_down(chunk)
    assert (
        list(QualityRecord.objects.order_by("pk").values()),
        list(ServiceDay.objects.order_by("pk").values()),
    ) == before


def test_two_visits_of_a_day_ended_at_once_are_both_counted(committed_db):
    world = make_world()
    with agency_context(world.agency):
        caregiver = staff_up(world, 1)[0]
        client = demo.take_in(world, 8)[1]
        agreement = sign_agreement(world, caregiver, client)
        start = timezone.localtime().replace(hour=8, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
        rows = [
            Visit.objects.create(
                agreement=agreement, client=client, caregiver=caregiver, planned_start=start + hours * HOUR,
                period=DateTimeTZRange(start + hours * HOUR, start + (hours + 1) * HOUR), state="planned",
            )
            for hours in range(6)
        ]  # fmt: skip
    line = threading.Barrier(len(rows))

    def end(visit):
        line.wait()
        try:
            with agency_context(world.agency):
                actions.record_afterwards(
                    visit=visit, by=world.manager, checked_in_at=visit.period.lower,
                    checked_out_at=visit.period.upper, reason="补记",
                )  # fmt: skip
        finally:
            connections.close_all()

    people = [threading.Thread(target=end, args=[visit]) for visit in rows]
    [person.start() for person in people]
    [person.join() for person in people]
    with agency_context(world.agency):
        assert ServiceDay.objects.get().minutes == 6 * 60
        assert QualityRecord.objects.filter(kind="punctuality").count() == 6
