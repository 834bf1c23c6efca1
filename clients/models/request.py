"""What people ask about their personal data (PIPL 44 to 50): to see it, to have it corrected, to have it erased."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, RowCheck, same_agency, unchanged
from clients.models.client import Client, Guardian


class DataRequest(AgencyModel):
    """A request with its answer: who asked, what came of it, and for a copy who received it."""

    class Kind(models.TextChoices):
        ACCESS = "access", _("See and copy")
        CORRECTION = "correction", _("Correct")
        ERASURE = "erasure", _("Erase")

    class State(models.TextChoices):
        OPEN = "open", _("To answer")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused with reasons")

    class Means(models.TextChoices):
        HALL = "hall", _("At the office")
        PHONE = "phone", _("By phone")
        LETTER = "letter", _("In writing")

    class Handed(models.TextChoices):
        HAND = "hand", _("by hand, identity paper seen")
        POST = "post", _("by registered post")
        ENCRYPTED = "encrypted", _("by e-mail, encrypted")

    number = models.CharField(_("number"), max_length=20)
    client = models.ForeignKey(Client, models.PROTECT, related_name="data_requests", verbose_name=_("client"))
    kind = models.CharField(_("what is asked for"), max_length=12, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    guardian = models.ForeignKey(
        Guardian, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who asks for the client")
    )
    means = models.CharField(_("came by"), max_length=10, choices=Means)
    wish = models.TextField(_("in their words"), max_length=1000)
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    received_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name=_("received by"))
    answer_by = models.DateField(_("to be answered by"))
    outcome = models.TextField(_("answer"), max_length=1000, blank=True)
    decided_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    possible_on = models.DateField(_("erasure is possible from"), null=True, blank=True)
    data_file = models.ForeignKey("agencies.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    handed_to = models.CharField(_("received by whom"), max_length=50, blank=True)
    handed_how = models.CharField(_("handed over how"), max_length=10, choices=Handed, blank=True)
    handed_on = models.DateField(_("handed over on"), null=True, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("data_request", "client", "guardian", "data_file"),
            models.UniqueConstraint(fields=["agency", "number"], name="data_request_number_once"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by=None)
                | Q(state__in=["done", "refused"], decided_at__isnull=False, decided_by__isnull=False) & ~Q(outcome=""),
                name="data_request_state",
            ),
            models.CheckConstraint(
                condition=~Q(kind="access", state="done")
                | ~Q(handed_to="") & ~Q(handed_how="") & Q(handed_on__isnull=False),
                name="data_request_handed_over",
            ),
            RowCheck(
                name="data_request_answer_is_final",
                events="UPDATE OR DELETE",
                condition=f"OLD.state = 'open' OR {unchanged()}",
                message="the answer to a request about personal data does not change",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-number"], name="data_request_list"),
            models.Index(fields=["agency", "answer_by"], condition=Q(state="open"), name="data_request_due"),
        ]

    def __str__(self):
        return f"{self.number} {self.get_kind_display()}"
