"""Templates of plans, versions compared, and the whole of 7.3.1 before anybody agrees."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from agencies.models import ServiceItem, User
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from contracts.actions import plans
from contracts.models import PlanTemplate, ServicePlan
from tests.world import PLAN_TEXTS, make_world

COOKING, FEEDING = "5.1-02", "5.1-09"  # the second is only for those unable to care for themselves


@pytest.fixture
def world(db):
    world = make_world()
    User.objects.update(language="en")
    with agency_context(world.agency):
        world.able, world.unable = (
            next(row for row in demo.take_in(world, 8)[:5] if row.assessments.first().self_care == status)
            for status in ("able", "unable")
        )
        yield world


def write(world, client, *codes, **texts):
    items = ServiceItem.objects.filter(code__in=codes)
    return plans.save_plan(
        client=client, by=world.coordinator, work_form="hourly", **{**PLAN_TEXTS, **texts},
        slots=[{"weekday": day, "starts_at": dt.time(9, 30), "duration_minutes": 150} for day in (2, 4)],
        lines=[{"service_item": item, "weekdays": [2], "minutes": 20, "note": "软烂"} for item in items],
    )  # fmt: skip


def agree(world, plan):
    plans.agree_plan(
        plan=plan, by=world.coordinator, agreed_by=plan.client.name, agreed_on=timezone.localdate(), agreed_means="face"
    )


def test_a_plan_started_from_a_template_says_the_same_but_for_what_the_client_is_not_offered(world, client):
    template = plans.save_template(plan=write(world, world.unable, COOKING, FEEDING), by=world.manager, name="术后照护")
    client.force_login(world.coordinator)
    response = client.post(f"/kangze/clients/{world.able.pk}/plans/start/", {"template": template.pk}, follow=True)
    name = ServiceItem.objects.get(code=FEEDING).name_en
    assert f"Not for this client, and left out: {name}." in response.content.decode()
    plan = ServicePlan.objects.get(client=world.able)
    assert (plan.state, plan.procedure, plan.equipment) == ("draft", PLAN_TEXTS["procedure"], PLAN_TEXTS["equipment"])
    assert list(plan.slots.values_list("weekday", "starts_at", "duration_minutes")) == [
        (2, dt.time(9, 30), 150), (4, dt.time(9, 30), 150),
    ]  # fmt: skip
    assert list(plan.lines.values_list("service_item__code", "weekdays", "minutes", "note")) == [
        (COOKING, [2], 20, "软烂")
    ]


def test_a_template_of_the_same_name_is_replaced_only_when_asked(world):
    plan = write(world, world.able, COOKING)
    plans.save_template(plan=plan, by=world.manager, name="钟点基础")
    with pytest.raises(ValidationError, match="of this name"):
        plans.save_template(plan=plan, by=world.manager, name="钟点基础")
    write_again = plans.save_plan
    write_again(client=world.able, by=world.manager, plan=plan, work_form="hourly", **{**PLAN_TEXTS, "cautions": "怕冷"},
                slots=[{"weekday": 1, "starts_at": dt.time(8), "duration_minutes": 120}],
                lines=[{"service_item": ServiceItem.objects.get(code=COOKING), "weekdays": [], "minutes": None, "note": ""}])  # fmt: skip
    plans.save_template(plan=plan, by=world.manager, name="钟点基础", replace=True)
    [template] = PlanTemplate.objects.all()
    assert (template.cautions, template.slots) == ("怕冷", [[1, "08:00", 120]])


def test_a_template_does_not_overwrite_a_draft_and_goes_without_touching_plans(world, client):
    template = plans.save_template(plan=write(world, world.able, COOKING), by=world.manager, name="钟点基础")
    with pytest.raises(ValidationError, match="draft already"):
        plans.start_from_template(template=template, client=world.able, by=world.manager)
    client.force_login(world.coordinator)
    page = client.get("/kangze/plans/templates/").content.decode()
    assert "钟点基础" in page
    client.post(f"/kangze/plans/templates/{template.pk}/delete/")
    assert not PlanTemplate.objects.exists()
    assert ServicePlan.objects.filter(client=world.able).exists()


@pytest.mark.parametrize("left_out", ["mode", "procedure", "equipment", "cautions"])
def test_nobody_agrees_to_a_plan_that_leaves_a_part_of_the_clause_out(world, left_out):
    plan = write(world, world.able, COOKING, **{left_out: " "})
    with pytest.raises(ValidationError) as refusal:
        agree(world, plan)
    word = {"mode": "way of service", "procedure": "course of a visit", "equipment": "equipment and tools",
            "cautions": "cautions"}[left_out]  # fmt: skip
    assert refusal.value.messages == [f"The plan does not say yet: {word}. Where there is nothing, write 无 (7.3.1)."]


def test_versions_stand_with_who_agreed_and_are_compared_in_words(world, client):
    first = write(world, world.able, COOKING)
    agree(world, first)
    second = plans.copy_plan(plan=first, by=world.coordinator)
    ServicePlan.objects.filter(pk=second.pk).update(cautions="怕冷")
    client.force_login(world.coordinator)
    page = client.get(f"/kangze/plans/{second.pk}/").content.decode()
    assert f"{world.able.name} · {timezone.localdate()} · Face to face" in page
    context = client.get(f"/kangze/plans/{second.pk}/compare/{first.pk}/").context
    assert (context["old"], context["new"]) == (first, second)
    rows = {row.what: row for row in context["rows"]}
    assert set(rows) == {"Cautions", "Agreed"}
    assert rows["Cautions"].was == [("无", True)]
    assert rows["Cautions"].now == [("怕冷", True)]
    other = write(world, world.unable, COOKING)
    assert client.get(f"/kangze/plans/{second.pk}/compare/{other.pk}/").status_code == 404
