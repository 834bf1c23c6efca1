"""A whole agency for tests, made by the demo world's actions: one caregiver, one client, an agreement on its way."""

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from agencies.models import Price, PriceList, ServiceItem
from carecenter.demo import world as demo
from contracts.key_terms import key_terms

PEOPLE = {
    "manager": ("13700000901", "周明"),
    "coordinator": ("13700000902", "周敏"),
    "quality_officer": ("13700000903", "何静"),
}


# What a plan says in words (7.3.1); without any of it nobody agrees.
PLAN_TEXTS = {
    "mode": "上门服务",
    "procedure": "问好，服务，记录，告别。",
    "equipment": "血压计一台。",
    "cautions": "无",
}


def make_world() -> demo.World:
    """An agency with staff, settings, catalogue, licences and prices; open its context before using it."""
    return demo.open_agency(
        slug="kangze",
        name="康泽居家养老服务有限公司",
        short_name="康泽",
        credit_code="91370102MA3T000062",
        phones=PEOPLE,
    )


def staff_up(world: demo.World, caregivers: int = 5) -> list:
    """Posted caregivers with every paper; the last four of a larger number are left out, they are no longer or not yet."""
    return [person for person in demo.hire(world, caregivers + 3, "13700001001") if person.state == "active"]


def sign_agreement(
    world: demo.World, caregiver, client, *, starts_on: dt.date | None = None, upto: str = "in_force", slot: int = 0
):
    """An hourly agreement, five mornings a week, signed by all three unless upto says earlier."""
    starts_on = starts_on or timezone.localdate() + dt.timedelta(days=1)
    agreed_on = starts_on - dt.timedelta(days=3)
    plan = demo.plan_for(world, client, caregiver, work_form="hourly", slot=slot, agreed_on=agreed_on)
    ends_on = starts_on + dt.timedelta(days=180)
    return demo.sign_up(world, client, caregiver, plan, starts_on=starts_on, ends_on=ends_on, upto=upto)


def all_terms(agreement) -> list[str]:
    """Every key term of an agreement that is out for signing, as a client ticks them."""
    return [term.key for term in key_terms(agreement.terms)]


def reprice(day: dt.date, item: ServiceItem, amount: Decimal) -> None:
    """Publish a list for a day on which an item has a price of its own for each visit; all else stays."""
    before = PriceList.objects.filter(effective_from__lt=day).latest("effective_from")
    rows = before.prices.exclude(service_item=item).values(
        "kind", "work_form", "service_item_id", "unit", "amount", "note"
    )
    price_list = PriceList.objects.create(name="新价", effective_from=day)
    for row in [*rows, {"service_item_id": item.pk, "unit": "visit", "amount": amount}]:
        Price.objects.create(price_list=price_list, **row)
    PriceList.objects.filter(pk=price_list.pk).update(state="published", published_at=timezone.now())
