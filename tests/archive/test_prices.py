"""Prices: what they include, holidays and the fee, items of one's own; published, filed for ever, hung up as a board (4.1.5)."""

import datetime as dt
import re
import subprocess
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from agencies.actions import prices as actions
from agencies.models import AgencySettings, Notice, Price, PriceList, ServiceItem, User, WorkForm
from agencies.queries import as_shown, prices_on
from agencies.tenancy import agency_context
from archive import documents
from archive.actions import render, why_void
from archive.models import ArchiveRecord, Document
from archive.prices import publish_price_list
from contracts.terms import _prices
from tests.contracts.test_documents import text_of
from tests.factories import make_member, make_one

pytestmark = pytest.mark.django_db
DAY = dt.date(2100, 1, 1)


@pytest.fixture
def manager(maple):
    return make_member(maple).user


@pytest.fixture
def in_maple(maple, manager):
    with agency_context(maple):
        yield maple


def draft(notes=("2 小时起", "8 小时", "26 天")):
    row = make_one(PriceList, name="2100 年价目表", effective_from=DAY, state="draft")
    walk = make_one(ServiceItem, code="5.3-02", clause="5.3", name="陪同散步")
    make_one(ServiceItem, code="5.1-01", clause="5.1", name="做饭")
    prices = [
        {"kind": "service", "work_form": form, "unit": "hour", "amount": Decimal(45), "note": note}
        for form, note in zip(WorkForm.values, notes, strict=True)
    ]
    prices += [
        {"kind": "service", "service_item": walk, "unit": "visit", "amount": Decimal(30), "note": "半小时"},
        {"kind": "holiday", "work_form": "hourly", "unit": "hour", "amount": Decimal(90), "note": "当天"},
        {"kind": "fee", "unit": "once", "amount": Decimal(200), "note": "介绍成功后"},
    ]
    actions.set_prices(price_list=row, prices=prices, name=row.name, effective_from=DAY)
    return row


def test_a_list_that_does_not_say_what_is_included_is_refused_at_once(in_maple, manager):
    row = draft(notes=("", "8 小时", ""))
    with pytest.raises(ValidationError) as refusal:
        publish_price_list(price_list=row, by=manager)
    assert refusal.value.messages == ["Say what the price includes: Hourly (2–5 h), Live-in (24 h)."]
    assert not ArchiveRecord.objects.exists()


def test_publishing_files_the_list_for_ever_and_prints_its_board(in_maple, manager):
    row = draft()
    publish_price_list(price_list=row, by=manager)
    record = ArchiveRecord.objects.get()
    assert (record.source, record.source_id, record.archive_class) == ("price_list", row.pk, "standards")
    assert (record.clock_started_on, record.retain_until) == (DAY, None)
    board = text_of(documents.price_board(Document.objects.get(kind="price_board")))
    for words in (
        "自2100年1月1日起执行",
        "钟点工（2～5小时）¥45.00每小时2小时起",
        "陪同散步¥30.00每次半小时",
        "钟点工（2～5小时），法定节假日¥90.00每小时当天",
        "中介服务费¥200.00一次性介绍成功后",
        "上述价格已包含：做饭。",
    ):
        assert words in board


def board_of(price_list):
    """The newest board as a file, and what a PDF reader finds on it."""
    document = Document.objects.filter(kind="price_board", subject_id=price_list.pk).latest("pk")
    render(document_id=document.pk)
    document.refresh_from_db()
    with document.file.file.open() as file:
        content = file.read()
    size = subprocess.run(["pdfinfo", "-"], input=content, capture_output=True, check=True).stdout.decode()
    text = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
    return document, size, re.sub(r"\s", "", text)


def test_the_board_is_one_a3_page_that_any_reader_finds_the_prices_on(in_maple, manager):
    row = draft()
    make_one(ServiceItem, code="5.1-02", clause="5.1", name="代购", is_active=False)
    publish_price_list(price_list=row, by=manager)
    _document, size, text = board_of(row)
    assert "(A3)" in size
    assert re.search(r"Pages: +1\b", size)
    words = [
        "服务价目公示", "自2100年1月1日起执行", "钟点工（2～5小时）", "¥45.00", "每小时", "陪同散步", "¥30.00", "法定节假日", "¥90.00",
        "中介服务费", "¥200.00", "上述价格已包含：做饭。", "本表以外不收取任何费用", in_maple.complaint_phone, f"批准：{manager.name}".replace(" ", ""),
    ]  # fmt: skip
    assert [word for word in words if word not in text] == []
    assert "代购" not in text  # not offered any more


def test_whoever_checks_a_board_learns_whether_its_prices_hold_today(in_maple, manager):
    first = draft()
    publish_price_list(price_list=first, by=manager)
    [board] = Document.objects.filter(kind="price_board")
    with time_machine.travel(dt.datetime(2099, 12, 31, 12), tick=False):
        assert why_void(board) == "These prices are in force from 2100-01-01."
    with time_machine.travel(dt.datetime(2100, 1, 1, 12), tick=False):
        assert why_void(board) == ""
    second = actions.copy_price_list(by=make_member(in_maple).user)
    actions.publish_price_list(price_list=second, by=manager, effective_from=DAY + dt.timedelta(days=31))
    with time_machine.travel(dt.datetime(2100, 1, 31, 12), tick=False):
        assert why_void(board) == ""
    with time_machine.travel(dt.datetime(2100, 2, 1, 12), tick=False):
        assert why_void(board) == "Other prices are in force since 2100-02-01."


def test_who_wrote_a_list_does_not_approve_it(in_maple, manager):
    other = make_member(in_maple).user
    row = draft()
    lines = list(row.prices.values("kind", "work_form", "service_item_id", "unit", "amount", "note"))
    actions.set_prices(price_list=row, prices=lines, name=row.name, effective_from=DAY, by=manager)
    with pytest.raises(ValidationError) as refusal:
        publish_price_list(price_list=row, by=manager)
    assert refusal.value.messages == [
        "You wrote this list yourself; another manager looks at it and approves it (4.1.5)."
    ]
    row.refresh_from_db()
    assert (row.state, row.published_by, Document.objects.count()) == ("draft", None, 0)
    actions.set_prices(
        price_list=row, prices=lines, name=row.name, effective_from=DAY, by=other
    )  # the last hand counts
    with pytest.raises(ValidationError):
        publish_price_list(price_list=row, by=other)
    publish_price_list(price_list=row, by=manager)
    row.refresh_from_db()
    assert (row.state, row.drafted_by, row.published_by) == ("published", other, manager)


def test_an_agency_of_one_may_turn_the_approval_by_two_off(in_maple, manager):
    row = draft()
    lines = list(row.prices.values("kind", "work_form", "service_item_id", "unit", "amount", "note"))
    actions.set_prices(price_list=row, prices=lines, name=row.name, effective_from=DAY, by=manager)
    AgencySettings.objects.update(price_list_by_two=False)
    publish_price_list(price_list=row, by=manager)
    row.refresh_from_db()
    assert (row.state, row.drafted_by, row.published_by) == ("published", manager, manager)


def test_a_draft_waits_for_another_manager_who_is_told(client, maple, manager):
    other, coordinator = make_member(maple).user, make_member(maple, "coordinator").user
    User.objects.update(language="en")
    with agency_context(maple):
        row = draft()
    client.force_login(coordinator)
    assert client.post(reverse("price_list_publish", args=["maple", row.pk])).status_code == 403
    client.post(reverse("price_list_ask", args=["maple", row.pk]))
    with agency_context(maple):
        assert set(Notice.objects.values_list("user", "title")) == {
            (user.pk, "2100 年价目表 waits for your approval") for user in (manager, other)
        }
        seen = as_shown(row)
    client.force_login(other)
    client.post(reverse("price_list_publish", args=["maple", row.pk]), {"seen": seen})
    with agency_context(maple):
        row.refresh_from_db()
        assert (row.state, row.published_by) == ("published", other)


def test_holidays_and_the_fee_are_no_price_of_the_service(in_maple, manager):
    row = draft()
    publish_price_list(price_list=row, by=manager)
    assert [price.kind for price in prices_on(DAY)] == ["service"] * 4
    assert [price.amount for price in prices_on(DAY) if price.work_form == "hourly"] == [Decimal(45)]
    annex = [(line["name"], line["note"]) for line in _prices(DAY)["rows"]]
    assert annex[-3:] == [
        ("陪同散步", "半小时"),
        ("钟点工（每次 2～5 小时），法定节假日", "当天"),
        ("中介服务费", "介绍成功后"),
    ]


def test_the_next_draft_copies_everything(in_maple, manager):
    publish_price_list(price_list=draft(), by=manager)
    copy = actions.copy_price_list(by=manager)
    assert sorted(copy.prices.values_list("kind", "note")) == [
        ("fee", "介绍成功后"),
        ("holiday", "当天"),
        *[("service", note) for note in ("2 小时起", "26 天", "8 小时", "半小时")],
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "fee", "work_form": "hourly"},
        {"kind": "holiday", "work_form": ""},
        {"kind": "service", "work_form": "hourly", "unit": "once"},
    ],
)
def test_the_database_knows_what_each_kind_is_about(in_maple, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_one(Price, **values)


def test_an_item_of_ones_own_beside_those_of_the_standard(in_maple, manager):
    facts = {"group": "living_care", "name": "陪伴购物", "name_en": "", "unable_only": False, "level_needed": 0}
    own = actions.save_item(by=manager, **facts, is_active=True)
    assert (own.code, own.clause) == ("J-01", "")
    with pytest.raises(ValidationError, match="of this name"):
        actions.save_item(by=manager, **facts, is_active=True)
    named = make_one(ServiceItem, code="5.1-01", clause="5.1", name="做饭", level_needed=0)
    actions.save_item(by=manager, item=named, name="别的", level_needed=1, is_active=False)
    named.refresh_from_db()
    assert (named.name, named.level_needed, named.is_active) == ("做饭", 1, False)


def test_the_page_of_an_item_saves_and_keeps_what_was_typed(client, maple, manager):
    with agency_context(maple):
        item = make_one(ServiceItem, code="Z-01", clause="", group="living_care", name="代取快递")
        make_one(ServiceItem, code="Z-02", clause="", group="living_care", name="代缴水电费")
    client.force_login(manager)
    url = reverse("item_edit", args=["maple", item.pk])
    data = {"group": item.group, "name": "代缴水电费", "name_en": "", "level_needed": "0", "is_active": "on"}
    refused = client.post(url, data)
    assert refused.context["form"].errors.keys() == {"name"}
    assert client.post(url, data | {"name": "代取药品"}).status_code == 302
    with agency_context(maple):
        assert ServiceItem.objects.get(pk=item.pk).name == "代取药品"


def test_the_form_keeps_what_each_line_says(client, maple, manager):
    with agency_context(maple):
        row = draft()
    client.force_login(manager)
    url = reverse("price_list_edit", args=["maple", row.pk])
    form = client.get(url).context["form"]
    data = {name: value for name, value in form.initial.items() if value is not None}
    data |= {"effective_from": "2100-01-01", "holiday_day_note": "三倍"}
    refused = client.post(url, data)
    assert refused.context["form"].errors.keys() == {"holiday_day_amount"}
    assert client.post(url, data | {"holiday_day_amount": "780", "holiday_day_unit": "day"}).status_code == 302
    with agency_context(maple):
        lines = row.prices.filter(kind="holiday").values_list("work_form", "amount", "note")
        assert sorted(lines) == [("day", Decimal(780), "三倍"), ("hourly", Decimal(90), "当天")]
