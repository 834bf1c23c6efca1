"""What is told in confidence: rights first, one reader, and nowhere else."""

import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from agencies.actions.members import reset_password
from agencies.exports import workbook
from agencies.lists import OfficeList
from agencies.models import AccessLog, ApiKey, Notice, User
from agencies.panels import timeline_of
from agencies.tenancy import agency_context
from caregivers.actions import welfare as actions
from caregivers.models import Caregiver, Grievance, GrievanceEntry
from caregivers.queries.welfare import listeners, told_to
from tests.factories import make_member, make_one

SECRET = "雇主儿子两次动手打我"


@pytest.fixture
def staff(maple):
    return {role: make_member(maple, role).user for role in ("manager", "quality_officer", "coordinator", "archivist")}


@pytest.fixture
def second(maple):
    return make_member(maple, "manager").user


@pytest.fixture
def caregiver(maple):
    user = make_member(maple, "caregiver").user
    with agency_context(maple):
        return make_one(Caregiver, state="active", posted_on=timezone.localdate(), name="王秀兰", user=user)


def told(caregiver, recipient, **values):
    values = {"kind": "mistreatment", "text": SECRET, "rights_told_at": timezone.now(), **values}
    return actions.confide(caregiver=caregiver, recipient=recipient, **values)


@pytest.fixture
def grievance(maple, caregiver, staff):
    with agency_context(maple):
        return told(caregiver, staff["manager"])


def refusal(function, **kwargs):
    with pytest.raises(ValidationError) as refused:
        function(**kwargs)
    return refused.value


# Telling ------------------------------------------------------------------------------------------------------------


def test_managers_and_quality_officers_listen_and_nobody_to_themselves(maple, staff, second, caregiver):
    gone = make_member(maple, "manager")
    gone.is_active = False
    gone.save()
    with agency_context(maple):
        assert set(listeners(but=caregiver.user)) == {staff["manager"], staff["quality_officer"], second}
        assert set(listeners(but=second)) == {staff["manager"], staff["quality_officer"]}


def test_rights_come_first_and_the_listener_is_one_of_the_list(maple, staff, caregiver):
    with agency_context(maple):
        values = {"caregiver": caregiver, "kind": "pay", "text": "x"}
        refused = refusal(actions.confide, recipient=staff["coordinator"], rights_told_at=None, **values)
        assert refused.message_dict == {
            "__all__": ["Read your rights first."], "recipient": ["Choose somebody from the list."],
        }  # fmt: skip
        assert not Grievance.objects.exists()


def test_the_notice_names_neither_who_nor_what(maple, grievance, staff):
    with agency_context(maple):
        notice = Notice.objects.get()
        assert (notice.user, notice.title, notice.body) == (staff["manager"], "Somebody has confided in you", "")
        assert notice.url == f"/maple/confidential/{grievance.pk}/"


def test_texts_stand_encrypted_in_the_database(maple, grievance, staff):
    with agency_context(maple):
        actions.add_entry(grievance=grievance, by=staff["manager"], text="今天下午面谈")
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM caregivers_grievance UNION ALL SELECT text FROM caregivers_grievanceentry")
            stored = [row[0] for row in cursor.fetchall()]
        assert len(stored) == 2
        assert not any(SECRET in text or "面谈" in text for text in stored)
        assert (Grievance.objects.get().text, GrievanceEntry.objects.get().text) == (SECRET, "今天下午面谈")


def test_the_two_write_to_each_other_and_nobody_else_does(maple, grievance, staff, second, caregiver):
    with agency_context(maple):
        actions.add_entry(grievance=grievance, by=staff["manager"], text="明天换人")
        actions.add_entry(grievance=grievance, by=caregiver.user, text="谢谢")
        for other in (second, staff["quality_officer"]):
            assert refusal(actions.add_entry, grievance=grievance, by=other, text="x").messages == [
                "This is between two other people."
            ]
            assert refusal(actions.close_grievance, grievance=grievance, by=other)
        assert refusal(actions.close_grievance, grievance=grievance, by=caregiver.user)
        assert [entry.written_by for entry in grievance.entries.all()] == [staff["manager"], caregiver.user]
        assert Notice.objects.filter(user=caregiver.user, url=f"/me/confide/{grievance.pk}/").count() == 1


def test_closing_ends_the_writing_and_both_can_still_read(maple, grievance, staff, caregiver):
    with agency_context(maple):
        actions.close_grievance(grievance=grievance, by=staff["manager"])
        for user in (staff["manager"], caregiver.user):
            assert refusal(actions.add_entry, grievance=grievance, by=user, text="x").messages == [
                "This is closed; begin anew."
            ]
        assert refusal(actions.close_grievance, grievance=grievance, by=staff["manager"]).messages == [
            "This was closed before."
        ]
        assert told_to(staff["manager"]).get().text == SECRET


def test_nothing_is_sent_to_somebody_who_no_longer_listens(maple, grievance, staff, caregiver):
    staff["manager"].memberships.update(roles=["archivist"])
    with agency_context(maple):
        refused = refusal(actions.add_entry, grievance=grievance, by=caregiver.user, text="x")
        assert "begin anew with somebody else" in refused.messages[0]


def test_note_of_a_talk_is_read_by_the_caregiver_and_nobody_else(maple, staff, second, caregiver):
    with agency_context(maple):
        values = {"caregiver": caregiver, "by": staff["quality_officer"], "kind": "safety"}
        refused = refusal(actions.note_talk, text="x", rights_told=False, **values)
        assert set(refused.message_dict) == {"rights_told"}
        grievance = actions.note_talk(text="休息不够", rights_told=True, **values)
        assert (grievance.text, grievance.entries.get().written_by) == ("", staff["quality_officer"])
        assert not told_to(second).exists()
        values["by"] = staff["coordinator"]
        assert "cannot hold" in refusal(actions.note_talk, text="x", rights_told=True, **values).messages[0]
        nobody = make_one(Caregiver)
        values = {"caregiver": nobody, "by": second, "kind": "safety", "text": "x", "rights_told": True}
        assert "no phone account" in refusal(actions.note_talk, **values).messages[0]


@pytest.mark.parametrize("who", ["recipient", "caregiver"])
def test_who_gives_a_new_password_reads_nothing_as_that_person(client, maple, grievance, staff, second, caregiver, who):
    person = staff["manager"] if who == "recipient" else caregiver.user
    with agency_context(maple):
        password = reset_password(member=person.memberships.get(), by=second)
    User.objects.filter(pk=person.pk).update(has_first_password=False)
    client.post(reverse("account_login"), {"login": person.phone, "password": password})
    office = who == "recipient"
    listed = reverse("confided_list", args=["maple"]) if office else "/me/confide/"
    page = reverse("confided_page", args=["maple", grievance.pk]) if office else f"/me/confide/{grievance.pk}/"
    text = client.get(listed).content.decode()
    assert "新密码" in text
    assert str(grievance.pk) not in [
        link.rstrip("/").rpartition("/")[2] for link in re.findall(r'href="([^"]+)"', text)
    ]
    assert client.get(page).status_code == 404
    assert client.post(page, {"text": "x"}).status_code == 404


def test_the_other_of_the_two_is_told_and_begins_anew(client, maple, grievance, staff, second, caregiver):
    with agency_context(maple):
        reset_password(member=staff["manager"].memberships.get(), by=second)
    client.force_login(caregiver.user)
    text = client.get(f"/me/confide/{grievance.pk}/").content.decode()
    assert SECRET in text
    assert "密码已由别人重设" in text
    client.post(f"/me/confide/{grievance.pk}/", {"text": "还在吗"})
    with agency_context(maple):
        assert not GrievanceEntry.objects.exists()
        anew = told(caregiver, User.objects.get(pk=staff["manager"].pk))
        assert list(told_to(anew.recipient)) == [anew]


# Nowhere else -------------------------------------------------------------------------------------------------------


def office_addresses(grievance):
    names = {"confided_page": "get", "confided_close": "post"}
    return [(reverse(name, args=["maple", grievance.pk]), method) for name, method in names.items()]


@pytest.mark.parametrize("who", ["second", "quality_officer"])
def test_pages_are_not_found_by_anybody_else_of_the_agency(client, grievance, staff, second, who):
    client.force_login(second if who == "second" else staff[who])
    for address, method in office_addresses(grievance):
        assert getattr(client, method)(address).status_code == 404
    assert client.post(office_addresses(grievance)[0][0], {"text": "x"}).status_code == 404
    listed = client.get(reverse("confided_list", args=["maple"])).content.decode()
    assert "王秀兰" not in listed
    assert SECRET not in listed


@pytest.mark.parametrize("role", ["coordinator", "archivist"])
def test_who_does_not_listen_has_no_such_pages(client, grievance, staff, role):
    client.force_login(staff[role])
    assert client.get(reverse("confided_list", args=["maple"])).status_code == 403
    for address, method in office_addresses(grievance):
        assert getattr(client, method)(address).status_code == 403


def test_another_caregiver_finds_nothing(client, maple, grievance):
    other = make_member(maple, "caregiver").user
    with agency_context(maple):
        make_one(Caregiver, state="active", posted_on=timezone.localdate(), user=other)
    client.force_login(other)
    assert client.get(f"/me/confide/{grievance.pk}/").status_code == 404
    assert SECRET not in client.get("/me/confide/").content.decode()


def test_no_file_search_history_notice_or_log_shows_it_to_a_second_manager(client, maple, grievance, second, caregiver):
    with agency_context(maple):
        logged = AccessLog.objects.count()
    client.force_login(second)
    names = [
        "caregiver_list",
        "access_log",
        "today",
        "message_list",
        "job_list",
        "archive_list",
        "export_list",
        "notice_list",
    ]
    paths = [reverse(name, args=["maple"]) for name in names]
    paths += [reverse("caregiver_file", args=["maple", caregiver.pk])]
    paths += [f"{reverse('search', args=['maple'])}?q={words}" for words in (SECRET[:4], "王秀兰")]
    for path in paths:
        response = client.get(path, follow=True)
        assert response.status_code == 200
        text = response.content.decode()
        assert [word for word in (SECRET, f"/confidential/{grievance.pk}", "Mistreatment") if word in text] == [], path
    with agency_context(maple):
        assert AccessLog.objects.count() == logged
        assert not Notice.objects.filter(user=second).exists()
        assert (
            "confid" not in " ".join(str(moment) for moment in timeline_of("caregivers.caregiver", caregiver)).lower()
        )
    assert not hasattr(Grievance, "history")
    assert not hasattr(GrievanceEntry, "history")


def test_no_list_exports_it(maple, grievance):
    with agency_context(maple):
        for name in OfficeList.by_name:
            content, _count = workbook(name, "")
            sheet = load_workbook(io.BytesIO(content)).active
            cells = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}
            assert not any(SECRET in cell or "Mistreatment" in cell for cell in cells), name


def test_the_api_does_not_know_it(client, maple, grievance, second, caregiver):
    with agency_context(maple):
        _key, secret = ApiKey.issue(membership=second.memberships.get(), name="x")
    headers = {"X-Api-Key": secret}
    for path in ("caregivers/", f"caregivers/{caregiver.pk}/"):
        response = client.get(f"/api/v1/{path}", headers=headers)
        assert response.status_code == 200
        assert "grievance" not in response.content.decode()
    assert client.get("/api/v1/grievances/", headers=headers).status_code == 404
    schema = client.get("/api/schema/").content.decode() + str(client.get("/api/v1/", headers=headers).content)
    assert "rievance" not in schema


def test_the_one_reader_reads_and_answers(client, maple, grievance, staff, caregiver):
    client.force_login(staff["manager"])
    assert "王秀兰" in client.get(reverse("confided_list", args=["maple"])).content.decode()
    page = reverse("confided_page", args=["maple", grievance.pk])
    assert SECRET in client.get(page).content.decode()
    assert client.post(page, {"text": "明天换人"}).status_code == 302
    client.force_login(caregiver.user)
    assert "明天换人" in client.get(f"/me/confide/{grievance.pk}/").content.decode()


def test_rights_are_read_before_the_form_opens(client, maple, caregiver, staff):
    client.force_login(caregiver.user)
    assert client.get("/me/confide/new/").url == "/me/confide/"
    assert "12333" in client.get("/me/confide/").content.decode()
    assert client.post("/me/confide/").url == "/me/confide/new/"
    assert client.get("/me/confide/new/").status_code == 200
    sent = client.post("/me/confide/new/", {"recipient": staff["manager"].pk, "kind": "pay", "text": "工钱少算了"})
    with agency_context(maple):
        grievance = Grievance.objects.get()
        assert sent.url == f"/me/confide/{grievance.pk}/"
        assert grievance.rights_told_at <= grievance.created_at
    assert client.get("/me/confide/new/").url == "/me/confide/"  # for the next one the rights come first again


def test_a_posted_listener_of_another_agency_is_refused(client, maple, birch, caregiver):
    stranger = make_member(birch, "manager").user
    client.force_login(caregiver.user)
    client.post("/me/confide/")
    page = client.post("/me/confide/new/", {"recipient": stranger.pk, "kind": "pay", "text": "x"})
    assert page.status_code == 200
    with agency_context(maple):
        assert not Grievance.objects.exists()
