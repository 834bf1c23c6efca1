"""Reads of client files."""

import datetime as dt

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from agencies.fields import lookup_hash
from agencies.identity import normalise_identity
from clients.models import Assessment, Client, Consent, Enquiry, Guardian


def with_status(clients: QuerySet[Client]) -> QuerySet[Client]:
    """Annotate self_care, ability_level and reassess_on of the latest assessment; None without one."""
    latest = Assessment.objects.filter(agency=OuterRef("agency"), client=OuterRef("pk"))
    latest = latest.order_by("-assessed_on", "-id")
    return clients.annotate(
        self_care=Subquery(latest.values("self_care")[:1]),
        ability_level=Subquery(latest.values("level")[:1]),
        reassess_on=Subquery(latest.values("reassess_on")[:1]),
    )


def find_clients(text: str) -> QuerySet[Client]:
    """By name, pinyin or its initials, number, last digits of the phone, or the whole identity number."""
    text = text.strip()
    found = Q(name__contains=text) | Q(number__iexact=text) | Q(pinyin__contains=text.lower())
    if text.isdigit() and len(text) >= 4:
        found |= Q(phone__endswith=text)
    if len(text) >= 15:
        found |= Q(identity_hash=lookup_hash(normalise_identity(text)))
    return Client.objects.filter(found)


def current_assessment(client: Client) -> Assessment | None:
    return Assessment.objects.filter(client=client).order_by("-assessed_on", "-id").first()


def has_consent(client: Client, kind: str) -> bool:
    return Consent.objects.filter(client=client, kind=kind, withdrawn_at=None).exists()


def overdue_assessments(clients: QuerySet[Client], today: dt.date) -> QuerySet[Client]:
    """Clients whose assessment is missing or past its day."""
    return with_status(clients).filter(Q(reassess_on=None) | Q(reassess_on__lt=today))


def known_by_phone(phone: str, *, enquiry: Enquiry | None = None) -> list[str]:
    """Who has this phone already: clients, those who speak for one, and open enquiries but the one it comes from."""
    clients = Client.objects.filter(phone=phone).only("id", "agency_id", "name", "number")
    guardians = Guardian.objects.filter(phone=phone, is_active=True).select_related("client")
    enquiries = Enquiry.objects.filter(phone=phone, state=Enquiry.State.OPEN).exclude(
        pk=enquiry.pk if enquiry else None
    )
    return [
        *map(str, clients),
        *(f"{guardian.name}（{guardian.client}）" for guardian in guardians),
        *map(str, enquiries),
    ]


def due_enquiries() -> QuerySet[Enquiry]:
    """Open ones that nobody answered yet, or whose next call is due."""
    is_due = Q(answered_at=None) | Q(follow_up_on__lte=timezone.localdate())
    return Enquiry.objects.filter(is_due, state=Enquiry.State.OPEN)
