"""Complaints from receipt to close (8.4): who was told what and how, limits that move, outcomes that are refused."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from agencies.models import Message, Notice, Role
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord, Document
from clients.models import Client
from supervision.actions.complaints import (
    accept_complaint,
    acknowledge_complaint,
    close_complaint,
    receive_complaint,
    reply_to_complaint,
)
from supervision.actions.limits import warn_of_limits
from supervision.models import Complaint
from tests.factories import make_member, make_one

MONDAY = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)  # nine in the morning; seven working days end on 2 December
FIRST, LATER = dt.date(2026, 12, 2), dt.date(2026, 12, 14)
PHONE = "13700001234"


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def officer(in_maple, clock):
    return make_member(in_maple, Role.QUALITY_OFFICER).user


@pytest.fixture
def manager(in_maple, clock):
    return make_member(in_maple, Role.MANAGER).user


@pytest.fixture
def complaint(officer):
    return take(officer)


def take(by, **more):
    data = {"channel": "phone", "complainant_name": "王芳", "complainant_phone": PHONE, "text": "服务员迟到", **more}
    return receive_complaint(by=by, **data)


def accept(complaint, by, severity="ordinary", **more):
    accept_complaint(complaint=complaint, by=by, owner=by, severity=severity, **more)


def reply(complaint, by, **more):
    said = {"reply": "已道歉", "finding": "founded", "reply_how": "phone", "reply_to": "王芳", **more}
    reply_to_complaint(complaint=complaint, by=by, **said)


def log(complaint):
    return [entry.words for entry in complaint.entries.all()]


def test_naming_somebody_in_charge_does_not_claim_that_the_complainant_was_told(complaint, officer):
    accept(complaint, officer)
    assert (complaint.state, complaint.acknowledged_at) == ("accepted", None)
    acknowledge_complaint(complaint=complaint, by=officer, told_how="phone", note="本人接听")
    assert (complaint.acknowledged_how, complaint.acknowledged_by) == ("phone", officer)
    assert complaint.acknowledged_at == MONDAY
    assert log(complaint)[-1] == "The complainant was told that it arrived, by phone"
    with pytest.raises(ValidationError, match="told already"):
        acknowledge_complaint(complaint=complaint, by=officer, told_how="phone")


def test_whoever_is_known_can_be_told(complaint, officer):
    with pytest.raises(ValidationError, match="is known"):
        acknowledge_complaint(complaint=complaint, by=officer, told_how="impossible")
    nameless = take(officer, complainant_name="", complainant_phone="", wants_anonymity=True, told_how="impossible")
    assert nameless.acknowledged_how == "impossible"


@pytest.mark.parametrize(("channel", "is_refused"), [("phone", True), ("visit", True), ("authority", False)])
def test_who_speaks_with_a_complainant_asks_for_a_name(officer, channel, is_refused):
    nameless = {"channel": channel, "complainant_name": "", "complainant_phone": ""}
    if is_refused:
        with pytest.raises(ValidationError, match="Ask for a name or a phone number"):
            take(officer, **nameless)
    take(officer, **nameless, wants_anonymity=is_refused)
    assert Complaint.objects.count() == 1


def test_web_complaint_with_a_phone_is_told_by_a_message_and_that_counts_when_it_went_out(manager, clock):
    complaint = receive_complaint(by=None, channel="web", text="迟到", complainant_phone=PHONE)
    [message] = Message.objects.all()
    assert (message.address, complaint.acknowledged_at) == (PHONE, None)
    assert complaint.number in message.body
    assert complaint.lookup_code in message.body
    warn_of_limits()
    complaint.refresh_from_db()
    assert complaint.acknowledged_at is None
    Message.objects.update(state="sent", sent_at=MONDAY, sent_by=manager)
    clock.shift(dt.timedelta(hours=25))
    assert warn_of_limits()["acknowledge"] == 0
    complaint.refresh_from_db()
    assert (complaint.acknowledged_how, complaint.acknowledged_by) == ("message", manager)


def test_anonymous_web_complaint_is_told_by_the_page_itself(manager):
    complaint = receive_complaint(by=None, channel="web", text="迟到")
    assert (complaint.acknowledged_how, complaint.acknowledged_by) == ("page", None)
    assert not Message.objects.exists()


@pytest.mark.parametrize("state", ["received", "accepted"])
def test_who_was_not_told_within_a_day_is_named_once_even_when_the_complaint_is_being_handled(
    complaint, officer, clock, state
):
    if state == "accepted":
        accept(complaint, officer)
    Notice.objects.all().delete()
    clock.shift(dt.timedelta(hours=23, minutes=59))
    assert warn_of_limits()["acknowledge"] == 0
    clock.shift(dt.timedelta(minutes=1))
    assert warn_of_limits() == {"acknowledge": 1, "near": 0, "passed": 0}
    assert warn_of_limits()["acknowledge"] == 0
    assert [notice.user for notice in Notice.objects.all()] == [officer]


def test_another_severity_moves_the_limit_with_a_reason_that_the_complainant_is_told(complaint, officer):
    assert complaint.limit_on == FIRST
    with pytest.raises(ValidationError, match="write the reason"):
        accept(complaint, officer, severity="serious")
    accept(complaint, officer, severity="serious", limit_reason="需向两家核实")
    assert (complaint.limit_on, complaint.first_limit_on, complaint.limit_reason) == (LATER, FIRST, "需向两家核实")
    assert log(complaint)[-1] == "Limit moved from 2026-12-02 to 2026-12-14"
    [message] = Message.objects.filter(key__startswith="complaint-limit")
    assert "需向两家核实" in message.body
    assert "2026-12-14" in message.body


def test_moved_limit_is_warned_of_anew(complaint, officer, clock):
    clock.move_to(MONDAY + dt.timedelta(days=8))  # 1 December, a working day before the first limit
    assert warn_of_limits()["near"] == 1
    assert warn_of_limits()["near"] == 0
    accept(complaint, officer, severity="serious", limit_reason="需向医院核实")
    assert warn_of_limits()["near"] == 0
    clock.move_to(dt.datetime(2026, 12, 13, 1, 0, tzinfo=dt.UTC))
    assert warn_of_limits()["near"] == 1
    past = complaint.history.order_by("history_id")
    assert [(row.state, row.limit_on) for row in (past.first(), past.last())] == [
        ("received", FIRST), ("accepted", LATER),
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "is_allowed"), [(8, True), (9, True), (10, False)])
def test_limit_that_has_passed_is_not_moved(complaint, officer, clock, days, is_allowed):
    """The second of December is nine days on."""
    clock.shift(dt.timedelta(days=days))
    if is_allowed:
        accept(complaint, officer, severity="serious", limit_reason="需核实")
        assert complaint.limit_on == LATER
    else:
        with pytest.raises(ValidationError, match="limit passed on 2026-12-02"):
            accept(complaint, officer, severity="serious", limit_reason="需核实")
        accept(complaint, officer)
    complaint.refresh_from_db()
    assert complaint.limit_on == (LATER if is_allowed else FIRST)


def test_reply_keeps_how_and_to_whom_it_was_told(complaint, officer):
    accept(complaint, officer)
    with pytest.raises(ValidationError) as refusal:
        reply_to_complaint(complaint=complaint, by=officer, reply="已道歉", finding="", reply_how="")
    assert len(refusal.value.messages) == 2  # whether it is founded, and how it was told
    with pytest.raises(ValidationError, match="left a phone number"):
        reply(complaint, officer, reply_how="page")
    reply(complaint, officer)
    assert (complaint.state, complaint.reply_how, complaint.reply_to) == ("replied", "phone", "王芳")
    assert log(complaint)[-1] == "Decided: Founded; 王芳 was told by phone"
    assert not Message.objects.exists()


def test_reply_by_message_lies_in_the_outbox(complaint, officer):
    accept(complaint, officer)
    reply(complaint, officer, reply_how="message")
    [message] = Message.objects.all()
    assert "已道歉" in message.body


@pytest.fixture
def replied(complaint, officer):
    accept(complaint, officer)
    reply(complaint, officer)
    return complaint


def test_dissatisfied_complainant_keeps_it_open_until_told_where_to_turn_by_somebody_else(replied, officer, manager):
    with pytest.raises(ValidationError) as refusal:
        close_complaint(complaint=replied, by=officer, outcome="dissatisfied")
    assert len(refusal.value.messages) == 2
    with pytest.raises(ValidationError, match="somebody else"):
        close_complaint(complaint=replied, by=officer, outcome="dissatisfied", recourse_told=True, note="找消协")
    with pytest.raises(ValidationError, match="take the complaint up again"):
        close_complaint(complaint=replied, by=manager, outcome="dissatisfied", recourse_told=True)
    close_complaint(complaint=replied, by=manager, outcome="dissatisfied", recourse_told=True, note="找消协")
    assert (replied.state, replied.recourse_told) == ("closed", True)
    assert log(replied)[-1] == "Closed; the complainant is Dissatisfied"


def test_who_comes_second_with_an_old_page_changes_nothing(complaint, officer, manager):
    stale = Complaint.objects.get(pk=complaint.pk)
    accept(complaint, officer)
    reply(complaint, officer)
    with pytest.raises(ValidationError, match="Somebody changed this complaint meanwhile"):
        accept(stale, manager)
    now = Complaint.objects.get(pk=complaint.pk)
    assert (now.state, now.owner) == ("replied", officer)


def test_closing_files_the_complaint_and_asks_for_its_paper(replied, manager):
    close_complaint(complaint=replied, by=manager, outcome="satisfied")
    record = ArchiveRecord.objects.get(source="complaint", source_id=replied.pk)
    assert record.clock_started_on == dt.date(2026, 11, 23)
    assert Document.objects.get(kind="complaint_file").subject_id == replied.pk


def test_log_and_notices_are_read_in_the_reader_s_language(officer, manager, in_maple):
    type(manager).objects.filter(pk=manager.pk).update(language="en")
    with override("zh-hans"):
        complaint = take(officer)
        assert Notice.objects.get(user=manager).title == f"New complaint {complaint.number}"
        entry = complaint.entries.get()
    with override("en"):
        assert entry.words == "Received: Phone"


def test_pages_show_the_complaint_beside_the_form_and_keep_what_was_typed(client, complaint, officer, in_maple):
    accept(complaint, officer)
    client.force_login(officer)
    url = reverse("complaint_reply", args=["maple", complaint.pk])
    page = client.get(url)
    assert "服务员迟到" in page.content.decode()
    refused = client.post(url, {"reply": "已补做一次", "reply_to": "王芳"})
    assert "已补做一次" in refused.content.decode()
    assert len(refused.context["form"].non_field_errors()) == 2
    client.post(url, {"reply": "已补做一次", "finding": "partly", "reply_how": "phone", "reply_to": "王芳"})
    close = client.get(reverse("complaint_close", args=["maple", complaint.pk]))
    assert len(close.context["warnings"]) == 1  # let somebody else ask
    assert "12315" in close.content.decode()


def test_client_is_offered_while_typing_and_found_by_name(client, officer, in_maple):
    wang = make_one(Client, number="KH-0007", name="王秀英")
    make_one(Client, number="KH-0008", name="王秀兰")
    client.force_login(officer)
    offers = client.get(reverse("complaint_clients", args=["maple"]), {"client_number": "秀英"}).content.decode()
    assert '<option value="KH-0007">王秀英' in offers
    assert "KH-0008" not in offers
    data = {"channel": "phone", "severity": "ordinary", "text": "迟到", "complainant_name": "王芳"}
    url = reverse("complaint_new", args=["maple"])
    unclear = client.post(url, data | {"client_number": "王秀"})
    [problem] = unclear.context["form"].errors["client_number"]
    assert "KH-0007 王秀英" in problem
    assert "KH-0008 王秀兰" in problem
    client.post(url, data | {"client_number": "王秀英", "told_how": "phone"})
    complaint = Complaint.objects.get()
    assert (complaint.client, complaint.acknowledged_how) == (wang, "phone")


def test_public_page_names_other_ways_once_there_is_an_answer(client, replied, maple):
    code = {"number": replied.number, "code": replied.lookup_code}
    page = client.post(reverse("public:complaint_status", args=["maple"]), code).content.decode()
    assert "12315" in page
    with agency_context(maple):
        unanswered = take(make_member(maple, Role.MANAGER).user)
    code = {"number": unanswered.number, "code": unanswered.lookup_code}
    page = client.post(reverse("public:complaint_status", args=["maple"]), code).content.decode()
    assert unanswered.number in page
    assert "12315" not in page
