"""What a scan of the badge means for a visit, and that nobody is sent before the last step of on-boarding."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.models import User
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.models import BadgeScan
from contracts.actions import attendance as actions
from contracts.actions.visits import plan_visits
from contracts.models import Visit
from contracts.queries.visits import badge_scans
from tests.caregivers import people
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.caregivers = staff_up(world, 2)
        world.clients = demo.take_in(world, 8)[1:4]
        world.agreement = sign_agreement(world, world.caregivers[0], world.clients[0])
        plan_visits()
        world.visit = Visit.objects.order_by("period").first()
        User.objects.update(language="en")
        yield world


def scan(caregiver, at, light="green"):
    with time_machine.travel(at, tick=False):
        return BadgeScan.objects.create(caregiver=caregiver, light=light)


MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("minutes", "light", "counts"),
    [
        (-61, "green", False),  # before check-in opens
        (-60, "green", True),
        (0, "yellow", True),
        (0, "red", False),
        (120, "green", True),  # the visit's last moment
        (121, "green", False),
    ],
)
def test_a_scan_within_the_visits_window_is_evidence(world, minutes, light, counts):
    visit = world.visit
    found = scan(visit.caregiver, visit.period.lower + minutes * MINUTE, light)
    assert list(badge_scans(visit)) == ([found] if counts else [])


def test_a_colleagues_scan_is_none(world):
    scan(world.caregivers[1], world.visit.period.lower)
    assert not badge_scans(world.visit).exists()
    world.visit.caregiver = None
    assert not badge_scans(world.visit).exists()


def test_check_in_takes_the_scan_over(world):
    visit = world.visit
    scan(visit.caregiver, visit.period.lower - 2 * MINUTE)
    with time_machine.travel(visit.period.lower, tick=False):
        actions.check_in(visit=visit, by=visit.caregiver.user)
    assert Visit.objects.get(pk=visit.pk).credentials_shown


def test_without_a_scan_nothing_was_shown(world):
    visit = world.visit
    with time_machine.travel(visit.period.lower, tick=False):
        actions.check_in(visit=visit, by=visit.caregiver.user)
    assert not Visit.objects.get(pk=visit.pk).credentials_shown


def test_a_scan_while_the_visit_runs_counts_at_check_out(world):
    visit = world.visit
    with time_machine.travel(visit.period.lower, tick=False):
        actions.check_in(visit=visit, by=visit.caregiver.user)
    visit.tasks.update(outcome="done")
    scan(visit.caregiver, visit.period.lower + 30 * MINUTE)
    with time_machine.travel(visit.period.lower + 120 * MINUTE, tick=False):
        actions.check_out(visit=visit, by=visit.caregiver.user)
    assert Visit.objects.get(pk=visit.pk).credentials_shown


def test_the_phone_asks_for_papers_unless_the_badge_was_scanned(client, world):
    visit = world.visit
    client.force_login(visit.caregiver.user)
    address = reverse("phone:visit", args=[visit.pk])
    with time_machine.travel(visit.period.lower, tick=False):
        assert "credentials_shown" in client.get(address).context["check_in_form"].fields
        scan(visit.caregiver, visit.period.lower - 5 * MINUTE)
        page = client.get(address)
        assert "credentials_shown" not in page.context["check_in_form"].fields
        at = timezone.localtime(visit.period.lower - 5 * MINUTE).strftime("%H:%M")
        assert f"Your badge was checked at {at}" in page.content.decode()
        client.post(reverse("phone:check_in", args=[visit.pk]))
    assert Visit.objects.get(pk=visit.pk).credentials_shown


def test_the_visit_page_shows_the_scan(client, world):
    visit = world.visit
    client.force_login(world.manager)
    address = reverse("visit_page", args=["kangze", visit.pk])
    assert "badge scanned" not in client.get(address).content.decode()
    scan(visit.caregiver, visit.period.lower)
    assert "badge scanned" in client.get(address).content.decode()


def test_nobody_is_sent_before_the_last_step(world):
    people.open_course("最后一门课")
    newcomer = people.open_file(world.manager)
    with pytest.raises(ValidationError) as refusal:
        actions.assign_visit(visit=world.visit, caregiver=newcomer, by=world.manager)
    assert any("On-boarding is not finished." in text for text in refusal.value.messages)
    assert Visit.objects.get(pk=world.visit.pk).caregiver == world.caregivers[0]


def test_placements_stand_on_the_on_boarding_page(client, world):
    client.force_login(world.manager)
    page = client.get(reverse("onboarding_page", args=["kangze", world.caregivers[0].pk])).content.decode()
    assert world.agreement.number in page
    assert "Signed by all three" in page
