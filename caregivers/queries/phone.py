"""What the caregiver's own pages show: what waits for them, and training."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from caregivers.models import Absence, Attendance, Caregiver, Evaluation, SupervisionAcknowledgement, SupplyIssue


def with_open_matters(caregivers: QuerySet[Caregiver], version: str) -> QuerySet[Caregiver]:
    """Annotate what waits for the caregiver: rule and evaluations to read, supplies to confirm, an absence not yet answered."""
    mine = {"agency": OuterRef("agency"), "caregiver": OuterRef("pk")}
    return caregivers.annotate(
        knows_rule=Exists(SupervisionAcknowledgement.objects.filter(**mine, version=version)),
        has_supplies=Exists(SupplyIssue.objects.filter(**mine, received_at=None)),
        has_evaluation=Exists(Evaluation.objects.filter(**mine, replies=None)),
        has_request=Exists(Absence.objects.filter(**mine, state=Absence.State.REQUESTED)),
    )


def sessions_ahead(caregiver: Caregiver) -> QuerySet[Attendance]:
    """Training the caregiver is down for, the next first."""
    rows = caregiver.attendances.filter(
        session__state="planned", session__ends_at__gte=timezone.now(), attended_at=None
    )
    return rows.select_related("session__course", "session__trainer").order_by("session__starts_at")


def sessions_attended(caregiver: Caregiver) -> QuerySet[Attendance]:
    """Training the caregiver came to, the latest first."""
    rows = caregiver.attendances.filter(attended_at__isnull=False)
    return rows.select_related("session__course").order_by("-session__starts_at")
