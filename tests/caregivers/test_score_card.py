"""The score card: what is counted, from how many records a rate is fair, and by which day an evaluation is due."""

import datetime as dt

import pytest
from django.utils import timezone, translation

from agencies.models import AgencySettings
from caregivers.models import Caregiver, Evaluation, QualityRecord, ServiceDay
from caregivers.queries.score_card import evaluations_due, noted, score_cards, shown, with_evaluation
from caregivers.standard.score_card import LINES, Card, Figure, frozen, thawed
from tests.caregivers.people import ago
from tests.factories import make_one

DAY = dt.date(2026, 6, 30)
LINE = {line.code: line for line in LINES}


def card(**figures):
    return Card(DAY, DAY, late_after=10, least=5, figures={code: Figure(*figure) for code, figure in figures.items()})


@pytest.mark.parametrize(
    ("count", "rate", "is_few"), [(0, None, False), (1, None, True), (4, None, True), (5, 3.2, False)]
)
def test_a_rate_needs_enough_records_to_be_fair(count, rate, is_few):
    of = card(rating=(count, round(3.2 * count)))
    assert of.rate(LINE["rating"]) == rate
    assert of.is_few(LINE["rating"]) is is_few


def test_complaints_and_days_are_sums_and_never_too_few():
    of = card(complaint=(1, 1), service=(2, 300))
    assert [of.rate(LINE[code]) for code in ("complaint", "service")] == [None, None]
    assert not any(of.is_few(LINE[code]) for code in ("complaint", "service"))


def test_a_frozen_card_comes_back_as_it_was():
    of = card(rating=(7, 22), service=(40, 6000))
    assert thawed(frozen(of)) == of


def cards_of(ids, since=90, until=0):
    return score_cards(ids, ago(since), ago(until), AgencySettings.objects.get())


def note(caregiver, kind, value, on=30):
    number = QualityRecord.objects.count() + 1
    make_one(
        QualityRecord,
        caregiver=caregiver,
        kind=kind,
        value=value,
        source="visit",
        source_id=number,
        happened_on=ago(on),
    )


@pytest.fixture
def caregiver(in_maple):
    AgencySettings.objects.update(late_after_minutes=10, card_min_records=5)
    return make_one(Caregiver, state="active", hired_on=ago(400), posted_on=ago(390))


def test_every_figure_is_counted_by_its_definition(caregiver):
    for value in (4, 4, 3, 3, 2):
        note(caregiver, "rating", value)
    for late in (0, 10, 11, 120, 3):
        note(caregiver, "punctuality", late)
    for value in (1, 1, 1, 0):
        note(caregiver, "task", value)
    for value in (1, 0):
        note(caregiver, "complaint", value)
    for day in (20, 21):
        make_one(ServiceDay, caregiver=caregiver, day=ago(day), minutes=90)
    note(caregiver, "rating", 1, on=31 + 60)  # before the time asked for
    other = make_one(Caregiver, state="active", posted_on=ago(390))
    note(other, "rating", 1)
    cards = cards_of([caregiver.pk])
    assert list(cards) == [caregiver.pk]
    with translation.override("en"):
        lines = {line.code: (line.value, line.basis) for line in shown(cards[caregiver.pk])}
    assert lines == {
        "rating": ("3.20", "from 5 answers, 4 is best"),
        "punctuality": ("60%", "3 of 5"),
        "task": ("—", "only 4 records, a rate is fair from 5 on"),
        "conduct": ("—", "nothing on record yet"),
        "complaint": ("1", "of 2 closed"),
        "service": ("2", "3 hours"),
    }
    assert "10 minutes" in shown(cards[caregiver.pk])[1].definition


@pytest.mark.parametrize("on", [90, 0])
def test_the_first_and_the_last_day_are_both_in(caregiver, on):
    note(caregiver, "rating", 3, on=on)
    make_one(ServiceDay, caregiver=caregiver, day=ago(on), minutes=60)
    figures = cards_of([caregiver.pk])[caregiver.pk].figures
    assert figures == {"rating": Figure(1, 3), "service": Figure(1, 60)}
    assert cards_of([caregiver.pk], 89, 1)[caregiver.pk].figures == {}


def test_the_same_queries_for_one_and_for_many(caregiver, django_assert_num_queries):
    others = [make_one(Caregiver, state="active", posted_on=ago(390)).pk for _one in range(5)]
    for ids in ([caregiver.pk], [caregiver.pk, *others]):
        with django_assert_num_queries(2):
            assert len(cards_of(ids)) == len(ids)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [("punctuality", 0, "in time"), ("punctuality", 1, "1 minute late"), ("rating", 1, "Dissatisfied"), ("task", 0, "Not done"), ("complaint", 1, "Founded")],
)  # fmt: skip
def test_a_record_is_told_in_words(kind, value, words):
    with translation.override("en"):
        assert noted(QualityRecord(kind=kind, value=value)) == words


def at_work():
    return with_evaluation(Caregiver.objects.filter(state="active"))


def test_who_was_never_evaluated_is_due_half_a_year_after_being_hired(caregiver):
    day = timezone.localdate()
    same_day = dt.date(day.year - (day.month <= 6), (day.month - 7) % 12 + 1, min(day.day, 28))
    for hired_on, is_due in [(same_day, True), (ago(100), False)]:
        Caregiver.objects.update(hired_on=hired_on)
        assert evaluations_due(at_work()).exists() is is_due


@pytest.mark.parametrize(("evaluated", "due"), [((2026, 1, 15), (2026, 7, 15)), ((2025, 8, 31), (2026, 2, 28))])
def test_the_latest_evaluation_counts_to_the_same_day_six_months_later(caregiver, evaluated, due):
    make_one(Evaluation, caregiver=caregiver, result="not_fit", evaluated_on=dt.date(2025, 3, 1), scores={})
    latest = make_one(Evaluation, caregiver=caregiver, result="fit", evaluated_on=dt.date(*evaluated), scores={})
    row = at_work().get()
    assert (row.evaluation_id, row.evaluation_result, row.evaluation_due_on) == (latest.pk, "fit", dt.date(*due))


def test_the_interval_is_a_setting(caregiver):
    make_one(Evaluation, caregiver=caregiver, result="fit", evaluated_on=dt.date(2026, 1, 15), scores={})
    AgencySettings.objects.update(evaluate_every_months=13)
    assert at_work().get().evaluation_due_on == dt.date(2027, 2, 15)
