"""Reads of client files."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Concat
from django.utils import timezone

from agencies.calendar import ONE_DAY
from agencies.fields import lookup_hash
from agencies.identity import normalise_identity, normalise_phone
from agencies.standard import Finding
from clients.models import (
    Assessment,
    Client,
    ClientPaper,
    Consent,
    Enquiry,
    Guardian,
    HomeCheck,
    HomeFinding,
    RiskNote,
)
from clients.standard import FILE, HEALTH_RISKS, HOME, FileFacts, HomeFacts


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


def shown_risk_notes(client: Client, *, with_health: bool = True) -> QuerySet[RiskNote]:
    """Active notes; those about health only while the consent to that is in force, and for who may see health data."""
    return _active_notes(client, with_health, Consent.Kind.HEALTH_DATA)


def told_risk_notes(client: Client, *, with_health: bool = True) -> QuerySet[RiskNote]:
    """What a caregiver is told of them: those about health only with the consent to that, too."""
    return _active_notes(client, with_health, Consent.Kind.HEALTH_DATA, Consent.Kind.SHARING)


def _active_notes(client, with_health, *kinds):
    notes = client.risk_notes.filter(is_active=True)
    if not with_health:
        return notes.exclude(kind__in=HEALTH_RISKS)
    allowed = Q()
    for kind in kinds:
        allowed &= Q(Exists(consents_in_force(kind).filter(client=OuterRef("client"))))
    return notes.filter(~Q(kind__in=HEALTH_RISKS) | allowed)


def overdue_assessments(clients: QuerySet[Client], today: dt.date) -> QuerySet[Client]:
    """Of clients with their status, those whose assessment is missing or past its day."""
    return clients.filter(Q(reassess_on=None) | Q(reassess_on__lt=today))


@dataclass(frozen=True)
class Known:
    """Somebody who is on record already: a client, who speaks for one, or an enquiry; row is what to open."""

    row: Client | Enquiry
    note: str = ""


def known_people(text: str, limit: int = 8) -> list[Known]:
    """Whom the desk knows by a phone, an identity number, a name or a number, before anything is written anew."""
    text = text.strip()[:50]
    if len(text) < 2:
        return []
    phone = normalise_phone(text) or text
    clients = find_clients(text) | Client.objects.filter(phone=phone)
    spoken_for = Q(phone=phone) | Q(name=text)
    if len(text) >= 15:
        spoken_for |= Q(identity_hash=lookup_hash(normalise_identity(text)))
    guardians = Guardian.objects.filter(spoken_for, is_active=True).select_related("client")
    enquiries = (find_enquiries(text) | Enquiry.objects.filter(phone=phone)).order_by("-number")
    return [
        *(Known(client) for client in clients.order_by("-number")[:limit]),
        *(Known(row.client, f"{row.name}（{row.relation}）") for row in guardians[:limit]),
        *(Known(enquiry) for enquiry in enquiries[:limit]),
    ]


def known_by_phone(phone: str, *, enquiry: Enquiry | None = None) -> list[str]:
    """Who has this phone already: clients, those who speak for one, and open enquiries but the one it comes from."""
    if not phone:
        return []
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


def called_for(clients: Iterable[int]) -> dict[int, Guardian]:
    """Whom to call for each client: the emergency contact first, then who speaks for them; one query."""
    guardians = Guardian.objects.filter(client__in=list(clients), is_active=True)
    contact = Guardian.Authority.CONTACT
    found: dict[int, Guardian] = {}
    for one in sorted(guardians, key=lambda one: (not one.is_emergency_contact, one.authority == contact, one.pk)):
        found.setdefault(one.client_id, one)
    return found


def whom_to_call(client: Client) -> Client | Guardian:
    """The client, or without a phone of their own who is called instead."""
    return client if client.phone else called_for([client.pk]).get(client.pk, client)


def due_enquiries(now: dt.datetime) -> QuerySet[Enquiry]:
    """Open ones that nobody answered yet, that are owed a reply today, or whose next call is due."""
    tomorrow = timezone.make_aware(dt.datetime.combine(timezone.localdate(now) + ONE_DAY, dt.time()))
    is_due = Q(answered_at=None) | Q(reply_by__lt=tomorrow) | Q(follow_up_on__lte=timezone.localdate(now))
    return Enquiry.objects.filter(is_due, state=Enquiry.State.OPEN)


def late_enquiries(now: dt.datetime) -> QuerySet[Enquiry]:
    """Open ones whose promised reply is overdue."""
    return Enquiry.objects.filter(state=Enquiry.State.OPEN, reply_by__lt=now)


def find_enquiries(text: str) -> QuerySet[Enquiry]:
    """By how caller or old person are addressed, number, or last digits of the phone."""
    text = text.strip()
    found = Q(caller__contains=text) | Q(salutation__contains=text) | Q(number__iexact=text)
    if text.isdigit() and len(text) >= 4:
        found |= Q(phone__endswith=text)
    return Enquiry.objects.filter(found)


def enquiry_of(number: str, tail: str) -> Enquiry | None:
    """The enquiry with this number whose phone ends in these four digits."""
    is_tail = len(tail) == 4 and tail.isdecimal()
    return Enquiry.objects.filter(number=number, phone__endswith=tail).first() if is_tail else None


def current_home_check(client: Client) -> HomeCheck | None:
    return client.home_checks.order_by("-checked_on", "-id").first()


def address_of(client: Client) -> str:
    """The address as a check keeps it; another one asks for another check."""
    return f"{client.district} {client.address}"


def home_facts(client: Client) -> HomeFacts:
    """What the rules about a home ask."""
    check, today = current_home_check(client), timezone.localdate()
    open_ones = HomeFinding.objects.filter(check_made__client=client, done_on=None)
    return HomeFacts(
        today=today,
        checked_on=check.checked_on if check else None,
        is_same_address=check is not None and check.address == address_of(client),
        overdue=open_ones.filter(due_on__lt=today).count(),
    )


def missing_at_home(client: Client) -> list[Finding]:
    return HOME.findings(home_facts(client), on=timezone.localdate())


def without_home_check(clients: QuerySet[Client]) -> QuerySet[Client]:
    """Those whose home, at the address on file, was not checked yet."""
    checks = HomeCheck.objects.filter(agency=OuterRef("agency"), client=OuterRef("pk"))
    latest = checks.order_by("-checked_on", "-id").values("address")[:1]
    address = Concat("district", Value(" "), "address")
    return clients.annotate(checked_address=Subquery(latest)).filter(
        Q(checked_address=None) | ~Q(checked_address=address)
    )


def ended_authorities(client: Client) -> QuerySet[Guardian]:
    """Who spoke for the client until a day that has passed."""
    return client.guardians.filter(is_active=True, valid_until__lt=timezone.localdate())


def unproved_speakers(client: Client) -> QuerySet[Guardian]:
    """Who may sign for the client, without the proof on file."""
    speakers = client.guardians.filter(is_active=True, proof=None)
    return speakers.exclude(authority=Guardian.Authority.CONTACT)


def missing_from_client(client: Client) -> list[Finding]:
    """Everything a client has to bring or agree to, for the one notice."""
    return [*missing_in_file(client), *missing_at_home(client)]


def listed_papers() -> QuerySet[ClientPaper]:
    """On file, with whose they are; what says something about health only while the consent to that is in force."""
    allowed = Exists(consents_in_force(Consent.Kind.HEALTH_DATA).filter(client=OuterRef("client")))
    papers = ClientPaper.objects.filter(~Q(kind__in=ClientPaper.HEALTH) | allowed, removed_at=None)
    return papers.select_related("client", "file")
