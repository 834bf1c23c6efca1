"""Forms of the periodic evaluation and of the records behind the score card."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from caregivers.forms.files import PeopleFilter
from caregivers.forms.levels import ScoredForm
from caregivers.models import Evaluation, QualityRecord
from caregivers.queries.files import find_caregivers
from caregivers.queries.score_card import evaluations_due

DAY_INPUT = forms.DateInput(attrs={"type": "date"})


class EvaluationForm(ScoredForm):
    """The evaluation form (考核评定表): its time, each line 1 to 5 points, the result in words."""

    before = ("starts_on", "ends_on")
    starts_on = forms.DateField(label=_("first day"))
    ends_on = forms.DateField(label=_("last day"))
    result = forms.ChoiceField(label=_("result"), choices=Evaluation.Result, widget=forms.RadioSelect)
    strengths = forms.CharField(label=_("what was good"), max_length=500, required=False, widget=forms.Textarea)
    weaknesses = forms.CharField(
        label=_("what should get better"), max_length=500, required=False, widget=forms.Textarea
    )


class AnswerForm(CleanForm, forms.Form):
    text = forms.CharField(label=_("what you think of it"), max_length=500, required=False, widget=forms.Textarea)


class EvaluationFilter(PeopleFilter):
    only = django_filters.ChoiceFilter(label=_("Only"), choices=[("due", _("evaluation due"))], method="only_due")

    def only_due(self, queryset, name, value):
        return evaluations_due(queryset)


class QualityFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, pinyin, phone, badge number"), method="search")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=QualityRecord.Kind.choices)
    since = django_filters.DateFilter(
        label=_("first day"), field_name="happened_on", lookup_expr="gte", widget=DAY_INPUT
    )
    until = django_filters.DateFilter(
        label=_("last day"), field_name="happened_on", lookup_expr="lte", widget=DAY_INPUT
    )

    class Meta:
        model = QualityRecord
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(caregiver__in=find_caregivers(value)) if value else queryset
