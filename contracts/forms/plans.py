"""The plan editor, its week and its catalogue by group; and how the client agreed."""

from itertools import groupby

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.files import UploadField
from agencies.forms import CleanForm
from agencies.models import ServiceItem, WorkForm
from clients.queries import find_clients
from contracts.forms.week import WeekField, lines_of
from contracts.models import ServicePlan
from contracts.models.plan import Weekday


class PlanForm(CleanForm, forms.ModelForm):
    """Cleans to what save_plan takes; what is missing is left for the action, which names all of it at once."""

    slots = WeekField(
        label=_("When"), required=False, help_text=_("Hours left empty take the shortest length of the work form.")
    )
    lines = forms.ModelMultipleChoiceField(
        label=_("What"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ServicePlan
        fields = ["work_form", "mode", "procedure", "equipment", "cautions"]
        widgets = {"work_form": forms.RadioSelect}

    def __init__(self, *args, self_care: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["work_form"].choices = WorkForm.choices
        self.fields["work_form"].required = False
        items = ServiceItem.objects.filter(is_active=True)
        self.fields["lines"].queryset = items if self_care == "unable" else items.filter(unable_only=False)
        self.items = list(self.fields["lines"].queryset)
        plan = self.instance if self.instance.pk else None
        lines = {line.service_item_id: line for line in plan.lines.all()} if plan else {}
        self.initial |= {"slots": lines_of(plan.slots.all()) if plan else [], "lines": list(lines)}
        for item in self.items:
            self._add_item(item, lines.get(item.pk))

    def _add_item(self, item, line):
        self.fields[f"days{item.pk}"] = forms.TypedMultipleChoiceField(
            label=_("weekdays"), choices=Weekday, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
        )
        hint = forms.TextInput(attrs={"placeholder": _("note")})
        self.fields[f"note{item.pk}"] = forms.CharField(label=item, max_length=200, required=False, widget=hint)
        if line:
            self.initial |= {f"days{item.pk}": line.weekdays, f"note{item.pk}": line.note}

    def groups(self):
        """The catalogue by group, each item with its tick, days and note."""
        ticks = dict(zip((item.pk for item in self.items), self["lines"].subwidgets, strict=True))
        for group, items in groupby(self.items, lambda item: item.get_group_display()):
            yield group, [(item, ticks[item.pk], self[f"days{item.pk}"], self[f"note{item.pk}"]) for item in items]

    def clean(self):
        data = self.cleaned_data
        texts = {name: data.get(name, "") for name in self.Meta.fields}
        lines = [
            {
                "service_item": item,
                "weekdays": data.get(f"days{item.pk}") or [],
                "minutes": None,
                "note": data.get(f"note{item.pk}") or "",
            }
            for item in data.get("lines", [])
        ]
        return {**texts, "slots": data.get("slots", []), "lines": lines}

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class AgreePlanForm(CleanForm, forms.Form):
    """Who agreed, when and how; a signed paper comes with its scan."""

    agreed_by = forms.ChoiceField(label=_("agreed by"))
    agreed_on = forms.DateField(label=_("agreed on"), initial=timezone.localdate)
    agreed_means = forms.ChoiceField(
        label=_("agreed how"), choices=ServicePlan.Means, initial=ServicePlan.Means.PAPER, widget=forms.RadioSelect
    )
    paper = UploadField(label=_("photo or scan of the signed paper"), required=False)

    def __init__(self, *args, speakers: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agreed_by"].choices = [(name, name) for name in speakers]


class PlanFilter(django_filters.FilterSet):
    client = django_filters.CharFilter(label=_("Client"), method="of_client")
    work_form = django_filters.ChoiceFilter(label=_("Work form"), choices=WorkForm)

    class Meta:
        model = ServicePlan
        fields = []

    def of_client(self, queryset, name, value):
        return queryset.filter(client__in=find_clients(value))
