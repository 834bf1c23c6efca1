"""One shift at the desk hands over to the next (7.3.2 a): what is open, what must be known, and that it was taken over."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import notify
from agencies.calendar import CHINA
from agencies.links import office_url
from agencies.models import User
from clients.actions.enquiries import hand_over
from clients.models import Enquiry, ShiftNote


def hand_over_shift(*, by: User, to: User, note: str = "", enquiries: Iterable[Enquiry] = ()) -> ShiftNote:
    """Write the note; the enquiries named change hands, the others that are open stand in it all the same."""
    handed = list(enquiries)
    problems = {}
    if to == by:
        problems["to"] = _("Choose who takes over; that is somebody else.")
    if others := [enquiry.number for enquiry in handed if enquiry.owner_id not in (None, by.pk)]:
        problems["enquiries"] = _("These are in charge of somebody else: %(numbers)s") % {"numbers": ", ".join(others)}
    still_open = open_enquiries_of(by)
    if not note and not still_open:
        problems["note"] = _("Nothing is open; write at least that.")
    if problems:
        raise ValidationError(problems)
    for enquiry in handed:
        hand_over(enquiry=enquiry, by=by, to=to, note=_("End of shift."))
    changed = {enquiry.pk for enquiry in handed}
    lines = [_line(enquiry, enquiry.pk in changed) for enquiry in still_open]
    row = ShiftNote.objects.create(handed_by=by, handed_to=to, note=note, enquiries=lines)
    notify(
        users=[to],
        title=lambda: _("%(name)s hands the desk over to you") % {"name": by},
        body=note,
        url=office_url("shift_list"),
    )
    return row


def open_enquiries_of(user: User) -> list[Enquiry]:
    """What is open with somebody, or with nobody yet; what is owed first."""
    rows = Enquiry.objects.filter(Q(owner=user) | Q(owner=None), state=Enquiry.State.OPEN)
    return list(rows.order_by("reply_by", "follow_up_on", "number")[:100])


def _line(enquiry, is_handed):
    owed = enquiry.reply_by.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if enquiry.reply_by else ""
    return {
        "id": enquiry.pk,
        "number": enquiry.number,
        "caller": enquiry.caller,
        "reply_by": owed,
        "follow_up_on": enquiry.follow_up_on.isoformat() if enquiry.follow_up_on else "",
        "is_handed": is_handed,
    }


def take_over_shift(*, shift: ShiftNote, by: User) -> None:
    """Confirm that it was read and taken over, once, by the person it is for."""
    mine = ShiftNote.objects.filter(pk=shift.pk, handed_to=by, taken_at=None)
    if not mine.update(taken_at=timezone.now()):
        raise ValidationError(_("This note is for somebody else, or was taken over before."))
