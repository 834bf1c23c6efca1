"""The plan editor: a week said in a line, everything wrong named in one round, nothing typed is lost."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.models import ServiceItem, User
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from clients.actions.assessments import record_assessment
from clients.scales import GBT_42195
from contracts.actions import plans
from contracts.forms.week import Line, lines_of
from contracts.models import PlanSlot, ServicePlan
from tests.world import PLAN_TEXTS, make_world

MORNINGS = {"slots0_days": ["1", "2", "3", "4", "5"], "slots0_at": "08:30", "slots0_hours": "2"}


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.client = demo.take_in(world, 5)[1]
        yield world


@pytest.fixture
def office(client, world):
    User.objects.filter(pk=world.coordinator.pk).update(language="en")
    client.force_login(world.coordinator)
    return client


def assessed(world, points):
    """The client assessed today, every item with these points or its best."""
    return record_assessment(
        client=world.client, by=world.coordinator, scale="gbt_42195", reason="change", assessors="周敏、何静",
        assessed_on=timezone.localdate(), answers={item.code: min(points, item.highest) for item in GBT_42195},
    )  # fmt: skip


def post(office, world, data):
    return office.post(reverse("plan_new", args=["kangze", world.client.pk]), data)


def problems(response):
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def item(code):
    return ServiceItem.objects.get(code=code)


def test_an_empty_plan_is_told_all_it_lacks_at_once(office, world):
    response = post(office, world, {"cautions": ""})
    assert problems(response) == {
        "work_form": ["Choose the work form."],
        "slots": ["Enter at least one visit a week."],
        "lines": ["Choose at least one service item."],
    }
    assert "mend these 3 places" in response.content.decode()


def test_a_line_makes_a_visit_on_each_of_its_days(office, world):
    chosen = item("5.1-02")
    data = {**MORNINGS, "slots1_days": ["6"], "slots1_at": "14:00", "work_form": "hourly", "lines": [chosen.pk],
            f"days{chosen.pk}": ["1", "6"], f"note{chosen.pk}": "少盐"}  # fmt: skip
    assert post(office, world, data).status_code == 302
    plan = ServicePlan.objects.get(client=world.client)
    slots = list(plan.slots.values_list("weekday", "starts_at", "duration_minutes"))
    assert slots == [*((day, dt.time(8, 30), 120) for day in range(1, 6)), (6, dt.time(14), 120)]
    assert list(plan.lines.values_list("service_item", "weekdays", "note")) == [(chosen.pk, [1, 6], "少盐")]


def test_each_line_says_what_it_lacks_and_all_that_was_typed_stays(office, world):
    data = {"slots0_days": ["1", "3"], "slots1_at": "10:00", "slots2_days": ["5"], "slots2_at": "09:00",
            "slots2_hours": "6", "work_form": "hourly", "lines": [item("5.1-02").pk],
            f"days{item('5.1-02').pk}": ["7"], "cautions": "起身时在旁照看"}  # fmt: skip
    response = post(office, world, data)
    assert problems(response) == {
        "slots": [
            "Tick the weekdays of each time.",
            "Monday, Wednesday: say when the visit starts.",
            "Friday: a visit of the form Hourly (2–5 h) lasts 2 to 5 hours (3.3).",
        ],
        "lines": [f"{item('5.1-02')}: there is no visit on Sunday."],
    }
    page = response.content.decode()
    for typed in ('value="10:00"', 'value="09:00"', 'value="6"', "起身时在旁照看"):
        assert typed in page
    assert not PlanSlot.objects.exists()


@pytest.mark.parametrize(("hours", "fine"), [("1.99", False), ("2", True), ("5", True), ("5.01", False), ("", True)])
def test_hours_at_their_bounds(office, world, hours, fine):
    data = {**MORNINGS, "slots0_hours": hours, "work_form": "hourly", "lines": [item("5.1-02").pk]}
    assert post(office, world, data).status_code == (302 if fine else 200)


@pytest.mark.parametrize("wrong", [{"slots0_at": "25:00"}, {"slots0_at": "x"}, {"slots0_hours": "NaN"},
                                   {"slots0_hours": "1e9"}, {"slots0_days": ["8"]}, {"slots0_days": ["x"]}])  # fmt: skip
def test_nonsense_is_refused_kindly(office, world, wrong):
    response = post(office, world, {**MORNINGS, "work_form": "hourly", "lines": [item("5.1-02").pk], **wrong})
    assert problems(response) == {"slots": ["Write times as 08:30 and hours as 2 or 2.5."]}


def test_the_week_is_gathered_again_for_the_editor():
    slots = [PlanSlot(weekday=day, starts_at=dt.time(22), duration_minutes=150) for day in (1, 3)]
    slots.append(PlanSlot(weekday=2, starts_at=dt.time(8), duration_minutes=120))
    assert lines_of(slots) == [Line(["1", "3"], "22:00", "2.5"), Line(["2"], "08:00", "2")]


def written(world, *codes):
    slots = [{"weekday": day, "starts_at": dt.time(9), "duration_minutes": 120} for day in (1, 2)]
    lines = [{"service_item": item(code), "weekdays": [], "minutes": None, "note": ""} for code in codes]
    said = {"work_form": "hourly", **PLAN_TEXTS}
    return plans.save_plan(client=world.client, by=world.coordinator, slots=slots, lines=lines, **said)


def agree(world, plan):
    plans.agree_plan(
        plan=plan, by=world.coordinator, agreed_by=world.client.name, agreed_on=timezone.localdate(),
        agreed_means="face",
    )  # fmt: skip


def test_next_version_leaves_out_what_an_able_client_is_not_offered(office, world):
    assessed(world, 1)
    plan = written(world, "5.1-02", "5.1-09")
    agree(world, plan)
    assessed(world, 4)
    response = office.post(reverse("plan_copy", args=["kangze", plan.pk]), follow=True)
    assert str(item("5.1-09")) in str(next(iter(response.context["messages"])))
    draft = ServicePlan.objects.get(client=world.client, state="draft")
    assert [line.service_item.code for line in draft.lines.all()] == ["5.1-02"]


def test_what_an_able_client_is_not_offered_cannot_be_agreed(world):
    assessed(world, 1)
    plan = written(world, "5.1-02", "5.1-09")
    assessed(world, 4)
    with pytest.raises(ValidationError, match=str(item("5.1-09"))):
        agree(world, plan)
    assert ServicePlan.objects.get(pk=plan.pk).state == "draft"


def test_nothing_left_to_copy_is_said_not_a_broken_page(office, world):
    assessed(world, 1)
    plan = written(world, "5.1-09")
    agree(world, plan)
    assessed(world, 4)
    response = office.post(reverse("plan_copy", args=["kangze", plan.pk]), follow=True)
    assert [str(message) for message in response.context["messages"]] == ["Choose at least one service item."]


def test_who_agrees_is_read_what_is_agreed_to(office, world):
    plan = written(world, "5.1-02")
    page = office.get(reverse("plan_agree", args=["kangze", plan.pk])).content.decode()
    for words in ("You agree to be served by it.", "Monday 09:00–11:00", "Tuesday 09:00–11:00"):
        assert words in page
    assert item("5.1-02").name_en in page
