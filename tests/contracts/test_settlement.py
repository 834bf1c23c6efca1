"""What is owed at the end: worked out from the service, the reason and the notice; shown first, frozen with the ending."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import Error, connection, transaction
from django.db.models.functions import Lower, Upper
from django.utils import timezone

from agencies.calendar import CHINA
from agencies.models import User
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from contracts.actions import fees, running
from contracts.models import Agreement, FeeStatement, PlanLine, Visit, VisitTask
from contracts.queries.visits import midnight
from contracts.settlement import Due, EndFacts, settle, total
from tests.past_the_rules import rewrite
from tests.world import make_world, reprice, sign_agreement, staff_up


def a_week_ahead():
    """A Monday whose week lies in one month; the database plans no visit before its own clock."""
    day = dt.date.today() + dt.timedelta(days=10)
    while day.weekday() or not 2 < day.day < 24:
        day += dt.timedelta(days=1)
    return day


MONDAY = a_week_ahead()
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + dt.timedelta(days=n) for n in range(1, 5))
NOTICED = THURSDAY - dt.timedelta(days=7)


def at(day, hour=9):
    """Travel to an hour of a day in Jinan."""
    return time_machine.travel(dt.datetime.combine(day, dt.time(hour), tzinfo=CHINA), tick=False)


def facts(**values):
    """A year at 1,000 a month, ended on 30 June by the client after 7 days' notice; 184 days are left."""
    defaults = {
        "starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 12, 31), "ended_on": dt.date(2026, 6, 30),
        "reason": "client", "noticed_on": dt.date(2026, 6, 23), "monthly": Decimal(1000),
    }  # fmt: skip
    return EndFacts(**{**defaults, **values})


def codes(**values):
    return [(line.code, line.amount) for line in settle(facts(**values))]


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        ({}, []),
        # 1,000 x 184 days / (365 / 12) x 10 % = 604.93
        ({"noticed_on": dt.date(2026, 6, 24)}, [("penalty_client", Decimal("604.93"))]),
        ({"noticed_on": None}, [("penalty_client", Decimal("604.93"))]),
        ({"noticed_on": None, "trial_days": 181}, []),
        ({"noticed_on": None, "trial_days": 180}, [("penalty_client", Decimal("604.93"))]),
        ({"reason": "agency", "noticed_on": dt.date(2026, 6, 15)}, []),
        ({"reason": "agency", "noticed_on": dt.date(2026, 6, 16)}, [("penalty_agency", Decimal("-604.93"))]),
        ({"reason": "death", "noticed_on": None}, []),
        ({"reason": "hospital", "noticed_on": None}, []),
        ({"reason": "caregiver", "noticed_on": None}, []),
        ({"noticed_on": None, "ends_on": dt.date(2031, 12, 31)}, [("penalty_client", Decimal("1000.00"))]),
    ],
)
def test_a_penalty_is_due_only_without_notice_and_after_the_trial(values, lines):
    assert codes(**values) == lines


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        ({"deposit_kind": "security"}, [("security_back", Decimal(-500))]),
        ({"deposit_kind": "earnest"}, [("earnest_counted", Decimal(-500))]),
        # the penalty of 604.93 is more than the earnest money: counted back, the penalty stands
        ({"deposit_kind": "earnest", "noticed_on": None}, [("earnest_counted", Decimal(-500)), ("penalty_client", Decimal("604.93"))]),
        ({"deposit_kind": "earnest", "noticed_on": None, "deposit": Decimal(700)}, [("earnest_kept", Decimal(0))]),
        ({"deposit_kind": "earnest", "noticed_on": None, "reason": "agency", "deposit": Decimal(700)}, [("earnest_doubled", Decimal(-1400))]),
        ({"deposit_kind": "earnest", "reason": "breach", "broken_by": "client"}, [("earnest_kept", Decimal(0))]),
        ({"deposit_kind": "earnest", "reason": "breach", "broken_by": "agency"}, [("earnest_doubled", Decimal(-1000))]),
        ({"deposit_kind": "security", "reason": "breach", "broken_by": "client"}, [("security_back", Decimal(-500))]),
    ],
)  # fmt: skip
def test_deposits_follow_their_kind_and_never_stand_beside_a_penalty_for_the_same(values, lines):
    assert codes(**{"deposit": Decimal(500), **values}) == lines


def test_the_sum_says_who_pays():
    lines = settle(
        facts(
            work=(Due("work", Decimal("360.00")),),
            deposit_kind="security",
            deposit=Decimal(500),
            prepaid=Decimal("60.50"),
        )
    )
    assert [line.amount for line in lines] == [Decimal("360.00"), Decimal(-500), Decimal("-60.50")]
    assert total(lines) == Decimal("-200.50")


@pytest.fixture
def world(db):
    """Two hours on each of five mornings a week, from Monday on; it is Wednesday noon, and two visits were done."""
    with at(NOTICED):
        world = make_world()
        with agency_context(world.agency):
            world.caregivers = staff_up(world, 1)
            world.client = demo.take_in(world, 8)[1]
            world.first = sign_agreement(world, world.caregivers[0], world.client, starts_on=MONDAY)
    with at(WEDNESDAY, 12), agency_context(world.agency):
        for visit in Visit.objects.filter(period__endswith__lte=midnight(WEDNESDAY)):
            rewrite(
                Visit.objects.filter(pk=visit.pk),
                state="done",
                checked_in_at=visit.period.lower,
                checked_out_at=visit.period.upper,
            )
        yield world


def end(world, **told):
    values = {"ended_on": THURSDAY, "end_reason": "client", "end_note": "搬家", **told}
    running.end_agreement(agreement=world.first, by=world.manager, **values)
    world.first.refresh_from_db()
    return world.first.settlement


def test_service_of_the_month_is_counted_with_what_is_still_to_come(world):
    found = end(world, noticed_on=NOTICED)
    assert (found["days"], found["visits"], found["unconfirmed"]) == (4, 4, 2)
    [work] = [line for line in found["lines"] if line["code"] == "work"]
    assert work["params"]["quantity"] == "8"
    assert Decimal(work["amount"]) == 8 * world.first.rate
    assert found["total"] == work["amount"]


def work_of(settlement):
    return [
        (line["params"]["quantity"], Decimal(line["amount"])) for line in settlement["lines"] if "work" in line["code"]
    ]


def test_the_last_month_is_counted_like_its_statement(world):
    """One of the visits that were made was cut short after an hour; two are still to come."""
    visit = Visit.objects.filter(state="done").earliest("period")
    rewrite(Visit.objects.filter(pk=visit.pk), checked_out_at=visit.checked_in_at + dt.timedelta(hours=1))
    assert work_of(end(world, noticed_on=NOTICED)) == [("7", 7 * world.first.rate)]
    with at(FRIDAY):
        Visit.objects.filter(state="planned").update(
            state="done", checked_in_at=Lower("period"), checked_out_at=Upper("period")
        )
        running.keep_states_true()
        fees.prepare_statements(month=MONDAY, agreement=world.first)
    world.first.refresh_from_db()
    statement = FeeStatement.objects.get()
    assert [Decimal(row["amount"]) for row in statement.charges] == [7 * world.first.rate]
    assert work_of(world.first.settlement) == [("7", statement.total)]


def test_an_item_with_a_price_of_its_own_counts_at_the_visits_still_to_come(world):
    """It was done once of two times, and is planned on Wednesday, not on Thursday."""
    line = world.first.plan.lines.select_related("service_item").order_by("service_item__code").first()
    rewrite(PlanLine.objects.filter(pk=line.pk), weekdays=[1, 2, 3])
    reprice(world.first.starts_on, line.service_item, Decimal(60))
    for visit, outcome in zip(Visit.objects.filter(state="done"), ("done", "refused"), strict=True):
        reason = "" if outcome == "done" else "老人不愿意"
        VisitTask.objects.create(visit=visit, service_item=line.service_item, outcome=outcome, reason=reason)
    assert work_of(end(world, noticed_on=NOTICED)) == [("8", 8 * world.first.rate), ("2", Decimal(120))]


def test_a_rest_is_no_day_served(world):
    running.suspend_agreement(agreement=world.first, by=world.manager, from_day=WEDNESDAY, reason="住院")
    world.first.refresh_from_db()
    assert end(world, noticed_on=NOTICED)["days"] == 2


def test_a_visit_that_is_over_and_had_nobody_is_not_charged(world):
    """Two were done; Wednesday's is over and nobody was sent; Thursday's is still to come."""
    wednesday = Visit.objects.filter(period__startswith__gte=midnight(WEDNESDAY)).earliest("period")
    Visit.objects.filter(pk=wednesday.pk).update(caregiver=None)
    assert wednesday.period.upper <= timezone.now()
    found = end(world, noticed_on=NOTICED)
    assert found["visits"] == 3
    assert work_of(found) == [("6", 6 * world.first.rate)]


def test_what_was_told_is_worked_out_anew_on_the_day_and_then_frozen(world):
    end(world, noticed_on=NOTICED, prepaid=Decimal("100.00"))
    with at(FRIDAY):
        Visit.objects.filter(agreement=world.first, state="planned").update(state="cancelled", cancel_reason="客户外出")
        running.keep_states_true()
    world.first.refresh_from_db()
    found = world.first.settlement
    assert (world.first.state, found["visits"], found["unconfirmed"]) == ("ended", 2, 0)
    assert Decimal(found["total"]) == 4 * world.first.rate - 100
    change = (
        f"UPDATE contracts_agreement SET settlement = '{{}}' WHERE id = {world.first.pk}; SET CONSTRAINTS ALL IMMEDIATE"
    )
    with pytest.raises(Error, match="do not change"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_calling_the_end_off_forgets_the_settlement(world):
    assert end(world)
    running.call_off(agreement=world.first, by=world.manager)
    world.first.refresh_from_db()
    assert world.first.settlement is None


def test_a_breach_names_who_broke_it_and_notice_is_not_given_afterwards(world):
    with pytest.raises(ValidationError) as refusal:
        end(world, end_reason="breach", noticed_on=FRIDAY)
    assert set(refusal.value.message_dict) == {"broken_by", "noticed_on"}


def test_the_page_shows_the_lines_before_anything_ends(world, client):
    User.objects.update(language="en")
    rewrite(Agreement.objects.all(), trial_days=0)
    client.force_login(world.manager)
    address = f"/kangze/agreements/{world.first.pk}/end/"
    data = {"ended_on": THURSDAY.isoformat(), "end_reason": "client", "end_note": "搬家", "prepaid": "50"}
    shown = client.post(address, {**data, "work_out": "1"})
    page = shown.content.decode()
    assert "Ended with 0 days" in page
    assert "Paid in advance and not used" in page
    assert 'value="50"' in page
    world.first.refresh_from_db()
    assert world.first.ended_on is None
    file = client.post(address, data, follow=True).content.decode()
    assert "Paid in advance and not used" in file
    world.first.refresh_from_db()
    assert world.first.ended_on == THURSDAY
