"""Forms of enquiries."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from agencies.identity import normalise_phone
from clients.models import Enquiry, EnquiryEntry
from clients.queries import due_enquiries, find_enquiries, known_by_phone


def ask_about_phone(form, name: str, enquiry: Enquiry | None = None) -> None:
    """Show the box "somebody else" only where the phone that was typed is known."""
    typed = normalise_phone(str(form.data.get("phone") or "")) if form.is_bound else ""
    if not (typed and known_by_phone(typed, enquiry=enquiry)):
        del form.fields[name]


class EnquiryForm(CleanForm, forms.ModelForm):
    is_new = forms.BooleanField(label=_("Looked at it: this is another matter"), required=False)
    answer = forms.CharField(
        label=_("answered at once"),
        max_length=500,
        required=False,
        widget=forms.Textarea,
        help_text=_("What was said and agreed; empty when somebody has to call back."),
    )
    follow_up_on = forms.DateField(label=_("call again on"), required=False)

    class Meta:
        model = Enquiry
        fields = ["caller", "phone", "is_new", "salutation", "district", "channel", "need", "answer", "follow_up_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(self.Meta.fields)
        ask_about_phone(self, "is_new")


class FollowUpForm(CleanForm, forms.ModelForm):
    text = forms.CharField(label=_("what was said and agreed"), max_length=500, widget=forms.Textarea)
    follow_up_on = forms.DateField(
        label=_("call again on"), required=False, help_text=_("Empty: no further call is planned.")
    )

    class Meta:
        model = EnquiryEntry
        fields = ["text"]


class CloseEnquiryForm(CleanForm, forms.Form):
    closed_reason = forms.CharField(
        label=_("why it came to nothing"), max_length=200, help_text=_("For example: price, found somebody else.")
    )


class PublicEnquiryForm(CleanForm, forms.ModelForm):
    """The form on the agency's own page."""

    website = forms.CharField(label=_("Leave this empty"), required=False)

    class Meta:
        model = Enquiry
        fields = ["caller", "phone", "district", "need"]
        labels = {"caller": _("How may we address you?"), "need": _("How can we help?")}


class EnquiryFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, phone, number"), method="search")
    only = django_filters.ChoiceFilter(
        label=_("Only"), choices=[("due", _("to answer or call today"))], method="only_due"
    )

    class Meta:
        model = Enquiry
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(pk__in=find_enquiries(value))

    def only_due(self, queryset, name, value):
        return queryset.filter(pk__in=due_enquiries())
