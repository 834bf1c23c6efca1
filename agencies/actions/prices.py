"""Catalogue of service items and price lists (4.1.5)."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.actions.messages import members_with, notify
from agencies.links import office_url
from agencies.models import (
    AgencySettings,
    Price,
    PriceList,
    Role,
    ServiceItem,
    User,
    WorkForm,
)
from agencies.numbers import take_numbers
from agencies.queries import as_shown
from agencies.standard import CATALOGUE
from agencies.tenancy import current_agency

OWN_ITEMS = "J"  # codes of an agency's own items: J-01


def seed_catalogue() -> None:
    """Give the open agency every service item the standard names; items it has stay as they are."""
    agency = current_agency()
    fields = ("code", "clause", "group", "name", "name_en", "unable_only", "level_needed")
    items = [ServiceItem(agency=agency, **{name: getattr(item, name) for name in fields}) for item in CATALOGUE]
    ServiceItem.objects.bulk_create(items, ignore_conflicts=True)


def save_item(*, by: User, item: ServiceItem | None = None, **data: Any) -> ServiceItem:
    """Offer an item of one's own beside those of the standard, or change it; the standard's own keep their words."""
    item = item or ServiceItem(code=f"{OWN_ITEMS}-{take_numbers('item')[0]:02}")
    if item.clause:
        data = {name: value for name, value in data.items() if name in ("is_active", "level_needed")}
    elif ServiceItem.objects.filter(name=data["name"]).exclude(pk=item.pk).exists():
        raise ValidationError({"name": _("There is an item of this name already.")})
    for name, value in data.items():
        setattr(item, name, value)
    item.save()
    return item


def copy_price_list(*, by: User) -> PriceList:
    """Start a draft from the newest list."""
    if PriceList.objects.filter(state=PriceList.State.DRAFT).exists():
        raise ValidationError(_("There is a draft already; finish that one first."))
    newest = PriceList.objects.order_by("-effective_from").first()
    day = timezone.localdate() + dt.timedelta(days=1)
    name = _("Price list %(year)s") % {"year": day.year}
    draft = PriceList.objects.create(name=name, effective_from=day, drafted_by=by)
    if newest:
        rows = newest.prices.values("kind", "work_form", "service_item_id", "unit", "amount", "note")
        Price.objects.bulk_create([Price(agency=current_agency(), price_list=draft, **row) for row in rows])
    return draft


def set_prices(
    *, price_list: PriceList, prices: list[dict], name: str, effective_from: dt.date, by: User | None = None
) -> None:
    """Replace the prices of a draft; each is {kind, work_form or service_item, unit, amount, note}.

    Who wrote it last does not approve it, where the agency has set so.
    """
    price_list = PriceList.objects.select_for_update().get(pk=price_list.pk)
    if price_list.state != PriceList.State.DRAFT:
        raise ValidationError(_("A published list does not change; start a new one."))
    price_list.name, price_list.effective_from, price_list.drafted_by = name, effective_from, by
    price_list.save()
    price_list.prices.all().delete()
    Price.objects.bulk_create([Price(agency=current_agency(), price_list=price_list, **price) for price in prices])


def publish_price_list(
    *, price_list: PriceList, by: User, effective_from: dt.date | None = None, seen: str | None = None
) -> None:
    """Put a list in force from its day (4.1.5); each work form has a price that says what it includes.

    seen is what queries.as_shown said of the list that was looked at.
    """
    price_list.refresh_from_db(from_queryset=PriceList.objects.select_for_update())
    day = effective_from or price_list.effective_from
    problems = _against_publishing(price_list, day)
    if seen is not None and seen != as_shown(price_list):
        problems.append(_("The list was changed after this page was opened; look at it again."))
    if price_list.drafted_by_id == by.pk and AgencySettings.objects.get().price_list_by_two:
        problems.append(_("You wrote this list yourself; another manager looks at it and approves it (4.1.5)."))
    if problems:
        raise ValidationError(problems)
    published = {"state": PriceList.State.PUBLISHED, "published_at": timezone.now(), "published_by": by}
    if not PriceList.objects.filter(pk=price_list.pk, state="draft").update(effective_from=day, **published):
        raise ValidationError(_("This list was published before."))
    price_list.refresh_from_db()
    price_list.save()  # for the history


def ask_to_publish(*, price_list: PriceList, by: User) -> None:
    """Tell the managers that a draft is ready to be approved; what still stands against it is named first."""
    if price_list.state != PriceList.State.DRAFT:
        raise ValidationError(_("This list was published before."))
    if problems := _against_publishing(price_list, price_list.effective_from):
        raise ValidationError(problems)
    managers = [user for user in members_with(Role.MANAGER) if user != by]
    if not managers:
        raise ValidationError(_("There is no other manager to ask. Turn the approval by two off in the settings."))
    title = _("%(name)s waits for your approval") % {"name": price_list.name}
    notify(users=managers, title=title, body=by.name, url=office_url("price_list_list"))


def _against_publishing(price_list, day):
    problems = []
    if day < timezone.localdate():
        problems.append(_("A list cannot be in force from a day that has passed; nobody could have seen it."))
    if PriceList.objects.filter(state=PriceList.State.PUBLISHED, effective_from=day).exists():
        problems.append(_("Another list is in force from that day."))
    priced = dict(price_list.prices.filter(kind=Price.Kind.SERVICE).values_list("work_form", "note"))
    for text, missing in [
        (_("No price yet for: %(forms)s."), [label for value, label in WorkForm.choices if value not in priced]),
        (
            _("Say what the price includes: %(forms)s."),
            [label for value, label in WorkForm.choices if priced.get(value) == ""],
        ),
    ]:
        if missing:
            problems.append(text % {"forms": pgettext("between names", ", ").join(map(str, missing))})
    return problems
