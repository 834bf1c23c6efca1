"""Tables of those who ask for service, and of the client file."""

from clients.models.assessment import Assessment, SelfCare
from clients.models.client import Client, Guardian, RiskNote
from clients.models.consent import Consent
from clients.models.enquiry import Enquiry, EnquiryEntry

__all__ = ["Assessment", "Client", "Consent", "Enquiry", "EnquiryEntry", "Guardian", "RiskNote", "SelfCare"]
