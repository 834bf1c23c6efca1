"""Tables of supervision: return visits, satisfaction surveys, complaints, praise."""

from supervision.models.complaint import Complaint, ComplaintEntry
from supervision.models.praise import Praise
from supervision.models.return_visit import CallAttempt, ReturnVisit
from supervision.models.survey import SurveyAnswer, SurveyInvitation, SurveyRound

__all__ = [
    "CallAttempt",
    "Complaint",
    "ComplaintEntry",
    "Praise",
    "ReturnVisit",
    "SurveyAnswer",
    "SurveyInvitation",
    "SurveyRound",
]
