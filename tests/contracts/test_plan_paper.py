"""The service plan as the family gets it: who agreed, how, and the paper with everything that was agreed."""

import datetime as dt
import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from agencies.tenancy import agency_context
from archive.actions import render
from carecenter.demo import world as demo
from contracts.actions import plans as actions
from contracts.models import ServicePlan
from tests.caregivers.people import photo
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        [world.caregiver] = staff_up(world, 1)
        world.client = demo.take_in(world, 8)[1]
        agreed = sign_agreement(world, world.caregiver, world.client, upto="draft").plan
        world.plan = actions.copy_plan(plan=agreed, by=world.coordinator)
        yield world


def text_of(document):
    render(document_id=document.pk)
    document.refresh_from_db()
    with document.file.file.open() as file:
        pages = PdfReader(io.BytesIO(file.read())).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def test_the_paper_says_all_that_is_agreed_and_whether_it_is(world):
    text = text_of(actions.print_plan(plan=world.plan, by=world.coordinator))
    line = world.plan.lines.select_related("service_item").first()
    for words in ("居家养老服务方案", world.client.name, world.client.number, f"第{world.plan.version}版", "待客户签字确认",
                  "星期", line.service_item.name, "客户（家属）签字：", "机构经办人签字：", world.agency.name):  # fmt: skip
        assert words in text
    actions.agree_plan(
        plan=world.plan, by=world.coordinator, agreed_by=world.client.name, agreed_on=timezone.localdate(),
        agreed_means="face",
    )  # fmt: skip
    text = text_of(actions.print_plan(plan=world.plan, by=world.coordinator))
    assert "客户已确认" in text
    assert "待客户签字确认" not in text
    assert "旧版" not in text
    older = ServicePlan.objects.get(client=world.client, state="superseded")
    assert "旧版" in text_of(actions.print_plan(plan=older, by=world.coordinator))


def test_agreeing_names_everything_that_is_wrong_at_once(world):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(ValidationError) as refusal:
        actions.agree_plan(
            plan=world.plan, by=world.coordinator, agreed_by="任意姓名", agreed_on=tomorrow, agreed_means="paper"
        )
    assert set(refusal.value.message_dict) == {"agreed_by", "agreed_on", "paper"}
    assert ServicePlan.objects.get(pk=world.plan.pk).state == "draft"


def test_a_signed_plan_is_kept_with_its_scan(client, world):
    name, content, kind = photo()
    actions.agree_plan(
        plan=world.plan, by=world.coordinator, agreed_by=world.client.guardians.first().name,
        agreed_on=timezone.localdate(), agreed_means="paper", paper=(name, content, kind),
    )  # fmt: skip
    client.force_login(world.coordinator)
    page = client.get(reverse("plan_page", args=["kangze", world.plan.pk])).content.decode()
    assert reverse("file_view", args=["kangze", ServicePlan.objects.get(pk=world.plan.pk).agreed_paper_id]) in page
    assert client.post(reverse("plan_print", args=["kangze", world.plan.pk])).status_code == 302
    assert (
        f"服务方案 {world.client.number}"
        in client.get(reverse("plan_page", args=["kangze", world.plan.pk])).content.decode()
    )
