"""What visits say about caregivers, handed down: punctuality, tasks, days served (6.2.1 a, 7.2.2 e)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from agencies.calendar import ONE_DAY
from caregivers.actions.quality import Fact, drop_facts, keep_facts, keep_service_days
from caregivers.models import Caregiver, QualityRecord
from contracts.models import Handover, Visit, VisitTask
from contracts.models.handover import Satisfaction
from contracts.queries.visits import midnight

Kind, Source = QualityRecord.Kind, QualityRecord.Source
POINTS = {
    Satisfaction.VERY_SATISFIED: 4,
    Satisfaction.SATISFIED: 3,
    Satisfaction.FAIR: 2,
    Satisfaction.DISSATISFIED: 1,
}
EXCUSED = (Visit.MissedCause.CLIENT, Visit.MissedCause.AGENCY)
COUNTED = {
    VisitTask.Outcome.DONE: 1,
    VisitTask.Outcome.NOT_DONE: 0,
}  # refused or not applicable says nothing of anybody


def hand_down(visits: Iterable[Visit]) -> None:
    """Keep what visits that are done or missed say; what is planned, runs or had nobody says nothing yet.

    A missed visit counts against the caregiver until somebody says that it was not their doing.
    """
    visits = [visit for visit in visits if visit.caregiver_id and visit.state in (Visit.State.DONE, Visit.State.MISSED)]
    excused = [visit.pk for visit in visits if visit.missed_cause in EXCUSED]
    drop_facts(Source.VISIT, excused)
    visits = [visit for visit in visits if visit.pk not in excused]
    done = {visit.pk: visit for visit in visits if visit.state == Visit.State.DONE}
    tasks = VisitTask.objects.filter(visit__in=done, outcome__in=COUNTED).values_list("pk", "visit_id", "outcome")
    keep_facts(
        [
            *(_fact(visit, Kind.PUNCTUALITY, Source.VISIT, visit.pk, minutes_late(visit)) for visit in visits),
            *(_fact(done[visit], Kind.TASK, Source.VISIT_TASK, pk, COUNTED[outcome]) for pk, visit, outcome in tasks),
        ]
    )
    _hand_down_days(done.values())


def _fact(visit, kind, source, source_id, value):
    return Fact(visit.caregiver_id, kind, source, source_id, value, timezone.localdate(visit.period.lower))


def minutes_late(visit: Visit) -> int:
    """Minutes from the agreed start to check-in, none when early; all of its minutes when nobody came."""
    until = visit.checked_in_at or visit.period.upper
    return max(0, int((until - visit.period.lower).total_seconds() // 60))


def _hand_down_days(done):
    """The whole of each day again, since a day may hold several visits; one at a time for each caregiver."""
    touched = {(visit.caregiver_id, timezone.localdate(visit.checked_in_at)) for visit in done}
    if not touched:
        return
    people = Caregiver.objects.filter(pk__in={caregiver for caregiver, _day in touched}).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk"))
    days = [day for _caregiver, day in touched]
    served = Visit.objects.filter(
        state=Visit.State.DONE,
        caregiver__in={caregiver for caregiver, _day in touched},
        checked_in_at__gte=midnight(min(days)),
        checked_in_at__lt=midnight(max(days) + ONE_DAY),
    )
    sums = defaultdict(dt.timedelta)
    for caregiver, start, end in served.values_list("caregiver_id", "checked_in_at", "checked_out_at"):
        if (key := (caregiver, timezone.localdate(start))) in touched:
            sums[key] += end - start
    keep_service_days({key: int(total.total_seconds() // 60) for key, total in sums.items()})


def hand_down_opinion(handover: Handover) -> None:
    """The opinion in a filed handover record is of the caregiver who leaves (7.3.2 d)."""
    day = timezone.localdate(handover.handed_over_at)
    keep_facts([Fact(handover.caregiver_id, Kind.RATING, Source.HANDOVER, handover.pk, POINTS[handover.opinion], day)])
