"""The form of an assessment."""

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from clients.models import Assessment, SelfCare
from clients.scales import GROUPS, SCALES
from clients.standard import ADJUSTMENTS, LEVELS, assess, groups_of, subtotals

ASIDE = ("adjustments", "override", "override_reason")


class AssessmentForm(CleanForm, forms.Form):
    """One choice per item of the scale, so that the page is the paper form; the action names what is missing."""

    reason = forms.ChoiceField(label=_("reason"), choices=Assessment.Reason, required=False)
    assessed_on = forms.DateField(label=_("assessed on"), initial=timezone.localdate, required=False)
    assessors = forms.CharField(
        label=_("assessors"), max_length=100, required=False, help_text=_("Two people, one of a health trade.")
    )

    def __init__(self, *args, scale: str, may_set_able: bool = False, **kwargs):
        self.scale = scale
        super().__init__(*args, **kwargs)
        self.english = get_language() == "en"
        for item in SCALES[scale]:
            self.fields[item.code] = forms.TypedChoiceField(
                label=item.name_en if self.english else item.name,
                choices=[(step.points, step.text_en if self.english else step.text) for step in item.words],
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )
        self.fields["adjustments"] = forms.MultipleChoiceField(
            label=_("What makes it worse"),
            choices=[(code, names[self.english]) for code, names in ADJUSTMENTS.items()],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        statuses = [choice for choice in SelfCare.choices if may_set_able or choice[0] != SelfCare.ABLE]
        self.fields["override"] = forms.ChoiceField(
            label=_("Another status than the points say"), choices=[("", "—"), *statuses], required=False
        )
        if not may_set_able:
            self.fields["override"].help_text = _("Only a manager may ask for able.")
        else:
            self.fields["override"].help_text = _("Able counts once a second person has signed off; unable at once.")
        self.fields["override_reason"] = forms.CharField(
            label=_("reason for another status"), max_length=200, required=False
        )

    def clean(self):
        codes = [item.code for item in SCALES[self.scale]]
        given = {code: self.cleaned_data.pop(code, None) for code in codes}
        self.cleaned_data["answers"] = {code: points for code, points in given.items() if points is not None}
        self.cleaned_data["scale"] = self.scale
        return self.cleaned_data

    def facts(self):
        return [self[name] for name in self.fields if name not in ASIDE and name not in self._codes()]

    def aside(self):
        return [self[name] for name in ASIDE]

    def unanswered(self):
        """Items that were refused, to be named in one line."""
        return [self[code] for code in self._codes() if code in self.errors]

    def groups(self):
        """The items under their heads, each step with the column of its points."""
        points = sorted({step for item in SCALES[self.scale] for step in item.steps}, reverse=True)
        for (group, items), subtotal in zip(groups_of(self.scale), self.score()["subtotals"], strict=True):
            yield GROUPS[group][self.english], subtotal, [self._row(item, points) for item in items]

    def _row(self, item, points):
        steps = zip(self[item.code].subwidgets, item.words, strict=True)
        return self[item.code], [(widget, step, points.index(step.points) + 1) for widget, step in steps]

    def _codes(self):
        return [item.code for item in SCALES[self.scale]]

    def score(self):
        """How far the assessment has come, and what it says once nothing is open."""
        if self.is_bound:
            self.errors  # noqa: B018 -- cleans
        answers = self.cleaned_data.get("answers", {}) if self.is_bound else {}
        found = subtotals(self.scale, answers)
        result = None
        if not sum(group.open for group in found):
            result = assess(self.scale, answers, self.cleaned_data.get("adjustments", []))
        return {
            "subtotals": found,
            "open": sum(group.open for group in found),
            "points": sum(group.points for group in found),
            "highest": sum(group.highest for group in found),
            "result": result,
            "level": LEVELS[result.level][self.english] if result else "",
            "status": SelfCare(result.self_care).label if result else "",
        }
