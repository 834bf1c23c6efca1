"""What the papers of this app say."""

from typing import Any

from agencies.links import public_url
from agencies.tenancy import current_agency
from archive.actions import builds
from archive.models import Document
from archive.texts import text_in_force
from clients.actions.consents import givers_of
from clients.consent_text import CONSENTS, NOTICE
from clients.models import Client


@builds(Document.Kind.CONSENT_SHEET)
def consent_sheet(document: Document) -> tuple[str, dict[str, Any]]:
    """The consents (知情同意书): who asks, what for, how long, one box each, to be signed by hand."""
    client = Client.objects.get(pk=document.subject_id)
    in_person, speakers = givers_of(client)
    text = text_in_force(CONSENTS)
    return "clients/pdf/consents.html", {
        "agency_name": current_agency().name,
        "number": client.number,
        "check": "",
        "mark": "",
        "verify_url": public_url("public:verify", document.verify_code),
        "version": text.version,
        "matters": [part for part in text.parts if part[0] != NOTICE],
        "notices": [part for part in text.parts if part[0] == NOTICE],
        "agency": current_agency(),
        "client": client,
        "in_person": in_person,
        "speakers": speakers,
    }
