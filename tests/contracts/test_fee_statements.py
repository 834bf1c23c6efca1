"""Statements of a month: counted from visits made, adjusted, approved by a manager, printed, voided; hours for pay."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import Error, connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agencies.tenancy import agency_context
from archive.models import ArchiveRecord, Document
from carecenter.demo import world as demo
from caregivers.models import Caregiver
from contracts.actions import fees as actions
from contracts.models import FeeStatement, Visit, VisitTask
from contracts.queries.fees import with_hours
from tests.world import make_world, reprice, sign_agreement, staff_up

OCTOBER = dt.date(2026, 10, 1)
NOVEMBER = dt.datetime(2026, 11, 3, 2, tzinfo=dt.UTC)


@pytest.fixture
def world(db):
    """Two agreements of ¥45.00 an hour, from September on; the clock stands at 3 November 2026."""
    with time_machine.travel(NOVEMBER, tick=True):
        world = make_world()
        with agency_context(world.agency):
            world.caregivers = staff_up(world, 2)
            world.clients = demo.take_in(world, 8)[1:3]
            world.agreements = [
                sign_agreement(world, caregiver, client, starts_on=dt.date(2026, 9, 7))
                for caregiver, client in zip(world.caregivers, world.clients, strict=True)
            ]
            Visit.objects.all().delete()
            yield world


def visit(agreement, day, minutes=120, served=None, state="done", **values):
    """A visit in the morning of a day of October, done unless state says otherwise."""
    start = timezone.make_aware(dt.datetime(2026, 10, day, 8, 30))
    row = Visit(
        agreement=agreement, client_id=agreement.client_id, caregiver_id=agreement.caregiver_id, state=state,
        period=DateTimeTZRange(start, start + dt.timedelta(minutes=minutes)), planned_start=start, **values,
    )  # fmt: skip
    if state == "done":
        row.checked_in_at = start
        row.checked_out_at = start + dt.timedelta(minutes=minutes if served is None else served)
    row.save()
    return row


def draft(world, agreement=0):
    actions.prepare_statements(month=OCTOBER)
    return FeeStatement.objects.get(agreement=world.agreements[agreement])


def approve(world, statement):
    actions.approve_statement(statement=statement, by=world.manager, total=f"{statement.total:.2f}")
    statement.refresh_from_db()


def test_a_month_is_counted_from_the_visits_that_were_made(world):
    one, other = world.agreements
    for day in (8, 9, 12):
        visit(one, day)
    visit(one, 13, served=60)  # cut short: an hour
    visit(one, 1)  # National Day: ¥90.00 an hour
    visit(one, 14, state="missed", missed_reason="临时外出", missed_cause="client")
    visit(other, 8)
    statement = draft(world)
    assert [(row["rate"], row["quantity"], row["amount"], row["holiday"]) for row in statement.charges] == [
        ("45.00", "7.00", "315.00", False),
        ("90.00", "2.00", "180.00", True),
    ]
    assert statement.total == Decimal("495.00")
    assert (statement.number, statement.month) == ("JS-2026-0001", OCTOBER)
    assert statement.due_on == dt.date(2026, 11, one.payment_day)
    assert draft(world, 1).total == Decimal("90.00")


def test_items_with_a_price_of_their_own_count_where_they_were_done(world):
    agreement = world.agreements[0]
    line = agreement.plan.lines.order_by("service_item__code").first()
    reprice(agreement.starts_on, line.service_item, Decimal(60))
    for day, outcome in ((8, "done"), (9, "done"), (12, "refused")):
        row = visit(agreement, day)
        reason = "" if outcome == "done" else "老人不愿意"
        VisitTask.objects.create(visit=row, service_item=line.service_item, outcome=outcome, reason=reason)
    statement = draft(world)
    assert [row["amount"] for row in statement.charges] == ["270.00", "120.00"]
    assert statement.charges[1]["name"] == line.service_item.name


def test_drafting_again_adds_nothing_and_who_was_not_served_gets_none(world):
    visit(world.agreements[0], 8)
    assert actions.prepare_statements(month=OCTOBER) == {"statements": 1}
    assert actions.prepare_last_month() == {"statements": 0}
    visit(world.agreements[1], 8)
    assert actions.prepare_last_month() == {"statements": 1}
    assert list(FeeStatement.objects.order_by("number").values_list("number", flat=True)) == [
        "JS-2026-0001",
        "JS-2026-0002",
    ]
    assert FeeStatement.history.count() == 2


def test_a_month_ahead_is_refused(world):
    with pytest.raises(ValidationError, match="has not begun"):
        actions.prepare_statements(month=dt.date(2026, 12, 1))


def test_drafting_costs_the_same_for_one_agreement_and_for_two(world):
    visit(world.agreements[0], 8)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            actions.prepare_statements(month=OCTOBER)
        counts.append(len(queries))
        FeeStatement.objects.all().update(state="void", void_reason="again")
        visit(world.agreements[1], 8 + _round)
    assert counts[0] == counts[1]


def test_approval_names_everything_that_stands_against_it(world):
    agreement = world.agreements[0]
    visit(agreement, 8)
    statement = draft(world)
    visit(agreement, 9, state="missed", missed_reason="", missed_cause="")
    visit(agreement, 12)
    with time_machine.travel(dt.datetime(2026, 10, 30, tzinfo=dt.UTC)), pytest.raises(ValidationError) as refusal:
        actions.approve_statement(statement=statement, by=world.manager, total="1.00")
    assert [text[:30] for text in refusal.value.messages] == [
        "The month is not over yet; vis",
        "1 visits of the month are not ",
        "The visits were changed after ",
        "The sum was changed after this",
    ]
    statement.refresh_from_db()
    assert statement.state == "draft"


def test_the_last_day_of_the_month_is_too_early_and_the_first_of_the_next_is_not(world):
    visit(world.agreements[0], 8)
    statement = draft(world)
    with time_machine.travel(dt.datetime(2026, 10, 31, 15, 59, tzinfo=dt.UTC)):  # 23:59 in China
        assert len(actions.missing_for_approval(statement)) == 1
    with time_machine.travel(dt.datetime(2026, 10, 31, 16, 0, tzinfo=dt.UTC)):
        assert actions.missing_for_approval(statement) == []


def test_adjustments_stay_when_it_is_counted_again_and_can_be_taken_back(world):
    visit(world.agreements[0], 8)
    statement = draft(world)
    actions.adjust(statement=statement, by=world.coordinator, amount=Decimal(-30), reason="迟到减免")
    visit(world.agreements[0], 9)
    actions.count_again(statement=statement, by=world.coordinator)
    statement.refresh_from_db()
    assert statement.total == Decimal("150.00")  # 4 hours less 30
    assert statement.adjustments[0]["by"] == world.coordinator.name
    actions.take_back(statement=statement, by=world.coordinator, place=0)
    statement.refresh_from_db()
    assert statement.total == Decimal("180.00")
    with pytest.raises(ValidationError, match="gone already"):
        actions.take_back(statement=statement, by=world.coordinator, place=0)


@pytest.mark.parametrize(("amount", "says"), [("-90.01", "below zero"), ("0", "changes nothing")])
def test_adjustments_out_of_bounds_are_refused(world, amount, says):
    visit(world.agreements[0], 8)
    statement = draft(world)
    with pytest.raises(ValidationError, match=says):
        actions.adjust(statement=statement, by=world.coordinator, amount=Decimal(amount), reason="x")
    actions.adjust(statement=statement, by=world.coordinator, amount=Decimal(-90), reason="全免")
    statement.refresh_from_db()
    assert statement.total == 0


def test_an_approved_statement_is_filed_printed_and_final(world):
    visit(world.agreements[0], 8)
    statement = draft(world)
    approve(world, statement)
    assert (statement.state, statement.approved_by) == ("approved", world.manager)
    record = ArchiveRecord.objects.get(source="fee_statement", source_id=statement.pk)
    assert (record.archive_class, record.retain_until) == ("other", dt.date(2029, 11, 3))
    assert Document.objects.get(pk=statement.document_id).kind == "fee_statement"
    for verb in (actions.count_again, actions.adjust, actions.take_back):
        more = {"amount": Decimal(1), "reason": "x"} if verb is actions.adjust else {}
        more = {"place": 0} if verb is actions.take_back else more
        with pytest.raises(ValidationError, match="does not change any more"):
            verb(statement=statement, by=world.manager, **more)
    for change in ({"total": 1}, {"charges": []}, {"state": "draft", "approved_at": None}):
        with pytest.raises(Error, match="does not change"), agency_context(world.agency):
            FeeStatement.objects.filter(pk=statement.pk).update(**change)


def test_a_void_one_makes_room_for_another(world):
    visit(world.agreements[0], 8)
    statement = draft(world)
    approve(world, statement)
    actions.void_statement(statement=statement, by=world.manager, reason="次数有误")
    with pytest.raises(ValidationError, match="void already"):
        actions.void_statement(statement=statement, by=world.manager, reason="次数有误")
    assert actions.prepare_statements(month=OCTOBER) == {"statements": 1}
    assert FeeStatement.objects.filter(agreement=world.agreements[0]).count() == 2


def test_hours_of_a_month_for_pay(world):
    one = world.agreements[0]
    visit(one, 1)
    visit(one, 8, served=90)
    visit(one, 9, state="missed", missed_reason="忘记", missed_cause="caregiver")
    visit(one, 10, state="missed", missed_reason="家里没人", missed_cause="client")
    person = with_hours(Caregiver.objects.filter(pk=one.caregiver_id), OCTOBER).get()
    assert (person.visits_made, person.days_worked, person.visits_missed) == (2, 2, 1)
    assert person.agreed_time == dt.timedelta(hours=4)
    assert person.served_time == dt.timedelta(hours=3, minutes=30)
    assert person.holiday_time == dt.timedelta(hours=2)
    other = with_hours(Caregiver.objects.filter(pk=world.caregivers[1].pk), OCTOBER).get()
    assert other.visits_made is None


def test_the_office_drafts_adjusts_approves_and_voids(client, world):
    visit(world.agreements[0], 8)
    client.force_login(world.coordinator)
    prepare = reverse("fee_prepare", args=["kangze"])
    refused = client.post(prepare, {"month": "2026-13"})
    assert "month" in refused.context["form"].errors
    answer = client.post(prepare, {"month": "2026-10"}, follow=True)
    assert "JS-2026-0001" in answer.content.decode()
    statement = FeeStatement.objects.get()
    page = reverse("fee_page", args=["kangze", statement.pk])
    adjust = reverse("fee_adjust", args=["kangze", statement.pk])
    refused = client.post(adjust, {"amount": "-500", "reason": ""})
    assert set(refused.context["form"].errors) == {"reason"}
    client.post(adjust, {"amount": "20", "reason": "代买药品跑腿"})
    shown = client.get(page).content.decode()
    assert "代买药品跑腿" in shown
    assert "¥110.00" in shown
    approve_page = reverse("fee_approve", args=["kangze", statement.pk])
    assert client.post(approve_page, {"total": "110.00"}).status_code == 403
    client.force_login(world.manager)
    client.post(approve_page, {"total": "109.00"})
    statement.refresh_from_db()
    assert statement.state == "draft"
    client.post(approve_page, {"total": "110.00"})
    statement.refresh_from_db()
    assert statement.state == "approved"
    client.post(reverse("fee_void", args=["kangze", statement.pk]), {"reason": "重复"})
    statement.refresh_from_db()
    assert (statement.state, statement.void_reason) == ("void", "重复")
    hours = client.get(reverse("hours_list", args=["kangze"]), {"month": "2026-10"}).content.decode()
    assert world.caregivers[0].number in hours
    assert world.caregivers[1].number not in hours
