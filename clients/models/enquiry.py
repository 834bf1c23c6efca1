"""The reception desk (7.3.2 a): who asked, for what, by which way; answered, followed up, at best a client."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, same_agency
from clients.models.client import Client


class Enquiry(AgencyModel):
    """Somebody called, came or wrote: no more is kept than calling back needs.

    reply_by is the reply that is owed now, as promised or by the rule, and empty once it was given; warn_at is when
    somebody is told of it next. answer_by and answered_at say how it went with the first one.
    """

    class State(models.TextChoices):
        OPEN = "open", _("To follow up")
        CLIENT = "client", _("Became a client")
        CLOSED = "closed", _("Closed")

    class Matter(models.TextChoices):
        SERVICE = "service", _("Asks for service")
        QUESTION = "question", _("Another question")
        COMPLAINT = "complaint", _("Complains")
        PRAISE = "praise", _("Praises somebody")
        SUGGESTION = "suggestion", _("Suggests something")
        PRESS = "press", _("Press or authority")

    class Outcome(models.TextChoices):
        DECLINED = "declined", _("Decided otherwise")
        OUT_OF_SCOPE = "out_of_scope", _("Not our service; told where to turn")
        ANSWERED = "answered", _("Answered, nothing more to do")
        PASSED_ON = "passed_on", _("Passed on")
        SILENT = "silent", _("Nobody spoke")
        UNHEARD = "unheard", _("Could not be understood")
        WRONG_NUMBER = "wrong_number", _("Wrong number")

    # Calls of which no name and no phone is kept.
    NAMELESS = (Outcome.SILENT, Outcome.UNHEARD, Outcome.WRONG_NUMBER)

    class Rating(models.IntegerChoices):
        SATISFIED = 1, _("1 satisfied")
        FAIR = 2, _("2 fair")
        DISSATISFIED = 3, _("3 not satisfied")

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
    matter = models.CharField(_("what it is about"), max_length=10, choices=Matter, default=Matter.SERVICE)
    need = models.TextField(
        _("what is wanted"), max_length=1000, help_text=_("For whom, what, when; no illnesses and no identity numbers.")
    )
    district = models.CharField(_("district"), max_length=50, blank=True)
    is_repeated = models.BooleanField(
        _("said back in our words, and the caller confirmed it"), default=False, db_default=False
    )
    rating = models.PositiveSmallIntegerField(
        _("how the caller rates the call"), choices=Rating, null=True, blank=True,
        help_text=_("Asked before the goodbye; empty when the caller did not say."),
    )  # fmt: skip
    received_at = models.DateTimeField(_("received at"))
    answer_by = models.DateTimeField(_("to be answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    reply_by = models.DateTimeField(_("reply promised by"), null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True, editable=False)
    follow_up_on = models.DateField(_("call again on"), null=True, blank=True)
    first_contact = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("first contact")
    )
    owner = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("in charge")
    )
    client = models.ForeignKey(
        Client, models.PROTECT, null=True, blank=True, related_name="enquiries", verbose_name=_("client")
    )
    outcome = models.CharField(_("what came of it"), max_length=15, choices=Outcome, blank=True)
    closed_reason = models.CharField(_("in short"), max_length=200, blank=True)
    referred_to = models.CharField(_("told to turn to"), max_length=100, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("enquiry", "client"),
            models.UniqueConstraint(fields=["agency", "number"], name="enquiry_number_once"),
            models.CheckConstraint(
                condition=Q(state="open", client=None, outcome="", closed_reason="")
                | Q(state="client", client__isnull=False, outcome="", closed_reason="", reply_by=None)
                | Q(state="closed", client=None, reply_by=None) & ~Q(outcome=""),
                name="enquiry_state",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["silent", "unheard", "wrong_number"]) | ~Q(phone="") & ~Q(caller=""),
                name="enquiry_caller",
            ),
            models.CheckConstraint(
                condition=(~Q(outcome="out_of_scope") | ~Q(referred_to=""))
                & (~Q(outcome="declined") | ~Q(closed_reason="")),
                name="enquiry_outcome",
            ),
            models.CheckConstraint(condition=Q(rating=None) | Q(rating__in=[1, 2, 3]), name="enquiry_rating"),
            models.CheckConstraint(
                condition=Q(warn_at=None) | Q(reply_by__isnull=False), name="enquiry_warned_of_reply"
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-number"], name="enquiry_list"),
            models.Index(fields=["agency", "warn_at"], condition=Q(warn_at__isnull=False), name="enquiry_to_warn_of"),
            models.Index(fields=["agency", "phone"], name="enquiry_phone"),
        ]

    def __str__(self):
        return f"{self.caller} {self.number}".strip()


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


class ShiftNote(AgencyModel):
    """What one shift at the desk leaves to the next (交接班): the note, what was open, and when it was taken over."""

    handed_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name=_("handed over by"))
    handed_to = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name=_("taken over by"))
    handed_at = models.DateTimeField(_("handed over at"), auto_now_add=True)
    note = models.TextField(_("what the next shift must know"), max_length=1000, blank=True)
    enquiries = models.JSONField(default=list, help_text="number, caller, what is owed, whether it changed hands")
    taken_at = models.DateTimeField(_("taken over at"), null=True, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-handed_at", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.CheckConstraint(condition=~Q(handed_by=models.F("handed_to")), name="shift_note_to_somebody_else"),
            InsertOnly(name="shift_note_insert_only", once=["taken_at"]),
        ]
        indexes = [models.Index(fields=["agency", "-handed_at", "-id"], name="shift_note_list")]
