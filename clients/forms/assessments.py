"""The form of an assessment."""

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from clients.models import Assessment, SelfCare
from clients.scales import SCALES
from clients.standard import ADJUSTMENTS


class AssessmentForm(CleanForm, forms.Form):
    """One choice per item of the scale, so that the page is the paper form."""

    reason = forms.ChoiceField(label=_("reason"), choices=Assessment.Reason)
    assessed_on = forms.DateField(label=_("assessed on"), initial=timezone.localdate)
    assessors = forms.CharField(label=_("assessors"), max_length=100, help_text=_("Two people, one of a health trade."))

    def __init__(self, *args, scale: str, **kwargs):
        self.scale = scale
        super().__init__(*args, **kwargs)
        english = get_language() == "en"
        for item in SCALES[scale]:
            self.fields[item.code] = forms.TypedChoiceField(
                label=item.name_en if english else item.name,
                choices=[
                    (step.points, f"{step.points} · {step.text_en if english else step.text}") for step in item.words
                ],
                coerce=int,
                widget=forms.RadioSelect,
            )
        self.fields["adjustments"] = forms.MultipleChoiceField(
            label=_("What makes it worse"),
            choices=[(code, names[1] if english else names[0]) for code, names in ADJUSTMENTS.items()],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["override"] = forms.ChoiceField(
            label=_("Another status than the points say"), choices=[("", "—"), *SelfCare.choices], required=False
        )
        self.fields["override_reason"] = forms.CharField(
            label=_("reason for another status"), max_length=200, required=False
        )

    def clean(self):
        codes = [item.code for item in SCALES[self.scale]]
        self.cleaned_data["answers"] = {
            code: self.cleaned_data.pop(code) for code in codes if code in self.cleaned_data
        }
        self.cleaned_data["scale"] = self.scale
        return self.cleaned_data
