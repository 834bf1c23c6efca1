"""Forms of the caregiver file."""

import re

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.files import IMAGES, UploadField
from agencies.forms import CleanForm
from agencies.models import WorkForm
from agencies.privacy import mask_identity, mask_phone
from caregivers.actions.files import file_problems
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
        if self.errors:  # what the action would refuse only in the next round
            for name, problem in file_problems(data, but=self.instance.pk).items():
                self.add_error(name, problem)
        return data

    def validate_unique(self):
        """The action says which file has the number already."""

    def validate_constraints(self):
        """None of them is about what the form fills in; asked in vain they would be most of the queries of an import."""


class BadgeNumbersField(forms.CharField):
    """Badge numbers as they are typed, separated by spaces or commas; cleaned to the caregivers, in that order."""

    default_error_messages = {"unknown": _("There is no caregiver with the number: %(numbers)s.")}

    def __init__(self, **kwargs):
        super().__init__(max_length=500, help_text=_("Separated by spaces."), **kwargs)

    def clean(self, value):
        text = super().clean(value)
        wanted = list(dict.fromkeys(number.zfill(4) for number in re.split(r"[\s,，、]+", text) if number))
        found = {person.number: person for person in Caregiver.objects.filter(number__in=wanted)}
        if unknown := [number for number in wanted if number not in found]:
            raise forms.ValidationError(self.error_messages["unknown"] % {"numbers": " ".join(unknown)}, "unknown")
        return [found[number] for number in wanted]


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


class AnybodysAbsenceForm(AbsenceForm):
    """The same from the list: whose it is, first."""

    people = BadgeNumbersField(label=_("badge number"))
    field_order = ["people"]

    def clean_people(self):
        people = self.cleaned_data["people"]
        if len(people) != 1:
            raise forms.ValidationError(_("One person at a time."))
        return people

    def clean(self):
        data = super().clean() or self.cleaned_data
        people = data.pop("people", None)
        return {**data, **({"caregiver": people[0]} if people else {})}


class AcknowledgeForm(CleanForm, forms.Form):
    acknowledged_on = forms.DateField(label=_("acknowledged on"), initial=timezone.localdate)
    scan = UploadField(
        label=_("signed page, photo or scan"),
        help_text=_("Print the rule, explain it, have it signed. Or let the caregiver agree on the own phone."),
    )


class DismissForm(CleanForm, forms.Form):
    left_on = forms.DateField(label=_("left on"), initial=timezone.localdate)
    left_reason = forms.CharField(label=_("reason"), max_length=200)


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
