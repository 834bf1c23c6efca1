"""Sealed papers, read by another program: pdfsig of poppler-utils."""

import subprocess
from decimal import Decimal

import pytest

from archive import actions as archive
from archive.models import Document
from archive.seal import is_sealed
from carecenter import authority
from contracts.models import Agreement
from tests.contracts import paper_rows as rows


def pdfsig(content: bytes, tmp_path) -> str:
    """What the program says about the seals of a file, whoever issued the certificate."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(content)
    found = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, timeout=60, check=False)
    return found.stdout + found.stderr


def made(agreement) -> Document:
    document = rows.make_document("signed_agreement", agreement)
    archive.render(document_id=document.pk)
    return Document.objects.get(pk=document.pk)


def signed(**values):
    agreement = rows.send_out(rows.make_agreement(**values))
    rows.sign(agreement)
    return agreement


def bytes_of(document):
    with document.file.file.open("rb") as file:
        return file.read()


@pytest.fixture
def sealed(in_maple):
    authority.issue()
    return made(signed())


def test_a_sealed_agreement_is_found_whole_by_another_program(sealed, tmp_path):
    told = pdfsig(bytes_of(sealed), tmp_path)
    assert "Signer Certificate Common Name: Maple居家养老服务有限公司" in told
    assert "Signing Hash Algorithm: SHA-256" in told
    assert "Signature Type: ETSI.CAdES.detached" in told
    assert "Total document signed" in told
    assert "Signature Validation: Signature is Valid." in told
    assert sealed.sealed_with.issuer == "carecenter root"


def test_one_changed_byte_is_found(sealed, tmp_path):
    content = bytearray(bytes_of(sealed))
    place = len(content) // 3
    content[place] ^= 1
    assert "Signature Validation: Digest Mismatch." in pdfsig(bytes(content), tmp_path)
    assert is_sealed(bytes(content))


def test_what_is_added_behind_the_seal_is_found(sealed, tmp_path):
    content = bytes_of(sealed) + b"\n% one more line\n%%EOF\n"
    assert "Not total document signed" in pdfsig(content, tmp_path)


def test_an_amendment_has_a_seal_of_its_own_and_leaves_the_first_whole(sealed, tmp_path):
    first = Agreement.objects.get(pk=sealed.subject_id)
    before = bytes_of(sealed)
    amendment = signed(
        amends=first, client=first.client, caregiver=first.caregiver, plan=first.plan,
        number="HT-2026-0001-1", change_summary="每周增加周六一次",
    )  # fmt: skip
    second = bytes_of(made(amendment))
    after = bytes_of(Document.objects.get(pk=sealed.pk))
    assert after == before
    assert ["Signature is Valid." in pdfsig(one, tmp_path) for one in (after, second)] == [True, True]


def test_the_paper_says_that_it_is_sealed_and_stays_readable(sealed, tmp_path):
    file = tmp_path / "paper.pdf"
    file.write_bytes(bytes_of(sealed))
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert "已加数字签封" in text
    assert "李淑贞" in text


HEADINGS = [
    "一、协议三方", "二、服务对象的身体状况", "三、服务内容", "四、服务地点、期限和方式", "五、服务费用和支付", "六、定金或者保证金",
    "七、保险和损害责任", "八、甲方的权利和义务", "九、乙方的权利和义务", "十、丙方的权利和义务", "十一、特殊情况和应急处理",
    "十二、个人信息保护", "十三、服务监督", "十四、变更和续订", "十五、解除、终止和交接", "十六、违约责任", "十七、争议解决",
    "十八、其他", "十九、签署", "附件一居家养老服务方案", "附件二服务价目表",
]  # fmt: skip
AMOUNTS = [("¥45.00", "人民币肆拾伍元整"), ("¥1,980.00", "人民币壹仟玖佰捌拾元整"), ("¥600.50", "人民币陆佰元伍角整")]
PRICES = ["¥45.00/小时", "¥260.00/天", "¥6,800.00/月", "¥60.00/次", "¥120.00/次"]


def test_another_program_reads_every_clause_name_price_and_both_forms_of_each_amount(in_maple, tmp_path):
    authority.issue()
    agreement = signed(deposit_kind="security", deposit_amount=Decimal("600.50"))
    file = tmp_path / "paper.pdf"
    file.write_bytes(bytes_of(made(agreement)))
    told = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    text = "".join(told.split())
    names = ["李淑贞", "李建国", "王秀兰", "周明", "Maple居家养老服务有限公司"]
    items = [row[2] for row in rows.ITEMS]
    for words in [*HEADINGS, *PRICES, *names, *items]:
        assert words in text, words
    for figures, capitals in AMOUNTS:
        assert f"{figures}" in text
        assert f"（大写：{capitals}）" in text


def test_without_a_certificate_a_paper_is_made_and_not_sealed(in_maple, tmp_path):
    document = made(signed())
    assert document.sealed_with is None
    assert not is_sealed(bytes_of(document))
    assert "does not contain any signatures" in pdfsig(bytes_of(document), tmp_path)


def test_a_paper_to_be_signed_is_not_sealed(in_maple):
    authority.issue()
    document = rows.make_document("agreement", rows.send_out(rows.make_agreement()))
    archive.render(document_id=document.pk)
    assert Document.objects.get(pk=document.pk).sealed_with is None
