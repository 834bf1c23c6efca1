"""Notices inside, messages to people outside."""

import datetime as dt
from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from agencies.models import (
    Membership,
    Message,
    Notice,
    User,
)
from agencies.tenancy import current_agency


def members_with(*roles: str, but: User | None = None) -> list[User]:
    """The people of the agency who hold one of these roles."""
    members = Membership.objects.filter(agency=current_agency(), is_active=True, roles__overlap=list(roles))
    return [member.user for member in members.exclude(user=but).select_related("user")]


def notify(*, users: Iterable[User], title: str | Callable[[], str], body: str = "", url: str = "") -> list[Notice]:
    """Put a notice in front of people who sign in; a title that is a function is asked for in each one's language."""
    notices = [
        Notice(agency=current_agency(), user=user, title=_for_reader(title, user)[:100], body=body, url=url)
        for user in users
    ]
    return Notice.objects.bulk_create(notices)


def _for_reader(title, user):
    if isinstance(title, str):
        return title
    with override(user.language):
        return title()


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


def mark_message_sent(*, message: Message, by: User) -> None:
    """Staff passed the message on by hand."""
    sent = {"state": Message.State.SENT, "sent_at": timezone.now(), "sent_by": by}
    if not Message.objects.filter(pk=message.pk).exclude(state="sent").update(**sent):
        raise ValidationError(_("This message was sent before."))


def mark_messages_sent(*, messages: list[int], by: User) -> None:
    """Staff passed several messages on by hand, named by their keys; all of them or none."""
    if not messages:
        raise ValidationError(_("Tick the messages you have sent."))
    sent = {"state": Message.State.SENT, "sent_at": timezone.now(), "sent_by": by}
    if Message.objects.filter(pk__in=messages).exclude(state="sent").update(**sent) != len(set(messages)):
        raise ValidationError(_("Some of these were noted as sent meanwhile. Look at what is left and tick again."))


def send_due_messages() -> dict[str, int]:
    """Send every e-mail that is due; each is claimed by its state, five tries at most. Returns counts."""
    due = Message.objects.select_for_update(skip_locked=True).filter(
        state=Message.State.QUEUED, channel=Message.Channel.EMAIL, due_at__lte=timezone.now()
    )
    counts = {"sent": 0, "failed": 0}
    for message in due[:200]:
        state = _send(message)
        counts["sent"] += state == Message.State.SENT
        counts["failed"] += state == Message.State.FAILED
    return counts


def _send(message):
    message.attempts += 1
    try:
        send_mail(message.subject, message.body, None, [message.address])
    except (OSError, ValueError) as error:  # ValueError: a line break in the subject, an address nobody can have
        message.error = type(error).__name__
        message.state = Message.State.FAILED if message.attempts >= 5 else Message.State.QUEUED
        message.due_at = timezone.now() + dt.timedelta(minutes=2**message.attempts)
    else:
        message.state, message.sent_at = Message.State.SENT, timezone.now()
    message.save()
    return message.state


def read_notices(*, user: User) -> None:
    Notice.objects.filter(user=user, read_at=None).update(read_at=timezone.now())
