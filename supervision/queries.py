"""Reads of supervision."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from agencies.models import AgencySettings
from clients.models import RiskNote
from clients.queries import told_risk_notes
from contracts.models import Visit
from supervision.models import Complaint, ReturnVisit, SurveyAnswer, SurveyInvitation, SurveyRound
from supervision.scenarios import SCENARIOS
from supervision.standard import RECOURSE, SURVEY, Question, SatisfactionRate, percent, satisfaction_rate


def listed_calls() -> QuerySet[ReturnVisit]:
    return ReturnVisit.objects.select_related("client", "agreement", "done_by").order_by("call_after")


@dataclass(frozen=True)
class BeforeCalling:
    """What a caller should know: the latest visits, what was said last time, complaints still open, risks."""

    visits: list[Visit]
    last_call: ReturnVisit | None
    complaints: list[Complaint]
    risks: list[RiskNote]


def before_calling(call: ReturnVisit, *, with_health: bool) -> BeforeCalling:
    """Read for one call; risks of health by right and consent."""
    gone_by = Visit.objects.filter(client=call.client_id, period__startswith__lt=timezone.now())
    said = ReturnVisit.objects.filter(client=call.client_id, state=ReturnVisit.State.DONE).exclude(pk=call.pk)
    unsettled = Complaint.objects.filter(client=call.client_id).exclude(state=Complaint.State.CLOSED)
    return BeforeCalling(
        visits=list(gone_by.select_related("caregiver").order_by("-period")[:4]),
        last_call=said.order_by("-done_at").first(),
        complaints=list(unsettled),
        risks=list(told_risk_notes(call.client, with_health=with_health)),
    )


def scenario_steps(kind: str) -> tuple[str, ...]:
    """What to do first in an emergency, in the reader's language."""
    return SCENARIOS[kind].steps_en if get_language() == "en" else SCENARIOS[kind].steps


def recourse_texts() -> list[str]:
    """Where a complainant may turn outside the agency, in the reader's language."""
    return [way.text_en if get_language() == "en" else way.text for way in RECOURSE]


@dataclass(frozen=True)
class RoundResult:
    """A round in figures: who was asked, who answered, the rates overall and by question."""

    invited: int
    answered: int
    response: object
    overall: SatisfactionRate
    questions: list[tuple[Question, SatisfactionRate]]


def result_of(survey_round: SurveyRound) -> RoundResult:
    """Count the answers of a round; two queries."""
    minimum = AgencySettings.objects.get().survey_min_answers
    invited = SurveyInvitation.objects.filter(round=survey_round).count()
    rows = SurveyAnswer.objects.filter(invitation__round=survey_round).values_list("overall", "scores")
    overall: dict[str, int] = {}
    by_question: dict[str, dict[str, int]] = {question.code: {} for question in SURVEY}
    answered = 0
    for step, scores in rows:
        answered += 1
        overall[step] = overall.get(step, 0) + 1
        for code, score in scores.items():
            if code in by_question:
                by_question[code][score] = by_question[code].get(score, 0) + 1
    questions = [(question, satisfaction_rate(by_question[question.code], minimum=minimum)) for question in SURVEY]
    return RoundResult(
        invited, answered, percent(answered, invited), satisfaction_rate(overall, minimum=minimum), questions
    )


def rounds_with_counts() -> QuerySet[SurveyRound]:
    return SurveyRound.objects.annotate(
        invited=Count("invitations", distinct=True), answered=Count("invitations__answers", distinct=True)
    )


def latest_result() -> tuple[SurveyRound, RoundResult] | None:
    """The newest round that has answers enough for a rate, for the today board."""
    for survey_round in SurveyRound.objects.order_by("-opened_on")[:2]:
        result = result_of(survey_round)
        if result.overall.satisfied is not None:
            return survey_round, result
    return None
