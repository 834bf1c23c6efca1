"""May this visit stand there (7.3.2 c)? What forbids it, what speaks against it; plain data in, findings out."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from agencies.calendar import ONE_DAY
from agencies.standard import Finding, Rulebook, problem, warning
from agencies.standard import gettext_noop as _

# Hours of work in a week: the State Council's decision on working hours (1995, 3); Labour Contract Law 68. A live-in
# day is no count of hours; there the day of rest counts (Labour Law 38).
WEEK_HOURS = {"full_time": 40, "part_time": 24}
DAYS_IN_A_ROW = 6
TRAVEL = dt.timedelta(minutes=30)  # between two clients (derived)
SHORT_NOTICE = dt.timedelta(hours=12)  # less than that is told by phone as well (derived)


@dataclass(frozen=True)
class Booking:
    """A visit that stands: half-open, on the clock of the place."""

    starts: dt.datetime
    ends: dt.datetime
    client_id: int
    client: str
    work_form: str

    @property
    def hours(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"

    def touches(self, starts: dt.datetime, ends: dt.datetime) -> bool:
        return self.starts < ends and starts < self.ends


@dataclass(frozen=True)
class Place:
    """A visit as it would stand, and what stands around it; without bookings of a caregiver nobody is to go."""

    starts: dt.datetime
    ends: dt.datetime
    now: dt.datetime
    client_id: int
    work_form: str
    is_kept: bool = False  # the time is the one at which it stands already
    has_caregiver: bool = True
    employment: str = "full_time"
    caregiver_bookings: tuple[Booking, ...] = ()
    client_bookings: tuple[Booking, ...] = ()
    ready: Mapping[int, tuple[dt.time, dt.time]] = field(default_factory=dict)  # by weekday; none at all: at any hour
    holiday: str = ""  # of the day it starts on


RULES = Rulebook()


@RULES.clause("7.3.2 c")
def lies_ahead(place: Place) -> Finding | None:
    if place.starts >= place.now or place.is_kept:
        return None
    return problem("past", _("This time is over."))


@RULES.clause("7.3.2 c")
def is_free(place: Place) -> Finding | None:
    """Half-open: a visit that ends when the next begins is no clash."""
    for other in place.caregiver_bookings:
        if other.touches(place.starts, place.ends):
            return problem("booked", _("Is at %(client)s, %(time)s."), client=other.client, time=other.hours)
    return None


@RULES.clause("7.3.2 c")
def client_is_served_once(place: Place) -> Finding | None:
    for other in place.client_bookings:
        if other.touches(place.starts, place.ends):
            return warning("client_twice", _("The client has another visit then, %(time)s."), time=other.hours)
    return None


@RULES.clause("7.3.2 c")
def is_ready_then(place: Place) -> Finding | None:
    """Within the hours the caregiver named; live-in days are agreed one by one."""
    if not place.has_caregiver or not place.ready or place.work_form == "live_in":
        return None
    hours = place.ready.get(place.starts.isoweekday())
    if hours is None:
        return warning("day_off", _("Does not work on this weekday, by the hours on file."))
    day_end = place.ends - dt.timedelta(seconds=1)
    if hours[0] <= place.starts.time() and place.ends.time() <= hours[1] and day_end.date() == place.starts.date():
        return None
    words = {"from_": f"{hours[0]:%H:%M}", "until": f"{hours[1]:%H:%M}"}
    return warning("not_ready", _("Is ready from %(from_)s to %(until)s on this weekday."), **words)


@RULES.clause("7.3.2 c")
def has_time_to_travel(place: Place) -> Finding | None:
    """Half an hour between two clients."""
    for other in place.caregiver_bookings:
        if other.client_id == place.client_id or other.touches(place.starts, place.ends):
            continue
        gap = place.starts - other.ends if other.ends <= place.starts else other.starts - place.ends
        if gap < TRAVEL:
            words = {"minutes": int(gap.total_seconds() // 60), "client": other.client, "time": other.hours}
            text = _("Only %(minutes)s minutes on the way: %(client)s, %(time)s.")
            return warning("no_travel", text, **words)
    return None


def hours_in_week(bookings: tuple[Booking, ...], day: dt.date) -> float:
    """Hours of work that begin in the week of a day, Monday to Sunday, live-in days left out."""
    week = day.isocalendar()[:2]
    spans = (row.ends - row.starts for row in bookings if row.work_form != "live_in" and _week(row) == week)
    return sum((span.total_seconds() for span in spans), 0.0) / 3600


def _week(booking):
    return booking.starts.isocalendar()[:2]


@RULES.clause("7.2.1")
def keeps_the_week(place: Place) -> Finding | None:
    """The hours of the week stay within what the law asks of this employment."""
    if not place.has_caregiver or place.work_form == "live_in":
        return None
    limit = WEEK_HOURS[place.employment]
    own = (place.ends - place.starts).total_seconds() / 3600
    hours = hours_in_week(place.caregiver_bookings, place.starts.date()) + own
    if hours <= limit:
        return None
    return warning("long_week", _("Comes to %(hours)s hours in this week; %(limit)s is the measure."),
        hours=f"{hours:g}", limit=limit)  # fmt: skip


def days_in_a_row(days: set[dt.date], day: dt.date) -> int:
    """How many days without a break a day stands among, itself among them."""
    count = 1
    for step in (-ONE_DAY, ONE_DAY):
        other = day + step
        while other in days:
            count, other = count + 1, other + step
    return count


@RULES.clause("7.2.1")
def has_a_day_of_rest(place: Place) -> Finding | None:
    """One day off at least after six days of work, live-in or not (Labour Law 38)."""
    if not place.has_caregiver:
        return None
    count = days_in_a_row({row.starts.date() for row in place.caregiver_bookings}, place.starts.date())
    if count <= DAYS_IN_A_ROW:
        return None
    return warning("no_rest", _("Would work %(days)s days in a row; a day of rest is due after six."), days=count)


@RULES.clause("4.1.5")
def is_no_holiday(place: Place) -> Finding | None:
    """Moved onto a public holiday: the price of the holiday applies."""
    if not place.holiday or place.is_kept:
        return None
    return warning(
        "holiday", _("It is a public holiday (%(name)s): the price for holidays applies."), name=place.holiday
    )


@RULES.clause("7.6")
def is_told_in_time(place: Place) -> Finding | None:
    if not place.now <= place.starts < place.now + SHORT_NOTICE:
        return None
    return warning("short_notice", _("Begins within twelve hours: phone the caregiver and the client as well."))


def check_place(place: Place) -> list[Finding]:
    """Everything about a place in the rota that forbids it or speaks against it."""
    return RULES.findings(place, on=place.starts.date())


# Who fits best ------------------------------------------------------------------------------------------------------

PREFERRED, AGREED, KNOWS, A_VISIT, VISITS_COUNTED = 50, 40, 10, 2, 10
A_WARNING, A_LEVEL, FULL_WEEK, A_KILOMETRE, FARTHEST = 15, 4, 20, 2, 15


@dataclass(frozen=True)
class Fit:
    """What speaks for a caregiver at a visit, of those who may go; weights are ours (derived)."""

    is_preferred: bool = False
    is_agreed: bool = False  # the agreement names them
    visits_here: int = 0  # done at this client
    spare_levels: int = 0  # held beyond what is needed
    hours: float = 0  # of the week, this visit left out
    limit: int = 40
    warnings: int = 0
    kilometres: float | None = (
        None  # as the crow flies to the client just before or after on that day, whoever is nearer
    )
    is_from_last: bool = False  # it is the client before


def points(fit: Fit) -> int:
    """The higher the better: wishes and familiar faces first, then a week with room in it and a short way.

    A higher level than needed is kept for those who need it.
    """
    total = PREFERRED * fit.is_preferred + AGREED * fit.is_agreed
    if fit.visits_here:
        total += KNOWS + A_VISIT * min(fit.visits_here, VISITS_COUNTED)
    total -= A_WARNING * fit.warnings + A_LEVEL * fit.spare_levels
    total -= round(FULL_WEEK * min(fit.hours / fit.limit, 1.5))
    if fit.kilometres is not None:
        total -= round(A_KILOMETRE * min(fit.kilometres, FARTHEST))
    return total
