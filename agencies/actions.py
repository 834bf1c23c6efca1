"""What the tenant does: logging who looked, notices, outgoing messages."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Model
from django.utils import timezone

from agencies.models import AccessLog, Message, Notice, User
from agencies.tenancy import current_agency


def log_access(*, user: User, row: Model, field: str, reason: str = "") -> None:
    """Record that a masked value of a row was shown in full (8.2)."""
    AccessLog.objects.create(user=user, subject=subject_of(row), field=field, reason=reason)


def subject_of(row: Model) -> str:
    """How logs name a row: model and id."""
    return f"{row._meta.label_lower}:{row.pk}"


def notify(*, users: Iterable[User], title: str, body: str = "", url: str = "") -> None:
    """Put a notice in front of people who sign in."""
    notices = [Notice(agency=current_agency(), user=user, title=title, body=body, url=url) for user in users]
    Notice.objects.bulk_create(notices)


def queue_message(
    *,
    key: str,
    recipient_name: str,
    address: str,
    subject: str,
    body: str,
    channel: str = Message.Channel.BY_HAND,
    due_at: dt.datetime | None = None,
) -> Message:
    """Put a message in the outbox, once for its key; the outbox job or a person sends it."""
    message, _created = Message.objects.get_or_create(
        key=key,
        defaults={
            "channel": channel,
            "recipient_name": recipient_name,
            "address": address,
            "subject": subject,
            "body": body,
            "due_at": due_at or timezone.now(),
        },
    )
    return message
