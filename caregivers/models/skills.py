"""Skills (6.1.2-6.4.2) as an assessor found them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel, InsertOnly, same_agency
from caregivers.models.caregiver import Caregiver


class SkillCheck(AgencyModel):
    """An assessor looked at one skill on a day; the latest check of a skill counts."""

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="skill_checks")
    skill = models.CharField(_("skill"), max_length=20)
    is_mastered = models.BooleanField(_("mastered"))
    checked_on = models.DateField(_("checked on"))
    assessor = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name=_("assessor"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-checked_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("skill_check", "caregiver"),
            InsertOnly(name="skill_check_insert_only"),
        ]
        indexes = [models.Index(fields=["agency", "caregiver", "skill", "-checked_on"], name="skill_check_of")]
