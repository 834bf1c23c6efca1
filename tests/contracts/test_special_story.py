"""A caregiver falls out, somebody else takes over, and the baton is passed: phone and office, in the browser."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from agencies.models import User
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord
from carecenter.demo import world as demo
from carecenter.demo.world import PASSWORD
from contracts.actions.visits import plan_visits
from contracts.models import Agreement, Handover, SpecialEvent, Visit
from supervision.models import Incident
from tests.carecenter.test_look import problems
from tests.test_story import draw, fill, press, save, sign_in, speak_chinese
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(committed_db):
    world = make_world()
    with agency_context(world.agency):
        world.first, world.second = staff_up(world, 2)
        world.client = demo.take_in(world, 8)[1]
        starts_on = timezone.localdate() - dt.timedelta(days=1)
        world.agreement = sign_agreement(world, world.first, world.client, starts_on=starts_on)
        plan_visits()
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save()
    return world


@pytest.mark.browser
def test_replacement_after_a_special_event_and_handover(world, office_page, phone_page):
    page, phone = office_page, phone_page
    for device in (page, phone):
        speak_chinese(device)
    sign_in(phone, world.first.phone)
    sign_in(page, world.coordinator.phone)
    report_from_the_phone(phone, world)
    replace_in_the_office(page, world)
    hand_over(page, phone, world)


def report_from_the_phone(phone, world):
    phone.get_by_role("link", name="我不能上门").click()
    fill(phone, text="孩子住院，要去外地照顾")
    press(phone, "告知机构")
    expect(phone.locator("main")).to_contain_text("请立即告知")
    for party, name in (("client", world.client.name), ("guardian", "女儿")):
        phone.check(f"main [name=party][value={party}]")
        fill(phone, name=name)
        press(phone, "我已告知")
    expect(phone.locator("main")).not_to_contain_text("请立即告知")
    with agency_context(world.agency):
        assert not Visit.objects.filter(caregiver=world.first, state="planned").exists()


def replace_in_the_office(page, world):
    page.goto("/kangze/special/?only=open")
    page.locator("tbody a").first.click()
    event = page.url
    assert problems(page, event, 1440) == []
    expect(page.locator("main")).to_contain_text(world.second.name)
    press(page, "换人补充协议")
    press(page, "发起签署")
    with agency_context(world.agency):
        draft = Agreement.objects.get(amends=world.agreement)
        assert (draft.state, draft.caregiver) == ("signing", world.second)
        demo.sign_rest(world, draft)
    page.goto(event)
    expect(page.locator("main")).to_contain_text("已处理")
    with agency_context(world.agency):
        assert SpecialEvent.objects.get().outcome == "supplement"
        assert Visit.objects.filter(caregiver=world.second, state="planned").exists()


def hand_over(page, phone, world):
    page.goto("/kangze/handovers/?only=open")
    page.locator("tbody a").first.click()
    expect(page.locator("main")).to_contain_text(world.second.name)
    press(page, "修改")
    fill(page, condition="神志清楚", medicines="氨氯地平余五天量", risks="起身要扶", habits="午睡", open_matters="无",
         keys="钥匙一把", papers="护理记录一本", money="无", opinion="satisfied")  # fmt: skip
    save(page)
    record = page.url
    press(page, "提交签字")
    with agency_context(world.agency):
        handover = Handover.objects.get()
    for person in (world.first, world.second):
        phone.context.clear_cookies()
        speak_chinese(phone)
        sign_in(phone, person.phone)
        phone.goto(f"/me/handovers/{handover.pk}/")
        expect(phone.locator("main")).to_contain_text("钥匙一把")
        draw(phone)
        save(phone)
    page.goto(record)
    page.locator("main a.btn[href$='/agency/']").click()
    draw(page)
    save(page)
    press(page, "归档")
    save(page)
    with agency_context(world.agency):
        handover.refresh_from_db()
        assert (handover.state, handover.to, handover.next_caregiver) == ("filed", "caregiver", world.second)
        assert handover.signatures.count() == 3
        assert ArchiveRecord.objects.filter(source="handover").exists()


@pytest.mark.browser
def test_an_emergency_takes_two_taps(world, phone_page):
    phone = phone_page
    speak_chinese(phone)
    sign_in(phone, world.first.phone)
    phone.get_by_role("link", name="紧急情况").click()
    assert problems(phone, "/me/emergency/", 390) == []
    phone.get_by_role("button", name="客户突发疾病").click()
    expect(phone.locator("main")).to_contain_text("不要搬动")
    phone.get_by_role("button", name="急救 120").click()
    expect(phone.locator("main")).to_contain_text("急救 120")
    with agency_context(world.agency):
        assert [entry.told for entry in Incident.objects.get().entries.all()] == ["agency", "ambulance"]
