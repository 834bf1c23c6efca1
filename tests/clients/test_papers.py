"""Papers of a client: by kind, with their end, health papers under consent, every look logged; the one notice."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from agencies.models import AccessLog, Role, StoredFile
from agencies.tenancy import agency_context
from clients.actions import consents, files, papers
from clients.models import Client, ClientPaper
from tests.clients.papers import text_of
from tests.factories import make_member, make_one


def png():
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def office(client, maple):
    user = make_member(maple, Role.COORDINATOR).user
    client.force_login(user)
    client.user = user
    return client


def send(office, person, **data):
    data = {"kind": "identity", "title": "证件甲", "file": SimpleUploadedFile("a.png", png()), **data}
    return office.post(reverse("client_paper_new", args=["maple", person.pk]), data)


def test_paper_is_filed_looked_at_and_taken_off(office, client, maple):
    with agency_context(maple):
        person = make_one(Client)
    assert send(office, person).status_code == 302
    with agency_context(maple):
        paper = ClientPaper.objects.get()
        assert paper.file.kind == StoredFile.Kind.CLIENT_PAPER
    office.get(reverse("file_view", args=["maple", paper.file_id]))
    page = office.get(reverse("client_paper_page", args=["maple", paper.pk]))
    assert [row.user for row in page.context["seen"]] == [office.user]
    office.post(reverse("client_paper_remove", args=["maple", paper.pk]))
    with agency_context(maple):
        paper.refresh_from_db()
        assert paper.removed_by == office.user
        assert AccessLog.objects.count() == 1
    assert "证件甲" not in office.get(reverse("client_file", args=["maple", person.pk])).content.decode()


def test_archivist_sees_no_papers_of_clients(client, maple):
    with agency_context(maple):
        paper = make_one(ClientPaper, title="出院小结")
    client.force_login(make_member(maple, Role.ARCHIVIST).user)
    assert "出院小结" not in client.get(reverse("client_file", args=["maple", paper.client_id])).content.decode()
    assert client.get(reverse("client_paper_list", args=["maple"])).status_code == 403


@pytest.mark.parametrize("kind", ["medical", "prescription", "disability"])
def test_health_papers_wait_for_their_consent(office, maple, kind):
    with agency_context(maple):
        person = make_one(Client)
    assert set(send(office, person, kind=kind).context["form"].errors) == {"kind"}
    with agency_context(maple):
        consents.give_consents(client=person, by=office.user, kinds=["health_data"], means="phone")
    assert send(office, person, kind=kind).status_code == 302


def test_days_of_a_paper_make_sense(office, maple):
    today = timezone.localdate()
    with agency_context(maple):
        person = make_one(Client)
    wrong = {"issued_on": today + dt.timedelta(days=1), "expires_on": today}
    assert set(send(office, person, **wrong).context["form"].errors) == {"issued_on", "expires_on"}
    assert send(office, person, issued_on=today, expires_on=today).status_code == 302


@pytest.mark.parametrize(("days", "is_shown"), [(-1, True), (0, True), (30, True), (31, False), (None, False)])
def test_list_of_what_ends_within_thirty_days(office, maple, days, is_shown):
    ends = None if days is None else timezone.localdate() + dt.timedelta(days=days)
    with agency_context(maple):
        make_one(ClientPaper, expires_on=ends)
        make_one(ClientPaper, expires_on=ends, removed_at=timezone.now(), removed_by=office.user)
    shown = office.get(reverse("client_paper_list", args=["maple"]), {"only": "30"}).context["object_list"]
    assert len(shown) == is_shown


def test_one_notice_names_everything(in_maple):
    user = make_member(in_maple).user
    client = make_one(Client, name="李淑贞")
    files.add_guardian(
        client=client, by=user, name="李建国", relation="儿子", phone="13700001234", authority="agent",
        identity_type="resident", identity_number="370102197503071235",
    )  # fmt: skip
    text = text_of(papers.give_notice(client=client, by=user))
    for words in (
        "一次性告知单",
        "李淑贞",
        "个人信息保护法第29条",
        "紧急联系人",
        "7.2.3",
        "李建国（儿子）的授权委托书",
        "不扣押",
    ):
        assert words in text


def test_scope_and_end_of_authority_decide_who_speaks(in_maple):
    user = make_member(in_maple).user
    client = make_one(Client)
    today = timezone.localdate()
    agent = files.add_guardian(
        client=client, by=user, name="李建国", relation="儿子", phone="13700001234", authority="agent",
        identity_type="resident", identity_number="370102197503071235", scopes=["money"], valid_until=today,
    )  # fmt: skip
    assert agent.may("money", today)
    assert not agent.may("money", today + dt.timedelta(days=1))
    assert not agent.may("data", today)
    assert list(consents.givers_of(client)[1]) == []
    agent.scopes = ["data"]
    agent.save()
    assert list(consents.givers_of(client)[1]) == [agent]
    agent.valid_until = today - dt.timedelta(days=1)
    agent.save()
    assert list(consents.givers_of(client)[1]) == []
