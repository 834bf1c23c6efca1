"""The agency, its licences and its settings."""

import datetime as dt
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, same_agency

RESERVED_SLUGS = ("accounts", "api", "choose", "health", "me", "p", "platform", "static", "media", "i18n", "admin")


class Agency(models.Model):
    """A home-care agency (家政服务机构), the tenant. Read to find out which agency to open, so it is global."""

    slug = models.SlugField(_("short address"), max_length=40, unique=True)
    name = models.CharField(_("full name"), max_length=100)
    short_name = models.CharField(_("short name"), max_length=20)
    credit_code = models.CharField(_("unified social credit code"), max_length=18)
    legal_representative = models.CharField(_("legal representative"), max_length=50)
    address = models.CharField(_("address"), max_length=200)
    phone = models.CharField(_("phone"), max_length=20)
    complaint_phone = models.CharField(_("complaint phone"), max_length=20)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(slug__in=RESERVED_SLUGS), name="agency_slug_free"),
            models.UniqueConstraint(Lower("credit_code"), name="agency_credit_code_once"),
        ]

    def __str__(self):
        return self.short_name


def _count(label, default, help_text="", low=1, high=365):
    return models.PositiveSmallIntegerField(
        label,
        default=default,
        help_text=help_text,
        validators=[MinValueValidator(low), MaxValueValidator(high)],
    )


def _degrees(label, default, *, low, high):
    return models.DecimalField(
        label,
        max_digits=3,
        decimal_places=1,
        default=Decimal(default),
        validators=[MinValueValidator(low), MaxValueValidator(high)],
    )


class AgencySettings(AgencyModel):
    """What the standard leaves to the agency; the defaults are derived and may be changed."""

    # Visits (7.3.2 c)
    horizon_days = _count(_("visits are planned ahead (days)"), 28, low=7, high=90)
    late_after_minutes = _count(_("late after (minutes)"), 15, low=1, high=120)
    check_in_early_minutes = _count(_("check-in opens before the visit (minutes)"), 60, low=0, high=240)
    short_by_minutes = _count(_("a visit may be shorter than agreed by (minutes)"), 15, low=0, high=120)
    unended_after_minutes = _count(_("the office is told when nobody checked out after (minutes)"), 60, low=5, high=720)

    client_signs = models.BooleanField(
        _("the client signs for each visit"),
        default=False,
        help_text=_("On the caregiver's phone before check-out, or the reason why nobody can."),
    )
    keep_positions_days = _count(_("positions of phones are kept (days)"), 30)
    door_far_metres = _count(_("far from the door from (metres)"), 300, low=50, high=5000)

    # Measurements (5.2): what is usual for old people at home, both ends in
    systolic_low = _count(_("systolic, lowest usual (mmHg)"), 90, low=50, high=150)
    systolic_high = _count(_("systolic, highest usual (mmHg)"), 160, low=110, high=300)
    diastolic_low = _count(_("diastolic, lowest usual (mmHg)"), 60, low=20, high=90)
    diastolic_high = _count(_("diastolic, highest usual (mmHg)"), 100, low=70, high=200)
    pulse_low = _count(_("pulse, lowest usual"), 50, low=20, high=90)
    pulse_high = _count(_("pulse, highest usual"), 100, low=70, high=250)
    temperature_low = _degrees(_("temperature, lowest usual (°C)"), "35.5", low=30, high=37)
    temperature_high = _degrees(_("temperature, highest usual (°C)"), "37.3", low=36, high=45)

    # Special circumstances (7.3.2 e)
    special_tell_minutes = _count(
        _("client and family are told of special circumstances within (minutes)"), 60, low=5, high=1440
    )
    special_settle_hours = _count(_("special circumstances are settled within (hours)"), 24, high=168)

    # Incidents (7.2.4)
    incident_take_up_minutes = _count(_("incidents are taken up within (minutes)"), 10, high=240)

    # Caregivers (4.2.2.2)
    caregiver_max_age = _count(_("greatest age of caregivers"), 55, low=18, high=70)

    # On-boarding and levels (6, 7.2.2)
    interview_mark = _count(_("least score of the interview"), 60, low=1, high=100)
    level_min_answers = _count(_("least number of ratings for a higher level"), 5, high=50)
    service_gap_days = _count(_("a gap in service counts until (days)"), 30, low=1, high=90)
    effect_after_days = _count(_("judge the effect of training after (days)"), 30, high=180)
    evaluate_every_months = _count(_("evaluate every caregiver every (months)"), 6, high=24)
    card_months = _count(_("score cards look back (months)"), 12, high=24)
    card_min_records = _count(_("no rate on a score card below (records)"), 5, high=50)
    badge_full_name = models.BooleanField(
        _("full name on badges"),
        default=True,
        help_text=_("Otherwise the surname only, on the badge and on the page behind its QR code."),
    )

    # Self-care assessment (5)
    reassess_after_months = _count(_("reassess after (months)"), 6, high=24)

    # Return visits (7.4.2, 8.3)
    first_call_within_hours = _count(_("first call after the first service (hours)"), 24, high=96)
    settling_call_after_days = _count(_("settling call after (days)"), 7, high=30)
    regular_call_every_days = _count(_("regular call every (days)"), 30)
    intensive_call_every_days = _count(_("regular call for dependent or live-in clients every (days)"), 14)
    call_after_complaint_days = _count(_("call after a complaint is closed (days)"), 3, high=30)
    call_after_end_days = _count(_("call after the service ended (days)"), 7, high=60)
    calls_from = models.TimeField(_("calls from"), default=dt.time(7, 30))
    calls_until = models.TimeField(_("calls until"), default=dt.time(21, 0))
    noon_pause_from = models.TimeField(_("noon pause from"), default=dt.time(12, 30))
    noon_pause_until = models.TimeField(_("noon pause until"), default=dt.time(14, 0))

    # Surveys (8.1)
    survey_every_months = _count(_("survey every (months)"), 6, high=24)
    survey_open_days = _count(_("a survey stays open (days)"), 14, high=90)
    survey_remind_after_days = _count(_("remind after (days)"), 7, high=60)
    survey_min_answers = _count(_("no rate below (answers)"), 5, high=100)

    # Complaints (8.4)
    complaint_acknowledge_hours = _count(_("acknowledge a complaint within (hours)"), 24, high=168)
    complaint_limit_days = _count(_("decide an ordinary complaint within (working days)"), 7, high=60)
    serious_complaint_limit_days = _count(_("decide a serious complaint within (working days)"), 15, high=60)

    # Prices (4.1.5)
    price_list_by_two = models.BooleanField(
        _("a price list is approved by somebody else than who wrote it"),
        default=True,
        help_text=_("Turn it off where one person does both."),
    )

    # Archive (7.5.3); the standard's three years are the least
    keep_contracts_years = _count(_("keep agreements after their end (years)"), 3, low=3, high=50)
    keep_other_years = _count(_("keep other records (years)"), 3, low=3, high=50)

    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency"], name="agency_settings_once"),
            models.CheckConstraint(
                condition=models.Q(calls_from__lt=models.F("calls_until"))
                & models.Q(noon_pause_from__lte=models.F("noon_pause_until")),
                name="agency_settings_hours",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    systolic_low__lt=models.F("systolic_high"),
                    diastolic_low__lt=models.F("diastolic_high"),
                    pulse_low__lt=models.F("pulse_high"),
                    temperature_low__lt=models.F("temperature_high"),
                ),
                name="agency_settings_vitals",
            ),
            models.CheckConstraint(
                condition=models.Q(keep_contracts_years__gte=3, keep_other_years__gte=3),
                name="agency_settings_retention",
            ),
        ]


class Licence(AgencyModel):
    """A licence the agency must hold and display (4.1.1)."""

    class Kind(models.TextChoices):
        BUSINESS = "business", _("Business licence")
        HOME_SERVICE = "home_service", _("Home-service filing")
        ELDERLY_CARE = "elderly_care", _("Elderly-care filing")
        FOOD = "food", _("Food permit")
        INSURANCE = "insurance", _("Liability insurance")
        OTHER = "other", _("Other")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    number = models.CharField(_("number"), max_length=60)
    issuer = models.CharField(_("issued by"), max_length=100)
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("expires on"), null=True, blank=True, help_text=_("Empty: without limit."))
    is_public = models.BooleanField(_("shown on the public page"), default=True)
    scan = models.ForeignKey(
        "agencies.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("scan")
    )
    is_replaced = models.BooleanField(_("renewed"), default=False)
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="the last step that was announced")
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["kind", "-issued_on"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("licence", "scan"),
            models.UniqueConstraint(
                fields=["agency", "kind", "number"], condition=models.Q(is_replaced=False), name="licence_once"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on=None) | models.Q(expires_on__gte=models.F("issued_on")),
                name="licence_dates",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"

    @property
    def days_left(self) -> int | None:
        return (self.expires_on - timezone.localdate()).days if self.expires_on else None
