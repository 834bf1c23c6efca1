"""Forms of the handover record."""

import datetime as dt

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes.forms import SafeModelChoiceField

from agencies.files import UploadField
from agencies.forms import CleanForm
from caregivers.models import Caregiver
from clients.queries import find_clients
from contracts.actions.handovers import NEEDED, OPEN_STATES
from contracts.models import Handover
from contracts.models.handover import UNHAPPY

RECENT = dt.timedelta(days=30)


class HandoverForm(CleanForm, forms.ModelForm):
    class Meta:
        model = Handover
        fields = [
            "to", "next_caregiver", "handed_over_at", "place", "condition", "medicines", "risks", "habits", "open_matters",
            "keys", "papers", "money", "opinion", "opinion_text", "next_wish",
        ]  # fmt: skip
        field_classes = {"next_caregiver": SafeModelChoiceField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        others = Caregiver.objects.filter(state=Caregiver.State.ACTIVE).exclude(pk=self.instance.caregiver_id)
        self.fields["next_caregiver"].queryset = others
        for name in (*NEEDED, "opinion"):
            self.fields[name].help_text = _("Needed before signing; write “none” where there is nothing.")

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class HandoverSignForm(CleanForm, forms.Form):
    signer_name = forms.ChoiceField(label=_("name"))
    signature = forms.CharField(widget=forms.HiddenInput, max_length=400_000, required=False)
    text_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args, signers: list[str], text_hash: str, **kwargs):
        super().__init__(*args, initial={"text_hash": text_hash}, **kwargs)
        self.fields["signer_name"].choices = [(name, name) for name in signers]


class FileHandoverForm(CleanForm, forms.Form):
    returned_on = forms.DateField(label=_("returned to the agency on"), initial=timezone.localdate)
    paper = UploadField(label=_("photo or scan of the signed paper"), required=False)


class WaiveHandoverForm(CleanForm, forms.Form):
    reason = forms.CharField(
        label=_("why there is no record"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: the caregiver cannot be reached since the accident; keys were counted with the family on the 3rd."),
    )  # fmt: skip


class HandoverFilter(django_filters.FilterSet):
    client = django_filters.CharFilter(label=_("Client"), method="of_client")
    only = django_filters.ChoiceFilter(
        label=_("Only"), choices=[("open", _("not back yet")), ("unhappy", _("opinion below satisfied, 30 days"))],
        method="only_some",
    )  # fmt: skip

    class Meta:
        model = Handover
        fields = []

    def of_client(self, queryset, name, value):
        return queryset.filter(agreement__client__in=find_clients(value))

    def only_some(self, queryset, name, value):
        if value == "open":
            return queryset.filter(state__in=OPEN_STATES)
        since = timezone.localdate() - RECENT
        return queryset.filter(state=Handover.State.FILED, opinion__in=UNHAPPY, returned_on__gte=since)
