"""Another caregiver for good (换人): the supplement to the agreement, drafted by every way that leads to one (7.3.2 b, e)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import User
from caregivers.models import Caregiver
from contracts.actions.agreements import amend_agreement, cancel_agreement, update_agreement
from contracts.models import Agreement, RotaChange
from contracts.queries.replacing import newest_version, open_supplement, taker_of


def draft_supplement(
    *, agreement: Agreement, by: User, caregiver: Caregiver, from_day: dt.date, reason: str
) -> Agreement:
    """Amend the newest version: the other caregiver from a day on, and why; what is under way with the same one stays."""
    agreement = newest_version(agreement)
    found = open_supplement(agreement)
    if found and found.caregiver_id == caregiver.pk:
        return found
    with transaction.atomic():
        amendment = amend_agreement(agreement=agreement, by=by, change_summary=reason[:500])
        return update_agreement(
            agreement=amendment,
            by=by,
            caregiver=caregiver,
            starts_on=max(from_day, timezone.localdate(), agreement.starts_on),
            rate=agreement.rate,
            rate_reason=agreement.rate_reason or _("As in the agreement that is amended."),
        )


def follow_up(*, agreement: Agreement, by: User, from_day: dt.date, reason: str = "") -> Agreement | None:
    """Draft the supplement where somebody else serves for good; what stands against it is said on the agreement's page.

    The change itself holds either way: the visits go to who comes, the list of agreements keeps asking for the paper.
    """
    caregiver = taker_of(agreement)
    if caregiver is None:
        return None
    words = {"named": agreement.caregiver, "other": caregiver}
    summary = _("%(other)s instead of %(named)s.") % words
    try:
        return draft_supplement(
            agreement=agreement, by=by, caregiver=caregiver, from_day=from_day, reason=f"{summary} {reason}".strip()
        )
    except ValidationError:
        return None


def take_back(*, change: RotaChange, by: User) -> None:
    """A change of the rota was undone: make the drafts void that were written for it and that nothing calls for any more."""
    for agreement in Agreement.objects.filter(slot_changes__change=change).distinct().defer("terms"):
        draft = open_supplement(agreement)
        is_of_change = draft and draft.state == Agreement.State.DRAFT and draft.created_at >= change.made_at
        if is_of_change and draft.created_by_id == by.pk and taker_of(agreement) is None:
            cancel_agreement(agreement=draft, by=by)
