"""Reads of visits: those of some days, what went wrong at them, a caregiver's own days."""

import datetime as dt

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, QuerySet
from django.db.models.functions import Lower, Upper
from django.utils import timezone

from agencies.calendar import ONE_DAY
from agencies.models import AgencySettings
from caregivers.models import BadgeScan, Caregiver
from caregivers.queries.badge import shown_between
from contracts.models import Agreement, Visit, VisitNotice
from contracts.queries.fees import slots_of
from contracts.standard import occurrences

DAYS_BEHIND, DAYS_AHEAD = 7, 14
LONGEST = dt.timedelta(hours=24)  # a visit, live-in (3.3)
PLANNED = Visit.State.PLANNED.value


def midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def visits_between(first: dt.date, last: dt.date) -> QuerySet[Visit]:
    """Visits that touch the days from first to last, both included, in order of time."""
    span = (midnight(first), midnight(last + ONE_DAY))
    return Visit.objects.filter(period__overlap=span).order_by("period")


def hours_of(visit: Visit) -> str:
    """From when until when, on the clock."""
    start, end = timezone.localtime(visit.period.lower), timezone.localtime(visit.period.upper)
    return f"{start:%H:%M}–{end:%H:%M}"


def clashes_of(agreement: Agreement) -> list[tuple[dt.datetime, Visit]]:
    """Starts of an agreement's planned times in its first four weeks that overlap the caregiver's visits elsewhere."""
    first = max(agreement.starts_on, timezone.localdate())
    last = min(first + dt.timedelta(days=27), agreement.ends_on)
    if last < first:  # a draft that was left lying beyond its term
        return []
    elsewhere = visits_between(first, last + ONE_DAY).filter(caregiver=agreement.caregiver_id)
    elsewhere = elsewhere.exclude(state=Visit.State.CANCELLED).exclude(client=agreement.client_id)
    visits = list(elsewhere.select_related("client"))
    return [
        (start, visit)
        for start, end in occurrences(slots_of(agreement.plan), first, last)
        for visit in visits
        if visit.period.lower < end and start < visit.period.upper
    ]


def chip_of(state: str, caregiver_id: int | None, start: int, late: int) -> str:
    """How a visit looks on the rota: its state, or unassigned, or late; seconds since 1970, late is what began before."""
    if state != PLANNED:
        return state
    if caregiver_id is None:
        return "unassigned"
    return "late" if start < late else state


def badge_scans(visit: Visit) -> QuerySet[BadgeScan]:
    """Scans of the caregiver's badge from when check-in opens until the visit's end: credentials were shown (7.3.2 b)."""
    if visit.caregiver_id is None:
        return BadgeScan.objects.none()
    early = dt.timedelta(minutes=AgencySettings.objects.get().check_in_early_minutes)
    return shown_between(visit.caregiver_id, visit.period.lower - early, visit.period.upper)


def is_first_meeting(visit: Visit) -> bool:
    """Whether this caregiver has never shown papers to this client at another visit (7.3.2 b)."""
    shown = Visit.objects.filter(client=visit.client_id, caregiver=visit.caregiver_id, credentials_shown=True)
    return not shown.exclude(pk=visit.pk).exists()


def late(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits under way by the clock, at which nobody has checked in although the agency allows no more time."""
    now = timezone.now()
    limit = now - dt.timedelta(minutes=AgencySettings.objects.get().late_after_minutes)
    begun = visits.filter(period__startswith__gte=now - LONGEST, period__startswith__lt=limit)
    return begun.filter(state=Visit.State.PLANNED, caregiver__isnull=False)


def unended(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits that should be over and have no check-out."""
    limit = timezone.now() - dt.timedelta(minutes=AgencySettings.objects.get().unended_after_minutes)
    return visits.filter(state=Visit.State.IN_PROGRESS, period__endswith__lt=limit)


def short(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits whose caregiver left out more of the agreed time than the agency allows."""
    allowed = dt.timedelta(minutes=AgencySettings.objects.get().short_by_minutes)
    served, agreed = F("checked_out_at") - F("checked_in_at"), Upper("period") - Lower("period")
    length = ExpressionWrapper(agreed - served, output_field=DurationField())
    return visits.filter(state=Visit.State.DONE).annotate(left_out=length).filter(left_out__gt=allowed)


def with_exception(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits that were checked in or out at another time or without the code at the door, with the reason."""
    return visits.filter(state__in=[Visit.State.IN_PROGRESS, Visit.State.DONE]).exclude(exception_reason="")


def unread(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits ahead whose caregiver was told something about them and has not read it."""
    told = VisitNotice.objects.filter(
        agency=OuterRef("agency"), visit=OuterRef("pk"), caregiver=OuterRef("caregiver"), notice__read_at=None
    )
    return visits.filter(Exists(told), state=Visit.State.PLANNED, period__startswith__gte=timezone.now())


def unexplained(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Missed visits that nobody has given the reason of."""
    return visits.filter(state=Visit.State.MISSED, missed_reason="")


def without_papers(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Done visits of people who met first there, with no papers shown then or before (7.3.2 b)."""
    earlier = Visit.objects.filter(
        agency=OuterRef("agency"), client=OuterRef("client"), caregiver=OuterRef("caregiver")
    )
    met = earlier.filter(state=Visit.State.DONE, planned_start__lt=OuterRef("planned_start"))
    shown = earlier.filter(credentials_shown=True)
    return visits.filter(~Exists(met), ~Exists(shown), state=Visit.State.DONE, credentials_shown=False)


def own_visits(caregiver: Caregiver) -> QuerySet[Visit]:
    """What a caregiver may see on the phone: own visits from a week back to two weeks ahead; none while suspended."""
    if caregiver.state != Caregiver.State.ACTIVE:
        return Visit.objects.none()
    today = timezone.localdate()
    near = visits_between(today - dt.timedelta(days=DAYS_BEHIND), today + dt.timedelta(days=DAYS_AHEAD))
    return near.filter(caregiver=caregiver).exclude(state=Visit.State.CANCELLED).select_related("client", "agreement")
