"""The draft for a week: no hard rule broken, never worse than giving visits away one by one, saved only when accepted."""

import datetime as dt
from itertools import product

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.models import Notice
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.actions import files as caregiver_actions
from caregivers.models import Attendance, RuleSetting, TrainingSession
from contracts.actions import filling as actions
from contracts.actions.preferences import note_preference
from contracts.actions.visits import assign_visit, plan_visits
from contracts.filling import Hand, Open, Taken, Week, broken, fill, greedy, score
from contracts.models import RotaChange, RotaProposal, Visit
from contracts.queries.filling import open_visits
from contracts.queries.rota import week_of
from tests.factories import make_one
from tests.world import make_world, sign_agreement, staff_up

MONDAY = dt.datetime(2026, 11, 30)
WHOLE_WEEK = 2400


def at(day, hour, minute=0):
    return MONDAY + dt.timedelta(days=day, hours=hour, minutes=minute)


def visit(pk, client, starts, hours=2):
    return Open(pk, client, starts, starts + dt.timedelta(hours=hours), hours * 60)


def best_by_trying(week):
    """The best score there is, from every choice that breaks nothing."""
    options = [[None, *week.able[one.pk]] for one in week.visits]
    scores = []
    for hands in product(*options):
        choice = {one.pk: hand for one, hand in zip(week.visits, hands, strict=True) if hand is not None}
        if not broken(week, choice):
            scores.append(score(week, choice))
    return max(scores)


def test_the_solver_sees_further_than_one_after_the_other():
    """The first visit fits both, the second only one of them: whoever gives it away first takes the wrong one."""
    visits = [visit(1, 1, at(0, 8)), visit(2, 2, at(0, 8, 30))]
    week = Week(visits, [Hand(1, WHOLE_WEEK), Hand(2, WHOLE_WEEK)], {(1, 1): 20, (1, 2): 0, (2, 1): 0})
    assert greedy(week) == {1: 1}
    answer = fill(week, seconds=5)
    assert answer.choice == {1: 2, 2: 1}
    assert (answer.greedy_score, answer.score, answer.is_best) == (1000 + 20 - 40, 2000 - 2 * 40, True)


@pytest.mark.parametrize("pattern", range(4))
def test_small_weeks_are_solved_as_well_as_trying_everything(pattern):
    hours = [(8, 8, 10, 13), (8, 9, 10, 11), (8, 10, 12, 14), (9, 9, 9, 12)][pattern]
    visits = [visit(n, n % 2, at(n // 3, hour, 30)) for n, hour in enumerate(hours, 1)]
    hands = [Hand(1, 150), Hand(2, WHOLE_WEEK, taken=(Taken(at(0, 8), at(0, 9), 7),))]
    points = {(one.pk, hand): (7 * one.pk + 11 * hand + pattern) % 23 for one in visits for hand in (1, 2)}
    week = Week(visits, hands, points, seen={(1, 2)})
    answer = fill(week, seconds=5)
    assert broken(week, answer.choice) == []
    assert answer.score == score(week, answer.choice) == best_by_trying(week)


@pytest.mark.parametrize(("minutes", "can_do_both"), [(29, False), (30, True)])
def test_half_an_hour_lies_between_two_clients(minutes, can_do_both):
    visits = [visit(1, 1, at(0, 8)), visit(2, 2, at(0, 10, minutes))]
    week = Week(visits, [Hand(1, WHOLE_WEEK)], {(1, 1): 0, (2, 1): 0})
    assert (len(fill(week, 5).choice) == 2) == can_do_both
    assert (len(greedy(week)) == 2) == can_do_both


def test_live_in_days_of_one_client_follow_each_other_without_a_gap():
    visits = [Open(n, 1, at(n, 8), at(n + 1, 8), 0) for n in range(6)]
    week = Week(visits, [Hand(1, WHOLE_WEEK)], {(n, 1): 0 for n in range(6)})
    assert len(fill(week, 5).choice) == 6


def test_a_relief_gives_the_seventh_day_off():
    visits = [Open(n, 1, at(n, 8), at(n + 1, 8), 0) for n in range(7)]
    points = {(n, hand): 0 for n in range(7) for hand in (1, 2)}
    choice = fill(Week(visits, [Hand(1, WHOLE_WEEK), Hand(2, WHOLE_WEEK)], points), 5).choice
    assert len(choice) == 7
    assert max(list(choice.values()).count(hand) for hand in (1, 2)) <= 6


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.caregivers = staff_up(world, 4)
        world.clients = demo.take_in(world, 8)[1:4]
        world.agreement = sign_agreement(world, world.caregivers[0], world.clients[0])
        plan_visits()
        first = week_of(timezone.localdate()).first + dt.timedelta(days=7)
        world.monday = first
        world.week = list(Visit.objects.filter(period__startswith__date__range=(first, first + dt.timedelta(days=6))))
        Visit.objects.filter(pk__in=[row.pk for row in world.week]).update(caregiver=None)
        yield world


def drafted(world):
    proposal = RotaProposal.objects.create(monday=world.monday, asked_by=world.coordinator)
    actions.work_out(proposal_id=proposal.pk, seconds=5)
    proposal.refresh_from_db()
    return proposal


def chosen_of(proposal):
    lines = proposal.lines.select_related("caregiver")
    return {line.visit_id: line.caregiver for line in lines if line.caregiver}


def test_a_draft_saves_nothing_and_is_accepted_as_one_change(world):
    proposal = drafted(world)
    assert proposal.state == "ready"
    assert proposal.lines.count() == len(world.week) == 5
    assert not Visit.objects.filter(pk__in=[row.pk for row in world.week], caregiver__isnull=False).exists()
    assert Notice.objects.filter(
        user=world.coordinator, url=reverse("proposal_page", args=["kangze", proposal.pk])
    ).exists()
    counts = actions.accept_proposal(proposal=proposal, by=world.coordinator, chosen=chosen_of(proposal))
    assert counts == {"accepted": 5, "refused": 0}
    rows = Visit.objects.filter(pk__in=[row.pk for row in world.week])
    assert {row.caregiver for row in rows} == {world.caregivers[0]}
    assert RotaChange.objects.get().moves.count() == 5
    with pytest.raises(ValidationError, match="dealt with already"):
        actions.accept_proposal(proposal=proposal, by=world.coordinator, chosen={})


def test_what_changed_meanwhile_is_left_with_its_reason_and_the_rest_is_done(world):
    proposal = drafted(world)
    first, second, third = sorted(world.week, key=lambda row: row.period.lower)[:3]
    first.refresh_from_db()
    assign_visit(visit=first, caregiver=world.caregivers[1], by=world.manager)
    start = second.period.lower
    caregiver_actions.record_absence(
        caregiver=world.caregivers[0],
        by=world.manager,
        kind="sick",
        starts_at=start,
        ends_at=start + dt.timedelta(hours=1),
    )
    chosen = {row.pk: world.caregivers[0] for row in (first, second, third)}
    counts = actions.accept_proposal(proposal=proposal, by=world.coordinator, chosen=chosen)
    assert counts == {"accepted": 1, "refused": 2}
    lines = {line.visit_id: line for line in proposal.lines.all()}
    assert [lines[row.pk].outcome for row in (first, second, third)] == ["refused", "refused", "accepted"]
    assert "Is on leave" in lines[second.pk].note
    assert {line.outcome for pk, line in lines.items() if pk not in chosen} == {"left"}
    first.refresh_from_db()
    assert first.caregiver == world.caregivers[1]


def test_nobody_on_leave_is_proposed(world):
    start = min(row.period.lower for row in world.week) - dt.timedelta(days=1)
    for person in world.caregivers[:3]:
        caregiver_actions.record_absence(
            caregiver=person, by=world.manager, kind="leave", starts_at=start, ends_at=start + dt.timedelta(days=9)
        )
    assert {line.caregiver for line in drafted(world).lines.all()} == {world.caregivers[3]}


@pytest.mark.parametrize("mode", ["forbid", "warn"])
def test_who_is_in_training_is_proposed_only_where_the_agency_lets_them_go(world, mode):
    if mode == "warn":
        make_one(RuleSetting, rule="is_not_in_training", mode=mode, reason="x")
    hours = world.week[0].period
    session = make_one(TrainingSession, starts_at=hours.lower, ends_at=hours.upper, state="planned")
    for person in world.caregivers[:3]:
        make_one(Attendance, session=session, caregiver=person)
    found = {line.visit_id: line.caregiver for line in drafted(world).lines.all()}[world.week[0].pk]
    assert (found == world.caregivers[3]) is (mode == "forbid")


def test_somebody_never_to_be_sent_leaves_the_visits_to_another(world):
    named, client = world.caregivers[0], world.clients[0]
    note_preference(client=client, by=world.manager, caregiver=named, kind="never", reason="吵架", source="client")
    found = [line.caregiver for line in drafted(world).lines.all()]
    assert len(found) == 5
    assert None not in found
    assert named not in found


def test_a_visit_that_has_begun_is_filled_no_more(world):
    first = min(row.period.lower for row in world.week)
    for moment, count in [(first, 5), (first + dt.timedelta(seconds=1), 4)]:
        with time_machine.travel(moment, tick=False):
            assert open_visits(world.monday).count() == count


def test_one_draft_a_week_at_a_time(client, world, django_capture_on_commit_callbacks):
    client.force_login(world.coordinator)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("rota_fill", args=["kangze"]), {"day": world.monday.isoformat()})
    proposal = RotaProposal.objects.get()
    assert answer.url == reverse("proposal_page", args=["kangze", proposal.pk])
    assert proposal.state == "ready"
    page = client.get(answer.url).content.decode()
    assert page.count('name="visit"') == 5
    RotaProposal.objects.update(state="running", finished_at=None)
    with pytest.raises(ValidationError, match="being worked out already"):
        actions.ask_for_proposal(day=world.monday, by=world.coordinator)


def test_a_part_is_accepted_and_changed_on_the_page(client, world):
    proposal = drafted(world)
    client.force_login(world.coordinator)
    first, second = sorted(world.week, key=lambda row: row.period.lower)[:2]
    data = {
        "visit": [first.pk, second.pk],
        f"caregiver-{first.pk}": world.caregivers[3].pk,
        f"caregiver-{second.pk}": world.caregivers[0].pk,
    }
    client.post(reverse("proposal_page", args=["kangze", proposal.pk]), data)
    owners = {
        row.pk: row.caregiver for row in Visit.objects.filter(pk__in=[row.pk for row in world.week]) if row.caregiver
    }
    assert owners == {first.pk: world.caregivers[3], second.pk: world.caregivers[0]}
