"""Periodic evaluation (7.2.2 e, 7.4.1): judged by a form beside the score card, read and answered by the caregiver."""

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import notify
from agencies.links import office_url
from agencies.models import AgencySettings, User
from agencies.numbers import next_number
from archive.actions import file_record, request_document
from archive.models import ArchiveClass, ArchiveRecord, Document
from caregivers.actions.levels import refresh_standing
from caregivers.models import Caregiver, Evaluation, EvaluationReply
from caregivers.queries.score_card import score_cards
from caregivers.standard.levels import FORM, weak_lines
from caregivers.standard.score_card import frozen

Result = Evaluation.Result


def evaluate(
    *,
    caregiver: Caregiver,
    by: User,
    starts_on: dt.date,
    ends_on: dt.date,
    scores: Mapping[str, int],
    result: str,
    strengths: str = "",
    weaknesses: str = "",
) -> Evaluation:
    """Judge a caregiver's work from one day to another, both in; the score card of that time is kept with it.

    Filed and printed at once; the caregiver is told, reads it on the phone and may answer.
    """
    problems = _against(caregiver, by, starts_on, ends_on)
    problems |= _against_result(scores, result, weaknesses)
    if problems:
        raise ValidationError(problems)
    card = score_cards([caregiver.pk], starts_on, ends_on, AgencySettings.objects.get())[caregiver.pk]
    evaluation = Evaluation.objects.create(
        number=next_number("KP"),
        caregiver=caregiver,
        period=DateRange(starts_on, ends_on, "[]"),
        scores=dict(scores),
        result=result,
        strengths=strengths,
        weaknesses=weaknesses,
        figures=frozen(card),
        evaluated_on=timezone.localdate(),
        evaluated_by=by,
    )
    file_record(
        archive_class=ArchiveClass.OTHER,
        source=ArchiveRecord.Source.EVALUATION,
        source_id=evaluation.pk,
        title=f"考核评定 {evaluation.number} {caregiver.name}",
        clock_started_on=evaluation.evaluated_on,
        by=by,
    )
    print_evaluation(evaluation=evaluation, by=by)
    refresh_standing(caregiver)
    if caregiver.user_id:
        title = _("Your work was evaluated: read the result, and answer if you like")
        notify(users=[caregiver.user], title=title, url=reverse("phone:evaluation", args=[evaluation.pk]))
    return evaluation


def _against(caregiver, by, starts_on, ends_on):
    problems = {}
    if caregiver.user_id == by.pk:
        problems["__all__"] = _("Nobody evaluates themselves.")
    elif caregiver.state == Caregiver.State.LEFT:
        problems["__all__"] = _("This caregiver has left.")
    if starts_on < caregiver.hired_on:
        text = _("The caregiver started on %(day)s; not before that.")
        problems["starts_on"] = text % {"day": caregiver.hired_on.isoformat()}
    if ends_on < starts_on:
        problems["ends_on"] = _("The end lies before the start.")
    elif ends_on > timezone.localdate():
        problems["ends_on"] = _("This lies in the future.")
    return problems


def _against_result(scores, result, weaknesses):
    """Every line is judged; excellent is nobody with a weak line, and what is weak needs a word."""
    problems = {
        line.code: _("Judge this line with 1 to 5 points.") for line in FORM if scores.get(line.code) not in range(1, 6)
    }
    if problems:
        return problems
    weak = weak_lines(scores)
    if weak and result == Result.EXCELLENT:
        problems["result"] = _("Excellent is nobody with fewer than 3 points on a line.")
    if (weak or result == Result.NOT_FIT) and not weaknesses:
        problems["weaknesses"] = _("Say what should get better, and how.")
    return problems


def print_evaluation(*, evaluation: Evaluation, by: User) -> Document:
    """The evaluation on paper, with the caregiver's answer once there is one; it joins the archive record."""
    return request_document(
        kind=Document.Kind.EVALUATION_FORM,
        subject_id=evaluation.pk,
        title=f"考核评定表 {evaluation.number}",
        by=by,
    )


def answer_evaluation(*, evaluation: Evaluation, text: str = "") -> EvaluationReply:
    """The caregiver has read it, once, and may say what they think; whoever judged is told of an answer in words."""
    try:
        with transaction.atomic():
            reply = EvaluationReply.objects.create(evaluation=evaluation, text=text)
    except IntegrityError:
        raise ValidationError(_("You have confirmed this already.")) from None
    if text:
        title = _("%(caregiver)s answered evaluation %(number)s")
        words = {"caregiver": evaluation.caregiver, "number": evaluation.number}
        url = office_url("evaluation_page", evaluation.pk)
        notify(users=[evaluation.evaluated_by], title=title % words, url=url)
    return reply
