"""Tables of supervision: return visits, satisfaction surveys, complaints."""

from supervision.models.complaint import Complaint, ComplaintEntry
from supervision.models.return_visit import CallAttempt, ReturnVisit
from supervision.models.survey import SurveyAnswer, SurveyInvitation, SurveyRound

__all__ = [
    "CallAttempt",
    "Complaint",
    "ComplaintEntry",
    "ReturnVisit",
    "SurveyAnswer",
    "SurveyInvitation",
    "SurveyRound",
]
