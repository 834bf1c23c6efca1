"""Whom a client would like to be served by, and whom never again (7.2.2 c, 8.2)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel, InsertOnly, same_agency


class CaregiverPreference(AgencyModel):
    """One caregiver, preferred or never to be sent again, and why; it is ended with a reason, not changed."""

    class Kind(models.TextChoices):
        PREFERRED = "preferred", _("Preferred")
        NEVER = "never", _("Never send again")

    class Source(models.TextChoices):
        CLIENT = "client", _("The client")
        FAMILY = "family", _("The family or guardian")
        CAREGIVER = "caregiver", _("The caregiver")
        AGENCY = "agency", _("The agency")

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="caregiver_preferences")
    caregiver = models.ForeignKey(
        "caregivers.Caregiver", models.PROTECT, related_name="client_preferences", verbose_name=_("caregiver")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    reason = models.CharField(_("reason"), max_length=200)
    source = models.CharField(_("who asked for it"), max_length=10, choices=Source)
    noted_at = models.DateTimeField(auto_now_add=True)
    noted_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, editable=False, related_name="+")
    end_reason = models.CharField(_("why it no longer holds"), max_length=200, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["kind", "-noted_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("preference", "client", "caregiver"),
            InsertOnly(name="preference_insert_only", once=["ended_at", "ended_by", "end_reason"]),
            models.UniqueConstraint(
                fields=["agency", "client", "caregiver"], condition=Q(ended_at=None), name="preference_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, end_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="preference_end",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["preferred", "never"]) & ~Q(reason=""), name="preference_kind"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.caregiver}"
