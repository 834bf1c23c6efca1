"""Ability level and self-care status from assessments, at every edge (5)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.scales import BARTHEL, GBT_42195, GROUPS, SCALES
from clients.standard import ADJUSTMENTS, LEVELS, adjusted, assess, level_of, missing_answers, names_in, reassess_on

D = dt.date
BEST = {scale: {item.code: item.highest for item in items} for scale, items in SCALES.items()}


def answers(scale="gbt_42195", **changed):
    """The best answers, with these changed."""
    return {**BEST[scale], **changed}


def test_the_scales_add_up():
    groups = {}
    for item in GBT_42195:
        count, points = groups.get(item.group, (0, 0))
        groups[item.group] = (count + 1, points + item.highest)
    assert groups == {"self_care": (8, 32), "movement": (4, 15), "mind": (9, 28), "senses": (5, 15)}
    assert (len(BARTHEL), sum(item.highest for item in BARTHEL)) == (10, 100)


@pytest.mark.parametrize("scale", SCALES)
def test_items_have_steps_down_to_nothing_in_two_languages(scale):
    items = SCALES[scale]
    assert len({item.code for item in items}) == len(items)
    for item in items:
        assert item.group in GROUPS
        assert list(item.steps) == sorted(set(item.steps), reverse=True)
        assert item.steps[-1] == 0
        assert all(step.text and step.text_en for step in item.words)


def test_the_national_scale_goes_in_single_points_and_the_barthel_index_in_fives():
    assert all(item.steps == tuple(range(item.highest, -1, -1)) for item in GBT_42195)
    assert all(points % 5 == 0 for item in BARTHEL for points in item.steps)


@pytest.mark.parametrize(
    ("scale", "total", "level"),
    [
        *[("gbt_42195", total, level) for total, level in [(90, 0), (89, 1), (66, 1), (65, 2), (46, 2)]],
        *[("gbt_42195", total, level) for total, level in [(45, 3), (30, 3), (29, 4), (0, 4)]],
        *[("barthel", total, level) for total, level in [(100, 0), (95, 1), (65, 1), (60, 2), (45, 2)]],
        *[("barthel", total, level) for total, level in [(40, 3), (25, 3), (20, 4), (0, 4)]],
    ],
)
def test_levels_by_total(scale, total, level):
    assert level_of(scale, total) == level
    assert LEVELS[level]


@pytest.mark.parametrize(
    ("level", "reasons", "after"),
    [
        (0, [], 0),
        (0, ["dementia"], 1),
        (1, ["dementia", "mental", "events"], 2),  # once, however many
        (4, ["events"], 4),
        (0, ["coma"], 4),
        (2, ["coma", "dementia"], 4),
    ],
)
def test_what_makes_the_level_worse(level, reasons, after):
    assert adjusted(level, reasons) == after


@pytest.mark.parametrize(
    ("changed", "reasons", "total", "level", "self_care"),
    [
        ({}, [], 90, 0, "able"),
        ({"eating": 3}, [], 89, 1, "able"),
        ({"eating": 2}, [], 88, 1, "unable"),  # hands-on help
        ({"bowels": 2}, [], 88, 1, "unable"),
        ({"toilet": 3, "bathing": 3, "walking": 3}, [], 87, 1, "able"),
        ({"bed_mobility": 2}, [], 88, 1, "unable"),
        ({"transfer": 2}, [], 88, 1, "unable"),
        ({"walking": 2}, [], 88, 1, "unable"),
        ({"stairs": 0}, [], 87, 1, "able"),  # stairs alone do not
        ({"memory": 0, "time": 0, "space": 0, "persons": 0, "company": 0, "errands": 0}, [], 66, 1, "able"),
        ({"memory": 0, "time": 0, "space": 0, "persons": 0, "company": 0, "errands": 0, "sight": 1}, [], 65, 2, "unable"),
        ({}, ["dementia"], 90, 1, "able"),
        ({"stairs": 2}, ["dementia"], 89, 2, "unable"),
        ({}, ["coma"], 90, 4, "unable"),
    ],
)  # fmt: skip
def test_the_national_scale(changed, reasons, total, level, self_care):
    result = assess("gbt_42195", answers(**changed), reasons)
    assert (result.total, result.level, result.self_care) == (total, level, self_care)


@pytest.mark.parametrize(
    ("changed", "total", "level", "self_care"),
    [
        ({}, 100, 0, "able"),
        ({"stairs": 5}, 95, 1, "able"),
        ({"eating": 5}, 95, 1, "unable"),
        ({"toilet": 5}, 95, 1, "unable"),
        ({"transfer": 10}, 95, 1, "unable"),
        ({"bowels": 5}, 95, 1, "unable"),
        ({"stairs": 0, "walking": 0, "bathing": 0, "grooming": 0}, 65, 1, "able"),
        ({"stairs": 0, "walking": 0, "bathing": 0, "grooming": 0, "dressing": 5}, 60, 2, "unable"),
    ],
)
def test_the_barthel_index(changed, total, level, self_care):
    result = assess("barthel", answers("barthel", **changed))
    assert (result.total, result.level, result.self_care) == (total, level, self_care)


def test_only_the_items_of_the_scale_count():
    assert assess("barthel", answers("barthel", memory=4)).total == 100


def test_missing_and_impossible_answers_are_named():
    incomplete = answers(stairs=4, memory=-1, sight=None)
    del incomplete["eating"]
    assert [item.code for item in missing_answers("gbt_42195", incomplete)] == ["eating", "stairs", "memory", "sight"]
    assert missing_answers("gbt_42195", answers()) == []


@pytest.mark.parametrize(
    ("assessed", "months", "due"),
    [
        (D(2026, 11, 23), 6, D(2027, 5, 23)),
        (D(2026, 8, 31), 6, D(2027, 2, 28)),
        (D(2026, 11, 23), 12, D(2027, 11, 23)),
    ],
)
def test_the_next_assessment(assessed, months, due):
    assert reassess_on(assessed, months) == due


filled = st.fixed_dictionaries({item.code: st.sampled_from(item.steps) for item in GBT_42195})
reasons = st.sets(st.sampled_from(sorted(ADJUSTMENTS)))


@given(filled, reasons, st.sampled_from(GBT_42195))
def test_a_worse_answer_never_makes_anybody_abler(given_answers, why, item):
    before = assess("gbt_42195", given_answers, why)
    worse = assess("gbt_42195", {**given_answers, item.code: 0}, why)
    assert worse.total <= before.total
    assert worse.level >= before.level
    assert (before.self_care, worse.self_care) != ("unable", "able")


@given(filled, reasons)
def test_a_reason_more_never_makes_the_level_better(given_answers, why):
    result = assess("gbt_42195", given_answers, why)
    assert assess("gbt_42195", given_answers, why | {"events"}).level >= result.level
    assert result.self_care == "unable" or result.level < 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("周敏、何静", {"周敏", "何静"}),
        ("周敏，何静", {"周敏", "何静"}),
        ("Zhou Min, He Jing", {"Zhou", "Min", "He", "Jing"}),
        ("周敏", {"周敏"}),
        ("周敏、周敏", {"周敏"}),
        ("x", set()),
        ("x、周敏", {"周敏"}),
    ],
)
def test_names_in_a_line(text, names):
    assert names_in(text) == names
