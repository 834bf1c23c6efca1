"""Enquiries (7.3.2 a): taken with little, answered in time, followed up, and a client without typing twice."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.calendar import CHINA
from agencies.models import AccessLog, Notice, Role, User
from agencies.tenancy import agency_context
from clients.actions import enquiries as actions
from clients.models import Client, Enquiry, Guardian
from clients.standard import answer_by
from tests.factories import make_member, make_one

CALL = {"caller": "李女士", "phone": "13700001234", "channel": "phone", "need": "妈妈八十岁，想找人每天做午饭"}
MONDAY = dt.datetime(2026, 11, 23, 10, tzinfo=CHINA)


def at(day, hour, minute=0):
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


@pytest.fixture
def office(client, maple):
    user = make_member(maple, Role.COORDINATOR).user
    User.objects.filter(pk=user.pk).update(language="zh-hans")
    client.force_login(user)
    client.user = user
    return client


def post(client, name, data, *args, **query):
    return client.post(reverse(name, args=["maple", *args], query=query), data)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (at(23, 0, 0), at(24, 18)),
        (at(23, 23, 59), at(24, 18)),
        (at(27, 9), at(30, 18)),  # Friday: Monday
        (at(28, 9), at(30, 18)),
    ],
)
def test_answer_is_due_by_the_end_of_the_next_working_day(received, due):
    assert answer_by(received) == due


def test_name_phone_and_need_are_enough(office, maple):
    response = post(office, "enquiry_new", CALL)
    with agency_context(maple):
        [enquiry] = Enquiry.objects.all()
    assert response.headers["Location"] == reverse("enquiry_page", args=["maple", enquiry.pk])
    assert enquiry.number == f"ZX-{timezone.localdate().year}-0001"
    assert (enquiry.state, enquiry.owner, enquiry.answered_at) == ("open", office.user, None)


def test_answer_given_at_once_counts_as_the_reply(office, maple):
    post(office, "enquiry_new", {**CALL, "answer": "已报价，周三上门看看", "follow_up_on": "2099-01-01"})
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
        assert [entry.text for entry in enquiry.entries.all()] == ["已报价，周三上门看看"]
    assert enquiry.answered_at is not None
    assert enquiry.follow_up_on == dt.date(2099, 1, 1)


@pytest.mark.parametrize("known", ["client", "guardian", "enquiry"])
def test_known_phone_is_named_and_kept_until_said_to_be_another(office, maple, known):
    with agency_context(maple):
        if known == "client":
            name = str(make_one(Client, phone=CALL["phone"], name="李淑贞"))
        elif known == "guardian":
            name = make_one(Guardian, phone=CALL["phone"], name="李建国", is_active=True).name
        else:
            name = make_one(Enquiry, phone=CALL["phone"], number="ZX-2026-0777").number
    response = post(office, "enquiry_new", CALL)
    form = response.context["form"]
    assert name in form.errors["phone"][0]
    assert form["need"].value() == CALL["need"]
    assert "is_new" in form.fields
    assert post(office, "enquiry_new", {**CALL, "is_new": "on"}).status_code == 302


def test_closed_enquiry_and_contact_taken_off_are_no_double(in_maple):
    user = make_member(in_maple).user
    make_one(Enquiry, phone=CALL["phone"], state="closed", closed_reason="太远")
    make_one(Guardian, phone=CALL["phone"], is_active=False)
    assert actions.take_enquiry(by=user, **CALL).state == "open"


def test_day_of_the_next_call_has_not_passed(in_maple):
    user = make_member(in_maple).user
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with pytest.raises(ValidationError) as refused:
        actions.take_enquiry(by=user, follow_up_on=yesterday, **CALL)
    assert set(refused.value.message_dict) == {"follow_up_on"}
    assert actions.take_enquiry(by=user, follow_up_on=timezone.localdate(), **CALL)


def test_call_is_written_down_and_the_first_one_answers(office, maple):
    post(office, "enquiry_new", CALL)
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=False):
        first = timezone.now()
        post(office, "enquiry_page", {"text": "已回电", "follow_up_on": "2099-01-05"}, enquiry.pk)
    post(office, "enquiry_page", {"text": "家里商量中"}, enquiry.pk)
    with agency_context(maple):
        enquiry.refresh_from_db()
        assert {entry.text for entry in enquiry.entries.all()} == {"家里商量中", "已回电"}
    assert (enquiry.answered_at, enquiry.follow_up_on) == (first, None)


def test_it_becomes_a_client_without_typing_twice(office, maple):
    post(office, "enquiry_new", {**CALL, "salutation": "李奶奶", "district": "历下区"})
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
    form = office.get(reverse("client_new", args=["maple"], query={"enquiry": enquiry.pk})).context["form"]
    shown = {name: form[name].value() for name in ("salutation", "phone", "district", "needs")}
    assert shown == {
        "salutation": "李奶奶",
        "phone": "13700001234",
        "district": "历下区",
        "needs": "妈妈八十岁，想找人每天做午饭",
    }
    data = {**shown, "name": "李淑贞", "identity_type": "resident", "identity_number": "11010519491231002X"}
    assert (
        post(office, "client_new", {**data, "address": "泺文路12号", "means": "phone"}, enquiry=enquiry.pk).status_code
        == 302
    )
    with agency_context(maple):
        enquiry.refresh_from_db()
        assert (enquiry.state, enquiry.client) == ("client", Client.objects.get())
    assert post(office, "enquiry_close", {"closed_reason": "太远"}, enquiry.pk).status_code == 200  # too late
    with agency_context(maple):
        enquiry.refresh_from_db()
    assert enquiry.state == "client"


def test_it_comes_to_nothing_with_a_reason(office, maple):
    post(office, "enquiry_new", CALL)
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
    assert "closed_reason" in post(office, "enquiry_close", {"closed_reason": ""}, enquiry.pk).context["form"].errors
    post(office, "enquiry_close", {"closed_reason": "嫌贵"}, enquiry.pk)
    with agency_context(maple):
        enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.closed_reason) == ("closed", "嫌贵")
    assert office.get(reverse("enquiry_page", args=["maple", enquiry.pk])).context["form"] is None


def test_list_of_what_is_due(office, maple):
    today = timezone.localdate()
    with agency_context(maple):
        answered = {"answered_at": timezone.now()}
        rows = [
            make_one(Enquiry, caller="未回", answered_at=None),
            make_one(Enquiry, caller="今天", follow_up_on=today, **answered),
            make_one(Enquiry, caller="明天", follow_up_on=today + dt.timedelta(days=1), **answered),
            make_one(Enquiry, caller="等信", **answered),
            make_one(Enquiry, caller="算了", state="closed", closed_reason="嫌贵", answered_at=None),
        ]
    url = reverse("enquiry_list", args=["maple"])
    shown = office.get(url, {"only": "due"}).context["object_list"]
    assert {row.caller for row in shown} == {"未回", "今天"}
    assert len(office.get(url).context["object_list"]) == 4 == len(rows) - 1


def test_what_nobody_answered_in_time_is_told_once(in_maple):
    owner = make_member(in_maple, Role.QUALITY_OFFICER).user
    make_member(in_maple, Role.COORDINATOR)
    make_member(in_maple, Role.ARCHIVIST)
    due = at(24, 18)
    make_one(Enquiry, number="ZX-2026-0001", owner=owner, answer_by=due, answered_at=None)
    make_one(Enquiry, number="ZX-2026-0002", owner=None, answer_by=due, answered_at=None)
    make_one(Enquiry, number="ZX-2026-0003", owner=None, answer_by=due, answered_at=MONDAY)
    with time_machine.travel(due, tick=False):
        assert actions.warn_of_unanswered() == {"passed": 0}
    with time_machine.travel(due + dt.timedelta(seconds=1), tick=False):
        assert actions.warn_of_unanswered() == {"passed": 2}
        assert actions.warn_of_unanswered() == {"passed": 0}
    told = {(notice.user.memberships.get().roles[0], notice.title[8:20]) for notice in Notice.objects.all()}
    assert told == {("quality_officer", "ZX-2026-0001"), ("coordinator", "ZX-2026-0002")}


def test_web_page_takes_enquiries_and_is_deaf_to_machines(client, maple):
    make_member(maple, Role.COORDINATOR)
    url = reverse("public:enquire", args=["maple"])
    asked = {"caller": "李女士", "phone": "13700001234", "need": "做饭"}
    client.post(url, {**asked, "website": "x"})
    with agency_context(maple):
        assert not Enquiry.objects.exists()
    page = client.post(url, asked).content.decode()
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
        assert (enquiry.channel, enquiry.owner) == ("web", None)
        assert Notice.objects.count() == 1
    assert enquiry.number in page


def test_phone_is_shown_once_and_logged(office, maple):
    post(office, "enquiry_new", CALL)
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
    url = reverse("enquiry_page", args=["maple", enquiry.pk])
    assert "13700001234" not in office.get(url).content.decode()
    assert "13700001234" in post(office, "enquiry_reveal", {}, enquiry.pk).content.decode()
    with agency_context(maple):
        [entry] = AccessLog.objects.all()
    assert (entry.subject, entry.field) == (f"clients.enquiry:{enquiry.pk}", "phone")


def test_who_may_only_look_sees_no_button(client, maple):
    client.force_login(make_member(maple, Role.ARCHIVIST).user)
    with agency_context(maple):
        enquiry = make_one(Enquiry)
    for page in (reverse("enquiry_list", args=["maple"]), reverse("enquiry_page", args=["maple", enquiry.pk])):
        text = client.get(page).content.decode()
        for name, args in (("enquiry_new", []), ("enquiry_close", [enquiry.pk]), ("client_new", [])):
            assert reverse(name, args=["maple", *args]) not in text
    assert client.get(reverse("enquiry_new", args=["maple"])).status_code == 403
