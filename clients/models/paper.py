"""Papers of a client: copies that were brought, by kind, with the day they end."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel, InsertOnly, same_agency
from clients.models.client import Client


class ClientPaper(AgencyModel):
    """A copy on file. Taken off it stays for the retention time, and is offered no more."""

    class Kind(models.TextChoices):
        IDENTITY = "identity", _("Identity card or household register")
        GUARDIANSHIP = "guardianship", _("Proof of guardianship or power of attorney")
        MEDICAL = "medical", _("Medical record, discharge letter")
        PRESCRIPTION = "prescription", _("Doctor's order, prescription")
        DISABILITY = "disability", _("Disability or ability certificate")
        INSURANCE = "insurance", _("Care insurance, subsidy")
        HOME = "home", _("Home: keys, equipment, photos")
        OTHER = "other", _("Other")

    # What says something about health is kept only under its own consent (PIPL 29).
    HEALTH = (Kind.MEDICAL, Kind.PRESCRIPTION, Kind.DISABILITY)

    client = models.ForeignKey(Client, models.PROTECT, related_name="papers")
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    title = models.CharField(_("title"), max_length=100)
    file = models.ForeignKey("agencies.StoredFile", models.PROTECT, related_name="+", verbose_name=_("file"))
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)
    added_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name=_("added by"))
    removed_at = models.DateTimeField(_("taken off at"), null=True, blank=True)
    removed_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["kind", "-added_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("client_paper", "client", "file"),
            models.CheckConstraint(
                condition=Q(issued_on=None) | Q(expires_on=None) | Q(expires_on__gte=models.F("issued_on")),
                name="client_paper_dates",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="client_paper_removed",
            ),
            InsertOnly(name="client_paper_insert_only", once=["removed_at", "removed_by"]),
        ]
        indexes = [
            models.Index(fields=["agency", "client", "-added_at"], name="client_paper_of"),
            models.Index(
                fields=["agency", "expires_on"],
                condition=Q(removed_at=None, expires_on__isnull=False),
                name="client_paper_ends",
            ),
        ]

    def __str__(self):
        return self.title
