"""Tables of supervision: return visits, satisfaction surveys, complaints, praise, incidents."""

from supervision.models.complaint import Complaint, ComplaintEntry
from supervision.models.incident import Incident, IncidentEntry
from supervision.models.praise import Praise
from supervision.models.return_visit import CallAttempt, ReturnVisit
from supervision.models.survey import SurveyAnswer, SurveyInvitation, SurveyRound

__all__ = [
    "CallAttempt",
    "Complaint",
    "ComplaintEntry",
    "Incident",
    "IncidentEntry",
    "Praise",
    "ReturnVisit",
    "SurveyAnswer",
    "SurveyInvitation",
    "SurveyRound",
]
