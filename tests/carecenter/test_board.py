"""The today board: each role sees its own work, and every figure opens exactly the rows it counts."""

import datetime as dt
import re

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from agencies.models import Role
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord
from carecenter import board
from caregivers.models import Caregiver
from contracts.models import Agreement, Visit
from supervision.models import Complaint, ReturnVisit
from tests.factories import DAY, make_member, make_one

# A Wednesday at noon in China: visits of the day before and after are the same week.
NOON = dt.datetime(2026, 11, 25, 12, tzinfo=timezone.get_default_timezone())
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def visit(start, hours=2, **values):
    """A visit with a caregiver of its own, unless it says nobody."""
    if "caregiver" not in values:
        values["caregiver"] = make_one(Caregiver, state="active", posted_on=DAY)
    return make_one(Visit, period=DateTimeTZRange(start, start + hours * HOUR), planned_start=start, **values)


@pytest.fixture
def day(maple):
    """Of every kind one that needs somebody and one that does not."""
    with agency_context(maple):
        rows = {
            "late": visit(NOON - 16 * MINUTE),
            "in time": visit(NOON - 15 * MINUTE),
            "unended": visit(NOON - 4 * HOUR, state="in_progress", checked_in_at=NOON - 4 * HOUR),
            "under way": visit(NOON - HOUR, state="in_progress", checked_in_at=NOON - HOUR),
            "missed": visit(NOON - 6 * HOUR, state="missed"),
            "missed before": visit(NOON - 37 * HOUR, state="missed"),
            "explained": visit(NOON - 6 * HOUR, state="missed", missed_reason="家属取消"),
            "unassigned": visit(NOON + 30 * HOUR, caregiver=None),
            "after tomorrow": visit(NOON + 37 * HOUR, caregiver=None),
        }
        make_one(Complaint, limit_on=dt.date(2026, 11, 26))
        make_one(Complaint, limit_on=dt.date(2026, 11, 27))
        make_one(ReturnVisit, call_after=NOON)
        make_one(ReturnVisit, call_after=NOON + MINUTE)
        make_one(Agreement, state="signing")
        make_one(ArchiveRecord, place="")
        make_one(ArchiveRecord, place="2 号柜", retain_until=dt.date(2026, 11, 25))
    return rows


def counts(client, maple, role):
    user = make_member(maple, role).user
    user.language = "en"
    user.save()
    client.force_login(user)
    page = client.get("/maple/")
    assert page.status_code == 200
    return page, {tile.label: tile.count for tile in page.context["tiles"]}


def test_coordinator_sees_what_needs_somebody(client, maple, day):
    page, figures = counts(client, maple, Role.COORDINATOR)
    assert figures == {
        "late, not checked in": 1,
        "never checked out": 1,
        "missed, not explained": 2,
        "without a caregiver": 1,
        "incidents nobody sees to": 0,
        "special circumstances past a limit": 0,
        "complaints near their limit": 1,
        "calls due": 1,
        "agreements being signed": 1,
    }
    shown = [(line.what, line.url, line.verb) for line in page.context["urgent"]]
    address = {name: reverse("visit_page", args=["maple", row.pk]) for name, row in day.items()}
    assert shown == [
        ("missed, not explained", address["missed"], "Look"),
        ("not checked out since 10:00", address["unended"], "Look"),
        ("16 minutes late", address["late"], "Look"),
        ("unassigned", reverse("visit_assign", args=["maple", day["unassigned"].pk]), "Assign"),
    ]
    assert page.context["urgent"][3].when == "tomorrow 18:00"


def test_quality_officer_may_not_assign(client, maple, day):
    page, figures = counts(client, maple, Role.QUALITY_OFFICER)
    assert figures["dissatisfied at a call"] == 0
    assert "without a caregiver" not in figures
    assert {line.verb for line in page.context["urgent"]} == {"Look"}


def test_manager_sees_what_waits_for_a_signature(client, maple, day):
    assert counts(client, maple, Role.MANAGER)[1]["agreements for you to sign"] == 1


def test_archivist_sees_the_archive_and_no_visits(client, maple, day):
    page, figures = counts(client, maple, Role.ARCHIVIST)
    assert figures == {"without a place": 1, "disposal lists": 0, "disposals to sign": 0, "papers that failed": 0}
    assert page.context["urgent"] == []
    assert [record.place for record in page.context["to_place"]] == [""]
    assert "Needs somebody now" not in page.content.decode()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.COORDINATOR, Role.QUALITY_OFFICER, Role.ARCHIVIST])
def test_every_figure_opens_the_rows_it_counts(client, maple, day, role):
    page, _figures = counts(client, maple, role)
    opened = [(tile.url, tile.count) for tile in page.context["tiles"]]
    opened += [(url, count) for _label, count, _tone, url in page.context["due"]]
    opened += [(f"{reverse('visit_list', args=['maple'])}?{query}", n) for n, _label, query in page.context["day"]]
    assert len(opened) > 5
    for url, count in opened:
        assert client.get(url).context["paginator"].count == count, url


def test_menu_opens_what_it_counts(client, maple, day):
    client.force_login(make_member(maple).user)
    items = [item for section in client.get("/maple/").context["menu"] for item in section["items_list"]]
    counted = {item["url"]: item["count"] for item in items if item["count"] is not None}
    assert len(counted) == 12
    for url, count in counted.items():
        assert client.get(url).context["paginator"].count == count, url


def test_visits_of_the_day_by_state(client, maple, day):
    page, _figures = counts(client, maple, Role.MANAGER)
    assert [(n, str(label)) for n, label, _query in page.context["day"]] == [
        (6, "Visits of the day"),
        (2, "Planned"),
        (2, "In progress"),
        (2, "Missed"),
    ]


def test_board_costs_the_same_on_a_quiet_and_on_a_busy_day(client, maple, django_assert_num_queries):
    member = make_member(maple)
    client.force_login(member.user)
    with agency_context(maple):
        for busy in (False, True):
            for hours in range(8 if busy else 0):
                visit(NOON - hours * HOUR)
            with django_assert_num_queries(1):
                board.due(member)
            with django_assert_num_queries(3):
                board.tiles(member)
            with django_assert_num_queries(3):
                lines = board.urgent(may_edit=True)
    assert len(lines) == 7
    assert re.fullmatch(r"\d\d:\d\d", lines[0].when)
