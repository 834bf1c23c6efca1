"""Forms of supervision."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agencies.calendar import ONE_DAY
from agencies.files import IMAGES, UploadField
from agencies.forms import CleanForm
from agencies.models import Membership, User
from caregivers.models import Caregiver
from clients.models import Client
from clients.queries import find_clients
from contracts.models.handover import Satisfaction
from supervision.models import CallAttempt, Complaint, ReturnVisit
from supervision.standard import OVERALL, SURVEY

TRIES = [choice for choice in CallAttempt.Outcome.choices if choice[0] != CallAttempt.Outcome.REACHED]


class AttemptForm(CleanForm, forms.Form):
    outcome = forms.ChoiceField(label=_("outcome"), choices=TRIES)
    promised_at = forms.DateTimeField(label=_("promised to call at"), required=False)
    note = forms.CharField(label=_("note"), max_length=200, required=False)


class ResultForm(CleanForm, forms.ModelForm):
    class Meta:
        model = ReturnVisit
        fields = ["spoke_with", "satisfaction", "punctuality", "attitude", "skill", "summary", "has_problem"]

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class ComplaintForm(CleanForm, forms.ModelForm):
    client_number = forms.CharField(
        label=_("client's number"), max_length=20, required=False, help_text=_("For example KH-0001; empty if unknown.")
    )
    caregiver = forms.ModelChoiceField(
        label=_("caregiver concerned"),
        queryset=None,
        required=False,
        help_text=_("Empty: whoever serves the client by the agreement in force."),
    )
    evidence = UploadField(label=_("evidence"), required=False)

    class Meta:
        model = Complaint
        fields = [
            "channel",
            "severity",
            "complainant_name",
            "complainant_phone",
            "happened_on",
            "text",
            "wish",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["caregiver"].queryset = Caregiver.objects.order_by("number")

    def clean(self):
        data = self.cleaned_data
        number = data.pop("client_number", "")
        if number:
            data["client"] = Client.objects.filter(number__iexact=number).first()
            if data["client"] is None:
                self.add_error("client_number", _("There is no client with this number."))
        return data

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class PublicComplaintForm(CleanForm, forms.ModelForm):
    website = forms.CharField(required=False, label=_("Leave this field empty"))
    evidence = UploadField(label=_("photo, if you have one"), allowed=IMAGES, required=False)

    class Meta:
        model = Complaint
        fields = ["complainant_name", "complainant_phone", "happened_on", "text", "wish"]

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class AcceptForm(CleanForm, forms.Form):
    owner = forms.ModelChoiceField(label=_("person in charge"), queryset=User.objects.none())
    severity = forms.ChoiceField(label=_("severity"), choices=Complaint.Severity)
    note = forms.CharField(label=_("note"), max_length=300, required=False)

    def __init__(self, *args, agency, **kwargs):
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(agency=agency, is_active=True).exclude(roles=["caregiver"])
        self.fields["owner"].queryset = User.objects.filter(pk__in=members.values("user"))


class EntryForm(CleanForm, forms.Form):
    text = forms.CharField(label=_("what was done"), max_length=1000, widget=forms.Textarea)


class ReplyForm(CleanForm, forms.Form):
    reply = forms.CharField(label=_("reply to the complainant"), max_length=2000, widget=forms.Textarea)


class CloseForm(CleanForm, forms.Form):
    outcome = forms.ChoiceField(
        label=_("complainant's view of the outcome"), choices=[("", "—"), *Satisfaction.choices], required=False
    )
    note = forms.CharField(label=_("note"), max_length=500, required=False)


class AnswerForm(CleanForm, forms.Form):
    """The survey: four steps for each question; only the last one must be answered."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        english = get_language() == "en"
        for question in [*SURVEY, OVERALL]:
            self.fields[question.code] = forms.ChoiceField(
                label=question.text_en if english else question.text,
                choices=Satisfaction.choices,
                widget=forms.RadioSelect,
                required=question == OVERALL,
            )
        self.fields["comment"] = forms.CharField(
            label=_("What else would you like to tell us?"), max_length=1000, required=False, widget=forms.Textarea
        )

    def clean(self):
        data = self.cleaned_data
        scores = {question.code: data.pop(question.code, "") for question in SURVEY}
        return {**data, "scores": {code: step for code, step in scores.items() if step}}


class StaffAnswerForm(AnswerForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        way = forms.ChoiceField(label=_("way"), choices=[("phone", _("By phone")), ("paper", _("On paper"))])
        self.fields = {"way": way, **self.fields}


class ComplaintFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Number, client"), method="search")
    severity = django_filters.ChoiceFilter(label=_("Severity"), choices=Complaint.Severity.choices)
    only = django_filters.ChoiceFilter(
        label=_("Only"), choices=[("open", _("open")), ("near", _("near their limit"))], method="only_some"
    )

    class Meta:
        model = Complaint
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(number__icontains=value) | queryset.filter(client__in=find_clients(value))

    def only_some(self, queryset, name, value):
        open_ones = queryset.filter(state__in=[Complaint.State.RECEIVED, Complaint.State.ACCEPTED])
        return open_ones.filter(limit_on__lte=timezone.localdate() + ONE_DAY) if value == "near" else open_ones


class CallFilter(django_filters.FilterSet):
    client = django_filters.CharFilter(label=_("Client"), method="of_client")
    only = django_filters.ChoiceFilter(
        label=_("Only"),
        choices=[("now", _("to be called now")), ("low", _("dissatisfied or a problem, last 30 days"))],
        method="only_some",
    )

    class Meta:
        model = ReturnVisit
        fields = []

    def of_client(self, queryset, name, value):
        return queryset.filter(client__in=find_clients(value))

    def only_some(self, queryset, name, value):
        now = timezone.now()
        if value == "now":
            return queryset.filter(state=ReturnVisit.State.DUE, call_after__lte=now)
        is_low = Q(satisfaction=Satisfaction.DISSATISFIED) | Q(has_problem=True)
        return queryset.filter(is_low, state=ReturnVisit.State.DONE, done_at__gte=now - 30 * ONE_DAY)
