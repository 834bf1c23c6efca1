"""Welfare: labour-protection supplies (7.2.4), talks, and grievances that one named person reads."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.fields import EncryptedTextField
from agencies.tenancy import AgencyModel, InsertOnly, same_agency
from caregivers.models.caregiver import Caregiver


class SupplyIssue(AgencyModel):
    """Labour-protection supplies (劳动保护用品) handed to a caregiver; uniform and badge among them (4.2.3 b)."""

    class Item(models.TextChoices):
        UNIFORM = "uniform", _("Uniform")
        GLOVES = "gloves", _("Gloves")
        MASK = "mask", _("Masks")
        APRON = "apron", _("Apron")
        SHOES = "shoes", _("Non-slip shoes")
        DISINFECTANT = "disinfectant", _("Disinfectant")
        FIRST_AID = "first_aid", _("First-aid kit")
        OTHER = "other", _("Other")

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="supplies")
    item = models.CharField(_("item"), max_length=15, choices=Item)
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    note = models.CharField(_("note"), max_length=100, blank=True)
    issued_on = models.DateField(_("issued on"))
    issued_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    received_at = models.DateTimeField(_("receipt confirmed at"), null=True, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-issued_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("supply_issue", "caregiver"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="supply_issue_quantity"),
            InsertOnly(name="supply_issue_insert_only", changeable=("received_at",)),
        ]
        indexes = [models.Index(fields=["agency", "caregiver", "-issued_on"], name="supply_issue_of")]


class Grievance(AgencyModel):
    """What a caregiver confides to one person, or a private talk about it; only that person and the caregiver read it.

    The text is encrypted; it stands in no list, search, export, history or API.
    """

    class Kind(models.TextChoices):
        PAY = "pay", _("Pay or hours")
        SAFETY = "safety", _("Safety")
        MISTREATMENT = "mistreatment", _("Mistreatment")
        HARASSMENT = "harassment", _("Harassment")
        OTHER = "other", _("Other")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="grievances")
    recipient = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name=_("for"))
    kind = models.CharField(_("about"), max_length=15, choices=Kind)
    text = EncryptedTextField(_("what happened"))
    rights_told_at = models.DateTimeField(_("rights told at"))
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("grievance", "caregiver"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | Q(state="closed", closed_at__isnull=False),
                name="grievance_state",
            ),
            InsertOnly(name="grievance_insert_only", changeable=("state", "closed_at", "text")),
        ]
        indexes = [
            models.Index(fields=["agency", "recipient", "-created_at"], name="grievance_for"),
            models.Index(fields=["agency", "caregiver", "-created_at"], name="grievance_of"),
        ]


class GrievanceEntry(AgencyModel):
    """An answer, or a note of a talk, between the two."""

    grievance = models.ForeignKey(Grievance, models.PROTECT, related_name="entries")
    text = EncryptedTextField(_("text"))
    written_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta(AgencyModel.Meta):
        ordering = ["written_at", "id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("grievance_entry", "grievance"),
            InsertOnly(name="grievance_entry_insert_only", changeable=("text",)),
        ]
