"""What stands on the papers of contracts, read back out of the PDF."""

import subprocess

import pytest

from carecenter import pdf
from contracts import documents
from tests.contracts import paper_rows as rows


@pytest.fixture(autouse=True)
def _address(monkeypatch):
    monkeypatch.setattr(documents, "public_url", lambda _name, code: f"https://care.example.cn/verify/{code}/")


def words_of(pair):
    """The printed text without white space."""
    content, _pages = pdf.render(*pair, title="协议")
    command = ["pdftotext", "-", "-"]
    return "".join(subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode().split())


def test_the_agreement_names_the_parties_the_service_and_the_money(in_maple):
    agreement = rows.send_out(rows.make_agreement())
    text = words_of(documents.agreement_paper(rows.make_document("agreement", agreement)))
    for expected in ("李淑贞", "370102194405062348", "李建国", "王秀兰", "0107", "¥1,980.00", "人民币壹仟玖佰捌拾元整"):
        assert expected in text
