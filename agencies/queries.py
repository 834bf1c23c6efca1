"""Reads of the tenant itself."""

import datetime as dt
import hashlib

from django.db.models import Case, QuerySet, When

from agencies.models import Price, PriceList, ServiceItem, WorkForm


def price_list_on(day: dt.date) -> PriceList | None:
    """The published list in force on a day (4.1.5)."""
    published = PriceList.objects.filter(state=PriceList.State.PUBLISHED, effective_from__lte=day)
    return published.order_by("-effective_from").first()


def in_order(prices: QuerySet[Price]) -> QuerySet[Price]:
    """The time itself, from the shortest work form to the longest, what costs extra by its code, holidays, the fee."""
    first = Case(*(When(work_form=value, then=place) for place, value in enumerate(WorkForm.values)), default=9)
    kinds = Case(*(When(kind=value, then=place) for place, value in enumerate(Price.Kind.values)))
    return prices.select_related("service_item").order_by(kinds, first, "service_item__code")


def as_shown(price_list: PriceList) -> str:
    """Stands for all that a list says; another text means that somebody changed it since it was looked at."""
    lines = [
        (price.kind, price.work_form, price.service_item_id, price.unit, f"{price.amount:.2f}", price.note)
        for price in price_list.prices.all()
    ]
    said = (price_list.name, price_list.effective_from.isoformat(), sorted(map(repr, lines)))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def included_items(price_list: PriceList) -> list[ServiceItem]:
    """What is offered without a price of its own."""
    priced = price_list.prices.filter(service_item__isnull=False).values("service_item")
    return list(ServiceItem.objects.filter(is_active=True).exclude(pk__in=priced).order_by("unable_only", "code"))


def prices_on(day: dt.date) -> list[Price]:
    """Every price of the service itself in force on a day; what public holidays cost and the fee stand beside it."""
    price_list = price_list_on(day)
    return list(in_order(price_list.prices.filter(kind=Price.Kind.SERVICE))) if price_list else []
