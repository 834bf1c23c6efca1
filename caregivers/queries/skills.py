"""Reads of skill checks: the latest one of a skill counts."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import get_language

from caregivers.models import Caregiver, SkillCheck
from caregivers.standard.skills import Skill, mastered_codes


def _latest() -> QuerySet[SkillCheck]:
    rows = SkillCheck.objects.order_by("caregiver_id", "skill", "-checked_on", "-pk")
    return rows.distinct("caregiver_id", "skill")


def latest_checks(caregiver: Caregiver) -> dict[str, SkillCheck]:
    """The check that counts, by the code of its skill."""
    return {check.skill: check for check in _latest().filter(caregiver=caregiver).select_related("assessor")}


def mastered_by(ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The codes that each caregiver was found to master; one query for any number of people."""
    checks: dict[int, dict[str, bool]] = defaultdict(dict)
    for owner, skill, is_mastered in (
        _latest().filter(caregiver__in=ids).values_list("caregiver_id", "skill", "is_mastered")
    ):
        checks[owner][skill] = is_mastered
    return {owner: mastered_codes(checks[owner]) for owner in ids}


def skill_label(skill: Skill) -> str:
    """What a skill is called in the reader's language."""
    return skill.label_en if get_language() == "en" else skill.label
