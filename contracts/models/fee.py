"""Fee statements (结算清单): what an agreement costs in a month, counted from the visits that were made (4.1.5)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, RowCheck, same_agency, unchanged


class FeeStatement(AgencyModel):
    """One agreement in one month. A draft follows the visits; an approved one never changes, it is voided and made anew."""

    class State(models.TextChoices):
        DRAFT = "draft", _("To be approved")
        APPROVED = "approved", _("Approved")
        VOID = "void", _("Void")

    number = models.CharField(_("number"), max_length=20)
    agreement = models.ForeignKey("contracts.Agreement", models.PROTECT, related_name="fee_statements")
    month = models.DateField(_("month"), help_text="its first day")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    charges = models.JSONField(_("charges"), help_text="a dict for each line: name, unit, rate, quantity, amount")
    adjustments = models.JSONField(_("adjustments"), default=list, help_text="a dict for each: amount, reason, by")
    total = models.DecimalField(_("total"), max_digits=10, decimal_places=2)
    due_on = models.DateField(_("to be paid by"))
    counted_at = models.DateTimeField(_("counted"))
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    void_reason = models.CharField(_("why it is void"), max_length=200, blank=True)
    document = models.ForeignKey("archive.Document", models.PROTECT, null=True, blank=True, related_name="+")
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-month", "-number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("fee_statement", "agreement", "document"),
            models.UniqueConstraint(fields=["agency", "number"], name="fee_statement_number_once"),
            models.UniqueConstraint(
                fields=["agency", "agreement", "month"], condition=~Q(state="void"), name="fee_statement_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="fee_statement_month"),
            models.CheckConstraint(
                condition=Q(state="draft", approved_at=None, void_reason="")
                | Q(state="approved", approved_at__isnull=False, approved_by__isnull=False, void_reason="")
                | Q(state="void") & ~Q(void_reason=""),
                name="fee_statement_state",
            ),
            RowCheck(
                name="fee_statement_approved_is_final",
                events="UPDATE OR DELETE",
                condition=f"""OLD.state = 'draft' OR {unchanged()}
                    OR OLD.state = 'approved' AND NEW.state = 'void' AND {unchanged(but=["state", "void_reason"])}""",
                message="an approved fee statement does not change",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-month", "-number"], name="fee_statement_list"),
        ]

    def __str__(self):
        return self.number
