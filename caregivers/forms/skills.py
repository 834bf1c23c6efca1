"""Forms of skill checks: one line for each skill of a level, or one skill alone."""

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from caregivers.models import SkillCheck
from caregivers.queries.skills import skill_label
from caregivers.standard.skills import Skill

RESULTS = [("", _("as it stands")), ("yes", _("mastered")), ("no", _("not yet"))]


class SkillCheckForm(CleanForm, forms.Form):
    """Cleans to what record_checks takes."""

    checked_on = forms.DateField(label=_("checked on"), initial=timezone.localdate)

    def __init__(self, *args, skills: list[Skill], checks: dict[str, SkillCheck], **kwargs):
        super().__init__(*args, **kwargs)
        self.skills, self.checks = skills, checks
        for skill in skills:
            self.fields[f"result_{skill.code}"] = forms.ChoiceField(
                label=skill_label(skill), choices=RESULTS, required=False, widget=forms.RadioSelect, initial=""
            )
            label = format_lazy("{}: {}", skill_label(skill), _("note"))
            self.fields[f"note_{skill.code}"] = forms.CharField(label=label, max_length=200, required=False)

    def lines(self):
        """Each skill with its two fields, for the page."""
        return [
            (skill, self[f"result_{skill.code}"], self[f"note_{skill.code}"], self.checks.get(skill.code))
            for skill in self.skills
        ]

    def clean(self):
        data = self.cleaned_data
        results = {
            skill.code: (data[f"result_{skill.code}"] == "yes", data.get(f"note_{skill.code}", ""))
            for skill in self.skills
            if data.get(f"result_{skill.code}")
        }
        return {"checked_on": data.get("checked_on"), "results": results}


class OneSkillForm(CleanForm, forms.ModelForm):
    """One check of one skill, as a program sends it."""

    is_mastered = forms.TypedChoiceField(
        choices=[("True", _("mastered")), ("False", _("not yet"))], coerce=lambda value: value == "True"
    )
    checked_on = forms.DateField(initial=timezone.localdate)

    class Meta:
        model = SkillCheck
        fields = ["skill", "is_mastered", "note", "checked_on"]

    def _post_clean(self):
        """The action writes the row."""
