"""Office pages of skills: the whole list of one caregiver, and checking those of a level."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from rules import has_perm

from agencies.findings import text_of
from agencies.links import office_url
from agencies.models import Level
from agencies.pages import form_page, submit
from agencies.permissions import may
from caregivers.actions.skills import record_checks
from caregivers.forms.skills import SkillCheckForm
from caregivers.models import Caregiver
from caregivers.queries.files import with_level
from caregivers.queries.skills import latest_checks, skill_label
from caregivers.standard.skills import GROUPS, check_skills, level_mastered, mastered_codes, skills_on

TOP = max(Level.values)


def _get(caregiver_pk):
    return get_object_or_404(with_level(Caregiver.objects, timezone.localdate()), pk=caregiver_pk)


@may("caregivers.view")
def skill_page(request, caregiver_pk):
    """Every skill by level and group, with the check that counts; what is missing up to each level."""
    caregiver = _get(caregiver_pk)
    today = timezone.localdate()
    checks = latest_checks(caregiver)
    mastered = mastered_codes({code: check.is_mastered for code, check in checks.items()})
    reached = level_mastered(mastered, today)
    context = {
        "caregiver": caregiver,
        "level_label": "" if caregiver.level is None else Level(caregiver.level).label,
        "reached": "" if reached is None else Level(reached).label,
        "levels": [_level(level, checks, mastered, today) for level in Level],
        "may_assess": has_perm("caregivers.assess", request.membership),
    }
    return render(request, "caregivers/skill_page.html", context)


def _level(level, checks, mastered, today):
    own = [skill for skill in skills_on(today) if skill.level == level]
    finding = check_skills(level, mastered, today)
    return {
        "level": level,
        "label": level.label,
        "rows": [(skill, skill_label(skill), _(GROUPS[skill.group]), checks.get(skill.code)) for skill in own],
        "done_count": sum(skill.code in mastered for skill in own),
        "missing": text_of(finding) if finding else "",
    }


@may("caregivers.assess")
def skill_check(request, caregiver_pk):
    """Check the skills of one level; without a level in the address the next one to reach."""
    caregiver = _get(caregiver_pk)
    level = request.GET.get("level", str(min((caregiver.level or 0) + 1, TOP)))
    if level not in {str(value) for value in Level.values}:
        raise Http404
    skills = [skill for skill in skills_on(timezone.localdate()) if skill.level == int(level)]
    form = SkillCheckForm(request.POST or None, skills=skills, checks=latest_checks(caregiver))
    back = office_url("skill_page", caregiver_pk)
    if checks := submit(form, record_checks, caregiver=caregiver, by=request.user):
        done = _("%(count)s checks recorded.") % {"count": len(checks)}
        messages.success(request, done)
        return redirect(back)
    title = _("Check skills: %(level)s") % {"level": Level(int(level)).label}
    template = "caregivers/skill_check.html"
    return form_page(request, form=form, title=title, lead=str(caregiver), back=back, template=template)
