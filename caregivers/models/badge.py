"""Scans of the badge (工号牌): evidence that credentials were shown at the door (7.3.2 b)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel, InsertOnly, same_agency
from caregivers.models.caregiver import Caregiver


class BadgeScan(AgencyModel):
    """Somebody opened the page behind a badge; what it showed at that moment, nothing about who looked."""

    class Light(models.TextChoices):
        GREEN = "green", _("Everything in order")
        YELLOW = "yellow", _("Something is due")
        RED = "red", _("Not to be let in")

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="badge_scans")
    light = models.CharField(_("shown"), max_length=6, choices=Light)
    scanned_at = models.DateTimeField(_("scanned at"), auto_now_add=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-scanned_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("badge_scan", "caregiver"),
            InsertOnly(name="badge_scan_insert_only"),
        ]
        indexes = [models.Index(fields=["agency", "caregiver", "-scanned_at"], name="badge_scan_of")]
