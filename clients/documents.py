"""What the papers of this app say."""

from typing import Any

from agencies.links import public_url
from agencies.models import AgencySettings
from agencies.tenancy import current_agency
from archive.actions import builds
from archive.models import Document
from clients.actions.consents import CONSENT_TEXT_VERSION, givers_of
from clients.models import Client


@builds(Document.Kind.CONSENT_SHEET)
def consent_sheet(document: Document) -> tuple[str, dict[str, Any]]:
    """The consents (知情同意书): who asks, what for, how long, one box each, to be signed by hand."""
    client = Client.objects.get(pk=document.subject_id)
    in_person, speakers = givers_of(client)
    return f"clients/pdf/consents_{CONSENT_TEXT_VERSION}.html", {
        "agency_name": current_agency().name,
        "number": client.number,
        "check": "",
        "mark": "",
        "verify_url": public_url("public:verify", document.verify_code),
        "version": CONSENT_TEXT_VERSION,
        "agency": current_agency(),
        "client": client,
        "in_person": in_person,
        "speakers": speakers,
        "years": AgencySettings.objects.get().keep_contracts_years,
    }
