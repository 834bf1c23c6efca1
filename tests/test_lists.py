"""Lists cost the same number of queries for one row and for fifty; so do rota and phone.

Counted are statements that read or write rows. A request adds three: BEGIN, SET LOCAL, COMMIT, and one when the counts
of the menu are older than twenty seconds. With them no page comes to more than ten, the budget.
"""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from agencies.calendar import ONE_DAY
from agencies.lists import OfficeList
from agencies.models import AccessLog, JobRun, Licence, Message
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord, DisposalList, Document
from caregivers.models import (
    Absence,
    Caregiver,
    Course,
    Credential,
    LevelApplication,
    LevelStanding,
    QualityRecord,
    StaffFile,
    SupplyIssue,
    TrainingSession,
)
from clients.models import Client, ClientPaper, DataRequest, Enquiry, ShiftNote
from contracts.models import Agreement, FeeStatement, Handover, ServicePlan, SpecialEvent, Visit
from supervision.models import Complaint, Incident, ReturnVisit
from tests.factories import FILLED, make_member, make_one

# Page, the rows it lists, queries it costs.
LISTS = [
    ("client_list", Client, 5),
    ("enquiry_list", Enquiry, 6),
    ("shift_list", ShiftNote, 6),
    ("client_paper_list", ClientPaper, 6),
    ("data_request_list", DataRequest, 6),
    ("caregiver_list", Caregiver, 5),
    ("onboarding_list", Caregiver, 5),
    ("supply_list", SupplyIssue, 6),
    ("absence_list", Absence, 6),
    ("course_list", Course, 5),
    ("session_list", TrainingSession, 7),
    ("quality_list", QualityRecord, 6),
    ("evaluation_list", Caregiver, 7),
    ("promotion_list", LevelStanding, 7),
    ("level_application_list", LevelApplication, 6),
    ("credential_list", Credential, 6),
    ("staff_file_list", StaffFile, 7),
    ("badge_list", Caregiver, 6),
    ("plan_list", ServicePlan, 7),
    ("agreement_list", Agreement, 6),
    ("visit_list", Visit, 6),
    ("handover_list", Handover, 7),
    ("special_list", SpecialEvent, 6),
    ("fee_list", FeeStatement, 6),
    ("hours_list", Visit, 5),
    ("return_visit_list", ReturnVisit, 7),
    ("complaint_list", Complaint, 6),
    ("incident_list", Incident, 6),
    ("archive_list", ArchiveRecord, 5),
    ("document_list", Document, 6),
    ("disposal_lists", DisposalList, 7),
    ("licence_list", Licence, 6),
    ("message_list", Message, 6),
    ("job_list", JobRun, 5),
    ("access_log", AccessLog, 6),
]


POSTED = {"state": "active", "posted_on": dt.date(2026, 1, 5)}
LAST_MONTH = timezone.make_aware(dt.datetime.combine(timezone.localdate().replace(day=1) - ONE_DAY, dt.time(9)))
WORKED = {
    "state": "done",
    "caregiver": FILLED,
    "period": DateTimeTZRange(LAST_MONTH, LAST_MONTH + dt.timedelta(hours=2)),
    "checked_in_at": LAST_MONTH,
    "checked_out_at": LAST_MONTH + dt.timedelta(hours=2),
}
# What a row needs to stand in the list.
ESPECIALLY = {"badge_list": POSTED, "evaluation_list": POSTED, "hours_list": WORKED}


@pytest.fixture(autouse=True)
def _clock():
    """The counts of the menu stay as old as they are, however slow the machine."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


def test_every_list_is_counted():
    counted = {resolve(reverse(name, args=["maple"])).func.view_class for name, _model, _queries in LISTS}
    assert counted == set(OfficeList.by_name.values())


def queries_of(client, url):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    control = ("SAVEPOINT", "RELEASE", "SET ")
    return len([query for query in captured if not query["sql"].startswith(control)]), response


@pytest.mark.parametrize(("name", "model", "queries"), LISTS, ids=[row[0] for row in LISTS])
def test_list_costs_the_same_with_one_row_and_with_fifty(client, maple, name, model, queries):
    client.force_login(make_member(maple).user)
    url = f"{reverse(name, args=['maple'])}?tab=all"
    with agency_context(maple):
        make_one(model, **ESPECIALLY.get(name, {}))
    client.get(url)  # the first request of a session writes it
    assert queries_of(client, url)[0] == queries <= 7
    with agency_context(maple):
        for _row in range(49):
            make_one(model, **ESPECIALLY.get(name, {}))
    count, response = queries_of(client, url)
    assert len(response.context["object_list"]) == 50
    assert count == queries


def week(maple, caregivers):
    monday = timezone.localdate() - dt.timedelta(days=timezone.localdate().weekday())
    with agency_context(maple):
        for _caregiver in range(caregivers):
            person = make_one(Caregiver, state="active", posted_on=monday, work_forms=["hourly"])
            start = timezone.make_aware(dt.datetime.combine(monday, dt.time(9)))
            make_one(Visit, caregiver=person, period=DateTimeTZRange(start, start + dt.timedelta(hours=2)))


def test_rota_costs_the_same_with_one_caregiver_and_with_fifty(client, maple):
    client.force_login(make_member(maple).user)
    url = reverse("rota", args=["maple"])
    week(maple, 1)
    client.get(url)
    assert queries_of(client, url)[0] == 10
    week(maple, 49)
    count, response = queries_of(client, url)
    assert len(response.context["rows"]) == 51  # fifty people and the unassigned
    assert count == 10


def test_phone_costs_the_same_with_one_visit_and_with_many(client, maple):
    member = make_member(maple, "caregiver")
    client.force_login(member.user)
    now = timezone.now()
    with agency_context(maple):
        person = make_one(Caregiver, user=member.user, state="active", posted_on=dt.date(2026, 1, 5))
    for hours in (1, 4, 7):
        with agency_context(maple):
            start = now + dt.timedelta(hours=hours)
            make_one(Visit, caregiver=person, period=DateTimeTZRange(start, start + dt.timedelta(hours=2)))
        client.get("/me/")
        assert queries_of(client, "/me/")[0] == 8


def test_page_past_the_end_shows_the_last_one(client, maple):
    client.force_login(make_member(maple).user)
    with agency_context(maple):
        make_one(Client)
    response = client.get(reverse("client_list", args=["maple"]), {"tab": "all", "page": "999"})
    assert response.status_code == 200
    assert len(response.context["object_list"]) == 1


def test_what_an_agency_shows_is_kept_by_no_cache(client, maple):
    client.force_login(make_member(maple).user)
    assert client.get(reverse("client_list", args=["maple"]))["Cache-Control"] == "private, no-store"


def test_bare_list_opens_what_the_menu_counts(client, maple):
    client.force_login(make_member(maple).user)
    with agency_context(maple):
        make_one(Client, state="prospect")
        active = make_one(Client, state="active")
    url = reverse("client_list", args=["maple"])
    assert list(client.get(url).context["object_list"]) == [active]
    assert len(client.get(url, {"tab": "all"}).context["object_list"]) == 2
    assert len(client.get(url, {"q": ""}).context["object_list"]) == 2


def test_bare_visits_are_those_of_today(client, maple):
    client.force_login(make_member(maple).user)
    noon = timezone.make_aware(dt.datetime.combine(timezone.localdate(), dt.time(12)))
    with agency_context(maple):
        rows = [
            make_one(
                Visit, period=DateTimeTZRange(noon + days * ONE_DAY, noon + days * ONE_DAY + dt.timedelta(hours=2))
            )
            for days in (-1, 0, 1)
        ]
    url = reverse("visit_list", args=["maple"])
    assert list(client.get(url).context["object_list"]) == [rows[1]]
    assert list(client.get(url, {"tab": "all"}).context["object_list"]) == rows[::-1]
