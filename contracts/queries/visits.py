"""Reads of visits: the week, candidates for one visit, a caregiver's own days."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext_noop

from agencies.calendar import ONE_DAY
from agencies.findings import text_of
from agencies.models import AgencySettings
from agencies.standard import Finding, forbidding
from caregivers.models import Absence, BadgeScan, Caregiver
from caregivers.queries.badge import shown_between
from caregivers.queries.files import agency_limits, facts_of, with_level
from caregivers.standard.eligibility import check_assignment
from contracts.models import Agreement, PlanLine, Visit
from contracts.queries.fees import slots_of
from contracts.queries.preferences import never_findings, preferences_of, prefers
from contracts.standard import occurrences

DAYS_BEHIND, DAYS_AHEAD = 7, 14
LONGEST = dt.timedelta(hours=24)  # a visit, live-in (3.3)


def midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def visits_between(first: dt.date, last: dt.date) -> QuerySet[Visit]:
    """Visits that touch the days from first to last, both included, in order of time."""
    span = (midnight(first), midnight(last + dt.timedelta(days=1)))
    return Visit.objects.filter(period__overlap=span).order_by("period")


def level_needed(visit: Visit) -> int:
    """The highest level that an item of this visit asks for."""
    day = timezone.localtime(visit.planned_start).isoweekday()
    lines = PlanLine.objects.filter(plan__agreements=visit.agreement_id).select_related("service_item")
    return max(
        (line.service_item.level_needed for line in lines if not line.weekdays or day in line.weekdays), default=0
    )


def knowing(people: QuerySet[Caregiver], client_id: int) -> QuerySet[Caregiver]:
    """Annotate who has been at this client."""
    done = Visit.objects.filter(agency=OuterRef("agency"), client=client_id, state=Visit.State.DONE)
    return people.annotate(knows_client=Exists(done.filter(caregiver=OuterRef("pk"))))


@dataclass
class Candidate:
    """A caregiver and everything that stands against sending them to a visit."""

    caregiver: Caregiver
    reasons: list[str]
    knows_client: bool
    is_preferred: bool = False

    @property
    def is_free(self) -> bool:
        return not self.reasons


def candidates(visit: Visit, least_level: int | None = None) -> list[Candidate]:
    """Every caregiver with the reasons against; who may go first, of those whom the client prefers, then who knows the client.

    With a least level only who works and holds it is looked at.
    """
    people = with_level(
        knowing(Caregiver.objects.exclude(state=Caregiver.State.LEFT), visit.client_id),
        timezone.localtime(visit.period.lower).date(),
    )
    if least_level is not None:
        people = people.filter(state=Caregiver.State.ACTIVE, level__gte=least_level)
    people = list(people)
    against, preferences = reasons_against(visit, people), preferences_of(visit.client_id)
    found = [
        Candidate(person, against[person.pk], person.knows_client, prefers(preferences, person.pk)) for person in people
    ]
    return sorted(found, key=_order)


def _order(one):
    level = one.caregiver.level or 0
    return len(one.reasons), not one.is_preferred, not one.knows_client, -level, one.caregiver.number


def reasons_against(visit: Visit, people: list[Caregiver]) -> dict[int, list[str]]:
    """For each caregiver every reason against this visit, booked times included."""
    against = findings_against(visit, people)
    return {pk: [text_of(finding) for finding in findings] for pk, findings in against.items()}


def hours_of(visit: Visit) -> str:
    """From when until when, on the clock."""
    start, end = timezone.localtime(visit.period.lower), timezone.localtime(visit.period.upper)
    return f"{start:%H:%M}–{end:%H:%M}"


def findings_against(visit: Visit, people: list[Caregiver]) -> dict[int, list[Finding]]:
    """For each caregiver what forbids sending them to this visit."""
    start, end = visit.period.lower, visit.period.upper
    facts = facts_of(
        people, start=start, end=end, work_form=visit.agreement.work_form, level_needed=level_needed(visit)
    )
    limits = agency_limits(timezone.localtime(start).date())
    elsewhere = Visit.objects.filter(caregiver__in=people, period__overlap=(start, end))
    elsewhere = elsewhere.exclude(state=Visit.State.CANCELLED).exclude(pk=visit.pk).select_related("client")
    booked = {row.caregiver_id: row for row in elsewhere.order_by("-period")}
    preferences = preferences_of(visit.client_id)
    against = {}
    for person in people:
        against[person.pk] = never_findings(preferences, person.pk)
        against[person.pk] += forbidding(check_assignment(facts[person.pk], limits))
        if other := booked.get(person.pk):
            text = gettext_noop("Is at %(client)s, %(time)s.")
            words = {"client": other.client.salutation, "time": hours_of(other)}
            against[person.pk].append(Finding("7.3.2 c", "booked", text, words))
    return against


def clashes_of(agreement: Agreement) -> list[tuple[dt.datetime, Visit]]:
    """Starts of an agreement's planned times in its first four weeks that overlap the caregiver's visits elsewhere."""
    first = max(agreement.starts_on, timezone.localdate())
    last = min(first + dt.timedelta(days=27), agreement.ends_on)
    elsewhere = visits_between(first, last + ONE_DAY).filter(caregiver=agreement.caregiver_id)
    elsewhere = elsewhere.exclude(state=Visit.State.CANCELLED).exclude(client=agreement.client_id)
    visits = list(elsewhere.select_related("client"))
    return [
        (start, visit)
        for start, end in occurrences(slots_of(agreement.plan), first, last)
        for visit in visits
        if visit.period.lower < end and start < visit.period.upper
    ]


@dataclass
class RotaRow:
    """A caregiver's week, or the visits nobody is assigned to."""

    caregiver: Caregiver | None
    days: list[list] = field(default_factory=lambda: [[] for _day in range(7)])
    minutes: int = 0


def rota_people(monday: dt.date) -> QuerySet[Caregiver]:
    """Caregivers of a week's rota: who works, and who has a visit although they do not any more."""
    visits = visits_between(monday, monday + dt.timedelta(days=6)).exclude(state=Visit.State.CANCELLED)
    booked = Exists(visits.filter(agency=OuterRef("agency"), caregiver=OuterRef("pk")))
    people = Caregiver.objects.filter(Q(state=Caregiver.State.ACTIVE) | Q(booked)).order_by("number")
    return with_level(people, monday).defer("identity_number")


def rota_week(monday: dt.date, people: Iterable[Caregiver]) -> list[RotaRow]:
    """The unassigned first, then these caregivers; three queries."""
    sunday = monday + dt.timedelta(days=6)
    rows = {None: RotaRow(None), **{person.pk: RotaRow(person) for person in people}}
    visits = visits_between(monday, sunday).exclude(state=Visit.State.CANCELLED)
    visits = visits.filter(Q(caregiver=None) | Q(caregiver__in=[pk for pk in rows if pk])).select_related("client")
    late = timezone.now() - dt.timedelta(minutes=AgencySettings.objects.get().late_after_minutes)
    for visit in visits.only(
        "id", "state", "period", "caregiver_id", "client__id", "client__name", "client__salutation", "agency_id"
    ):
        row = rows[visit.caregiver_id]
        visit.chip = chip_of(visit, late)
        place = max((timezone.localtime(visit.period.lower).date() - monday).days, 0)
        row.days[place].append(visit)
        row.minutes += int((visit.period.upper - visit.period.lower).total_seconds() // 60)
    week = (midnight(monday), midnight(sunday + dt.timedelta(days=1)))
    approved = Absence.objects.filter(state=Absence.State.APPROVED, period__overlap=week)
    for absence in approved.filter(caregiver__in=[pk for pk in rows if pk]):
        _place_absence(rows[absence.caregiver_id], absence, monday)
    return list(rows.values())


def _place_absence(row, absence, monday):
    for place in range(7):
        start = midnight(monday + dt.timedelta(days=place))
        if absence.period.lower < start + dt.timedelta(days=1) and absence.period.upper > start:
            row.days[place].append(absence)


def chip_of(visit: Visit, late: dt.datetime) -> str:
    """How a visit looks on the rota: its state, or unassigned, or late."""
    if visit.state == Visit.State.PLANNED and visit.caregiver_id is None:
        return "unassigned"
    if visit.state == Visit.State.PLANNED and visit.period.lower < late:
        return "late"
    return visit.state


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
