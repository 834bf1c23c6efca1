"""A promotion in the browser: from the board to the certificate, three people on their own devices."""

import pytest
from playwright.sync_api import expect

from agencies.models import Membership, User
from agencies.tenancy import agency_context
from carecenter.demo.world import PASSWORD
from caregivers.models import LevelGrant, ServiceDay
from caregivers.standard.levels import FORM
from caregivers.tasks import level_standings
from tests.carecenter.test_look import problems
from tests.caregivers import people
from tests.test_story import fill, save, sign_in, text_of_pdf
from tests.world import make_world


@pytest.fixture
def world(committed_db):
    world = make_world()
    with agency_context(world.agency):
        world.caregiver = people.ready(name="王秀兰", number="0007", pinyin="wangxiulan wxl")
        short = people.ready(name="何梅", number="0008")
        ServiceDay.objects.filter(caregiver=short, day__lt=people.ago(100)).delete()
        world.second = User.objects.create_user("13700000909", PASSWORD, name="郑岚")
        Membership.objects.create(agency=world.agency, user=world.second, roles=["manager"])
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.language = "en"
        user.save()
    level_standings(agency_id=world.agency.pk)
    return world


@pytest.mark.browser
def test_from_the_board_to_the_certificate(world, office_page, phone_page):
    page, other = office_page, phone_page
    sign_in(page, world.coordinator.phone)
    apply(page)
    application = page.url
    expect(page.get_by_role("link", name="Approve")).to_have_count(0)
    sign_in(other, world.staff["quality_officer"].phone)
    approve(other, application, "approvals missing 1")
    other.context.clear_cookies()
    sign_in(other, world.second.phone)
    approve(other, application, "XJ-")
    with agency_context(world.agency):
        grant = LevelGrant.objects.get(kind="promotion")
        assert (grant.level, grant.caregiver, grant.granted_by) == (1, world.caregiver, world.second)
    read_papers(page, application, grant)
    page.goto("/kangze/promotions/?tab=eligible")
    expect(page.locator("main")).not_to_contain_text("王秀兰")
    assert problems(page, f"/kangze/caregivers/{world.caregiver.pk}/level/", 1440) == []


def apply(page):
    page.goto("/kangze/promotions/?tab=eligible")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="王秀兰 0007").click()
    expect(page.locator("main")).to_contain_text("May rise now")
    page.get_by_role("link", name="Apply for One star").click()
    page.wait_for_url("**/level/1/apply/")
    fill(page, **{line.code: "4" for line in FORM})
    fill(page, **{FORM[0].code: "2"})
    page.locator("main form .btn-main").last.click()
    expect(page.locator(".problems")).to_contain_text("at least 3 points: Living-care skills")
    expect(page.locator(f"[name={FORM[1].code}][value='4']")).to_be_checked()
    fill(page, **{FORM[0].code: "4"})
    save(page)
    expect(page.locator("main")).to_contain_text("approvals missing 2")


def approve(page, application, outcome):
    page.goto(application)
    page.get_by_role("link", name="Approve").click()
    page.wait_for_url("**/approve/")
    save(page)
    expect(page.locator("main")).to_contain_text(outcome)
    expect(page.get_by_role("link", name="Approve")).to_have_count(0)


def read_papers(page, application, grant):
    page.goto(application)
    form, certificate = page.locator("main li a", has_text="PDF").all()
    text = text_of_pdf(page, form)
    for words in ("星级评定表", "王秀兰", "周敏", "何静", "郑岚", "5次评价，平均3.00分", "6.2.1"):
        assert words in text
    text = text_of_pdf(page, certificate)
    for words in ("居家养老服务员星级证书", "王秀兰", "一星级居家养老服务员", grant.number, "康泽居家养老服务有限公司"):
        assert words in text
