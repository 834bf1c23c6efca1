"""Forms of the caregiver file."""

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.files import IMAGES, UploadField
from agencies.forms import CleanForm
from agencies.models import WorkForm
from agencies.privacy import mask_identity, mask_phone
from caregivers.models import Absence, Caregiver, LevelGrant
from caregivers.queries.files import find_caregivers


class CaregiverForm(CleanForm, forms.ModelForm):
    work_forms = forms.MultipleChoiceField(label=_("work forms"), choices=WorkForm, widget=forms.CheckboxSelectMultiple)
    photo = UploadField(label=_("photo"), allowed=IMAGES, required=False)

    class Meta:
        model = Caregiver
        fields = [
            "name", "identity_type", "identity_number", "birth_date", "sex", "phone", "home_address", "emergency_contact",
            "emergency_phone", "education", "employment", "work_forms", "declared_no_history_on", "age_exception",
            "hired_on",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("birth_date", "sex"):
            self.fields[name].required = False
            self.fields[name].help_text = _("Read from a resident identity number; needed for other papers.")
        self.mask_kept(identity_number=mask_identity, phone=mask_phone, emergency_phone=mask_phone)

    def clean(self):
        self.clean_identity()
        data = self.cleaned_data
        if data.get("identity_type") in ("passport", "foreign_residence"):
            for name in ("birth_date", "sex"):
                if not data.get(name):
                    self.add_error(name, _("Needed with this kind of identity paper."))
        return data

    def validate_unique(self):
        """The action says which file has the number already."""


class LevelForm(CleanForm, forms.ModelForm):
    class Meta:
        model = LevelGrant
        fields = ["level", "granted_on", "reason"]


class AbsenceForm(CleanForm, forms.ModelForm):
    starts_at = forms.DateTimeField(label=_("from"))
    ends_at = forms.DateTimeField(label=_("until"))

    class Meta:
        model = Absence
        fields = ["kind", "note"]


class AcknowledgeForm(CleanForm, forms.Form):
    acknowledged_on = forms.DateField(label=_("acknowledged on"), initial=timezone.localdate)


class DismissForm(CleanForm, forms.Form):
    left_on = forms.DateField(label=_("left on"), initial=timezone.localdate)


class PeopleFilter(django_filters.FilterSet):
    """Finds caregivers as every list of them does."""

    q = django_filters.CharFilter(label=_("Name, pinyin, phone, badge number"), method="search")

    class Meta:
        model = Caregiver
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(pk__in=find_caregivers(value)) if value else queryset


class CaregiverFilter(PeopleFilter):
    employment = django_filters.ChoiceFilter(label=_("Employment"), choices=Caregiver.Employment.choices)
    work_form = django_filters.ChoiceFilter(label=_("Work form"), choices=WorkForm.choices, method="with_form")

    def with_form(self, queryset, name, value):
        return queryset.filter(work_forms__contains=[value])
