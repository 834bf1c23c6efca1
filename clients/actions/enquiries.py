"""Enquiries are taken, answered, followed up, and become clients or come to nothing (7.3.2 a)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.actions import notify
from agencies.links import office_url
from agencies.models import Membership, Role, User
from agencies.numbers import next_number
from agencies.tenancy import current_agency
from clients.models import Client, Enquiry, EnquiryEntry
from clients.queries import known_by_phone
from clients.standard import answer_by

State = Enquiry.State


def take_enquiry(
    *, by: User | None, answer: str = "", follow_up_on: dt.date | None = None, is_new: bool = False, **data
) -> Enquiry:
    """Write an enquiry down. Who takes it stays in charge; one from the web page belongs to nobody yet.

    is_new says that it was looked at: somebody with this phone is known, and this is another matter.
    """
    problems = {}
    if not is_new and by and (known := known_by_phone(data["phone"])):
        problems["phone"] = refused_phone(known)
    if found := _day_problem(follow_up_on):
        problems["follow_up_on"] = found
    if problems:
        raise ValidationError(problems)
    now = timezone.now()
    enquiry = Enquiry.objects.create(
        number=next_number("ZX"), owner=by, received_at=now, answer_by=answer_by(now), follow_up_on=follow_up_on, **data
    )
    if answer:
        _write(enquiry, answer, by)
    if by is None:
        title = _("Enquiry %(number)s came by the web page") % {"number": enquiry.number}
        notify(users=receptionists(), title=title, url=office_url("enquiry_page", enquiry.pk))
    return enquiry


def refused_phone(known: list[str]) -> str:
    """Who has the phone already, and what to do."""
    names = pgettext("between names", ", ").join(known)
    return _("This phone is known: %(names)s. Open that one, or tick below that this is somebody else.") % {
        "names": names
    }


def _day_problem(day):
    return _("This day has passed.") if day and day < timezone.localdate() else ""


def receptionists() -> list[User]:
    """Who answers enquiries."""
    members = Membership.objects.filter(agency=current_agency(), is_active=True)
    members = members.filter(roles__overlap=[Role.MANAGER, Role.COORDINATOR])
    return [member.user for member in members.select_related("user")]


def follow_up(*, enquiry: Enquiry, by: User, text: str, follow_up_on: dt.date | None = None) -> EnquiryEntry:
    """Write down what was said, and when to call again; the first time answers the enquiry."""
    if found := _day_problem(follow_up_on):
        raise ValidationError({"follow_up_on": found})
    _claim(enquiry, follow_up_on=follow_up_on, owner=enquiry.owner or by)
    return _write(enquiry, text, by)


def _write(enquiry, text, by):
    Enquiry.objects.filter(pk=enquiry.pk, answered_at=None).update(answered_at=timezone.now())
    return EnquiryEntry.objects.create(enquiry=enquiry, text=text, by=by)


def close_enquiry(*, enquiry: Enquiry, by: User, closed_reason: str) -> Enquiry:
    """It came to nothing; the reason stays."""
    _claim(enquiry, state=State.CLOSED, closed_reason=closed_reason, follow_up_on=None)
    _write(enquiry, closed_reason, by)
    return enquiry


def became_client(*, enquiry: Enquiry, client: Client, by: User) -> None:
    """A file was opened from it."""
    _claim(enquiry, state=State.CLIENT, client=client, follow_up_on=None)
    _write(enquiry, _("File %(number)s opened.") % {"number": client.number}, by)


def _claim(enquiry, **fields):
    if not Enquiry.objects.filter(pk=enquiry.pk, state=State.OPEN).update(**fields):
        raise ValidationError(_("This enquiry is closed."))
    enquiry.refresh_from_db()
    enquiry.save()  # for its history


def warn_of_unanswered() -> dict[str, int]:
    """Tell who is in charge, or else everybody at the desk, of what nobody answered in time; once each."""
    now = timezone.now()
    late = Enquiry.objects.filter(state=State.OPEN, answered_at=None, warned_at=None, answer_by__lt=now)
    enquiries = list(late.select_for_update(of=["self"], skip_locked=True).select_related("owner")[:200])
    for enquiry in enquiries:
        title = _("Enquiry %(number)s was to be answered by %(day)s") % {
            "number": enquiry.number,
            "day": timezone.localtime(enquiry.answer_by).strftime("%m-%d %H:%M"),
        }
        users = [enquiry.owner] if enquiry.owner else receptionists()
        notify(users=users, title=title, url=office_url("enquiry_page", enquiry.pk))
    Enquiry.objects.filter(pk__in=[enquiry.pk for enquiry in enquiries]).update(warned_at=now)
    return {"passed": len(enquiries)}
