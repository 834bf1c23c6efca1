"""Forms of the handover record."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes.forms import SafeModelChoiceField

from agencies.forms import CleanForm
from caregivers.models import Caregiver
from contracts.models import Handover, HandoverSignature


class HandoverForm(CleanForm, forms.ModelForm):
    class Meta:
        model = Handover
        fields = [
            "to", "next_caregiver", "handed_over_at", "place", "condition", "medicines", "risks", "habits", "open_matters",
            "keys", "papers", "money",
        ]  # fmt: skip
        field_classes = {"next_caregiver": SafeModelChoiceField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["next_caregiver"].queryset = Caregiver.objects.filter(state=Caregiver.State.ACTIVE)

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class HandoverSignForm(CleanForm, forms.Form):
    party = forms.ChoiceField(label=_("party"), choices=HandoverSignature.Party)
    signer_name = forms.CharField(label=_("name"), max_length=50)
    signature = forms.CharField(widget=forms.HiddenInput, max_length=400_000)

    def __init__(self, *args, parties, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = [choice for choice in HandoverSignature.Party.choices if choice[0] in parties]


class FileHandoverForm(CleanForm, forms.ModelForm):
    class Meta:
        model = Handover
        fields = ["opinion", "opinion_text", "next_wish", "returned_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["opinion"].required = self.fields["returned_on"].required = True
        self.initial["returned_on"] = self.initial.get("returned_on") or timezone.localdate()

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""
