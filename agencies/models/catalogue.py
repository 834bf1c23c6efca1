"""What the agency offers (clause 5) and at what price (4.1.5)."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, RowCheck, same_agency, unchanged


class WorkForm(models.TextChoices):
    """How long a caregiver works in the home at a time (3.3, note)."""

    HOURLY = "hourly", _("Hourly (2–5 h)")
    DAY = "day", _("Day (8 h)")
    LIVE_IN = "live_in", _("Live-in (24 h)")


class Level(models.IntegerChoices):
    """Star level of a caregiver (6)."""

    ORDINARY = 0, _("Ordinary")
    ONE_STAR = 1, _("One star")
    TWO_STARS = 2, _("Two stars")
    THREE_STARS = 3, _("Three stars")


class ServiceItem(AgencyModel):
    """An item of the service catalogue, from clauses 5.1 to 5.3 or the agency's own."""

    class Group(models.TextChoices):
        LIVING_CARE = "living_care", _("Living care")
        HEALTH_CARE = "health_care", _("Health care")
        PSYCHOLOGICAL = "psychological", _("Psychological support")

    code = models.CharField(_("code"), max_length=20)
    clause = models.CharField(_("clause"), max_length=20, blank=True)
    group = models.CharField(_("group"), max_length=20, choices=Group)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    unable_only = models.BooleanField(_("only for clients unable to care for themselves"), default=False)
    level_needed = models.PositiveSmallIntegerField(_("level needed"), choices=Level, default=Level.ORDINARY)
    is_active = models.BooleanField(_("offered"), default=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["code"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "code"], name="service_item_code_once"),
            models.CheckConstraint(condition=models.Q(level_needed__in=Level.values), name="service_item_level"),
            models.CheckConstraint(
                condition=models.Q(group__in=["living_care", "health_care", "psychological"]),
                name="service_item_group",
            ),
        ]

    def __str__(self):
        from django.utils.translation import get_language

        return self.name_en if self.name_en and get_language() == "en" else self.name


class PriceList(AgencyModel):
    """Prices in force from a day until the next published list's day."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    effective_from = models.DateField(_("in force from"))
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-effective_from"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["agency", "effective_from"],
                condition=models.Q(state="published"),
                name="price_list_one_a_day",
            ),
            models.UniqueConstraint(fields=["agency"], condition=models.Q(state="draft"), name="price_list_one_draft"),
            models.CheckConstraint(
                condition=models.Q(state="draft", published_at=None)
                | models.Q(state="published", published_at__isnull=False),
                name="price_list_state",
            ),
            RowCheck(
                name="price_list_published_is_final",
                events="UPDATE OR DELETE",
                condition=f"OLD.state = 'draft' OR {unchanged()}",
                message="a price list that was published does not change",
            ),
        ]

    def __str__(self):
        return self.name


class Price(AgencyModel):
    """One price: of a work form (the time itself), of an item that costs extra, of a work form on public holidays,
    or the fee of an agency that only brings people together.
    """

    class Kind(models.TextChoices):
        SERVICE = "service", _("Service")
        HOLIDAY = "holiday", _("On public holidays")
        FEE = "fee", _("Intermediary's fee")

    class Unit(models.TextChoices):
        HOUR = "hour", _("per hour")
        VISIT = "visit", _("per visit")
        DAY = "day", _("per day")
        MONTH = "month", _("per month")
        ONCE = "once", _("once")

    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="prices")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SERVICE)
    work_form = models.CharField(_("work form"), max_length=10, choices=WorkForm, blank=True)
    service_item = models.ForeignKey(
        ServiceItem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="prices",
        verbose_name=_("service item"),
    )
    unit = models.CharField(_("unit"), max_length=10, choices=Unit)
    amount = models.DecimalField(
        _("price (¥)"), max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    note = models.CharField(_("what it includes"), max_length=200, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["work_form", "service_item__code"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("price", "price_list", "service_item"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="price_positive"),
            models.CheckConstraint(
                condition=models.Q(kind="service", work_form="", service_item__isnull=False)
                | models.Q(kind__in=["service", "holiday"], work_form__in=WorkForm.values, service_item=None)
                | models.Q(kind="fee", work_form="", service_item=None),
                name="price_of_one_thing",
            ),
            models.CheckConstraint(condition=~models.Q(unit="once") | models.Q(kind="fee"), name="price_once_is_a_fee"),
            models.UniqueConstraint(
                fields=["agency", "price_list", "kind", "work_form", "service_item"],
                nulls_distinct=False,
                name="price_once",
            ),
            RowCheck(
                name="price_of_a_draft",
                events="INSERT OR UPDATE OR DELETE",
                condition="""NOT EXISTS (SELECT FROM agencies_pricelist l WHERE l.state <> 'draft'
                    AND l.agency_id IN (OLD.agency_id, NEW.agency_id)
                    AND l.id IN (OLD.price_list_id, NEW.price_list_id))""",
                message="a price list that was published does not change",
                at_once=True,
            ),
        ]

    def __str__(self):
        if self.kind == self.Kind.HOLIDAY:
            return gettext("%(form)s, on public holidays") % {"form": self.get_work_form_display()}
        return (
            self.get_kind_display()
            if self.kind == self.Kind.FEE
            else str(self.get_work_form_display() or self.service_item)
        )
