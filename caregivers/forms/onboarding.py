"""Forms of on-boarding, posting, badges and supplies."""

import django_filters
from django import forms
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.files import UploadField
from agencies.forms import CleanForm
from caregivers.forms.files import BadgeNumbersField, PeopleFilter
from caregivers.models import Caregiver, SupplyIssue
from caregivers.queries.files import find_caregivers


class RecordForm(CleanForm, forms.Form):
    """What every recorded step has: its day, a note, and a photo or scan of the paper."""

    done_on = forms.DateField(label=_("done on"), initial=timezone.localdate)
    note = forms.CharField(label=_("note"), max_length=300, required=False)
    evidence = UploadField(label=_("photo or scan"), required=False)


class RegistrationForm(RecordForm):
    is_informed = forms.BooleanField(
        label=_("Has read the privacy notice and agreed that personal data is kept"), required=False
    )
    field_order = ["done_on", "is_informed", "evidence", "note"]


class InterviewForm(RecordForm):
    score = forms.IntegerField(label=_("score"), min_value=0, max_value=100, help_text=_("Of 100 points."))
    field_order = ["done_on", "score", "note", "evidence"]


class ContractForm(RecordForm):
    nothing_withheld = forms.BooleanField(
        label=_("No deposit was taken and no original paper kept (Labour Contract Law 9)"), required=False
    )
    field_order = ["done_on", "note", "nothing_withheld", "evidence"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].label = _("kind and number of the contract")


class SupplyForm(CleanForm, forms.ModelForm):
    quantity = forms.IntegerField(label=_("quantity"), min_value=1, max_value=1000, initial=1)
    issued_on = forms.DateField(label=_("handed out on"), initial=timezone.localdate)

    class Meta:
        model = SupplyIssue
        fields = ["item", "quantity", "issued_on", "note"]


class SuppliesForm(SupplyForm):
    """The same for several people: by badge number, or everybody at work."""

    everybody = forms.BooleanField(label=_("Everybody at work"), required=False)
    caregivers = BadgeNumbersField(label=_("badge numbers"), required=False)
    field_order = ["everybody", "caregivers"]

    def clean(self):
        data = super().clean() or self.cleaned_data
        if data.pop("everybody", False):
            data["caregivers"] = list(Caregiver.objects.filter(state=Caregiver.State.ACTIVE).order_by("number"))
        elif not data.get("caregivers") and "caregivers" not in self.errors:
            self.add_error("caregivers", _("Say who received it: badge numbers, or everybody at work."))
        return data


class BadgeFilter(PeopleFilter):
    only = django_filters.ChoiceFilter(
        label=_("Only"),
        choices=[("to_print", _("to be printed")), ("no_photo", _("without a photo"))],
        method="only_some",
    )

    def only_some(self, queryset, name, value):
        if value == "no_photo":
            return queryset.filter(photo=None)
        old = (
            ~Q(printed_version=F("badge_version")) | Q(printed_version=None) | Q(level_since__gt=F("printed_at__date"))
        )
        return queryset.filter(old)


class SupplyFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, pinyin, phone, badge number"), method="search")
    item = django_filters.ChoiceFilter(label=_("Article"), choices=SupplyIssue.Item.choices)
    day_from = django_filters.DateFilter(
        label=_("From"), field_name="issued_on", lookup_expr="gte", widget=forms.DateInput(attrs={"type": "date"})
    )
    day_to = django_filters.DateFilter(
        label=_("Until"), field_name="issued_on", lookup_expr="lte", widget=forms.DateInput(attrs={"type": "date"})
    )
    only = django_filters.ChoiceFilter(
        label=_("Only"), choices=[("open", _("receipt not confirmed"))], method="only_open"
    )

    class Meta:
        model = SupplyIssue
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(caregiver__in=find_caregivers(value)) if value else queryset

    def only_open(self, queryset, name, value):
        return queryset.filter(received_at=None)
