"""The agency's own wording of its agreements: in versions, within its blocks, frozen with the text that is signed."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from time_machine import travel

from archive import texts
from archive.models import ControlledText
from contracts.clauses import EXTRA, standard_blocks, worded
from contracts.key_terms import key_terms
from contracts.models import Agreement
from contracts.terms import agreement_terms, terms_digest
from tests.contracts import paper_rows as rows
from tests.contracts.test_documents import agreement_text
from tests.factories import make_member

TODAY = dt.date(2026, 11, 23)
KIND = ControlledText.Kind.TERMS_EMPLOYEE


@pytest.fixture(autouse=True)
def today():
    with travel(dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC), tick=False):
        yield


def write(by, **changed):
    draft = texts.draft_text(kind=KIND, by=by)
    parts = {code: changed.get(code, body) for code, _title, body in draft.parts}
    return texts.save_draft(text=draft, by=by, texts=parts, change="换人改为两日", effective_from=TODAY)


def publish(by, **changed):
    """Written and approved yesterday, in force today."""
    with travel(dt.datetime(2026, 11, 22, 4, tzinfo=dt.UTC), tick=False):
        texts.publish_text(text=write(by, **changed), by=by)


@pytest.mark.parametrize("mode", Agreement.Mode.values)
def test_every_block_of_the_standard_wording_stands_on_the_paper_of_its_form(in_maple, mode):
    text = agreement_text(rows.make_agreement(mode=mode))
    for code, _title, body in standard_blocks(mode):
        assert "".join(body.split()) in text, code
    assert "补充条款" not in text


def test_a_published_wording_is_printed_in_its_block_and_only_by_its_form(in_maple, maple):
    manager = make_member(maple).user
    publish(
        manager,
        replacement="乙方应在两日内提供合适的人选。",
        extra="春节期间服务费按双倍计。\n\n甲方饲养宠物的，上门时应看管。",
    )
    agreement = rows.make_agreement()
    text = agreement_text(agreement)
    assert "（三）乙方应在两日内提供合适的人选。（四）负责丙方的培训" in text
    assert (
        "（四）补充条款：1.春节期间服务费按双倍计。2.甲方饲养宠物的，上门时应看管。（五）本协议由乙方提供文本" in text
    )
    assert "员工制条款2026-2" in text
    Agreement.objects.filter(pk=agreement.pk).update(mode="dispatch")
    assert "三个工作日内提供合适的人选" in agreement_text(agreement)


def test_further_clauses_are_a_key_term_that_the_client_confirms(in_maple, maple):
    plain = rows.send_out(rows.make_agreement())
    publish(make_member(maple).user, extra="春节期间服务费按双倍计。")
    Agreement.objects.filter(pk=plain.pk).update(state="draft", terms_hash="")
    agreement = rows.send_out(Agreement.objects.get(pk=plain.pk))
    [extra] = [term for term in key_terms(agreement.terms) if term.key == "extra"]
    assert extra.says == "春节期间服务费按双倍计。"
    [extra] = [
        term for term in key_terms({**agreement.terms, "extra": ["看管宠物。", "春节另议。"]}) if term.key == "extra"
    ]
    assert extra.says == "看管宠物；春节另议。"
    assert "十八（四）补充条款" in agreement_text(agreement)


def test_a_new_version_does_not_reach_what_is_out_for_signing(in_maple, maple):
    agreement = rows.send_out(rows.make_agreement())
    publish(make_member(maple).user, replacement="乙方应在两日内提供合适的人选。")
    assert "三个工作日内" in agreement_text(agreement)
    terms = agreement_terms(agreement)
    assert terms["blocks"]["replacement"] == "乙方应在两日内提供合适的人选。"
    assert terms_digest(terms) != agreement.terms_hash


@pytest.mark.parametrize(
    ("said", "clause"),
    [("服务中发生意外，乙方概不负责。", "Civil Code 506"), ("已付费用一律不退。", "Civil Code 497"), ("最终解释权归乙方。", "Consumer Law 26")],
)  # fmt: skip
def test_what_the_law_makes_void_is_refused_by_its_block_and_nothing_is_lost(in_maple, maple, said, clause):
    manager = make_member(maple).user
    with pytest.raises(ValidationError) as refusal:
        write(manager, extra=said, conduct="责任自负")
    assert set(refusal.value.message_dict) == {"extra", "conduct"}
    assert clause in refusal.value.message_dict["extra"][0]
    assert ControlledText.objects.get(state="draft").parts[-1] == [EXTRA, standard_blocks("employee")[-1][1], ""]


def test_only_the_further_clauses_may_stay_empty(client, maple):
    manager = make_member(maple).user
    client.force_login(manager)
    draft = client.post(f"/maple/archive/texts/{KIND}/new/").headers["Location"]
    codes = client.get(draft).context["form"].codes
    data = dict.fromkeys(codes, "") | {"effective_from": "2026-11-24", "change": "x"}
    assert set(client.post(draft, data).context["form"].errors) == set(codes) - {EXTRA}
    data |= {code: "一条" for code in codes if code != EXTRA}
    assert client.post(draft, data).status_code == 302


def test_a_block_that_an_older_version_lacks_keeps_the_standard_words(in_maple):
    ControlledText.objects.create(
        kind=KIND, version="2026-2", parts=[["conduct", "x", "守口如瓶。"]], effective_from=TODAY, state="published",
        published_at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
    )  # fmt: skip
    found = worded("employee")
    assert found["blocks"]["conduct"] == "守口如瓶。"
    assert found["blocks"]["home"] == {code: body for code, _t, body in standard_blocks("employee")}["home"]
    assert (found["template"]["version"], found["extra"]) == ("2026-2", [])
