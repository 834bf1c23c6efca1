"""What an agreement costs in an average month, line by line (4.1.5)."""

from dataclasses import replace

from agencies.models import ServiceItem
from agencies.queries import prices_on
from contracts.models import Agreement, ServicePlan
from contracts.standard import Charge, Extra, Slot, monthly_charges


def charges_of(agreement: Agreement) -> list[tuple[ServiceItem | None, Charge]]:
    """The work form's own charge, for which no item stands, then the items of the plan that cost extra."""
    slots = slots_of(agreement.plan)
    prices = {price.service_item_id: price for price in prices_on(agreement.starts_on) if price.service_item_id}
    lines = agreement.plan.lines.select_related("service_item").order_by("service_item__code")
    priced = [(line, prices[line.service_item_id]) for line in lines if line.service_item_id in prices]
    extras = [Extra(price.amount, price.unit, _slots_of_line(line, slots)) for line, price in priced]
    items = [None, *(line.service_item for line, _price in priced)]
    return list(zip(items, monthly_charges(agreement.rate, agreement.rate_unit, slots, extras), strict=True))


def slots_of(plan: ServicePlan) -> tuple[Slot, ...]:
    """The plan's weekly pattern."""
    return tuple(Slot(slot.weekday, slot.starts_at, slot.duration_minutes) for slot in plan.slots.all())


def _slots_of_line(line, slots):
    """The visits at which an item is done, every one when no weekdays are chosen, with the minutes it takes."""
    chosen = (slot for slot in slots if not line.weekdays or slot.weekday in line.weekdays)
    return tuple(replace(slot, minutes=line.minutes or slot.minutes) for slot in chosen)
