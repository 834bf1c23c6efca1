"""The handover record (交接记录, 7.3.2 d) and its signatures."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, RowCheck, same_agency, unchanged


class Satisfaction(models.TextChoices):
    """The four steps of a client's opinion (8.1)."""

    VERY_SATISFIED = "very_satisfied", _("Very satisfied")
    SATISFIED = "satisfied", _("Satisfied")
    FAIR = "fair", _("Fairly satisfied")
    DISSATISFIED = "dissatisfied", _("Dissatisfied")


UNHAPPY = (Satisfaction.FAIR, Satisfaction.DISSATISFIED)  # what quality hears of at once

# What is signed.
TEXT = (
    "to", "next_caregiver_id", "handed_over_at", "place", "condition", "medicines", "risks", "habits", "open_matters",
    "keys", "papers", "money", "opinion", "opinion_text", "next_wish",
)  # fmt: skip
# What happens to a record; everything else stays as it is from the first signature on.
LIVING = ("state", "reason", "returned_on", "paper_id", "document_id")


class Handover(AgencyModel):
    """What goes from the caregiver who leaves to the client, the agency or the next caregiver."""

    class To(models.TextChoices):
        CLIENT = "client", _("To the client")
        AGENCY = "agency", _("To the agency")
        CAREGIVER = "caregiver", _("To the next caregiver")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being written")
        SIGNING = "signing", _("Being signed")
        FILED = "filed", _("Filed")
        WAIVED = "waived", _("No record, with the reason")
        CANCELLED = "cancelled", _("Not needed after all")

    number = models.CharField(_("number"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    agreement = models.ForeignKey("contracts.Agreement", models.PROTECT, related_name="handovers")
    caregiver = models.ForeignKey(
        "caregivers.Caregiver", models.PROTECT, related_name="+", verbose_name=_("caregiver who leaves")
    )
    to = models.CharField(_("handed over to"), max_length=10, choices=To)
    next_caregiver = models.ForeignKey(
        "caregivers.Caregiver",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("next caregiver"),
    )
    handed_over_at = models.DateTimeField(_("when"))
    place = models.CharField(_("place"), max_length=100, blank=True)
    condition = models.TextField(_("the client's condition"), max_length=1000, blank=True)
    medicines = models.TextField(_("medicines: name, dose, times, left, last given"), max_length=1000, blank=True)
    risks = models.TextField(_("risks"), max_length=1000, blank=True)
    habits = models.TextField(_("habits and taboos"), max_length=1000, blank=True)
    open_matters = models.TextField(_("open matters"), max_length=1000, blank=True)
    keys = models.TextField(_("keys, door codes and things"), max_length=1000, blank=True)
    papers = models.TextField(_("papers"), max_length=500, blank=True)
    money = models.TextField(_("money advanced and balance, fees"), max_length=500, blank=True)
    opinion = models.CharField(_("the client's opinion"), max_length=15, choices=Satisfaction, blank=True)
    opinion_text = models.TextField(_("in their words"), max_length=1000, blank=True)
    next_wish = models.CharField(_("wish for the future"), max_length=200, blank=True)
    reason = models.CharField(_("why there is no record"), max_length=300, blank=True, default="", db_default="")
    returned_on = models.DateField(_("returned to the agency on"), null=True, blank=True)
    paper = models.ForeignKey(
        "agencies.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed paper")
    )
    document = models.ForeignKey("archive.Document", models.PROTECT, null=True, blank=True, related_name="+")
    text_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("handover", "agreement", "caregiver", "next_caregiver", "paper", "document"),
            models.UniqueConstraint(fields=["agency", "number"], name="handover_number_once"),
            models.CheckConstraint(
                condition=Q(to="caregiver", next_caregiver__isnull=False)
                | Q(to__in=["client", "agency"], next_caregiver=None),
                name="handover_receiver",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "signing"], returned_on=None)
                | Q(state="filed", returned_on__isnull=False) & ~Q(opinion="")
                | Q(state__in=["waived", "cancelled"], returned_on=None) & ~Q(reason=""),
                name="handover_state",
            ),
            RowCheck(
                name="handover_text_frozen",
                events="UPDATE",
                condition=f"""{unchanged(but=LIVING)}
                    OR 'draft' IN (OLD.state, NEW.state) AND NOT EXISTS (SELECT FROM contracts_handoversignature s
                        WHERE s.agency_id = NEW.agency_id AND s.handover_id = NEW.id
                        AND s.text_hash = OLD.text_hash)""",
                message="the text of a handover record that is out for signing does not change",
            ),
            RowCheck(
                name="handover_closed_is_final",
                events="UPDATE OR DELETE",
                condition=f"OLD.state IN ('draft', 'signing') OR {unchanged(but=['document_id'])}",
                message="a handover record that is filed or given up does not change",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "agreement"], condition=Q(state__in=["draft", "signing"]), name="handover_open"
            ),
            models.Index(
                fields=["agency", "returned_on"],
                condition=Q(state="filed", opinion__in=UNHAPPY),
                name="handover_unhappy",
            ),
        ]

    def __str__(self):
        return self.number


class HandoverSignature(AgencyModel):
    """A signature under a handover record."""

    class Party(models.TextChoices):
        OUTGOING = "outgoing", _("Caregiver who leaves")
        RECEIVER = "receiver", _("Receiver")
        AGENCY = "agency", _("Agency")

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="signatures")
    party = models.CharField(_("party"), max_length=10, choices=Party)
    signer_name = models.CharField(_("signer"), max_length=50)
    image = models.ForeignKey("agencies.StoredFile", models.PROTECT, related_name="+")
    text_hash = models.CharField(_("hash of the text"), max_length=64, default="", db_default="")
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("handover_signature", "handover", "image"),
            models.UniqueConstraint(fields=["agency", "handover", "party"], name="handover_signature_once"),
            InsertOnly(name="handover_signature_insert_only"),
            RowCheck(
                name="handover_signature_of_the_text",
                events="INSERT",
                condition="""EXISTS (SELECT FROM contracts_handover h WHERE h.agency_id = NEW.agency_id
                    AND h.id = NEW.handover_id AND h.text_hash = NEW.text_hash AND h.text_hash <> '')""",
                message="a signature belongs to the record that is being signed",
            ),
        ]
