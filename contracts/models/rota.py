"""Changes of the rota: who changed what for how long, undone once, and who was told and has read it (7.3.2 c)."""

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel, InsertOnly, same_agency


class RotaChange(AgencyModel):
    """One decision about the rota with everything it moved; it can be undone as a whole."""

    class Scope(models.TextChoices):
        ONE = "one", _("This visit only")
        LATER = "later", _("This and all later ones of the weekly pattern")
        ALL = "all", _("All to come of the weekly pattern")

    scope = models.CharField(_("how far it reaches"), max_length=5, choices=Scope)
    reason = models.CharField(_("why, although something speaks against it"), max_length=200, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, editable=False)
    undone_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, editable=False, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-made_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            InsertOnly(name="rota_change_insert_only", once=["undone_at", "undone_by"]),
            models.CheckConstraint(condition=Q(scope__in=["one", "later", "all"]), name="rota_change_scope"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="rota_change_undone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "made_by", "-made_at"], condition=Q(undone_at=None), name="rota_change_of_user"
            )
        ]


class RotaMove(AgencyModel):
    """One visit of a change: where it stood and where it was put."""

    change = models.ForeignKey(RotaChange, models.PROTECT, related_name="moves")
    visit = models.ForeignKey("contracts.Visit", models.PROTECT, related_name="moves")
    from_caregiver = models.ForeignKey("caregivers.Caregiver", models.PROTECT, null=True, related_name="+")
    from_period = DateTimeRangeField()
    to_caregiver = models.ForeignKey("caregivers.Caregiver", models.PROTECT, null=True, related_name="+")
    to_period = DateTimeRangeField()

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("rota_move", "change", "visit", "from_caregiver", "to_caregiver"),
            InsertOnly(name="rota_move_insert_only"),
            models.UniqueConstraint(fields=["agency", "change", "visit"], name="rota_move_once"),
        ]
        indexes = [models.Index(fields=["agency", "visit"], name="rota_move_of_visit")]


class SlotChange(AgencyModel):
    """A change of a visit of the weekly pattern that lasts: the planner keeps it for the days from holds_from.

    The newest that was not undone holds. Nobody named: the visits stand with the unassigned.
    """

    change = models.ForeignKey(RotaChange, models.PROTECT, related_name="slots")
    agreement = models.ForeignKey("contracts.Agreement", models.PROTECT, related_name="slot_changes")
    weekday = models.PositiveSmallIntegerField(help_text="of the pattern, 1 Monday to 7 Sunday")
    pattern_starts_at = models.TimeField()
    holds_from = models.DateField()
    caregiver = models.ForeignKey("caregivers.Caregiver", models.PROTECT, null=True, related_name="+")
    day_shift = models.SmallIntegerField(help_text="days from the day of the pattern")
    starts_at = models.TimeField()
    minutes = models.PositiveSmallIntegerField()

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("slot_change", "change", "agreement", "caregiver"),
            InsertOnly(name="slot_change_insert_only"),
            models.CheckConstraint(
                condition=Q(weekday__range=(1, 7), day_shift__range=(-6, 6), minutes__range=(1, 1440)),
                name="slot_change_bounds",
            ),
        ]
        indexes = [models.Index(fields=["agency", "agreement"], name="slot_change_of_agreement")]


class VisitNotice(AgencyModel):
    """A caregiver was told about a visit; the notice itself knows when it was read."""

    visit = models.ForeignKey("contracts.Visit", models.PROTECT, related_name="told")
    caregiver = models.ForeignKey("caregivers.Caregiver", models.PROTECT, related_name="+")
    notice = models.ForeignKey("agencies.Notice", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-notice"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("visit_notice", "visit", "caregiver", "notice"),
            InsertOnly(name="visit_notice_insert_only"),
            models.UniqueConstraint(fields=["agency", "visit", "notice"], name="visit_notice_once"),
        ]


class RotaProposal(AgencyModel):
    """A draft for a week's unassigned visits, worked out in the background; nothing of it holds before it is accepted."""

    class State(models.TextChoices):
        RUNNING = "running", _("Being worked out")
        READY = "ready", _("Ready to look at")
        CLOSED = "closed", _("Dealt with")
        FAILED = "failed", _("Failed")

    monday = models.DateField(_("week from"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)
    score = models.IntegerField(default=0)
    greedy_score = models.IntegerField(default=0, help_text="of the answer it is compared with")
    is_best = models.BooleanField(default=False, help_text="proved to be the best")
    error = models.CharField(max_length=100, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-asked_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["agency", "monday"], condition=Q(state__in=["running", "ready"]), name="proposal_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="running", finished_at=None)
                | Q(state__in=["ready", "closed", "failed"], finished_at__isnull=False),
                name="proposal_state",
            ),
        ]


class ProposalLine(AgencyModel):
    """One visit of a draft: who is proposed, or nobody, and what came of it."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("Not decided")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Could not be done any more")
        LEFT = "left", _("Left as it is")

    proposal = models.ForeignKey(RotaProposal, models.CASCADE, related_name="lines")
    visit = models.ForeignKey("contracts.Visit", models.CASCADE, related_name="+")
    caregiver = models.ForeignKey("caregivers.Caregiver", models.PROTECT, null=True, related_name="+")
    others = ArrayField(models.BigIntegerField(), default=list, help_text="further caregivers who may go, best first")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.OPEN)
    note = models.CharField(max_length=300, blank=True)

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("proposal_line", "proposal", "visit", "caregiver"),
            models.UniqueConstraint(fields=["agency", "proposal", "visit"], name="proposal_line_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["open", "accepted", "refused", "left"]), name="proposal_line_outcome"
            ),
        ]


class CalendarFeed(AgencyModel):
    """The address under which a caregiver's calendar reads the rota; a higher version makes the old address worthless."""

    caregiver = models.ForeignKey("caregivers.Caregiver", models.PROTECT, related_name="calendar_feeds")
    version = models.PositiveSmallIntegerField(default=1)
    is_open = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("calendar_feed", "caregiver"),
            models.UniqueConstraint(fields=["agency", "caregiver"], name="calendar_feed_once"),
        ]
