"""Reads of score cards and evaluations: what was counted of many caregivers at once, and whose evaluation is due."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies.calendar import months_later
from agencies.models import AgencySettings
from caregivers.models import Caregiver, Evaluation, QualityRecord, ServiceDay
from caregivers.standard.score_card import LINES, Card, Figure, Line

Kind = QualityRecord.Kind


def card_start(today: dt.date, rules: AgencySettings) -> dt.date:
    """The first day that score cards look at, as the agency set it."""
    return months_later(today, -rules.card_months)


def score_cards(ids: Iterable[int], since: dt.date, until: dt.date, rules: AgencySettings) -> dict[int, Card]:
    """The cards of caregivers, in one query for one as for many."""
    ids = list(ids)
    counts_one = Case(When(value__lte=rules.late_after_minutes, then=1), default=0)
    counted = Case(When(kind=Kind.PUNCTUALITY, then=counts_one), default=F("value"), output_field=IntegerField())
    records = QualityRecord.objects.filter(caregiver__in=ids, happened_on__range=(since, until)).order_by()
    days = ServiceDay.objects.filter(caregiver__in=ids, day__range=(since, until)).order_by()
    rows = (
        records.values(owner=F("caregiver"), code=F("kind"))
        .annotate(count=Count("pk"), total=Sum(counted))
        .union(
            days.values(owner=F("caregiver"), code=Value("service")).annotate(count=Count("pk"), total=Sum("minutes")),
            all=True,
        )
    )
    figures: dict[int, dict[str, Figure]] = defaultdict(dict)
    for row in rows:
        figures[row["owner"]][row["code"]] = Figure(row["count"], row["total"])
    return {pk: Card(since, until, rules.late_after_minutes, rules.card_min_records, figures[pk]) for pk in ids}


@dataclass(frozen=True)
class Shown:
    """A line of a card in the reader's words: the figure, what it rests on, how it is counted, and its clause."""

    code: str
    label: str
    value: str
    basis: str
    definition: str
    clause: str


def shown(card: Card) -> list[Shown]:
    return [
        Shown(
            code=line.code,
            label=_(line.label),
            value=_value(card, line),
            basis=_basis(card, line),
            definition=_(line.definition) % {"late": card.late_after},
            clause=line.clause,
        )
        for line in LINES
    ]


def _value(card, line: Line):
    figure, rate = card.figure(line.code), card.rate(line)
    if line.code == "service":
        return str(figure.count)
    if line.shape == "sum":
        return str(figure.total)
    if rate is None:
        return "—"
    return f"{rate:.2f}" if line.shape == "mean" else f"{rate:.0%}"


def _basis(card, line: Line):
    figure = card.figure(line.code)
    if line.code == "service":
        return _("%(hours)s hours") % {"hours": round(figure.total / 60)}
    if line.shape == "sum":
        return ngettext("of %(n)s closed", "of %(n)s closed", figure.count) % {"n": figure.count}
    if not figure.count:
        return _("nothing on record yet")
    if card.is_few(line):
        text = ngettext("only %(n)s record, a rate is fair from %(least)s on", "only %(n)s records, a rate is fair from %(least)s on", figure.count)  # fmt: skip
        return text % {"n": figure.count, "least": card.least}
    if line.shape == "mean":
        return ngettext("from %(n)s answer, 4 is best", "from %(n)s answers, 4 is best", figure.count) % {
            "n": figure.count
        }
    return _("%(good)s of %(n)s") % {"good": figure.total, "n": figure.count}


def noted(record: QualityRecord) -> str:
    """What a record says, in words."""
    if record.kind == Kind.PUNCTUALITY:
        if not record.value:
            return _("in time")
        return ngettext("%(n)s minute late", "%(n)s minutes late", record.value) % {"n": record.value}
    return str(WORDS[record.kind][record.value])


WORDS = {
    Kind.RATING: {
        4: gettext_lazy("Very satisfied"),
        3: gettext_lazy("Satisfied"),
        2: gettext_lazy("Fairly satisfied"),
        1: gettext_lazy("Dissatisfied"),
    },
    Kind.TASK: {1: gettext_lazy("Done"), 0: gettext_lazy("Not done")},
    Kind.COMPLAINT: {1: gettext_lazy("Founded"), 0: gettext_lazy("Not founded")},
    Kind.CONDUCT: {1: gettext_lazy("Good"), 0: gettext_lazy("Not good")},
}


def with_evaluation(caregivers: QuerySet[Caregiver]) -> QuerySet[Caregiver]:
    """Annotate the latest evaluation, its day and result, and the day on which the next is due; the first counts from hiring."""
    latest = Evaluation.objects.filter(agency=OuterRef("agency"), caregiver=OuterRef("pk")).order_by(
        "-evaluated_on", "-id"
    )
    months = AgencySettings.objects.values("evaluate_every_months")
    interval = Func(Value(0), Subquery(months[:1]), function="make_interval")
    caregivers = caregivers.annotate(
        evaluation_id=Subquery(latest.values("pk")[:1]),
        evaluated_on=Subquery(latest.values("evaluated_on")[:1]),
        evaluation_result=Subquery(latest.values("result")[:1]),
    )
    base = Coalesce(F("evaluated_on"), F("hired_on"))
    due = Func(base, interval, template="(%(expressions)s)::date", arg_joiner=" + ", output_field=DateField())
    return caregivers.annotate(evaluation_due_on=due)


def evaluations_due(caregivers: QuerySet[Caregiver]) -> QuerySet[Caregiver]:
    """Those annotated whose day has come."""
    return caregivers.filter(evaluation_due_on__lte=timezone.localdate())
