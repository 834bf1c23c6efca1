"""How the papers of contracts lie on their pages: read back as text, as words with their places, and as pictures."""

import io
import re
import subprocess

import pytest
from PIL import Image

from carecenter import pdf
from contracts import documents
from contracts.models import PlanLine
from tests.contracts import paper_rows as rows
from tests.past_the_rules import rewrite

MM = 72 / 25.4


def tool(content, *command):
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


def pages_of(pair):
    """The text of each page without white space."""
    content, count = pdf.render(*pair, title="协议")
    pages = tool(content, "pdftotext", "-raw", "-", "-").decode().split("\f")[:-1]
    assert len(pages) == count
    return ["".join(page.split()) for page in pages]


def agreement_pages(agreement):
    return pages_of(documents.agreement_paper(rows.make_document("agreement", agreement)))


@pytest.fixture
def sent(in_maple):
    return rows.send_out(rows.make_agreement())


def test_every_page_says_whose_paper_it_is_and_which_page(sent):
    pages = agreement_pages(sent)
    assert len(pages) == 8
    check = sent.terms_hash[:16]
    for number, page in enumerate(pages, 1):
        assert "Maple居家养老服务有限公司HT-2026-0001" in page
        assert f"第{number}页共8页" in page
        assert f"文本校验{check}" in page


def test_the_signature_boxes_stay_together_and_with_their_text(in_maple):
    agreement = rows.make_agreement()
    for lines in range(0, 60, 12):
        agreement.special_terms = "\n".join(f"第{line}项约定" for line in range(lines))
        pages = agreement_pages(agreement)
        (page,) = [page for page in pages if "十九、签署" in page]
        for expected in (
            "甲方（客户）签字",
            "乙方（机构）盖章",
            "丙方（服务员）签字",
            "盖章处",
            "十六（一）至（三）违约金",
        ):
            assert expected in page


def test_the_boxes_of_an_amendment_never_stand_alone(sent):
    rows.sign(sent)
    amendment = rows.make_agreement(
        client=sent.client, caregiver=sent.caregiver, plan=sent.plan, amends=sent, number="HT-2026-0001-B1"
    )
    for lines in range(2, 30, 4):
        amendment.change_summary = "因客户作息变化，三方商定调整服务的时间和项目，其他不变。" * lines
        pages = agreement_pages(amendment)
        (page,) = [page for page in pages if "经办人" in page]
        assert "本协议自三方签名或者盖章之日起生效" in page
        assert "丙方（服务员）签字" in page


def test_a_table_over_several_pages_repeats_its_head(in_maple):
    agreement = rows.make_agreement()
    rewrite(PlanLine.objects.filter(plan=agreement.plan), note="按照护要求逐项完成并记录。" * 14)
    head = "序号项目频次用时要求"
    pages = [head in page for page in agreement_pages(agreement)]
    assert sum(pages) >= 2
    assert all(pages[pages.index(True) :][: sum(pages)])


def test_long_names_and_texts_stay_inside_the_page(in_maple):
    client = rows.make_client(
        name="阿卜杜勒·买买提·艾力克木江·吐尔逊阿依古丽",
        address="经十路 12345 号" + "名字很长的小区" * 18,
        allergies="Averyveryverylongwordwithoutasinglespaceinitthatdoesnotfit" * 3,
    )
    caregiver = rows.make_caregiver(home_address="山东省" * 30, number="SD-JN-0000123456789")
    agreement = rows.send_out(rows.make_agreement(client=client, caregiver=caregiver, insurance="保" * 200))
    content, _count = pdf.render(*documents.agreement_paper(rows.make_document("agreement", agreement)), title="协议")
    places = tool(content, "pdftotext", "-bbox", "-", "-").decode()
    words = re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', places)
    assert len(words) > 500
    assert min(float(left) for left, _right in words) >= 24.5 * MM
    assert max(float(right) for _left, right in words) <= (210 - 23.5) * MM


def test_a_page_as_a_picture_has_room_for_the_seal_across_the_edge(sent):
    content, count = pdf.render(*documents.agreement_paper(rows.make_document("agreement", sent)), title="协议")
    for number in map(str, range(1, count + 1)):
        picture = tool(content, "pdftoppm", "-r", "72", "-png", "-f", number, "-l", number, "-")
        page = Image.open(io.BytesIO(picture)).convert("L")
        assert page.size == (596, 842)
        edge = page.crop((page.width - round(22 * MM), 0, page.width, page.height))
        assert edge.getextrema()[0] > 250
        assert 0.01 < sum(page.histogram()[:128]) / (page.width * page.height) < 0.15


def test_a_handover_record_fits_on_one_page_and_a_long_one_runs_on(in_maple):
    handover = rows.make_handover(rows.make_agreement())
    assert len(pages_of(documents.handover_paper(rows.make_document("handover", handover)))) == 1
    handover.condition = "情况平稳，" * 190
    handover.medicines = "药品" * 490
    handover.save()
    pages = pages_of(documents.handover_paper(rows.make_document("handover", handover)))
    assert len(pages) == 2
    assert "移交人签字" in pages[1]
    assert "今后的服务意愿" in pages[1]
