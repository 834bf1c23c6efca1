"""Training (7.2.2 b): courses, sessions, who is down for them, who came, what they brought."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import notify
from agencies.models import AgencySettings, User
from archive.actions import file_record, request_document
from archive.models import ArchiveClass, ArchiveRecord, Document
from caregivers.actions.fitness import fitness_changed
from caregivers.models import Attendance, Caregiver, Course, EffectEvaluation, TrainingSession
from caregivers.queries.training import brought, elsewhere, trainers
from caregivers.standard.training import DOORS, LONGEST, effect_due_on, is_taken_at

State = TrainingSession.State
FOR_A_LEVEL = (Course.Kind.LEVEL, Course.Kind.PROMOTION)

# Courses ------------------------------------------------------------------------------------------------------------


def save_course(*, by: User, course: Course | None = None, **data: Any) -> Course:
    """Open a course or change it; what results were counted for stays what it is."""
    course = Course.objects.get(pk=course.pk) if course else Course()
    kept = (course.kind, course.level) if course.pk and course.results.exists() else None
    for name, value in data.items():
        setattr(course, name, value)
    problems = {}
    if Course.objects.filter(name=course.name).exclude(pk=course.pk).exists():
        problems["name"] = _("There is a course of this name.")
    if (course.kind in FOR_A_LEVEL) != bool(course.level):
        problems["level"] = _("Level and promotion training lead to a level with stars; other courses to none.")
    if kept and kept != (course.kind, course.level):
        problems["kind"] = _("Results count for this course already; open another one instead.")
    if problems:
        raise ValidationError(problems)
    course.save()
    return course


# Sessions -----------------------------------------------------------------------------------------------------------


def schedule_session(*, by: User, **data: Any) -> TrainingSession:
    """Plan a session; those who should come are put down for it afterwards."""
    session = TrainingSession(created_by=by, **data)
    _check_session(session)
    session.save()
    return session


def change_session(*, session: TrainingSession, by: User, **data: Any) -> TrainingSession:
    """Change a planned session and tell those who are down for it."""
    session = _lock(session)
    _refuse_unless_planned(session)
    before = (session.starts_at, session.ends_at, session.place)
    for name, value in data.items():
        setattr(session, name, value)
    if before[:2] != (session.starts_at, session.ends_at) and session.attendances.exclude(attended_at=None).exists():
        raise ValidationError(_("Somebody has said that they are here; the time stays."))
    _check_session(session)
    session.save()
    if before != (session.starts_at, session.ends_at, session.place):
        _tell(session, session.attendances.all(), _("A training session has changed"))
        for row in session.attendances.select_related("caregiver"):
            fitness_changed(row.caregiver)
    return session


def time_and_trainer(data: dict[str, Any]) -> dict[str, str]:
    """What is wrong with a session's time and trainer by field; what is not known yet is not judged."""
    problems = {}
    if data.get("starts_at") and data.get("ends_at"):
        length = data["ends_at"] - data["starts_at"]
        if length <= dt.timedelta():
            problems["ends_at"] = _("The end lies before the start.")
        elif length > LONGEST:
            problems["ends_at"] = _("A session lasts 12 hours at most; plan a further one for the next day.")
    if bool(data.get("trainer")) == bool(data.get("outside_trainer")):
        problems["trainer"] = _("Choose a trainer of the agency or name one from outside, not both.")
    return problems


def _check_session(session):
    names = ("starts_at", "ends_at", "trainer", "outside_trainer")
    problems = time_and_trainer({name: getattr(session, name) for name in names})
    if not session.course.is_active:
        problems["course"] = _("This course is not offered any more.")
    if session.trainer and "trainer" not in problems:
        problems |= _trainer_problems(session)
    if session.pk and session.seats < (down := session.attendances.count()):
        problems["seats"] = _("%(count)s people are down for this session.") % {"count": down}
    if problems:
        raise ValidationError(problems)


def _trainer_problems(session):
    words = {"trainer": session.trainer}
    if not trainers(timezone.localdate(session.starts_at)).filter(pk=session.trainer_id).exists():
        return {"trainer": _("%(trainer)s does not hold three stars on that day (6.4.2 d).") % words}
    others = TrainingSession.objects.filter(trainer=session.trainer, state=State.PLANNED).exclude(pk=session.pk)
    if others.filter(starts_at__lt=session.ends_at, ends_at__gt=session.starts_at).exists():
        return {"trainer": _("%(trainer)s gives another session at that time.") % words}
    return {}


def cancel_session(*, session: TrainingSession, by: User, reason: str) -> None:
    """Call a planned session off and tell those who are down for it."""
    session = _lock(session)
    _refuse_unless_planned(session)
    if session.attendances.filter(attended_at__isnull=False).exists():
        raise ValidationError(_("Somebody came to this session; it was held."))
    session.state, session.cancel_reason = State.CANCELLED, reason
    session.save()
    _tell(session, session.attendances.all(), _("A training session is cancelled"))


def _lock(session):
    rows = TrainingSession.objects.select_related("course", "trainer").select_for_update(of=["self"])
    return rows.get(pk=session.pk)


def _refuse_unless_planned(session):
    if session.state != State.PLANNED:
        text = _("This session is over (%(state)s); nothing about it changes any more.")
        raise ValidationError(text % {"state": session.get_state_display()})


def _tell(session, attendances, title):
    users = [row.caregiver.user for row in attendances.select_related("caregiver__user") if row.caregiver.user_id]
    start = timezone.localtime(session.starts_at)
    notify(users=users, title=title, body=f"{session.course} · {start:%m-%d %H:%M} · {session.place}")


# Who comes ----------------------------------------------------------------------------------------------------------


def enrol(*, session: TrainingSession, by: User, caregivers: Iterable[Caregiver]) -> int:
    """Put people down for a session and tell them; who is down already stays so. The number who were added."""
    session = _lock(session)
    _refuse_unless_planned(session)
    down = set(session.attendances.values_list("caregiver_id", flat=True))
    added = [person for person in caregivers if person.pk not in down]
    problems = [
        _("%(caregiver)s has left the agency.") % {"caregiver": person}
        for person in added
        if person.state == Caregiver.State.LEFT
    ]
    busy = elsewhere(session, [person.pk for person in added])
    problems += [
        _("%(caregiver)s: %(what)s") % {"caregiver": person, "what": text}
        for person in added
        for text in busy.get(person.pk, [])
    ]
    if not added:
        problems.append(_("Choose at least one person who is not down for this session yet."))
    if len(down) + len(added) > session.seats:
        left = max(session.seats - len(down), 0)
        problems.append(_("Only %(left)s of %(seats)s seats are free.") % {"left": left, "seats": session.seats})
    if problems:
        raise ValidationError(problems)
    for person in added:
        Attendance.objects.create(session=session, caregiver=person)
    _tell(session, session.attendances.filter(caregiver__in=added), _("You are down for a training session"))
    for person in added:
        fitness_changed(person)  # visits at that time need somebody else
    return len(added)


def strike(*, attendance: Attendance, by: User) -> None:
    """Take somebody off the list of a session that is still planned."""
    _refuse_unless_planned(_lock(attendance.session))
    if attendance.attended_at:
        raise ValidationError(_("%(caregiver)s has attended.") % {"caregiver": attendance.caregiver})
    attendance.delete()


def attend(*, session: TrainingSession, caregiver: Caregiver) -> Attendance:
    """A caregiver scanned the code in the room; who was not put down takes a free seat. Again changes nothing."""
    session = _lock(session)
    row = session.attendances.filter(caregiver=caregiver).first()
    if row and row.attended_at:
        return row
    _refuse_unless_planned(session)
    now = timezone.now()
    problems = []
    if not is_taken_at(session.starts_at, session.ends_at, now):
        start = timezone.localtime(session.starts_at)
        problems.append(
            _("Attendance is taken from half an hour before the start (%(start)s) to the end.")
            % {"start": f"{start:%m-%d %H:%M}"}
        )
    if row is None and session.attendances.count() >= session.seats:
        problems.append(_("Every seat of this session is taken. Ask the trainer."))
    if problems:
        raise ValidationError(problems)
    row = row or Attendance(session=session, caregiver=caregiver)
    row.attended_at, row.way = now, Attendance.Way.QR
    row.save()
    return row


def note_attendance(*, session: TrainingSession, by: User, present: Iterable[Attendance]) -> int:
    """The office says who came, from the signed sheet; codes that were scanned keep their time. The number present."""
    session = _lock(session)
    _refuse_unless_planned(session)
    if timezone.now() < session.starts_at - DOORS:
        raise ValidationError(_("Attendance is noted from half an hour before the start."))
    came = {row.pk for row in present}
    for row in session.attendances.all():
        if row.pk in came and row.attended_at is None:
            row.attended_at, row.way = session.starts_at, Attendance.Way.OFFICE
            row.save()
        elif row.pk not in came and row.attended_at:
            row.attended_at, row.way = None, ""
            row.save()
    return len(came)


def close_session(*, session: TrainingSession, by: User) -> None:
    """The session was held: who came is final, the sheet is printed and everything goes to the archive."""
    session = _lock(session)
    _refuse_unless_planned(session)
    problems = []
    if timezone.now() < session.ends_at:
        problems.append(_("The session is not over yet."))
    if not session.attendances.filter(attended_at__isnull=False).exists():
        problems.append(_("Say who came first, or cancel the session."))
    if problems:
        raise ValidationError(problems)
    session.state = State.HELD
    session.save()
    file_record(
        archive_class=ArchiveClass.OTHER,
        source=ArchiveRecord.Source.TRAINING_SESSION,
        source_id=session.pk,
        title=f"培训 {session}",
        clock_started_on=timezone.localdate(session.ends_at),
        by=by,
    )
    print_sheet(session=session, by=by)


def print_sheet(*, session: TrainingSession, by: User) -> Document:
    """The list to sign before the session; the record of who came afterwards."""
    return request_document(
        kind=Document.Kind.TRAINING_SHEET, subject_id=session.pk, title=f"培训签到表 {session}", by=by
    )


# What it brought ----------------------------------------------------------------------------------------------------


def judge_effect(
    *, session: TrainingSession, by: User, effect: str, method: str, follow_up: str = ""
) -> EffectEvaluation:
    """Judge what a session brought, once, some weeks after it, with the figures as they stood that day."""
    session = _lock(session)
    after = AgencySettings.objects.get().effect_after_days
    due = effect_due_on(timezone.localdate(session.ends_at), after)
    problems = {}
    if session.state != State.HELD:
        problems["__all__"] = _("Only a session that was held is judged.")
    elif timezone.localdate() < due:
        problems["__all__"] = _("Its effect is judged from %(day)s on.") % {"day": due.isoformat()}
    elif session.effects.exists():
        problems["__all__"] = _("The effect of this session is judged already.")
    if effect != EffectEvaluation.Effect.GOOD and not follow_up:
        problems["follow_up"] = _("Say what follows from it.")
    if problems:
        raise ValidationError(problems)
    return EffectEvaluation.objects.create(
        session=session,
        effect=effect,
        method=method,
        follow_up=follow_up,
        figures=asdict(brought(session)),
        evaluated_on=timezone.localdate(),
        evaluated_by=by,
    )
