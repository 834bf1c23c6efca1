"""Evaluation (7.2.2 e): the periodic form, what clients and supervision said, and days really served."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel, InsertOnly, same_agency
from caregivers.models.caregiver import Caregiver


class Evaluation(AgencyModel):
    """A periodic evaluation by a form; scores are of 5 points a question, the result is its author's judgement."""

    class Result(models.TextChoices):
        EXCELLENT = "excellent", _("Excellent")
        FIT = "fit", _("Fit")
        NOT_FIT = "not_fit", _("Not fit")

    number = models.CharField(_("number"), max_length=20, db_default="")
    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="evaluations")
    period = DateRangeField(_("period"))
    scores = models.JSONField(_("scores"))
    result = models.CharField(_("result"), max_length=10, choices=Result)
    strengths = models.CharField(_("what was good"), max_length=500, blank=True)
    weaknesses = models.CharField(_("what should get better"), max_length=500, blank=True)
    figures = models.JSONField(default=dict, help_text="the score card as it stood that day")
    evaluated_on = models.DateField(_("evaluated on"))
    evaluated_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-evaluated_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("evaluation", "caregiver"),
            models.UniqueConstraint(
                fields=["agency", "number"], condition=~Q(number=""), name="evaluation_number_once"
            ),
            models.CheckConstraint(condition=Q(result__in=["excellent", "fit", "not_fit"]), name="evaluation_result"),
            InsertOnly(name="evaluation_insert_only"),
        ]
        indexes = [models.Index(fields=["agency", "caregiver", "-evaluated_on"], name="evaluation_of")]

    def __str__(self):
        return self.number


class EvaluationReply(AgencyModel):
    """The caregiver has read an evaluation, and says what they think of it if they like."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="replies")
    text = models.CharField(_("what the caregiver thinks of it"), max_length=500, blank=True)
    read_at = models.DateTimeField(_("read at"), auto_now_add=True)

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("evaluation_reply", "evaluation"),
            models.UniqueConstraint(fields=["agency", "evaluation"], name="evaluation_reply_once"),
            InsertOnly(name="evaluation_reply_insert_only"),
        ]


class QualityRecord(AgencyModel):
    """One thing that counts for a caregiver, handed down by the app where it happened; source and id say where.

    value: for a rating 4 very satisfied to 1 dissatisfied; minutes late for punctuality, all of its minutes for a visit
    that was missed; 1 or 0 for a task done or left and for a conduct check; a complaint counts 1 when it is founded, 0
    when not.
    """

    class Kind(models.TextChoices):
        RATING = "rating", _("Client's rating")
        PUNCTUALITY = "punctuality", _("Punctuality")
        TASK = "task", _("Tasks")
        COMPLAINT = "complaint", _("Complaint")
        CONDUCT = "conduct", _("Conduct check")

    class Source(models.TextChoices):
        VISIT = "visit", _("Visit")
        VISIT_TASK = "visit_task", _("Task at a visit")
        RETURN_VISIT = "return_visit", _("Return visit")
        SURVEY = "survey", _("Satisfaction survey")
        COMPLAINT = "complaint", _("Complaint")
        HANDOVER = "handover", _("Handover record")

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="quality_records")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    source = models.CharField(_("from"), max_length=20, choices=Source)
    source_id = models.BigIntegerField()
    value = models.SmallIntegerField(_("value"))
    happened_on = models.DateField(_("on"))

    class Meta(AgencyModel.Meta):
        ordering = ["-happened_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("quality_record", "caregiver"),
            models.UniqueConstraint(fields=["agency", "source", "source_id", "kind"], name="quality_record_once"),
            models.CheckConstraint(condition=~Q(kind="rating") | Q(value__range=(1, 4)), name="quality_record_rating"),
        ]
        indexes = [
            models.Index(fields=["agency", "caregiver", "kind", "happened_on"], name="quality_record_of"),
            models.Index(fields=["agency", "-happened_on", "-id"], name="quality_record_list"),
        ]


class ServiceDay(AgencyModel):
    """A day on which a caregiver really served, with the minutes from check-in to check-out (6.2.1 a)."""

    caregiver = models.ForeignKey(Caregiver, models.PROTECT, related_name="service_days")
    day = models.DateField(_("day"))
    minutes = models.PositiveIntegerField(_("minutes"))

    class Meta(AgencyModel.Meta):
        ordering = ["day"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("service_day", "caregiver"),
            models.UniqueConstraint(fields=["agency", "caregiver", "day"], name="service_day_once"),
        ]
