"""Limits of complaints (8.4): who is warned before they pass and when, and who was never told that theirs arrived."""

import datetime as dt
from collections import Counter

from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.links import office_url
from agencies.models import Message, Role
from agencies.standard import gettext_noop
from supervision.actions.complaints import OPEN, acknowledge_complaint
from supervision.models import Complaint
from supervision.standard import limit_stage


def warn_of_limits() -> dict[str, int]:
    """Tell the person in charge and the managers one working day before a limit and when it has passed, once each.

    Who has not been told in time that the complaint arrived is named too; who was told by a message that went out since
    is noted before.
    """
    now = timezone.now()
    _note_messages_sent()
    open_ones = Complaint.objects.filter(state__in=OPEN).select_related("owner")
    untold = open_ones.filter(acknowledged_at=None, acknowledge_by__lte=now)
    today = timezone.localdate(now)
    soon = today + dt.timedelta(days=14)  # no run of holidays is longer
    reached = [(complaint, "acknowledge") for complaint in untold]
    reached += [(one, limit_stage(one.limit_on, today)) for one in open_ones.filter(limit_on__lte=soon)]
    return {"acknowledge": 0, "near": 0, "passed": 0, **_warn_once(reached)}


def _warn_once(reached):
    counts = Counter()
    for complaint, stage in reached:
        unsaid = {f"{stage}_warned_at": None}
        said = {f"{stage}_warned_at": timezone.now()}
        if stage and Complaint.objects.filter(pk=complaint.pk, **unsaid).update(**said):
            counts[stage] += 1
            _warn(complaint, stage)
    return counts


def _note_messages_sent():
    """A message about the arrival that was sent is the acknowledgement: by whom and when stands in the outbox."""
    untold = Complaint.objects.filter(state__in=OPEN, acknowledged_at=None, channel=Complaint.Channel.WEB)
    keys = {f"complaint-received:{complaint.pk}": complaint for complaint in untold}
    for message in Message.objects.filter(key__in=keys, state=Message.State.SENT).select_related("sent_by"):
        complaint = keys[message.key]
        acknowledge_complaint(complaint=complaint, by=message.sent_by, told_how=Complaint.Means.MESSAGE)


WARNINGS = {
    "acknowledge": gettext_noop("%(number)s: the complainant was not told by %(day)s that it arrived"),
    "near": gettext_noop("The limit of complaint %(number)s is near: %(day)s"),
    "passed": gettext_noop("The limit of complaint %(number)s has passed: %(day)s"),
}


def _warn(complaint, stage):
    told = [*members_with(Role.MANAGER, Role.QUALITY_OFFICER), *([complaint.owner] if complaint.owner else [])]
    limit = timezone.localtime(complaint.acknowledge_by) if stage == "acknowledge" else complaint.limit_on
    day = limit.strftime("%Y-%m-%d %H:%M" if stage == "acknowledge" else "%Y-%m-%d")
    notify(
        users={user.pk: user for user in told}.values(),
        title=lambda: _(WARNINGS[stage]) % {"number": complaint.number, "day": day},
        url=office_url("complaint_file", complaint.pk),
    )
