"""Reads of skill checks: the latest one of a skill counts."""

from django.utils.translation import get_language

from caregivers.models import Caregiver, SkillCheck
from caregivers.standard.skills import Skill


def latest_checks(caregiver: Caregiver) -> dict[str, SkillCheck]:
    """The check that counts, by the code of its skill."""
    rows = caregiver.skill_checks.order_by("skill", "-checked_on", "-pk").distinct("skill")
    return {check.skill: check for check in rows.select_related("assessor")}


def skill_label(skill: Skill) -> str:
    """What a skill is called in the reader's language."""
    return skill.label_en if get_language() == "en" else skill.label
