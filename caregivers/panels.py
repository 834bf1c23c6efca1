"""What the caregiver app itself puts on the timeline of a caregiver's file."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.panels import Moment, moments
from caregivers.models import Caregiver


def _noon(day):
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


@moments("caregivers.caregiver")
def changes(caregiver: Caregiver):
    kinds = {"+": _("File opened"), "~": _("File changed")}
    for row in caregiver.history.select_related("history_user").order_by("-history_date")[:30]:
        text = f"{kinds.get(row.history_type, '')} · {row.get_state_display()}"
        yield Moment(row.history_date, text, by=row.history_user.name if row.history_user else "")


@moments("caregivers.caregiver")
def levels(caregiver: Caregiver):
    for grant in caregiver.level_grants.select_related("granted_by"):
        text = _("Level: %(level)s") % {"level": grant.get_level_display()}
        yield Moment(_noon(grant.granted_on), text, by=grant.granted_by.name, tone="done")


@moments("caregivers.caregiver")
def papers(caregiver: Caregiver):
    for paper in caregiver.credentials.all()[:20]:
        yield Moment(_noon(paper.issued_on), _("%(paper)s issued") % {"paper": paper.get_kind_display()})
