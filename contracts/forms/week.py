"""The weekly pattern as people say it: these days, from when, how many hours; a line for each time of day."""

import datetime as dt
from dataclasses import dataclass

from django import forms
from django.utils.dateparse import parse_time
from django.utils.translation import gettext_lazy as _

from contracts.models.plan import Weekday

LINES = 10
HOURS = forms.DecimalField(required=False, max_digits=4, decimal_places=2)


@dataclass(frozen=True)
class Line:
    """One line as it was typed."""

    days: list[str]
    at: str = ""
    hours: str = ""

    def __bool__(self):
        return bool(self.days or self.at or self.hours)


class WeekWidget(forms.Widget):
    """Ten lines, of which the style sheet shows those in use and the next one."""

    template_name = "contracts/_week.html"
    use_fieldset = True

    def value_from_datadict(self, data, files, name):
        get_days = getattr(data, "getlist", data.get)
        lines = range(LINES)
        return [
            Line(get_days(f"{name}{n}_days") or [], data.get(f"{name}{n}_at", ""), data.get(f"{name}{n}_hours", ""))
            for n in lines
        ]

    def value_omitted_from_data(self, data, files, name):
        return False

    def id_for_label(self, id_, index=None):
        return f"{id_}_{index or 0}"

    def get_context(self, name, value, attrs):
        lines = list(value or [])
        context = super().get_context(name, value, attrs)
        context["days"] = Weekday.choices
        context["lines"] = [lines[n] if n < len(lines) else Line([]) for n in range(LINES)]
        return context


class WeekField(forms.Field):
    """Cleans to the slots that save_plan takes; what a line lacks is left empty for the action to name."""

    widget = WeekWidget
    default_error_messages = {"invalid": _("Write times as 08:30 and hours as 2 or 2.5.")}

    def clean(self, value):
        return [slot for line in value if line for slot in self._slots(line)]

    def _slots(self, line):
        try:
            days, at, hours = [int(day) for day in line.days], parse_time(line.at), HOURS.clean(line.hours)
        except (ValueError, forms.ValidationError):
            days, at, hours = [0], None, None
        if (line.at and at is None) or not set(days) <= set(Weekday.values):
            raise forms.ValidationError(self.error_messages["invalid"], "invalid")
        minutes = None if hours is None else round(hours * 60)
        return [{"weekday": day, "starts_at": at, "duration_minutes": minutes} for day in days or [None]]


def lines_of(slots) -> list[Line]:
    """Visits of a week, gathered by time of day and length."""
    by_time: dict[tuple[dt.time, int], list[str]] = {}
    for slot in slots:
        by_time.setdefault((slot.starts_at, slot.duration_minutes), []).append(str(slot.weekday))
    return [Line(days, f"{at:%H:%M}", f"{minutes / 60:g}") for (at, minutes), days in by_time.items()]
