"""Reads of what was told in confidence: by whom it concerns, never for a list, search or export."""

from django.db.models import QuerySet

from agencies.models import Membership, Role, User
from agencies.tenancy import current_agency
from caregivers.models import Caregiver, Grievance

LISTENING = (Role.MANAGER, Role.QUALITY_OFFICER)


def listeners(but: User | None) -> QuerySet[User]:
    """Who a caregiver may confide in; nobody in themselves."""
    members = Membership.objects.filter(agency=current_agency(), is_active=True, roles__overlap=list(LISTENING))
    people = User.objects.filter(pk__in=members.values("user")).order_by("name", "pk")
    return people.exclude(pk=but.pk) if but else people


def told_to(user: User) -> QuerySet[Grievance]:
    """What was told to somebody of the office, and nothing else."""
    return Grievance.objects.filter(recipient=user).select_related("caregiver", "recipient")


def told_by(caregiver: Caregiver) -> QuerySet[Grievance]:
    """What a caregiver told, and notes of talks with them."""
    return Grievance.objects.filter(caregiver=caregiver).select_related("caregiver", "recipient")
