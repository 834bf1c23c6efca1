"""Training (7.2.2 b): courses, sessions, attendance, exams, what it brought, and the plan of the year."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.models.catalogue import Level
from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, same_agency
from caregivers.models.caregiver import Caregiver


class Course(AgencyModel):
    """Something taught: before posting (岗前), for a level (等级专业), for promotion (升星), or in between."""

    class Kind(models.TextChoices):
        BEFORE_POSTING = "before_posting", _("Before posting")
        LEVEL = "level", _("Level training")
        PROMOTION = "promotion", _("Promotion training")
        FURTHER = "further", _("Further training")

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    level = models.PositiveSmallIntegerField(
        _("for level"), choices=Level, null=True, blank=True, help_text=_("The level it leads to.")
    )
    hours = models.PositiveSmallIntegerField(_("hours"))
    pass_mark = models.PositiveSmallIntegerField(_("pass mark"), default=60)
    every_months = models.PositiveSmallIntegerField(
        _("repeat every (months)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text=_("The yearly plan repeats it so often; empty: when somebody needs it."),
    )
    outline = models.TextField(_("outline"), max_length=2000, blank=True)
    is_active = models.BooleanField(_("offered"), default=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["kind", "level", "name"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "name"], name="course_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["level", "promotion"], level__in=[1, 2, 3])
                | Q(kind__in=["before_posting", "further"], level=None),
                name="course_level",
            ),
            models.CheckConstraint(condition=Q(pass_mark__range=(1, 100), hours__gte=1), name="course_numbers"),
        ]

    def __str__(self):
        return self.name


class TrainingSession(AgencyModel):
    """A course given at a time and place by a trainer, who holds three stars or comes from outside (6.4.2 d)."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    course = models.ForeignKey(Course, models.PROTECT, related_name="sessions", verbose_name=_("course"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    place = models.CharField(_("place"), max_length=100)
    trainer = models.ForeignKey(
        Caregiver, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("trainer")
    )
    outside_trainer = models.CharField(_("trainer from outside"), max_length=80, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"), default=30)
    cancel_reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["-starts_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("training_session", "course", "trainer"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="training_session_times"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "held"], cancel_reason="")
                | Q(state="cancelled") & ~Q(cancel_reason=""),
                name="training_session_state",
            ),
            models.CheckConstraint(
                condition=Q(trainer__isnull=False, outside_trainer="") | Q(trainer=None) & ~Q(outside_trainer=""),
                name="training_session_trainer",
            ),
        ]
        indexes = [models.Index(fields=["agency", "state", "-starts_at"], name="training_session_list")]

    def __str__(self):
        return f"{self.course} {timezone.localdate(self.starts_at)}"


class Attendance(AgencyModel):
    """Somebody signed up for a session, and whether they came: by the QR code on their phone or noted by the office."""

    class Way(models.TextChoices):
        QR = "qr", _("QR code")
        OFFICE = "office", _("Noted by the office")

    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="attendances")
    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="attendances")
    attended_at = models.DateTimeField(_("attended at"), null=True, blank=True)
    way = models.CharField(_("noted by"), max_length=10, choices=Way, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["caregiver__number"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("attendance", "session", "caregiver"),
            models.UniqueConstraint(fields=["agency", "session", "caregiver"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(attended_at=None, way="") | Q(attended_at__isnull=False) & ~Q(way=""),
                name="attendance_way",
            ),
        ]
        indexes = [models.Index(fields=["agency", "caregiver"], name="attendance_of")]


class ExamResult(AgencyModel):
    """The result of an exam of a course; a retake is a further row, never a change."""

    class Part(models.TextChoices):
        THEORY = "theory", _("Theory")
        PRACTICE = "practice", _("Practice")

    course = models.ForeignKey(Course, models.PROTECT, related_name="results", verbose_name=_("course"))
    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="exam_results")
    session = models.ForeignKey(TrainingSession, models.PROTECT, null=True, blank=True, related_name="results")
    part = models.CharField(_("part"), max_length=10, choices=Part)
    score = models.PositiveSmallIntegerField(_("score"))
    is_passed = models.BooleanField(_("passed"))
    taken_on = models.DateField(_("taken on"))
    examiner = models.CharField(_("examiner"), max_length=50)
    recorded_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    annulled_on = models.DateField(_("annulled on"), null=True, blank=True)
    annulled_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    annulled_reason = models.CharField(_("annulled because"), max_length=200, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-taken_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("exam_result", "course", "caregiver", "session"),
            models.CheckConstraint(condition=Q(score__lte=100), name="exam_result_score"),
            models.CheckConstraint(
                condition=Q(annulled_on=None, annulled_by=None, annulled_reason="")
                | Q(annulled_on__isnull=False, annulled_by__isnull=False) & ~Q(annulled_reason=""),
                name="exam_result_annulled",
            ),
            models.UniqueConstraint(
                fields=["agency", "caregiver", "course", "part", "taken_on"],
                condition=Q(annulled_on=None),
                name="exam_result_once_a_day",
            ),
            InsertOnly(name="exam_result_insert_only", changeable=("annulled_on", "annulled_by", "annulled_reason")),
        ]
        indexes = [models.Index(fields=["agency", "caregiver", "course"], name="exam_result_of")]


class EffectEvaluation(AgencyModel):
    """What a session brought (7.2.2 b): judged after some weeks, with what follows from it."""

    class Effect(models.TextChoices):
        GOOD = "good", _("Reached its aim")
        PARTLY = "partly", _("Reached it partly")
        NONE = "none", _("Missed its aim")

    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="effects")
    effect = models.CharField(_("effect"), max_length=10, choices=Effect)
    method = models.CharField(_("how it was judged"), max_length=200)
    follow_up = models.CharField(_("what follows"), max_length=300, blank=True)
    figures = models.JSONField(default=dict, help_text="what was recorded of those who attended, before and after")
    evaluated_on = models.DateField(_("judged on"))
    evaluated_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-evaluated_on"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("effect_evaluation", "session"),
            models.UniqueConstraint(fields=["agency", "session"], name="effect_evaluation_once"),
            models.CheckConstraint(condition=Q(effect="good") | ~Q(follow_up=""), name="effect_evaluation_follow_up"),
            InsertOnly(name="effect_evaluation_insert_only"),
        ]


class TrainingPlanLine(AgencyModel):
    """A line of the year's plan: a course, a month, and how many the promotions board says need it."""

    year = models.PositiveSmallIntegerField(_("year"))
    month = models.PositiveSmallIntegerField(_("month"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="plan_lines", verbose_name=_("course"))
    seats = models.PositiveSmallIntegerField(_("seats"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        ordering = ["year", "month", "course"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("training_plan_line", "course"),
            models.UniqueConstraint(fields=["agency", "year", "month", "course"], name="training_plan_line_once"),
            models.CheckConstraint(condition=Q(month__range=(1, 12)), name="training_plan_line_month"),
        ]
