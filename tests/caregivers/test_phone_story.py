"""A caregiver's own pages on a phone, and what is told in confidence, in the browser."""

import datetime as dt
import io

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from agencies.models import Membership, User
from agencies.tenancy import agency_context
from archive import texts
from carecenter.demo.world import PASSWORD
from caregivers.models import Absence, Availability, Credential, Grievance, SupervisionAcknowledgement
from caregivers.rule import RULE
from tests.carecenter.test_look import problems
from tests.test_story import fill, save, sign_in
from tests.world import make_world, staff_up

SECRET = "雇主儿子两次动手打我"


@pytest.fixture
def world(committed_db):
    world = make_world()
    with agency_context(world.agency):
        [world.caregiver] = staff_up(world, 1)
        world.second = User.objects.create_user("13700000909", PASSWORD, name="郑岚")
        Membership.objects.create(agency=world.agency, user=world.second, roles=["manager"])
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save()
    return world


def follow(page, address):
    """Tap the first link that leads there."""
    page.locator(f"main a[href='{address}']").first.click()
    page.wait_for_url(f"**{address}")


def photo():
    buffer = io.BytesIO()
    Image.new("RGB", (600, 400), "white").save(buffer, "JPEG")
    return {"name": "健康证.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


@pytest.mark.browser
def test_own_pages_on_the_phone(world, office_page, phone_page):
    page, phone = office_page, phone_page
    sign_in(phone, world.caregiver.phone)
    send_paper(phone, world)
    read_rule(phone, world)
    say_hours(phone, world)
    ask_for_leave(phone, page, world)
    for path in ("mine", "papers", "papers/new", "absences", "availability", "training", "figures", "rule", "confide"):
        assert problems(phone, f"/me/{path}/", 390) == []


def send_paper(phone, world):
    today = timezone.localdate()
    phone.goto("/me/mine/")
    follow(phone, "/me/papers/")
    follow(phone, "/me/papers/new/")
    fill(phone, kind="health", issuer="历下区疾控中心", issued_on=today.isoformat(), number="JK1")
    fill(phone, expires_on=(today + dt.timedelta(days=365)).isoformat())
    phone.set_input_files("main [name=scan]", photo())
    save(phone)
    expect(phone.locator(".message-success")).to_be_visible()
    with agency_context(world.agency):
        paper = Credential.objects.latest("pk")
        assert (paper.kind, paper.verified_on, paper.submitted_by) == ("health", None, world.caregiver.user)
    photo_link = phone.locator(f"a[href='/me/papers/{paper.pk}/photo/']").get_attribute("href")
    assert phone.context.request.get(photo_link).headers["content-type"] == "image/jpeg"


def read_rule(phone, world):
    with agency_context(world.agency):
        text = texts.draft_text(kind=RULE, by=world.manager)
        new = {"texts": {code: f"{body} 另加一句。" for code, _title, body in text.parts}, "change": "每一条加了一句"}
        texts.save_draft(text=text, by=world.manager, effective_from=timezone.localdate(), **new)
        texts.publish_text(text=text, by=world.manager)
    phone.goto("/me/mine/")
    follow(phone, "/me/rule/")
    expect(phone.locator("main")).to_contain_text(text.version)
    expect(phone.locator("main")).to_contain_text("另加一句")
    phone.locator("main form .btn-main").click()
    expect(phone.locator(".message-success")).to_be_visible()
    with agency_context(world.agency):
        row = SupervisionAcknowledgement.objects.get(version=text.version)
        assert (row.acknowledged_on, row.explained_by) == (timezone.localdate(), world.caregiver.user)
    assert phone.locator("main form .btn-main").count() == 0


def say_hours(phone, world):
    phone.goto("/me/availability/")
    fill(phone, from1="08:00", until1="17:00", from6="09:00")
    phone.locator("main form .btn-main").click()
    expect(phone.locator(".problems")).to_be_visible()
    fill(phone, until6="12:00")
    save(phone)
    with agency_context(world.agency):
        assert list(Availability.objects.values_list("weekday", flat=True)) == [1, 6]
    expect(phone.locator("[name=from6]")).to_have_value("09:00")


def ask_for_leave(phone, page, world):
    first = timezone.localdate() + dt.timedelta(days=3)
    phone.goto("/me/absences/")
    fill(phone, kind="leave", first_day=first.isoformat(), last_day=first.isoformat(), note="送孩子上学")
    save(phone)
    expect(phone.locator("main .list")).to_contain_text("送孩子上学")
    sign_in(page, world.coordinator.phone)
    page.goto("/kangze/absences/")
    page.locator("tbody a[href*='/absences/']").click()
    expect(page.locator("main")).to_contain_text("送孩子上学")
    fill(page, is_approved="yes", answer="路上小心")
    page.locator("main form .btn-main").click()
    expect(page.locator(".message-success")).to_be_visible()
    phone.goto("/me/messages/")
    phone.get_by_role("link", name="路上小心").click()
    expect(phone.locator("main .list")).to_contain_text("路上小心")
    assert phone.locator("main .list form").count() == 0  # nothing to take back any more
    with agency_context(world.agency):
        assert Absence.objects.get(note="送孩子上学").decided_by == world.coordinator


@pytest.mark.browser
def test_what_is_told_in_confidence_has_one_reader(world, office_page, phone_page):
    page, phone = office_page, phone_page
    sign_in(phone, world.caregiver.phone)
    phone.goto("/me/mine/")
    follow(phone, "/me/confide/")
    expect(phone.locator("main")).to_contain_text("12338")
    phone.locator("main form .btn-main").click()
    phone.get_by_label(world.manager.name).check()
    fill(phone, kind="mistreatment", text=SECRET)
    save(phone)
    expect(phone.locator(".message-success")).to_contain_text(world.manager.name)
    with agency_context(world.agency):
        grievance = Grievance.objects.get()
        assert grievance.recipient == world.manager
    sign_in(page, world.second.phone)
    paths = ("", "confidential/", "notices/", "caregivers/", f"caregivers/{world.caregiver.pk}/", "settings/access/", "exports/",
             "search/?q=" + SECRET[:4], f"search/?q={world.caregiver.name}")  # fmt: skip
    for path in paths:
        page.goto(f"/kangze/{path}")
        body = page.inner_text("body")
        assert SECRET not in body
        assert f"/confidential/{grievance.pk}" not in page.content()
    assert page.goto(f"/kangze/confidential/{grievance.pk}/").status == 404
    page.context.clear_cookies()
    sign_in(page, world.manager.phone)
    page.goto("/kangze/confidential/")
    page.locator("tbody a").click()
    expect(page.locator("main")).to_contain_text(SECRET)
    fill(page, text="明天换人，今晚先住宿舍")
    save(page)
    phone.reload()
    expect(phone.locator("main")).to_contain_text("今晚先住宿舍")
    page.locator("main [data-confirm]").click()
    page.locator("#confirm").get_by_role("button").first.click()
    expect(page.locator("main [data-confirm]")).to_have_count(0)  # the message before was of the answer
    phone.reload()
    assert phone.locator("main textarea").count() == 0
