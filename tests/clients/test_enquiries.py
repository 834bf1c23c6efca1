"""Enquiries (7.3.2 a): taken with little, answered in time, followed up, and a client without typing twice."""

import datetime as dt
import io
import re

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from agencies.calendar import CHINA
from agencies.exports import workbook
from agencies.fields import lookup_hash
from agencies.models import AccessLog, ApiKey, Notice, Role, User
from agencies.panels import timeline_of
from agencies.tenancy import agency_context
from caregivers.models import Caregiver
from clients.actions import enquiries as actions
from clients.actions import shifts
from clients.models import Client, Enquiry, Guardian, ShiftNote
from clients.standard import answer_by, warn_from
from supervision.models import Complaint
from tests.clients.papers import text_of
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


def test_what_is_mistyped_and_what_cannot_be_promised_are_named_together(office, maple):
    wrong = {"caller": "", "phone": "1360000", "reply_by": "2020-01-01T10:00", "follow_up_on": "2020-01-01"}
    answer = office.post(reverse("enquiry_new", args=["maple"]), {**CALL, **wrong, "outcome": "out_of_scope"})
    found = {"caller", "phone", "reply_by", "follow_up_on", "outcome", "referred_to"}
    assert set(answer.context["form"].errors) == found
    with agency_context(maple):
        assert not Enquiry.objects.exists()


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
    make_one(Enquiry, phone=CALL["phone"], state="closed", outcome="declined", closed_reason="太远")
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
    assert form["phone"].value() is None  # the caller's is not that of the one the call is about
    assert form["speaker_phone"].value() == "13700001234"
    shown = {name: form[name].value() for name in ("salutation", "district", "needs")}
    assert shown == {
        "salutation": "李奶奶",
        "district": "历下区",
        "needs": "妈妈八十岁，想找人每天做午饭",
    }
    data = {
        **shown,
        "name": "李淑贞",
        "phone": "13500001234",
        "identity_type": "resident",
        "identity_number": "11010519491231002X",
    }
    assert (
        post(office, "client_new", {**data, "address": "泺文路12号", "means": "phone"}, enquiry=enquiry.pk).status_code
        == 302
    )
    with agency_context(maple):
        enquiry.refresh_from_db()
        assert (enquiry.state, enquiry.client) == ("client", Client.objects.get())
    assert (
        post(office, "enquiry_close", {"outcome": "declined", "closed_reason": "太远"}, enquiry.pk).status_code == 200
    )
    with agency_context(maple):
        enquiry.refresh_from_db()
    assert enquiry.state == "client"


def test_it_is_closed_with_what_came_of_it(office, maple):
    post(office, "enquiry_new", CALL)
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
    refused = post(office, "enquiry_close", {"outcome": "declined", "closed_reason": ""}, enquiry.pk)
    assert set(refused.context["form"].errors) == {"closed_reason"}
    refused = post(office, "enquiry_close", {"outcome": "out_of_scope", "closed_reason": "夜间"}, enquiry.pk)
    assert set(refused.context["form"].errors) == {"referred_to"}
    post(office, "enquiry_close", {"outcome": "declined", "closed_reason": "嫌贵"}, enquiry.pk)
    with agency_context(maple):
        enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.outcome, enquiry.closed_reason) == ("closed", "declined", "嫌贵")
    assert (enquiry.reply_by, enquiry.warn_at) == (None, None)
    assert office.get(reverse("enquiry_page", args=["maple", enquiry.pk])).context["form"] is None


def test_out_of_scope_is_closed_at_once_with_where_to_turn(office, maple):
    asked = {**CALL, "outcome": "out_of_scope", "answer": "没有夜间服务"}
    assert set(post(office, "enquiry_new", asked).context["form"].errors) == {"referred_to"}
    both = post(office, "enquiry_new", {**asked, "referred_to": "社区中心", "follow_up_on": "2099-01-01"})
    assert set(both.context["form"].errors) == {"outcome"}
    post(office, "enquiry_new", {**asked, "referred_to": "社区中心"})
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
        assert [entry.text for entry in enquiry.entries.all()] == ["没有夜间服务"]
    assert (enquiry.state, enquiry.outcome, enquiry.referred_to) == ("closed", "out_of_scope", "社区中心")


@pytest.mark.parametrize("outcome", ["silent", "unheard", "wrong_number"])
def test_call_in_which_nobody_was_heard_is_one_button(office, maple, outcome):
    post(office, "enquiry_silent", {"outcome": outcome})
    post(office, "enquiry_silent", {"outcome": "declined"})
    with agency_context(maple):
        [enquiry] = Enquiry.objects.all()
    assert (enquiry.state, enquiry.outcome, enquiry.phone, enquiry.first_contact) == (
        "closed",
        outcome,
        "",
        office.user,
    )
    page = office.get(reverse("enquiry_page", args=["maple", enquiry.pk]))
    assert reverse("enquiry_receipt", args=["maple", enquiry.pk]) not in page.content.decode()


def test_database_keeps_no_enquiry_without_a_phone_but_those(in_maple):
    with pytest.raises(IntegrityError, match="enquiry_caller"), transaction.atomic():
        make_one(Enquiry, phone="")


def test_list_of_what_is_due(office, maple):
    today = timezone.localdate()
    with agency_context(maple):
        answered = {"answered_at": timezone.now()}
        rows = [
            make_one(Enquiry, caller="未回", answered_at=None),
            make_one(Enquiry, caller="今天", follow_up_on=today, **answered),
            make_one(Enquiry, caller="明天", follow_up_on=today + dt.timedelta(days=1), **answered),
            make_one(Enquiry, caller="等信", **answered),
            make_one(
                Enquiry, caller="算了", state="closed", outcome="declined", closed_reason="嫌贵", answered_at=None
            ),
        ]
    url = reverse("enquiry_list", args=["maple"])
    shown = office.get(url, {"only": "due"}).context["object_list"]
    assert {row.caller for row in shown} == {"未回", "今天"}
    assert len(office.get(url).context["object_list"]) == 4 == len(rows) - 1


@pytest.mark.parametrize(
    ("promised", "reminded"),
    [
        (at(25, 18), at(24, 18)),
        (at(30, 9), at(27, 9)),  # Monday: the Friday before
        (at(29, 9), at(27, 9)),  # a Sunday
    ],
)
def test_reminder_comes_one_working_day_before(promised, reminded):
    assert warn_from(promised) == reminded


def told(title):
    """The roles of those who have this notice."""
    rows = Notice.objects.filter(title=title).select_related("user")
    return {role for notice in rows for role in notice.user.memberships.get().roles}


def test_reply_owed_is_told_one_working_day_before_and_when_it_has_passed_once_each(in_maple):
    owner = make_member(in_maple, Role.COORDINATOR).user
    make_member(in_maple, Role.MANAGER)
    make_member(in_maple, Role.ARCHIVIST)
    User.objects.update(language="en")
    with time_machine.travel(MONDAY, tick=False):
        enquiry = actions.take_enquiry(by=owner, reply_by=at(26, 12), **CALL)
    steps = [
        (at(25, 12), {"near": 0, "passed": 0}),
        (at(25, 12, 1), {"near": 1, "passed": 0}),
        (at(25, 12, 1), {"near": 0, "passed": 0}),
        (at(26, 12), {"near": 0, "passed": 0}),
        (at(26, 12, 1), {"near": 0, "passed": 1}),
        (at(26, 12, 1), {"near": 0, "passed": 0}),
    ]
    for moment, counts in steps:
        with time_machine.travel(moment, tick=False):
            assert actions.warn_of_replies() == counts
    assert told(f"Answer enquiry {enquiry.number} by 11-26 12:00") == {"coordinator"}
    assert told(f"Enquiry {enquiry.number} was to be answered by 11-26 12:00") == {"coordinator", "manager"}
    assert Notice.objects.count() == 3


def test_answer_ends_the_clock_and_a_new_promise_starts_it_again(in_maple):
    user = make_member(in_maple).user
    with time_machine.travel(MONDAY, tick=False):
        enquiry = actions.take_enquiry(by=user, **CALL)
        assert (enquiry.reply_by, enquiry.warn_at) == (at(24, 18), at(23, 18))
    with time_machine.travel(at(24, 9), tick=False):
        with pytest.raises(ValidationError) as refused:
            actions.follow_up(enquiry=enquiry, by=user, text="在查", reply_by=at(24, 9))
        assert set(refused.value.message_dict) == {"reply_by"}
        actions.follow_up(enquiry=enquiry, by=user, text="在查", reply_by=at(24, 12))
        enquiry.refresh_from_db()
        # less than a working day away: told only when it has passed
        assert (enquiry.answered_at, enquiry.reply_by, enquiry.warn_at) == (at(24, 9), at(24, 12), at(24, 12))
    with time_machine.travel(at(24, 11), tick=False):
        actions.follow_up(enquiry=enquiry, by=user, text="查到了")
    enquiry.refresh_from_db()
    assert (enquiry.answered_at, enquiry.reply_by, enquiry.warn_at) == (at(24, 9), None, None)


def test_whoever_calls_back_is_in_charge_only_where_nobody_was(in_maple):
    owner, other = (make_member(in_maple, Role.COORDINATOR).user for _n in range(2))
    for by, stays in [(owner, owner), (None, other)]:
        enquiry = actions.take_enquiry(by=by, **CALL, is_new=True)
        actions.follow_up(enquiry=enquiry, by=other, text="回电了")
        enquiry.refresh_from_db()
        assert (enquiry.owner, enquiry.first_contact) == (stays, by)


def test_hand_over_keeps_the_first_contact_and_is_noted(office, maple):
    post(office, "enquiry_new", CALL)
    colleague = make_member(maple, Role.MANAGER).user
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
    same = post(office, "enquiry_hand_over", {"to": office.user.pk}, enquiry.pk)
    assert "to" in same.context["form"].errors
    post(office, "enquiry_hand_over", {"to": colleague.pk, "note": "要问价格"}, enquiry.pk)
    with agency_context(maple):
        enquiry.refresh_from_db()
        [entry] = enquiry.entries.all()
        assert Notice.objects.filter(user=colleague).count() == 1
    assert (enquiry.first_contact, enquiry.owner) == (office.user, colleague)
    assert enquiry.answered_at is None  # the caller still waits
    for words in (office.user.name, colleague.name, "要问价格"):
        assert words in entry.text


@pytest.mark.parametrize(("matter", "roles"), [("press", {"manager"}), ("complaint", {"manager", "quality_officer"})])
def test_press_and_complaints_are_told_at_once(in_maple, matter, roles):
    user = make_member(in_maple, Role.COORDINATOR).user
    for role in (Role.MANAGER, Role.QUALITY_OFFICER, Role.ARCHIVIST):
        make_member(in_maple, role)
    actions.take_enquiry(by=user, matter=matter, is_repeated=True, **CALL)
    assert {notice.user.memberships.get().roles[0] for notice in Notice.objects.all()} == roles


def test_a_complaint_is_said_back_before_it_is_written_down(office, maple):
    User.objects.update(language="en")
    response = post(office, "enquiry_new", {**CALL, "matter": "complaint"})
    assert response.context["form"].errors == {
        "is_repeated": ["Say a complaint back in your own words, and tick it once the caller confirmed it."]
    }
    assert post(office, "enquiry_new", {**CALL, "rating": "4"}).context["form"].errors.keys() == {"rating"}
    post(office, "enquiry_new", {**CALL, "matter": "complaint", "is_repeated": "on", "rating": "3"})
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
    assert (enquiry.is_repeated, enquiry.rating) == (True, 3)
    page = office.get(reverse("enquiry_page", args=["maple", enquiry.pk])).content.decode()
    assert "confirmed by the caller" in page
    assert "3 not satisfied" in page
    with agency_context(maple), pytest.raises(IntegrityError, match="enquiry_rating"), transaction.atomic():
        Enquiry.objects.update(rating=4)


def test_complaint_is_taken_as_one_without_typing_again(office, maple):
    post(office, "enquiry_new", {**CALL, "matter": "complaint", "need": "服务员迟到一小时", "is_repeated": "on"})
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
    link = f"{reverse('complaint_new', args=['maple'])}?enquiry={enquiry.pk}"
    assert link in office.get(reverse("enquiry_page", args=["maple", enquiry.pk])).content.decode()
    form = office.get(link).context["form"]
    names = ("channel", "complainant_name", "complainant_phone", "text")
    shown = {name: form[name].value() for name in names}
    assert shown == {
        "channel": "phone",
        "complainant_name": "李女士",
        "complainant_phone": "13700001234",
        "text": "服务员迟到一小时",
    }
    office.post(link, {**shown, "severity": "ordinary", "told_how": "phone"})
    with agency_context(maple):
        enquiry.refresh_from_db()
        complaint = Complaint.objects.get()
    assert (enquiry.state, enquiry.outcome) == ("closed", "passed_on")
    assert complaint.number in enquiry.closed_reason


def test_praise_goes_into_the_caregivers_file_and_to_the_caregiver(office, maple):
    carer = make_member(maple, Role.CAREGIVER).user
    with agency_context(maple):
        caregiver = make_one(Caregiver, user=carer)
    post(office, "enquiry_new", {**CALL, "matter": "praise", "need": "特别细心"})
    with agency_context(maple):
        enquiry = Enquiry.objects.get()
    link = f"{reverse('praise_new', args=['maple'])}?enquiry={enquiry.pk}"
    form = office.get(link).context["form"]
    data = {name: form[name].value() for name in ("said_by", "text")} | {"caregiver": caregiver.pk}
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    assert "said_on" in office.post(link, {**data, "said_on": tomorrow}).context["form"].errors
    office.post(link, {**data, "said_on": timezone.localdate()})
    with agency_context(maple):
        enquiry.refresh_from_db()
        assert any("特别细心" in moment.text for moment in timeline_of("caregivers.caregiver", caregiver))
        assert Notice.objects.get(user=carer).body == "特别细心"
    assert enquiry.outcome == "passed_on"


def test_shift_is_handed_over_with_what_is_open_and_taken_over_once(office, client, maple):
    post(office, "enquiry_new", CALL)
    post(office, "enquiry_new", {**CALL, "phone": "13700005678", "caller": "王先生"})
    colleague = make_member(maple, Role.COORDINATOR).user
    with agency_context(maple):
        second, first = Enquiry.objects.all()
        make_one(Enquiry, owner=colleague)
    assert "to" in post(office, "shift_new", {"to": office.user.pk}).context["form"].errors
    post(office, "shift_new", {"to": colleague.pk, "note": "缺打印纸", "enquiries": [second.pk]})
    with agency_context(maple):
        shift = ShiftNote.objects.get()
        assert {(line["number"], line["is_handed"]) for line in shift.enquiries} == {
            (first.number, False),
            (second.number, True),
        }
        second.refresh_from_db()
        assert second.owner == colleague
        with pytest.raises(ValidationError):
            shifts.take_over_shift(shift=shift, by=office.user)
        shifts.take_over_shift(shift=shift, by=colleague)
        with pytest.raises(ValidationError):
            shifts.take_over_shift(shift=shift, by=colleague)
    assert "缺打印纸" in office.get(reverse("shift_list", args=["maple"])).content.decode()


@pytest.mark.parametrize("text", ["13700001234", "+86 137-0000-1234", "1234", "370102197503071235", "李建国"])
def test_who_is_known_is_found_before_anything_is_typed(office, maple, text):
    with agency_context(maple):
        person = make_one(Client, phone="13700001234", name="李建国", identity_hash=lookup_hash("370102197503071235"))
    found = post(office, "known", {"text": text})
    assert reverse("client_file", args=["maple", person.pk]) in found.content.decode()
    assert "13700001234" not in found.content.decode()


def test_script_of_the_agency_stands_beside_the_form(office, maple):
    page = office.get(reverse("enquiry_new", args=["maple"])).content.decode()
    for words in ("Maple，我是××号", "转接", "非服务范围", "07:30—21:00"):
        assert words in page


def test_ledger_goes_to_excel_with_first_contact_and_whether_it_was_in_time(office, maple):
    with time_machine.travel(MONDAY, tick=False), agency_context(maple):
        actions.take_enquiry(by=office.user, answer="已报价", **CALL)
        content, count = workbook("enquiries", "tab=all&day_from=2026-11-23&day_to=2026-11-23")
    with agency_context(maple):
        assert workbook("enquiries", "tab=all&day_from=2026-11-24")[1] == 0
    head, row = [[cell.value for cell in line] for line in load_workbook(io.BytesIO(content)).active.iter_rows()]
    line = dict(zip(head, row, strict=True))
    assert count == 1
    assert (line["caller"], line["phone"], line["answered in time"]) == ("李女士", "137****1234", "yes")
    assert line["first contact"] == office.user.name


def test_receipt_says_until_when_and_a_refusal_where_to_turn(in_maple):
    user = make_member(in_maple).user
    with time_machine.travel(MONDAY, tick=False):
        enquiry = actions.take_enquiry(by=user, **CALL)
        paper = text_of(actions.print_receipt(enquiry=enquiry, by=user))
        for words in ("咨询预约回执", enquiry.number, "李女士", "137****1234", "2026年11月24日", "妈妈八十岁"):
            assert words in paper
        actions.close_enquiry(enquiry=enquiry, by=user, outcome="out_of_scope", referred_to="社区养老中心")
        refusal = text_of(actions.print_receipt(enquiry=enquiry, by=user))
    for words in ("不予受理告知单", "社区养老中心", "0531-80000001"):
        assert words in refusal


# The public page -----------------------------------------------------------------------------------------------------

ASKED = {"caller": "李女士", "phone": "13700001234", "need": "做饭"}


def stamp_on(page):
    """The signed time that the page sends back."""
    return re.search(r'name="stamp" value="([^"<>]+)"', page.content.decode())[1]


def sent(client, maple, seconds=4, **data):
    """The answer to the form of the web page, sent so long after it was opened."""
    url = reverse("public:enquire", args=["maple"])
    with time_machine.travel(MONDAY, tick=False):
        stamp = stamp_on(client.get(url))
    with time_machine.travel(MONDAY + dt.timedelta(seconds=seconds), tick=False):
        return client.post(url, {**ASKED, "stamp": stamp, **data})


def asked(maple):
    with agency_context(maple):
        return list(Enquiry.objects.all())


def test_web_page_takes_enquiries_and_tells_the_desk(client, maple):
    make_member(maple, Role.COORDINATOR)
    page = sent(client, maple).content.decode()
    [enquiry] = asked(maple)
    assert (enquiry.channel, enquiry.owner, enquiry.first_contact) == ("web", None, None)
    with agency_context(maple):
        assert Notice.objects.count() == 1
    assert enquiry.number in page


@pytest.mark.parametrize(
    "data", [{"website": "x"}, {"seconds": 1}, {"stamp": ""}, {"stamp": "form:1:x"}, {"seconds": 86_401}]
)
def test_web_page_is_deaf_to_machines(client, maple, data):
    assert sent(client, maple, **data).status_code == 200
    assert asked(maple) == []


def test_who_was_too_quick_loses_nothing_and_sends_again(client, maple):
    first = sent(client, maple, seconds=1)
    assert 'value="13700001234"' in first.content.decode()
    again = {**ASKED, "stamp": stamp_on(first)}
    with time_machine.travel(MONDAY + dt.timedelta(seconds=10), tick=False):
        client.post(reverse("public:enquire", args=["maple"]), again)
    assert len(asked(maple)) == 1


def test_the_same_sent_twice_is_one_enquiry(client, maple):
    numbers = {sent(client, maple).context["enquiry"].number for _twice in range(2)}
    assert len(numbers) == 1 == len(asked(maple))


def test_the_same_asked_again_after_it_was_closed_is_a_new_one(client, maple):
    sent(client, maple)
    with agency_context(maple):
        by = make_member(maple, Role.COORDINATOR).user
        actions.close_enquiry(enquiry=Enquiry.objects.get(), by=by, outcome="answered", closed_reason="已答复")
    sent(client, maple)
    assert sorted(enquiry.state for enquiry in asked(maple)) == ["closed", "open"]


def test_who_knows_number_and_phone_sees_how_far_it_is(client, maple):
    number = sent(client, maple).context["enquiry"].number
    url = reverse("public:enquiry_status", args=["maple"])
    for wrong in ({"number": number, "tail": "4321"}, {"number": number, "tail": ""}, {"number": "", "tail": "1234"}):
        assert client.post(url, wrong).context["enquiry"] is None
    page = client.post(url, {"number": number.lower(), "tail": "1234"})
    assert page.context["enquiry"].number == number
    for hidden in ("李女士", "13700001234", "做饭"):
        assert hidden not in page.content.decode()


def test_number_is_not_guessed_by_trying(client, maple):
    number = sent(client, maple).context["enquiry"].number
    url = reverse("public:enquiry_status", args=["maple"])
    for tail in range(10):
        client.post(url, {"number": number, "tail": f"000{tail}"}, REMOTE_ADDR=f"10.0.0.{tail}")
    late = client.post(url, {"number": number, "tail": "1234"}, REMOTE_ADDR="10.0.1.1")
    assert (late.context["enquiry"], bool(late.context["problem"])) == (None, True)


# Through the API ------------------------------------------------------------------------------------------------------


def test_api_takes_enquiries_and_what_was_said(client, maple):
    _key, secret = ApiKey.issue(membership=make_member(maple, Role.COORDINATOR), name="hotline")
    send = {"content_type": "application/json", "headers": {"X-Api-Key": secret}}
    bad = client.post("/api/v1/enquiries/", {**CALL, "phone": "12", "channel": "pigeon"}, **send)
    assert bad.json().keys() == {"phone", "channel"}
    made = client.post("/api/v1/enquiries/", {**CALL, "matter": "service"}, **send).json()
    assert (made["phone_masked"], made["state"]) == ("137****1234", "open")
    assert "phone" not in made
    url = f"/api/v1/enquiries/{made['id']}/"
    assert client.post(f"{url}follow-up/", {"follow_up_on": "2099-01-01"}, **send).json().keys() == {"text"}
    after = client.post(f"{url}follow-up/", {"text": "已回电", "follow_up_on": "2099-01-01"}, **send).json()
    assert (after["reply_by"], after["follow_up_on"]) == (None, "2099-01-01")
    assert "已回电" in [line["text"] for line in client.get(f"{url}history/", headers=send["headers"]).json()]


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
