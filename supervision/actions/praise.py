"""Praise goes on record in the caregiver's file, and the caregiver is told."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import notify
from agencies.models import User
from caregivers.models import Caregiver
from clients.actions.enquiries import passed_on
from clients.models import Client, Enquiry
from supervision.models import Praise


def record_praise(
    *,
    by: User,
    caregiver: Caregiver,
    text: str,
    said_by: str,
    said_on: dt.date,
    client: Client | None = None,
    enquiry: Enquiry | None = None,
) -> Praise:
    """Keep what was said; the enquiry at the desk it came by is done with it."""
    if said_on > timezone.localdate():
        raise ValidationError({"said_on": _("Praise cannot lie in the future.")})
    praise = Praise.objects.create(
        caregiver=caregiver, client=client, enquiry=enquiry, said_by=said_by, said_on=said_on, text=text, noted_by=by
    )
    if enquiry:
        passed_on(enquiry=enquiry, by=by, to=_("Praise of %(caregiver)s") % {"caregiver": caregiver})
    if caregiver.user:
        notify(users=[caregiver.user], title=lambda: _("You were praised. Thank you!"), body=text)
    return praise
