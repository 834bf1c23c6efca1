"""Forms of preferred and never-send caregivers."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_scopes.forms import SafeModelChoiceField

from agencies.forms import CleanForm
from caregivers.models import Caregiver
from contracts.models import CaregiverPreference


class PreferenceForm(CleanForm, forms.ModelForm):
    class Meta:
        model = CaregiverPreference
        fields = ["caregiver", "kind", "source", "reason"]
        field_classes = {"caregiver": SafeModelChoiceField}
        widgets = {"kind": forms.RadioSelect, "source": forms.RadioSelect}
        help_texts = {
            "kind": _("Who is never to be sent again loses the visits ahead at this client; they stand unassigned."),
            "reason": _("What happened or what is liked, in a sentence; no illnesses."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["caregiver"].queryset = Caregiver.objects.exclude(state=Caregiver.State.LEFT).order_by("number")
        for name in ("kind", "source"):
            self.fields[name].choices = self.fields[name].choices[
                1:
            ]  # nothing is chosen beforehand, nor offered as such

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class EndPreferenceForm(CleanForm, forms.Form):
    end_reason = forms.CharField(label=_("why it no longer holds"), max_length=200)
