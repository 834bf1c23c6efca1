"""Forms of the client file."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agencies.files import UploadField
from agencies.forms import CleanForm
from agencies.privacy import mask_identity, mask_phone
from clients.models import Assessment, Client, Consent, Guardian, RiskNote, SelfCare
from clients.queries import find_clients
from clients.scales import SCALES
from clients.standard import ADJUSTMENTS


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


class AssessmentForm(CleanForm, forms.Form):
    """One choice per item of the scale, so that the page is the paper form."""

    reason = forms.ChoiceField(label=_("reason"), choices=Assessment.Reason)
    assessed_on = forms.DateField(label=_("assessed on"), initial=timezone.localdate)
    assessors = forms.CharField(label=_("assessors"), max_length=100, help_text=_("Two people, one of a health trade."))

    def __init__(self, *args, scale: str, **kwargs):
        self.scale = scale
        super().__init__(*args, **kwargs)
        english = get_language() == "en"
        for item in SCALES[scale]:
            self.fields[item.code] = forms.TypedChoiceField(
                label=item.name_en if english else item.name,
                choices=[
                    (step.points, f"{step.points} · {step.text_en if english else step.text}") for step in item.words
                ],
                coerce=int,
                widget=forms.RadioSelect,
            )
        self.fields["adjustments"] = forms.MultipleChoiceField(
            label=_("What makes it worse"),
            choices=[(code, names[1] if english else names[0]) for code, names in ADJUSTMENTS.items()],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["override"] = forms.ChoiceField(
            label=_("Another status than the points say"), choices=[("", "—"), *SelfCare.choices], required=False
        )
        self.fields["override_reason"] = forms.CharField(
            label=_("reason for another status"), max_length=200, required=False
        )

    def clean(self):
        codes = [item.code for item in SCALES[self.scale]]
        self.cleaned_data["answers"] = {
            code: self.cleaned_data.pop(code) for code in codes if code in self.cleaned_data
        }
        self.cleaned_data["scale"] = self.scale
        return self.cleaned_data


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
