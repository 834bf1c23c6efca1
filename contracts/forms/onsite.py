"""Forms of what is taken down at the client's: code and place, measurements, photos, signature; the door in the office."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.files import IMAGES, UploadField
from agencies.forms import CleanForm
from contracts.models import VisitConfirmation


class ProofFields(forms.Form):
    """The code that was scanned and the position that the caregiver sent, both optional and hidden."""

    door = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)
    latitude = forms.FloatField(min_value=-90, max_value=90, required=False, widget=forms.HiddenInput)
    longitude = forms.FloatField(min_value=-180, max_value=180, required=False, widget=forms.HiddenInput)
    accuracy = forms.FloatField(min_value=0, required=False, widget=forms.HiddenInput)


class MeasureForm(CleanForm, forms.Form):
    systolic = forms.IntegerField(label=_("blood pressure, upper value"), required=False)
    diastolic = forms.IntegerField(label=_("blood pressure, lower value"), required=False)
    pulse = forms.IntegerField(label=_("pulse (per minute)"), required=False)
    temperature = forms.DecimalField(label=_("temperature (°C)"), max_digits=3, decimal_places=1, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["inputmode"] = "decimal" if name == "temperature" else "numeric"


class PhotoForm(CleanForm, forms.Form):
    photo = UploadField(label=_("photo"), allowed=IMAGES)
    caption = forms.CharField(label=_("what it shows"), max_length=100)


class ConfirmForm(CleanForm, forms.Form):
    signer_name = forms.CharField(label=_("who signs"), max_length=50, required=False)
    signature = forms.CharField(widget=forms.HiddenInput, max_length=400_000, required=False)
    unable = forms.ChoiceField(
        label=_("nobody can sign, because"), required=False, widget=forms.RadioSelect,
        choices=[("", _("Somebody signs")), *VisitConfirmation.Unable.choices],
    )  # fmt: skip


class StrikeForm(CleanForm, forms.Form):
    reason = forms.CharField(label=_("why it is wrong"), max_length=200)


class HangForm(CleanForm, forms.Form):
    hung_on = forms.DateField(label=_("card hung up on"), initial=timezone.localdate)


class PlaceForm(CleanForm, forms.Form):
    place = forms.CharField(
        label=_("latitude, longitude"), max_length=50,
        help_text=_("Copied from a map, for example 36.651216, 117.120095."),
    )  # fmt: skip
    is_chinese_map = forms.TypedChoiceField(
        label=_("read from"), coerce=lambda text: text == "1", widget=forms.RadioSelect, initial="1",
        choices=[("1", _("Amap or Tencent Maps")), ("0", _("a satellite receiver or a phone"))],
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        found = re.fullmatch(r"\s*(\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(\d{1,3}(?:\.\d+)?)\s*", data.pop("place", ""))
        if not found:
            if "place" not in self.errors:
                raise ValidationError({"place": _("Two numbers with a comma between them.")})
            return data
        numbers = sorted(map(float, found.groups()))  # in China the latitude is the smaller one
        return {**data, "latitude": numbers[0], "longitude": numbers[1]}
