"""What the caregiver's own pages show: papers to renew, training, and what was recorded about the work."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Avg, Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from agencies.models import AgencySettings
from caregivers.models import Absence, Attendance, Caregiver, QualityRecord, SupervisionAcknowledgement, SupplyIssue

Kind = QualityRecord.Kind


def with_open_matters(caregivers: QuerySet[Caregiver], version: str) -> QuerySet[Caregiver]:
    """Annotate what waits for the caregiver: the rule to read, supplies to confirm, an absence not yet answered."""
    mine = {"agency": OuterRef("agency"), "caregiver": OuterRef("pk")}
    return caregivers.annotate(
        knows_rule=Exists(SupervisionAcknowledgement.objects.filter(**mine, version=version)),
        has_supplies=Exists(SupplyIssue.objects.filter(**mine, received_at=None)),
        has_request=Exists(Absence.objects.filter(**mine, state=Absence.State.REQUESTED)),
    )


def sessions_ahead(caregiver: Caregiver) -> QuerySet[Attendance]:
    """Training the caregiver is down for, the next first."""
    rows = caregiver.attendances.filter(session__state="planned", session__ends_at__gte=timezone.now())
    return rows.select_related("session__course", "session__trainer").order_by("session__starts_at")


def sessions_attended(caregiver: Caregiver) -> QuerySet[Attendance]:
    """Training the caregiver came to, the latest first."""
    rows = caregiver.attendances.filter(attended_at__isnull=False)
    return rows.select_related("session__course").order_by("-session__starts_at")


@dataclass(frozen=True)
class Figures:
    """What was recorded of one caregiver since a day: each figure with the number of records it rests on."""

    since: dt.date
    ratings: int
    mean_rating: float | None
    arrivals: int
    on_time: int
    tasks: int
    tasks_done: int
    checks: int
    checks_good: int
    complaints: int


def own_figures(caregiver: Caregiver, since: dt.date) -> Figures:
    """Counted in one query; who came within the agency's minutes of grace was on time."""
    late_after = AgencySettings.objects.get().late_after_minutes
    counted = caregiver.quality_records.filter(happened_on__range=(since, timezone.localdate())).aggregate(
        ratings=Count("pk", filter=Q(kind=Kind.RATING)),
        mean_rating=Avg("value", filter=Q(kind=Kind.RATING)),
        arrivals=Count("pk", filter=Q(kind=Kind.PUNCTUALITY)),
        on_time=Count("pk", filter=Q(kind=Kind.PUNCTUALITY, value__lte=late_after)),
        tasks=Count("pk", filter=Q(kind=Kind.TASK)),
        tasks_done=Sum("value", filter=Q(kind=Kind.TASK), default=0),
        checks=Count("pk", filter=Q(kind=Kind.CONDUCT)),
        checks_good=Sum("value", filter=Q(kind=Kind.CONDUCT), default=0),
        complaints=Sum("value", filter=Q(kind=Kind.COMPLAINT), default=0),
    )
    return Figures(since=since, **counted)
