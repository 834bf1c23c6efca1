"""What the papers of contracts say, and that a signed text cannot be printed otherwise."""

import datetime as dt
import hashlib
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from time_machine import travel

from agencies.fields import lookup_hash
from archive import actions as archive
from archive.models import Document
from contracts import documents
from contracts.paper_words import days, length, pattern
from contracts.terms import agreement_terms, terms_digest, wording_digest
from tests.contracts import paper_rows as rows
from tests.past_the_rules import strike


def text_of(pair):
    """The text of a paper without its layout and white space; test_paper_layout reads the PDF itself."""
    template, context = pair
    html = render_to_string(template, context).split("<body")[1].split(">", 1)[1]
    return "".join(unescape(strip_tags(html)).split())


def agreement_text(agreement):
    return text_of(documents.agreement_paper(rows.make_document("agreement", agreement)))


# The agreement


def test_the_agreement_holds_the_least_content_the_law_asks(in_maple):
    text = agreement_text(rows.send_out(rows.make_agreement()))
    for expected in [
        "Maple居家养老服务有限公司", "91370102MA3T00001X", "周明", "济南市历下区经十路1号", "0531-80000000",
        "王秀兰", "370112197803154422", "13605310107", "健康证明JK-2026-03315", "有效期至2027年3月8日", "养老护理员四级",
        "2025年3月10日完成乙方岗前培训与考核", "二星级",
        "李淑贞", "370102194405062348", "13853100001", "济南市历下区文化东路88号3号楼2单元501室",
        "李建国（甲方的儿子）", "370102197003081231",
        "自2026年11月24日起至2027年11月23日止", "☑钟点工", "□日工", "周一至周五08:30–10:30；周六16:00–18:30",
        "¥45.00/小时（大写：人民币肆拾伍元整）", "¥1,980.00（大写：人民币壹仟玖佰捌拾元整）", "于次月5日前支付",
        "☑不收取", "八、甲方的权利和义务", "九、乙方的权利和义务", "十、丙方的权利和义务", "十六、违约责任",
        "☑向服务地有管辖权的人民法院起诉", "□提交服务地", "一式三份，三方各执一份",
    ]:  # fmt: skip
        assert expected in text


def test_the_condition_is_disclosed_and_the_consent_to_health_data_stands_apart(in_maple):
    agreement = rows.make_agreement()
    text = agreement_text(agreement)
    assert "能力等级为中度失能，自理情况为：□能自理☑不能自理" in text
    assert "2型糖尿病，脑梗死后遗症（左侧肢体无力）" in text
    assert "☑甲方没有异议☑乙方没有异议☑丙方没有异议" in text
    assert "☑本人单独同意上述处理。同意人：李建国方式：屏幕签署日期：2026年11月20日" in text
    agreement.client.consents.update(withdrawn_at=rows.NOON)
    agreement.condition_disclosed = False
    agreement.save()
    text = agreement_text(agreement)
    assert "□甲方没有异议□乙方没有异议□丙方没有异议" in text
    assert "□本人单独同意上述处理。同意人（签名）：" in text


@pytest.mark.parametrize(
    ("mode", "box", "liability", "insurance"),
    [
        ("employee", "☑员工制", "由乙方承担赔偿责任；乙方承担后，可以向有故意", "乙方依法为丙方缴纳社会保险"),
        ("intermediary", "☑中介制", "甲方与丙方之间形成个人劳务关系", "保费由投保人承担"),
        ("dispatch", "☑派遣制", "由乙方先行赔偿", "乙方为丙方投保意外伤害险或者雇主责任险"),
    ],
)
def test_the_form_decides_who_answers_for_harm(in_maple, mode, box, liability, insurance):
    text = agreement_text(rows.make_agreement(mode=mode))
    for expected in (box, liability, insurance):
        assert expected in text
    assert sum(words in text for words in ("☑员工制", "☑中介制", "☑派遣制")) == 1


def test_a_price_beside_the_list_says_why_and_a_deposit_says_which(in_maple):
    text = agreement_text(
        rows.make_agreement(
            rate=Decimal(50),
            rate_reason="增加康复训练",
            deposit_kind="security",
            deposit_amount=Decimal(500),
            dispute="arbitration",
        )
    )
    assert "乙方公示价为¥45.00/小时，本协议价格不同的理由：增加康复训练" in text
    assert "☑保证金¥500.00（大写：人民币伍佰元整）" in text
    assert "☑提交服务地所在设区的市的仲裁委员会仲裁" in text


def test_the_plan_and_the_prices_are_annexed(in_maple):
    text = agreement_text(rows.make_agreement())
    assert "附件一居家养老服务方案（第1版）" in text
    assert "2整理卫生、居室保洁周一、周三、周五30分钟" in text
    assert "附件二服务价目表" in text
    assert "1钟点工（每次2～5小时）¥45.00/小时" in text
    assert "3全日制工（24小时）¥6,800.00/月" in text


def test_a_draft_is_marked_and_a_text_sent_out_is_not(in_maple):
    agreement = rows.make_agreement()
    assert "草稿" in agreement_text(agreement)
    agreement.state = "cancelled"
    agreement.save()
    assert "作废" in agreement_text(agreement)
    text = agreement_text(rows.send_out(amend(agreement, "HT-2026-0002", amends=None)))
    assert "草稿" not in text
    assert "盖章处" in text


def test_a_client_who_signs_alone_has_no_agent_on_the_paper(in_maple):
    text = agreement_text(rows.make_agreement(guardian=None))
    assert "甲方代理人" not in text
    assert "服务对象本人能够签名" not in text
    assert "120→紧急联系人→乙方" in text


def test_names_are_printed_not_interpreted(in_maple):
    caregiver = rows.make_caregiver(name="陈䶮㛃𬭎", home_address="<b>&amp;</b>")
    text = agreement_text(rows.make_agreement(caregiver=caregiver))
    assert "陈䶮㛃𬭎" in text
    assert "<b>&amp;</b>" in text


# Frozen terms


def test_terms_survive_the_database_and_keep_their_hash(in_maple):
    agreement = rows.send_out(rows.make_agreement())
    agreement.refresh_from_db()
    assert terms_digest(agreement.terms) == agreement.terms_hash
    assert terms_digest({"b": 1, "a": "字"}) == hashlib.sha256('{"a":"字","b":1}'.encode()).hexdigest()


def test_what_changes_after_freezing_does_not_reach_the_paper(in_maple):
    agreement = rows.send_out(rows.make_agreement())
    client = agreement.client
    client.illnesses = "改过的病史"
    client.save()
    strike(agreement.plan.lines.all())
    text = agreement_text(agreement)
    assert "改过的病史" not in text
    assert "低盐低糖，软烂，少量多餐" in text


def test_identity_numbers_are_masked_in_the_terms_and_whole_on_the_paper_only(in_maple):
    agreement = rows.send_out(rows.make_agreement())
    frozen = str(agreement.terms)
    for number in (rows.IDENTITY, rows.GUARDIAN_IDENTITY, rows.CAREGIVER_IDENTITY):
        assert number not in frozen
    assert agreement.terms["client"]["identity"] == "3***************48"
    assert rows.IDENTITY in agreement_text(agreement)
    agreement.client.identity_number = "370102194405069998"
    agreement.client.identity_hash = lookup_hash("370102194405069998")
    agreement.client.save()
    text = agreement_text(agreement)
    assert "370102194405069998" not in text
    assert "3***************48" in text


def test_an_altered_text_is_not_printed(in_maple):
    agreement = rows.send_out(rows.make_agreement())
    agreement.terms["fees"]["rate"] = "1.00"
    with transaction.atomic():
        type(agreement).objects.filter(pk=agreement.pk).update(terms=agreement.terms)
        with pytest.raises(ValueError, match="does not match its hash"):
            documents.agreement_paper(rows.make_document("agreement", agreement))
        transaction.set_rollback(True)  # the database would refuse it at the end


def test_changed_clauses_are_not_printed_under_old_signatures(in_maple, monkeypatch):
    agreement = rows.send_out(rows.make_agreement())
    document = rows.make_document("agreement", agreement)
    monkeypatch.setattr(documents, "wording_digest", lambda _edition: "another")
    with pytest.raises(ValueError, match="changed after signing"):
        documents.agreement_paper(document)


def test_a_published_edition_stays_as_it_is():
    """When this fails the clauses were edited: copy them into a new edition instead, signed agreements keep the old."""
    assert wording_digest("2026-11") == "e5fbd35b0ea8ea8cf46c7f92be7783406c0a0ad61971ae4655f08ea20cecce6f"


def test_terms_cost_the_same_for_a_long_plan(in_maple):
    agreement = rows.make_agreement()
    with CaptureQueriesContext(connection) as many:
        agreement_terms(agreement)
    keep = agreement.plan.lines.first().pk
    strike(agreement.plan.lines.exclude(pk=keep))
    agreement.client.risk_notes.all().delete()
    with CaptureQueriesContext(connection) as one:
        agreement_terms(agreement)
    assert len(many) == len(one) == 18


# Signatures


def test_the_signed_paper_shows_who_signed_how_and_when(in_maple):
    with travel("2026-11-20T06:05Z", tick=False):
        agreement = rows.sign(rows.send_out(rows.make_agreement()), caregiver="link", agency="paper")
    text = text_of(documents.signed_agreement_paper(rows.make_document("signed_agreement", agreement)))
    assert "代理人：李建国现场屏幕签署，当面核对居民身份证原件2026年11月20日14:05记录日期：2026年11月20日" in text
    assert "见随档保存的签字原件扫描件经办人：周明纸质签署" in text
    assert "王秀兰本人手机签署" in text
    assert text.count("已确认") == 10
    assert "盖章处" in text
    assert "草稿" not in text


def test_the_paper_claims_no_confirmation_that_nobody_gave(in_maple):
    agreement = rows.sign(rows.send_out(rows.make_agreement()), confirmed=["deposit", "health"])
    text = text_of(documents.signed_agreement_paper(rows.make_document("signed_agreement", agreement)))
    assert text.count("已确认") == 2
    assert "六定金或者保证金已确认" in text.replace("\u3000", "")
    assert "十二健康信息的单独同意已确认" in text.replace("\u3000", "")


def test_a_paper_with_a_signature_missing_is_not_the_signed_one(in_maple):
    agreement = rows.send_out(rows.make_agreement())
    with pytest.raises(ValueError, match="lacks signatures"):
        documents.signed_agreement_paper(rows.make_document("signed_agreement", agreement))


# Amendments


@pytest.fixture
def signed(in_maple):
    return rows.sign(rows.send_out(rows.make_agreement()))


def amend(agreement, number="HT-2026-0001-B1", **values):
    unchanged = {"client": agreement.client, "caregiver": agreement.caregiver, "plan": agreement.plan}
    return rows.make_agreement(**{**unchanged, "amends": agreement, "number": number, **values})


def test_another_caregiver_makes_a_replacement_agreement(signed):
    caregiver = rows.make_caregiver(number="0112", name="陈月英", identity_number="370112198001014444")
    amendment = amend(signed, caregiver=caregiver, change_summary="原服务员家中有事。")
    text = agreement_text(rows.send_out(amendment))
    assert "居家养老服务换人补充协议" in text
    assert "就2026年11月20日签订的《居家养老三方服务协议》（编号：HT-2026-0001；以下称原协议）" in text
    assert "原服务员家中有事。" in text
    assert "服务员（丙方）王秀兰（工号0107）陈月英（工号0112）" in text
    assert "370112198001014444" in text
    assert "附件一" not in text
    assert [change["what"] for change in amendment.terms["amends"]["changes"]] == ["服务员（丙方）"]


def test_another_time_and_price_make_a_change_agreement_with_its_annexes(signed):
    plan = rows.make_plan(signed.client, version=2, hour=9)
    money = {"rate": Decimal(50), "rate_reason": "加康复", "monthly_estimate": Decimal("2175.50")}
    amendment = amend(signed, plan=plan, mode="dispatch", ends_on=dt.date(2028, 5, 3), **money)
    text = agreement_text(rows.send_out(amendment))
    assert "居家养老服务变更协议" in text
    assert "上门时间周一至周五08:30–10:30；周六16:00–18:30周一至周五09:30–11:30；周六16:00–18:30" in text
    assert "期限届满日2027年11月23日2028年5月3日" in text
    assert "每月服务费估算¥1,980.00¥2,175.50" in text
    assert "原协议第七条的责任约定改为" in text
    assert "由乙方先行赔偿" in text
    assert "附件一居家养老服务方案（第2版）" in text
    assert "附件二服务价目表" in text


def test_a_second_amendment_names_the_first_agreement_and_the_last_change(signed):
    first = rows.sign(rows.send_out(amend(signed, payment_day=10)))
    text = agreement_text(amend(first, "HT-2026-0001-B2", payment_day=15))
    assert "（编号：HT-2026-0001，最近一次变更编号：HT-2026-0001-B1；以下称原协议）" in text
    assert "付款日每月10日前每月15日前" in text


# Handover


def test_a_handover_record_says_what_went_over_and_what_the_client_thinks(in_maple):
    handover = rows.make_handover(rows.make_agreement(), text_hash="a" * 64)
    text = text_of(documents.handover_paper(rows.make_document("handover", handover)))
    for expected in [
        "居家养老服务交接记录", "JJ-2026-0001", "协议编号：HT-2026-0001", "□交接任服务员☑交客户□交机构", "2026年11月20日12:00",
        "王秀兰（工号0107）", "末次血压138/82mmHg", "二甲双胍0.5g", "入户钥匙1把交还", "余53.50元当面退还",
        "□非常满意□满意□基本满意□不满意", "移交人签字", "接收人签字", "机构见证人签字", "交回机构的日期", "草稿",
    ]:  # fmt: skip
        assert expected in text
    rows.sign_handover(handover)
    filed = {
        "state": "filed",
        "text_hash": "b" * 64,
        "opinion": "satisfied",
        "opinion_text": "细心",
        "returned_on": dt.date(2026, 11, 21),
    }
    type(handover).objects.filter(pk=handover.pk).update(papers="", **filed)
    type(handover.agreement).objects.update(end_reason="caregiver", end_note="回老家照顾家人")
    paper = documents.handover_paper(rows.make_document("handover", handover))
    assert paper[1]["check"] == "文本校验 bbbb bbbb bbbb bbbb"
    text = text_of(paper)
    assert "□非常满意☑满意□基本满意□不满意意见：细心" in text
    assert "护理记录、服务方案、病历资料的份数款项" in text
    assert "交接原因服务员原因：回老家照顾家人" in text
    assert "交回机构的日期：2026年11月21日" in text
    assert "草稿" not in text


def test_a_handover_to_the_next_caregiver_names_both(in_maple):
    following = rows.make_caregiver(number="0112", name="陈月英", identity_number="370112198001014444")
    handover = rows.make_handover(rows.make_agreement(), to="caregiver", next_caregiver=following)
    text = text_of(documents.handover_paper(rows.make_document("handover", handover)))
    assert "☑交接任服务员" in text
    assert "陈月英（工号0112）" in text
    assert "交接原因更换服务员" in text


# Through the archive


def test_the_archive_renders_stores_and_counts_the_pages(in_maple):
    agreement = rows.sign(rows.send_out(rows.make_agreement()))
    document = rows.make_document(Document.Kind.SIGNED_AGREEMENT, agreement)
    assert archive.render(document_id=document.pk)
    document.refresh_from_db()
    assert (document.state, document.page_count) == ("ready", 8)
    with document.file.file.open("rb") as file:
        content = file.read()
    assert content.startswith(b"%PDF-1.7")
    assert hashlib.sha256(content).hexdigest() == document.file.sha256


# Words


@pytest.mark.parametrize(
    ("weekdays", "words"),
    [
        ([1], "周一"), ([1, 2], "周一、周二"), ([1, 2, 3, 4, 5], "周一至周五"), ([5, 1, 3], "周一、周三、周五"),
        ([1, 2, 3, 6, 7], "周一至周三、周六、周日"), ([1, 2, 3, 4, 5, 6, 7], "每天"),
    ],
)  # fmt: skip
def test_weekdays_in_words(weekdays, words):
    assert days(weekdays) == words


@pytest.mark.parametrize(("minutes", "words"), [(45, "45 分钟"), (60, "1 小时"), (90, "1.5 小时"), (1440, "24 小时")])
def test_lengths_in_words(minutes, words):
    assert length(minutes) == words


def test_a_week_in_words_with_nights_and_live_in():
    night = [(5, dt.time(22), 480)]
    live_in = [(day, dt.time(8), 1440) for day in range(1, 7)]
    assert pattern(night) == "周五 22:00–次日 06:00"
    assert pattern(live_in) == "周一至周六 08:00 起 24 小时"
    assert pattern([(1, dt.time(8), 60), (1, dt.time(16), 60)]) == "周一 08:00–09:00；周一 16:00–17:00"
