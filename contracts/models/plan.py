"""The service plan (服务方案, 7.3.1): what is done, when in the week, with what and with which cautions."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import WorkForm
from agencies.tenancy import AgencyHistory, AgencyModel, RowCheck, same_agency, unchanged


class Weekday(models.IntegerChoices):
    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


def _of_a_draft(name):
    """Visits and items change with the draft they belong to, and with it alone."""
    return RowCheck(
        name=name,
        events="UPDATE OR DELETE",
        condition=f"""{unchanged()} OR NOT EXISTS (SELECT FROM contracts_serviceplan p WHERE p.agency_id = OLD.agency_id
            AND p.id IN (OLD.plan_id, NEW.plan_id) AND p.state <> 'draft')""",
        message="a plan that was agreed does not change",
        at_once=True,
    )


class ServicePlan(AgencyModel):
    """One version of a client's plan; agreed plans are not changed, they are followed by a new version."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        AGREED = "agreed", _("Agreed with the client")
        SUPERSEDED = "superseded", _("Replaced by a newer version")

    class Means(models.TextChoices):
        PAPER = "paper", _("Signed paper")
        FACE = "face", _("Face to face, noted by staff")
        PHONE = "phone", _("By phone, noted by staff")

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="plans")
    version = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    assessment = models.ForeignKey("clients.Assessment", models.PROTECT, related_name="+")
    work_form = models.CharField(_("work form"), max_length=10, choices=WorkForm)
    mode = models.CharField(_("way of service"), max_length=200, blank=True)
    procedure = models.TextField(_("course of a visit"), max_length=1000, blank=True)
    equipment = models.TextField(_("equipment and tools"), max_length=500, blank=True)
    cautions = models.TextField(_("cautions"), max_length=500, blank=True)
    agreed_on = models.DateField(_("agreed on"), null=True, blank=True)
    agreed_by = models.CharField(_("agreed by"), max_length=50, blank=True)
    agreed_means = models.CharField(_("agreed how"), max_length=10, choices=Means, blank=True)
    agreed_paper = models.ForeignKey(
        "agencies.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed paper")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["client", "-version"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("plan", "client", "assessment", "agreed_paper"),
            models.UniqueConstraint(fields=["agency", "client", "version"], name="plan_version_once"),
            models.UniqueConstraint(fields=["agency", "client"], condition=Q(state="draft"), name="plan_one_draft"),
            models.CheckConstraint(
                condition=Q(state="draft", agreed_on=None)
                | Q(state__in=["agreed", "superseded"], agreed_on__isnull=False),
                name="plan_state",
            ),
            RowCheck(
                name="plan_agreed_is_final",
                events="UPDATE OR DELETE",
                condition=f"OLD.state = 'draft' OR NEW.state <> 'draft' AND {unchanged(but=['state'])}",
                message="a plan that was agreed does not change",
            ),
        ]

    def __str__(self):
        return _("Plan version %(version)s") % {"version": self.version}


class PlanSlot(AgencyModel):
    """A visit in the weekly pattern. A live-in slot starts once a day and lasts 24 hours."""

    plan = models.ForeignKey(ServicePlan, models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    starts_at = models.TimeField(_("starts at"))
    duration_minutes = models.PositiveSmallIntegerField(
        _("duration (minutes)"), validators=[MinValueValidator(30), MaxValueValidator(1440)]
    )

    class Meta(AgencyModel.Meta):
        ordering = ["weekday", "starts_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("plan_slot", "plan"),
            models.UniqueConstraint(fields=["agency", "plan", "weekday", "starts_at"], name="plan_slot_once"),
            models.CheckConstraint(
                condition=Q(weekday__in=Weekday.values, duration_minutes__gte=30, duration_minutes__lte=1440),
                name="plan_slot_bounds",
            ),
            _of_a_draft("plan_slot_of_a_draft"),
        ]


class PlanLine(AgencyModel):
    """A service item of the plan, at every visit or on some weekdays."""

    plan = models.ForeignKey(ServicePlan, models.CASCADE, related_name="lines")
    service_item = models.ForeignKey(
        "agencies.ServiceItem", models.PROTECT, related_name="+", verbose_name=_("service item")
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday),
        default=list,
        blank=True,
        verbose_name=_("weekdays"),
        help_text=_("None chosen: at every visit."),
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["service_item__code"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("plan_line", "plan", "service_item"),
            models.UniqueConstraint(fields=["agency", "plan", "service_item"], name="plan_line_once"),
            models.CheckConstraint(condition=Q(weekdays__contained_by=Weekday.values), name="plan_line_weekdays"),
            _of_a_draft("plan_line_of_a_draft"),
        ]


class PlanTemplate(AgencyModel):
    """A plan without a client, for what an agency agrees again and again; items by code, so that the catalogue may change."""

    name = models.CharField(_("name of the template"), max_length=60)
    work_form = models.CharField(_("work form"), max_length=10, choices=WorkForm)
    mode = models.CharField(_("way of service"), max_length=200, blank=True)
    procedure = models.TextField(_("course of a visit"), max_length=1000, blank=True)
    equipment = models.TextField(_("equipment and tools"), max_length=500, blank=True)
    cautions = models.TextField(_("cautions"), max_length=500, blank=True)
    slots = models.JSONField(help_text="[weekday, HH:MM, minutes] of each visit of a week")
    lines = models.JSONField(help_text="[code of the item, weekdays, minutes or null, note] of each item")
    saved_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(_("saved"), auto_now=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["name"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "name"], name="plan_template_name_once"),
        ]

    def __str__(self):
        return self.name
