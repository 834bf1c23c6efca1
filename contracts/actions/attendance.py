"""What happens at a visit (7.3.2 b, c): check-in, tasks, care note, check-out; missed, forgotten and made-up visits."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.links import office_url
from agencies.models import AgencySettings, Role, User
from agencies.tenancy import current_agency
from caregivers.models import Caregiver
from contracts.actions.history import update_with_history
from contracts.actions.onsite import check_code, lacks_code, prove_presence
from contracts.actions.quality import hand_down
from contracts.actions.visits import assign_visit, lock_visit, tell_caregiver, time_problems
from contracts.models import CareNote, PlanLine, Visit, VisitProof, VisitTask
from contracts.queries.visits import badge_scans, is_first_meeting

State = Visit.State
Outcome = VisitTask.Outcome
PLANNERS = (Role.MANAGER, Role.COORDINATOR)  # who plans the day
EARLIEST = dt.timedelta(hours=12)  # before a visit that nobody may be there (derived)

# On site ------------------------------------------------------------------------------------------------------------


def needs_reason(visit: Visit, now: dt.datetime) -> bool:
    """Whether a check-in now lies outside the time agreed: earlier than the window or later than the agency allows."""
    rules = AgencySettings.objects.get()
    early = visit.period.lower - dt.timedelta(minutes=rules.check_in_early_minutes)
    late = visit.period.lower + dt.timedelta(minutes=rules.late_after_minutes)
    return not early <= now <= late


def is_short(visit: Visit, now: dt.datetime) -> bool:
    """Whether leaving now would leave out more of the agreed time than the agency allows."""
    agreed = visit.period.upper - visit.period.lower
    return agreed - (now - visit.checked_in_at) > dt.timedelta(minutes=AgencySettings.objects.get().short_by_minutes)


def check_in(
    *, visit: Visit, by: User, reason: str = "", credentials_shown: bool = False, door: str = "", **place: float | None
) -> Visit:
    """Arrive. Outside the window, or without the code where one hangs, it is an exception with a reason, not a block.

    Pressed twice it changes nothing. A badge that was scanned at the door counts as credentials shown; door is the code
    that was scanned there, place the position of the phone where the caregiver sent it.
    """
    asked, visit = visit, lock_visit(visit)
    if visit.state == State.IN_PROGRESS and visit.caregiver_id == asked.caregiver_id:
        return visit
    if visit.state != State.PLANNED or visit.caregiver_id is None or visit.caregiver_id != asked.caregiver_id:
        raise ValidationError(_("This visit is not planned any more; ask the office."))
    now = timezone.now()
    if now < visit.period.lower - EARLIEST:
        text = _("This visit is on %(day)s; check in when you are there.")
        raise ValidationError(text % {"day": timezone.localtime(visit.period.lower).strftime("%Y-%m-%d %H:%M")})
    check_code(visit, door)
    problems = []
    if needs_reason(visit, now) and not reason:
        problems.append(_("It is not the agreed time. Say in a few words why."))
    if lacks_code(visit, door) and not reason:
        problems.append(_("The code at the door was not scanned. Say in a few words why."))
    if problems:
        raise ValidationError({"reason": problems})
    visit.state, visit.checked_in_at, visit.exception_reason = State.IN_PROGRESS, now, reason
    visit.credentials_shown = credentials_shown or badge_scans(visit).exists()
    visit.save()
    prove_presence(visit, VisitProof.Moment.IN, door=door, **place)
    _write_tasks(visit)
    return visit


def planned_lines(visit: Visit) -> list[PlanLine]:
    """What the plan asks for on the day of a visit."""
    weekday = timezone.localtime(visit.planned_start).isoweekday()
    lines = PlanLine.objects.filter(plan=visit.agreement.plan_id).select_related("service_item")
    return [line for line in lines if not line.weekdays or weekday in line.weekdays]


def _write_tasks(visit):
    tasks = [
        VisitTask(agency=current_agency(), visit=visit, service_item_id=line.service_item_id)
        for line in planned_lines(visit)
    ]
    VisitTask.objects.bulk_create(tasks, ignore_conflicts=True)


def record_work(*, visit: Visit, by: User, outcomes: dict[int, tuple[str, str]], note: str = "") -> None:
    """Keep what came of tasks so far, {task: (outcome, reason)}, and a care note; anything but done needs a reason."""
    visit = lock_visit(visit)
    if visit.state != State.IN_PROGRESS:
        raise ValidationError(_("Tasks are noted while the visit runs."))
    tasks, problems = _judged(visit, outcomes)
    if problems:
        raise ValidationError(problems)
    _keep(visit, by, tasks, note)


def check_out(
    *,
    visit: Visit,
    by: User,
    outcomes: dict[int, tuple[str, str]] | None = None,
    note: str = "",
    leave_reason: str = "",
    credentials_shown: bool = False,
    door: str = "",
    **place: float | None,
) -> Visit:
    """Leave: every task with its outcome, a reason when much of the time is left out; pressed twice it changes nothing.

    Where the agency wants it the client has signed before, or it is said why not.
    """
    visit = lock_visit(visit)
    if visit.state == State.DONE:
        return visit
    if visit.state != State.IN_PROGRESS:
        raise ValidationError(_("Check in first."))
    check_code(visit, door)
    now = timezone.now()
    tasks, problems = _judged(visit, outcomes or {})
    for task in tasks:
        if task.outcome == Outcome.OPEN:
            problems[f"outcome{task.pk}"].append(_("Done or not?"))
    if is_short(visit, now) and not leave_reason:
        problems["leave_reason"].append(_("You leave before the agreed time is over. Say in a few words why."))
    if AgencySettings.objects.get().client_signs and not visit.confirmations.exists():
        problems["__all__"].append(_("Let the client sign first, or choose why nobody can."))
    if problems:
        raise ValidationError(problems)
    _keep(visit, by, tasks, note)
    visit.state, visit.checked_out_at = State.DONE, now
    visit.credentials_shown = visit.credentials_shown or credentials_shown or badge_scans(visit).exists()
    visit.exception_reason = _joined(visit.exception_reason, leave_reason)
    visit.save()
    prove_presence(visit, VisitProof.Moment.OUT, door=door, **place)
    hand_down([visit])
    if is_first_meeting(visit) and not visit.credentials_shown:
        words = {"caregiver": visit.caregiver, "client": visit.client.salutation}
        title = _("%(caregiver)s met %(client)s first without showing papers (7.3.2 b)") % words
        notify(users=members_with(*PLANNERS), title=title, url=office_url("visit_page", visit.pk))
    return visit


def _judged(visit, outcomes):
    """All tasks with what is to be noted, and what is wrong with it by field."""
    tasks = {task.pk: task for task in visit.tasks.select_related("service_item")}
    problems = defaultdict(list)
    for pk, (outcome, reason) in outcomes.items():
        if pk not in tasks or outcome not in Outcome.values:
            raise ValidationError(_("This task is not part of the visit."))
        is_plain = outcome in (Outcome.OPEN, Outcome.DONE)
        if not is_plain and not reason:
            problems[f"reason{pk}"].append(_("Say why it was not done."))
        tasks[pk].outcome, tasks[pk].reason = outcome, "" if is_plain else reason
    return list(tasks.values()), problems


def _keep(visit, by, tasks, note):
    VisitTask.objects.bulk_update(tasks, ["outcome", "reason"])
    if note:
        write_care_note(visit=visit, by=by, text=note)


def _joined(first, second):
    return " ".join(part for part in (first, second) if part)[:200]


def write_care_note(*, visit: Visit, by: User, text: str) -> CareNote:
    """Add a note; a correction is a further note."""
    return CareNote.objects.create(visit=visit, text=text, written_by=by)


# From the office ----------------------------------------------------------------------------------------------------


def record_afterwards(
    *, visit: Visit, by: User, checked_in_at: dt.datetime, checked_out_at: dt.datetime, reason: str
) -> Visit:
    """The office enters the times of a visit that nobody checked in or out of, by name and with the reason.

    Tasks not noted at the time are taken as done; what was not is a note of the caregiver's or the client's word.
    """
    visit = lock_visit(visit)
    problems = {}
    if visit.state not in (State.PLANNED, State.MISSED, State.IN_PROGRESS):
        problems["__all__"] = _("The times of this visit are on record.")
    if visit.caregiver_id is None:
        problems["__all__"] = _("Nobody was sent to this visit.")
    if checked_out_at <= checked_in_at:
        problems["checked_out_at"] = _("The end lies before the start.")
    elif checked_out_at > timezone.now():
        problems["checked_out_at"] = _("This lies in the future.")
    if abs(checked_in_at - visit.period.lower) > dt.timedelta(hours=24):
        problems["checked_in_at"] = _("This is more than a day from the agreed time.")
    if not reason:
        problems["reason"] = _("Say who told you, and why it was not noted at the time.")
    if problems:
        raise ValidationError(problems)
    visit.state, visit.checked_in_at, visit.checked_out_at = State.DONE, checked_in_at, checked_out_at
    visit.exception_reason, visit.recorded_by = _joined(visit.exception_reason, reason), by
    visit.missed_reason = visit.missed_cause = ""
    visit.save()
    _write_tasks(visit)
    visit.tasks.filter(outcome=Outcome.OPEN).update(outcome=Outcome.DONE)
    hand_down([visit])
    return visit


def explain_missed(*, visit: Visit, by: User, missed_reason: str, missed_cause: str) -> Visit:
    """Say why nobody came and whose doing it was; only the caregiver's own counts on their score card."""
    visit = lock_visit(visit)
    if visit.state != State.MISSED:
        raise ValidationError(_("Only a missed visit is explained."))
    visit.missed_reason, visit.missed_cause = missed_reason, missed_cause
    visit.save()
    hand_down([visit])
    return visit


def make_up(
    *, visit: Visit, by: User, starts_at: dt.datetime, ends_at: dt.datetime, caregiver: Caregiver | None = None
) -> Visit:
    """Plan a further visit for a missed one, once; with nobody named it stands with the unassigned."""
    visit = lock_visit(visit)
    problems = {}
    if visit.state != State.MISSED:
        problems["__all__"] = _("Only a missed visit is made up for.")
    elif visit.made_up_by.exclude(state=State.CANCELLED).exists():
        problems["__all__"] = _("A further visit is planned for this one already.")
    problems |= time_problems(visit.agreement, starts_at, ends_at)
    if starts_at < timezone.now():
        problems["starts_at"] = _("This lies in the past.")
    if problems:
        raise ValidationError(problems)
    further = Visit.objects.create(
        agreement=visit.agreement,
        client=visit.client,
        period=DateTimeTZRange(starts_at, ends_at),
        planned_start=starts_at,
        makes_up_for=visit,
    )
    return assign_visit(visit=further, caregiver=caregiver, by=by) if caregiver else further


# By the clock -------------------------------------------------------------------------------------------------------


def mark_missed() -> dict[str, int]:
    """Visits whose time passed without check-in become missed; the office is told of them, and of visits nobody left."""
    over = Visit.objects.filter(state=State.PLANNED, period__endswith__lt=timezone.now())
    ids = list(over.select_for_update(of=["self"]).values_list("pk", flat=True))
    missed = Visit.objects.filter(pk__in=ids)
    update_with_history(missed, state=State.MISSED)
    hand_down(missed)
    _tell_office(missed, _("Missed: %(client)s, %(time)s, %(caregiver)s"))
    return {"missed": len(ids), "unended": _tell_of_unended()}


def _tell_of_unended():
    """Once for each visit that should be over and has no check-out: somebody may need help there."""
    now = timezone.now()
    limit = now - dt.timedelta(minutes=AgencySettings.objects.get().unended_after_minutes)
    running = Visit.objects.filter(state=State.IN_PROGRESS, period__endswith__lt=limit, unended_told_at=None)
    ids = list(running.select_for_update(of=["self"], skip_locked=True).values_list("pk", flat=True))
    Visit.objects.filter(pk__in=ids).update(unended_told_at=now)
    told = Visit.objects.filter(pk__in=ids)
    _tell_office(told, _("Not checked out: %(client)s, %(time)s, %(caregiver)s"))
    for visit in told.select_related("caregiver__user", "client"):
        tell_caregiver(visit.caregiver, _("Please check out, or call the office"), visit)
    return len(ids)


def _tell_office(visits: Iterable[Visit], text):
    users = members_with(*PLANNERS)
    for visit in visits.select_related("client", "caregiver"):
        start = timezone.localtime(visit.period.lower)
        who = visit.caregiver or _("unassigned")
        words = {"client": visit.client.salutation, "time": f"{start:%m-%d %H:%M}", "caregiver": who}
        notify(users=users, title=text % words, url=office_url("visit_page", visit.pk))
