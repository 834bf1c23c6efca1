"""The file of a client (客户): who it is, who speaks for them, what a caregiver must know."""

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.fields import EncryptedTextField
from agencies.models.people import IdentityType, Sex
from agencies.tenancy import AgencyHistory, AgencyModel, same_agency


class Client(AgencyModel):
    """The old person served. Health data needs its own consent and is shown by role."""

    class State(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        ACTIVE = "active", _("In service")
        ENDED = "ended", _("Service ended")

    number = models.CharField(_("number"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROSPECT)
    name = models.CharField(_("name"), max_length=50)
    pinyin = models.CharField(max_length=200, editable=False)
    salutation = models.CharField(_("how to address them"), max_length=20, help_text=_("For example 李奶奶."))
    sex = models.CharField(_("sex"), max_length=6, choices=Sex)
    birth_date = models.DateField(_("date of birth"))
    identity_type = models.CharField(_("kind of identity paper"), max_length=20, choices=IdentityType)
    identity_number = EncryptedTextField(_("identity number"))
    identity_hash = models.CharField(max_length=64, editable=False)
    phone = models.CharField(
        _("phone"), max_length=20, blank=True, help_text=_("Empty: none of their own; say whom to call instead.")
    )
    district = models.CharField(_("district"), max_length=50)
    address = models.CharField(_("street and number"), max_length=200)
    access_note = models.CharField(_("keys and doors"), max_length=200, blank=True)
    work_unit = models.CharField(_("work unit"), max_length=100, blank=True)
    needs = models.TextField(_("needs and habits"), max_length=2000, blank=True)
    dialect = models.CharField(_("language and dialect"), max_length=50, blank=True)
    diet = models.CharField(_("likes and dislikes at table"), max_length=200, blank=True)
    caregiver_wishes = models.CharField(_("wishes for the caregiver"), max_length=200, blank=True)
    illnesses = models.TextField(_("illnesses"), max_length=1000, blank=True)
    medicines = models.TextField(_("medicines"), max_length=1000, blank=True)
    allergies = models.TextField(_("allergies"), max_length=500, blank=True)
    preferred_call_from = models.TimeField(_("best time for calls, from"), null=True, blank=True)
    preferred_call_until = models.TimeField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "number"], name="client_number_once"),
            models.UniqueConstraint(fields=["agency", "identity_hash"], name="client_identity_once"),
            models.CheckConstraint(condition=Q(state__in=["prospect", "active", "ended"]), name="client_state"),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-number"], name="client_list"),
            models.Index(fields=["agency", "phone"], name="client_phone"),
        ]

    def __str__(self):
        return f"{self.name} {self.number}"


class Guardian(AgencyModel):
    """Somebody who speaks for the client: family, legal guardian, emergency contact."""

    class Authority(models.TextChoices):
        CONTACT = "contact", _("Contact only")
        AGENT = "agent", _("Authorised agent, may sign")
        LEGAL_GUARDIAN = "legal_guardian", _("Legal guardian, signs for the client")

    class Scope(models.TextChoices):
        AGREEMENTS = "agreements", _("Sign, change and end agreements")
        CARE = "care", _("Decide about the care")
        MONEY = "money", _("Pay, and receive refunds")
        DATA = "data", _("Consent to and see personal data")

    client = models.ForeignKey(Client, models.PROTECT, related_name="guardians")
    name = models.CharField(_("name"), max_length=50)
    relation = models.CharField(_("relation"), max_length=20)
    phone = models.CharField(_("mobile phone"), max_length=20)
    identity_type = models.CharField(
        _("kind of identity paper"), max_length=20, choices=IdentityType, default=IdentityType.RESIDENT
    )
    identity_number = EncryptedTextField(_("identity number"), blank=True)
    identity_hash = models.CharField(max_length=64, editable=False, blank=True)
    authority = models.CharField(_("authority"), max_length=20, choices=Authority, default=Authority.CONTACT)
    scopes = ArrayField(
        models.CharField(max_length=12, choices=Scope),
        default=list,
        blank=True,
        verbose_name=_("scope of an agent's authority"),
    )
    valid_until = models.DateField(_("authority ends on"), null=True, blank=True)
    is_emergency_contact = models.BooleanField(_("emergency contact"), default=False)
    is_active = models.BooleanField(default=True)
    proof = models.ForeignKey(
        "agencies.StoredFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proof of authority"),
    )
    proof_seen_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    proof_seen_on = models.DateField(null=True, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-authority", "id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("guardian", "client", "proof"),
            models.CheckConstraint(
                condition=Q(proof=None, proof_seen_by=None, proof_seen_on=None)
                | Q(proof__isnull=False, proof_seen_by__isnull=False, proof_seen_on__isnull=False),
                name="guardian_proof_seen",
            ),
            models.CheckConstraint(
                condition=Q(authority="contact") | ~Q(identity_hash=""), name="guardian_signer_identified"
            ),
            models.CheckConstraint(condition=Q(authority="agent") | Q(scopes=[]), name="guardian_scopes_of_agents"),
        ]
        indexes = [models.Index(fields=["agency", "phone"], name="guardian_phone")]

    def __str__(self):
        return self.name

    def get_scopes_display(self) -> str:
        """What an agent may do, in words."""
        return " · ".join(str(self.Scope(scope).label) for scope in self.scopes)

    def may(self, scope: str, day: dt.date) -> bool:
        """Whether they may do this for the client on a day: a legal guardian everything, an agent what was given."""
        return self.covers(scope) and (self.valid_until is None or day <= self.valid_until)

    def covers(self, scope: str) -> bool:
        """Whether their authority is about this, however long it lasts."""
        is_agent = self.authority == self.Authority.AGENT
        given = self.authority == self.Authority.LEGAL_GUARDIAN or (is_agent and scope in self.scopes)
        return self.is_active and given


class RiskNote(AgencyModel):
    """What a caregiver must know before ringing the bell."""

    class Kind(models.TextChoices):
        FALL = "fall", _("Fall risk")
        CHOKING = "choking", _("Choking")
        WANDERING = "wandering", _("Wandering")
        DIET = "diet", _("Diet")
        MEDICINE = "medicine", _("Medicine")
        PRESSURE_SORE = "pressure_sore", _("Pressure sores")
        TEMPER = "temper", _("Mood and behaviour")
        HOME = "home", _("Home and equipment")
        OTHER = "other", _("Other")

    client = models.ForeignKey(Client, models.PROTECT, related_name="risk_notes")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    text = models.CharField(_("what to do"), max_length=60)
    rank = models.PositiveSmallIntegerField(_("order"), default=1, help_text=_("The first three stand on the phone."))
    is_active = models.BooleanField(default=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["rank", "id"]
        constraints = [*AgencyModel.Meta.constraints, *same_agency("risk_note", "client")]
