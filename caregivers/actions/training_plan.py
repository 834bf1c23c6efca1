"""The training plan of a year (7.2.2 b): proposed from what the promotions board says is missing, then changed by hand."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import User
from agencies.tenancy import current_agency
from archive.actions import request_document
from archive.models import Document
from caregivers.models import Course, TrainingPlanLine
from caregivers.queries.training import needs
from caregivers.standard.training import propose


def propose_plan(*, year: int, by: User) -> int:
    """Add what is missing to the plan of this year or the next; lines that stand there stay. The number added."""
    today = timezone.localdate()
    if year not in (today.year, today.year + 1):
        raise ValidationError(_("A plan is proposed for this year or the next."))
    asked = {need.course: need for need in needs()}
    lines = propose(asked.values(), today.month if year == today.year else 1)
    known = set(TrainingPlanLine.objects.filter(year=year).values_list("course_id", "month"))
    planned = {course for course, _month in known}
    added = 0
    for line in lines:
        is_repeated = asked[line.course].every_months
        if (line.course, line.month) in known or (line.course in planned and not is_repeated):
            continue
        reason = _("repeated for everybody") if is_repeated else _("%(count)s people lack it") % {"count": asked[line.course].people}  # fmt: skip
        TrainingPlanLine.objects.create(
            year=year, month=line.month, course_id=line.course, seats=line.seats, reason=reason
        )
        added += 1
    if not added:
        raise ValidationError(_("Nothing is missing in this plan: nobody lacks a course that is not in it."))
    return added


def save_line(*, by: User, year: int, line: TrainingPlanLine | None = None, **data: Any) -> TrainingPlanLine:
    """Add a line to a plan or change one."""
    line = line or TrainingPlanLine(agency=current_agency())
    line.year = year
    for name, value in data.items():
        setattr(line, name, value)
    same = TrainingPlanLine.objects.filter(year=year, month=line.month, course=line.course).exclude(pk=line.pk)
    problems = {}
    if same.exists():
        problems["month"] = _("This course stands in the plan for that month already; change that line.")
    if line.seats < 1:
        problems["seats"] = _("At least one seat.")
    if not Course.objects.filter(pk=line.course_id, is_active=True).exists():
        problems["course"] = _("This course is not offered any more.")
    if problems:
        raise ValidationError(problems)
    line.save()
    return line


def remove_line(*, line: TrainingPlanLine, by: User) -> None:
    """Take a line out of a plan; its history stays."""
    line.delete()


def print_plan(*, year: int, by: User) -> Document:
    if not TrainingPlanLine.objects.filter(year=year).exists():
        raise ValidationError(_("The plan is empty."))
    return request_document(kind=Document.Kind.TRAINING_PLAN, subject_id=year, title=f"{year} 年度培训计划", by=by)
