"""What the client app itself puts on the timeline of a client's file."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.panels import Moment, moments
from clients.models import Client


def _noon(day):
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


@moments("clients.client")
def changes(client: Client):
    kinds = {"+": _("File opened"), "~": _("File corrected")}
    rows = client.history.select_related("history_user").order_by("-history_date")[:30]
    for row in rows:
        who = row.history_user.name if row.history_user else ""
        yield Moment(row.history_date, kinds.get(row.history_type, ""), by=who)


@moments("clients.client")
def assessments(client: Client):
    for row in client.assessments.select_related("created_by")[:10]:
        text = _("Assessed: %(status)s") % {"status": row.get_self_care_display()}
        yield Moment(_noon(row.assessed_on), text, by=row.created_by.name, tone="done")


@moments("clients.client")
def consents(client: Client):
    for row in client.consents.select_related("recorded_by")[:20]:
        by = row.recorded_by.name if row.recorded_by else ""
        yield Moment(row.given_at, _("Consent: %(kind)s") % {"kind": row.get_kind_display()}, by=by)
        if row.withdrawn_at:
            text = _("Consent withdrawn: %(kind)s") % {"kind": row.get_kind_display()}
            yield Moment(row.withdrawn_at, text, tone="waiting")
