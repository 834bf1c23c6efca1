"""From an enquiry on the web page to the client's file, through the browser, with nothing typed twice."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from agencies.models import User
from agencies.tenancy import agency_context
from carecenter.demo.world import PASSWORD
from clients.models import Client, Enquiry
from tests.test_story import fill, save, sign_in
from tests.world import make_world


@pytest.fixture
def world(committed_db):
    world = make_world()
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.language = "en"
        user.save()
    return world


@pytest.mark.browser
def test_from_the_web_page_to_the_client_file(world, office_page, phone_page, monkeypatch):
    monkeypatch.setattr("agencies.robots.LEAST", dt.timedelta(0))  # a test types faster than people
    number = ask(phone_page)
    sign_in(office_page, world.coordinator.phone)
    answer(office_page, number)
    look_up(phone_page, number)
    become_client(office_page, world)


def ask(phone):
    phone.goto("/p/kangze/enquire/")
    fill(phone, caller="李女士", phone="13700001234", district="历下区", need="妈妈八十岁，想找人每天做午饭")
    phone.locator("main form .btn-main").click()
    expect(phone.locator("h1")).to_have_text("Thank you")
    return re.search(r"ZX-\d{4}-\d{4}", phone.inner_text("main")).group()


def answer(page, number):
    page.goto("/kangze/enquiries/new/")
    page.fill("#known-text", "13700001234")
    page.locator(".search-first button").click()
    page.locator("#known a").first.click()
    expect(page.locator("h1")).to_contain_text(number)
    fill(page, text="已回电，约好明天上门看看", follow_up_on="2099-01-01")
    page.locator("main form:has([name=text]) .btn-main").click()
    expect(page.locator(".timeline")).to_contain_text("约好明天上门看看")


def look_up(phone, number):
    phone.goto("/p/kangze/enquire/status/")
    fill(phone, number=number, tail="1234")
    phone.locator("main form .btn-main").click()
    expect(phone.locator("main")).to_contain_text("answered, being followed up")


def become_client(page, world):
    page.locator(".page-head .btn-main").click()
    expect(page.locator("main [name=phone]").first).to_have_value("13700001234")
    expect(page.locator("main [name=district]")).to_have_value("历下区")
    expect(page.locator("main [name=needs]")).to_have_value("妈妈八十岁，想找人每天做午饭")
    fill(page, name="李淑贞", salutation="李奶奶", identity_type="resident", identity_number="11010519491231002X",
         address="泺文路12号", means="phone")  # fmt: skip
    save(page)
    expect(page.locator("h1")).to_contain_text("李淑贞")
    expect(page.locator(".card-next")).to_contain_text("not checked yet")
    with agency_context(world.agency):
        enquiry, client = Enquiry.objects.get(), Client.objects.get()
    assert (enquiry.state, enquiry.client_id, client.needs) == ("client", client.pk, "妈妈八十岁，想找人每天做午饭")
