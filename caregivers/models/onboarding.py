"""On-boarding (7.2.2 d, Appendix A): steps that somebody records, and the posting certificate (上岗证)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, same_agency
from caregivers.models.caregiver import Caregiver


class OnboardingStep(AgencyModel):
    """A step somebody carried out, with its evidence; steps that follow from other records have no row here.

    A step done again, such as a second interview, is a further row; the latest one counts.
    """

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="onboarding_steps")
    step = models.CharField(_("step"), max_length=20)
    is_passed = models.BooleanField(_("passed"))
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True, help_text=_("Of 100 points."))
    note = models.CharField(_("note"), max_length=300, blank=True)
    evidence = models.ForeignKey(
        "agencies.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("evidence")
    )
    done_on = models.DateField(_("done on"))
    done_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(AgencyModel.Meta):
        ordering = ["recorded_at", "id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("onboarding_step", "caregiver", "evidence"),
            models.CheckConstraint(condition=Q(score=None) | Q(score__lte=100), name="onboarding_step_score"),
            InsertOnly(name="onboarding_step_insert_only"),
        ]
        indexes = [models.Index(fields=["agency", "caregiver", "step"], name="onboarding_step_of")]


class PostingCertificate(AgencyModel):
    """The agency's permit to work at clients' homes (上岗证, 6.1.1 b); one is in force at a time."""

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="posting_certificates")
    number = models.CharField(_("number"), max_length=20)
    issued_on = models.DateField(_("issued on"))
    issued_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    revoked_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    revoked_reason = models.CharField(_("withdrawn because"), max_length=200, blank=True)
    document = models.ForeignKey("archive.Document", models.PROTECT, null=True, blank=True, related_name="+")
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-issued_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("posting_certificate", "caregiver", "document"),
            models.UniqueConstraint(fields=["agency", "number"], name="posting_certificate_number_once"),
            models.UniqueConstraint(
                fields=["agency", "caregiver"], condition=Q(revoked_on=None), name="posting_certificate_in_force_once"
            ),
            models.CheckConstraint(
                condition=Q(revoked_on=None, revoked_reason="") | Q(revoked_on__isnull=False) & ~Q(revoked_reason=""),
                name="posting_certificate_revoked",
            ),
        ]

    def __str__(self):
        return self.number
