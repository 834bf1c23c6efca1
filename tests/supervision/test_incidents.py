"""Incidents (7.2.4): two taps, one card, everybody told and noted when, and never closed in silence."""

import datetime as dt
import io
import re

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from agencies.models import Notice
from agencies.tenancy import agency_context
from archive.actions import render
from archive.models import ArchiveRecord
from carecenter.demo import world as demo
from contracts.actions import attendance
from contracts.actions.visits import plan_visits
from contracts.models import Visit
from supervision.actions import incidents as actions
from supervision.models import Incident
from supervision.scenarios import SCENARIOS
from supervision.tasks import incident_limits
from tests.world import make_world, sign_agreement, staff_up

MINUTE = dt.timedelta(minutes=1)
LEARNT = {"text": "老人起身时晕倒", "cause": "早上没吃药", "prevention": "到达后先提醒吃药"}


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.first, world.second = staff_up(world, 2)
        world.client = demo.take_in(world, 8)[1]
        world.agreement = sign_agreement(world, world.first, world.client)
        plan_visits()
        world.visit = Visit.objects.order_by("period").first()
        with time_machine.travel(world.visit.period.lower, tick=False):
            attendance.check_in(visit=world.visit, by=world.first.user, credentials_shown=True)
            yield world


def report(world, kind="illness", by_phone=True):
    return actions.report_incident(
        by=world.first.user, kind=kind, client=world.client, caregiver=world.first, visit=world.visit, by_phone=by_phone
    )


def test_every_kind_has_its_card_in_both_languages():
    assert set(SCENARIOS) == set(Incident.Kind.values)
    assert all(len(card.steps) == len(card.steps_en) == 5 and card.numbers for card in SCENARIOS.values())


def test_two_taps_from_the_running_visit(client, world):
    client.force_login(world.first.user)
    page = client.get(reverse("phone:visit", args=[world.visit.pk])).content.decode()
    first_tap = f"{reverse('phone:emergency')}?visit={world.visit.pk}"
    assert first_tap in page
    assert client.get(first_tap).context["visit"] == world.visit
    second_tap = client.post(reverse("phone:emergency"), {"visit": world.visit.pk, "kind": "illness"})
    incident = Incident.objects.get()
    assert (incident.state, incident.client, incident.visit, incident.by_phone) == (
        "reported",
        world.client,
        world.visit,
        True,
    )
    assert incident.number == f"SJ-{timezone.localdate().year}-0001"
    told = Notice.objects.filter(url=reverse("incident_page", args=["kangze", incident.pk])).values_list(
        "user", flat=True
    )
    assert set(told) == {world.manager.pk, world.coordinator.pk, world.staff["quality_officer"].pk}
    card = client.get(second_tap.url).content.decode()
    assert "tel:120" in card
    assert all(step in card for step in SCENARIOS["illness"].steps)
    assert world.client.guardians.get(is_emergency_contact=True).phone in card
    client.post(reverse("phone:emergency"), {"visit": world.visit.pk, "kind": "illness"})
    assert Incident.objects.count() == 1  # pressed twice
    client.post(second_tap.url, {"told": "ambulance"})
    client.post(second_tap.url, {"text": "叫不醒"})
    incident.refresh_from_db()
    assert incident.text == "叫不醒"
    assert [entry.told for entry in incident.entries.all()] == ["agency", "ambulance"]
    client.force_login(world.second.user)
    assert client.get(second_tap.url).status_code == 404


def test_without_a_visit_it_is_taken_too_and_nonsense_is_not(client, world):
    client.force_login(world.second.user)
    client.post(reverse("phone:emergency"), {"kind": "injury", "visit": world.visit.pk})
    incident = Incident.objects.get()
    assert (incident.client, incident.visit, incident.caregiver) == (None, None, world.second)
    assert client.post(reverse("phone:emergency"), {"kind": "nonsense"}).status_code == 200
    assert Incident.objects.count() == 1


@pytest.mark.parametrize(("minutes", "warned"), [(9, 0), (10, 1), (11, 1)])
def test_what_nobody_sees_to_is_called_out_once(world, minutes, warned):
    incident = report(world)
    with time_machine.travel(incident.reported_at + minutes * MINUTE, tick=False):
        assert incident_limits(agency_id=world.agency.pk) == {"passed": warned}
        assert actions.warn_of_unseen() == {"passed": 0}


def test_what_is_taken_up_is_not_called_out(world):
    incident = report(world)
    actions.take_up(incident=incident, by=world.coordinator)
    with time_machine.travel(incident.reported_at + 60 * MINUTE, tick=False):
        assert actions.warn_of_unseen() == {"passed": 0}


def test_it_is_closed_after_everybody_was_told_with_what_was_learnt(world):
    incident = report(world, kind="injury")
    with pytest.raises(ValidationError) as refusal:
        actions.close_incident(incident=incident, by=world.manager, **LEARNT)
    assert len(refusal.value.messages) == 2
    actions.take_up(incident=incident, by=world.coordinator)
    for told in ("family", "own_family"):
        actions.add_entry(incident=incident, by=world.coordinator, told=told, name="家属")
    actions.close_incident(incident=incident, by=world.manager, **LEARNT)
    record = ArchiveRecord.objects.get(source="incident")
    assert (record.source_id, record.archive_class, record.clock_started_on) == (
        incident.pk,
        "other",
        timezone.localdate(),
    )
    for action, kwargs in ((actions.take_up, {}), (actions.add_entry, {"text": "x"}), (actions.close_incident, LEARNT)):
        with pytest.raises(ValidationError, match="closed"):
            action(incident=incident, by=world.manager, **kwargs)
    with pytest.raises(IntegrityError, match="incident_state"), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(cause="")


def test_an_entry_says_something_at_a_possible_time(world):
    incident = report(world)
    with pytest.raises(ValidationError) as refusal:
        actions.add_entry(incident=incident, by=world.manager, at=timezone.now() + MINUTE)
    assert set(refusal.value.message_dict) == {"text", "at"}


def test_the_office_enters_one_and_the_list_shows_it(client, world):
    client.force_login(world.coordinator)
    data = {
        "kind": "theft",
        "client_number": world.client.number,
        "text": "少了手镯",
        "happened_at": "",
        "caregiver": "",
    }
    assert (
        client.post(reverse("incident_new", args=["kangze"]), data | {"client_number": "KH-9"}).context["form"].errors
    )
    client.post(reverse("incident_new", args=["kangze"]), data)
    incident = Incident.objects.get()
    assert (incident.state, incident.owner, incident.client) == ("in_hand", world.coordinator, world.client)
    page = client.get(reverse("incident_list", args=["kangze"]) + "?only=open")
    assert list(page.context["object_list"]) == [incident]
    assert client.get(reverse("incident_page", args=["kangze", incident.pk])).status_code == 200
    file = client.get(reverse("client_file", args=["kangze", world.client.pk])).content.decode()
    assert incident.number in file


def paper_of(incident, by):
    document = actions.print_incident(incident=incident, by=by)
    render(document_id=document.pk)
    document.refresh_from_db()
    with document.file.file.open() as file:
        pages = PdfReader(io.BytesIO(file.read())).pages
    return document, re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def test_the_record_is_printed_as_it_stands_and_joins_the_archive(world, client):
    incident = report(world)
    actions.take_up(incident=incident, by=world.coordinator)
    actions.add_entry(incident=incident, by=world.coordinator, told="family", name="刘建国", text="请儿子到医院")
    _document, text = paper_of(incident, world.coordinator)
    words = [
        "突发事件记录", incident.number, "客户突发疾病", "处置中", world.client.name, f"工号{world.first.number}",
        "客户家属刘建国请儿子到医院", "未结束",
    ]  # fmt: skip
    assert [word for word in words if word not in text] == []
    actions.close_incident(incident=incident, by=world.coordinator, **LEARNT)
    document, text = paper_of(incident, world.coordinator)
    assert [word for word in ("已结束", *LEARNT.values()) if word not in text] == []
    assert "未结束" not in text
    assert ArchiveRecord.objects.get(source="incident").items.filter(file=document.file).exists()
    client.force_login(world.coordinator)
    page = client.get(reverse("incident_page", args=["kangze", incident.pk])).content.decode()
    assert reverse("file_view", args=["kangze", document.file_id]) in page
    assert reverse("incident_print", args=["kangze", incident.pk]) in page


def test_incidents_are_read_by_api_with_their_log_at_a_fixed_cost(world, client):
    client.force_login(world.coordinator)
    first = report(world)
    actions.take_up(incident=first, by=world.coordinator)
    actions.add_entry(incident=first, by=world.coordinator, told="family", name="刘建国")
    client.get("/api/v1/incidents/")

    def read(**params):
        with CaptureQueriesContext(connection) as captured:
            answer = client.get("/api/v1/incidents/", params).json()["results"]
        return answer, len([one for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "SET "))])

    [row], queries = read()
    assert (row["number"], row["kind"], row["state"], row["client"]) == (
        first.number, "illness", "in_hand", world.client.pk,
    )  # fmt: skip
    assert [entry["told"] for entry in row["entries"]][-1] == "family"
    assert queries == 5
    for kind in ("theft", "fire", "other"):
        report(world, kind)
    assert (len(read()[0]), read()[1]) == (4, 5)
    assert [one["kind"] for one in read(kind="fire")[0]] == ["fire"]
    assert client.post("/api/v1/incidents/", {}).status_code == 403
