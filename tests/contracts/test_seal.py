"""Sealed papers, read by another program: pdfsig of poppler-utils."""

import subprocess

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
