"""What stands in the clients' files beside the rest: homes checked, papers filed, requests about personal data."""

import datetime as dt

from carecenter.demo.base import World, at
from carecenter.demo.world import signed_sheet
from clients.actions import assessments, home, papers, requests
from clients.home import ITEMS
from clients.models import Client
from clients.scales import GBT_42195

FINDINGS = [
    ("mat", "浴室铺防滑垫、加洗澡凳", "client"),
    ("light", "床边装夜灯", "client"),
    ("power", "厨房插线板老化，更换", "client"),
    ("protection", "补一次性手套和口罩", "agency"),
    ("threshold", "客厅地毯卷边，收起", "caregiver"),
]
WISHES = [
    ("济南话", "口味清淡，不吃辣", "说话声音大一点"),
    ("普通话", "面食为主，少油少盐", "希望固定一个人来"),
    ("济南话", "糖尿病，不吃甜", ""),
]


def complete(world: World, files: list[Client]) -> None:
    """Most homes are checked; of a few something is open, and every twelfth waits."""
    for place, client in enumerate(files[:-3]):
        if place % 12 != 11:
            _check(world, client, place)
        if place % 4 == 0:
            wishes = WISHES[place // 4 % len(WISHES)]
            fields = dict(zip(("dialect", "diet", "caregiver_wishes"), wishes, strict=True))
            Client.objects.filter(pk=client.pk).update(**fields)
        if place % 10 == 0:
            _papers(world, client, ends_in=(20, 400, -5)[place // 10 % 3])
    _ask(world, files)


def _check(world, client, place):
    answers = {item.code: "fine" for item in ITEMS} | {"transfer": "none", "rest": "none", "animals": "none"}
    day = max(client.created_at.date(), world.ago(60))
    findings = []
    if place % 5 == 0:
        code, text, whom = FINDINGS[place // 5 % len(FINDINGS)]
        answers[code] = "wrong"
        findings = [{"code": code, "text": text, "by_whom": whom, "due_on": day + dt.timedelta(days=14)}]
    with at(day, hour=16):
        check = home.check_home(
            client=client, by=world.coordinator, reason="first", checked_on=day, with_whom="家属", answers=answers,
            findings=findings,
        )  # fmt: skip
    if findings and place % 10:
        done_on = min(day + dt.timedelta(days=7), world.today)
        with at(done_on, hour=17):
            home.put_right(finding=check.findings.get(), by=world.coordinator, done_on=done_on, done_note="已看过")


def _papers(world, client, ends_in):
    with at(max(client.created_at.date(), world.ago(30)), hour=17):
        filed = {"client": client, "by": world.coordinator, "file": signed_sheet()}
        papers.add_paper(kind="identity", title="身份证复印件", **filed)
        ends_on = world.today + dt.timedelta(days=ends_in)
        papers.add_paper(kind="insurance", title="长期护理保险待遇通知", expires_on=ends_on, **filed)


def _ask(world, files):
    """A family wants to see what is held; a client is to count as able, which a second person has to agree to."""
    with at(world.ago(2), hour=9):
        asked = {"by": world.coordinator, "means": "hall"}
        requests.take_request(client=files[0], kind="access", wish="想看看你们都存了我哪些信息。", **asked)
        requests.take_request(client=files[1], kind="correction", wish="紧急联系人的电话换了。", **asked)
    with at(world.ago(1), hour=9):
        answers = {item.code: item.highest for item in GBT_42195} | {"bathing": 2}
        assessments.record_assessment(
            client=files[-4], by=world.manager, scale="gbt_42195", reason="review", assessed_on=world.ago(1),
            assessors="周敏、何静", answers=answers, override="able", override_reason="装了扶手后能自己洗澡，家属现场确认。",
        )  # fmt: skip
