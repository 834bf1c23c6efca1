"""What API views share: rows judged as the pages judge them, and a file's timeline."""

import datetime as dt

from django import forms
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.settings import api_settings

from agencies.forms import CONTROL_CHARACTERS, FIRST_YEAR, LAST_YEAR
from agencies.panels import timeline_of
from agencies.text import clean_text, has_control_characters


class CleanSerializer(serializers.ModelSerializer):
    """Texts and days judged as the pages' forms do."""

    def to_internal_value(self, data):
        cleaned, problems = super().to_internal_value(data), {}
        for name, value in cleaned.items():
            if isinstance(value, str) and has_control_characters(value):
                problems[name] = CONTROL_CHARACTERS
            elif isinstance(value, str):
                cleaned[name] = clean_text(value)
            elif isinstance(value, dt.date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
                problems[name] = _("Check the year: %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        if problems:
            raise exceptions.ValidationError(problems)
        return cleaned


class FormSerializer(serializers.ModelSerializer):
    """Judged by the page's form, with the row as it would stand; scans and photos are sent from the page."""

    form: type[forms.BaseForm]

    def get_validators(self):
        return []  # the form and the action say it in their own words

    def to_internal_value(self, data):
        if not isinstance(data, dict):
            text = self.error_messages["invalid"].format(datatype=type(data).__name__)
            raise serializers.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [text]})
        return self.judged(data)

    def judged(self, data: dict) -> dict:
        """What the action is called with; ValidationError names everything that is wrong."""
        fields = self.form.base_fields
        given = {name: getattr(self.instance, name) for name in self.form.Meta.fields} if self.instance else {}
        typed = {name: data[name] for name, field in fields.items() if name in data and _fits(field, data[name])}
        form = self.form({**given, **typed})
        if not form.is_valid():
            raise serializers.ValidationError({name: list(map(str, texts)) for name, texts in form.errors.items()})
        return form.cleaned_data


def _fits(field, value):
    several = isinstance(field, forms.MultipleChoiceField) and isinstance(value, list)
    return several or isinstance(value, str | int | None)


class MomentSerializer(serializers.Serializer):
    """A line of a file's timeline."""

    at = serializers.DateTimeField()
    text = serializers.CharField()
    by = serializers.CharField()


class TimelineMixin:
    """Adds history/ to a file: the timeline of its page, newest first; page is named by the class."""

    timeline_page: str

    @extend_schema(responses=MomentSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def history(self, request, **kwargs):
        moments = timeline_of(self.timeline_page, self.get_object())
        return Response(MomentSerializer(moments, many=True).data)
