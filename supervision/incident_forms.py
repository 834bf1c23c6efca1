"""Forms of incidents."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from caregivers.models import Caregiver
from clients.models import Client
from clients.queries import find_clients
from supervision.models import Incident, IncidentEntry


class IncidentForm(CleanForm, forms.Form):
    kind = forms.ChoiceField(label=_("what happened"), choices=Incident.Kind, widget=forms.RadioSelect)
    client_number = forms.CharField(
        label=_("number of the client"),
        max_length=20,
        required=False,
        help_text=_("Empty when no client is concerned."),
    )
    caregiver = forms.ModelChoiceField(
        label=_("caregiver"), queryset=Caregiver.objects.none(), required=False, empty_label="—"
    )
    happened_at = forms.DateTimeField(label=_("happened at"), required=False, help_text=_("Empty: just now."))
    text = forms.CharField(label=_("what happened, in words"), max_length=2000, widget=forms.Textarea)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["caregiver"].queryset = Caregiver.objects.exclude(state=Caregiver.State.LEFT).order_by("number")

    def clean(self):
        data = super().clean()
        number = data.pop("client_number", "")
        client = Client.objects.filter(number__iexact=number).first() if number else None
        if number and client is None:
            self.add_error("client_number", _("There is no client with this number."))
        return {**data, "client": client}


class EntryForm(CleanForm, forms.Form):
    told = forms.ChoiceField(
        label=_("who was told"), choices=[("", _("Nobody; something was done")), *IncidentEntry.Told.choices],
        required=False, widget=forms.RadioSelect,
    )  # fmt: skip
    name = forms.CharField(label=_("name"), max_length=50, required=False)
    text = forms.CharField(label=_("what was said or done"), max_length=500, required=False)
    at = forms.DateTimeField(label=_("when"), required=False, help_text=_("Empty: just now."))


class OwnTextForm(CleanForm, forms.Form):
    """On the phone, once there is time: what happened."""

    text = forms.CharField(label=_("what happened, in words"), max_length=2000, widget=forms.Textarea)


class CloseIncidentForm(CleanForm, forms.Form):
    text = forms.CharField(label=_("what happened, in words"), max_length=2000, widget=forms.Textarea)
    cause = forms.CharField(label=_("why it happened"), max_length=1000, widget=forms.Textarea)
    prevention = forms.CharField(label=_("so that it does not happen again"), max_length=1000, widget=forms.Textarea)


class IncidentFilter(django_filters.FilterSet):
    client = django_filters.CharFilter(label=_("Client"), method="of_client")
    kind = django_filters.ChoiceFilter(label=_("What happened"), choices=Incident.Kind)
    only = django_filters.ChoiceFilter(label=_("Only"), choices=[("open", _("not closed"))], method="only_open")

    class Meta:
        model = Incident
        fields = []

    def of_client(self, queryset, name, value):
        return queryset.filter(client__in=find_clients(value))

    def only_open(self, queryset, name, value):
        return queryset.exclude(state=Incident.State.CLOSED)
