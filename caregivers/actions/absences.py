"""Absences asked for on the phone and answered by the office, and the hours in which a caregiver is ready to work."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.links import office_url
from agencies.models import Role, User
from caregivers.actions.fitness import fitness_changed
from caregivers.models import Absence, Availability, Caregiver

State = Absence.State
LONGEST = 366


def request_absence(
    *, caregiver: Caregiver, kind: str, first_day: dt.date, last_day: dt.date, note: str = ""
) -> Absence:
    """Ask for whole days, both in; they are free only once the office has approved them."""
    problems = {}
    if first_day < timezone.localdate():
        problems["first_day"] = _("This day is over; tell the office.")
    if last_day < first_day:
        problems["last_day"] = _("The last day lies before the first.")
    elif (last_day - first_day).days >= LONGEST:
        problems["last_day"] = _("That is more than a year; talk to the office.")
    if problems:
        raise ValidationError(problems)
    try:
        with transaction.atomic():
            absence = Absence.objects.create(
                caregiver=caregiver, kind=kind, state=State.REQUESTED, period=_days(first_day, last_day), note=note
            )
    except IntegrityError:
        raise ValidationError(_("Another absence of yours lies in this time.")) from None
    title = _("%(caregiver)s asks for an absence") % {"caregiver": caregiver}
    notify(
        users=members_with(Role.MANAGER, Role.COORDINATOR), title=title, url=office_url("absence_answer", absence.pk)
    )
    return absence


def _days(first_day, last_day):
    start, end = (
        timezone.make_aware(dt.datetime.combine(day, dt.time())) for day in (first_day, last_day + dt.timedelta(days=1))
    )
    return DateTimeTZRange(start, end)


def answer_absence(*, absence: Absence, by: User, is_approved: bool, answer: str = "") -> Absence:
    """Approve or decline what was asked for; the caregiver is told. Visits in that time are shown, not moved."""
    if not is_approved and not answer:
        raise ValidationError({"answer": _("Say why it cannot be.")})
    if by.pk == absence.caregiver.user_id:
        raise ValidationError(_("Nobody answers their own request; ask somebody else."))
    state = State.APPROVED if is_approved else State.DECLINED
    asked = Absence.objects.filter(pk=absence.pk, state=State.REQUESTED)
    if not asked.update(state=state, answer=answer, decided_by=by):
        raise ValidationError(_("This request was answered or taken back meanwhile."))
    absence.refresh_from_db()
    absence.save()  # for the history
    if is_approved:
        fitness_changed(absence.caregiver)
    if absence.caregiver.user_id:
        title = _("Your absence is approved") if is_approved else _("Your absence cannot be")
        notify(users=[absence.caregiver.user], title=title, body=answer, url=reverse("phone:absences"))
    return absence


def take_back_absence(*, absence: Absence) -> None:
    """The caregiver no longer asks; before the office has answered. The history keeps it."""
    with transaction.atomic():
        asked = Absence.objects.select_for_update().filter(pk=absence.pk, state=State.REQUESTED).first()
        if asked is None:
            raise ValidationError(_("The office has answered already; talk to the office."))
        asked.delete()


def set_availability(*, caregiver: Caregiver, hours: dict[int, tuple[dt.time, dt.time]]) -> None:
    """The hours of each weekday (1 Monday to 7 Sunday) in which the caregiver is ready; none at all means any hour."""
    wrong = [day for day, (starts_at, ends_at) in hours.items() if starts_at >= ends_at]
    if wrong:
        raise ValidationError({f"until{day}": _("The end lies before the start.") for day in wrong})
    rows = {row.weekday: row for row in caregiver.availability.all()}
    for day, (starts_at, ends_at) in hours.items():
        row = rows.pop(day, None) or Availability(caregiver=caregiver, weekday=day)
        if (row.starts_at, row.ends_at) != (starts_at, ends_at):
            row.starts_at, row.ends_at = starts_at, ends_at
            row.save()
    for row in rows.values():
        row.delete()
