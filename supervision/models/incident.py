"""Incidents (突发事件, 7.2.4): what happened at a client's, who was told when, what was learnt from it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, same_agency


class Incident(AgencyModel):
    """An emergency from the tap on the phone to what keeps it from happening again."""

    class Kind(models.TextChoices):
        ILLNESS = "illness", _("The client is suddenly ill")
        THEFT = "theft", _("Theft")
        FIRE = "fire", _("Fire or explosion")
        INJURY = "injury", _("The caregiver is hurt")
        OTHER = "other", _("Another emergency")

    class State(models.TextChoices):
        REPORTED = "reported", _("Not taken up yet")
        IN_HAND = "in_hand", _("Being seen to")
        CLOSED = "closed", _("Closed")

    number = models.CharField(_("number"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.REPORTED)
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    client = models.ForeignKey(
        "clients.Client", models.PROTECT, null=True, blank=True, related_name="incidents", verbose_name=_("client")
    )
    caregiver = models.ForeignKey(
        "caregivers.Caregiver", models.PROTECT, null=True, blank=True, related_name="incidents",
        verbose_name=_("caregiver"),
    )  # fmt: skip
    visit = models.ForeignKey("contracts.Visit", models.PROTECT, null=True, blank=True, related_name="incidents")
    happened_at = models.DateTimeField(_("happened at"))
    reported_at = models.DateTimeField(_("reported at"))
    reported_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name=_("reported by"))
    by_phone = models.BooleanField(_("from the caregiver's phone"), default=False)
    text = models.TextField(_("what happened, in words"), max_length=2000, blank=True)
    owner = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("in charge")
    )
    take_up_by = models.DateTimeField(_("taken up by"))
    warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    cause = models.TextField(_("why it happened"), max_length=1000, blank=True)
    prevention = models.TextField(_("so that it does not happen again"), max_length=1000, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("incident", "client", "caregiver", "visit"),
            models.UniqueConstraint(fields=["agency", "number"], name="incident_number_once"),
            models.CheckConstraint(
                condition=Q(state="reported", owner=None, closed_at=None)
                | Q(state="in_hand", owner__isnull=False, closed_at=None)
                | Q(state="closed", owner__isnull=False, closed_at__isnull=False)
                & ~Q(text="")
                & ~Q(cause="")
                & ~Q(prevention=""),
                name="incident_state",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-number"], name="incident_list"),
            models.Index(fields=["agency", "take_up_by"], condition=Q(state="reported"), name="incident_waiting"),
        ]

    def __str__(self):
        return self.number


class IncidentEntry(AgencyModel):
    """A line of the log: somebody was told, or something was done; written once."""

    class Told(models.TextChoices):
        AMBULANCE = "ambulance", _("Ambulance 120")
        POLICE = "police", _("Police 110")
        FIRE_BRIGADE = "fire_brigade", _("Fire brigade 119")
        AGENCY = "agency", _("The agency")
        FAMILY = "family", _("The client's family")
        OWN_FAMILY = "own_family", _("The caregiver's family")
        INSURER = "insurer", _("The insurer")
        AUTHORITY = "authority", _("An authority")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="entries")
    told = models.CharField(_("who was told"), max_length=15, choices=Told, blank=True)
    name = models.CharField(_("name"), max_length=50, blank=True)
    text = models.CharField(_("what was done"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"))
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["at", "id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("incident_entry", "incident"),
            models.CheckConstraint(condition=~Q(told="") | ~Q(text=""), name="incident_entry_says"),
            InsertOnly(name="incident_entry_insert_only"),
        ]
