"""Records the tenant keeps about itself: files, numbers, runs of jobs, exports, and who looked at what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.fields import EncryptedTextField
from agencies.tenancy import AgencyModel, InsertOnly, same_agency


def _path(stored_file, filename):
    return f"{stored_file.agency_id}/{stored_file.sha256[:2]}/{stored_file.sha256}"


class StoredFile(AgencyModel):
    """A file as it was received or made; the path starts with the agency, the content never changes.

    What was destroyed at the end of its time keeps its row, name and hash.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        LICENCE = "licence", _("Licence")
        CREDENTIAL = "credential", _("Credential")
        CONSENT = "consent", _("Consent")
        SIGNATURE = "signature", _("Signature")
        SIGNED_PAPER = "signed_paper", _("Signed paper")
        DOCUMENT = "document", _("Document")
        COMPLAINT = "complaint", _("Evidence of a complaint")
        CLIENT_PAPER = "client_paper", _("Paper of a client")
        SUBJECT_DATA = "subject_data", _("Everything held about a client")
        VISIT_PHOTO = "visit_photo", _("Photo of a visit")
        EXPORT = "export", _("Export")

    kind = models.CharField(max_length=20, choices=Kind)
    file = models.FileField(upload_to=_path, max_length=200)
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            InsertOnly(name="stored_file_insert_only", once=["destroyed_at"]),
        ]
        indexes = [
            models.Index(
                fields=["agency", "destroyed_at"],
                condition=models.Q(destroyed_at__isnull=False),
                name="stored_file_destroyed",
            )
        ]

    def __str__(self):
        return self.name


class Counter(AgencyModel):
    """The last number given out in a series, such as HT-2026."""

    series = models.CharField(max_length=20)
    value = models.PositiveIntegerField(default=0)

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "series"], name="counter_series_once"),
        ]


class JobRun(AgencyModel):
    """One run of a scheduled job for this agency, as the office sees it."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    job = models.CharField(_("job"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    counts = models.JSONField(_("counts"), default=dict)
    error = models.TextField(_("error"), blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["agency", "job", "-started_at"], name="job_run_latest")]


class Export(AgencyModel):
    """A list as an Excel file, made in the background; the row comes first."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Being prepared")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    list_name = models.CharField(_("list"), max_length=40)
    query = models.TextField(blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    row_count = models.PositiveIntegerField(_("rows"), null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    error = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-requested_at"]
        constraints = [*AgencyModel.Meta.constraints, *same_agency("export", "file")]


class Import(AgencyModel):
    """An Excel file read in: every row is checked first, then all rows are saved or none.

    What stood in the file holds identity numbers, so it is encrypted, and forgotten once it is saved or given up.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked, not saved")
        SAVING = "saving", _("Being saved")
        DONE = "done", _("All saved")
        DROPPED = "dropped", _("Given up")
        FAILED = "failed", _("Failed")

    importer = models.CharField(_("list"), max_length=40)
    name = models.CharField(_("file"), max_length=150)
    rows = EncryptedTextField(blank=True)
    problems = EncryptedTextField(blank=True)
    unknown_heads = models.JSONField(default=list, help_text="columns nobody knows, which are passed over")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHECKING)
    row_count = models.PositiveIntegerField(_("rows"))
    wrong_count = models.PositiveIntegerField(_("wrong rows"), null=True, blank=True)
    requested_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-requested_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(state__in=["checking", "checked", "saving", "done", "dropped", "failed"]),
                name="import_state",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["done", "dropped"]) | models.Q(rows="", problems=""),
                name="import_forgotten",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["saving", "done"]) | models.Q(wrong_count=0), name="import_whole"
            ),
        ]
        indexes = [models.Index(fields=["agency", "requested_by", "-requested_at"], name="import_of")]


class AccessLog(AgencyModel):
    """Who saw a masked value in full: when, whose, which field, and why (8.2)."""

    user = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), auto_now_add=True)
    subject = models.CharField(_("whose"), max_length=60, help_text="model and id, for example clients.client:17")
    about = models.CharField(_("whose"), max_length=150, blank=True, default="", db_default="")
    field = models.CharField(_("field"), max_length=40)
    reason = models.CharField(_("reason"), max_length=100, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-at"]
        constraints = [*AgencyModel.Meta.constraints, InsertOnly(name="access_log_insert_only")]
        indexes = [
            models.Index(fields=["agency", "subject", "-at"], name="access_log_subject"),
            models.Index(fields=["agency", "-at"], name="access_log_latest"),
        ]
