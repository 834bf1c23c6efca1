"""Forms of the rota: where a visit is to go, and whom the page shows."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.forms import CleanForm
from agencies.models import Level, WorkForm
from caregivers.models import Caregiver
from contracts.models import RotaChange


class PlaceForm(CleanForm, forms.Form):
    """Who goes when, how far it reaches, and why although something speaks against it."""

    caregiver = forms.ModelChoiceField(
        label=_("caregiver"), queryset=Caregiver.objects.none(), required=False, empty_label=_("nobody: unassigned")
    )
    starts_at = forms.DateTimeField(label=_("from"))
    ends_at = forms.DateTimeField(label=_("until"))
    scope = forms.ChoiceField(
        label=_("how far it reaches"), choices=RotaChange.Scope, initial=RotaChange.Scope.ONE, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("why it is right all the same"), max_length=200, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = Caregiver.objects.filter(state=Caregiver.State.ACTIVE)
        self.fields["caregiver"].queryset = people.defer("identity_number")


class RotaFilter(CleanForm, forms.Form):
    """Whom the rota shows; a value nobody could have chosen is left out."""

    SHOW = [
        ("", pgettext_lazy("rota", "everybody")),
        ("busy", _("with visits")),
        ("free", _("without visits")),
        ("live_in", _("living in")),
    ]
    q = forms.CharField(label=_("Caregiver"), required=False, max_length=50)
    client = forms.CharField(label=_("Client"), required=False, max_length=50)
    form = forms.ChoiceField(label=_("Work form"), required=False, choices=[("", _("all")), *WorkForm.choices])
    level = forms.TypedChoiceField(
        label=_("Level from"), required=False, coerce=int, empty_value=None, choices=[("", _("all")), *Level.choices]
    )
    show = forms.ChoiceField(label=pgettext_lazy("rota", "Who"), required=False, choices=SHOW)

    @property
    def chosen(self) -> dict:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
