"""Complaints (投诉, 8.4) and the log of what was done about them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, same_agency
from contracts.models.handover import Satisfaction


class Complaint(AgencyModel):
    """A complaint from receipt to close, with an owner and limits in working days."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone")
        VISIT = "visit", _("In person")
        WEB = "web", _("Public page")
        RETURN_VISIT = "return_visit", _("Return visit")
        SURVEY = "survey", _("Survey")
        AUTHORITY = "authority", _("Authority or media")

    class Severity(models.TextChoices):
        ORDINARY = "ordinary", _("Ordinary")
        SERIOUS = "serious", _("Serious")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        ACCEPTED = "accepted", _("Being handled")
        REPLIED = "replied", _("Replied")
        CLOSED = "closed", _("Closed")

    class Finding(models.TextChoices):
        FOUNDED = "founded", _("Founded")
        PARTLY = "partly", _("Partly founded")
        UNFOUNDED = "unfounded", _("Not founded")

    number = models.CharField(_("number"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    channel = models.CharField(_("channel"), max_length=15, choices=Channel)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, default=Severity.ORDINARY)
    complainant_name = models.CharField(_("complainant"), max_length=50, blank=True, help_text=_("Empty: anonymous."))
    complainant_phone = models.CharField(_("phone"), max_length=20, blank=True)
    client = models.ForeignKey(
        "clients.Client", models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("client")
    )
    agreement = models.ForeignKey(
        "contracts.Agreement", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agreement")
    )
    caregiver = models.ForeignKey(
        "caregivers.Caregiver",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name=_("caregiver concerned"),
    )
    happened_on = models.DateField(_("happened on"), null=True, blank=True)
    text = models.TextField(_("what happened"), max_length=2000)
    wish = models.CharField(_("what the complainant wants"), max_length=300, blank=True)
    evidence = models.ForeignKey(
        "agencies.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("evidence")
    )
    owner = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person in charge")
    )
    received_at = models.DateTimeField(_("received at"))
    acknowledge_by = models.DateTimeField(_("acknowledge by"))
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    limit_on = models.DateField(_("decide by"))
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)
    reply = models.TextField(_("reply"), max_length=2000, blank=True)
    finding = models.CharField(_("finding"), max_length=10, choices=Finding, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    outcome_satisfaction = models.CharField(
        _("complainant's view of the outcome"), max_length=15, choices=Satisfaction, blank=True
    )
    acknowledge_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    near_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    passed_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    lookup_code = models.CharField(max_length=12, help_text="with the number, shows the state on the public page")
    created_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("complaint", "client", "agreement", "caregiver", "evidence"),
            models.UniqueConstraint(fields=["agency", "number"], name="complaint_number_once"),
            models.CheckConstraint(
                condition=Q(state="received", replied_at=None, closed_at=None)
                | Q(state="accepted", owner__isnull=False, replied_at=None, closed_at=None)
                | Q(state="replied", owner__isnull=False, replied_at__isnull=False, closed_at=None) & ~Q(reply="")
                | Q(state="closed", replied_at__isnull=False, closed_at__isnull=False) & ~Q(reply=""),
                name="complaint_state",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-number"], name="complaint_list"),
            models.Index(
                fields=["agency", "limit_on"], condition=Q(state__in=["received", "accepted"]), name="complaint_limit"
            ),
            models.Index(
                fields=["agency", "acknowledge_by"], condition=Q(state="received"), name="complaint_acknowledge"
            ),
        ]

    def __str__(self):
        return self.number


class ComplaintEntry(AgencyModel):
    """A step in the handling of a complaint."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="entries")
    text = models.TextField(_("what was done"), max_length=1000)
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["written_at", "id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("complaint_entry", "complaint"),
            InsertOnly(name="complaint_entry_insert_only"),
        ]
