"""An agreement on paper in a browser: printed, photographed, uploaded once for all three, matched by its code, compared, ended."""

import re
import subprocess

import pytest
from playwright.sync_api import expect

from agencies.models import User
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from carecenter.demo.world import PASSWORD
from contracts.models import Agreement
from tests.test_story import fill, press, save, sign_in, speak_chinese
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(committed_db):
    world = make_world()
    with agency_context(world.agency):
        [caregiver] = staff_up(world, 1)
        first, second = demo.take_in(world, 8)[1:3]
        world.agreement = sign_agreement(world, caregiver, first, upto="draft")
        world.other = sign_agreement(world, caregiver, second, upto="draft", slot=1)
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save()
    return world


def photograph(page, tmp_path, name):
    """The page with the signatures of the paper that was printed, as a picture."""
    link = page.locator("main a", has_text="PDF").first.get_attribute("href")
    file = tmp_path / f"{name}.pdf"
    file.write_bytes(page.context.request.get(link).body())
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    number = next(n for n, sheet in enumerate(text.split("\f"), 1) if "甲方（客户）签字" in sheet)
    where = ["-f", str(number), "-l", str(number), "-singlefile"]
    subprocess.run(["pdftoppm", "-r", "100", "-png", *where, file, tmp_path / name], check=True)
    return tmp_path / f"{name}.png"


def upload(page, scan):
    press(page, "纸质签署")
    for party in page.locator("main [name=parties]").all():
        party.check()
    page.set_input_files("main [name=scan]", scan)


@pytest.mark.browser
def test_a_paper_is_signed_photographed_and_read_by_its_code(world, office_page, tmp_path):
    page = office_page
    speak_chinese(page)
    sign_in(page, world.manager.phone)
    scans = {}
    for agreement in (world.other, world.agreement):
        page.goto(f"/kangze/agreements/{agreement.pk}/")
        press(page, "发起签署")
        scans[agreement.pk] = photograph(page, tmp_path, agreement.number)
    upload(page, scans[world.other.pk])
    page.locator("main form .btn-main").last.click()
    expect(page.locator(".problems")).to_contain_text(world.other.number)  # the wrong paper
    assert page.locator("main [name=parties]:checked").count() == 3
    page.set_input_files("main [name=scan]", scans[world.agreement.pk])
    save(page)
    expect(page.locator("body")).to_contain_text("已读取纸上的二维码")
    expect(page.locator("main")).to_contain_text("生效中")
    assert page.get_by_text("已读取二维码，是本文本").count() == 3
    press(page, "续订")
    save(page)
    expect(page.locator("h1")).to_have_text(re.compile(f"{world.agreement.number}-X1"))
    page.get_by_role("link", name="比对").first.click()
    expect(page.locator("main ins").first).to_be_visible()
    page.goto(f"/kangze/agreements/{world.agreement.pk}/")
    page.locator("main a.btn-wrong", has_text="终止").click()
    fill(page, end_reason="client", end_note="搬去女儿家")
    page.locator("main button[name=work_out]").click()
    expect(page.locator("main")).to_contain_text("客户应付")
    expect(page.locator("main [name=end_note]")).to_have_value("搬去女儿家")
    with agency_context(world.agency):
        assert Agreement.objects.get(pk=world.agreement.pk).ended_on is None
