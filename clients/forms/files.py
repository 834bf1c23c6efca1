"""Forms of the client file, and the filter of the list."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.files import UploadField
from agencies.forms import CleanForm
from agencies.privacy import mask_identity, mask_phone
from clients.forms.enquiries import ask_about_phone
from clients.models import Client, Consent, Enquiry, Guardian, RiskNote, SelfCare
from clients.queries import find_clients


class ClientForm(CleanForm, forms.ModelForm):
    class Meta:
        model = Client
        fields = [
            "name", "salutation", "identity_type", "identity_number", "birth_date", "sex", "phone", "district",
            "address", "access_note", "needs", "preferred_call_from", "preferred_call_until",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("birth_date", "sex"):
            self.fields[name].required = False
            self.fields[name].help_text = _("Read from a resident identity number; needed for other papers.")
        self.mask_kept(identity_number=mask_identity, phone=mask_phone)

    def clean(self):
        self.clean_identity()
        data = self.cleaned_data
        if data.get("identity_type") in ("passport", "foreign_residence"):
            for name in ("birth_date", "sex"):
                if not data.get(name):
                    self.add_error(name, _("Needed with this kind of identity paper."))
        if data.get("birth_date") and data["birth_date"] > timezone.localdate():
            self.add_error("birth_date", _("A date of birth cannot lie in the future."))
        return data

    def validate_unique(self):
        """The action says which file has the number already."""


class NewClientForm(ClientForm):
    """The form of a new file, filled with what an enquiry knows."""

    is_new = forms.BooleanField(label=_("Looked at it: this is another person"), required=False)

    def __init__(self, *args, enquiry: Enquiry | None = None, **kwargs):
        if enquiry:
            known = {"salutation": enquiry.salutation or enquiry.caller, "needs": enquiry.need}
            kwargs["initial"] = {**known, "phone": enquiry.phone, "district": enquiry.district}
        super().__init__(*args, **kwargs)
        ask_about_phone(self, "is_new", enquiry)


class HealthForm(CleanForm, forms.ModelForm):
    class Meta:
        model = Client
        fields = ["illnesses", "medicines", "allergies"]


class GuardianForm(CleanForm, forms.ModelForm):
    class Meta:
        model = Guardian
        fields = ["name", "relation", "phone", "authority", "identity_type", "identity_number", "is_emergency_contact"]

    def clean(self):
        self.clean_identity()
        return self.cleaned_data


class RiskNoteForm(CleanForm, forms.ModelForm):
    class Meta:
        model = RiskNote
        fields = ["kind", "text", "rank"]


class ConsentForm(CleanForm, forms.ModelForm):
    paper = UploadField(label=_("Photo or scan of the signed paper"), required=False)

    class Meta:
        model = Consent
        fields = ["kind", "given_by", "means"]


class ClientFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, pinyin, phone, number"), method="search")
    self_care = django_filters.ChoiceFilter(label=_("Self-care"), choices=SelfCare.choices)
    overdue = django_filters.ChoiceFilter(
        label=_("Assessment"), choices=[("1", _("missing or overdue"))], method="only_overdue"
    )

    class Meta:
        model = Client
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(pk__in=find_clients(value)) if value else queryset

    def only_overdue(self, queryset, name, value):
        return queryset.filter(Q(reassess_on=None) | Q(reassess_on__lt=timezone.localdate()))
