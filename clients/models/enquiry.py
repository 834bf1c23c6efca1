"""Enquiries (7.3.2 a): who asked, for what, by which way; answered, followed up, and at best a client."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, same_agency
from clients.models.client import Client


class Enquiry(AgencyModel):
    """Somebody asked for service: no more is kept than calling back needs."""

    class State(models.TextChoices):
        OPEN = "open", _("To follow up")
        CLIENT = "client", _("Became a client")
        CLOSED = "closed", _("Came to nothing")

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone")
        HALL = "hall", _("At the office")
        WECHAT = "wechat", _("WeChat")
        WEB = "web", _("Web page")
        FAX = "fax", _("Fax or letter")
        REFERRAL = "referral", _("Sent by the community or a client")

    number = models.CharField(_("number"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    caller = models.CharField(_("how to address the caller"), max_length=30, help_text=_("For example 李女士."))
    phone = models.CharField(_("phone"), max_length=20)
    salutation = models.CharField(
        _("how to address the old person"), max_length=20, blank=True, help_text=_("Empty when it is the caller.")
    )
    channel = models.CharField(_("came by"), max_length=10, choices=Channel, default=Channel.PHONE)
    need = models.TextField(
        _("what is wanted"), max_length=1000, help_text=_("For whom, what, when; no illnesses and no identity numbers.")
    )
    district = models.CharField(_("district"), max_length=50, blank=True)
    received_at = models.DateTimeField(_("received at"))
    answer_by = models.DateTimeField(_("to be answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    warned_at = models.DateTimeField(null=True, editable=False)
    follow_up_on = models.DateField(_("call again on"), null=True, blank=True)
    owner = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("in charge")
    )
    client = models.ForeignKey(
        Client, models.PROTECT, null=True, blank=True, related_name="enquiries", verbose_name=_("client")
    )
    closed_reason = models.CharField(_("why it came to nothing"), max_length=200, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("enquiry", "client"),
            models.UniqueConstraint(fields=["agency", "number"], name="enquiry_number_once"),
            models.CheckConstraint(
                condition=Q(state="open", client=None, closed_reason="")
                | Q(state="client", client__isnull=False, closed_reason="")
                | Q(state="closed", client=None) & ~Q(closed_reason=""),
                name="enquiry_state",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-number"], name="enquiry_list"),
            models.Index(
                fields=["agency", "answer_by"], condition=Q(state="open", answered_at=None), name="enquiry_unanswered"
            ),
            models.Index(fields=["agency", "phone"], name="enquiry_phone"),
        ]

    def __str__(self):
        return f"{self.caller} {self.number}"


class EnquiryEntry(AgencyModel):
    """What was said to somebody who asked; written once."""

    enquiry = models.ForeignKey(Enquiry, models.PROTECT, related_name="entries")
    text = models.CharField(_("what was said and agreed"), max_length=500)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-at", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("enquiry_entry", "enquiry"),
            InsertOnly(name="enquiry_entry_insert_only"),
        ]
