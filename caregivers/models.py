"""Caregivers (居家养老服务员): file, credentials, levels, absences, acknowledgements."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from agencies.fields import EncryptedTextField
from agencies.models.catalogue import Level, WorkForm
from agencies.models.people import IdentityType, Sex
from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, same_agency


class Caregiver(AgencyModel):
    """A caregiver's file. The level and what may be done on a day are computed from dated rows."""

    class State(models.TextChoices):
        ONBOARDING = "onboarding", _("On-boarding")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        LEFT = "left", _("Left")

    class Education(models.TextChoices):
        PRIMARY = "primary", _("Primary school")
        JUNIOR_HIGH = "junior_high", _("Junior high school")
        SENIOR_HIGH = "senior_high", _("Senior high school")
        COLLEGE = "college", _("College")
        BACHELOR = "bachelor", _("Bachelor or above")

    class Employment(models.TextChoices):
        FULL_TIME = "full_time", _("Full-time")
        PART_TIME = "part_time", _("Part-time")

    number = models.CharField(_("badge number"), max_length=20)
    user = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ONBOARDING)
    name = models.CharField(_("name"), max_length=50)
    pinyin = models.CharField(max_length=200, editable=False)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex)
    birth_date = models.DateField(_("date of birth"))
    identity_type = models.CharField(_("kind of identity paper"), max_length=20, choices=IdentityType)
    identity_number = EncryptedTextField(_("identity number"))
    identity_hash = models.CharField(max_length=64, editable=False)
    phone = models.CharField(_("mobile phone"), max_length=20)
    home_address = models.CharField(_("home address"), max_length=200, blank=True)
    emergency_contact = models.CharField(_("emergency contact"), max_length=50, blank=True)
    emergency_phone = models.CharField(_("emergency phone"), max_length=20, blank=True)
    education = models.CharField(_("education"), max_length=12, choices=Education)
    employment = models.CharField(_("employment"), max_length=10, choices=Employment)
    work_forms = ArrayField(models.CharField(max_length=10, choices=WorkForm), verbose_name=_("work forms"))
    declared_no_history_on = models.DateField(
        _("declared free of psychiatric and infectious disease on"), null=True, blank=True
    )
    age_exception = models.CharField(_("reason for an exception to the age limit"), max_length=200, blank=True)
    hired_on = models.DateField(_("started on"))
    posted_on = models.DateField(_("on-boarding finished on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    photo = models.ForeignKey(
        "agencies.StoredFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("photo"),
    )
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("caregiver", "photo"),
            models.UniqueConstraint(fields=["agency", "number"], name="caregiver_number_once"),
            models.UniqueConstraint(
                fields=["agency", "identity_hash"], condition=~Q(state="left"), name="caregiver_identity_once"
            ),
            models.UniqueConstraint(fields=["agency", "user"], name="caregiver_user_once"),
            models.CheckConstraint(
                condition=Q(state__in=["onboarding", "active", "suspended", "left"]), name="caregiver_state"
            ),
            models.CheckConstraint(
                condition=Q(state="left", left_on__isnull=False) | ~Q(state="left") & Q(left_on=None),
                name="caregiver_left",
            ),
            models.CheckConstraint(condition=~Q(state="active") | Q(posted_on__isnull=False), name="caregiver_posted"),
            models.CheckConstraint(condition=Q(work_forms__contained_by=WorkForm.values), name="caregiver_work_forms"),
        ]
        indexes = [models.Index(fields=["agency", "state", "number"], name="caregiver_list")]

    def __str__(self):
        return f"{self.name} {self.number}"


class Credential(AgencyModel):
    """A paper that proves something about a caregiver, with who sighted the original."""

    class Kind(models.TextChoices):
        IDENTITY_CARD = "identity_card", _("Identity card")
        HEALTH = "health", _("Health certificate")
        DOMESTIC_SERVICE = "domestic_service", _("Domestic-service certificate")
        ELDERLY_CARE = "elderly_care", _("Elderly-care certificate")
        EDUCATION = "education", _("Proof of education")
        INSURANCE = "insurance", _("Accident insurance")
        BACKGROUND = "background", _("Background declaration")

    class Grade(models.IntegerChoices):
        """National skill grades; junior, intermediate and senior are five, four and three."""

        FIVE = 5, _("Grade five (junior)")
        FOUR = 4, _("Grade four (intermediate)")
        THREE = 3, _("Grade three (senior)")
        TWO = 2, _("Grade two (technician)")
        ONE = 1, _("Grade one (senior technician)")

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="credentials")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    grade = models.PositiveSmallIntegerField(_("grade"), choices=Grade, null=True, blank=True)
    number = models.CharField(_("number"), max_length=60, blank=True)
    issuer = models.CharField(_("issued by"), max_length=100)
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("expires on"), null=True, blank=True, help_text=_("Empty: without limit."))
    scan = models.ForeignKey(
        "agencies.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("scan")
    )
    verified_by = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sighted by")
    )
    verified_on = models.DateField(_("original sighted on"), null=True, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["kind", "-issued_on"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("credential", "caregiver", "scan"),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("issued_on")), name="credential_dates"
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None, verified_on=None)
                | Q(verified_by__isnull=False, verified_on__isnull=False),
                name="credential_verified",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "caregiver", "kind"], name="credential_of"),
            models.Index(fields=["agency", "expires_on"], name="credential_expiry"),
        ]


class LevelGrant(AgencyModel):
    """A level held from a day on (6); the latest grant on or before a day is the level of that day."""

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="level_grants")
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    granted_on = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    granted_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-granted_on"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("level_grant", "caregiver"),
            models.UniqueConstraint(fields=["agency", "caregiver", "granted_on"], name="level_grant_once"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="level_grant_level"),
            InsertOnly(name="level_grant_insert_only"),
        ]


class Absence(AgencyModel):
    """A time in which a caregiver cannot be assigned."""

    class Kind(models.TextChoices):
        LEAVE = "leave", _("Leave")
        SICK = "sick", _("Sick leave")
        TRAINING = "training", _("Training")
        OTHER = "other", _("Other")

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="absences")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    period = DateTimeRangeField(_("period"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("absence", "caregiver"),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="absence_period",
            ),
            ExclusionConstraint(
                name="absence_no_overlap",
                expressions=[
                    (Func(F("caregiver_id"), F("caregiver_id"), Value("[]"), function="int8range"), "&&"),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class SupervisionAcknowledgement(AgencyModel):
    """The caregiver had the supervision rule explained and agreed to it (7.4.1), before any agreement is signed."""

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="acknowledgements")
    version = models.CharField(_("version of the rule"), max_length=20)
    acknowledged_on = models.DateField(_("acknowledged on"))
    explained_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-acknowledged_on"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("acknowledgement", "caregiver"),
            models.UniqueConstraint(fields=["agency", "caregiver", "version"], name="acknowledgement_once"),
            InsertOnly(name="acknowledgement_insert_only"),
        ]
