"""What counts for a caregiver, handed down by the floor where it happened; keeping it twice changes nothing."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from agencies.tenancy import current_agency
from caregivers.actions.levels import refresh_standings
from caregivers.models import Caregiver, QualityRecord, ServiceDay


@dataclass(frozen=True)
class Fact:
    """One thing that counts; see QualityRecord for what the value means."""

    caregiver_id: int
    kind: QualityRecord.Kind
    source: str
    source_id: int
    value: int
    happened_on: dt.date


def keep_facts(facts: Iterable[Fact]) -> None:
    """Write facts down, or what they say now where they stood before; ratings move people on the promotions board."""
    facts = list(facts)
    QualityRecord.objects.bulk_create(
        [QualityRecord(agency=current_agency(), **asdict(fact)) for fact in facts],
        update_conflicts=True,
        unique_fields=["agency", "source", "source_id", "kind"],
        update_fields=["caregiver", "value", "happened_on"],
    )
    if rated := {fact.caregiver_id for fact in facts if fact.kind == QualityRecord.Kind.RATING}:
        refresh_standings(Caregiver.objects.filter(pk__in=rated))


def drop_facts(source: str, ids: Collection[int]) -> None:
    """Take back what these rows said, because it does not count after all."""
    if ids:
        QualityRecord.objects.filter(source=source, source_id__in=ids).delete()


def keep_service_days(minutes: Mapping[tuple[int, dt.date], int]) -> None:
    """Keep how many minutes caregivers served on days, {(caregiver, day): minutes of the whole day}."""
    ServiceDay.objects.bulk_create(
        [
            ServiceDay(agency=current_agency(), caregiver_id=caregiver, day=day, minutes=sum_)
            for (caregiver, day), sum_ in minutes.items()
        ],
        update_conflicts=True,
        unique_fields=["agency", "caregiver", "day"],
        update_fields=["minutes"],
    )
