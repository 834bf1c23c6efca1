"""Levels (6): applications, approvals, grants, appeals, and where everybody stands."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, SmallIntegerField, Value, When
from django.utils.translation import gettext_lazy as _

from agencies.models.catalogue import Level
from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, RowCheck, same_agency
from caregivers.models.caregiver import Caregiver


class LevelApplication(AgencyModel):
    """A request to rise (7.2.2 e), with the evaluation form (评定表); two people approve before a level is granted."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("Being decided")
        GRANTED = "granted", _("Granted")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Route(models.TextChoices):
        LADDER = "ladder", _("From the level below")
        DIRECT = "direct", _("Directly, as a college graduate (6.4.1 a)")

    number = models.CharField(_("number"), max_length=20)
    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="level_applications")
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    route = models.CharField(_("way"), max_length=10, choices=Route, default=Route.LADDER)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SUBMITTED)
    evidence = models.JSONField(_("evidence"), help_text="what the rules saw on the day of the application")
    scores = models.JSONField(_("scores"), help_text="the evaluation form, 5 points a question")
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    applied_on = models.DateField(_("applied on"))
    applied_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    decision_note = models.CharField(_("reason"), max_length=300, blank=True)
    form = models.ForeignKey("archive.Document", models.PROTECT, null=True, blank=True, related_name="+")
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("level_application", "caregiver", "form"),
            models.UniqueConstraint(fields=["agency", "number"], name="level_application_number_once"),
            models.UniqueConstraint(
                fields=["agency", "caregiver"], condition=Q(state="submitted"), name="level_application_one_open"
            ),
            models.CheckConstraint(condition=Q(level__in=[1, 2, 3]), name="level_application_level"),
            models.CheckConstraint(
                condition=Q(state="submitted", decided_at=None, decided_by=None)
                | Q(state__in=["granted", "rejected", "withdrawn"], decided_at__isnull=False, decided_by__isnull=False),
                name="level_application_state",
            ),
        ]
        indexes = [models.Index(fields=["agency", "state", "-number"], name="level_application_list")]

    def __str__(self):
        return self.number


class LevelApproval(AgencyModel):
    """One person's yes to an application; nobody approves twice, nor what they applied for."""

    application = models.ForeignKey(LevelApplication, models.PROTECT, related_name="approvals")
    approved_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(auto_now_add=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["approved_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("level_approval", "application"),
            models.UniqueConstraint(fields=["agency", "application", "approved_by"], name="level_approval_once"),
            InsertOnly(name="level_approval_insert_only"),
        ]


class LevelGrant(AgencyModel):
    """A level held from a day on (6); the latest grant on or before a day is the level of that day.

    A promotion keeps the application and the evidence it stood on, frozen; a level taken away or given back is a
    further grant with its reason.
    """

    class Kind(models.TextChoices):
        ENTRY = "entry", _("At entry")
        PROMOTION = "promotion", _("Promotion")
        DEMOTION = "demotion", _("Demotion")
        APPEAL = "appeal", _("After an appeal")

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="level_grants")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ENTRY)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    granted_on = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    granted_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    application = models.ForeignKey(LevelApplication, models.PROTECT, null=True, blank=True, related_name="grants")
    evidence = models.JSONField(default=dict)
    number = models.CharField(_("certificate number"), max_length=20, blank=True)
    certificate = models.ForeignKey("archive.Document", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-granted_on"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("level_grant", "caregiver", "application", "certificate"),
            models.UniqueConstraint(fields=["agency", "caregiver", "granted_on"], name="level_grant_once"),
            models.UniqueConstraint(fields=["agency", "application"], name="level_grant_of_application_once"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="level_grant_level"),
            models.CheckConstraint(
                condition=Q(kind="promotion", application__isnull=False) & ~Q(number="")
                | Q(kind__in=["entry", "demotion", "appeal"], application=None),
                name="level_grant_kind",
            ),
            models.CheckConstraint(condition=Q(kind="entry") | ~Q(reason=""), name="level_grant_reason"),
            RowCheck(
                name="level_grant_two_approvals",
                events="INSERT",
                condition="""NEW.application_id IS NULL OR 2 <= (
                    SELECT count(*) FROM caregivers_levelapproval
                    WHERE agency_id = NEW.agency_id AND application_id = NEW.application_id)""",
                message="a promotion needs two approvals",
            ),
            InsertOnly(name="level_grant_insert_only", changeable=("certificate",)),
        ]


class LevelAppeal(AgencyModel):
    """A caregiver's objection to a demotion or a rejected application; decided by somebody else than who decided it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Granted")
        DISMISSED = "dismissed", _("Dismissed")

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="level_appeals")
    grant = models.ForeignKey(LevelGrant, models.PROTECT, null=True, blank=True, related_name="appeals")
    application = models.ForeignKey(LevelApplication, models.PROTECT, null=True, blank=True, related_name="appeals")
    text = models.TextField(_("objection"), max_length=1000)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    raised_on = models.DateField(_("raised on"))
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.CharField(_("decision"), max_length=500, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-raised_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("level_appeal", "caregiver", "grant", "application"),
            models.UniqueConstraint(fields=["agency", "grant"], name="level_appeal_of_grant_once"),
            models.UniqueConstraint(fields=["agency", "application"], name="level_appeal_of_application_once"),
            models.CheckConstraint(
                condition=Q(grant__isnull=False, application=None) | Q(grant=None, application__isnull=False),
                name="level_appeal_about",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_on=None, decided_by=None)
                | Q(state__in=["upheld", "dismissed"], decided_on__isnull=False, decided_by__isnull=False)
                & ~Q(decision=""),
                name="level_appeal_state",
            ),
        ]


# The promotions board's order: who may rise, who only waits, who lacks something, who is at the top.
STAGE_RANK = Case(
    *(When(stage=stage, then=Value(rank)) for rank, stage in enumerate(("eligible", "waiting", "lacking", "top"))),
    output_field=SmallIntegerField(),
)


class LevelStanding(AgencyModel):
    """Where a caregiver stands, on the way to the next level or at the top: written nightly, read by the promotions board.

    missing holds the codes of the rules that stand against it; lost those by which the present level would not be
    granted again, because evidence proved false since.
    """

    class Stage(models.TextChoices):
        ELIGIBLE = "eligible", _("May rise now")
        WAITING = "waiting", _("Only time is missing")
        LACKING = "lacking", _("Something is missing")
        TOP = "top", _("Highest level")

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="standings")
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    next_level = models.PositiveSmallIntegerField(_("next level"), choices=Level, null=True, blank=True)
    route = models.CharField(_("way"), max_length=10, choices=LevelApplication.Route, blank=True)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    eligible_on = models.DateField(_("time is served on"), null=True, blank=True)
    missing = ArrayField(models.CharField(max_length=30), default=list)
    figures = models.JSONField(help_text="what the rules saw: days served and left out, ratings, training, papers")
    lost = ArrayField(
        models.CharField(max_length=30), default=list, help_text="evidence of the present level gone since"
    )
    computed_at = models.DateTimeField(_("computed at"))

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("level_standing", "caregiver"),
            models.UniqueConstraint(fields=["agency", "caregiver"], name="level_standing_once"),
            models.CheckConstraint(
                condition=Q(stage__in=["eligible", "waiting", "lacking"], next_level__isnull=False)
                | Q(stage="top", next_level=None, route=""),
                name="level_standing_stage",
            ),
        ]
        indexes = [
            models.Index(F("agency"), STAGE_RANK, F("eligible_on"), F("caregiver"), name="level_standing_list"),
            models.Index(fields=["agency", "stage"], name="level_standing_stages"),
        ]
