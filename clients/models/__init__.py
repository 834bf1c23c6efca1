"""Tables of those who ask for service, and of the client file."""

from clients.models.assessment import Assessment, SelfCare
from clients.models.client import Client, Guardian, RiskNote
from clients.models.consent import Consent
from clients.models.enquiry import Enquiry, EnquiryEntry, ShiftNote
from clients.models.home import HomeCheck, HomeFinding
from clients.models.paper import ClientPaper
from clients.models.request import DataRequest

__all__ = [
    "Assessment",
    "Client",
    "ClientPaper",
    "Consent",
    "DataRequest",
    "Enquiry",
    "EnquiryEntry",
    "Guardian",
    "HomeCheck",
    "HomeFinding",
    "RiskNote",
    "SelfCare",
    "ShiftNote",
]
