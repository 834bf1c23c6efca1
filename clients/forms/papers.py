"""Forms of a client's papers, and of requests about personal data."""

import datetime as dt

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.files import UploadField
from agencies.forms import CleanForm
from clients.actions.consents import givers_of
from clients.models import Client, ClientPaper, DataRequest

SOON = dt.timedelta(days=30)


class PaperForm(CleanForm, forms.ModelForm):
    file = UploadField(label=_("photo, scan or PDF"))

    class Meta:
        model = ClientPaper
        fields = ["kind", "title", "issued_on", "expires_on"]

    def _post_clean(self):
        """The action checks the row; the form only cleans."""


class PaperFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Client, title"), method="search")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ClientPaper.Kind.choices)
    only = django_filters.ChoiceFilter(
        label=_("Only"), choices=[("30", _("ended or ending within 30 days"))], method="only_ending"
    )

    class Meta:
        model = ClientPaper
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(client__name__contains=value) | queryset.filter(title__contains=value)

    def only_ending(self, queryset, name, value):
        return queryset.filter(expires_on__lte=timezone.localdate() + SOON)


class RequestForm(CleanForm, forms.ModelForm):
    guardian = forms.ModelChoiceField(label=_("who asks"), queryset=None, required=False)

    class Meta:
        model = DataRequest
        fields = ["kind", "means", "wish"]

    def __init__(self, *args, client: Client, **kwargs):
        super().__init__(*args, **kwargs)
        in_person, speakers = givers_of(client)
        self.order_fields(["kind", "guardian"])
        field = self.fields["guardian"]
        field.queryset = speakers
        field.label_from_instance = lambda guardian: f"{guardian.name}（{guardian.relation}）"
        field.empty_label = _("The client") if in_person else _("Please choose")

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class HandOverDataForm(CleanForm, forms.Form):
    handed_to = forms.CharField(label=_("received by whom"), max_length=50)
    handed_how = forms.ChoiceField(label=_("handed over how"), choices=DataRequest.Handed.choices)
    handed_on = forms.DateField(label=_("handed over on"), initial=timezone.localdate)
    is_checked = forms.BooleanField(
        label=_("Looked through: what free texts say of third persons is blacked out"), required=False
    )


class AnswerForm(CleanForm, forms.Form):
    is_granted = forms.TypedChoiceField(
        label=_("answer"),
        choices=[("yes", _("Done as asked")), ("no", _("Refused"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    outcome = forms.CharField(label=_("what was done, or the reasons"), max_length=1000, widget=forms.Textarea)

    def __init__(self, *args, erases: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if erases:
            granted = _("Granted: locked at once, and taken out by the operator of the platform")
            self.fields["is_granted"].choices = [("yes", granted), ("no", _("Refused"))]


class RequestFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Client, number"), method="search")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=DataRequest.Kind.choices)

    class Meta:
        model = DataRequest
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(client__name__contains=value) | queryset.filter(number__iexact=value)
