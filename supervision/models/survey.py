"""Satisfaction surveys (满意度调查, 8.1): rounds, invitations by link, answers."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.tenancy import AgencyModel, InsertOnly, same_agency
from contracts.models.handover import Satisfaction


class SurveyRound(AgencyModel):
    """One survey of all clients in service."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", pgettext_lazy("survey", "Closed")

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    opened_on = models.DateField(_("opened on"))
    closes_on = models.DateField(_("closes on"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-opened_on"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency"], condition=Q(state="open"), name="survey_one_open"),
            models.UniqueConstraint(fields=["agency", "opened_on"], name="survey_round_once"),
            models.CheckConstraint(condition=Q(closes_on__gt=F("opened_on")), name="survey_round_dates"),
        ]

    def __str__(self):
        return self.name


class SurveyInvitation(AgencyModel):
    """One client asked in one round, about one caregiver; the link is signed from this row."""

    round = models.ForeignKey(SurveyRound, models.PROTECT, related_name="invitations")
    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="survey_invitations")
    agreement = models.ForeignKey("contracts.Agreement", models.PROTECT, related_name="+")
    caregiver = models.ForeignKey("caregivers.Caregiver", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("survey_invitation", "round", "client", "agreement", "caregiver"),
            models.UniqueConstraint(fields=["agency", "round", "client"], name="survey_invitation_once"),
        ]
        indexes = [models.Index(fields=["agency", "caregiver"], name="survey_of_caregiver")]


class SurveyAnswer(AgencyModel):
    """What a client answered, once, by link, phone or paper."""

    class Way(models.TextChoices):
        LINK = "link", _("By link")
        PHONE = "phone", _("By phone")
        PAPER = "paper", _("On paper")

    invitation = models.ForeignKey(SurveyInvitation, models.PROTECT, related_name="answers")
    way = models.CharField(_("way"), max_length=10, choices=Way)
    overall = models.CharField(_("overall"), max_length=15, choices=Satisfaction)
    scores = models.JSONField(default=dict, help_text="satisfaction by question code")
    comment = models.TextField(_("in their words"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(auto_now_add=True)
    entered_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("survey_answer", "invitation"),
            models.UniqueConstraint(fields=["agency", "invitation"], name="survey_answer_once"),
            models.CheckConstraint(condition=Q(overall__in=Satisfaction.values), name="survey_answer_overall"),
            InsertOnly(name="survey_answer_insert_only"),
        ]
