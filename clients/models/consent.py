"""Consents, and who gave them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel, InsertOnly, same_agency
from clients.models.client import Client, Guardian


class Consent(AgencyModel):
    """A consent given, by whom and how; withdrawing it sets a date and keeps the row.

    One given by word of mouth may be replaced by the signed paper; that is no withdrawal.
    """

    class Kind(models.TextChoices):
        PERSONAL_DATA = "personal_data", _("Keeping personal data")
        HEALTH_DATA = "health_data", _("Keeping health data (separate consent)")
        SHARING = "sharing", _("Telling the caregiver what the work needs")
        E_SIGNATURE = "e_signature", _("Signing on screen")
        PHOTOS = "photos", _("Photos during visits")

    class Means(models.TextChoices):
        PAPER = "paper", _("Signed paper")
        SCREEN = "screen", _("On screen")
        PHONE = "phone", _("By word of mouth or phone, recorded by staff")

    client = models.ForeignKey(Client, models.PROTECT, related_name="consents")
    kind = models.CharField(_("consent"), max_length=20, choices=Kind)
    text_version = models.CharField(_("version of the text"), max_length=20)
    given_by = models.CharField(_("given by"), max_length=50)
    guardian = models.ForeignKey(
        Guardian,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who gave it for the client"),
    )
    means = models.CharField(_("how"), max_length=10, choices=Means)
    given_at = models.DateTimeField(_("given at"))
    recorded_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    is_replaced = models.BooleanField(default=False)
    paper = models.ForeignKey(
        "agencies.StoredFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("paper"),
    )
    recorded_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-given_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("consent", "client", "guardian", "paper"),
            models.UniqueConstraint(
                fields=["agency", "client", "kind"],
                condition=Q(withdrawn_at=None),
                name="consent_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(is_replaced=False) | Q(withdrawn_at__isnull=False), name="consent_replaced_is_over"
            ),
            InsertOnly(name="consent_insert_only", once=["withdrawn_at", "is_replaced"]),
        ]
