"""The access log names people and papers, not tables."""

import pytest
from django.urls import reverse

from agencies.actions.access import log_access
from agencies.exports import workbook
from agencies.models import AccessLog, StoredFile
from agencies.tenancy import agency_context
from caregivers.models import Caregiver
from clients.models import Client
from tests.factories import DAY, make_member, make_one


@pytest.fixture
def manager(maple):
    member = make_member(maple)
    member.user.language = "en"
    member.user.save()
    return member


@pytest.fixture
def seen(maple, manager):
    """Three values that were shown: of a client, of a caregiver, and a paper."""
    with agency_context(maple):
        client = make_one(Client, name="尚玉兰", number="KH-0121")
        caregiver = make_one(Caregiver, name="王秀兰", number="0107", state="active", posted_on=DAY)
        paper = make_one(StoredFile, name="三方协议 HT-2026-0121.pdf", kind="document")
        for row, field in ((client, "identity_number"), (caregiver, "phone"), (paper, "file")):
            log_access(user=manager.user, row=row, field=field)
    return client, caregiver, paper


def test_rows_are_named_linked_and_in_words(client, maple, manager, seen):
    client.force_login(manager.user)
    page = client.get(reverse("access_log", args=["maple"]))
    shown = [(row.about, str(row.shown), row.page) for row in page.context["object_list"]]
    assert sorted(shown) == [
        ("三方协议 HT-2026-0121.pdf", "file opened", f"/maple/files/{seen[2].pk}/"),
        ("尚玉兰 KH-0121", "identity number", f"/maple/clients/{seen[0].pk}/"),
        ("王秀兰 0107", "mobile phone", f"/maple/caregivers/{seen[1].pk}/"),
    ]
    assert "clients.client" not in page.content.decode()
    found = client.get(reverse("access_log", args=["maple"]), {"q": "HT-2026-0121"})
    assert [row.about for row in found.context["object_list"]] == ["三方协议 HT-2026-0121.pdf"]


def test_a_look_at_measurements_has_its_name(client, maple, manager):
    with agency_context(maple):
        log_access(user=manager.user, row=make_one(Client), field="measurements")
    client.force_login(manager.user)
    [row] = client.get(reverse("access_log", args=["maple"])).context["object_list"]
    assert row.shown == "measurements"


def test_row_of_before_shows_what_it_has(client, maple, manager):
    with agency_context(maple):
        AccessLog.objects.create(user=manager.user, subject="clients.gone:7", field="number_of_old")
    client.force_login(manager.user)
    [row] = client.get(reverse("access_log", args=["maple"])).context["object_list"]
    assert (row.about or row.subject, row.shown, row.page) == ("clients.gone:7", "number_of_old", "")


def test_excel_says_the_same(in_maple, manager):
    log_access(user=manager.user, row=make_one(Client, name="尚玉兰", number="KH-0121"), field="phone", reason="回访")
    content, count = workbook("access_log", "")
    assert count == 1
    assert content.startswith(b"PK")
