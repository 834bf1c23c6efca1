"""What every form shares: cleaned text, phones, dates as the browser's own pickers."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.identity import (
    birth_date_of,
    identity_problems,
    normalise_identity,
    normalise_phone,
    phone_problems,
    sex_of,
)
from agencies.models import IdentityType
from agencies.text import clean_text, has_control_characters

FIRST_YEAR, LAST_YEAR = 1900, 2100
REQUIRED = {False: _("Please fill this in."), True: _("Please choose.")}
UNNAMED = ("", BLANK_CHOICE_DASH[0][1])  # what an empty choice is called that nobody named
LIMITS = {MinValueValidator: "min", MaxValueValidator: "max"}
CONTROL_CHARACTERS = _("There are invisible control characters in this text; type it anew.")
WIDGETS = {
    forms.DateField: lambda: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    forms.DateTimeField: lambda: forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    forms.TimeField: lambda: forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
}


class CleanForm:
    """Mixed into forms: pickers for dates, cleaned text, phones checked by their name, and models checked once."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name == "identity_number":  # encrypted, so a text field to the database, yet one line
                field.widget = forms.TextInput(attrs={"autocomplete": "off"})
                field.widget.is_required = field.required
            if make := WIDGETS.get(type(field)):
                field.widget = make()
                field.widget.is_required = field.required
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3
            if name.endswith("phone"):
                field.widget.attrs["inputmode"] = "tel"
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = REQUIRED[isinstance(field, forms.ChoiceField)]
            _name_the_empty_choice(field)
        self._keep_limits()

    def _keep_limits(self):
        """The least and the most that a model allows hold in its form too, also where the action fills the row."""
        meta = getattr(self, "_meta", None)
        for row in meta.model._meta.concrete_fields if meta else []:
            if not isinstance(field := self.fields.get(row.name), forms.IntegerField):
                continue
            for limit in row._validators:
                if name := LIMITS.get(type(limit)):
                    field.validators.append(limit)
                    field.widget.attrs[name] = limit.limit_value

    def mask_kept(self, **masks):
        """Show what is on file masked; a field left empty stays as it is. Full values are asked for one by one, and logged."""
        self.kept = {}
        for name, mask in masks.items():
            if self.instance.pk and (value := getattr(self.instance, name)):
                self.kept[name] = value
                self.initial[name] = ""
                field = self.fields[name]
                field.required = field.widget.is_required = False
                field.widget.attrs["placeholder"] = mask(value)
                field.help_text = _("Empty: stays as it is.")

    def _clean_fields(self):
        super()._clean_fields()
        for name, value in getattr(self, "kept", {}).items():
            if self.cleaned_data.get(name) == "":
                self.cleaned_data[name] = value
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, str) and name in self.fields and not self.fields[name].disabled:
                self._clean_string(name, value)
            if isinstance(value, dt.date):
                self._clean_day(name, value)

    def _clean_day(self, name, value):
        """Days nobody alive can mean are mistyped, and some of them no database can count."""
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            self.add_error(name, _("Check the year: %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR})

    def _clean_string(self, name, value):
        if has_control_characters(value):
            self.add_error(name, CONTROL_CHARACTERS)
            return
        value = normalise_phone(value) if name.endswith("phone") else clean_text(value)
        if not isinstance(self.fields[name].widget, forms.Textarea):  # one line, whoever sent it
            value = " ".join(value.split("\n"))
        self.cleaned_data[name] = value
        if name.endswith("phone") and value and (problems := phone_problems(value)):
            self.add_error(name, problems)

    def clean_identity(self):
        """Check identity_number against identity_type; call from clean()."""
        number = normalise_identity(self.cleaned_data.get("identity_number") or "")
        kind = self.cleaned_data.get("identity_type")
        if number and kind and (problems := identity_problems(kind, number, today=timezone.localdate())):
            self.add_error("identity_number", problems)
        elif kind in (IdentityType.RESIDENT, IdentityType.HMT_RESIDENCE) and number:
            self._check_against_number(number)
        if "identity_number" in self.cleaned_data:
            self.cleaned_data["identity_number"] = number

    def _check_against_number(self, number):
        """What was typed beside the number says the same as the number."""
        for name, read in (("birth_date", birth_date_of), ("sex", sex_of)):
            if self.cleaned_data.get(name) and self.cleaned_data[name] != read(number):
                self.add_error(name, _("This disagrees with the identity number. Check both."))


def _name_the_empty_choice(field):
    """A form's own words for it stay; Django's dashes become ours."""
    label = _("Please choose") if field.required else "—"
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = label if field.empty_label in UNNAMED else field.empty_label
    elif isinstance(field, forms.ChoiceField) and isinstance(field.widget, forms.Select):
        field.choices = [
            (value, label if value == "" and str(text) in UNNAMED else text) for value, text in field.choices
        ]


def take_refusal(form, refusal: ValidationError) -> None:
    """Put what an action refused onto the form: by field where the form has it, else on top."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
