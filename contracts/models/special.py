"""Special circumstances (特殊情况, 7.3.2 e): what happened, who was told when, and how it went on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, RowCheck, same_agency


class SpecialEvent(AgencyModel):
    """Something after which the service cannot go on as agreed; timed from the report until it is settled."""

    class Kind(models.TextChoices):
        CAREGIVER = "caregiver", _("The caregiver cannot go on")
        CLIENT = "client", _("The client no longer needs the service")
        AWAY = "away", _("The client is in hospital or away")
        DEATH = "death", _("The client has died")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SETTLED = "settled", _("Settled")

    class Outcome(models.TextChoices):
        SUPPLEMENT = "supplement", _("Another caregiver, by a supplement to the agreement")
        VISITS = "visits", _("Visits given to somebody else or moved")
        REST = "rest", _("The service rests")
        END = "end", _("The service ended")
        AS_BEFORE = "as_before", _("It goes on as before")

    number = models.CharField(_("number"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    agreement = models.ForeignKey("contracts.Agreement", models.PROTECT, related_name="special_events")
    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="special_events")
    caregiver = models.ForeignKey("caregivers.Caregiver", models.PROTECT, related_name="special_events")
    text = models.CharField(_("in a few words"), max_length=500)
    from_day = models.DateField(_("from"))
    until_day = models.DateField(_("until"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported at"))
    reported_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name=_("reported by"))
    by_phone = models.BooleanField(_("from the caregiver's phone"), default=False)
    owner = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("in charge")
    )
    tell_by = models.DateTimeField(_("everybody told by"))
    settle_by = models.DateTimeField(_("settled by"))
    tell_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    settle_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    amendment = models.ForeignKey(
        "contracts.Agreement", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("supplement")
    )
    outcome = models.CharField(_("how it went on"), max_length=12, choices=Outcome, blank=True)
    outcome_note = models.CharField(_("note"), max_length=500, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("special_event", "agreement", "client", "caregiver", "amendment"),
            models.UniqueConstraint(fields=["agency", "number"], name="special_event_number_once"),
            models.UniqueConstraint(
                fields=["agency", "agreement", "kind"], condition=Q(state="open"), name="special_event_open_once"
            ),
            models.CheckConstraint(
                condition=Q(until_day=None) | Q(until_day__gte=models.F("from_day")), name="special_event_days"
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None, outcome="")
                | Q(state="settled", settled_at__isnull=False) & ~Q(outcome=""),
                name="special_event_state",
            ),
            RowCheck(
                name="special_event_told",
                events="INSERT OR UPDATE",
                condition="""NEW.state = 'open' OR EXISTS (SELECT FROM contracts_specialtelling t
                    WHERE t.agency_id = NEW.agency_id AND t.event_id = NEW.id AND t.party IN ('client', 'guardian'))""",
                message="special circumstances are settled once the client or the family was told (7.3.2 e)",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-number"], name="special_event_list"),
            models.Index(fields=["agency", "tell_by"], condition=Q(state="open"), name="special_event_limits"),
        ]

    def __str__(self):
        return self.number


class SpecialTelling(AgencyModel):
    """Somebody was told: the agency, the client, or who stands for them; when, how and by whom."""

    class Party(models.TextChoices):
        AGENCY = "agency", _("The agency")
        CLIENT = "client", _("The client")
        GUARDIAN = "guardian", _("Family or guardian")

    class Means(models.TextChoices):
        PHONE = "phone", _("by phone")
        IN_PERSON = "in_person", _("face to face")
        MESSAGE = "message", _("by message (WeChat, text)")
        PAGE = "page", _("by this record")

    event = models.ForeignKey(SpecialEvent, models.PROTECT, related_name="tellings")
    party = models.CharField(_("who was told"), max_length=10, choices=Party)
    name = models.CharField(_("name"), max_length=50)
    means = models.CharField(_("how"), max_length=10, choices=Means)
    told_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["told_at", "id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("special_telling", "event"),
            InsertOnly(name="special_telling_insert_only"),
        ]
