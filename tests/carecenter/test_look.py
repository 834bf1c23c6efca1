"""Every frame in a real browser: readable by everybody, inside the screen, without anything the policy refuses."""

import pytest
from django.conf import settings

from agencies.models import Membership, Role
from agencies.tenancy import agency_context
from caregivers.models import Caregiver
from clients.models import Client
from tests.conftest import make_agency
from tests.factories import DAY, make_one, make_user

AXE = settings.BASE_DIR / "node_modules/axe-core/axe.min.js"


@pytest.fixture
def agency(committed_db):
    agency = make_agency("maple", "枫林", "91370102MA3T00001X")
    for phone, role in [("13800000001", Role.MANAGER), ("13800000101", Role.CAREGIVER)]:
        user = make_user(name="王秀兰")
        user.phone = phone
        user.set_password("demo-2026")
        user.save()
        Membership.objects.create(agency=agency, user=user, roles=[role])
    with agency_context(agency):
        make_one(Client, name="李淑贞", number="KH-0001")
        make_one(Caregiver, name="王秀兰", number="0107", state="active", posted_on=DAY, user=user)
    return agency


def sign_in(page, phone):
    page.goto("/accounts/login/")
    page.fill("[name=login]", phone)
    page.fill("[name=password]", "demo-2026")
    page.click("main button")
    page.wait_for_load_state()


def problems(page, path, width):
    """What stands against a page: answers of axe, what the browser refused, what hangs over the edge."""
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(path)
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes.map(n => n.target)))")
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*said, *found, *([f"{over} px too wide"] if over > 0 else [])]


@pytest.mark.browser
def test_office_pages_are_sound(agency, office_page):
    sign_in(office_page, "13800000001")
    with agency_context(agency):
        client = Client.objects.get().pk
    paths = [
        "/maple/clients/",
        f"/maple/clients/{client}/",
        "/maple/clients/new/",
        "/maple/enquiries/new/",
        "/maple/caregivers/",
        "/maple/rota/",
    ]
    found = {(path, width): problems(office_page, path, width) for path in paths for width in (1440, 390)}
    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.browser
def test_rows_of_a_table_stand_inside_a_small_screen(agency, office_page):
    sign_in(office_page, "13800000001")
    beside = "() => [...document.querySelectorAll('.scroll')].filter(b => b.scrollWidth > b.clientWidth).length"
    for width, is_stacked in ((390, True), (1440, False)):
        office_page.set_viewport_size({"width": width, "height": 844})
        office_page.goto("/maple/clients/?tab=all")
        office_page.wait_for_selector("table.stacked")
        assert office_page.evaluate(beside) == 0
        assert office_page.locator("[data-label]").first.get_attribute("data-label") == "自理状况"
        assert office_page.locator("tbody tr").first.evaluate("row => getComputedStyle(row).display") == (
            "flex" if is_stacked else "table-row"
        )


@pytest.mark.browser
def test_keys_search_and_a_question_before_the_last_step(agency, office_page):
    sign_in(office_page, "13800000001")
    office_page.goto("/maple/rota/")
    office_page.keyboard.press("/")
    office_page.keyboard.type("李淑贞")
    office_page.wait_for_selector("#search-hits a")
    office_page.keyboard.press("ArrowDown")
    assert "李淑贞" in office_page.evaluate("document.activeElement.textContent")
    office_page.keyboard.press("Enter")
    office_page.wait_for_url("**/clients/*/")
    with agency_context(agency):
        caregiver = Caregiver.objects.get()
    office_page.goto(f"/maple/caregivers/{caregiver.pk}/")
    suspend = office_page.locator("button[data-confirm]").first
    suspend.click()
    office_page.keyboard.press("Escape")
    assert not office_page.locator("#confirm").is_visible()
    suspend.click()
    office_page.click("#confirm button[value=yes]")
    office_page.wait_for_selector(".message")
    with agency_context(agency):
        caregiver.refresh_from_db()
    assert caregiver.state == "suspended"


@pytest.mark.browser
def test_phone_and_public_pages_are_sound(agency, phone_page):
    found = {
        path: problems(phone_page, path, 390)
        for path in ["/accounts/login/", "/p/maple/", "/p/maple/complain/", "/p/maple/enquire/"]
    }
    sign_in(phone_page, "13800000101")
    paths = ["/me/", "/me/schedule/", "/me/messages/", "/me/mine/", "/?choose=1", "/accounts/password/change/"]
    found |= {(path, width): problems(phone_page, path, width) for path in paths for width in (320, 390)}
    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.browser
def test_first_load_of_the_phone_is_small(agency, phone_page):
    sizes = []
    phone_page.on("response", lambda response: sizes.append(len(response.body())) if response.ok else None)
    sign_in(phone_page, "13800000101")
    assert phone_page.url.endswith("/me/")
    sizes.clear()
    phone_page.context.new_cdp_session(phone_page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    phone_page.goto("/me/", wait_until="networkidle")
    assert 0 < sum(sizes) < 60_000


@pytest.mark.browser
def test_menu_opens_on_a_small_screen_without_javascript(agency, browser, live_server_url):
    context = browser.new_context(
        base_url=live_server_url, viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    page = context.new_page()
    sign_in(page, "13800000001")
    page.goto("/maple/clients/")
    assert not page.locator("#side").is_visible()
    page.click(".menu-open")
    assert page.locator("#side").is_visible()
    page.click(".menu-close")
    assert not page.locator("#side").is_visible()
    context.close()
