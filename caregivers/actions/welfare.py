"""Confiding: what a caregiver tells one person of the agency, or that person noted of a private talk (7.2.4).

Nothing here is logged, filed, exported or kept in a history; a notice says only that there is something to read.
Whoever gives somebody a new password could sign in as them, so what was told before stays shut to that account.
"""

import datetime as dt

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import notify
from agencies.links import office_url
from agencies.models import User
from caregivers.models import Caregiver, Grievance, GrievanceEntry
from caregivers.queries.welfare import is_shut_to, listeners


def confide(
    *, caregiver: Caregiver, recipient: User, kind: str, text: str, rights_told_at: dt.datetime | None
) -> Grievance:
    """The caregiver tells one person something, after having read the rights."""
    problems = {}
    if rights_told_at is None:
        problems["__all__"] = _("Read your rights first.")
    if recipient not in listeners(but=caregiver.user):
        problems["recipient"] = _("Choose somebody from the list.")
    if problems:
        raise ValidationError(problems)
    grievance = Grievance.objects.create(
        caregiver=caregiver, recipient=recipient, kind=kind, text=text, rights_told_at=rights_told_at
    )
    _tell_recipient(grievance, _("Somebody has confided in you"))
    return grievance


def note_talk(*, caregiver: Caregiver, by: User, kind: str, text: str, rights_told: bool) -> Grievance:
    """Somebody who listens notes a private talk; the caregiver reads the note and may answer.

    Its own text is empty: what stands there are the caregiver's words, a note is an entry of its author.
    """
    problems = {}
    if not rights_told:
        problems["rights_told"] = _("Tell the rights first.")
    if by not in listeners(but=caregiver.user):
        problems["__all__"] = _("You cannot hold this talk; ask somebody else to.")
    if not caregiver.user_id:
        problems["__all__"] = _("The caregiver has no phone account and could not read the note; open one first.")
    if problems:
        raise ValidationError(problems)
    grievance = Grievance.objects.create(
        caregiver=caregiver, recipient=by, kind=kind, text="", rights_told_at=timezone.now()
    )
    add_entry(grievance=grievance, by=by, text=text)
    return grievance


def add_entry(*, grievance: Grievance, by: User, text: str) -> GrievanceEntry:
    """An answer, between the two alone."""
    if by.pk not in (grievance.recipient_id, grievance.caregiver.user_id):
        raise ValidationError(_("This is between two other people."))
    if grievance.recipient not in listeners(but=grievance.caregiver.user):
        raise ValidationError(_("This person no longer listens in this agency; begin anew with somebody else."))
    for person in (grievance.recipient, grievance.caregiver.user):
        if is_shut_to(person, grievance):
            text = _("%(name)s was given a new password since and cannot open this any more; begin anew.")
            raise ValidationError(text % {"name": person.name})
    locked = Grievance.objects.select_for_update().get(pk=grievance.pk)
    if locked.state == Grievance.State.CLOSED:
        raise ValidationError(_("This is closed; begin anew."))
    entry = GrievanceEntry.objects.create(grievance=grievance, text=text, written_by=by)
    if by.pk == grievance.recipient_id:
        _tell_caregiver(grievance, _("There is something for you to read"))
    else:
        _tell_recipient(grievance, _("There is an answer in confidence"))
    return entry


def close_grievance(*, grievance: Grievance, by: User) -> None:
    """The person it was told to says that it is settled; both can still read it."""
    if by.pk != grievance.recipient_id:
        raise ValidationError(_("This is between two other people."))
    closed = {"state": Grievance.State.CLOSED, "closed_at": timezone.now()}
    if not Grievance.objects.filter(pk=grievance.pk, state=Grievance.State.OPEN).update(**closed):
        raise ValidationError(_("This was closed before."))
    _tell_caregiver(grievance, _("What you told in confidence was closed; begin anew if it is not settled"))


def _tell_recipient(grievance, title):
    notify(users=[grievance.recipient], title=title, url=office_url("confided_page", grievance.pk))


def _tell_caregiver(grievance, title):
    if grievance.caregiver.user_id:
        url = reverse("phone:confided", args=[grievance.pk])
        notify(users=[grievance.caregiver.user], title=title, url=url)
