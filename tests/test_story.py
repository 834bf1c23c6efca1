"""One client's whole story through the browser, from the first file to the archive, each person on their own device."""

import datetime as dt
import io
import re
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from agencies.models import User
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord
from carecenter.demo.world import PASSWORD, signed_sheet
from clients.standard import GBT_42195
from contracts.models import Agreement, HandoverSignature, Visit
from supervision.actions.return_visits import create_due_calls
from supervision.actions.surveys import run_surveys
from supervision.models import ReturnVisit, SurveyAnswer
from tests.world import make_world, staff_up

CLIENT_NUMBER = "11010519491231002X"  # a woman born on 31 December 1949
HEADINGS = ("一、协议三方", "二、服务对象的身体状况", "十七、争议解决", "十八、其他", "十九、签署", "人民币")
CHILD_NUMBER = "370102197503071235"


@pytest.fixture
def world(committed_db):
    """What is there before the story: an agency with prices and one posted caregiver."""
    world = make_world()
    with agency_context(world.agency):
        [world.caregiver] = staff_up(world, 1)
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save()
    return world


def sign_in(page, phone):
    page.goto("/accounts/login/")
    page.fill("[name=login]", phone)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(re.compile(r"/(kangze|me)/$"))


def speak_chinese(page):
    """The suite speaks the source's language until somebody chooses."""
    page.goto("/p/kangze/")
    page.click("button[value=zh-hans]")


def fill(page, **values):
    for name, value in values.items():
        field = page.locator(f"main [name={name}]").first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") in ("checkbox", "radio"):
            page.check(f"main [name={name}]" + (f"[value='{value}']" if value is not True else ""))
        else:
            field.fill(value)


def save(page):
    """Press the form's own button; no problem may be left on the page."""
    page.locator("main form .btn-main").last.click()
    page.wait_for_load_state()
    problems = page.locator(".problems")
    assert problems.count() == 0, problems.inner_text()


def press(page, text):
    page.locator(f"main >> text='{text}'").first.click()
    page.wait_for_load_state()


def draw(page):
    """Sign on the pad with a few strokes."""
    canvas = page.locator("canvas.pad")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 120)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 40 + step * 18, box["y"] + 120 + (30 if step % 2 else -30))
    page.mouse.up()


def text_of_pdf(page, link):
    body = page.context.request.get(link.get_attribute("href")).body()
    return re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(body)).pages))


@pytest.mark.browser
def test_from_the_first_file_to_the_archive(world, office_page, phone_page):
    page, phone = office_page, phone_page
    speak_chinese(phone)
    sign_in(page, world.coordinator.phone)
    open_client_file(page)
    write_plan(page)
    sign_agreement(page, phone, world)
    visit_the_client(phone, world)
    call_and_survey(page, phone, world)
    end_and_hand_over(page, world)


def open_client_file(page):
    page.goto("/kangze/clients/new/")
    fill(page, name="李淑贞", salutation="李奶奶", identity_type="resident", identity_number="110105194912310021",
         phone="13500001234", district="历下区", address="泺文路12号3单元201", means="phone")  # fmt: skip
    page.locator("main form .btn-main").last.click()
    expect(page.locator(".problems")).to_contain_text("证件号码")  # one digit is mistyped
    fill(page, identity_number=CLIENT_NUMBER)
    save(page)
    expect(page.locator("h1")).to_contain_text("李淑贞")
    file = page.url
    page.goto(f"{file}guardians/new/")
    fill(page, name="李建国", relation="儿子", phone="13700001234", authority="agent", identity_number=CHILD_NUMBER,
         is_emergency_contact=True)  # fmt: skip
    page.set_input_files(
        "main [name=proof]", {"name": "proof.png", "mimeType": "image/png", "buffer": signed_sheet()[1]}
    )
    save(page)
    page.goto(f"{file}consents/new/")
    page.get_by_label("李建国").check()
    for kind in ("health_data", "sharing"):
        page.check(f"main [name=kinds][value={kind}]")
    fill(page, means="phone")
    save(page)
    page.goto(f"{file}health/")
    fill(page, illnesses="高血压", medicines="氨氯地平 每日一次", allergies="无")
    save(page)
    page.goto(f"{file}assessments/new/")
    fill(page, reason="first", assessors="周敏、何静")
    for item in GBT_42195:
        page.check(f"main [name={item.code}][value='{item.highest}']")
    save(page)
    expect(page.locator("main")).to_contain_text("能自理")


def write_plan(page):
    start = timezone.localtime() + dt.timedelta(minutes=10)
    page.goto(f"{page.url}plans/new/")
    page.check(f"main [name=slots0_days][value='{start.isoweekday()}']")
    fill(page, work_form="hourly", slots0_at=start.strftime("%H:%M"), slots0_hours="2", mode="上门服务",
         procedure="问好、测血压、做饭、告别", equipment="血压计一台", cautions="起身时在旁照看")  # fmt: skip
    for item in ("做饭", "测血压"):
        page.locator("label", has_text=re.compile(f"^\\s*{item}")).locator("input").check()
    save(page)
    press(page, "客户确认")
    fill(page, agreed_means="face")
    save(page)
    expect(page.locator("main")).to_contain_text("客户已确认")


def sign_agreement(page, phone, world):
    today = timezone.localdate()
    page.locator("main a", has_text="新建协议").first.click()
    ends_on = (today + dt.timedelta(days=200)).isoformat()
    fill(
        page,
        caregiver=str(world.caregiver.pk),
        starts_on=today.isoformat(),
        ends_on=ends_on,
        condition_disclosed=True,
        insurance="无",
    )
    page.locator("main [name=guardian]").select_option(index=1)
    save(page)
    press(page, "发起签署")
    links = {party: page.locator(f"#link-{party}").inner_text() for party in ("client", "caregiver")}
    sign_in(phone, world.manager.phone)
    phone.goto(urlsplit(page.url).path)
    phone.locator("main a", has_text="在此签字").nth(1).click()
    draw(phone)
    save(phone)
    phone.context.clear_cookies()
    speak_chinese(phone)
    for party, digits in (("client", CHILD_NUMBER[-4:]), ("caregiver", world.caregiver.identity_number[-4:])):
        with agency_context(world.agency):
            assert Agreement.objects.get().state == "signing"
        phone.goto(urlsplit(links[party]).path)
        fill(phone, last_digits=digits)
        save(phone)
        for box in phone.locator("main [name=key_terms]").all():
            box.check()
        fill(phone, agrees=True)
        draw(phone)
        save(phone)
        expect(phone.locator("main")).to_contain_text("您已签署")
    page.reload()
    expect(page.locator("main")).to_contain_text("生效中")
    text = text_of_pdf(page, page.locator("main a", has_text="PDF").last)
    for words in ("李建国", "李淑贞", world.caregiver.name, "康泽居家养老服务有限公司", world.manager.name, *HEADINGS):
        assert words in text


def visit_the_client(phone, world):
    sign_in(phone, world.caregiver.phone)
    expect(phone.locator("main")).to_contain_text("李奶奶")
    phone.locator("main .btn-big").first.click()
    fill(phone, credentials_shown=True)
    press(phone, "签到")
    outcomes = phone.locator("fieldset.task")
    assert outcomes.count() == 2
    phone.get_by_role("button", name="全部完成").click()
    outcomes.nth(1).locator("summary").click()
    outcomes.nth(1).locator("input[value=refused]").check()
    phone.fill("main [name=note]", "精神好，午饭吃得香。")
    press(phone, "完成签退")
    expect(phone.locator(".problems")).to_contain_text("请说明为什么没做")
    expect(phone.locator(".problems")).to_contain_text("约定时间还没到就离开")
    expect(outcomes.nth(1).locator("input[value=refused]")).to_be_checked()
    expect(phone.locator("main [name=note]")).to_have_value("精神好，午饭吃得香。")
    outcomes.nth(1).locator("input[name^=reason]").fill("老人今天不想量")
    fill(phone, leave_reason="老人要出门")
    press(phone, "完成签退")
    with agency_context(world.agency):
        visit = Visit.objects.filter(state="done").get()
        assert visit.credentials_shown
        assert [task.outcome for task in visit.tasks.order_by("service_item__code")] == ["done", "refused"]
        assert visit.care_notes.get().text == "精神好，午饭吃得香。"


def call_and_survey(page, phone, world):
    with agency_context(world.agency):
        assert create_due_calls()["running"] == 1
        assert run_surveys()["invited"] == 1
    page.goto("/kangze/calls/")
    page.locator("tbody a").first.click()
    fill(page, spoke_with="李建国", satisfaction="satisfied", summary="一切正常")
    if page.locator("main [name=hour_reason]").count():  # the story may be told at night
        fill(page, hour_reason="家属来电")
    page.locator("main form .btn-main").first.click()
    expect(page.locator(".message-success")).to_be_visible()
    page.goto("/kangze/messages/")
    link = re.search(r"/p/kangze/survey/\S+", page.locator("main").inner_text()).group()
    phone.goto(link)
    phone.check("main [name=overall][value=very_satisfied]")
    save(phone)
    expect(phone.locator("main")).to_contain_text("您的意见已收到")
    phone.goto(link)
    expect(phone.locator("main")).to_contain_text("您已经答复过了")
    with agency_context(world.agency):
        call = ReturnVisit.objects.get(state="done")
        assert (call.satisfaction, call.spoke_with, call.done_by) == ("satisfied", "李建国", world.coordinator)
        assert SurveyAnswer.objects.get().overall == "very_satisfied"
    page.goto("/kangze/surveys/")
    page.locator("tbody a").first.click()
    expect(page.locator("main")).to_contain_text("1 / 1")


def end_and_hand_over(page, world):
    page.goto("/kangze/agreements/")
    page.locator("tbody a").first.click()
    agreement = page.url
    press(page, "终止")
    fill(page, end_reason="client", end_note="家属搬来同住")
    page.get_by_role("button", name="计算结算金额").click()
    page.get_by_role("button", name="终止协议").click()
    expect(page.locator("main")).to_contain_text("JJ-")  # it opens by itself
    press(page, "交接记录")
    fill(page, condition="神志清楚，情绪平稳", medicines="自服降压药", risks="无", habits="午睡", open_matters="下周三复诊", keys="门钥匙一把，已归还",
         papers="护理记录一本", money="无", opinion="very_satisfied", opinion_text="谢谢阿姨")  # fmt: skip
    save(page)
    press(page, "提交签字")
    for party, name in (("outgoing", world.caregiver.name), ("receiver", "李建国"), ("agency", world.coordinator.name)):
        page.locator(f"main a.btn[href$='/{party}/']").click()
        expect(page.locator("main")).to_contain_text("谢谢阿姨")
        fill(page, signer_name=name)
        draw(page)
        save(page)
    press(page, "归档")
    save(page)
    text = text_of_pdf(page, page.locator("main a", has_text="PDF"))
    for words in ("交接记录", "李淑贞", world.caregiver.name, "下周三复诊", "门钥匙一把", "谢谢阿姨"):
        assert words in text
    with agency_context(world.agency):
        assert HandoverSignature.objects.count() == 3
        ended = Agreement.objects.get()
        record = ArchiveRecord.objects.get(source="agreement", source_id=ended.pk)
        assert (record.archive_class, record.clock_started_on) == ("contracts", ended.ended_on)
        last = (ended.ended_on.month, ended.ended_on.day)
        kept_until = (record.retain_until.year, record.retain_until.month, record.retain_until.day)
        assert kept_until == (ended.ended_on.year + 3, *(last if last != (2, 29) else (2, 28)))
    number = re.search(r"HT-\d{4}-\d{4}", page.locator("main").inner_text()).group()
    page.goto(f"/kangze/archive/?q={number}")
    today = timezone.localdate()
    day = today.day if (today.month, today.day) != (2, 29) else 28
    expect(page.locator("tbody")).to_contain_text(f"{today.year + 3}-{today.month:02}-{day:02}")
    page.goto(agreement)
    expect(page.locator("main")).to_contain_text("已终止")
