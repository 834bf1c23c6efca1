"""Badges (工号牌, 4.2.3): which were printed, and scans as evidence that credentials were shown (7.3.2 b)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel, InsertOnly, same_agency
from caregivers.models.caregiver import Caregiver


class BadgeIssue(AgencyModel):
    """A badge printed for a caregiver, alone or on a sheet; its version is part of its QR code."""

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="badge_issues")
    version = models.PositiveSmallIntegerField(_("version"))
    document = models.ForeignKey("archive.Document", models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField(_("printed at"), auto_now_add=True)
    issued_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-issued_at", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("badge_issue", "caregiver", "document"),
            InsertOnly(name="badge_issue_insert_only", changeable=("document",)),
        ]
        indexes = [models.Index(fields=["agency", "caregiver", "-issued_at"], name="badge_issue_of")]


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
