"""Return visits by phone (电话回访, 7.4.2 a, 8.3) and the attempts to reach the client."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, same_agency
from contracts.models.handover import Satisfaction


class ReturnVisit(AgencyModel):
    """A call that is due, or was made; created by the nightly job from the agency's policy."""

    class Kind(models.TextChoices):
        FIRST = "first", _("First call after service began")
        SETTLING = "settling", _("Settling-in call")
        REGULAR = "regular", _("Regular call")
        COMPLAINT = "complaint", _("After a complaint")
        END = "end", _("After the service ended")

    class State(models.TextChoices):
        DUE = "due", _("Due")
        DONE = "done", _("Done")
        UNREACHABLE = "unreachable", _("Not reached, visit the home")
        CANCELLED = "cancelled", _("Cancelled")

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="return_visits")
    agreement = models.ForeignKey("contracts.Agreement", models.PROTECT, related_name="return_visits")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DUE)
    period_start = models.DateField(help_text="the day of the policy it answers; one call a kind and day")
    due_at = models.DateTimeField(_("due"))
    call_after = models.DateTimeField(_("call after"), help_text="next permitted or promised moment")
    attempt_count = models.PositiveSmallIntegerField(_("attempts"), default=0)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    spoke_with = models.CharField(_("spoke with"), max_length=50, blank=True)
    satisfaction = models.CharField(_("overall"), max_length=15, choices=Satisfaction, blank=True)
    punctuality = models.CharField(_("on time"), max_length=15, choices=Satisfaction, blank=True)
    attitude = models.CharField(_("attitude"), max_length=15, choices=Satisfaction, blank=True)
    skill = models.CharField(_("skill"), max_length=15, choices=Satisfaction, blank=True)
    has_problem = models.BooleanField(_("there is a problem to follow up"), default=False)
    summary = models.TextField(_("what was said"), max_length=1000, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["call_after"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("return_visit", "client", "agreement"),
            models.UniqueConstraint(fields=["agency", "agreement", "kind", "period_start"], name="return_visit_once"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False, done_by__isnull=False) & ~Q(satisfaction="")
                | Q(state__in=["due", "unreachable", "cancelled"], done_at=None),
                name="return_visit_state",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "call_after"], condition=Q(state="due"), name="return_visit_queue"),
            models.Index(fields=["agency", "client", "-due_at"], name="return_visit_of_client"),
        ]


class CallAttempt(AgencyModel):
    """One try to reach the client."""

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Reached")
        NO_ANSWER = "no_answer", _("No answer")
        INCONVENIENT = "inconvenient", _("Asked to call another time")
        BAD_LINE = "bad_line", _("Silent or bad line")
        WRONG_NUMBER = "wrong_number", _("Wrong number")

    return_visit = models.ForeignKey(ReturnVisit, models.PROTECT, related_name="attempts")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    promised_at = models.DateTimeField(_("promised to call at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["made_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("call_attempt", "return_visit"),
            InsertOnly(name="call_attempt_insert_only"),
        ]
