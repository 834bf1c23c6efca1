"""Forms and filters of fee statements."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from caregivers.queries.files import find_caregivers
from clients.queries import find_clients
from contracts.models import FeeStatement


class MonthField(forms.DateField):
    """A month, as its first day; the browser shows its own picker."""

    widget = forms.DateInput(attrs={"type": "month"}, format="%Y-%m")

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m", "%Y-%m-%d"], **kwargs)

    def to_python(self, value):
        day = super().to_python(value)
        return day and day.replace(day=1)


class MonthFilter(django_filters.DateFilter):
    field_class = MonthField


class MonthForm(CleanForm, forms.Form):
    month = MonthField(label=_("month"))


class AdjustForm(CleanForm, forms.Form):
    amount = forms.DecimalField(
        label=_("amount (¥)"), max_digits=10, decimal_places=2, help_text=_("With a minus sign it is taken off.")
    )
    reason = forms.CharField(
        label=_("reason"), max_length=200, help_text=_("It stands on the statement, as the client reads it.")
    )


class VoidForm(CleanForm, forms.Form):
    reason = forms.CharField(label=_("why it is void"), max_length=200)


class StatementFilter(django_filters.FilterSet):
    month = MonthFilter(label=_("Month"), field_name="month")
    q = django_filters.CharFilter(label=_("Number, agreement, client"), method="search")

    class Meta:
        model = FeeStatement
        fields = []

    def search(self, queryset, name, value):
        words = Q(number__icontains=value) | Q(agreement__number__icontains=value)
        return queryset.filter(words | Q(agreement__client__in=find_clients(value)))


class HoursFilter(django_filters.FilterSet):
    month = MonthFilter(label=_("Month"), method="in_month")
    q = django_filters.CharFilter(label=_("Name or number"), method="search")

    def in_month(self, queryset, name, value):
        return queryset  # the list counts this month

    def search(self, queryset, name, value):
        return queryset.filter(pk__in=find_caregivers(value).values("pk"))
