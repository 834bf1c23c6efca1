"""The rota as people see it: caregivers down, time across; a fixed number of queries however many visits there are."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import BigIntegerField, Exists, Func, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from agencies.calendar import CHINA, ONE_DAY
from agencies.models import AgencySettings
from caregivers.models import Absence, Availability, Caregiver
from caregivers.queries.files import find_caregivers, with_level
from clients.queries import find_clients
from contracts.models import Visit
from contracts.queries.visits import LONGEST, chip_of, visits_between

DAY_SECONDS = 86_400  # China changes no clock


class Shown(NamedTuple):
    """What the rota shows of a visit; a page has thousands, so times are whole seconds, which cost least to read."""

    chip: str  # how it looks, as contracts.queries.visits.chip_of says it
    pk: int
    state: str
    caregiver_id: int | None
    start: int  # seconds since 1970
    end: int
    client: str
    salutation: str
    work_form: str

    @property
    def minutes(self) -> int:
        return (self.end - self.start) // 60

    @property
    def seen(self) -> str:
        """As contracts.queries.rota_changes.seen_as says it."""
        return f"{self.caregiver_id or 0}.{self.start}.{self.end}.{self.state}"


@dataclass
class RotaRow:
    """A caregiver's days, or the visits nobody is assigned to."""

    caregiver: Caregiver | None
    days: list[list] = field(default_factory=list)
    ready: dict[int, tuple[dt.time, dt.time]] = field(default_factory=dict)  # by weekday; none at all: at any hour
    minutes: int = 0  # of work that is counted in hours
    worked: set[int] = field(default_factory=set)  # places of the days on which work begins, counted from the first
    lives_in: bool = False


@dataclass(frozen=True)
class Span:
    """The days on a page, both in."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> list[dt.date]:
        return [self.first + n * ONE_DAY for n in range((self.last - self.first).days + 1)]

    @property
    def period(self) -> tuple[dt.datetime, dt.datetime]:
        return tuple(dt.datetime.combine(day, dt.time(), CHINA) for day in (self.first, self.last + ONE_DAY))


def week_of(day: dt.date) -> Span:
    monday = day - day.weekday() * ONE_DAY
    return Span(monday, monday + 6 * ONE_DAY)


def month_of(day: dt.date) -> Span:
    first = day.replace(day=1)
    return Span(first, (first + 31 * ONE_DAY).replace(day=1) - ONE_DAY)


def _standing(span):
    return visits_between(span.first, span.last).exclude(state=Visit.State.CANCELLED)


def rota_people(span: Span, chosen: dict, among: Iterable[int] | None = None) -> QuerySet[Caregiver]:
    """Caregivers of a rota: who works, and who has a visit although they do not any more; fewer by what was chosen.

    Or those among some who stand on it already.
    """
    visits = _standing(span).filter(agency=OuterRef("agency"), caregiver=OuterRef("pk"))
    rows = Q(state=Caregiver.State.ACTIVE) | Exists(visits) if among is None else Q(pk__in=among)
    people = Caregiver.objects.filter(rows).order_by("number")
    if text := chosen.get("q"):
        people = people.filter(pk__in=find_caregivers(text).values("pk"))
    if text := chosen.get("client"):
        people = people.filter(Exists(visits.filter(client__in=find_clients(text).values("pk"))))
    if form := chosen.get("form"):
        people = people.filter(work_forms__contains=[form])
    show = chosen.get("show")
    if show == "live_in":
        people = people.filter(Exists(visits.filter(agreement__work_form="live_in")))
    elif show:
        people = people.filter(Exists(visits) if show == "busy" else ~Exists(visits))
    people = with_level(people, span.first).only("agency", "number", "name", "employment")
    return people.filter(level__gte=chosen["level"]) if chosen.get("level") is not None else people


def shown_visits(span: Span, ids: Iterable[int], chosen: dict) -> list[Shown]:
    """Visits of these caregivers and of nobody, in order of time; two queries at most."""
    late = _late_before(span)
    visits = _standing(span).filter(Q(caregiver=None) | Q(caregiver__in=list(ids)))
    if text := chosen.get("client"):
        visits = visits.filter(client__in=find_clients(text).values("pk"))
    fields = ("client__name", "client__salutation", "agreement__work_form")
    rows = visits.annotate(start=_seconds("lower"), end=_seconds("upper"))
    rows = rows.order_by("start", "pk").values_list("pk", "state", "caregiver_id", "start", "end", *fields)
    return [Shown(chip_of(row[1], row[2], row[3], late), *row) for row in rows]


def _late_before(span):
    """What was to begin before this and did not is late; nothing is where even the evening before lies ahead."""
    now = timezone.now()
    if span.period[0] - LONGEST > now:
        return 0
    return int(now.timestamp()) - 60 * AgencySettings.objects.values_list("late_after_minutes", flat=True).get()


def _seconds(bound):
    """One expression: as Cast, Floor and Extract, put together anew in every move, it took 3 ms longer."""
    whole = f"floor(extract(epoch from {bound}(%(expressions)s)))::bigint"
    return Func("period", template=whole, output_field=BigIntegerField())


def rota_rows(span: Span, people: Iterable[Caregiver], chosen: dict | None = None) -> list[RotaRow]:
    """The unassigned first, then these caregivers: visits and absences by day; four queries."""
    count = (span.last - span.first).days + 1
    opens = int(span.period[0].timestamp())
    rows = {None: RotaRow(None), **{person.pk: RotaRow(person) for person in people}}
    for row in rows.values():
        row.days = [[] for _day in range(count)]
    ids = [pk for pk in rows if pk]
    for visit in shown_visits(span, ids, chosen or {}):
        row, place = rows[visit.caregiver_id], (visit.start - opens) // DAY_SECONDS
        row.days[max(place, 0)].append(visit)
        row.worked.add(place)
        if visit.work_form == "live_in":
            row.lives_in = True
        elif place >= 0:
            row.minutes += visit.minutes
    approved = Absence.objects.filter(state=Absence.State.APPROVED, period__overlap=span.period, caregiver__in=ids)
    for absence in approved:
        _place_absence(rows[absence.caregiver_id], absence, span)
    hours = Availability.objects.filter(caregiver__in=ids).order_by()
    for owner, weekday, starts, ends in hours.values_list("caregiver_id", "weekday", "starts_at", "ends_at"):
        rows[owner].ready[weekday] = (starts, ends)
    return list(rows.values())


def _place_absence(row, absence, span):
    for place, day in enumerate(span.days):
        start = dt.datetime.combine(day, dt.time(), CHINA)
        if absence.period.lower < start + ONE_DAY and absence.period.upper > start:
            row.days[place].append(absence)


def calendar_visits(caregiver: Caregiver) -> QuerySet[Visit]:
    """A caregiver's own visits from a week back to five weeks ahead, with the moment each was changed last."""
    if caregiver.state != Caregiver.State.ACTIVE:
        return Visit.objects.none()
    today = timezone.localdate()
    rows = _standing(Span(today - 7 * ONE_DAY, today + 35 * ONE_DAY)).filter(caregiver=caregiver)
    history = Visit.history.model.objects.filter(agency=OuterRef("agency"), id=OuterRef("pk"))
    latest = history.order_by("-history_date").values("history_date")[:1]
    return rows.select_related("client").annotate(changed_at=Subquery(latest))
