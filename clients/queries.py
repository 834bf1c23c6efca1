"""Reads of client files."""

import datetime as dt

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from agencies.fields import lookup_hash
from agencies.identity import normalise_identity
from agencies.standard import Finding
from clients.models import Assessment, Client, Consent, Enquiry, Guardian, RiskNote
from clients.standard import FILE, HEALTH_RISKS, FileFacts


def with_status(clients: QuerySet[Client]) -> QuerySet[Client]:
    """Annotate self_care, ability_level and reassess_on of the latest assessment; None without one.

    Without the consent to health data in force the first two are locked: they are None, and is_locked says why.
    """
    latest = Assessment.objects.filter(agency=OuterRef("agency"), client=OuterRef("pk"))
    latest = latest.order_by("-assessed_on", "-id")
    allowed = Exists(consents_in_force(Consent.Kind.HEALTH_DATA).filter(client=OuterRef("pk")))
    return clients.annotate(
        is_locked=~allowed,
        self_care=Case(When(allowed, then=Subquery(latest.values("self_care")[:1]))),
        ability_level=Case(When(allowed, then=Subquery(latest.values("level")[:1]))),
        reassess_on=Subquery(latest.values("reassess_on")[:1]),
    )


def consents_in_force(kind: str) -> QuerySet[Consent]:
    """Of one kind, to be tied to a client by an outer query."""
    return Consent.objects.filter(agency=OuterRef("agency"), kind=kind, withdrawn_at=None)


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
    """The newest one of today or before."""
    rows = Assessment.objects.filter(client=client, assessed_on__lte=timezone.localdate())
    return rows.order_by("-assessed_on", "-id").first()


def has_consent(client: Client, kind: str) -> bool:
    return Consent.objects.filter(client=client, kind=kind, withdrawn_at=None).exists()


def withdrawn_on(client: Client, kind: str) -> dt.date | None:
    """The day a consent was withdrawn that was not given again."""
    return file_facts(client).withdrawn.get(kind)


def file_facts(client: Client) -> FileFacts:
    """What the rules about a file ask."""
    consents = client.consents.filter(is_replaced=False).order_by("given_at").values_list("kind", "withdrawn_at")
    in_force = frozenset(kind for kind, withdrawn_at in consents if withdrawn_at is None)
    assessment = current_assessment(client)
    return FileFacts(
        today=timezone.localdate(),
        consents=in_force,
        withdrawn={kind: timezone.localdate(at) for kind, at in consents if at and kind not in in_force},
        has_emergency_contact=client.guardians.filter(is_active=True, is_emergency_contact=True).exists(),
        is_assessed=assessment is not None,
        reassess_on=assessment.reassess_on if assessment else None,
    )


def missing_in_file(client: Client) -> list[Finding]:
    """Everything a client's file lacks before there can be an agreement, in the order it is best seen to."""
    return FILE.findings(file_facts(client), on=timezone.localdate())


def shown_risk_notes(client: Client) -> QuerySet[RiskNote]:
    """Active notes; those about health only while the consent to health data is in force."""
    return _active_notes(client, Consent.Kind.HEALTH_DATA)


def told_risk_notes(client: Client) -> QuerySet[RiskNote]:
    """What a caregiver is told of them: those about health only with the consent to that, too."""
    return _active_notes(client, Consent.Kind.HEALTH_DATA, Consent.Kind.SHARING)


def _active_notes(client, *kinds):
    allowed = Q()
    for kind in kinds:
        allowed &= Q(Exists(consents_in_force(kind).filter(client=OuterRef("client"))))
    return client.risk_notes.filter(~Q(kind__in=HEALTH_RISKS) | allowed, is_active=True)


def overdue_assessments(clients: QuerySet[Client], today: dt.date) -> QuerySet[Client]:
    """Of clients with their status, those whose assessment is missing or past its day."""
    return clients.filter(Q(reassess_on=None) | Q(reassess_on__lt=today))


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


def find_enquiries(text: str) -> QuerySet[Enquiry]:
    """By how caller or old person are addressed, number, or last digits of the phone."""
    text = text.strip()
    found = Q(caller__contains=text) | Q(salutation__contains=text) | Q(number__iexact=text)
    if text.isdigit() and len(text) >= 4:
        found |= Q(phone__endswith=text)
    return Enquiry.objects.filter(found)
