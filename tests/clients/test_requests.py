"""Requests about personal data: a copy of everything, masked of others; correction; erasure refused while it must be kept."""

import datetime as dt
import json

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from agencies.calendar import CHINA
from agencies.models import AccessLog, Role
from agencies.panels import keeps_of
from agencies.tenancy import agency_context
from clients.actions import consents, files
from clients.actions import requests as actions
from clients.models import Client, Consent, DataRequest, Guardian, HomeCheck, RiskNote
from clients.queries import has_consent, withdrawn_on
from clients.subject_data import HEADINGS, everything_about, keys_to
from contracts.models import Agreement, Measurement, Signature, Visit, VisitTask
from supervision.models import Complaint
from tests.clients.papers import text_of
from tests.factories import make_member, make_one

MONDAY = dt.datetime(2026, 11, 23, 10, tzinfo=CHINA)


@pytest.fixture
def manager(in_maple):
    return make_member(in_maple).user


def ask(client, by, kind="access", **more):
    return actions.take_request(client=client, by=by, kind=kind, means="hall", wish="请给我一份", **more)


def concluded(**fields):
    """An agreement with its three signatures."""
    agreement = make_one(Agreement, **fields)
    for party in Signature.Party.values:
        make_one(Signature, agreement=agreement, party=party)
    return agreement


def test_every_table_that_hangs_on_a_client_is_in_the_copy():
    """A new table is in the copy by itself: nobody has to remember it."""
    todo, seen = [Client], set()
    while todo:
        for model, _key in keys_to(todo.pop()):
            if model not in seen:
                seen.add(model)
                todo.append(model)
    own = {
        f"clients.{name}" for name in ("guardian", "risknote", "consent", "assessment", "homefinding", "clientpaper")
    }
    served = {"contracts.agreement", "contracts.signature", "contracts.visit", "contracts.visittask"}
    watched = {"supervision.complaint", "supervision.complaintentry", "supervision.returnvisit", "supervision.praise"}
    assert own | served | watched <= {model._meta.label_lower for model in seen}
    assert set(HEADINGS) - {model._meta.label_lower for model in seen} == {"clients.client", "agencies.accesslog"}


def test_copy_holds_all_of_the_client_and_masks_others(in_maple, manager):
    client = make_one(
        Client,
        name="李淑贞",
        phone="13500001234",
        identity_number="11010519491231002X",
        illnesses="高血压",
        identity_hash="keyed-hash",
    )
    make_one(Guardian, client=client, name="李建国", phone="13700001234", identity_number="370102197503071235")
    make_one(RiskNote, client=client, text="夜里起床易跌倒")
    agreement = make_one(Agreement, client=client)
    visit = make_one(Visit, agreement=agreement, client=client)
    other = make_one(Client, name="别人家")
    make_one(RiskNote, client=other, text="与他无关")
    plain = everything_about(client).plain()["records"]
    [own] = plain["clients.client"]
    assert (own["name"], own["phone"], own["identity_number"]) == ("李淑贞", "13500001234", "11010519491231002X")
    [guardian] = plain["clients.guardian"]
    assert (guardian["name"], guardian["phone"]) == ("李**", "137****1234")
    assert guardian["identity_number"] == "3***************35"
    assert [row["text"] for row in plain["clients.risknote"]] == ["夜里起床易跌倒"]
    assert [row["number"] for row in plain["contracts.agreement"]] == [agreement.number]
    assert len(plain["contracts.visit"]) == 1
    assert visit.client_id == client.pk
    text = json.dumps(plain, ensure_ascii=False)
    for hidden in ("李建国", "13700001234", "370102197503071235", "与他无关", manager.name, client.identity_hash):
        assert hidden not in text


def test_copy_says_codes_in_words_and_many_short_records_in_one_table(in_maple):
    client = make_one(Client)
    make_one(Guardian, client=client, name="李建国", authority="agent", scopes=["agreements", "money"])
    visit = make_one(Visit, agreement=make_one(Agreement, client=client), client=client)
    make_one(Measurement, client=client, visit=visit, systolic=185, diastolic=80, outside=["systolic_high"])
    make_one(Measurement, client=client, visit=visit, systolic=120, diastolic=80, outside=[])
    make_one(HomeCheck, client=client, answers={"door": "fine", "stairs": "wrong"})
    with translation.override("zh-hans"):
        told = {section.heading: section for section in everything_about(client).in_words()}
    [guardian] = told["监护人、代理人和联系人"].rows
    assert "签订、变更、终止协议 · 付款和领取退款" in dict(guardian).values()
    assert told["监护人、代理人和联系人"].columns == []
    [check] = told["居家环境与设备检查"].rows
    assert "门锁、门铃、对讲能用，进门方式已说定：符合\n楼梯有扶手，楼道无杂物、有照明：需整改" in dict(check).values()
    taken = told["测量记录"]
    assert {"收缩压（mmHg）", "超出范围"} <= set(taken.columns)
    rows = [dict(zip(taken.columns, cells, strict=True)) for cells in taken.cells]
    assert [(row["收缩压（mmHg）"], row["超出范围"]) for row in rows] == [("185", "高压偏高"), ("120", "")]


def test_copy_reads_each_table_by_itself(in_maple):
    client = make_one(Client)
    visit = make_one(Visit, agreement=make_one(Agreement, client=client), client=client)
    make_one(VisitTask, visit=visit)
    with CaptureQueriesContext(connection) as asked:
        everything_about(client)
    [tasks] = [row["sql"] for row in asked if 'FROM "contracts_visittask"' in row["sql"]]
    assert tasks.count("JOIN") == 1  # the catalogue, for the order


def test_copy_is_made_handed_over_once_and_logged(in_maple, manager):
    client = make_one(Client, name="李淑贞")
    with time_machine.travel(MONDAY, tick=False):
        request = ask(client, manager)
    assert request.answer_by == dt.date(2026, 12, 14)  # fifteen working days
    given = {"request": request, "by": manager, "handed_to": "李淑贞", "handed_how": "hand"}
    given["handed_on"] = timezone.localdate()
    with pytest.raises(ValidationError) as refused:
        actions.hand_over_data(**given, is_checked=False)
    assert set(refused.value.message_dict) == {"is_checked", "__all__"}
    actions.write_data_file(request_id=request.pk)
    with pytest.raises(ValidationError, match="not ready yet"):  # the paper is still being made
        actions.hand_over_data(**{**given, "request": DataRequest.objects.get()}, is_checked=True)
    paper = text_of(actions.papers_of(request).get())
    for words in ("个人信息副本", request.number, "李淑贞", "客户档案（1条）"):
        assert words in paper
    actions.write_data_file(request_id=request.pk)
    actions.write_data_file(request_id=request.pk)
    request.refresh_from_db()
    with request.data_file.file.open() as file:
        assert json.loads(file.read())["records"]["clients.client"][0]["name"] == "李淑贞"
    actions.hand_over_data(**{**given, "request": request}, is_checked=True)
    assert (request.state, request.handed_to) == ("done", "李淑贞")
    [entry] = AccessLog.objects.filter(field="everything")
    assert entry.subject == f"clients.client:{client.pk}"
    with pytest.raises(ValidationError):
        actions.hand_over_data(**given, is_checked=True)


def test_correction_is_answered_or_refused_with_reasons(client, maple):
    client.force_login(make_member(maple).user)
    with agency_context(maple):
        person = make_one(Client)
    client.post(
        reverse("data_request_new", args=["maple", person.pk]),
        {"kind": "correction", "means": "phone", "wish": "改电话"},
    )
    with agency_context(maple):
        request = DataRequest.objects.get()
    page = reverse("data_request_page", args=["maple", request.pk])
    assert set(client.post(page, {"outcome": ""}).context["form"].errors) == {"is_granted", "outcome"}
    client.post(page, {"is_granted": "no", "outcome": "所述电话不是客户本人的"})
    with agency_context(maple):
        request.refresh_from_db()
    assert (request.state, request.outcome) == ("refused", "所述电话不是客户本人的")


def test_erasure_is_refused_while_an_agreement_runs_with_no_day(in_maple, manager):
    client = make_one(Client, state="active")
    concluded(client=client, state="in_force", in_force_at=MONDAY, number="HT-2026-0009")
    consents.give_consents(client=client, by=manager, kinds=["personal_data"], means="phone")
    request = ask(client, manager, kind="erasure")
    with pytest.raises(ValidationError):
        actions.answer_request(request=request, by=manager, is_granted=True, outcome="删了")
    actions.refuse_erasure(request=request, by=manager)
    assert (request.state, request.possible_on) == ("refused", None)
    assert "HT-2026-0009" in request.outcome
    assert has_consent(client, Consent.Kind.PERSONAL_DATA)  # served on: nothing is locked
    paper = text_of(actions.print_answer(request=request, by=manager))
    assert "暂不能办理" in paper


@pytest.mark.parametrize(
    ("today", "possible"),
    [
        (dt.date(2026, 11, 23), dt.date(2028, 3, 2)),
        (dt.date(2028, 3, 1), dt.date(2028, 3, 2)),
        (dt.date(2028, 3, 2), None),
    ],
)
def test_erasure_names_the_day_after_three_years(in_maple, manager, today, possible):
    client = make_one(Client, state="ended")
    ended = dt.date(2025, 3, 1)
    concluded(client=client, state="ended", in_force_at=MONDAY, ended_on=ended, end_reason="expired")
    consents.give_consents(client=client, by=manager, kinds=["personal_data"], means="phone")
    with time_machine.travel(dt.datetime.combine(today, dt.time(10), CHINA), tick=False):
        assert bool(keeps_of("clients.client", client)) is (possible is not None)
        request = ask(client, manager, kind="erasure")
        if possible is None:
            with pytest.raises(ValidationError):
                actions.refuse_erasure(request=request, by=manager)
            return
        actions.refuse_erasure(request=request, by=manager)
        assert request.possible_on == possible
        assert withdrawn_on(client, Consent.Kind.PERSONAL_DATA) == today  # locked: kept, and nothing more


def test_open_complaint_keeps_a_file(in_maple, manager):
    client = make_one(Client)
    assert keeps_of("clients.client", client) == []
    make_one(Complaint, client=client, number="TS-2026-0007")
    [keep] = keeps_of("clients.client", client)
    assert (keep.until, "TS-2026-0007" in keep.text) == (None, True)


def test_only_who_speaks_for_the_client_may_ask(in_maple, manager):
    client = make_one(Client)
    contact = make_one(Guardian, client=client, authority="contact", is_active=True)
    with pytest.raises(ValidationError) as refused:
        ask(client, manager, guardian=contact)
    assert set(refused.value.message_dict) == {"guardian"}
    files.add_guardian(
        client=client, by=manager, name="李建国", relation="儿子", phone="13700001234", authority="legal_guardian",
        identity_type="resident", identity_number="370102197503071235",
    )  # fmt: skip
    with pytest.raises(ValidationError) as refused:
        ask(client, manager)
    assert set(refused.value.message_dict) == {"guardian"}


def test_coordinator_takes_no_requests(client, maple):
    client.force_login(make_member(maple, Role.COORDINATOR).user)
    assert client.get(reverse("data_request_list", args=["maple"])).status_code == 403
