"""Plans and visits by API: written by the actions of the pages, refused with every reason, read at a fixed cost."""

import datetime as dt
import io

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from agencies.exports import workbook
from agencies.models import Role, User
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from contracts.actions.visits import plan_visits
from contracts.models import PlanLine, PlanSlot, RotaChange, ServicePlan, Visit
from tests.factories import make_member, make_one
from tests.world import PLAN_TEXTS, make_world, sign_agreement, staff_up

WEEK = {
    "work_form": "hourly",
    **PLAN_TEXTS,
    "slots": [
        {"weekday": 1, "starts_at": "08:30", "duration_minutes": 150},
        {"weekday": 4, "starts_at": "14:00"},
    ],
    "lines": [{"code": "5.1-02"}, {"code": "5.1-01", "weekdays": [4], "note": "少盐"}],
}


@pytest.fixture
def world(db):
    world = make_world()
    User.objects.filter(pk=world.coordinator.pk).update(language="en")
    with agency_context(world.agency):
        world.clients = demo.take_in(world, 6)[1:4]
    return world


@pytest.fixture
def office(client, world):
    client.force_login(world.coordinator)
    return client


@pytest.fixture
def visit(world):
    with agency_context(world.agency):
        world.caregivers = staff_up(world, 4)
        sign_agreement(world, world.caregivers[0], world.clients[0])
        plan_visits()
        return Visit.objects.order_by("period").first()


def send(office, address, body, method="post"):
    return getattr(office, method)(f"/api/v1/{address}/", body, content_type="application/json")


def test_a_plan_is_drafted_rewritten_and_told(office, world):
    made = send(office, "plans", WEEK | {"client": world.clients[0].pk})
    assert made.status_code == 201, made.json()
    answer = made.json()
    assert (answer["version"], answer["state"], answer["agreed_on"]) == (1, "draft", None)
    hours = [(slot["weekday"], slot["starts_at"], slot["duration_minutes"]) for slot in answer["slots"]]
    assert hours == [(1, "08:30:00", 150), (4, "14:00:00", 120)]  # without a length: the shortest of the work form
    assert [(line["code"], line["weekdays"], line["note"]) for line in answer["lines"]] == [
        ("5.1-01", [4], "少盐"),
        ("5.1-02", [], ""),
    ]
    address = f"plans/{answer['id']}"
    second = WEEK | {"client": world.clients[0].pk, "lines": [{"code": "5.1-02"}]}
    changed = send(office, address, second, "put")
    assert [line["code"] for line in changed.json()["lines"]] == ["5.1-02"]
    moments = office.get(f"/api/v1/{address}/history/").json()
    assert [(moment["text"], moment["by"]) for moment in moments] == [
        ("Draft changed", world.coordinator.name),
        ("Draft", world.coordinator.name),
    ]
    page = office.get(f"/kangze/{address}/").content.decode()
    assert "Draft changed" in page


def test_a_plan_that_may_not_be_is_refused_whole(office, world):
    client = world.clients[0].pk
    wrong = {
        "client": client, "work_form": "hourly", "slots": [{"weekday": 1, "starts_at": "08:30", "duration_minutes": 60}],
        "lines": [{"code": "5.1-02", "weekdays": [3]}],
    }  # fmt: skip
    refusal = send(office, "plans", wrong)
    assert refusal.status_code == 400
    assert refusal.json() == {
        "slots": ["Monday: a visit of the form Hourly (2–5 h) lasts 2 to 5 hours (3.3)."],
        "lines": [f"{_item('5.1-02', world)}: there is no visit on Wednesday."],
    }
    codes = {"lines": [{"code": "9.9-99"}, {"code": "5.1-02"}, {"code": "5.1-02"}]}
    assert send(office, "plans", WEEK | {"client": client} | codes).json() == {
        "lines": ["9.9-99 is not in the catalogue.", "5.1-02 is named twice."]
    }
    assert set(send(office, "plans", WEEK | {"client": 0}).json()) == {"client"}
    made = send(office, "plans", WEEK | {"client": client}).json()
    assert "There is a draft already" in str(send(office, "plans", WEEK | {"client": client}).json())
    other = WEEK | {"client": world.clients[1].pk}
    assert send(office, f"plans/{made['id']}", other, "put").json() == {"client": ["A plan stays with its client."]}
    with agency_context(world.agency):
        ServicePlan.objects.filter(pk=made["id"]).update(state="agreed", agreed_on="2026-01-05")
        assert ServicePlan.objects.count() == 1
    text = str(send(office, f"plans/{made['id']}", WEEK | {"client": client}, "put").json())
    assert "Only a draft is changed" in text


def _item(code, world):
    with agency_context(world.agency):
        return PlanLine._meta.get_field("service_item").related_model.objects.get(code=code)


def test_who_may_only_read_writes_nothing(client, world):
    client.force_login(make_member(world.agency, Role.QUALITY_OFFICER).user)
    assert client.get("/api/v1/plans/").status_code == 200
    assert send(client, "plans", WEEK | {"client": world.clients[0].pk}).status_code == 403


def test_a_visit_is_moved_given_taken_back_and_cancelled(office, world, visit):
    address = f"visits/{visit.pk}"
    seen = office.get(f"/api/v1/{address}/").json()["seen"]
    later = timezone.localtime(visit.period.lower) + dt.timedelta(minutes=30)
    times = {"starts_at": later.isoformat(), "ends_at": (later + dt.timedelta(hours=2)).isoformat()}
    moved = send(office, f"{address}/move", times | {"seen": seen, "reason": "家属同意"})
    assert moved.status_code == 200, moved.json()
    assert dt.datetime.fromisoformat(moved.json()["starts_at"]) == later
    assert moved.json()["caregiver"] == world.caregivers[0].pk
    stale = send(office, f"{address}/move", times | {"seen": seen, "caregiver": None})
    assert (stale.status_code, "changed this visit meanwhile" in str(stale.json())) == (400, True)
    assert send(office, f"{address}/unassign", {}).json()["caregiver"] is None
    assert send(office, f"{address}/assign", {"caregiver": 0}).json() == {"caregiver": ["There is no such caregiver."]}
    given = send(office, f"{address}/assign", {"caregiver": world.caregivers[1].pk})
    assert given.json()["caregiver"] == world.caregivers[1].pk
    assert set(send(office, f"{address}/cancel", {"reason": ""}).json()) == {"reason"}
    cancelled = send(office, f"{address}/cancel", {"reason": "家属来电取消"}).json()
    assert (cancelled["state"], cancelled["cancel_reason"]) == ("cancelled", "家属来电取消")
    assert send(office, f"{address}/move", times).status_code == 400
    told = office.get(f"/api/v1/{address}/history/").json()
    assert [moment["by"] for moment in told[:4]] == [world.coordinator.name] * 4
    assert told[0]["text"].startswith("Cancelled · ")
    with agency_context(world.agency):
        assert RotaChange.objects.count() == 3  # each can be undone on the rota
    day = timezone.localtime(visit.period.lower).date()
    found = [
        office.get("/api/v1/visits/", {"day_from": day, "day_to": until}).json()["count"]
        for until in (day - dt.timedelta(days=1), day)
    ]
    assert found == [0, 1]


def queries_of(office, address):
    with CaptureQueriesContext(connection) as captured:
        assert office.get(address).status_code == 200
    return len([query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "SET "))])


@pytest.mark.parametrize(("address", "queries"), [("clients", 4), ("plans", 6), ("visits", 4), ("agreements", 4)])
def test_a_list_costs_the_same_with_one_row_and_with_many(client, maple, address, queries):
    ContentType.objects.clear_cache()
    client.force_login(make_member(maple).user)
    model = {"clients": "client", "plans": "serviceplan", "visits": "visit", "agreements": "agreement"}[address]
    model = ContentType.objects.get(model=model).model_class()
    for rows in (1, 12):
        with agency_context(maple):
            for _row in range(rows):
                made = make_one(model)
                if model is ServicePlan:
                    make_one(PlanSlot, plan=made)
                    make_one(PlanLine, plan=made)
        client.get("/api/v1/clients/")  # the first request of a session writes it
        assert queries_of(client, f"/api/v1/{address}/") == queries


def test_the_list_of_plans_goes_to_excel(office, world):
    send(office, "plans", WEEK | {"client": world.clients[0].pk})
    with agency_context(world.agency):
        content, count = workbook("plans", f"client={world.clients[0].number}")
        assert workbook("plans", "work_form=live_in")[1] == 0
    assert count == 1
    head, row = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True)) | {"client": ""} == {
        "client number": world.clients[0].number, "client": "", "version": 1, "state": "Draft", "work form": "Hourly (2–5 h)",
        "visits a week": 2, "hours a week": 4.5, "items": "洗衣、做饭", "agreed on": None, "agreed how": None,
    }  # fmt: skip
    assert world.clients[0].name not in str(row)
