"""Visits from patterns of every shape, through rests, amendments and clashes; what people decided stays decided."""

import datetime as dt
import threading
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from agencies.models import AgencySettings, Notice
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.models import Caregiver, Credential
from contracts.actions import agreements, attendance, rota, running, signing, visits
from contracts.models import Agreement, PlanSlot, Visit
from contracts.queries.visits import midnight
from tests.factories import make_one
from tests.past_the_rules import rewrite, strike
from tests.world import make_world, sign_agreement, staff_up

HORIZON = 28  # four weeks, of which 20 days are Monday to Friday


def build():
    world = make_world()
    with agency_context(world.agency):
        world.caregivers = staff_up(world, 2)
        world.clients = demo.take_in(world, 8)[1:4]
        world.agreement = sign_agreement(world, world.caregivers[0], world.clients[0])
    return world


@pytest.fixture
def world(db):
    world = build()
    with agency_context(world.agency):
        visits.plan_visits()
        yield world


def planned(agreement):
    return list(Visit.objects.filter(agreement=agreement, state="planned").order_by("period"))


def ahead(visit):
    """Days from today to the visit's day."""
    return (timezone.localtime(visit.period.lower).date() - timezone.localdate()).days


def repattern(agreement, starts_at, minutes):
    """Every day of the week at one time; the visits of the old pattern are forgotten."""
    strike(PlanSlot.objects.filter(plan=agreement.plan))
    for weekday in range(1, 8):
        make_one(PlanSlot, plan=agreement.plan, weekday=weekday, starts_at=starts_at, duration_minutes=minutes)
    Visit.objects.all().delete()
    return visits.plan_visits()


def test_live_in_days_touch_and_are_all_given(world):
    assert repattern(world.agreement, dt.time(8), 1440) == {"assigned": HORIZON, "unassigned": 0}
    rows = planned(world.agreement)
    assert all(first.period.upper == then.period.lower for first, then in pairwise(rows))
    assert {row.period.upper - row.period.lower for row in rows} == {dt.timedelta(hours=24)}


def test_night_across_midnight_ends_on_the_next_day(world):
    repattern(world.agreement, dt.time(22), 480)
    first = planned(world.agreement)[0]
    start, end = timezone.localtime(first.period.lower), timezone.localtime(first.period.upper)
    assert (start.date(), start.time()) == (world.agreement.starts_on, dt.time(22))
    assert (end.date(), end.time()) == (world.agreement.starts_on + dt.timedelta(days=1), dt.time(6))


def test_nothing_is_planned_past_the_last_day_or_the_horizon(world):
    repattern(world.agreement, dt.time(9), 60)
    assert {ahead(row) for row in planned(world.agreement)} == set(range(1, HORIZON + 1))
    rewrite(Agreement.objects.all(), ends_on=world.agreement.starts_on + dt.timedelta(days=4))
    repattern(world.agreement, dt.time(9), 60)
    assert {ahead(row) for row in planned(world.agreement)} == {1, 2, 3, 4, 5}


def test_caregiver_busy_elsewhere_leaves_the_visit_unassigned(world):
    second = sign_agreement(world, world.caregivers[1], world.clients[1])
    rewrite(Agreement.objects.filter(pk=second.pk), caregiver=world.caregivers[0])
    Visit.objects.filter(agreement=second).delete()
    visits.plan_visits()
    rows = planned(second)
    assert len(rows) == len(planned(world.agreement)) == 20
    assert {row.caregiver_id for row in rows} == {None}


@pytest.mark.parametrize("state", ["suspended", "left"])
def test_caregiver_who_does_not_work_gets_no_new_visits(world, state):
    Caregiver.objects.filter(pk=world.caregivers[0].pk).update(
        state=state, left_on=timezone.localdate() if state == "left" else None
    )
    repattern(world.agreement, dt.time(9), 60)
    assert {row.caregiver_id for row in planned(world.agreement)} == {None}


def test_health_certificate_counts_up_to_and_including_its_last_day(world):
    papers = Credential.objects.filter(caregiver=world.caregivers[0], kind="health")
    rewrite(papers, expires_on=timezone.localdate() + dt.timedelta(days=10))
    repattern(world.agreement, dt.time(9), 60)
    assert {ahead(row) for row in planned(world.agreement) if row.caregiver_id} == set(range(1, 11))
    assert {ahead(row) for row in planned(world.agreement) if not row.caregiver_id} == set(range(11, 29))


def test_nothing_is_planned_in_a_rest_and_all_of_it_afterwards(world):
    repattern(world.agreement, dt.time(9), 60)
    today = timezone.localdate()
    skipped = next(row for row in planned(world.agreement) if ahead(row) == 20)
    visits.cancel_visit(visit=skipped, by=world.manager, reason="老人去女儿家")
    rest = {"agreement": world.agreement, "by": world.manager}
    running.suspend_agreement(**rest, from_day=today + dt.timedelta(days=5), reason="住院")
    assert {ahead(row) for row in planned(world.agreement)} == {1, 2, 3, 4}
    assert visits.plan_visits() == {"assigned": 0, "unassigned": 0}
    running.resume_agreement(**rest, on_day=today + dt.timedelta(days=9))
    rows = planned(world.agreement)
    assert {ahead(row) for row in rows} == {*range(1, 5), *range(9, 29)} - {20}
    assert {row.caregiver_id for row in rows} == {world.caregivers[0].pk}
    skipped.refresh_from_db()
    assert (skipped.state, skipped.cancel_reason) == ("cancelled", "老人去女儿家")
    tale = [row.state for row in rows[-1].history.order_by("history_id")]
    assert tale == ["planned", "cancelled", "planned"]


def test_second_rest_is_not_mixed_up_with_the_first(world):
    repattern(world.agreement, dt.time(9), 60)
    today = timezone.localdate()
    rest = {"agreement": world.agreement, "by": world.manager}
    running.suspend_agreement(**rest, from_day=today + dt.timedelta(days=2), reason="住院")
    running.resume_agreement(**rest, on_day=today + dt.timedelta(days=10))
    running.suspend_agreement(**rest, from_day=today + dt.timedelta(days=3), reason="住院")
    running.resume_agreement(**rest, on_day=today + dt.timedelta(days=4))
    assert {ahead(row) for row in planned(world.agreement)} == {1, *range(10, 29)}


def test_caregiver_who_was_given_away_during_the_rest_is_not_booked_twice(world):
    repattern(world.agreement, dt.time(9), 60)
    today = timezone.localdate()
    rest = {"agreement": world.agreement, "by": world.manager}
    running.suspend_agreement(**rest, from_day=today, reason="住院")
    taken = midnight(today + dt.timedelta(days=6)) + dt.timedelta(hours=9, minutes=30)
    make_one(
        Visit, agreement=world.agreement, client=world.clients[1], caregiver=world.caregivers[0], state="planned",
        period=DateTimeTZRange(taken, taken + dt.timedelta(hours=1)), planned_start=taken,
    )  # fmt: skip
    running.resume_agreement(**rest, on_day=today + dt.timedelta(days=1))
    back = [row for row in planned(world.agreement) if row.client_id == world.clients[0].pk]
    assert {ahead(row) for row in back} == set(range(1, 29))
    assert [ahead(row) for row in back if row.caregiver_id is None] == [6]


def test_rest_that_ends_before_it_began_is_refused(world):
    rest = {"agreement": world.agreement, "by": world.manager}
    day = timezone.localdate() + dt.timedelta(days=3)
    running.suspend_agreement(**rest, from_day=day, reason="住院")
    with pytest.raises(ValidationError, match=str(day)):
        running.resume_agreement(**rest, on_day=day)
    assert world.agreement.suspensions.get().period.upper is None


def test_first_version_is_served_until_the_day_its_amendment_begins(world):
    first, start = world.agreement, timezone.localdate() + dt.timedelta(days=40)
    repattern(first, dt.time(9), 120)
    amendment = agreements.amend_agreement(agreement=first, by=world.manager, change_summary="调整费用")
    agreements.update_agreement(agreement=amendment, by=world.manager, starts_on=start)
    agreements.send_for_signing(agreement=amendment, by=world.coordinator)
    for party in ("agency", "client", "caregiver"):
        signing.sign_on_screen(
            agreement=amendment, party=party, signature=demo.signature_png(world.rng), way="screen",
            identity_check="x", by=world.manager, terms_hash=amendment.terms_hash,
        )  # fmt: skip
    AgencySettings.objects.update(horizon_days=60)
    visits.plan_visits()
    assert [ahead(row) for row in planned(first)] == list(range(1, 40))
    assert [ahead(row) for row in planned(amendment)] == list(range(40, 61))


def test_bulk_changes_write_one_row_of_history_each(world):
    rows = planned(world.agreement)
    visits.cancel_visits_from(agreement=world.agreement, day=timezone.localdate(), reason="x" * 300)
    for row in rows:
        latest = row.history.order_by("-history_id").first()
        assert (row.history.count(), latest.history_type, latest.state) == (2, "~", "cancelled")
        assert latest.cancel_reason == "x" * 200


def test_moved_visit_is_bounded_and_names_its_problems_at_once(world):
    visit = planned(world.agreement)[0]
    start = visit.period.lower
    for hours, text in [
        (-30 * 24, "before the start"),
        (0, "before the start"),
        (1.99, "2 to 5 hours"),
        (5.02, "2 to 5 hours"),
        (24.02, "24 hours at most"),
    ]:
        end = start + dt.timedelta(hours=hours)
        with pytest.raises(ValidationError, match=text):
            rota.give(visit=visit, caregiver=visit.caregiver, by=world.manager, starts_at=start, ends_at=end)
    rota.give(
        visit=visit, caregiver=visit.caregiver, by=world.manager, starts_at=start, ends_at=start + dt.timedelta(hours=5)
    )
    visit.refresh_from_db()
    assert visit.period.upper - start == dt.timedelta(hours=5)
    visits.cancel_visit(visit=visit, by=world.manager, reason="x")
    with pytest.raises(ValidationError) as refusal:
        rota.give(visit=visit, caregiver=visit.caregiver, by=world.manager, starts_at=start, ends_at=start)
    assert set(refusal.value.message_dict) == {"__all__", "ends_at"}


def test_whoever_was_to_go_is_told_when_a_visit_moves_or_is_cancelled(world):
    assigned, unassigned = planned(world.agreement)[:2]
    unassigned = visits.unassign_visit(visit=unassigned, by=world.manager)
    later = dt.timedelta(hours=5)
    for visit in (assigned, unassigned):
        start, end = visit.period.lower + later, visit.period.upper + later
        rota.give(visit=visit, caregiver=visit.caregiver, by=world.manager, starts_at=start, ends_at=end)
        visits.cancel_visit(visit=visit, by=world.manager, reason="客户住院")
    told = Notice.objects.filter(user=assigned.caregiver.user, url=reverse("phone:visit", args=[assigned.pk]))
    titles = list(told.order_by("pk").values_list("title", flat=True))
    assert titles[-2].startswith("A visit of ")
    assert titles[-1] == "A visit was cancelled"
    own = Notice.objects.filter(url=reverse("phone:visit", args=[unassigned.pk]))
    assert list(own.order_by("pk").values_list("title", flat=True))[-1:] == ["A visit was taken back"]


def test_visit_is_not_moved_onto_another_of_the_same_caregiver(world):
    first, second = planned(world.agreement)[:2]
    times = {"starts_at": first.period.lower, "ends_at": first.period.upper}
    with pytest.raises(ValidationError, match=f"Is at {first.client.salutation}, 08:30–10:30"):
        rota.give(visit=second, caregiver=second.caregiver, by=world.manager, **times)
    assert Visit.objects.get(pk=second.pk).period == second.period


def test_cancelling_needs_a_reason_and_a_planned_visit(world):
    visit = planned(world.agreement)[0]
    with pytest.raises(ValidationError, match="Say why"):
        visits.cancel_visit(visit=visit, by=world.manager, reason="")
    visits.cancel_visit(visit=visit, by=world.manager, reason="老人外出")
    with pytest.raises(ValidationError) as refusal:
        visits.cancel_visit(visit=visit, by=world.manager, reason="")
    assert set(refusal.value.message_dict) == {"__all__", "reason"}
    assert Visit.objects.get(pk=visit.pk).cancel_reason == "老人外出"


def test_check_in_window_is_open_on_both_edges(world):
    rules = AgencySettings.objects.get()
    visit = planned(world.agreement)[0]
    early = visit.period.lower - dt.timedelta(minutes=rules.check_in_early_minutes)
    late = visit.period.lower + dt.timedelta(minutes=rules.late_after_minutes)
    second = dt.timedelta(seconds=1)
    moments = [early - second, early, late, late + second]
    assert [attendance.needs_reason(visit, moment) for moment in moments] == [True, False, False, True]


def test_two_planners_at_once_leave_one_set(committed_db):
    world = build()
    with agency_context(world.agency):
        Visit.objects.all().delete()
    line, counts, errors = threading.Barrier(2), [], []

    def plan():
        line.wait()
        try:
            with agency_context(world.agency):
                counts.append(visits.plan_visits())
        except Exception as error:  # the assertion below names it
            errors.append(error)
        finally:
            connections.close_all()

    planners = [threading.Thread(target=plan) for _planner in range(2)]
    [planner.start() for planner in planners]
    [planner.join() for planner in planners]
    assert errors == []
    assert sum(count["assigned"] + count["unassigned"] for count in counts) == 20
    with agency_context(world.agency):
        rows = planned(world.agreement)
        assert len(rows) == 20
        assert {row.caregiver_id for row in rows} == {world.caregivers[0].pk}
