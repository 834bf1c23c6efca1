"""Forms of training: courses, sessions, who comes, exams, effect, plan."""

import django_filters
from django import forms
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _
from django_scopes.forms import SafeModelChoiceField, SafeModelMultipleChoiceField

from agencies.forms import CleanForm
from caregivers.actions.training import time_and_trainer
from caregivers.forms.files import BadgeNumbersField
from caregivers.models import (
    Attendance,
    Caregiver,
    Course,
    EffectEvaluation,
    ExamResult,
    TrainingPlanLine,
    TrainingSession,
)
from caregivers.queries.files import find_caregivers
from caregivers.queries.training import busy_at, effect_due, sessions_for, to_close, trainers, who_needs

OFFERED = 100  # people who need a course, to be ticked


class CourseForm(CleanForm, forms.ModelForm):
    class Meta:
        model = Course
        fields = ["name", "kind", "level", "hours", "pass_mark", "every_months", "outline", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["hours"].min_value = self.fields["hours"].widget.attrs["min"] = 1
        self.fields["level"].choices = [choice for choice in self.fields["level"].choices if choice[0] != 0]

    def clean_hours(self):
        hours = self.cleaned_data["hours"]
        if not 1 <= hours <= 1000:
            self.add_error("hours", _("Between 1 and 1000 hours."))
        return hours

    def clean_pass_mark(self):
        mark = self.cleaned_data["pass_mark"]
        if not 1 <= mark <= 100:
            self.add_error("pass_mark", _("Between 1 and 100 points."))
        return mark

    def _post_clean(self):
        """The action fills and checks the row."""


class SessionForm(CleanForm, forms.ModelForm):
    course = SafeModelChoiceField(label=_("course"), queryset=Course.objects.none())
    trainer = SafeModelChoiceField(
        label=_("trainer"), queryset=Caregiver.objects.none(), required=False,
        help_text=_("Caregivers with three stars (6.4.2 d)."),
    )  # fmt: skip
    seats = forms.IntegerField(label=_("seats"), min_value=1, max_value=500, initial=30)

    class Meta:
        model = TrainingSession
        fields = ["course", "starts_at", "ends_at", "place", "trainer", "outside_trainer", "seats"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = Course.objects.filter(is_active=True)
        self.fields["trainer"].queryset = trainers(timezone.localdate())
        self.fields["trainer"].empty_label = _("somebody from outside")

    def clean(self):
        """What the action would refuse anyway, said together with what is wrong in single fields."""
        data = super().clean() or self.cleaned_data
        for name, text in time_and_trainer(data).items():
            if name not in self.errors:
                self.add_error(name, text)
        return data

    def _post_clean(self):
        """The action fills and checks the row."""


class ReasonForm(CleanForm, forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=200)


class EnrolForm(CleanForm, forms.Form):
    """Who needs the course is offered; others by their badge numbers."""

    people = SafeModelMultipleChoiceField(
        label=_("Who needs this course"), queryset=Caregiver.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    others = BadgeNumbersField(label=_("Others, by badge number"), required=False)

    def __init__(self, *args, session: TrainingSession, **kwargs):
        super().__init__(*args, **kwargs)
        down = session.attendances.values("caregiver")
        needed = who_needs(session.course).exclude(pk__in=down).order_by("number")
        self.fields["people"].queryset = needed.filter(pk__in=list(needed.values_list("pk", flat=True)[:OFFERED]))
        offered = [person.pk for person in self.fields["people"].queryset]
        busy = busy_at(session, offered)
        self.fields["people"].label_from_instance = lambda person: "　▲ ".join([str(person), *busy.get(person.pk, [])])
        if not offered:
            del self.fields["people"]

    def clean(self):
        data = super().clean() or self.cleaned_data
        people = {person.pk: person for person in [*(data.get("people") or []), *(data.get("others") or [])]}
        return {"caregivers": list(people.values())}


class JoinForm(CleanForm, forms.Form):
    """A planned session of a course that this person needs."""

    session = SafeModelChoiceField(label=_("session"), queryset=TrainingSession.objects.none())

    def __init__(self, *args, caregiver: Caregiver, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = sessions_for(caregiver)
        self.fields["session"].empty_label = None


class AttendanceForm(CleanForm, forms.Form):
    present = SafeModelMultipleChoiceField(
        label=_("Who came"), queryset=Attendance.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, session: TrainingSession, **kwargs):
        super().__init__(*args, **kwargs)
        rows = session.attendances.select_related("caregiver")
        field = self.fields["present"]
        field.queryset = rows
        field.label_from_instance = lambda row: str(row.caregiver)
        field.initial = [row.pk for row in rows if row.attended_at]


class ExamForm(CleanForm, forms.Form):
    """One part of an exam of those who came, a score each; an empty one was absent."""

    part = forms.ChoiceField(label=_("part"), choices=ExamResult.Part.choices)
    taken_on = forms.DateField(label=_("taken on"), initial=timezone.localdate)
    examiner = forms.CharField(label=_("examiner"), max_length=50)

    def __init__(self, *args, people: list[Caregiver], **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people
        for person in people:
            self.fields[f"score_{person.pk}"] = forms.IntegerField(
                label=str(person), min_value=0, max_value=100, required=False
            )

    def lines(self):
        """Each person with the field of the score, for the page."""
        return [(person, self[f"score_{person.pk}"]) for person in self.people]

    def clean(self):
        data = super().clean() or self.cleaned_data
        names = {f"score_{person.pk}": person.pk for person in self.people}
        scores = {pk: data[name] for name, pk in names.items() if data.get(name) is not None}
        return {**{name: data.get(name) for name in ("part", "taken_on", "examiner")}, "scores": scores}


class ResultFields(CleanForm, forms.ModelForm):
    """What is said of a result, but whose it is and of which course."""

    score = forms.IntegerField(label=_("score"), widget=forms.NumberInput(attrs={"min": 0, "max": 100}))
    taken_on = forms.DateField(label=_("taken on"), initial=timezone.localdate)

    class Meta:
        model = ExamResult
        fields = ["part", "score", "taken_on", "examiner"]

    def _post_clean(self):
        """The action writes the row."""


class ResultForm(ResultFields):
    """One result of somebody, taken here or elsewhere."""

    course = SafeModelChoiceField(label=_("course"), queryset=Course.objects.none())
    field_order = ["course"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = Course.objects.filter(is_active=True)


class EffectForm(CleanForm, forms.ModelForm):
    class Meta:
        model = EffectEvaluation
        fields = ["effect", "method", "follow_up"]

    def _post_clean(self):
        """The action writes the row."""


class PlanLineForm(CleanForm, forms.ModelForm):
    month = forms.TypedChoiceField(label=_("month"), choices=list(MONTHS.items()), coerce=int)
    course = SafeModelChoiceField(label=_("course"), queryset=Course.objects.none())
    seats = forms.IntegerField(label=_("seats"), min_value=1, max_value=5000)

    class Meta:
        model = TrainingPlanLine
        fields = ["month", "course", "seats", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = Course.objects.filter(is_active=True)

    def _post_clean(self):
        """The action fills and checks the row."""


class SessionFilter(django_filters.FilterSet):
    course = django_filters.ModelChoiceFilter(label=_("Course"), queryset=lambda _request: Course.objects.all())
    q = django_filters.CharFilter(label=_("Name, pinyin, phone, badge number"), method="search")
    day_from = django_filters.DateFilter(
        label=_("From"), field_name="starts_at", lookup_expr="date__gte", widget=forms.DateInput(attrs={"type": "date"})
    )
    day_to = django_filters.DateFilter(
        label=_("Until"),
        field_name="starts_at",
        lookup_expr="date__lte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    only = django_filters.ChoiceFilter(
        label=_("Only"),
        choices=[("to_close", _("over, not closed")), ("effect", _("effect to be judged"))],
        method="only_some",
    )

    class Meta:
        model = TrainingSession
        fields = []

    def search(self, queryset, name, value):
        if not value:
            return queryset
        return queryset.filter(pk__in=Attendance.objects.filter(caregiver__in=find_caregivers(value)).values("session"))

    def only_some(self, queryset, name, value):
        return to_close(queryset) if value == "to_close" else effect_due(queryset)
