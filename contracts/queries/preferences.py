"""Reads of preferences: whom a client prefers, and what stands against somebody never to be sent again."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from agencies.standard import Finding
from contracts.models import CaregiverPreference

Kind = CaregiverPreference.Kind


def in_force() -> QuerySet[CaregiverPreference]:
    return CaregiverPreference.objects.filter(ended_at=None)


def preferences_of(client_id: int) -> dict[int, CaregiverPreference]:
    """A client's preferences in force, by the caregiver."""
    return {row.caregiver_id: row for row in in_force().filter(client=client_id)}


def prefers(preferences: dict[int, CaregiverPreference], caregiver_id: int) -> bool:
    row = preferences.get(caregiver_id)
    return row is not None and row.kind == Kind.PREFERRED


def never_findings(preferences: dict[int, CaregiverPreference], caregiver_id: int) -> list[Finding]:
    """Why a caregiver is never to be sent to this client, or nothing."""
    row = preferences.get(caregiver_id)
    if row is None or row.kind != Kind.NEVER:
        return []
    text = gettext_noop("Not to be sent to this client again since %(day)s: %(reason)s")
    return [Finding("7.2.2 c", "never", text, {"day": timezone.localdate(row.noted_at), "reason": row.reason})]


def never_by_pair(client_ids: Iterable[int]) -> dict[int, dict[int, CaregiverPreference]]:
    """Of many clients who is never to be sent: client, then caregiver; one query."""
    found: dict[int, dict[int, CaregiverPreference]] = {}
    for row in in_force().filter(client__in=set(client_ids), kind=Kind.NEVER):
        found.setdefault(row.client_id, {})[row.caregiver_id] = row
    return found
