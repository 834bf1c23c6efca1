"""Reads of skill checks: the latest one of a skill counts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import get_language

from caregivers.models import Caregiver, SkillCheck
from caregivers.standard.skills import Skill, missing_skills, skills_up_to


def latest_checks(caregiver: Caregiver) -> dict[str, SkillCheck]:
    """The check that counts, by the code of its skill."""
    rows = caregiver.skill_checks.order_by("skill", "-checked_on", "-pk").distinct("skill")
    return {check.skill: check for check in rows.select_related("assessor")}


def skills_mastered(ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Codes of the skills each caregiver has mastered by the latest check, in one query for any number."""
    latest = SkillCheck.objects.filter(caregiver__in=list(ids)).order_by("caregiver", "skill", "-checked_on", "-pk")
    mastered = defaultdict(set)
    for owner, skill, is_mastered in latest.distinct("caregiver", "skill").values_list(
        "caregiver", "skill", "is_mastered"
    ):
        if is_mastered:
            mastered[owner].add(skill)
    return {owner: frozenset(codes) for owner, codes in mastered.items()}


def skills_known(caregiver: Caregiver, level: int, day: dt.date) -> dict[str, int]:
    """How many skills up to a level are mastered, and of how many; no condition of 6.x.1, yet what the level stands for."""
    own = skills_mastered([caregiver.pk]).get(caregiver.pk, frozenset())
    asked = len(skills_up_to(level, day))
    return {"asked": asked, "known": asked - len(missing_skills(level, own, day))}


def skill_label(skill: Skill) -> str:
    """What a skill is called in the reader's language."""
    return skill.label_en if get_language() == "en" else skill.label
