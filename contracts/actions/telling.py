"""Caregivers are told about their visits; the notice knows when it was read, and the office sees it."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.actions.messages import notify
from agencies.models import Notice, User
from caregivers.models import Caregiver
from contracts.models import Visit, VisitNotice

FEW = 4


def tell_caregiver(caregiver: Caregiver, title: str, *visits: Visit) -> None:
    """One notice about one or many visits; the next ones are named."""
    if not caregiver.user_id:
        return
    ordered = sorted(visits, key=lambda visit: visit.period.lower)
    lines = [f"{visit.client.salutation} · {timezone.localtime(visit.period.lower):%m-%d %H:%M}" for visit in ordered]
    body = pgettext("between names", ", ").join(lines[:FEW])
    if len(lines) > FEW:
        body = _("%(names)s and %(more)s more") % {"names": body, "more": len(lines) - FEW}
    url = reverse("phone:visit", args=[ordered[0].pk]) if len(ordered) == 1 else reverse("phone:schedule")
    [notice] = notify(users=[caregiver.user], title=title, body=body, url=url)
    VisitNotice.objects.bulk_create(
        VisitNotice(agency=notice.agency, visit=visit, caregiver=caregiver, notice=notice) for visit in ordered
    )


def read_about(*, visit: Visit, by: User) -> None:
    """Whoever opens a visit has read what they were told about it."""
    told = VisitNotice.objects.filter(visit=visit).values("notice")
    Notice.objects.filter(pk__in=told, user=by, read_at=None).update(read_at=timezone.now())
