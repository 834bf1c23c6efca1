"""Forms of the caregiver's own pages, and of what the office answers to them."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from caregivers.models import Absence, Grievance

WEEKDAYS = {
    1: _("Monday"),
    2: _("Tuesday"),
    3: _("Wednesday"),
    4: _("Thursday"),
    5: _("Friday"),
    6: _("Saturday"),
    7: _("Sunday"),
}


class OwnAbsenceForm(CleanForm, forms.Form):
    kind = forms.ChoiceField(label=_("kind"), choices=Absence.Kind.choices)
    first_day = forms.DateField(label=_("first day"))
    last_day = forms.DateField(label=_("last day"))
    note = forms.CharField(label=_("reason"), max_length=200, required=False)


class AbsenceAnswerForm(CleanForm, forms.Form):
    is_approved = forms.TypedChoiceField(
        label=_("answer"),
        choices=[("yes", _("Approve")), ("no", _("Decline"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=_("note to the caregiver"), max_length=200, required=False)


class AvailabilityForm(CleanForm, forms.Form):
    """From and until for each weekday; a day left empty is a day off, no hour at all means any."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for day in WEEKDAYS:
            for name in ("from", "until"):
                widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
                label = _("from") if name == "from" else _("until")
                self.fields[f"{name}{day}"] = forms.TimeField(label=label, required=False, widget=widget)

    def days(self):
        """Each weekday with its two fields, for the page."""
        return [(label, self[f"from{day}"], self[f"until{day}"]) for day, label in WEEKDAYS.items()]

    def clean(self):
        data, hours = super().clean(), {}
        for day in WEEKDAYS:
            starts_at, ends_at = data.get(f"from{day}"), data.get(f"until{day}")
            if starts_at and ends_at:
                hours[day] = starts_at, ends_at
            elif starts_at or ends_at:
                missing = "until" if starts_at else "from"
                if f"{missing}{day}" not in self.errors:
                    self.add_error(f"{missing}{day}", _("Fill in both, or leave both empty for a day off."))
        return {"hours": hours}


class ConfideForm(CleanForm, forms.Form):
    """What a caregiver tells one person."""

    recipient = forms.ModelChoiceField(label=_("Who should read it?"), queryset=None, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("What is it about?"), choices=Grievance.Kind.choices)
    text = forms.CharField(label=_("What happened?"), max_length=3000, widget=forms.Textarea)

    def __init__(self, *args, listeners, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["recipient"].queryset = listeners


class TalkForm(CleanForm, forms.Form):
    """A note of a private talk."""

    rights_told = forms.BooleanField(label=_("I have told these rights before we began"))
    kind = forms.ChoiceField(label=_("about"), choices=Grievance.Kind.choices)
    text = forms.CharField(label=_("note of the talk"), max_length=3000, widget=forms.Textarea)


class EntryForm(CleanForm, forms.Form):
    text = forms.CharField(label=_("answer"), max_length=3000, widget=forms.Textarea)


def hours_of(rows) -> dict[str, dt.time]:
    """What is on file, for the fields of AvailabilityForm."""
    return {
        f"{name}{row.weekday}": value
        for row in rows
        for name, value in (("from", row.starts_at), ("until", row.ends_at))
    }
