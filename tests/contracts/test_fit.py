"""Who fits a plan: level, papers and free time of everybody, the same number of queries however many there are."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agencies.models import AccessLog, Message, ServiceItem
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.models import Caregiver
from contracts.actions.visits import plan_visits
from contracts.models import PlanLine, Visit
from contracts.queries.fit import fits
from contracts.queries.suggesting import visits_done
from supervision.models import Complaint
from tests.factories import make_one
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.caregivers = staff_up(world, 3)
        world.clients = demo.take_in(world, 8)[1:3]
        world.served = sign_agreement(world, world.caregivers[0], world.clients[0])
        plan_visits()
        world.draft = sign_agreement(world, world.caregivers[1], world.clients[1], upto="draft")
        yield world


def test_who_is_free_stands_first_and_the_others_with_what_stands_against_them(client, world):
    plan, start = world.draft.plan, timezone.localdate() + dt.timedelta(days=1)
    found = {fit.caregiver: (fit.reasons, fit.busy, fit.times) for fit in fits(plan, start)}
    assert found[world.caregivers[0]] == ([], 20, 20)
    assert found[world.caregivers[1]] == ([], 0, 20)
    client.force_login(world.coordinator)
    form = client.get(reverse("agreement_new", args=["kangze", world.clients[1].pk])).context["form"]
    _empty, (free, fit), (_against, others) = form.fields["caregiver"].choices
    assert str(free) == "Fit and free"
    assert world.caregivers[1].pk in [pk for pk, _label in fit]
    [(pk, label)] = others
    assert pk == world.caregivers[0].pk
    busy = {fit.caregiver.pk: fit.busy for fit in fits(plan, timezone.localdate())}
    assert str(busy[pk]) in label


def test_visits_at_the_same_client_and_cancelled_ones_take_no_time(world):
    start = timezone.localdate() + dt.timedelta(days=1)

    def busy(plan):
        return {fit.caregiver: fit.busy for fit in fits(plan, start)}[world.caregivers[0]]

    assert (busy(world.draft.plan), busy(world.served.plan)) == (20, 0)
    Visit.objects.update(state="cancelled", cancel_reason="客户外出")
    assert busy(world.draft.plan) == 0


@pytest.mark.parametrize(("more", "is_known"), [(dt.timedelta(0), True), (dt.timedelta(seconds=1), False)])
def test_a_client_is_known_by_the_visits_of_a_year(world, more, is_known):
    person, client = world.caregivers[0].pk, world.clients[0].pk
    visit = Visit.objects.filter(caregiver=person).first()
    start, end = visit.period.lower, visit.period.upper
    Visit.objects.filter(pk=visit.pk).update(state="done", checked_in_at=start, checked_out_at=end)
    with time_machine.travel(start + dt.timedelta(days=365) + more, tick=False):
        assert visits_done([client], [person]) == ({(client, person): 1} if is_known else {})


def test_a_level_that_is_too_low_is_named(world):
    item = ServiceItem.objects.filter(level_needed=2).first()
    PlanLine.objects.create(plan=world.draft.plan, service_item=item)
    low = [fit for fit in fits(world.draft.plan, timezone.localdate()) if (fit.caregiver.level or 0) < 2]
    assert low
    assert all(fit.reasons for fit in low)


def test_queries_do_not_grow_with_people(world):
    counts = []
    for more in (0, 6):
        for _one in range(more):
            make_one(Caregiver, state="active", posted_on=dt.date(2026, 1, 1))
        with CaptureQueriesContext(connection) as captured:
            fits(world.draft.plan, timezone.localdate())
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_phones_of_those_who_must_be_called_are_shown_and_logged(client, world):
    complaint = make_one(Complaint, complainant_phone="13711114343")
    message = make_one(Message, address="13711114463", channel="by_hand")
    client.force_login(world.coordinator)
    page = reverse("complaint_file", args=["kangze", complaint.pk])
    assert "13711114343" not in client.get(page).content.decode()
    for name, row, value in [
        ("complaint_reveal", complaint, "13711114343"),
        ("message_reveal", message, "13711114463"),
    ]:
        address = reverse(name, args=["kangze", row.pk])
        assert client.get(address).status_code == 405
        assert value in client.post(address).content.decode()
    with agency_context(world.agency):
        logged = set(AccessLog.objects.filter(user=world.coordinator).values_list("field", flat=True))
        assert {"complainant_phone", "address"} <= logged
