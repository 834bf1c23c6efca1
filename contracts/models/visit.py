"""Visits (上门服务, 7.3.2 c): when, by whom, what was done."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, RowCheck, same_agency, unchanged


class Visit(AgencyModel):
    """One visit, a half-open range of time. Nobody is booked twice: the database refuses it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        IN_PROGRESS = "in_progress", _("In progress")
        DONE = "done", _("Done")
        MISSED = "missed", _("Missed")
        CANCELLED = "cancelled", _("Cancelled")

    class MissedCause(models.TextChoices):
        CAREGIVER = "caregiver", _("The caregiver")
        CLIENT = "client", _("The client or the family")
        AGENCY = "agency", _("The agency or something beyond control")

    agreement = models.ForeignKey("contracts.Agreement", models.PROTECT, related_name="visits")
    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="visits")
    caregiver = models.ForeignKey(
        "caregivers.Caregiver",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name=_("caregiver"),
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PLANNED)
    period = DateTimeRangeField(_("time"))
    planned_start = models.DateTimeField(help_text="start by the weekly pattern; stays when the visit is moved")
    checked_in_at = models.DateTimeField(_("checked in at"), null=True, blank=True)
    checked_out_at = models.DateTimeField(_("checked out at"), null=True, blank=True)
    exception_reason = models.CharField(_("reason for checking in or out at another time"), max_length=200, blank=True)
    credentials_shown = models.BooleanField(_("identity, certificate and health papers were shown"), default=False)
    cancel_reason = models.CharField(_("reason"), max_length=200, blank=True)
    missed_reason = models.CharField(_("why nobody came"), max_length=200, blank=True, default="", db_default="")
    missed_cause = models.CharField(
        _("whose doing it was"), max_length=10, choices=MissedCause, blank=True, default="", db_default=""
    )
    makes_up_for = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="made_up_by")
    recorded_by = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("times entered by")
    )
    unended_told_at = models.DateTimeField(null=True, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["planned_start"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("visit", "agreement", "client", "caregiver", "makes_up_for"),
            models.UniqueConstraint(fields=["agency", "agreement", "planned_start"], name="visit_once"),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="visit_period",
            ),
            models.CheckConstraint(
                condition=Q(state="planned", checked_in_at=None, checked_out_at=None)
                | Q(state="in_progress", checked_in_at__isnull=False, checked_out_at=None, caregiver__isnull=False)
                | Q(
                    state="done",
                    checked_in_at__isnull=False,
                    checked_out_at__gte=F("checked_in_at"),
                    caregiver__isnull=False,
                )
                | Q(state="missed", checked_in_at=None)
                | Q(state="cancelled", checked_in_at=None) & ~Q(cancel_reason=""),
                name="visit_state",
            ),
            models.CheckConstraint(
                condition=Q(missed_cause__in=["", "caregiver", "client", "agency"]), name="visit_missed_cause"
            ),
            ExclusionConstraint(
                name="visit_no_double_booking",
                expressions=[
                    (Func(F("caregiver_id"), F("caregiver_id"), Value("[]"), function="int8range"), "&&"),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="cancelled") & Q(caregiver__isnull=False),
            ),
            RowCheck(
                name="visit_done_is_final",
                events="UPDATE OR DELETE",
                condition=f"OLD.state <> 'done' OR {unchanged(but=['unended_told_at'])}",
                message="who was at a visit, and when, does not change",
            ),
        ]
        indexes = [
            models.Index("agency", Lower("period"), name="visit_starts"),
            models.Index(
                fields=["agency", "makes_up_for"], condition=Q(makes_up_for__isnull=False), name="visit_made_up"
            ),
            models.Index(fields=["agency", "id"], condition=Q(state="in_progress"), name="visit_running"),
            models.Index(F("agency"), F("client"), Lower("period").desc(), name="visit_of_client"),
            models.Index(F("agency"), F("caregiver"), Lower("period").desc(), name="visit_of_caregiver"),
            models.Index(
                fields=["agency", "planned_start"],
                condition=Q(state="planned", caregiver=None),
                name="visit_unassigned",
            ),
        ]


class VisitTask(AgencyModel):
    """A service item at one visit and what came of it; written when the caregiver checks in."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("Not noted yet")
        DONE = "done", _("Done")
        NOT_DONE = "not_done", _("Not done")
        REFUSED = "refused", _("Refused by the client")
        NOT_APPLICABLE = "not_applicable", _("Not applicable")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="tasks")
    service_item = models.ForeignKey("agencies.ServiceItem", models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome, default=Outcome.OPEN)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["service_item__code"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("visit_task", "visit", "service_item"),
            models.UniqueConstraint(fields=["agency", "visit", "service_item"], name="visit_task_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["open", "done"])
                | Q(outcome__in=["not_done", "refused", "not_applicable"]) & ~Q(reason=""),
                name="visit_task_reason",
            ),
            RowCheck(
                name="visit_task_noted",
                events="UPDATE OR DELETE",
                condition=f"""OLD.outcome = 'open' OR {unchanged()} OR NOT EXISTS (SELECT FROM contracts_visit v
                    WHERE v.agency_id = OLD.agency_id AND v.id = OLD.visit_id AND v.state = 'done')""",
                message="what was noted at a visit that is over does not change",
                at_once=True,
            ),
        ]


class CareNote(AgencyModel):
    """What a caregiver wrote about a visit; a correction is a further note."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="care_notes")
    text = models.TextField(_("care note"), max_length=2000)
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["written_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("care_note", "visit"),
            InsertOnly(name="care_note_insert_only"),
        ]


class AssignmentGap(AgencyModel):
    """A visit ahead whose caregiver no longer meets the requirements; found by the nightly check, gone when mended."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="gaps")
    reasons = models.JSONField(_("what is missing"), help_text="findings as [clause, message, params]")
    found_at = models.DateTimeField(_("found at"))

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("assignment_gap", "visit"),
            models.UniqueConstraint(fields=["agency", "visit"], name="assignment_gap_once"),
        ]
