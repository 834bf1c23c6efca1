"""Self-care assessments are recorded (5)."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.links import office_url
from agencies.models import AgencySettings, Role, User
from clients.actions.enquiries import receptionists
from clients.models import Assessment, Client, Consent, SelfCare
from clients.queries import current_assessment, has_consent
from clients.standard import ASSESSORS, assess, missing_answers, names_in, reassess_on

Decision = Assessment.Decision


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
    """Score an assessment and keep it, with the status by the points or another one and its reason.

    override is empty or a self-care status: "unable" counts at once, "able" once a second person agreed.
    """
    _check(client, scale, reason, assessed_on, assessors, answers, override and not override_reason)
    adjustments, before = list(adjustments), current_assessment(client)
    result = assess(scale, answers, adjustments)
    override = override if override != result.self_care else ""
    waits = override == SelfCare.ABLE
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
        self_care=result.self_care if waits else override or result.self_care,
        override=override,
        override_reason=override_reason if override else "",
        override_decision=Decision.OPEN if waits else "",
        reassess_on=reassess_on(assessed_on, months),
        created_by=by,
    )
    if before and assessment.differs_from(before):
        _tell_of_change(assessment)
    if waits:
        _ask_second(assessment, by)
    return assessment


def _check(client, scale, reason, assessed_on, assessors, answers, lacks_reason):
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
    if lacks_reason:
        problems["override_reason"] = [_("Say why the status differs from the points.")]
    if problems:
        raise ValidationError(problems)


def _ask_second(assessment, by):
    notify(
        users=members_with(Role.MANAGER, Role.QUALITY_OFFICER, but=by),
        title=lambda: (
            _("%(client)s is to count as able: a second sign-off is asked for") % {"client": assessment.client}
        ),
        body=assessment.override_reason,
        url=office_url("assessment_page", assessment.pk),
    )


def second_override(*, assessment: Assessment, by: User, agrees: bool) -> Assessment:
    """A second person agrees that the client counts as able although the points say otherwise, or leaves it at the points."""
    if by.pk == assessment.created_by_id:
        raise ValidationError(_("Whoever asked for it cannot sign off as well; a second person has to."))
    decided = {"override_decision": Decision.AGREED, "self_care": SelfCare.ABLE}
    if not agrees:
        decided = {"override_decision": Decision.REFUSED}
    waiting = Assessment.objects.filter(pk=assessment.pk, override_decision=Decision.OPEN)
    if not waiting.update(**decided, seconded_by=by, seconded_at=timezone.now()):
        raise ValidationError(_("This was decided before."))
    assessment.refresh_from_db()
    if agrees:
        _tell_of_change(assessment)
    return assessment


def _tell_of_change(assessment):
    """Who is served by a plan that was written on another result: it has to follow (5, 7.3.1)."""
    if assessment.client.state != Client.State.ACTIVE or current_assessment(assessment.client) != assessment:
        return
    title = _("%(client)s: the condition changed; look at the service plan") % {"client": assessment.client}
    body = _("Service is running by the old plan. Write a new version, have it agreed and amend the agreement.")
    notify(users=receptionists(), title=title, body=body, url=office_url("client_file", assessment.client_id))
