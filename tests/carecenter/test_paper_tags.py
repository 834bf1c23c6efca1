"""Tags of printed papers, with values worked out by hand."""

import base64
import datetime as dt
from decimal import Decimal

import pytest
from django.template import Context, Template

from carecenter.templatetags.paper import capital_amount, picture, yuan, zh_date, zh_time
from tests.contracts.paper_rows import signature_picture, store_signature


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("0.55", "人民币伍角伍分"),
        ("1", "人民币壹元整"),
        ("10", "人民币壹拾元整"),
        ("10.05", "人民币壹拾元零伍分"),
        ("15.30", "人民币壹拾伍元叁角整"),
        ("45", "人民币肆拾伍元整"),
        ("105", "人民币壹佰零伍元整"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("1005", "人民币壹仟零伍元整"),
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("1980", "人民币壹仟玖佰捌拾元整"),
        ("2175.50", "人民币贰仟壹佰柒拾伍元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("10000", "人民币壹万元整"),
        ("10500", "人民币壹万零伍佰元整"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("100000", "人民币壹拾万元整"),
        ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
        ("200005", "人民币贰拾万零伍元整"),
        ("10010010", "人民币壹仟零壹万零壹拾元整"),
        ("99999999.99", "人民币玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("100000005", "人民币壹亿零伍元整"),
        ("100010000", "人民币壹亿零壹万元整"),
    ],
)
def test_amounts_in_words(amount, words):
    assert capital_amount(Decimal(amount)) == capital_amount(amount) == words


@pytest.mark.parametrize("amount", ["-1", "0.001", "12.345"])
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(ValueError, match="two decimals"):
        capital_amount(amount)


def test_amounts_in_figures_and_dates():
    assert yuan("1980.00") == "¥1,980.00"
    assert zh_date(dt.date(2026, 1, 3)) == zh_date("2026-01-03") == "2026年1月3日"
    assert zh_date(dt.datetime(2026, 11, 22, 20, 5, tzinfo=dt.UTC)) == "2026年11月23日"
    assert zh_time(dt.datetime(2026, 11, 22, 20, 5, tzinfo=dt.UTC)) == "2026年11月23日 04:05"
    assert zh_date(None).split() == ["年", "月", "日"]


def paper(source, **context):
    return Template("{% load paper %}" + source).render(Context(context))


def test_boxes_are_ticked_when_the_value_is_the_one_asked_for():
    assert ">☑<" in paper('{% box mode "employee" %}', mode="employee")
    assert ">□<" in paper('{% box mode "dispatch" %}', mode="employee")
    assert ">☑<" in paper("{% box agreed %}", agreed=True)
    assert ">□<" in paper("{% box agreed %}", agreed=None)


def test_blanks_are_filled_or_left_to_write_on_and_escaped():
    assert paper("{% blank name %}", name="李<淑贞>") == '<span class="blank whole">李&lt;淑贞&gt;</span>'
    assert paper('{% blank "" "long" %}') == '<span class="blank empty long"></span>'
    assert paper("{% blank days %}", days=0) == '<span class="blank whole">0</span>'
    assert paper("{% blank text %}", text="字" * 19) == f'<span class="blank">{"字" * 19}</span>'


def test_a_code_is_a_picture_with_words_for_those_who_do_not_see_it():
    html = paper('{% qr "https://example.cn/p/a/verify/1/" "核验" %}')
    assert html.startswith('<img src="data:image/svg+xml')
    assert html.endswith('alt="核验">')


def test_a_stored_picture_becomes_part_of_the_paper(in_maple):
    kind, content = picture(store_signature()).split(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content) == signature_picture()
