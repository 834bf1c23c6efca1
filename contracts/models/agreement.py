"""The tripartite agreement (三方协议, 7.3.2 b), its three signatures and its suspensions."""

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Price, WorkForm
from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, RowCheck, same_agency, unchanged

# What happens to an agreement; everything else is what was signed, and stays from the moment it goes out for signing.
LIVING = (
    "state", "link_version", "links_expire_at", "in_force_at", "signed_document_id", "ended_on", "end_reason", "end_note",
    "settlement", "expiry_warned_days",
)  # fmt: skip


def _money(label, **options):
    return models.DecimalField(label, max_digits=10, decimal_places=2, validators=[MinValueValidator(0)], **options)


class Agreement(AgencyModel):
    """One version of an agreement: its text is frozen for signing, three signatures bring it into force."""

    class Mode(models.TextChoices):
        """The legal shape; it decides who answers for harm (Civil Code 1191, 1192)."""

        EMPLOYEE = "employee", _("Employee form")
        INTERMEDIARY = "intermediary", _("Intermediary form")
        DISPATCH = "dispatch", _("Dispatch form")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SIGNING = "signing", _("Being signed")
        IN_FORCE = "in_force", _("In force")
        SUSPENDED = "suspended", _("Suspended")
        ENDED = "ended", _("Ended")
        SUPERSEDED = "superseded", _("Replaced by an amendment")
        CANCELLED = "cancelled", _("Cancelled before signing")

    class DepositKind(models.TextChoices):
        NONE = "none", _("None")
        EARNEST = "earnest", _("Earnest money (定金)")
        SECURITY = "security", _("Security deposit (保证金)")

    class Dispute(models.TextChoices):
        COURT = "court", _("Court at the place of service")
        ARBITRATION = "arbitration", _("Arbitration commission")

    class EndReason(models.TextChoices):
        EXPIRY = "expiry", _("Term over")
        CLIENT = "client", _("Client's wish")
        CAREGIVER = "caregiver", _("Caregiver cannot go on")
        AGENCY = "agency", _("Agency ends it")
        HOSPITAL = "hospital", _("Hospital or institution")
        DEATH = "death", _("Death of the client")
        BREACH = "breach", _("Breach of the agreement")

    number = models.CharField(_("number"), max_length=30)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    amends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="amendments", verbose_name=_("amends")
    )
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name=_("renews")
    )
    change_summary = models.CharField(_("what changes and why"), max_length=500, blank=True)
    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="agreements")
    guardian = models.ForeignKey(
        "clients.Guardian",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signs for the client"),
    )
    caregiver = models.ForeignKey("caregivers.Caregiver", models.PROTECT, related_name="agreements")
    plan = models.ForeignKey("contracts.ServicePlan", models.PROTECT, related_name="agreements")
    mode = models.CharField(_("form"), max_length=15, choices=Mode, default=Mode.EMPLOYEE)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    trial_days = models.PositiveSmallIntegerField(_("trial (days)"), default=0, validators=[MaxValueValidator(30)])

    work_form = models.CharField(_("work form"), max_length=10, choices=WorkForm)
    rate = _money(_("price"))
    rate_unit = models.CharField(_("unit"), max_length=10, choices=Price.Unit)
    list_rate = _money(_("price by the list"))
    rate_reason = models.CharField(_("reason for another price"), max_length=200, blank=True)
    rate_approved_by = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("price approved by")
    )
    monthly_estimate = _money(_("estimated fee per month"))
    payment_day = models.PositiveSmallIntegerField(
        _("paid by the day of the month"), default=5, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    deposit_kind = models.CharField(_("deposit"), max_length=10, choices=DepositKind, default=DepositKind.NONE)
    deposit_amount = _money(_("deposit amount"), default=0)
    insurance = models.CharField(_("insurance"), max_length=200, blank=True)
    dispute = models.CharField(_("disputes"), max_length=12, choices=Dispute, default=Dispute.COURT)
    condition_disclosed = models.BooleanField(
        _("the client's condition was disclosed truthfully and nobody objects"), default=False
    )
    special_terms = models.TextField(_("special circumstances agreed"), max_length=2000, blank=True)

    terms = models.JSONField(null=True, blank=True, help_text="what the paper says, frozen for signing")
    terms_hash = models.CharField(max_length=64, blank=True)
    link_version = models.PositiveSmallIntegerField(default=1, help_text="raised to make signing links worthless")
    links_expire_at = models.DateTimeField(null=True, blank=True)
    document = models.ForeignKey("archive.Document", models.PROTECT, null=True, blank=True, related_name="+")
    signed_document = models.ForeignKey("archive.Document", models.PROTECT, null=True, blank=True, related_name="+")

    in_force_at = models.DateTimeField(_("in force since"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=12, choices=EndReason, blank=True)
    end_note = models.CharField(_("note on the end"), max_length=500, blank=True)
    expiry_warned_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="the last step before the end of the term that was announced"
    )
    settlement = models.JSONField(
        _("settlement"),
        null=True,
        blank=True,
        help_text="what is owed at the end, line by line, frozen with the ending",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    history = AgencyHistory(excluded_fields=["terms"])

    class Meta(AgencyModel.Meta):
        ordering = ["-number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency(
                "agreement",
                "amends",
                "renews",
                "client",
                "guardian",
                "caregiver",
                "plan",
                "document",
                "signed_document",
            ),
            models.UniqueConstraint(fields=["agency", "number"], name="agreement_number_once"),
            models.UniqueConstraint(
                fields=["agency", "amends"],
                condition=Q(state__in=["draft", "signing"]),
                name="agreement_one_open_amendment",
            ),
            models.UniqueConstraint(
                fields=["agency", "renews"],
                condition=~Q(state="cancelled"),
                name="agreement_renewed_once",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="agreement_term"),
            models.CheckConstraint(condition=Q(payment_day__range=(1, 28)), name="agreement_payment_day"),
            models.CheckConstraint(
                condition=Q(rate__gte=0, list_rate__gte=0, monthly_estimate__gte=0, deposit_amount__gte=0),
                name="agreement_amounts",
            ),
            models.CheckConstraint(
                condition=Q(rate=F("list_rate")) | ~Q(rate_reason=""), name="agreement_rate_departure"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"], in_force_at=None, ended_on=None)
                | Q(state="signing", in_force_at=None, ended_on=None, terms__isnull=False)
                | Q(state="superseded", in_force_at__isnull=False, ended_on=None)
                | Q(state__in=["in_force", "suspended"], in_force_at__isnull=False)
                & (Q(ended_on=None, end_reason="") | Q(ended_on__isnull=False) & ~Q(end_reason=""))
                | Q(state="ended", in_force_at__isnull=False, ended_on__isnull=False) & ~Q(end_reason=""),
                name="agreement_state",
            ),
            RowCheck(
                name="agreement_three_signatures",
                events="INSERT OR UPDATE",
                condition="""NEW.state NOT IN ('in_force', 'suspended', 'ended', 'superseded') OR
                    (SELECT count(*) FROM contracts_signature s
                     WHERE s.agency_id = NEW.agency_id AND s.agreement_id = NEW.id
                     AND s.document_hash = NEW.terms_hash) = 3""",
                message="an agreement is in force only with three signatures",
            ),
            RowCheck(
                name="agreement_terms_frozen",
                events="UPDATE",
                condition=f"""{unchanged(but=LIVING)}
                    OR 'draft' IN (OLD.state, NEW.state) AND NOT EXISTS (SELECT FROM contracts_signature s
                     WHERE s.agency_id = NEW.agency_id AND s.agreement_id = NEW.id
                     AND s.document_hash = OLD.terms_hash)""",
                message="the text of a signed agreement does not change",
            ),
            RowCheck(
                name="agreement_settlement_frozen",
                events="UPDATE",
                condition="""OLD.state NOT IN ('ended', 'superseded')
                    OR (NEW.state, NEW.ended_on, NEW.end_reason, NEW.end_note, NEW.settlement)
                    IS NOT DISTINCT FROM (OLD.state, OLD.ended_on, OLD.end_reason, OLD.end_note, OLD.settlement)""",
                message="the end of an agreement and its settlement do not change",
            ),
            RowCheck(
                name="agreement_concluded",
                events="UPDATE",
                condition="""OLD.in_force_at IS NULL OR NEW.in_force_at = OLD.in_force_at
                    AND (OLD.signed_document_id IS NULL OR NEW.signed_document_id = OLD.signed_document_id)""",
                message="an agreement that was concluded stays so, with its signed paper",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-number"], name="agreement_list"),
            models.Index(
                fields=["agency", "ends_on"], condition=Q(state__in=["in_force", "suspended"]), name="agreement_ending"
            ),
        ]

    def __str__(self):
        return self.number


class Signature(AgencyModel):
    """One party's signature under the frozen text; when all three parties have one, the agreement is concluded."""

    class Party(models.TextChoices):
        CLIENT = "client", _("Client (party A)")
        AGENCY = "agency", _("Agency (party B)")
        CAREGIVER = "caregiver", _("Caregiver (party C)")

    class Way(models.TextChoices):
        SCREEN = "screen", _("On screen in the office")
        LINK = "link", _("From a link on their own phone")
        PAPER = "paper", _("On paper, scanned")

    class PaperCode(models.TextChoices):
        """What the code on an uploaded paper said; another agreement's code is refused."""

        NONE = "", _("no paper")
        MATCHED = "matched", _("code read: it is this text")
        UNREAD = "unread", _("code not readable, match unchecked")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures")
    party = models.CharField(_("party"), max_length=10, choices=Party)
    way = models.CharField(_("way"), max_length=10, choices=Way)
    signer_name = models.CharField(_("signer"), max_length=50)
    signer_capacity = models.CharField(_("capacity"), max_length=50, blank=True)
    identity_check = models.CharField(_("how the signer was identified"), max_length=100)
    document_hash = models.CharField(_("hash of the text"), max_length=64)
    image = models.ForeignKey("agencies.StoredFile", models.PROTECT, related_name="+", verbose_name=_("signature"))
    paper_code = models.CharField(_("code on the paper"), max_length=10, choices=PaperCode, blank=True, default="")
    confirmed = ArrayField(models.CharField(max_length=20), verbose_name=_("key terms confirmed"), default=list)
    signed_on = models.DateField(_("date under the signature"))
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["recorded_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("signature", "agreement", "image"),
            models.UniqueConstraint(fields=["agency", "agreement", "party"], name="signature_once"),
            models.CheckConstraint(condition=Q(party__in=["client", "agency", "caregiver"]), name="signature_party"),
            models.CheckConstraint(
                condition=Q(paper_code__in=["", "matched", "unread"]) & (Q(way="paper") | Q(paper_code="")),
                name="signature_paper_code",
            ),
            InsertOnly(name="signature_insert_only"),
            RowCheck(
                name="signature_of_the_text",
                events="INSERT",
                condition="""EXISTS (SELECT FROM contracts_agreement a WHERE a.agency_id = NEW.agency_id
                    AND a.id = NEW.agreement_id AND a.terms_hash = NEW.document_hash AND a.terms_hash <> '')""",
                message="a signature belongs to the text that is being signed",
            ),
        ]


class Suspension(AgencyModel):
    """A time in which an agreement rests (中止); the end stays open until it is resumed."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="suspensions")
    period = DateRangeField(_("period"))
    reason = models.CharField(_("reason"), max_length=200)
    created_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("suspension", "agreement"),
            models.UniqueConstraint(
                fields=["agency", "agreement"], condition=Q(period__upper_inf=True), name="suspension_one_open"
            ),
        ]
