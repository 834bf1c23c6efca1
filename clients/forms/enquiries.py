"""Forms of enquiries."""

import django_filters
from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from agencies.identity import normalise_phone
from agencies.models import Membership, Role, User
from agencies.robots import PublicForm
from agencies.tenancy import current_agency
from clients.actions.enquiries import desk_problems
from clients.models import Enquiry, EnquiryEntry
from clients.queries import due_enquiries, find_enquiries, known_by_phone, late_enquiries


def ask_about_phone(form, name: str, enquiry: Enquiry | None = None) -> None:
    """Show the box "somebody else" only where the phone that was typed is known."""
    typed = normalise_phone(str(form.data.get("phone") or "")) if form.is_bound else ""
    if not (typed and known_by_phone(typed, enquiry=enquiry)):
        del form.fields[name]


REPLY_HELP = _("Only what was promised; empty: the end of the next working day. It is kept even without a result.")
DAY_PICKER = forms.DateInput(attrs={"type": "date"})
OUTCOMES = [choice for choice in Enquiry.Outcome.choices if choice[0] not in (*Enquiry.NAMELESS, "passed_on")]


class EnquiryForm(CleanForm, forms.ModelForm):
    is_new = forms.BooleanField(label=_("Looked at it: this is another matter"), required=False)
    answer = forms.CharField(
        label=_("answered at once"),
        max_length=500,
        required=False,
        widget=forms.Textarea,
        help_text=_("What was said and agreed; empty when somebody has to call back."),
    )
    reply_by = forms.DateTimeField(label=_("reply promised by"), required=False, help_text=REPLY_HELP)
    follow_up_on = forms.DateField(label=_("call again on"), required=False)
    outcome = forms.ChoiceField(label=_("what came of it"), choices=OUTCOMES, required=False)
    referred_to = forms.CharField(
        label=_("told to turn to"), max_length=100, required=False, help_text=_("When it is not our service.")
    )

    class Meta:
        model = Enquiry
        fields = [
            "channel", "matter", "caller", "phone", "is_new", "salutation", "district", "need", "is_repeated", "answer", "reply_by",
            "follow_up_on", "outcome", "referred_to", "rating",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(self.Meta.fields)
        self.fields["matter"].required = False
        self.fields["outcome"].choices = [("", _("To follow up")), *OUTCOMES]
        ask_about_phone(self, "is_new")

    def clean_matter(self):
        return self.cleaned_data["matter"] or Enquiry.Matter.SERVICE

    def clean(self):
        """What is wrong with times and outcome is named with everything else."""
        for name, problem in desk_problems(**self.cleaned_data).items():
            self.add_error(name, problem)
        return self.cleaned_data

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class FollowUpForm(CleanForm, forms.ModelForm):
    text = forms.CharField(label=_("what was said and agreed"), max_length=500, widget=forms.Textarea)
    reply_by = forms.DateTimeField(
        label=_("reply promised by"), required=False, help_text=_("When something is still to be found out.")
    )
    follow_up_on = forms.DateField(
        label=_("call again on"), required=False, help_text=_("Empty: no further call is planned.")
    )

    class Meta:
        model = EnquiryEntry
        fields = ["text"]


class HandOverForm(CleanForm, forms.Form):
    """To whom: somebody of the office who answers enquiries."""

    to = forms.ModelChoiceField(label=_("hand over to"), queryset=None)
    note = forms.CharField(label=_("what they must know"), max_length=200, required=False)

    def __init__(self, *args, but: User | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        able = Membership.objects.filter(agency=current_agency(), is_active=True)
        able = able.filter(roles__overlap=[Role.MANAGER, Role.COORDINATOR])
        users = User.objects.filter(pk__in=able.values("user"))
        self.fields["to"].queryset = (users.exclude(pk=but.pk) if but else users).order_by("name", "pk")


class ShiftForm(HandOverForm):
    """The note of a shift; what is ticked changes hands."""

    enquiries = forms.ModelMultipleChoiceField(
        label=_("these change hands"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, by: User, rows: list[Enquiry], **kwargs):
        super().__init__(*args, but=by, **kwargs)
        self.fields["note"] = forms.CharField(
            label=_("what the next shift must know"), max_length=1000, required=False, widget=forms.Textarea
        )
        self.fields["enquiries"].queryset = Enquiry.objects.filter(pk__in=[row.pk for row in rows])
        self.fields["enquiries"].label_from_instance = _in_a_line
        self.order_fields(["to", "note", "enquiries"])


def _in_a_line(enquiry):
    owed = enquiry.reply_by and date_format(timezone.localtime(enquiry.reply_by), "m-d H:i")
    until = _("reply by %(time)s") % {"time": owed} if owed else ""
    return " · ".join(filter(None, [str(enquiry), str(until), enquiry.need[:30]]))


class CloseEnquiryForm(CleanForm, forms.Form):
    outcome = forms.ChoiceField(label=_("what came of it"), choices=OUTCOMES)
    closed_reason = forms.CharField(
        label=_("in short"), max_length=200, required=False, help_text=_("For example: price, found somebody else.")
    )
    referred_to = forms.CharField(
        label=_("told to turn to"), max_length=100, required=False, help_text=_("When it is not our service.")
    )


class PublicEnquiryForm(PublicForm, forms.ModelForm):
    """The form on the agency's own page."""

    class Meta:
        model = Enquiry
        fields = ["caller", "phone", "district", "need"]
        labels = {"caller": _("How may we address you?"), "need": _("How can we help?")}

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class EnquiryFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, phone, number"), method="search")
    only = django_filters.ChoiceFilter(
        label=_("Only"),
        choices=[("due", _("to answer or call today")), ("late", _("promised time passed"))],
        method="only_those",
    )
    channel = django_filters.ChoiceFilter(label=_("Came by"), choices=Enquiry.Channel.choices)
    matter = django_filters.ChoiceFilter(label=_("About"), choices=Enquiry.Matter.choices)
    day_from = django_filters.DateFilter(
        label=_("From"), field_name="received_at", lookup_expr="date__gte", widget=DAY_PICKER
    )
    day_to = django_filters.DateFilter(
        label=_("to"), field_name="received_at", lookup_expr="date__lte", widget=DAY_PICKER
    )

    class Meta:
        model = Enquiry
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(pk__in=find_enquiries(value))

    def only_those(self, queryset, name, value):
        chosen = {"due": due_enquiries, "late": late_enquiries}[value]
        return queryset.filter(pk__in=chosen(timezone.now()))
