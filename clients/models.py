"""Clients (客户): file, guardians, risk notes, consents, self-care assessments."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.fields import EncryptedTextField
from agencies.models.people import IdentityType, Sex
from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, same_agency


class SelfCare(models.TextChoices):
    """Self-care status (5); without an assessment there is none."""

    ABLE = "able", _("Able to care for themselves")
    UNABLE = "unable", _("Unable to care for themselves")


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
    phone = models.CharField(_("phone"), max_length=20)
    district = models.CharField(_("district"), max_length=50)
    address = models.CharField(_("street and number"), max_length=200)
    access_note = models.CharField(_("keys and doors"), max_length=200, blank=True)
    work_unit = models.CharField(_("work unit"), max_length=100, blank=True)
    needs = models.TextField(_("needs and habits"), max_length=2000, blank=True)
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
        indexes = [models.Index(fields=["agency", "state", "-number"], name="client_list")]

    def __str__(self):
        return f"{self.name} {self.number}"


class Guardian(AgencyModel):
    """Somebody who speaks for the client: family, legal guardian, emergency contact."""

    class Authority(models.TextChoices):
        CONTACT = "contact", _("Contact only")
        AGENT = "agent", _("Authorised agent, may sign")
        LEGAL_GUARDIAN = "legal_guardian", _("Legal guardian, signs for the client")

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
    is_emergency_contact = models.BooleanField(_("emergency contact"), default=False)
    is_active = models.BooleanField(default=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-authority", "id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("guardian", "client"),
            models.CheckConstraint(
                condition=Q(authority="contact") | ~Q(identity_hash=""), name="guardian_signer_identified"
            ),
        ]

    def __str__(self):
        return self.name


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


class Consent(AgencyModel):
    """A consent given, by whom and how; withdrawing it sets a date and keeps the row."""

    class Kind(models.TextChoices):
        PERSONAL_DATA = "personal_data", _("Keeping personal data")
        HEALTH_DATA = "health_data", _("Keeping health data (separate consent)")
        SHARING = "sharing", _("Telling the caregiver what the work needs")
        E_SIGNATURE = "e_signature", _("Signing on screen")
        PHOTOS = "photos", _("Photos during visits")

    class Means(models.TextChoices):
        PAPER = "paper", _("Signed paper")
        SCREEN = "screen", _("On screen")
        PHONE = "phone", _("By phone, recorded by staff")

    client = models.ForeignKey(Client, models.PROTECT, related_name="consents")
    kind = models.CharField(_("consent"), max_length=20, choices=Kind)
    text_version = models.CharField(_("version of the text"), max_length=20)
    given_by = models.CharField(_("given by"), max_length=50)
    means = models.CharField(_("how"), max_length=10, choices=Means)
    given_at = models.DateTimeField(_("given at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
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
            *same_agency("consent", "client", "paper"),
            models.UniqueConstraint(
                fields=["agency", "client", "kind"],
                condition=Q(withdrawn_at=None),
                name="consent_one_in_force",
            ),
            InsertOnly(name="consent_insert_only", changeable=["withdrawn_at"]),
        ]


class Assessment(AgencyModel):
    """A self-care assessment and the status derived from it (5); never edited, only followed by a newer one."""

    class Scale(models.TextChoices):
        GBT_42195 = "gbt_42195", _("GB/T 42195-2022 (26 items)")
        BARTHEL = "barthel", _("Barthel index (10 items)")

    class Reason(models.TextChoices):
        FIRST = "first", _("First assessment")
        REGULAR = "regular", _("Regular reassessment")
        CHANGE = "change", _("Condition changed")
        REVIEW = "review", _("Result questioned")

    client = models.ForeignKey(Client, models.PROTECT, related_name="assessments")
    scale = models.CharField(_("scale"), max_length=10, choices=Scale)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    assessed_on = models.DateField(_("assessed on"))
    assessors = models.CharField(_("assessors"), max_length=100)
    answers = models.JSONField(help_text="points by item code")
    adjustments = models.JSONField(default=list, help_text="codes of what makes the level worse, such as coma")
    total = models.PositiveSmallIntegerField(_("total"))
    level = models.PositiveSmallIntegerField(_("ability level"), help_text="0 full ability to 4 total loss")
    self_care = models.CharField(_("self-care status"), max_length=10, choices=SelfCare)
    override_reason = models.CharField(_("reason for another status"), max_length=200, blank=True)
    reassess_on = models.DateField(_("reassess on"))
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-assessed_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("assessment", "client"),
            models.CheckConstraint(condition=Q(level__lte=4, self_care__in=SelfCare.values), name="assessment_level"),
            InsertOnly(name="assessment_insert_only"),
        ]
        indexes = [models.Index(fields=["agency", "client", "-assessed_on", "-id"], name="assessment_latest")]
