"""Labour-protection supplies (劳动保护用品, 7.2.4): handed out by the office, receipt confirmed on the phone."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import notify
from agencies.models import User
from caregivers.models import Caregiver, SupplyIssue


def issue_supply(
    *, caregiver: Caregiver, by: User, item: str, quantity: int, issued_on: dt.date, note: str = ""
) -> SupplyIssue:
    """Hand something out; a caregiver with a phone account is asked to confirm the receipt."""
    problems = {}
    if issued_on > timezone.localdate():
        problems["issued_on"] = _("Supplies are recorded when they are handed out, not before.")
    if item == SupplyIssue.Item.OTHER and not note:
        problems["note"] = _("Say what it is.")
    if caregiver.state == Caregiver.State.LEFT:
        problems["__all__"] = _("%(caregiver)s has left the agency.") % {"caregiver": caregiver}
    if problems:
        raise ValidationError(problems)
    supply = SupplyIssue.objects.create(
        caregiver=caregiver, item=item, quantity=quantity, issued_on=issued_on, issued_by=by, note=note
    )
    if caregiver.user_id:
        body = f"{supply.get_item_display()} × {supply.quantity}"
        notify(users=[caregiver.user], title=_("Please confirm what you received"), body=body)
    return supply


def issue_supplies(*, caregivers: list[Caregiver], by: User, **what: Any) -> list[SupplyIssue]:
    """Hand the same out to several people; everything against it is named once."""
    problems = [
        _("%(caregiver)s has left the agency.") % {"caregiver": person}
        for person in caregivers
        if person.state == Caregiver.State.LEFT
    ]
    if problems:
        raise ValidationError(problems)
    return [issue_supply(caregiver=person, by=by, **what) for person in caregivers]


def confirm_supply(*, supply: SupplyIssue) -> None:
    """The caregiver has received it."""
    if not SupplyIssue.objects.filter(pk=supply.pk, received_at=None).update(received_at=timezone.now()):
        raise ValidationError(_("You confirmed this before."))
