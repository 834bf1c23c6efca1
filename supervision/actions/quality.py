"""What clients and complaints say about caregivers, handed down to their score card and level (6.2.1 b, 7.2.2 e)."""

from collections.abc import Iterable

from django.utils import timezone

from caregivers.actions.quality import Fact, keep_facts
from caregivers.models import QualityRecord
from contracts.actions.quality import POINTS
from supervision.models import Complaint, ReturnVisit, SurveyAnswer

Kind = QualityRecord.Kind


def hand_down_call(call: ReturnVisit) -> None:
    """The rating of a call is of whom the agreement names."""
    caregiver, day = call.agreement.caregiver_id, timezone.localdate(call.done_at)
    keep_facts([Fact(caregiver, Kind.RATING, "return_visit", call.pk, POINTS[call.satisfaction], day)])


def hand_down_answers(answers: Iterable[SurveyAnswer]) -> None:
    """The rating of a survey is of whom the invitation names."""
    keep_facts(
        Fact(
            answer.invitation.caregiver_id,
            Kind.RATING,
            "survey",
            answer.pk,
            POINTS[answer.overall],
            timezone.localdate(answer.answered_at),
        )
        for answer in answers
    )


def hand_down_complaint(complaint: Complaint) -> None:
    """A closed complaint counts against whom it concerned when it was founded, in whole or in part."""
    if complaint.caregiver_id is None:
        return
    founded = complaint.finding in (Complaint.Finding.FOUNDED, Complaint.Finding.PARTLY)
    day = complaint.happened_on or timezone.localdate(complaint.received_at)
    keep_facts([Fact(complaint.caregiver_id, Kind.COMPLAINT, "complaint", complaint.pk, int(founded), day)])
