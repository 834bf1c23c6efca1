"""From the first form to the posting certificate, and the badge at the door, each person on their own device."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from agencies.models import User
from agencies.tenancy import agency_context
from carecenter.demo.world import PASSWORD
from caregivers.models import BadgeScan, Caregiver
from caregivers.queries.badge import badge_url
from tests.carecenter.test_look import problems
from tests.caregivers import people
from tests.test_story import fill, save, sign_in, text_of_pdf
from tests.world import make_world


@pytest.fixture
def world(committed_db):
    world = make_world()
    with agency_context(world.agency):
        world.course = people.open_course()
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.language = "en"
        user.save()
    return world


@pytest.mark.browser
def test_from_the_first_form_to_the_posting_certificate_and_the_badge_at_the_door(world, office_page, phone_page):
    page, phone = office_page, phone_page
    sign_in(page, world.manager.phone)
    steps = open_file(page)
    give_notice(page)
    refuse_a_later_step(page, steps)
    go_through_the_steps(page, steps, world)
    finish(page, world)
    badge = print_badge(page, world)
    scan_at_the_door(phone, badge, world)
    leave(page, world)
    scan_after_leaving(phone, badge, world)


def open_file(page):
    page.goto("/kangze/caregivers/new/")
    today = timezone.localdate().isoformat()
    fill(page, name="王秀兰", identity_type="resident", identity_number=people.IDENTITY, phone="13605310107",
         education="junior_high", employment="full_time", work_forms="hourly", declared_no_history_on=today,
         hired_on=today)  # fmt: skip
    name, content, kind = people.photo()
    page.set_input_files("main [name=photo]", {"name": name, "mimeType": kind, "buffer": content})
    save(page)
    page.locator("main .page-head .btn-main").click()
    page.wait_for_url("**/onboarding/")
    expect(page.locator(".page-head")).to_contain_text("0 of 10 steps done")
    return page.url


def give_notice(page):
    page.locator(".page-head form button").click()
    page.wait_for_load_state()
    page.reload()
    text = text_of_pdf(page, page.locator("main a", has_text="PDF"))
    for words in ("一次性告知单", "王秀兰", "推定", "没有健康证明", "9签订用工协议并投保"):
        assert words in text


def refuse_a_later_step(page, steps):
    page.goto(f"{steps}contract/")
    fill(page, note="劳动合同", nothing_withheld=True)
    page.locator("main form .btn-main").last.click()
    for words in ("registration", "identity card", "health certificate", "interview", "Theory", "supervision rule"):
        expect(page.locator(".problems")).to_contain_text(words)


def go_through_the_steps(page, steps, world):
    file = steps.removesuffix("onboarding/")
    page.goto(f"{steps}registration/")
    fill(page, is_informed=True)
    save(page)
    issued = timezone.localdate() - dt.timedelta(days=20)
    for kind in people.PAPERS:
        page.goto(f"{file}credentials/new/")
        fill(page, kind=kind, number=f"JN-{kind[:4]}", issuer="济南市", grade="5" if kind == "domestic_service" else "", issued_on=issued.isoformat(), original_sighted=True,
             expires_on=(issued + dt.timedelta(days=365)).isoformat())  # fmt: skip
        save(page)
    for score, stage in ((55, "are needed"), (80, "passed")):
        page.goto(f"{steps}interview/")
        fill(page, score=str(score))
        save(page)
        expect(page.locator("tr", has_text="Interview").first).to_contain_text(stage)
    with agency_context(world.agency):
        people.train(Caregiver.objects.get(), world.course, world.manager)
    page.goto(f"{file}rule/")
    name, content, kind = people.photo()
    page.set_input_files("main [name=scan]", {"name": name, "mimeType": kind, "buffer": content})
    save(page)
    page.goto(f"{steps}contract/")
    fill(page, note="劳动合同 LD-2026-0001", nothing_withheld=True)
    save(page)
    expect(page.locator(".page-head")).to_contain_text("9 of 10 steps done")


def finish(page, world):
    page.locator(".page-head .btn-main").click()
    expect(page.locator(".effects")).to_contain_text("Level at entry: Ordinary.")
    page.locator("main form .btn-main").click()
    expect(page.locator(".page-head")).to_contain_text("10 of 10 steps done")
    page.reload()
    number = f"SG-{timezone.localdate().year}-0001"
    text = text_of_pdf(page, page.locator("main li", has_text=number).locator("a", has_text="PDF"))
    for words in ("上岗证", "王秀兰", "0001", number, "普通居家养老服务员", "康泽居家养老服务有限公司"):
        assert words in text
    with agency_context(world.agency):
        assert Caregiver.objects.get().state == "active"


def print_badge(page, world):
    page.goto(re.sub("onboarding/$", "", page.url))
    page.locator("form[action$='/badge/'] button").click()
    page.wait_for_load_state()
    page.reload()
    text = text_of_pdf(page, page.locator("dd a", has_text="PDF").last)
    assert "工号牌" in text
    assert "王秀兰" in text
    with agency_context(world.agency):
        caregiver = Caregiver.objects.get()
        return urlsplit(badge_url(caregiver, caregiver.badge_version)).path


def scan_at_the_door(phone, badge, world):
    assert problems(phone, badge, 390) == []
    expect(phone.locator(".verdict-running")).to_be_visible()
    expect(phone.locator("main")).to_contain_text("王秀兰")
    assert phone.evaluate("document.querySelector('main img').naturalWidth") == 480
    with agency_context(world.agency):
        assert [scan.light for scan in BadgeScan.objects.all()] == ["green"]


def leave(page, world):
    with agency_context(world.agency):
        caregiver = Caregiver.objects.get()
    page.goto(f"/kangze/caregivers/{caregiver.pk}/leave/")
    expect(page.locator(".effects")).to_contain_text("is withdrawn")
    fill(page, left_reason="本人辞职")
    page.locator("main form .btn-main").click()
    expect(page.locator(".message-success")).to_be_visible()


def scan_after_leaving(phone, badge, world):
    assert problems(phone, badge, 390) == []
    expect(phone.locator(".verdict-wrong")).to_be_visible()
    expect(phone.locator("main")).not_to_contain_text("王秀兰")
    assert phone.locator("main img").count() == 0
    with agency_context(world.agency):
        assert [scan.light for scan in BadgeScan.objects.all()] == ["red", "green"]  # the latest first
