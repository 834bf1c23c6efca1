"""A month's statement in a browser: counted from the visits, adjusted with its reason, approved, read back from PDF and Excel."""

import datetime as dt
import io
import re
import subprocess

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from agencies.calendar import is_statutory_holiday, months_later
from agencies.models import User
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from carecenter.demo.world import PASSWORD
from contracts.models import FeeStatement, Visit
from tests.carecenter.test_look import problems
from tests.test_story import fill, save, sign_in, speak_chinese
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(committed_db):
    """Last month: three mornings of two hours and one cut short after an hour, at ¥45.00 an hour; one nobody explained."""
    world = make_world()
    world.month = months_later(timezone.localdate().replace(day=1), -1)
    starts_on = world.month - dt.timedelta(days=30)
    with agency_context(world.agency):
        [caregiver] = staff_up(world, 1)
        client = demo.take_in_on(world, starts_on - dt.timedelta(days=20))
        agreement = sign_agreement(world, caregiver, client, starts_on=starts_on)
        Visit.objects.all().delete()
        days = [day for n in range(28) if not is_statutory_holiday(day := world.month + dt.timedelta(days=n))]
        for day, minutes in zip(days[-4:], (120, 120, 120, 60), strict=True):
            visit(agreement, day, state="done", minutes=minutes)
        world.missed = visit(agreement, days[0], state="missed")
        world.agreement, world.client = agreement, client
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save()
    return world


def visit(agreement, day, *, state, minutes=0):
    """Two hours were agreed; minutes is how long it took."""
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(8, 30)))
    done = {"checked_in_at": start, "checked_out_at": start + dt.timedelta(minutes=minutes)} if minutes else {}
    return Visit.objects.create(
        agreement=agreement, client_id=agreement.client_id, caregiver_id=agreement.caregiver_id, state=state,
        period=DateTimeTZRange(start, start + dt.timedelta(hours=2)), planned_start=start, **done,
    )  # fmt: skip


@pytest.mark.browser
def test_a_months_statement_from_its_visits_to_the_paper_the_client_gets(world, office_page, tmp_path):
    page = office_page
    speak_chinese(page)
    sign_in(page, world.coordinator.phone)
    statement = draft(page, world)
    adjust(page)
    assert page.locator("main form[action$='/approve/']").count() == 0  # a manager's part
    page.context.clear_cookies()
    speak_chinese(page)
    sign_in(page, world.manager.phone)
    approve(page, statement, world)
    read_the_paper(page, tmp_path, world)
    read_the_workbook(page, world)


def draft(page, world):
    page.goto("/kangze/fees/")
    page.locator("main a.btn-main").click()
    expect(page.locator("main [name=month]")).to_have_value(f"{world.month:%Y-%m}")
    save(page)
    page.locator("tbody a").first.click()
    page.wait_for_load_state()
    for width in (390, 1440):
        assert problems(page, page.url, width) == []
    expect(page.locator("tbody")).to_contain_text("7.00")
    expect(page.locator("tbody")).to_contain_text("¥315.00")  # 3 × 2 h + 1 h at ¥45.00
    expect(page.locator(".message-warning")).to_contain_text("1 次")  # the morning on which nobody came
    return page.url


def adjust(page):
    page.locator("main a.btn", has_text="调整").click()
    fill(page, amount="-20")
    page.locator("main form .btn-main").last.click()
    expect(page.locator(".problems")).to_contain_text("原因")
    expect(page.locator("main [name=amount]")).to_have_value("-20")
    fill(page, reason="服务员迟到致歉减免")
    save(page)
    expect(page.locator("tbody")).to_contain_text("服务员迟到致歉减免")
    expect(page.locator("tbody")).to_contain_text("¥295.00")


def approve(page, statement, world):
    """Not before it is known why nobody came."""
    page.goto(statement)
    page.locator("main form[action$='/approve/'] button").click()
    expect(page.locator(".message-error")).to_contain_text("1 次")
    with agency_context(world.agency):
        assert FeeStatement.objects.get().state == "draft"
    page.goto(f"/kangze/visits/{world.missed.pk}/missed/")
    fill(page, missed_reason="家属带老人外出", missed_cause="client")
    save(page)
    page.goto(statement)
    page.locator("main form[action$='/approve/'] button").click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("已批准")
    assert page.locator("main form[action$='/count/']").count() == 0


def read_the_paper(page, tmp_path, world):
    page.reload()
    link = page.locator("main a", has_text=re.compile("^PDF$")).get_attribute("href")
    file = tmp_path / "statement.pdf"
    file.write_bytes(page.context.request.get(link).body())
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    text = re.sub(r"\s", "", text)
    for words in (
        "服务费结算清单", world.agreement.number, world.client.name, "¥45.00/小时7.00¥315.00", "服务员迟到致歉减免",
        "-¥20.00", "¥295.00", "人民币贰佰玖拾伍元整", world.manager.name,
    ):  # fmt: skip
        assert words in text, words
    assert text.count("08:30–10:30") == 4 + 3  # agreed four times, served three times
    assert text.count("08:30–09:30") == 1


def read_the_workbook(page, world):
    page.goto("/kangze/fees/?tab=approved")
    page.locator("main form[action*='/exports/'] button").click()
    page.wait_for_load_state()
    link = page.locator("main a[href*='/files/']").first.get_attribute("href")
    rows = list(load_workbook(io.BytesIO(page.context.request.get(link).body())).active.values)
    row = next(row for row in rows if world.agreement.number in row)
    assert 295 in row
    assert world.client.name not in row  # masked
