"""Tables of the client file."""

from clients.models.assessment import Assessment, SelfCare
from clients.models.client import Client, Guardian, RiskNote
from clients.models.consent import Consent

__all__ = ["Assessment", "Client", "Consent", "Guardian", "RiskNote", "SelfCare"]
