"""Papers made by the system, archive records with their retention clock, holds and disposal lists (7.5)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.fields import EncryptedTextField
from agencies.tenancy import AgencyModel, InsertOnly, RowCheck, same_agency, unchanged


class SealCertificate(AgencyModel):
    """A certificate with its key, by which the agency seals papers: whoever changes one byte is found out."""

    subject = models.CharField(_("made out to"), max_length=200)
    issuer = models.CharField(_("issued by"), max_length=200)
    serial = models.CharField(_("serial number"), max_length=40, help_text="hexadecimal")
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    chain = models.TextField(help_text="PEM: the certificate first, then those above it")
    key = EncryptedTextField(help_text="PEM, PKCS 8")
    added_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(_("added"), auto_now_add=True)
    retired_at = models.DateTimeField(_("no longer used since"), null=True, blank=True)
    retire_reason = models.CharField(_("reason"), max_length=200, blank=True)
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-added_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["agency"], condition=Q(retired_at=None), name="seal_certificate_one_in_use"
            ),
            models.UniqueConstraint(fields=["agency", "issuer", "serial"], name="seal_certificate_once"),
            models.CheckConstraint(
                condition=Q(valid_until__gt=models.F("valid_from")), name="seal_certificate_validity"
            ),
            models.CheckConstraint(
                condition=Q(retired_at=None, retire_reason="") | Q(retired_at__isnull=False) & ~Q(retire_reason=""),
                name="seal_certificate_retired",
            ),
            InsertOnly(
                name="seal_certificate_insert_only", changeable=["key", "retired_at", "retire_reason", "warned_days"]
            ),
        ]

    def __str__(self):
        return f"{self.subject} · {self.serial}"


class Document(AgencyModel):
    """A paper: the row first, then rendered by a task, stored with its hash and verifiable by its code."""

    class Kind(models.TextChoices):
        AGREEMENT = "agreement", _("Tripartite agreement, to be signed")
        SIGNED_AGREEMENT = "signed_agreement", _("Tripartite agreement, signed")
        SERVICE_PLAN = "service_plan", _("Service plan")
        HANDOVER = "handover", _("Handover record")
        DOOR_CARD = "door_card", _("Card with the code for a client's door")
        MISSING_NOTICE = "missing_notice", _("Notice of what is missing")
        POSTING_CERTIFICATE = "posting_certificate", _("Posting certificate")
        LEVEL_FORM = "level_form", _("Level evaluation form")
        LEVEL_CERTIFICATE = "level_certificate", _("Level certificate")
        CONSENT_SHEET = "consent_sheet", _("Consents to be signed")
        ENQUIRY_RECEIPT = "enquiry_receipt", _("Receipt of an enquiry")
        CLIENT_NOTICE = "client_notice", _("Notice of what a client's file lacks")
        HOME_CHECK = "home_check", _("Check of a client's home")
        SUBJECT_ACCESS = "subject_access", _("Everything held about a client")
        REQUEST_ANSWER = "request_answer", _("Answer to a request about personal data")
        BADGE = "badge", _("Badge")
        BADGE_SHEET = "badge_sheet", _("Sheet of badges")
        TRAINING_SHEET = "training_sheet", _("Attendance sheet of a training session")
        TRAINING_PLAN = "training_plan", _("Training plan of a year")
        EVALUATION_FORM = "evaluation_form", _("Evaluation of a caregiver")
        CONTROLLED_TEXT = "controlled_text", _("Controlled text")
        PRICE_BOARD = "price_board", _("Price board")
        FEE_STATEMENT = "fee_statement", _("Fee statement")
        COMPLAINT_FILE = "complaint_file", _("Record of a complaint")
        INCIDENT_RECORD = "incident_record", _("Record of an incident")
        SPECIAL_RECORD = "special_record", _("Record of special circumstances")
        SURVEY_REPORT = "survey_report", _("Report of a survey")
        CALL_RECORDS = "call_records", _("Records of return calls")
        DISPOSAL_LIST = "disposal_list", _("Disposal list")
        DISPOSAL_CERTIFICATE = "disposal_certificate", _("Disposal certificate")

    class State(models.TextChoices):
        QUEUED = "queued", _("Being prepared")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    subject_id = models.BigIntegerField(help_text="the row it is about, in the table its kind says")
    title = models.CharField(_("title"), max_length=150)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    verify_code = models.CharField(_("verification code"), max_length=24)
    file = models.ForeignKey("agencies.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    page_count = models.PositiveSmallIntegerField(_("pages"), null=True, blank=True)
    sealed_with = models.ForeignKey(
        SealCertificate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sealed with")
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    requested_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    rendered_at = models.DateTimeField(null=True, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-requested_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("document", "file", "sealed_with"),
            models.UniqueConstraint(fields=["agency", "verify_code"], name="document_verify_code_once"),
            RowCheck(
                name="document_ready_is_final",
                events="UPDATE OR DELETE",
                condition=f"OLD.state <> 'ready' OR {unchanged()}",
                message="a paper that was made does not change",
            ),
            models.CheckConstraint(
                condition=Q(state="ready", file__isnull=False) | Q(state__in=["queued", "failed"], file=None),
                name="document_state",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "kind", "subject_id"], name="document_of"),
            models.Index(fields=["agency", "requested_at"], condition=Q(state="queued"), name="document_queued"),
        ]

    def __str__(self):
        return self.title


class ArchiveClass(models.TextChoices):
    """The three archive classes (7.5.3)."""

    STANDARDS = "standards", _("Standards (permanent)")
    CONTRACTS = "contracts", _("Contracts and agreements")
    OTHER = "other", _("Other records")


class ArchiveRecord(AgencyModel):
    """Something filed: its class, the day its clock started, the day it may go. Permanent when that day is empty."""

    class Source(models.TextChoices):
        AGREEMENT = "agreement", _("Agreement")
        HANDOVER = "handover", _("Handover record")
        FEE_STATEMENT = "fee_statement", _("Fee statement")
        COMPLAINT = "complaint", _("Complaint")
        INCIDENT = "incident", _("Incident")
        SURVEY_ROUND = "survey_round", _("Satisfaction survey")
        RETURN_VISIT = "return_visit", _("Return visit")
        PRICE_LIST = "price_list", _("Price list")
        CAREGIVER = "caregiver", _("Caregiver file")
        LEVEL_APPLICATION = "level_application", _("Level evaluation")
        TRAINING_SESSION = "training_session", _("Training")
        EVALUATION = "evaluation", _("Evaluation of a caregiver")
        DISPOSAL_LIST = "disposal_list", _("Disposal list")
        CONTROLLED_TEXT = "controlled_text", _("Controlled text")

    number = models.CharField(_("archive number"), max_length=20)
    archive_class = models.CharField(_("class"), max_length=10, choices=ArchiveClass)
    source = models.CharField(_("kind"), max_length=20, choices=Source)
    source_id = models.BigIntegerField()
    title = models.CharField(_("title"), max_length=150)
    clock_started_on = models.DateField(_("clock started on"))
    retain_until = models.DateField(_("kept until"), null=True, blank=True)
    proposed_on = models.DateField(_("proposed for disposal on"), null=True, blank=True)
    disposed_on = models.DateField(_("destroyed on"), null=True, blank=True)
    place = models.CharField(_("place of the paper"), max_length=60, blank=True)
    filed_at = models.DateTimeField(_("filed at"), auto_now_add=True)
    filed_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-filed_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "number"], name="archive_number_once"),
            models.UniqueConstraint(fields=["agency", "source", "source_id"], name="archive_source_once"),
            models.CheckConstraint(
                condition=Q(archive_class="standards", retain_until=None)
                | Q(
                    archive_class__in=["contracts", "other"],
                    retain_until__isnull=False,
                    retain_until__gt=models.F("clock_started_on"),
                ),
                name="archive_retention",
            ),
            models.CheckConstraint(
                condition=Q(proposed_on=None) | Q(proposed_on__gt=models.F("retain_until")),
                name="archive_not_proposed_early",
            ),
            InsertOnly(
                name="archive_record_insert_only", changeable=["proposed_on", "place", "retain_until", "disposed_on"]
            ),
            RowCheck(
                name="archive_never_kept_shorter",
                events="UPDATE",
                condition="""NEW.retain_until IS NOT DISTINCT FROM OLD.retain_until
                    OR COALESCE(NEW.retain_until > OLD.retain_until, false)""",
                message="a record is never kept shorter",
            ),
            RowCheck(
                name="archive_disposed_by_a_list",
                events="INSERT OR UPDATE",
                condition="""NEW.disposed_on IS NULL OR (EXISTS (SELECT FROM archive_disposalentry e
                    JOIN archive_disposallist d ON d.agency_id = e.agency_id AND d.id = e.disposal_list_id
                    WHERE e.agency_id = NEW.agency_id AND e.record_id = NEW.id AND e.decision = 'dispose'
                    AND d.state = 'disposed') AND NOT EXISTS (SELECT FROM archive_legalhold h
                    WHERE h.agency_id = NEW.agency_id AND h.record_id = NEW.id AND h.lifted_at IS NULL))""",
                message="a record is destroyed by a list that two people signed, and never while it is held",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "retain_until"], condition=Q(proposed_on=None), name="archive_expiry"),
            models.Index(fields=["agency", "archive_class", "-filed_at"], name="archive_list"),
            models.Index(
                fields=["agency", "filed_at"], condition=Q(place="", disposed_on=None), name="archive_without_place"
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"


class ArchiveItem(AgencyModel):
    """A file that belongs to an archive record."""

    record = models.ForeignKey(ArchiveRecord, models.PROTECT, related_name="items")
    file = models.ForeignKey("agencies.StoredFile", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("archive_item", "record", "file"),
            models.UniqueConstraint(fields=["agency", "record", "file"], name="archive_item_once"),
            InsertOnly(name="archive_item_insert_only"),
        ]


class LegalHold(AgencyModel):
    """A reason why a record stays although its time is over, such as a dispute."""

    record = models.ForeignKey(ArchiveRecord, models.PROTECT, related_name="holds")
    reason = models.CharField(_("reason"), max_length=200)
    placed_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    lifted_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("legal_hold", "record"),
            models.UniqueConstraint(
                fields=["agency", "record"], condition=Q(lifted_at=None), name="legal_hold_one_in_force"
            ),
            InsertOnly(name="legal_hold_insert_only", changeable=["lifted_by", "lifted_at"]),
        ]


class DisposalList(AgencyModel):
    """Records proposed for disposal together: appraised one by one, signed by two people, then destroyed."""

    class State(models.TextChoices):
        OPEN = "open", _("Being appraised")
        APPRAISED = "appraised", _("To be signed by two")
        DISPOSED = "disposed", _("Destroyed")
        CLOSED = "closed", _("Nothing destroyed")

    class Method(models.TextChoices):
        SHREDDED = "shredded", _("paper shredded, electronic files deleted")
        PULPED = "pulped", _("paper pulped, electronic files deleted")
        ELECTRONIC = "electronic", _("electronic files deleted, there is no paper")

    number = models.CharField(_("number"), max_length=20)
    proposed_on = models.DateField(_("proposed on"))
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    method = models.CharField(_("how it is destroyed"), max_length=10, choices=Method, blank=True)
    appraised_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    appraised_at = models.DateTimeField(_("appraised"), null=True, blank=True)
    disposed_at = models.DateTimeField(_("destroyed"), null=True, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-proposed_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "number"], name="disposal_list_number_once"),
            models.UniqueConstraint(fields=["agency"], condition=Q(state="open"), name="disposal_list_one_open"),
            models.CheckConstraint(
                condition=Q(state="open", appraised_at=None, disposed_at=None)
                | Q(state__in=["appraised", "closed"], appraised_at__isnull=False, disposed_at=None)
                | Q(state="disposed", appraised_at__isnull=False, disposed_at__isnull=False),
                name="disposal_list_state",
            ),
            RowCheck(
                name="disposal_signed_by_two",
                events="INSERT OR UPDATE",
                condition="""NEW.state <> 'disposed' OR (SELECT count(*) FROM archive_disposalsignature s
                    WHERE s.agency_id = NEW.agency_id AND s.disposal_list_id = NEW.id) >= 2""",
                message="two people sign before anything is destroyed",
            ),
        ]

    def __str__(self):
        return self.number


class DisposalEntry(AgencyModel):
    """One record on a disposal list, and what was decided about it."""

    class Decision(models.TextChoices):
        OPEN = "", _("not decided")
        DISPOSE = "dispose", _("destroy")
        KEEP = "keep", _("keep longer")
        HELD = "held", _("held, off the list")

    disposal_list = models.ForeignKey(DisposalList, models.PROTECT, related_name="entries")
    record = models.ForeignKey(ArchiveRecord, models.PROTECT, related_name="disposal_entries")
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, default=Decision.OPEN, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    keep_until = models.DateField(_("keep until"), null=True, blank=True)
    decided_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["record__number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("disposal_entry", "disposal_list", "record"),
            models.UniqueConstraint(
                fields=["agency", "record"], condition=Q(decision__in=["", "dispose"]), name="disposal_entry_once"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | Q(decision="dispose", decided_at__isnull=False)
                | Q(decision="held", decided_at__isnull=False)
                | (Q(decision="keep", decided_at__isnull=False, keep_until__isnull=False) & ~Q(reason="")),
                name="disposal_entry_decision",
            ),
            RowCheck(
                name="disposal_entry_not_early",
                events="INSERT OR UPDATE",
                condition="""NEW.decision IN ('keep', 'held') OR EXISTS (SELECT FROM archive_archiverecord r
                    WHERE r.agency_id = NEW.agency_id
                    AND r.id = NEW.record_id AND r.retain_until < (now() AT TIME ZONE 'Asia/Shanghai')::date)
                    AND NOT EXISTS (SELECT FROM archive_legalhold h WHERE h.agency_id = NEW.agency_id
                    AND h.record_id = NEW.record_id AND h.lifted_at IS NULL)""",
                message="a record is proposed before its time or although it is held",
            ),
        ]


class DisposalSignature(AgencyModel):
    """One of the two people who answer for a disposal (监销人)."""

    disposal_list = models.ForeignKey(DisposalList, models.PROTECT, related_name="signatures")
    user = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(_("signed"), auto_now_add=True)

    class Meta(AgencyModel.Meta):
        ordering = ["signed_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("disposal_signature", "disposal_list"),
            models.UniqueConstraint(fields=["agency", "disposal_list", "user"], name="disposal_signature_once"),
            InsertOnly(name="disposal_signature_insert_only"),
        ]


class ControlledText(AgencyModel):
    """A text people acknowledge or consent to, in versions; one that was published never changes (7.5.1)."""

    class Kind(models.TextChoices):
        SUPERVISION_RULE = "supervision_rule", _("Rule of supervision and assessment (7.4.1)")
        CONSENTS = "consents", _("Consents to personal data (PIPL)")
        CALL_SCRIPT = "call_script", _("What to say at the desk and on the phone (7.3.2 a)")
        TERMS_EMPLOYEE = "terms_employee", _("Clauses of agreements, employee form (7.2.2 c)")
        TERMS_INTERMEDIARY = "terms_intermediary", _("Clauses of agreements, intermediary form (7.2.2 c)")
        TERMS_DISPATCH = "terms_dispatch", _("Clauses of agreements, dispatch form (7.2.2 c)")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    version = models.CharField(_("version"), max_length=20)
    parts = models.JSONField(help_text="[code, title, text] of each part")
    change = models.CharField(_("what is new"), max_length=200, blank=True)
    effective_from = models.DateField(_("in force from"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    published_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["kind", "-effective_from", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "kind", "version"], name="controlled_text_version_once"),
            models.UniqueConstraint(
                fields=["agency", "kind", "effective_from"],
                condition=Q(state="published"),
                name="controlled_text_one_a_day",
            ),
            models.UniqueConstraint(
                fields=["agency", "kind"], condition=Q(state="draft"), name="controlled_text_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None) | Q(state="published", published_at__isnull=False),
                name="controlled_text_state",
            ),
            RowCheck(
                name="controlled_text_published_is_final",
                events="UPDATE OR DELETE",
                condition="OLD.state = 'draft'",
                message="a published text does not change; write a new version",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.version}"
