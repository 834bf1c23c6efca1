"""Caregivers (居家养老服务员): file, absences, availability, acknowledgements of the supervision rule."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.fields import EncryptedTextField
from agencies.models.catalogue import WorkForm
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
    left_reason = models.CharField(_("reason of leaving"), max_length=200, blank=True, default="", db_default="")
    badge_version = models.PositiveSmallIntegerField(default=1, help_text="raised when a badge is lost; old ones stop")
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
            models.UniqueConstraint(fields=["agency", "user"], condition=~Q(state="left"), name="caregiver_user_once"),
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


class Absence(AgencyModel):
    """A time in which a caregiver cannot be assigned, once it is approved; one asked for by phone waits."""

    class State(models.TextChoices):
        REQUESTED = "requested", pgettext_lazy("absence", "Asked for")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")

    class Kind(models.TextChoices):
        LEAVE = "leave", _("Leave")
        SICK = "sick", _("Sick leave")
        TRAINING = "training", _("Training")
        OTHER = "other", _("Other")

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="absences")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.APPROVED)
    period = DateTimeRangeField(_("period"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    decided_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("absence", "caregiver"),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="absence_period",
            ),
            models.CheckConstraint(condition=Q(state__in=["requested", "approved", "declined"]), name="absence_state"),
            ExclusionConstraint(
                name="absence_no_overlap",
                condition=~Q(state="declined"),
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
    paper = models.ForeignKey(
        "agencies.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed page")
    )

    class Meta(AgencyModel.Meta):
        ordering = ["-acknowledged_on"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("acknowledgement", "caregiver", "paper"),
            models.UniqueConstraint(fields=["agency", "caregiver", "version"], name="acknowledgement_once"),
            InsertOnly(name="acknowledgement_insert_only"),
        ]


class Availability(AgencyModel):
    """Hours of a weekday in which a caregiver is ready to work; without any row every hour is."""

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="availability")
    weekday = models.PositiveSmallIntegerField(_("weekday"), help_text="1 Monday to 7 Sunday")
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["weekday", "starts_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("availability", "caregiver"),
            models.UniqueConstraint(fields=["agency", "caregiver", "weekday"], name="availability_once"),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="availability_weekday"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="availability_hours"),
        ]
