"""Self-care assessments are recorded (5)."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions import notify
from agencies.links import office_url
from agencies.models import AgencySettings, User
from clients.actions.enquiries import receptionists
from clients.models import Assessment, Client, Consent
from clients.queries import current_assessment, has_consent
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
    adjustments, before = list(adjustments), current_assessment(client)
    result = assess(scale, answers, adjustments)
    months = AgencySettings.objects.get().reassess_after_months
    assessment = Assessment.objects.create(
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
    is_newest = current_assessment(client) == assessment
    if client.state == Client.State.ACTIVE and is_newest and before and assessment.differs_from(before):
        _tell_of_change(assessment)
    return assessment


def _tell_of_change(assessment):
    """Who is served by a plan that was written on another result: it has to follow (5, 7.3.1)."""
    title = _("%(client)s: the condition changed; look at the service plan") % {"client": assessment.client}
    body = _("Service is running by the old plan. Write a new version, have it agreed and amend the agreement.")
    notify(users=receptionists(), title=title, body=body, url=office_url("client_file", assessment.client_id))
