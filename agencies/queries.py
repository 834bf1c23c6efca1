"""Reads of the tenant itself."""

import datetime as dt

from agencies.models import Price, PriceList


def price_list_on(day: dt.date) -> PriceList | None:
    """The published list in force on a day (4.1.5)."""
    published = PriceList.objects.filter(state=PriceList.State.PUBLISHED, effective_from__lte=day)
    return published.order_by("-effective_from").first()


def prices_on(day: dt.date) -> list[Price]:
    """Every price in force on a day."""
    price_list = price_list_on(day)
    return list(price_list.prices.select_related("service_item")) if price_list else []
