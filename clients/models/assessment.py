"""Self-care assessments (5)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel, InsertOnly, RowCheck, same_agency, unchanged
from clients.models.client import Client


class SelfCare(models.TextChoices):
    """Self-care status (5); without an assessment there is none."""

    ABLE = "able", _("Able to care for themselves")
    UNABLE = "unable", _("Unable to care for themselves")


class Assessment(AgencyModel):
    """A self-care assessment and the status derived from it (5); never edited, only followed by a newer one.

    Towards "able" another status counts only once a second person agreed; until then the points count.
    """

    class Scale(models.TextChoices):
        GBT_42195 = "gbt_42195", _("GB/T 42195-2022 (26 items)")
        BARTHEL = "barthel", _("Barthel index (10 items)")

    class Reason(models.TextChoices):
        FIRST = "first", _("First assessment")
        REGULAR = "regular", _("Regular reassessment")
        CHANGE = "change", _("Condition changed")
        REVIEW = "review", _("Result questioned")

    class Decision(models.TextChoices):
        OPEN = "open", _("Waits for a second sign-off")
        AGREED = "agreed", _("Agreed by a second person")
        REFUSED = "refused", _("Not agreed; the points count")

    client = models.ForeignKey(Client, models.PROTECT, related_name="assessments")
    scale = models.CharField(_("scale"), max_length=10, choices=Scale)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    assessed_on = models.DateField(_("assessed on"))
    assessors = models.CharField(_("assessors"), max_length=100)
    answers = models.JSONField(help_text="points by item code")
    adjustments = models.JSONField(default=list, help_text="codes of what makes the level worse, such as coma")
    total = models.PositiveSmallIntegerField(_("total"))
    level = models.PositiveSmallIntegerField(_("ability level"), help_text="0 full ability to 4 total loss")
    self_care = models.CharField(_("self-care status"), max_length=10, choices=SelfCare)
    override = models.CharField(_("another status asked for"), max_length=10, choices=SelfCare, blank=True)
    override_reason = models.CharField(_("reason for another status"), max_length=200, blank=True)
    override_decision = models.CharField(_("second sign-off"), max_length=10, choices=Decision, blank=True)
    seconded_by = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("second sign-off by")
    )
    seconded_at = models.DateTimeField(_("second sign-off at"), null=True, blank=True)
    reassess_on = models.DateField(_("reassess on"))
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-assessed_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("assessment", "client"),
            models.CheckConstraint(condition=Q(level__lte=4, self_care__in=SelfCare.values), name="assessment_level"),
            models.CheckConstraint(
                condition=Q(override_decision="", seconded_by=None, seconded_at=None)
                | Q(override_decision="open", override="able", self_care="unable", seconded_by=None, seconded_at=None)
                | Q(override_decision="agreed", override="able", self_care="able", seconded_at__isnull=False)
                | Q(override_decision="refused", override="able", self_care="unable", seconded_at__isnull=False),
                name="assessment_override",
            ),
            models.CheckConstraint(
                condition=Q(seconded_by=None) | ~Q(seconded_by=models.F("created_by")), name="assessment_by_two"
            ),
            InsertOnly(
                name="assessment_insert_only",
                changeable=["self_care", "override_decision", "seconded_by", "seconded_at"],
            ),
            RowCheck(
                name="assessment_seconded_once",
                events="UPDATE",
                condition=f"OLD.override_decision = 'open' OR {unchanged()}",
                message="the second sign-off of an assessment is given once",
            ),
        ]
        indexes = [models.Index(fields=["agency", "client", "-assessed_on", "-id"], name="assessment_latest")]

    def differs_from(self, other: "Assessment") -> bool:
        """Whether it asks for another plan than one written on the other's result (5, 7.3.1)."""
        return (self.self_care, self.level) != (other.self_care, other.level)
