"""Exams of courses: results are written once; a retake is a further row, a wrong one is annulled with its reason."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import User
from agencies.tenancy import current_agency
from caregivers.actions.levels import refresh_standings
from caregivers.models import Caregiver, Course, ExamResult, TrainingSession
from caregivers.standard.training import passes


def record_result(
    *,
    caregiver: Caregiver,
    by: User,
    course: Course,
    part: str,
    score: int,
    taken_on: dt.date,
    examiner: str,
    session: TrainingSession | None = None,
) -> ExamResult:
    """One result, of an exam taken here or elsewhere."""
    problems = _problems([caregiver], course, part, taken_on, examiner, {caregiver.pk: score})
    if session and session.course_id != course.pk:
        problems["session"].append(_("This session is of another course."))
    if problems:
        raise ValidationError(
            {"score" if name.startswith("score_") else name: texts for name, texts in problems.items()}
        )
    return _write(course, session, by, part, taken_on, examiner, {caregiver.pk: score})[0]


def record_results(
    *,
    session: TrainingSession,
    by: User,
    part: str,
    taken_on: dt.date,
    examiner: str,
    scores: Mapping[int, int],
) -> list[ExamResult]:
    """One part of the exam for those who came to a session, {caregiver: score}; all of it or nothing."""
    came = Caregiver.objects.filter(attendances__session=session, attendances__attended_at__isnull=False)
    people = list(came.filter(pk__in=scores))
    problems = _problems(people, session.course, part, taken_on, examiner, scores)
    if not scores:
        problems["__all__"].append(_("Enter at least one score."))
    if {person.pk for person in people} != set(scores):
        problems["__all__"].append(_("Only those who came to the session take its exam."))
    if taken_on < timezone.localdate(session.starts_at):
        problems["taken_on"].append(_("The exam comes after the session."))
    if problems:
        raise ValidationError(problems)
    return _write(session.course, session, by, part, taken_on, examiner, scores)


def _problems(people, course, part, taken_on, examiner, scores):
    problems = defaultdict(list)
    if taken_on > timezone.localdate():
        problems["taken_on"].append(_("This day lies in the future."))
    if not examiner:
        problems["examiner"].append(_("Name the examiner."))
    known = ExamResult.objects.filter(course=course, part=part, taken_on=taken_on, annulled_on=None)
    taken = set(known.filter(caregiver__in=people).values_list("caregiver_id", flat=True))
    for person in people:
        field = f"score_{person.pk}"
        if not 0 <= scores[person.pk] <= 100:
            problems[field].append(_("A score lies between 0 and 100."))
        if person.pk in taken:
            words = {"caregiver": person, "day": taken_on.isoformat()}
            problems[field].append(_("A result of %(caregiver)s on %(day)s is recorded already.") % words)
        if person.user_id and examiner == person.name:
            problems["examiner"].append(_("Nobody examines themselves."))
    return problems


def _write(course, session, by, part, taken_on, examiner, scores):
    results = ExamResult.objects.bulk_create(
        ExamResult(
            agency=current_agency(),
            course=course,
            caregiver_id=pk,
            session=session,
            part=part,
            score=score,
            is_passed=passes(score, course.pass_mark),
            taken_on=taken_on,
            examiner=examiner,
            recorded_by=by,
        )
        for pk, score in scores.items()
    )
    _refresh(course, scores)
    return results


def _refresh(course, ids):
    if course.level:
        refresh_standings(Caregiver.objects.filter(pk__in=list(ids)))


def annul_result(*, result: ExamResult, by: User, reason: str) -> None:
    """Take a result back with its reason; a level that rests on it shows that its evidence is lost."""
    fields = {"annulled_on": timezone.localdate(), "annulled_by": by, "annulled_reason": reason}
    if not ExamResult.objects.filter(pk=result.pk, annulled_on=None).update(**fields):
        raise ValidationError(_("This result was annulled before."))
    _refresh(result.course, [result.caregiver_id])
