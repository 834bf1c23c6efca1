"""Self-care assessments are recorded (5)."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import AgencySettings, User
from clients.models import Assessment, Client, Consent
from clients.queries import has_consent
from clients.standard import ASSESSORS, assess, missing_answers, names_in, reassess_on


def record_assessment(
    *,
    client: Client,
    by: User,
    scale: str,
    reason: str,
    assessed_on: dt.date | None,
    assessors: str,
    answers: Mapping[str, int],
    adjustments: Iterable[str] = (),
    override: str = "",
    override_reason: str = "",
) -> Assessment:
    """Score an assessment and keep it; towards "able" a status is overridden only by a manager with a reason.

    override is empty or a self-care status.
    """
    problems: dict[str, list] = {}
    if not has_consent(client, Consent.Kind.HEALTH_DATA):
        problems["__all__"] = [_("First record the separate consent to keeping health data.")]
    for item in missing_answers(scale, answers):
        problems[item.code] = [_("Choose an answer.")]
    if len(names_in(assessors)) < ASSESSORS:
        problems["assessors"] = [_("Two people assess; name both, with a comma between them.")]
    if not reason:
        problems["reason"] = [_("Say why the client is assessed.")]
    if assessed_on is None:
        problems["assessed_on"] = [_("Enter the day of the assessment.")]
    elif assessed_on > timezone.localdate():
        problems["assessed_on"] = [_("An assessment cannot lie in the future.")]
    if override and not override_reason:
        problems["override_reason"] = [_("Say why the status differs from the points.")]
    if problems:
        raise ValidationError(problems)
    adjustments = list(adjustments)
    result = assess(scale, answers, adjustments)
    months = AgencySettings.objects.get().reassess_after_months
    return Assessment.objects.create(
        client=client,
        scale=scale,
        reason=reason,
        assessed_on=assessed_on,
        assessors=assessors,
        answers=dict(answers),
        adjustments=adjustments,
        total=result.total,
        level=result.level,
        self_care=override or result.self_care,
        override_reason=override_reason if override else "",
        reassess_on=reassess_on(assessed_on, months),
        created_by=by,
    )
