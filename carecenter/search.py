"""The one search box: clients, caregivers, agreements, by name, pinyin, last digits, number."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from agencies.links import office_url
from caregivers.queries.files import find_caregivers
from clients.models import Enquiry
from clients.queries import find_clients, find_enquiries
from contracts.models import Agreement
from supervision.models import Complaint

LIMIT = 8


@dataclass(frozen=True)
class Hit:
    title: str
    kind: str
    url: str


FIELDS = ("id", "agency_id", "name", "number", "salutation", "district", "phone")


def find(text: str) -> list[Hit]:
    """Hits of each kind, eight at most; nothing for less than two characters of Latin letters."""
    text = text.strip()[:50]
    if not text or (len(text) == 1 and text.isascii()):
        return []
    return [*_clients(text), *_enquiries(text), *_caregivers(text), *_agreements(text), *_complaints(text)]


def _clients(text):
    for client in find_clients(text).only(*FIELDS)[:LIMIT]:
        title = f"{client.number} {client.name} {client.salutation} · {client.district} · …{client.phone[-4:]}".removesuffix(
            " · …"
        )
        yield Hit(title, _("client"), office_url("client_file", client.pk))


def _enquiries(text):
    """Open ones; of the others the file or nothing is left to do."""
    for enquiry in find_enquiries(text).filter(state=Enquiry.State.OPEN)[:LIMIT]:
        title = f"{enquiry.number} {enquiry.caller} · …{enquiry.phone[-4:]}"
        yield Hit(title, _("enquiry"), office_url("enquiry_page", enquiry.pk))


def _caregivers(text):
    for caregiver in find_caregivers(text).only("id", "agency_id", "name", "number")[:LIMIT]:
        yield Hit(str(caregiver), _("caregiver"), office_url("caregiver_file", caregiver.pk))


def _agreements(text):
    found = Agreement.objects.filter(number__icontains=text).only("id", "agency_id", "number")
    for agreement in found.order_by("-number")[:LIMIT] if len(text) > 2 else []:
        yield Hit(agreement.number, _("agreement"), office_url("agreement_file", agreement.pk))


def _complaints(text):
    found = Complaint.objects.filter(number__icontains=text).only("id", "agency_id", "number")
    for complaint in found.order_by("-number")[:LIMIT] if len(text) > 2 else []:
        yield Hit(complaint.number, _("complaint"), office_url("complaint_file", complaint.pk))
