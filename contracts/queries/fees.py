"""What an agreement costs: in an average month by its plan, and in one month by the visits that were made (4.1.5)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Lower, TruncDate, Upper
from django.utils import timezone

from agencies.calendar import CHINA, ONE_DAY, is_statutory_holiday, months_later
from agencies.models import AgencySettings, Price, PriceList, ServiceItem
from agencies.queries import prices_on
from caregivers.models import Caregiver
from contracts.billing import Line, Rate, Work, charge, paid_minutes, service_charges
from contracts.models import Agreement, FeeStatement, PlanLine, ServicePlan, Visit, VisitTask
from contracts.standard import Charge, Extra, Slot, monthly_charges, occurrences


def charges_of(agreement: Agreement) -> list[tuple[ServiceItem | None, Charge]]:
    """An average month: the work form's own charge, for which no item stands, then the items that cost extra."""
    slots = slots_of(agreement.plan)
    prices = {price.service_item_id: price for price in prices_on(agreement.starts_on) if price.service_item_id}
    lines = agreement.plan.lines.select_related("service_item").order_by("service_item__code")
    priced = [(line, prices[line.service_item_id]) for line in lines if line.service_item_id in prices]
    extras = [Extra(price.amount, price.unit, _slots_of_line(line, slots)) for line, price in priced]
    items = [None, *(line.service_item for line, _price in priced)]
    return list(zip(items, monthly_charges(agreement.rate, agreement.rate_unit, slots, extras), strict=True))


def slots_of(plan: ServicePlan) -> tuple[Slot, ...]:
    """The plan's weekly pattern."""
    return tuple(Slot(slot.weekday, slot.starts_at, slot.duration_minutes) for slot in plan.slots.all())


def _slots_of_line(line, slots):
    """The visits at which an item is done, every one when no weekdays are chosen, with the minutes it takes."""
    chosen = (slot for slot in slots if not line.weekdays or slot.weekday in line.weekdays)
    return tuple(replace(slot, minutes=line.minutes or slot.minutes) for slot in chosen)


# One month, by its visits ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MonthlyCharge:
    """A line of the statement and the item it is for; without an item, the service itself."""

    item: ServiceItem | None
    line: Line


def month_days(month: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day of a month, given by any of its days."""
    first = month.replace(day=1)
    return first, months_later(first, 1) - ONE_DAY


def visits_of_month(month: dt.date) -> QuerySet[Visit]:
    """Visits that begin in a month; one over midnight belongs to the day it begins on."""
    first, last = month_days(month)
    start, end = (dt.datetime.combine(day, dt.time(), tzinfo=CHINA) for day in (first, last + ONE_DAY))
    return Visit.objects.filter(period__startswith__gte=start, period__startswith__lt=end)


def not_closed(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits of which nobody knows yet whether they are paid: not begun though over, running, missed and not explained."""
    state = Visit.State
    over = Q(state=state.PLANNED, period__endswith__lt=timezone.now())
    return visits.filter(over | Q(state=state.IN_PROGRESS) | Q(state=state.MISSED, missed_cause=""))


def without_statement(month: dt.date) -> QuerySet[Agreement]:
    """Agreements with a visit made in a month for which no statement stands."""
    made = visits_of_month(month).filter(agency=OuterRef("agency"), agreement=OuterRef("pk"), state=Visit.State.DONE)
    first = month_days(month)[0]
    statements = FeeStatement.objects.filter(agency=OuterRef("agency"), agreement=OuterRef("pk"), month=first)
    rows = Agreement.objects.filter(Exists(made), ~Exists(statements.exclude(state=FeeStatement.State.VOID)))
    return rows.defer("terms").order_by("pk")


def month_charges(
    agreements: Iterable[Agreement], month: dt.date, *, visits: QuerySet[Visit] | None = None
) -> dict[int, list[MonthlyCharge]]:
    """What each agreement costs in a month, {agreement id: lines}; any number in eight queries.

    Counted are the visits that were made; of other visits, where they are asked for, the agreed time and the plan's items.
    """
    agreements = list(agreements)
    if visits is None:
        visits = visits_of_month(month).filter(agreement__in=agreements, state=Visit.State.DONE)
    lines = Prefetch("lines", PlanLine.objects.select_related("service_item"))
    plans = ServicePlan.objects.prefetch_related("slots", lines).in_bulk({one.plan_id for one in agreements})
    plan_of = {one.pk: plans[one.plan_id] for one in agreements}
    work, allowance = {}, AgencySettings.objects.get().short_by_minutes
    rows = list(visits)
    for visit in rows:
        agreed = _minutes(visit.period.lower, visit.period.upper)
        is_done = visit.state == Visit.State.DONE
        served = _minutes(visit.checked_in_at, visit.checked_out_at) if is_done else agreed
        day = timezone.localtime(visit.period.lower).date()
        work[visit.pk] = Work(day, paid_minutes(agreed, served, allowance), is_statutory_holiday(day))
    items, prices = _items(visits, rows, work, plan_of), _Prices()
    of = defaultdict(list)
    for visit in rows:
        of[visit.agreement_id].append(work[visit.pk])
    return {one.pk: _charges(one, month, plan_of[one.pk], of[one.pk], items[one.pk], prices) for one in agreements}


def _minutes(start, end):
    return round((end - start).total_seconds() / 60)


def _items(visits, rows, work, plan_of):
    """{agreement id: {item: its work}}: what was done, and of visits still to come what is planned.

    An item takes the minutes of the plan, else those of the visit.
    """
    done = VisitTask.objects.filter(visit__in=visits, outcome=VisitTask.Outcome.DONE, visit__state=Visit.State.DONE)
    done = done.select_related("service_item").annotate(of=F("visit__agreement_id"))
    found = [(task.of, task.service_item, work[task.visit_id]) for task in done]
    for visit in rows:
        if visit.state == Visit.State.DONE:
            continue
        weekday = timezone.localtime(visit.planned_start).isoweekday()
        planned = [line for line in plan_of[visit.agreement_id].lines.all() if weekday in (line.weekdays or [weekday])]
        found += [(visit.agreement_id, line.service_item, work[visit.pk]) for line in planned]
    items = defaultdict(lambda: defaultdict(list))
    for agreement, item, visit in sorted(found, key=lambda row: row[1].code):
        minutes = {line.service_item_id: line.minutes for line in plan_of[agreement].lines.all()}
        items[agreement][item].append(replace(visit, minutes=minutes.get(item.pk) or visit.minutes))
    return items


def _charges(agreement, month, plan, work, items, prices):
    holiday = prices.on(agreement.starts_on, Price.Kind.HOLIDAY, work_form=agreement.work_form)
    slots = slots_of(plan)
    lines = service_charges(
        Rate(agreement.rate, agreement.rate_unit),
        work,
        month_of=_by_pattern(slots, month),
        holiday=Rate(holiday.amount, holiday.unit) if holiday else None,
    )
    charges = [MonthlyCharge(None, line) for line in lines]
    for item, done in items.items():
        if price := prices.on(agreement.starts_on, Price.Kind.SERVICE, service_item_id=item.pk):
            line = next((line for line in plan.lines.all() if line.service_item_id == item.pk), None)
            month_of = _by_pattern(_slots_of_line(line, slots) if line else slots, month)
            charges.append(MonthlyCharge(item, charge(Rate(price.amount, price.unit), done, month_of)))
    return charges


def _by_pattern(slots, month):
    """How many visits the weekly pattern has in a whole month."""
    return sum(1 for _visit in occurrences(slots, *month_days(month)))


class _Prices:
    """Every published price by the day its list came into force; the agreement's is of its first day."""

    def __init__(self):
        published = PriceList.objects.filter(state=PriceList.State.PUBLISHED).order_by("-effective_from")
        self.lists = [(one.effective_from, list(one.prices.all())) for one in published.prefetch_related("prices")]

    def on(self, day, kind, **what) -> Price | None:
        prices = next((prices for since, prices in self.lists if since <= day), [])
        wanted = {"kind": kind, **what}
        return next(
            (price for price in prices if all(getattr(price, name) == value for name, value in wanted.items())), None
        )


# Hours for pay -----------------------------------------------------------------------------------------------------


def with_hours(people: QuerySet[Caregiver], month: dt.date) -> QuerySet[Caregiver]:
    """Annotate visits made, days, agreed and served time, the time on statutory holidays, and visits missed by oneself."""
    first, last = month_days(month)
    holidays = [first + dt.timedelta(days=place) for place in range(last.day)]
    holidays = [day for day in holidays if is_statutory_holiday(day)]
    visits = visits_of_month(month).filter(agency=OuterRef("agency"), caregiver=OuterRef("pk")).order_by()
    made = visits.filter(state=Visit.State.DONE).values("caregiver")
    day = TruncDate("period__startswith")
    agreed = ExpressionWrapper(Upper("period") - Lower("period"), DurationField())
    served = ExpressionWrapper(F("checked_out_at") - F("checked_in_at"), DurationField())
    on_holidays = made.annotate(day=day).filter(day__in=holidays)
    missed = visits.filter(state=Visit.State.MISSED, missed_cause=Visit.MissedCause.CAREGIVER).values("caregiver")
    return people.annotate(
        visits_made=Subquery(made.annotate(n=Count("pk")).values("n")),
        days_worked=Subquery(made.annotate(n=Count(day, distinct=True)).values("n")),
        agreed_time=Subquery(made.annotate(n=Sum(agreed)).values("n")),
        served_time=Subquery(made.annotate(n=Sum(served)).values("n")),
        holiday_time=Subquery(on_holidays.values("caregiver").annotate(n=Sum(agreed)).values("n")),
        visits_missed=Subquery(missed.annotate(n=Count("pk")).values("n")),
    )
