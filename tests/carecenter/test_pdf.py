"""The print engine: Chinese text comes back out, fonts are embedded, nothing is fetched."""

import io
import subprocess

import pytest
from django.template import Context, Template
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from carecenter import fonts, pdf


@pytest.fixture
def paper(monkeypatch):
    """Renders the body of a paper given as text."""

    def from_text(body, context):
        source = f'{{% extends "pdf/base.html" %}}{{% block paper %}}{body}{{% endblock %}}'
        return Template(source).render(Context(context))

    monkeypatch.setattr(pdf, "render_to_string", from_text)
    frame = {"agency_name": "康泽居家养老", "number": "HT-2026-0001"}
    return lambda body, **context: pdf.render(body, frame | context, title="试印")


def words_of(content, *options):
    """The text of a PDF without white space: a layout has no say in it."""
    command = ["pdftotext", *options, "-", "-"]
    return "".join(subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode().split())


def test_chinese_text_comes_back_out_with_rare_characters(paper):
    content, pages = paper("<h1>协议</h1><p>甲方：䶮㛃𬭎 ☑ □ ¥1,980.00</p>")
    assert pages == 1
    assert words_of(content) == "康泽居家养老HT-2026-0001协议甲方：䶮㛃𬭎☑□¥1,980.00第1页共1页"


def test_pages_are_a4_and_carry_agency_number_and_page(paper):
    content, pages = paper('<p>一</p><p style="break-before: page">二</p>')
    assert pages == 2
    for page in PdfReader(io.BytesIO(content)).pages:
        assert [round(float(side) / 72 * 25.4) for side in page.mediabox] == [0, 0, 210, 297]
    assert words_of(content, "-f", "2") == "康泽居家养老HT-2026-0001二第2页共2页"


def test_a_paper_is_made_to_be_archived(paper):
    reader = PdfReader(io.BytesIO(paper("<p>正文</p><h1>标题</h1>")[0]))
    catalog = reader.trailer["/Root"]
    metadata = catalog["/Metadata"].get_object().get_data().decode()
    assert 'pdfaid:part="2" pdfaid:conformance="U"' in metadata
    assert catalog["/Lang"] == "zh-CN"
    assert catalog["/OutputIntents"]
    assert reader.metadata.title == "试印"
    assert reader.metadata.author == "康泽居家养老"
    fonts_used = {
        name: font.get_object() for page in reader.pages for name, font in page["/Resources"]["/Font"].items()
    }
    for font in fonts_used.values():
        assert "/ToUnicode" in font
        description = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(description)


@pytest.mark.parametrize(
    "address",
    ["https://example.cn/seal.png", "file:///etc/hostname", "file:///etc/../etc/hostname", "ftp://example.cn/a.png"],
)
def test_anything_from_outside_stops_the_paper(paper, address):
    with pytest.raises(pdf.PaperError):
        paper(f'<img src="{address}">')


def test_a_picture_comes_with_the_paper(paper):
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    content, _ = paper(f'<img src="data:image/png;base64,{pixel}">')
    assert len(PdfReader(io.BytesIO(content)).pages[0].images) == 1


def test_a_mark_stands_on_every_page(paper):
    content, _pages = paper('<p>一</p><p style="break-before: page">二</p>', mark="草稿")
    assert [words_of(content, "-f", str(page), "-l", str(page)).count("草稿") for page in (1, 2)] == [1, 1]


def test_common_characters_are_those_of_the_national_list():
    common = fonts.common_characters()
    assert {ord(sign) for sign in "啊座亍齄壹贰￥¥（）—·℃Az09"} <= common
    assert not {ord(sign) for sign in "䶮㛃𬭎"} & common
    assert sum(0x4E00 <= point <= 0x9FFF for point in common) == 6763


def test_a_face_is_cut_to_the_common_characters_once(monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "common_characters", lambda: {ord(sign) for sign in "协议A"})
    monkeypatch.setattr(fonts, "CUT_DIR", tmp_path)
    target = fonts.cut_path("Paper Song", 400)
    fonts.cut(*fonts.find_face("Noto Serif CJK SC", "regular"), target)
    with TTFont(target) as font:
        assert {chr(point) for point in font.getBestCmap()} == set("协议A")
        assert "glyf" in font
        assert "CFF " not in font
        assert font["head"].unitsPerEm == 1000
    assert target.stat().st_size < 10_000
    assert fonts.find_face("No Such Family", "regular") is None
