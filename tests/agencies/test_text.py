"""Text cleaned, and names spelt for the search box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.text import clean_text, has_control_characters, pinyin_of


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  李奶奶 ", "李奶奶"),
        ("１２０弄３号", "120弄3号"),
        ("e\u0301", "é"),  # composed
        ("两行\r\n第二行", "两行\n第二行"),
        ("一\t二", "一 二"),
        ("一\x00二\x1b三", "一二三"),
        ("\u202d138\u202c0000\u200b1234", "13800001234"),  # as copied from an address book
        ("👩\u200d⚕️", "👩\u200d⚕️"),
        ("䶮明", "䶮明"),
        ("", ""),
    ],
)
def test_text_is_cleaned(typed, kept):
    assert clean_text(typed) == kept


@pytest.mark.parametrize(
    ("typed", "has"),
    [("一\x00二", True), ("\x1b[31m", True), ("\ud800", True), ("两行\r\n第二行\t", False), ("李奶奶", False)],
)
def test_control_characters_are_seen(typed, has):
    assert has_control_characters(typed) is has


@given(st.text())
def test_clean_text_is_clean(text):
    once = clean_text(text)
    assert clean_text(once) == once
    assert not has_control_characters(once)


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("李淑珍", "lishuzhen lsz"),
        ("单雄信", "shanxiongxin sxx"),
        ("解缙", "xiejin xj"),
        ("仇英", "qiuying qy"),
        ("区适", "oushi os"),
        ("查良镛", "zhaliangyong zly"),
        ("曾国藩", "zengguofan zgf"),
        ("任长霞", "renchangxia rcx"),
        ("盖叫天", "gejiaotian gjt"),
        ("朴明", "piaoming pm"),
        ("翟明", "zhaiming zm"),
        ("欧阳修", "ouyangxiu oyx"),
        ("尉迟恭", "yuchigong ycg"),
        ("长孙明", "zhangsunming zsm"),
        ("乐正明", "yuezhengming yzm"),
        ("乐明", "yueming ym"),
        ("王单", "wangdan wd"),  # not a surname here
        ("古丽·买买提", "gulimaimaiti glmmt"),
        ("吕 明", "lvming lm"),
        ("John Smith", "johnsmith js"),
        ("", ""),
    ],
)
def test_names_are_spelt(name, spelt):
    assert pinyin_of(name) == spelt


@given(st.text(max_size=50))
def test_any_name_can_be_spelt_and_fits_its_column(name):
    assert len(pinyin_of(name)) <= 200
