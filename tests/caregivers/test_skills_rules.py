"""The skill lists (6.1.2-6.4.2) and the rule "all skills up to a level mastered"."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.standard import CLAUSES
from caregivers.standard import skills
from caregivers.standard.skills import (
    GROUPS,
    SKILLS,
    Skill,
    check_skills,
    level_mastered,
    missing_skills,
    skills_on,
    skills_up_to,
)

DAY = dt.date(2026, 11, 23)
CODES = [skill.code for skill in SKILLS]
subsets = st.sets(st.sampled_from(CODES))

# Items of each letter as the standard prints them, counted by hand.
COUNTS = {
    "6.1.2a": (0, "living_care", 7),
    "6.1.2b": (0, "nursing", 3),
    "6.2.2a": (1, "living_care", 6),
    "6.2.2b": (1, "nursing", 5),
    "6.3.2a": (2, "living_care", 6),
    "6.3.2b": (2, "nursing", 7),
    "6.3.2c": (2, "rehabilitation", 2),
    "6.3.2d": (2, "psychological", 1),
    "6.4.2a": (3, "nursing", 3),
    "6.4.2b": (3, "rehabilitation", 2),
    "6.4.2c": (3, "psychological", 1),
    "6.4.2d": (3, "guidance", 1),
}


def test_every_item_of_the_standard_is_a_skill():
    found = {}
    for skill in SKILLS:
        level, group, count = found.get(skill.clause, (skill.level, skill.group, 0))
        assert (skill.level, skill.group) == (level, group)
        found[skill.clause] = (level, group, count + 1)
    assert found == COUNTS


def test_codes_are_unique_and_every_skill_is_named_twice():
    assert len(set(CODES)) == len(CODES) == 44
    assert "6.2.2a-03" in CODES
    assert all(skill.label and skill.label_en and skill.group in GROUPS for skill in SKILLS)
    assert {skill.clause[:-1] for skill in SKILLS} <= set(CLAUSES)


@pytest.mark.parametrize(("level", "count"), [(0, 10), (1, 21), (2, 37), (3, 44)])
def test_lists_are_cumulative(level, count):
    assert len(skills_up_to(level, DAY)) == count


@pytest.mark.parametrize(
    ("level", "left_out", "wanted"),
    [
        (0, set(), None),
        (0, {"6.1.2a-01"}, "1 of 10 skills up to this level are not mastered yet. (6.1.2)"),
        (0, {"6.2.2a-01"}, None),  # a higher level's skill is not asked
        (1, {"6.1.2a-01"}, "1 of 21 skills up to this level are not mastered yet. (6.2.2)"),  # a lower one's is
        (2, {"6.3.2d-01", "6.2.2b-05"}, "2 of 37 skills up to this level are not mastered yet. (6.3.2)"),
        (3, set(CODES), "44 of 44 skills up to this level are not mastered yet. (6.4.2)"),
        (3, set(), None),
    ],
)
def test_what_is_missing_up_to_a_level(level, left_out, wanted):
    found = check_skills(level, set(CODES) - left_out, DAY)
    assert (found and str(found)) == wanted


@pytest.mark.parametrize(
    ("left_out", "wanted"),
    [(set(), 3), ({"6.4.2d-01"}, 2), ({"6.2.2a-03"}, 0), ({"6.1.2b-03"}, None), ({"6.1.2b-03", "6.4.2a-01"}, None)],
)
def test_the_level_mastered_has_nothing_missing_below(left_out, wanted):
    assert level_mastered(set(CODES) - left_out, DAY) == wanted


def test_a_list_holds_from_its_first_day_until_a_newer_one(monkeypatch):
    old = Skill("6.1.2a-01", 0, "nursing", "旧", "old", since=dt.date(2020, 1, 1), until=dt.date(2026, 1, 1))
    new = Skill("6.1.2a-02", 0, "nursing", "新", "new", since=dt.date(2026, 1, 1))
    monkeypatch.setattr(skills, "SKILLS", [old, new])
    days = [dt.date(2019, 12, 31), dt.date(2020, 1, 1), dt.date(2025, 12, 31), dt.date(2026, 1, 1)]
    assert [[skill.label for skill in skills_on(day)] for day in days] == [[], ["旧"], ["旧"], ["新"]]


@given(subsets, st.sampled_from(CODES), st.integers(0, 3))
def test_one_more_skill_never_adds_to_what_is_missing(known, more, level):
    assert set(missing_skills(level, known | {more}, DAY)) <= set(missing_skills(level, known, DAY))


@given(subsets, st.integers(0, 2))
def test_whoever_has_all_of_a_level_has_all_of_the_level_below(known, level):
    if not check_skills(level + 1, known, DAY):
        assert check_skills(level, known, DAY) is None


@given(subsets)
def test_the_level_mastered_agrees_with_the_rule(known):
    fit = [level for level in range(4) if check_skills(level, known, DAY) is None]
    assert level_mastered(known, DAY) == (fit[-1] if fit else None)
