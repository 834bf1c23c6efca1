"""The conditions of the next level in words: what is there, what is asked, whether that is enough (6.1.1-6.4.1)."""

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from caregivers.models import Credential
from caregivers.standard.levels import (
    DIRECT_MONTHS,
    SATISFIED,
    Criterion,
    LevelFacts,
    is_direct_time,
    step_on,
    time_served_on,
)
from caregivers.standard.skills import missing_skills, skills_up_to

EXAMS = {"level": gettext_lazy("level exam"), "promotion": gettext_lazy("promotion exam")}


def grade_label(grade: int | None) -> str:
    """The elderly-care certificate in words."""
    return Credential.Grade(grade).label if grade else ""


def exam_words(passed) -> str:
    """Both exams with what came of them."""
    return " · ".join(f"{label} {'✓' if kind in passed else '—'}" for kind, label in EXAMS.items())


def conditions_of(way: LevelFacts, codes: set[str]) -> list[dict[str, Any]]:
    """Each condition of 6.x.1 with what is there, what is asked, and whether that is enough."""
    step, on = step_on(way.to_level, way.day), time_served_on(way)
    clause = f"6.{way.to_level + 1}.1"
    direct = is_direct_time(way)
    months = DIRECT_MONTHS if direct else step.months
    path = _("as a college graduate, in home care") if direct else _("at the present level")
    served = _("%(months)s months %(path)s") % {"months": months, "path": path}
    fit = {True: _("fit"), False: _("not fit"), None: _("none since the present level")}[way.fit]
    least = _("%(mean)s on average from %(count)s ratings") % {"mean": f"{SATISFIED}.00", "count": way.min_answers}
    mean = f"{way.mean_rating:.2f} ({way.ratings})" if way.ratings else "0"
    exam = {kind: _("passed") if (kind, way.to_level) in way.exams else _("not yet") for kind in EXAMS}
    reached = on.isoformat() if on else "—"
    rows = [
        (f"{clause} a", _("Time in service"), reached, served, {"no_service", "time", "step"}, "service"),
        (f"{clause} a", _("Evaluation"), fit, _("fit"), {"not_evaluated", "not_fit"}, "evaluations"),
        (f"{clause} b", _("Clients' ratings"), mean, least, {"few_ratings", "low_ratings"}, "ratings"),
        (f"{clause} c", _("Level exam"), exam["level"], _("passed"), {"level_exam"}, "exams"),
        (f"{clause} c", _("Promotion exam"), exam["promotion"], _("passed"), {"promotion_exam"}, "exams"),
        (
            f"{clause} c", _("Elderly-care certificate"), grade_label(way.grade) or "—",
            _("%(grade)s or better") % {"grade": grade_label(step.grade)}, {"certificate"}, "papers",
        ),
    ]  # fmt: skip
    if way.modes.get("masters_skills") == "forbid":
        all_of_them = skills_up_to(way.to_level, way.day)
        known = len(all_of_them) - len(missing_skills(way.to_level, way.mastered or (), way.day))
        asked = _("all %(count)s checked and mastered") % {"count": len(all_of_them)}
        rows.append((f"6.{way.to_level + 1}.2", _("Skills"), str(known), asked, {"skills"}, "skills"))
    return [
        {"clause": one, "what": what, "is": there, "asked": asked, "is_met": not codes & against, "anchor": anchor}
        for one, what, there, asked, against, anchor in rows
    ]


def line_label(line: Criterion) -> str:
    """A line of the evaluation form in the reader's language."""
    return line.text_en if get_language() == "en" else line.text
