"""Papers of caregivers and staff, warnings before they end, and how strictly an agency keeps the rules."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, same_agency
from caregivers.models.caregiver import Caregiver


class Credential(AgencyModel):
    """A paper that proves something about a caregiver or a member of staff; it counts once the original was sighted.

    A caregiver's own upload waits for that. One that proved false or was withdrawn by its issuer stays, and counts no
    more from that day on.
    """

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

    class IssuedAs(models.TextChoices):
        """Since 2017 grades of elderly care are certified by assessors instead of the state; both name the same grade."""

        QUALIFICATION = "qualification", _("State qualification certificate (until 2017)")
        SKILL_LEVEL = "skill_level", _("Skill-level certificate")

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, null=True, blank=True, related_name="credentials")
    staff_file = models.ForeignKey("StaffFile", models.PROTECT, null=True, blank=True, related_name="credentials")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    grade = models.PositiveSmallIntegerField(_("grade"), choices=Grade, null=True, blank=True)
    issued_as = models.CharField(_("issued as"), max_length=15, choices=IssuedAs, blank=True)
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
    submitted_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    declined_reason = models.CharField(_("sent back because"), max_length=200, blank=True)
    invalid_from = models.DateField(_("counts no more from"), null=True, blank=True)
    invalid_reason = models.CharField(_("why it counts no more"), max_length=200, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["kind", "-issued_on"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("credential", "caregiver", "staff_file", "scan"),
            InsertOnly(
                name="credential_insert_only",
                once=["verified_by", "verified_on", "declined_reason", "invalid_from", "invalid_reason"],
            ),
            models.CheckConstraint(
                condition=Q(caregiver__isnull=False, staff_file=None) | Q(caregiver=None, staff_file__isnull=False),
                name="credential_owner",
            ),
            models.CheckConstraint(
                condition=Q(invalid_from=None, invalid_reason="")
                | Q(invalid_from__isnull=False) & ~Q(invalid_reason=""),
                name="credential_invalid",
            ),
            models.CheckConstraint(condition=Q(grade=None) | Q(grade__range=(1, 5)), name="credential_grade"),
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
            models.Index(fields=["agency", "staff_file"], name="credential_of_staff"),
            models.Index(fields=["agency", "expires_on"], name="credential_expiry"),
            models.Index(fields=["agency", "id"], condition=Q(verified_on=None), name="credential_to_sight"),
        ]


class StaffFile(AgencyModel):
    """A manager's or member of staff's proof of fitness (4.2.2.1): schooling or years of management, and papers."""

    user = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name=_("person"))
    post = models.CharField(_("post"), max_length=50)
    is_manager = models.BooleanField(_("manages"), default=False)
    education = models.CharField(_("education"), max_length=12, choices=Caregiver.Education)
    managing_since = models.DateField(_("managing since"), null=True, blank=True)
    knows_law_on = models.DateField(_("instructed in law and trade on"), null=True, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "user"], name="staff_file_once"),
            models.CheckConstraint(condition=Q(education__in=Caregiver.Education.values), name="staff_file_education"),
        ]

    def __str__(self):
        return f"{self.user} {self.post}"


class CredentialWarning(AgencyModel):
    """That a paper ends was said at one of its steps, 90, 30, 7 or 0 days before; once each."""

    credential = models.ForeignKey(Credential, models.PROTECT, related_name="warnings")
    days = models.PositiveSmallIntegerField(_("days before"))
    warned_at = models.DateTimeField(auto_now_add=True)

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("credential_warning", "credential"),
            models.UniqueConstraint(fields=["agency", "credential", "days"], name="credential_warning_once"),
            InsertOnly(name="credential_warning_insert_only"),
        ]


class RuleSetting(AgencyModel):
    """How strictly the agency keeps a rule that the standard leaves to it; without a row the rule's own default holds."""

    class Mode(models.TextChoices):
        SILENT = "silent", _("Not asked")
        WARN = "warn", _("Warns")
        FORBID = "forbid", _("Forbids")

    rule = models.CharField(_("rule"), max_length=40)
    mode = models.CharField(_("mode"), max_length=6, choices=Mode)
    reason = models.CharField(_("reason"), max_length=200)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["rule"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "rule"], name="rule_setting_once"),
            models.CheckConstraint(condition=Q(mode__in=["silent", "warn", "forbid"]), name="rule_setting_mode"),
        ]
