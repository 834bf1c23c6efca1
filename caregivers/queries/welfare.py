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


def is_shut_to(user: User | None, grievance: Grievance) -> bool:
    """Whether somebody else gave this person a new password since, and could have signed in as them to read it."""
    return bool(user and user.password_given_at and user.password_given_at > grievance.created_at)


def told_to(user: User) -> QuerySet[Grievance]:
    """What was told to somebody of the office, and nothing else."""
    return _open_to(user, Grievance.objects.filter(recipient=user))


def told_by(caregiver: Caregiver) -> QuerySet[Grievance]:
    """What a caregiver told, and notes of talks with them."""
    return _open_to(caregiver.user, Grievance.objects.filter(caregiver=caregiver))


def _open_to(user, rows):
    rows = rows.select_related("caregiver__user", "recipient")
    return rows.filter(created_at__gte=user.password_given_at) if user and user.password_given_at else rows
