"""Bad input gets a clear answer that names every problem at once, in the reader's language; nothing is half-saved."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from agencies.files import store_file
from agencies.models import AccessLog, ApiKey, PriceList, Role, ServiceItem, User
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.models import Caregiver, Credential
from clients.models import Client, Consent
from contracts.models import ServicePlan
from supervision.models import Complaint
from tests.factories import make_member, make_one
from tests.world import make_world

CLIENT = {
    "name": "李淑贞",
    "salutation": "李奶奶",
    "identity_type": "resident",
    "identity_number": "11010519491231002X",
    "phone": "13500001234",
    "district": "历下区",
    "address": "泺文路12号",
    "means": "phone",
}


@pytest.fixture
def office(client, maple):
    user = make_member(maple).user
    User.objects.filter(pk=user.pk).update(language="zh-hans")
    client.force_login(user)
    return client


def post(client, name, data, *args):
    return client.post(reverse(name, args=["maple", *args]), data)


def errors(response):
    return {name: [str(error) for error in found] for name, found in response.context["form"].errors.items()}


def test_every_problem_of_a_client_is_named_at_once_and_the_input_is_kept(office, maple):
    bad = {
        **CLIENT,
        "name": "李" * 10_000,
        "identity_number": "110105194913310023",
        "phone": "123456",
        "needs": "a\x00b\x07",
        "preferred_call_from": "15:00",
        "preferred_call_until": "09:00",
    }
    response = post(office, "client_new", bad)
    found = errors(response)
    assert found.keys() == {"name", "identity_number", "phone", "needs", "preferred_call_until"}
    assert len(found["identity_number"]) == 2  # no such day, and a wrong last digit
    page = response.content.decode()
    assert "请改正以下 5 处" in page
    assert 'value="泺文路12号"' in page
    with agency_context(maple):
        assert not Client.objects.exists()


def test_second_file_of_a_person_is_refused_with_the_first_named(office, maple):
    assert post(office, "client_new", CLIENT).status_code == 302
    again = post(office, "client_new", {**CLIENT, "name": "李淑珍"})
    assert "KH-0001" in errors(again)["identity_number"][0]
    with agency_context(maple):
        [row] = Client.objects.all()
        assert (row.sex, row.birth_date) == ("female", dt.date(1949, 12, 31))
        assert row.pinyin == "lishuzhen lsz"


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.jpg", b"<script>alert(1)</script>"), ("a.png", b"\x89PNG\r\n\x1a\n broken"), ("a.pdf", b"MZ" + b"0" * 100)],
)
def test_upload_is_judged_by_what_is_in_it(office, maple, name, content):
    with agency_context(maple):
        caregiver = make_one(Caregiver)
    data = {"kind": "health", "issuer": "疾控中心", "issued_on": "2026-05-01", "expires_on": "2026-01-01"}
    response = post(office, "credential_new", {**data, "scan": SimpleUploadedFile(name, content)}, caregiver.pk)
    assert "scan" in errors(response)
    with agency_context(maple):
        assert not Credential.objects.exists()


def test_body_larger_than_any_form_needs_is_refused_unread(office, settings):
    settings.REQUEST_MAX_BYTES = 10_000
    response = office.post(reverse("client_new", args=["maple"]), {"needs": "长" * 10_000})
    assert response.status_code == 413
    assert "单个文件最大" in response.content.decode()


def test_oversized_upload_is_refused(office, maple, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    with agency_context(maple):
        caregiver = make_one(Caregiver)
    scan = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"0" * 2000)
    response = post(office, "credential_new", {"kind": "health", "scan": scan}, caregiver.pk)
    assert "文件超过" in errors(response)["scan"][0]
    assert {"issuer", "issued_on"} <= errors(response).keys()


def test_paper_that_ends_before_it_begins_is_refused(office, maple):
    with agency_context(maple):
        caregiver = make_one(Caregiver)
    data = {"kind": "health", "issuer": "疾控中心", "issued_on": "2026-05-01", "expires_on": "2026-04-30"}
    assert errors(post(office, "credential_new", data, caregiver.pk)).keys() == {"expires_on"}


def test_negative_price_and_missing_work_forms_are_refused(office, maple):
    with agency_context(maple):
        draft = make_one(PriceList, state="draft")
        item = make_one(ServiceItem, is_active=True)
    data = {"name": "x", "effective_from": "2027-01-01", "hourly_amount": "-1", f"item_{item.pk}_amount": "abc"}
    assert errors(post(office, "price_list_edit", data, draft.pk)).keys() == {"hourly_amount", f"item_{item.pk}_amount"}
    response = office.post(reverse("price_list_publish", args=["maple", draft.pk]), follow=True)
    assert "还没有定价" in response.content.decode()


def test_plan_names_all_that_is_wrong_with_it(client, db):
    world = make_world()
    with agency_context(world.agency):
        person = demo.take_in(world, 5)[1]
    client.force_login(world.coordinator)
    data = {"work_form": "hourly", "slots0_days": ["1"], "slots0_at": "09:00", "slots0_hours": "6"}
    data |= {"slots1_days": ["1"], "slots1_at": "11:00", "slots1_hours": "2"}
    problems = errors(client.post(reverse("plan_new", args=["kangze", person.pk]), data))
    assert problems.keys() == {"slots", "lines"}
    assert len(problems["slots"]) == 2  # length, overlap
    for text, words in zip(problems["slots"], ("3.3", "11:00"), strict=True):
        assert words in text
    with agency_context(world.agency):
        assert not ServicePlan.objects.exists()


def test_api_answers_malformed_json_and_names_every_problem(client, maple):
    _key, secret = ApiKey.issue(membership=make_member(maple), name="import")
    headers = {"X-Api-Key": secret}
    broken = client.post("/api/v1/clients/", "{", content_type="application/json", headers=headers)
    assert broken.status_code == 400
    bad = client.post("/api/v1/clients/", {"name": "x" * 51, "identity_type": "resident", "identity_number": "1"},
                      content_type="application/json", headers=headers)  # fmt: skip
    assert bad.status_code == 400
    assert {"name", "identity_number", "salutation", "phone", "district", "address", "means"} <= bad.json().keys()
    good = client.post("/api/v1/clients/", CLIENT, content_type="application/json", headers=headers)
    assert good.status_code == 201
    assert (good.json()["number"], good.json()["identity_masked"]) == ("KH-0001", "1***************2X")
    assert "11010519491231002X" not in good.content.decode()
    assert "identity_number" not in client.get("/api/v1/clients/", headers=headers).json()["results"][0]


def test_full_number_is_shown_once_and_logged(office, maple):
    post(office, "client_new", CLIENT)
    with agency_context(maple):
        person = Client.objects.get()
    file = office.get(reverse("client_file", args=["maple", person.pk]))
    assert "11010519491231002X" not in file.content.decode()
    shown = post(office, "client_reveal", {}, person.pk, "identity_number")
    assert "11010519491231002X" in shown.content.decode()
    assert shown.headers["Cache-Control"] == "private, no-store"
    with agency_context(maple):
        [entry] = AccessLog.objects.all()
        assert (entry.subject, entry.field) == (f"clients.client:{person.pk}", "identity_number")


def test_reading_a_paper_with_full_numbers_is_logged(office, maple):
    with agency_context(maple):
        paper = store_file(kind="document", name="协议.pdf", content=b"%PDF-1.7", content_type="application/pdf")
        photo = store_file(kind="photo", name="照片.png", content=b"png", content_type="image/png")
    for file in (paper, photo):
        response = office.get(reverse("file_view", args=["maple", file.pk]))
        assert response.content == {paper: b"%PDF-1.7", photo: b"png"}[file]
        assert response.headers["Cache-Control"] == "private, no-store"
    with agency_context(maple):
        assert [entry.subject for entry in AccessLog.objects.all()] == [f"agencies.storedfile:{paper.pk}"]


def test_health_data_waits_for_its_own_consent(office, maple):
    post(office, "client_new", CLIENT)
    with agency_context(maple):
        person = Client.objects.get()
    refused = post(office, "client_health", {"illnesses": "高血压"}, person.pk)
    assert refused.headers["Location"] == f"/maple/clients/{person.pk}/consents/new/"
    with agency_context(maple):
        person.refresh_from_db()
        assert person.illnesses == ""
    with agency_context(maple):
        make_one(Consent, client=person, kind="health_data")
    assert post(office, "client_health", {"illnesses": "高血压"}, person.pk).status_code == 302


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ARCHIVIST, 403), (Role.QUALITY_OFFICER, 403), (Role.COORDINATOR, 200)]
)
def test_role_decides_who_opens_a_file(client, maple, role, status):
    client.force_login(make_member(maple, role).user)
    assert client.get(reverse("client_new", args=["maple"])).status_code == status


def test_caregiver_reaches_no_office_page(client, maple):
    client.force_login(make_member(maple, Role.CAREGIVER).user)
    for name in ("today", "client_list", "agreement_list", "rota", "archive_list"):
        assert client.get(reverse(name, args=["maple"])).status_code == 403


def test_public_complaint_is_numbered_found_by_its_code_and_deaf_to_machines(client, maple):
    url = reverse("public:complain", args=["maple"])
    machine = client.post(url, {"text": "spam", "website": "x"})
    assert machine.status_code == 200
    stamp = re.search(r'name="stamp" value="([^"]+)"', client.get(url).content.decode())[1]
    sent = {"text": "服务员迟到", "complainant_phone": "13700001234", "stamp": stamp}
    for hasty in ({"stamp": ""}, {}):  # without the page, and faster than anybody types
        again = client.post(url, sent | hasty)
        assert "13700001234" in again.content.decode()
    with agency_context(maple):
        assert not Complaint.objects.exists()
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=4), tick=False):
        client.post(url, sent)
    with agency_context(maple):
        [complaint] = Complaint.objects.all()
    assert complaint.number == f"TS-{timezone.localdate().year}-0001"
    look_up = reverse("public:complaint_status", args=["maple"])
    wrong = client.post(look_up, {"number": complaint.number, "code": "000000x"})
    assert complaint.text not in wrong.content.decode()
    right = client.post(look_up, {"number": complaint.number, "code": complaint.lookup_code})
    assert right.context["complaint"] == complaint
