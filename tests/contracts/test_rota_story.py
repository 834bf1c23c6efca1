"""A coordinator moves visits by mouse and by keyboard alone; what follows is shown before anything is saved."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from agencies.models import User
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from carecenter.demo.world import PASSWORD
from contracts.actions.visits import plan_visits
from contracts.models import RotaChange, Visit
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(committed_db):
    world = make_world()
    with agency_context(world.agency):
        world.caregivers = staff_up(world, 4)
        sign_agreement(world, world.caregivers[0], demo.take_in(world, 8)[1])
        plan_visits()
        world.visit = Visit.objects.order_by("period")[5]
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save()
    return world


def now(world):
    with agency_context(world.agency):
        return Visit.objects.select_related("caregiver").get(pk=world.visit.pk)


def open_rota(page, world):
    page.goto("/accounts/login/")
    page.fill("[name=login]", world.coordinator.phone)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(re.compile(r"/kangze/$"))
    day = timezone.localtime(world.visit.period.lower).date()
    page.goto(f"/kangze/rota/?day={day}")
    return page.locator(f"#v{world.visit.pk}")


@pytest.mark.browser
def test_visits_move_by_mouse_and_by_keyboard(office_page, world):
    page, other = office_page, world.caregivers[3]
    before, dialog = now(world), page.locator("#rota-dialog")
    chip = open_rota(page, world)

    # By mouse onto another person: nothing is saved before the answer.
    column = chip.evaluate("chip => chip.closest('td').cellIndex")
    chip.drag_to(page.locator(f"#r{other.pk} > :nth-child({column + 1})"))
    expect(dialog.locator("select[name=caregiver]")).to_have_value(str(other.pk))
    assert now(world).caregiver == before.caregiver
    dialog.get_by_role("button", name="保存").click()
    expect(page.locator(f"#r{other.pk} #v{world.visit.pk}")).to_be_visible()
    assert now(world).caregiver == other

    # Escape lets go, and the focus stays where it was.
    chip.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    expect(page.locator("td.here")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("td.here")).to_have_count(0)
    expect(chip).to_be_focused()
    assert now(world).period == before.period

    # By keyboard onto the next day and the row above; the dialog too is answered by keys.
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(dialog.locator("[name=starts_at]")).to_have_value(
        timezone.localtime(before.period.lower + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    )
    dialog.locator("[name=reason]").evaluate("field => field.closest('[hidden]')?.removeAttribute('hidden')")
    dialog.locator("[name=reason]").fill("家属请求改期")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    moved = now(world)
    assert moved.period.lower == before.period.lower + dt.timedelta(days=1)
    assert moved.caregiver == other

    # And back with one press.
    page.locator("#rota-last button").click()
    expect(page.locator("#rota-last")).not_to_contain_text(
        timezone.localtime(moved.period.lower).strftime("%m-%d %H:%M"), timeout=15000
    )
    assert now(world).period == before.period
    with agency_context(world.agency):
        assert RotaChange.objects.filter(undone_at=None).count() == 1
