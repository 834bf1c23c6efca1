"""That somebody looked at what is masked."""

from django.db.models import Model

from agencies.models import (
    AccessLog,
    User,
)


def log_access(*, user: User, row: Model, field: str, reason: str = "") -> None:
    """Record that a masked value of a row was shown in full (8.2), and what the row was called then."""
    AccessLog.objects.create(user=user, subject=subject_of(row), about=str(row)[:150], field=field, reason=reason)


def subject_of(row: Model) -> str:
    """How logs name a row: model and id."""
    return f"{row._meta.label_lower}:{row.pk}"
