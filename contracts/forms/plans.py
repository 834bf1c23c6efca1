"""The plan editor: the weekly pattern as ten lines, the catalogue as a list of ticks."""

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.files import UploadField
from agencies.forms import CleanForm
from agencies.models import ServiceItem
from agencies.standard import WORK_FORM_BOUNDS
from contracts.models import ServicePlan
from contracts.models.plan import Weekday

SLOT_LINES = 10


class PlanForm(CleanForm, forms.ModelForm):
    """Cleans to what save_plan takes: the texts, slots and lines."""

    class Meta:
        model = ServicePlan
        fields = ["work_form", "mode", "procedure", "equipment", "cautions"]

    def __init__(self, *args, self_care: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.items = list(ServiceItem.objects.filter(is_active=True))
        if self_care != "unable":
            self.items = [item for item in self.items if not item.unable_only]
        plan = self.instance if self.instance.pk else None
        slots = list(plan.slots.all()) if plan else []
        lines = {line.service_item_id: line for line in plan.lines.all()} if plan else {}
        for place in range(SLOT_LINES):
            self._add_slot(place, slots[place] if place < len(slots) else None)
        for item in self.items:
            self._add_item(item, lines.get(item.pk))

    def _add_slot(self, place, slot):
        days = [("", "—"), *Weekday.choices]
        self.fields[f"slot{place}_day"] = forms.TypedChoiceField(
            label=_("weekday"), choices=days, coerce=int, empty_value=None, required=False
        )
        time = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        self.fields[f"slot{place}_at"] = forms.TimeField(label=_("starts at"), required=False, widget=time)
        self.fields[f"slot{place}_hours"] = forms.DecimalField(
            label=_("hours"), required=False, min_value=0.5, max_value=24, max_digits=4, decimal_places=2
        )
        if slot:
            hours = f"{slot.duration_minutes / 60:g}"
            start = slot.starts_at
            self.initial |= {f"slot{place}_day": slot.weekday, f"slot{place}_at": start, f"slot{place}_hours": hours}

    def _add_item(self, item, line):
        self.fields[f"item{item.pk}"] = forms.BooleanField(label=str(item), required=False)
        self.fields[f"days{item.pk}"] = forms.TypedMultipleChoiceField(
            label=_("weekdays"), choices=Weekday, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
        )
        self.fields[f"note{item.pk}"] = forms.CharField(label=_("note"), max_length=200, required=False)
        if line:
            self.initial |= {f"item{item.pk}": True, f"days{item.pk}": line.weekdays, f"note{item.pk}": line.note}

    def slot_lines(self):
        for place in range(SLOT_LINES):
            yield self[f"slot{place}_day"], self[f"slot{place}_at"], self[f"slot{place}_hours"]

    def item_lines(self):
        for item in self.items:
            yield item, self[f"item{item.pk}"], self[f"days{item.pk}"], self[f"note{item.pk}"]

    def clean(self):
        data = self.cleaned_data
        texts = {name: data.get(name, "") for name in self.Meta.fields}
        return {**texts, "slots": list(self._slots(data)), "lines": list(self._lines(data))}

    def _slots(self, data):
        usual = WORK_FORM_BOUNDS.get(data.get("work_form"), (120, 120))[0]
        for place in range(SLOT_LINES):
            day, at, hours = (data.get(f"slot{place}_{part}") for part in ("day", "at", "hours"))
            if day is None:
                continue
            if at is None:
                self.add_error(f"slot{place}_at", _("Say when the visit starts."))
                at = dt.time()
            minutes = int(hours * 60) if hours else usual
            yield {"weekday": day, "starts_at": at, "duration_minutes": minutes}

    def _lines(self, data):
        for item in self.items:
            if data.get(f"item{item.pk}"):
                days, note = data.get(f"days{item.pk}") or [], data.get(f"note{item.pk}") or ""
                yield {"service_item": item, "weekdays": days, "minutes": None, "note": note}


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
