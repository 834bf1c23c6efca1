"""Reads of what is taken down at the client's: doors and their codes, proofs, measurements."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from agencies.links import make_token, read_token
from agencies.models import AgencySettings
from caregivers.models import Caregiver
from clients.models import Client, Consent
from clients.queries import has_consent
from contracts.models import Door, Measurement, Visit
from contracts.queries.visits import own_visits

PURPOSE = "door"
AROUND = dt.timedelta(hours=12)  # a code opens visits that begin no later than this (derived)


def door_of(client_id: int) -> Door | None:
    return Door.objects.filter(client=client_id).first()


def places_of(clients: Iterable[int]) -> dict[int, tuple[float, float]]:
    """Latitude and longitude of the clients whose door the office has located; one query."""
    doors = Door.objects.filter(client__in=set(clients), latitude__isnull=False)
    rows = doors.values_list("client_id", "latitude", "longitude")
    return {client: (float(latitude), float(longitude)) for client, latitude, longitude in rows}


def door_url(door: Door) -> str:
    """The address in the code at the door; whoever is not signed in as a caregiver comes no further than the sign-in."""
    return settings.SITE_URL + reverse("phone:door", args=[make_token(PURPOSE, door.client_id, door.version)])


def client_of_code(token: str) -> int | None:
    """The client whose door a code hangs at; None when it is not ours or was made worthless."""
    found = read_token(PURPOSE, token)
    is_current = found and Door.objects.filter(client=found[0], version=found[1]).exists()
    return found[0] if is_current else None


def visit_at(caregiver: Caregiver, client_id: int) -> Visit | None:
    """The caregiver's own visit at a client that runs, or the one whose time is nearest."""
    now = timezone.now()
    rows = own_visits(caregiver).filter(client=client_id)
    running = rows.filter(state=Visit.State.IN_PROGRESS).first()
    planned = rows.filter(
        state=Visit.State.PLANNED, period__startswith__lte=now + AROUND, period__endswith__gte=now - AROUND
    )
    return running or planned.order_by("period").first()


def vital_limits(rules: AgencySettings) -> dict[str, tuple[float, float]]:
    """What the agency takes as usual, both ends in (derived)."""
    names = ("systolic", "diastolic", "pulse", "temperature")
    return {name: (getattr(rules, f"{name}_low"), getattr(rules, f"{name}_high")) for name in names}


def may_measure(client: Client) -> bool:
    """Health data is kept with the separate consent to it alone."""
    return has_consent(client, Consent.Kind.HEALTH_DATA)


def measurements_of(client: Client) -> QuerySet[Measurement]:
    """Nothing while the consent to health data is not in force."""
    rows = Measurement.objects.filter(client=client).select_related("taken_by", "visit", "struck_by")
    return rows if may_measure(client) else rows.none()
