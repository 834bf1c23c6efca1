"""Forms of supervision."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from agencies.calendar import ONE_DAY
from agencies.files import IMAGES, UploadField
from agencies.forms import CleanForm
from agencies.links import office_url
from agencies.models import Membership, User
from agencies.robots import PublicForm
from caregivers.models import Caregiver
from clients.models import Client
from clients.queries import find_clients
from contracts.models.handover import Satisfaction
from supervision.models import CallAttempt, Complaint, Praise, ReturnVisit
from supervision.standard import OVERALL, SURVEY

TOLD = [(way.value, way.label) for way in Complaint.Means if way != Complaint.Means.PAGE]
TRIES = [choice for choice in CallAttempt.Outcome.choices if choice[0] != CallAttempt.Outcome.REACHED]


class AttemptForm(CleanForm, forms.Form):
    outcome = forms.ChoiceField(label=_("outcome"), choices=TRIES)
    promised_at = forms.DateTimeField(label=_("promised to call at"), required=False)
    note = forms.CharField(label=_("note"), max_length=200, required=False)


class ResultForm(CleanForm, forms.ModelForm):
    hour_reason = forms.CharField(label=_("why at this hour"), max_length=200, required=False)

    class Meta:
        model = ReturnVisit
        fields = ["spoke_with", "satisfaction", "punctuality", "attitude", "skill", "summary", "has_problem"]
        widgets = dict.fromkeys(["satisfaction", "punctuality", "attitude", "skill"], forms.RadioSelect)

    def __init__(self, *args, is_odd_hour: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_odd_hour:
            del self.fields["hour_reason"]
        for name in self.Meta.widgets:
            self.fields[name].choices = Satisfaction.choices

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class ClientSearch(forms.TextInput):
    """A text field that offers clients while one types; without JavaScript the number is typed."""

    template_name = "supervision/client_search.html"

    def get_context(self, name, value, attrs):
        search = {"hx-get": office_url("complaint_clients"), "hx-trigger": "input changed delay:250ms"}
        offers = {"list": "client-options", "hx-target": "#client-options", "hx-sync": "this:replace"}
        return super().get_context(name, value, {**(attrs or {}), **search, **offers})


def find_client(form, typed: str) -> Client | None:
    """The client with this number, else the only one found by what was typed; else the form says why not."""
    if client := Client.objects.filter(number__iexact=typed).first():
        return client
    found = list(find_clients(typed).order_by("number")[:5])
    if len(found) == 1:
        return found[0]
    if found:
        names = pgettext("between names", ", ").join(f"{one.number} {one.name}" for one in found)
        form.add_error("client_number", _("Several clients are called so; choose one: %(names)s") % {"names": names})
    else:
        form.add_error("client_number", _("There is no client with this number or name."))
    return None


class ComplaintForm(CleanForm, forms.ModelForm):
    client_number = forms.CharField(
        label=_("client"),
        max_length=50,
        required=False,
        widget=ClientSearch(attrs={"autocomplete": "off"}),
        help_text=_("Name, pinyin, number or the last four digits; empty if unknown."),
    )
    caregiver = forms.ModelChoiceField(
        label=_("caregiver concerned"),
        queryset=None,
        required=False,
        help_text=_("Empty: whoever serves the client by the agreement in force."),
    )
    wants_anonymity = forms.BooleanField(label=_("wants to stay anonymous"), required=False)
    evidence = UploadField(label=_("evidence"), required=False)
    told_how = forms.ChoiceField(
        label=_("told that it has arrived"), choices=[("", _("not yet")), *TOLD], required=False
    )

    class Meta:
        model = Complaint
        fields = ["channel", "severity", "complainant_name", "complainant_phone", "happened_on", "text", "wish"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["caregiver"].queryset = Caregiver.objects.order_by("number")

    def clean(self):
        data = self.cleaned_data
        if typed := data.pop("client_number", ""):
            data["client"] = find_client(self, typed)
        return data

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class PraiseForm(CleanForm, forms.ModelForm):
    client_number = ComplaintForm.base_fields["client_number"]
    caregiver = forms.ModelChoiceField(label=_("caregiver"), queryset=None)

    class Meta:
        model = Praise
        fields = ["said_by", "said_on", "text"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["caregiver"].queryset = Caregiver.objects.order_by("number")
        self.order_fields(["caregiver", "client_number"])

    def clean(self):
        data = self.cleaned_data
        if typed := data.pop("client_number", ""):
            data["client"] = find_client(self, typed)
        return data

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class PublicComplaintForm(PublicForm, forms.ModelForm):
    evidence = UploadField(label=_("photo, if you have one"), allowed=IMAGES, required=False)

    class Meta:
        model = Complaint
        fields = ["complainant_name", "complainant_phone", "happened_on", "text", "wish"]

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class AcceptForm(CleanForm, forms.Form):
    owner = forms.ModelChoiceField(label=_("person in charge"), queryset=User.objects.none())
    severity = forms.ChoiceField(label=_("severity"), choices=Complaint.Severity)
    limit_reason = forms.CharField(
        label=_("why the limit moves"),
        max_length=300,
        required=False,
        help_text=_("Another severity moves the limit; the complainant is told the reason."),
    )
    told_how = forms.ChoiceField(
        label=_("told that it has arrived"), choices=[("", _("not yet")), *TOLD], required=False
    )
    note = forms.CharField(label=_("note"), max_length=300, required=False)

    def __init__(self, *args, agency, complaint, **kwargs):
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(agency=agency, is_active=True).exclude(roles=["caregiver"])
        self.fields["owner"].queryset = User.objects.filter(pk__in=members.values("user"))
        if complaint.acknowledged_at:
            del self.fields["told_how"]


class ToldForm(CleanForm, forms.Form):
    told_how = forms.ChoiceField(label=_("told how"), choices=TOLD, widget=forms.RadioSelect)
    note = forms.CharField(label=_("note"), max_length=300, required=False)


class EntryForm(CleanForm, forms.Form):
    text = forms.CharField(label=_("what was done"), max_length=1000, widget=forms.Textarea)


class ReplyForm(CleanForm, forms.Form):
    finding = forms.ChoiceField(label=_("finding"), choices=Complaint.Finding, widget=forms.RadioSelect, required=False)
    reply = forms.CharField(label=_("reply to the complainant"), max_length=2000, widget=forms.Textarea)
    reply_how = forms.ChoiceField(
        label=_("told how"), choices=Complaint.Means, widget=forms.RadioSelect, required=False
    )
    reply_to = forms.CharField(label=_("told whom"), max_length=50, required=False)


class CloseForm(CleanForm, forms.Form):
    outcome = forms.ChoiceField(
        label=_("complainant's view of the outcome"), choices=Satisfaction, widget=forms.RadioSelect, required=False
    )
    recourse_told = forms.BooleanField(label=_("told where else to turn (see beside)"), required=False)
    note = forms.CharField(label=_("what they said"), max_length=500, required=False, widget=forms.Textarea)


class AnswerForm(CleanForm, forms.Form):
    """The survey: one question that must be answered, then what else people like to say, four steps each."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        english = get_language() == "en"
        for question in [OVERALL, *SURVEY]:
            self.fields[question.code] = forms.ChoiceField(
                label=question.text_en if english else question.text,
                choices=Satisfaction.choices,
                widget=forms.RadioSelect,
                required=question == OVERALL,
            )
        self.fields["comment"] = forms.CharField(
            label=_("What else would you like to tell us?"), max_length=1000, required=False, widget=forms.Textarea
        )

    def further(self):
        return [self[question.code] for question in SURVEY]

    @property
    def says_more(self) -> bool:
        """Whether anything of the further questions is answered or wrong, so that the page shows them."""
        return any(field.value() or field.errors for field in self.further())

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
        label=_("Only"), choices=[("open", _("to be answered")), ("near", _("near their limit"))], method="only_some"
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
