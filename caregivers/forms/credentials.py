"""Forms of papers, staff files and the strictness of rules."""

import datetime as dt

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.files import UploadField
from agencies.forms import CleanForm
from agencies.models import Membership, User
from caregivers.models import Credential, RuleSetting, StaffFile
from caregivers.queries.files import find_caregivers

ENDING = (Credential.Kind.HEALTH, Credential.Kind.INSURANCE)


class CredentialForm(CleanForm, forms.ModelForm):
    scan = UploadField(label=_("photo or scan"), required=False)
    original_sighted = forms.BooleanField(label=_("I have sighted the original and given it back"), required=False)

    class Meta:
        model = Credential
        fields = ["kind", "grade", "issued_as", "number", "issuer", "issued_on", "expires_on"]

    def clean(self):
        data = super().clean()
        if data.get("issued_on") and data.get("expires_on") and data["expires_on"] < data["issued_on"]:
            self.add_error("expires_on", _("A paper cannot end before it was issued."))
        if data.get("issued_on") and data["issued_on"] > timezone.localdate():
            self.add_error("issued_on", _("A paper cannot be issued in the future."))
        graded = (Credential.Kind.ELDERLY_CARE, Credential.Kind.DOMESTIC_SERVICE)
        if data.get("kind") in graded and not data.get("grade"):
            self.add_error("grade", _("This certificate has a grade: junior is five, intermediate four, senior three."))
        if data.get("kind") in ENDING and not data.get("expires_on") and "expires_on" not in self.errors:
            self.add_error("expires_on", _("A health certificate and an insurance end; write the last day."))
        if data.get("kind") in graded and not data.get("number") and "number" not in self.errors:
            self.add_error("number", _("A certificate has a number; write it as it is printed."))
        return data


class OwnCredentialForm(CredentialForm):
    """What a caregiver fills in on the phone; the photo is the point."""

    scan = UploadField(label=_("photo"))
    original_sighted = None

    class Meta(CredentialForm.Meta):
        fields = ["kind", "grade", "number", "issuer", "issued_on", "expires_on"]


class ReasonForm(CleanForm, forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=200)


class InvalidForm(CleanForm, forms.Form):
    invalid_from = forms.DateField(label=_("counts no more from"), initial=timezone.localdate)
    invalid_reason = forms.CharField(label=_("why it counts no more"), max_length=200)


class StaffFileForm(CleanForm, forms.ModelForm):
    class Meta:
        model = StaffFile
        fields = ["user", "post", "is_manager", "education", "managing_since", "knows_law_on"]

    def __init__(self, *args, agency, **kwargs):
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(agency=agency, is_active=True).exclude(roles=["caregiver"])
        self.fields["user"].queryset = User.objects.filter(pk__in=members.values("user"))

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class RuleForm(CleanForm, forms.Form):
    mode = forms.ChoiceField(label=_("mode"), choices=RuleSetting.Mode, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("why this rule is kept so"), max_length=200)


class CredentialFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, pinyin, phone, badge number"), method="search")
    kind = django_filters.ChoiceFilter(label=_("kind"), choices=Credential.Kind.choices)
    only = django_filters.ChoiceFilter(
        label=_("Only"),
        choices=[
            ("to_sight", _("to be sighted")),
            ("ended", _("expired")),
            ("30", _("ending within 30 days")),
            ("90", _("ending within 90 days")),
        ],
        method="only_some",
    )

    class Meta:
        model = Credential
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(caregiver__in=find_caregivers(value)) if value else queryset

    def only_some(self, queryset, name, value):
        today = timezone.localdate()
        if value == "to_sight":
            return queryset.filter(verified_on=None)
        if value == "ended":
            return queryset.filter(expires_on__lt=today)
        return queryset.filter(expires_on__range=(today, today + dt.timedelta(days=int(value))))
