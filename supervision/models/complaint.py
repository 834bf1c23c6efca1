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

    class Means(models.TextChoices):
        PHONE = "phone", _("by phone")
        MESSAGE = "message", _("by message (WeChat, text)")
        IN_PERSON = "in_person", _("face to face")
        LETTER = "letter", _("in writing")
        PAGE = "page", _("on the public page")
        IMPOSSIBLE = "impossible", _("not possible, anonymous")

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
    acknowledged_how = models.CharField(_("told how"), max_length=10, choices=Means, blank=True)
    acknowledged_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    limit_on = models.DateField(_("decide by"))
    first_limit_on = models.DateField(null=True, blank=True, help_text="the limit that was moved; empty: never moved")
    limit_reason = models.CharField(_("why the limit was moved"), max_length=300, blank=True)
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)
    reply = models.TextField(_("reply"), max_length=2000, blank=True)
    reply_how = models.CharField(_("told how"), max_length=10, choices=Means, blank=True)
    reply_to = models.CharField(_("told whom"), max_length=50, blank=True)
    finding = models.CharField(_("finding"), max_length=10, choices=Finding, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    outcome_satisfaction = models.CharField(
        _("complainant's view of the outcome"), max_length=15, choices=Satisfaction, blank=True
    )
    recourse_told = models.BooleanField(_("told where else to turn"), default=False)
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
            models.CheckConstraint(
                condition=Q(acknowledged_how="") | Q(acknowledged_at__isnull=False), name="complaint_acknowledged"
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-number"], name="complaint_list"),
            models.Index(
                fields=["agency", "limit_on"], condition=Q(state__in=["received", "accepted"]), name="complaint_limit"
            ),
            models.Index(
                fields=["agency", "acknowledge_by"],
                condition=Q(acknowledged_at=None, state__in=["received", "accepted"]),
                name="complaint_unacknowledged",
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.RECEIVED, self.State.ACCEPTED)

    @property
    def is_anonymous(self) -> bool:
        """Nobody can be told anything, nor be asked."""
        return not self.complainant_name and not self.complainant_phone


class ComplaintEntry(AgencyModel):
    """A step in the handling of a complaint; what the system writes is kept as a code and read in any language."""

    class Step(models.TextChoices):
        NOTE = "note", _("What was done")
        RECEIVED = "received", _("Received: %(channel)s")
        ACKNOWLEDGED = "acknowledged", _("The complainant was told that it arrived, %(how)s")
        IN_CHARGE = "in_charge", _("In charge: %(who)s")
        LIMIT = "limit", _("Limit moved from %(old)s to %(new)s")
        REPLIED = "replied", _("Decided: %(finding)s; %(whom)s was told %(how)s")
        CLOSED = "closed", _("Closed; the complainant is %(outcome)s")
        CLOSED_UNASKED = "closed_unasked", _("Closed; the complainant could not be asked")

    WORDS = {
        "channel": Complaint.Channel,
        "how": Complaint.Means,
        "finding": Complaint.Finding,
        "outcome": Satisfaction,
    }

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="entries")
    step = models.CharField(max_length=15, choices=Step, default=Step.NOTE)
    facts = models.JSONField(default=dict, blank=True, help_text="what the words of the step name, as codes")
    text = models.TextField(_("what was done"), max_length=2000, blank=True)
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["written_at", "id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("complaint_entry", "complaint"),
            InsertOnly(name="complaint_entry_insert_only"),
        ]

    @property
    def words(self) -> str:
        """What happened, in the reader's language; a note has only its text."""
        if self.step == self.Step.NOTE:
            return ""
        known = {name: str(self.WORDS[name](code).label) for name, code in self.facts.items() if name in self.WORDS}
        return str(self.Step(self.step).label) % {**self.facts, **known}
