"""Forms of special circumstances."""

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from clients.queries import find_clients
from contracts.models import SpecialEvent, SpecialTelling
from contracts.queries.special import past_limit

Kind = SpecialEvent.Kind
AT_THE_DOOR = (Kind.CAREGIVER, Kind.CLIENT, Kind.AWAY, Kind.OTHER)  # a death is told by phone and entered by the office


class ReportForm(CleanForm, forms.Form):
    kind = forms.ChoiceField(label=_("what happened"), choices=Kind, widget=forms.RadioSelect)
    from_day = forms.DateField(label=_("from"), initial=timezone.localdate)
    until_day = forms.DateField(
        label=_("until"), required=False, help_text=_("The last day; empty when it is for good or nobody knows.")
    )
    text = forms.CharField(label=_("in a few words"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class OwnReportForm(ReportForm):
    """On the caregiver's phone: for which of the own agreements."""

    field_order = ["agreement", "kind", "from_day", "until_day", "text"]

    def __init__(self, *args, agreements, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, PHONE_WORDS[kind]) for kind in AT_THE_DOOR]
        self.fields["agreement"] = forms.ModelChoiceField(
            label=_("at whose home"), queryset=agreements, empty_label=None, widget=forms.RadioSelect
        )
        self.fields["agreement"].label_from_instance = lambda agreement: agreement.client.salutation
        self.order_fields(self.field_order)


PHONE_WORDS = {
    Kind.CAREGIVER: _("I cannot come or cannot go on"),
    Kind.CLIENT: Kind.CLIENT.label,
    Kind.AWAY: Kind.AWAY.label,
    Kind.OTHER: Kind.OTHER.label,
}
MEANS = [choice for choice in SpecialTelling.Means.choices if choice[0] != SpecialTelling.Means.PAGE]
FAMILY = [choice for choice in SpecialTelling.Party.choices if choice[0] != SpecialTelling.Party.AGENCY]


class TellForm(CleanForm, forms.Form):
    party = forms.ChoiceField(label=_("who was told"), choices=FAMILY, widget=forms.RadioSelect)
    name = forms.CharField(label=_("name"), max_length=50)
    means = forms.ChoiceField(label=_("how"), choices=MEANS)
    told_at = forms.DateTimeField(label=_("when"), required=False, help_text=_("Empty: just now."))


class SettleForm(CleanForm, forms.Form):
    outcome = forms.ChoiceField(label=_("how it went on"), choices=SpecialEvent.Outcome, widget=forms.RadioSelect)
    outcome_note = forms.CharField(label=_("note"), max_length=500, required=False)


class SpecialFilter(django_filters.FilterSet):
    client = django_filters.CharFilter(label=_("Client"), method="of_client")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=SpecialEvent.Kind)
    only = django_filters.ChoiceFilter(
        label=_("Only"), choices=[("open", _("Open")), ("late", _("past a limit"))], method="only_some"
    )

    class Meta:
        model = SpecialEvent
        fields = []

    def of_client(self, queryset, name, value):
        return queryset.filter(client__in=find_clients(value))

    def only_some(self, queryset, name, value):
        return past_limit(queryset) if value == "late" else queryset.filter(state=SpecialEvent.State.OPEN)
