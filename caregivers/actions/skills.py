"""Skills (6.1.2-6.4.2) checked by an assessor; a later check of a skill takes the place of the earlier one."""

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import User
from agencies.tenancy import current_agency
from caregivers.actions.levels import refresh_standing
from caregivers.models import Caregiver, SkillCheck
from caregivers.standard.skills import skills_on


def record_checks(
    *, caregiver: Caregiver, by: User, checked_on: dt.date, results: Mapping[str, tuple[bool, str]]
) -> list[SkillCheck]:
    """Write down what an assessor found on a day: {code: (mastered, note)}; what is not mastered needs a word."""
    problems = {}
    if caregiver.user_id == by.pk:
        problems["__all__"] = _("Nobody checks their own skills.")
    elif caregiver.state == Caregiver.State.LEFT:
        problems["__all__"] = _("This caregiver has left.")
    elif not results:
        problems["__all__"] = _("Say of at least one skill whether it is mastered.")
    if not caregiver.hired_on <= checked_on <= timezone.localdate():
        problems["checked_on"] = _("Not before the caregiver started, and not after today.")
    known = {skill.code for skill in skills_on(checked_on)}
    for code, (is_mastered, note) in results.items():
        if code not in known:
            problems["__all__"] = _("There is no skill %(code)s.") % {"code": code}
        elif not is_mastered and not note:
            problems[f"note_{code}"] = _("Say what is still missing.")
    if problems:
        raise ValidationError(problems)
    checks = SkillCheck.objects.bulk_create(
        SkillCheck(
            agency=current_agency(),
            caregiver=caregiver,
            skill=code,
            is_mastered=is_mastered,
            note=note,
            checked_on=checked_on,
            assessor=by,
        )
        for code, (is_mastered, note) in results.items()
    )
    refresh_standing(caregiver)
    return checks
