"""Messages that leave the site: e-mails when they are due, five tries at most; the others are passed on by hand."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction

from agencies.actions import messages as actions
from agencies.models import Message
from tests.factories import make_one, make_user

NOW = dt.datetime(2026, 6, 10, 1, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def message(**values):
    return make_one(Message, **{"channel": "email", "address": "wang@example.com", "due_at": NOW, **values})


def test_an_email_goes_out_once_when_it_is_due(clock, in_maple, mailoutbox):
    message(subject="now")
    message(subject="in a minute", due_at=NOW + MINUTE)
    message(subject="by hand", channel="by_hand")
    assert actions.send_due_messages() == {"sent": 1, "failed": 0}
    clock.move_to(NOW + MINUTE)
    assert actions.send_due_messages() == {"sent": 1, "failed": 0}
    assert actions.send_due_messages() == {"sent": 0, "failed": 0}
    assert [mail.subject for mail in mailoutbox] == ["now", "in a minute"]
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "sent", "queued"]


def test_an_email_that_fails_is_tried_later_and_given_up_after_the_fifth_time(clock, in_maple, monkeypatch):
    monkeypatch.setattr(actions, "send_mail", _refuse)
    row, waits = message(), []
    for tries, state in [(1, "queued"), (2, "queued"), (3, "queued"), (4, "queued"), (5, "failed")]:
        before = row.due_at
        assert actions.send_due_messages() == {"sent": 0, "failed": int(state == "failed")}
        row.refresh_from_db()
        assert (row.attempts, row.state, row.error) == (tries, state, "ConnectionRefusedError")
        waits.append((row.due_at - before) // MINUTE)
        assert actions.send_due_messages() == {"sent": 0, "failed": 0}  # not before its time, and not once given up
        clock.move_to(row.due_at)
    assert waits == [2, 4, 8, 16, 32]


def _refuse(*args):
    raise ConnectionRefusedError


def test_messages_passed_on_by_hand_are_noted_together_or_not_at_all(clock, in_maple):
    by, rows = make_user(), [message(channel="by_hand") for _one in range(3)]
    actions.mark_message_sent(message=rows[0], by=by)
    with pytest.raises(ValidationError, match="sent before"):
        actions.mark_message_sent(message=rows[0], by=by)
    with pytest.raises(ValidationError, match="Tick the messages"):
        actions.mark_messages_sent(messages=[], by=by)
    with pytest.raises(ValidationError, match="meanwhile"), transaction.atomic():
        actions.mark_messages_sent(messages=[row.pk for row in rows], by=by)
    actions.mark_messages_sent(messages=[row.pk for row in rows[1:]], by=by)
    assert {(row.state, row.sent_by) for row in Message.objects.all()} == {("sent", by)}
