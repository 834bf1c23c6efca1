"""Forms of levels: the evaluation form, approval, demotion, appeals."""

import django_filters
from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from agencies.forms import REQUIRED, CleanForm
from agencies.models import Level
from caregivers.models import LevelAppeal, LevelStanding
from caregivers.queries.conditions import line_label
from caregivers.queries.files import find_caregivers
from caregivers.standard.levels import FORM

CODES = tuple(line.code for line in FORM)
POINTS = [(points, str(points)) for points in (5, 4, 3, 2, 1)]


def points_of(scores) -> list[tuple[str, int | None]]:
    """Each line of the form in the reader's language with its points."""
    return [(line_label(line), scores.get(line.code)) for line in FORM]


class ScoredForm(CleanForm, forms.Form):
    """A form with the lines of the evaluation form, each 1 to 5 points, after the fields named in before."""

    before: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for line in FORM:
            self.fields[line.code] = forms.TypedChoiceField(
                label=line_label(line), choices=POINTS, coerce=int, widget=forms.RadioSelect,
                error_messages={"required": REQUIRED[True]},
            )  # fmt: skip
        self.order_fields([*self.before, *CODES])

    def opening(self):
        return [self[name] for name in self.before]

    def lines(self):
        return [self[code] for code in CODES]

    def closing(self):
        return [self[name] for name in self.fields if name not in (*self.before, *CODES)]

    def clean(self):
        data = super().clean()
        scores = {code: data.pop(code) for code in CODES if code in data}
        return {**data, "scores": scores}


class ApplicationForm(ScoredForm):
    """The evaluation form for a level (评定表)."""

    comment = forms.CharField(label=_("comment"), max_length=500, required=False, widget=forms.Textarea)


class ApprovalForm(CleanForm, forms.Form):
    note = forms.CharField(label=_("note"), max_length=200, required=False)


class RejectionForm(CleanForm, forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300, widget=forms.Textarea)


class DemotionForm(CleanForm, forms.Form):
    level = forms.TypedChoiceField(label=_("new level"), choices=Level.choices[:-1], coerce=int)
    reason = forms.CharField(label=_("reason"), max_length=200)


class AppealForm(CleanForm, forms.Form):
    text = forms.CharField(label=_("your objection"), max_length=1000, widget=forms.Textarea)


class DecisionForm(CleanForm, forms.Form):
    is_upheld = forms.TypedChoiceField(
        label=_("decision"),
        choices=[("yes", _("The objection is right")), ("no", _("The objection is dismissed"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    decision = forms.CharField(label=_("reason"), max_length=500, widget=forms.Textarea)


class PromotionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, pinyin, phone, badge number"), method="search")
    level = django_filters.ChoiceFilter(label=_("Level now"), choices=Level.choices)
    next_level = django_filters.ChoiceFilter(label=_("next level"), choices=Level.choices[1:])
    appeal = django_filters.ChoiceFilter(
        label=_("Objection"), choices=[("open", _("to be decided"))], method="with_appeal"
    )
    lost = django_filters.ChoiceFilter(label=_("Evidence"), choices=[("yes", _("evidence lost"))], method="with_lost")

    class Meta:
        model = LevelStanding
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(caregiver__in=find_caregivers(value)) if value else queryset

    def with_appeal(self, queryset, name, value):
        waiting = LevelAppeal.objects.filter(
            agency=OuterRef("agency"), caregiver=OuterRef("caregiver"), state=LevelAppeal.State.OPEN
        )
        return queryset.filter(Exists(waiting))

    def with_lost(self, queryset, name, value):
        return queryset.exclude(lost=[])
