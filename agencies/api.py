"""What every API view shares: pages, errors, and running an action."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.serializers import as_serializer_error
from rest_framework.views import exception_handler

from agencies.forms import CONTROL_CHARACTERS, FIRST_YEAR, LAST_YEAR
from agencies.pages import as_refusal
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


class Pages(PageNumberPagination):
    page_size_query_param = "page_size"
    max_page_size = 200


def on_error(exception, context):
    """Refusals of actions become 400 with every problem named; whatever was written is rolled back."""
    if isinstance(exception, IntegrityError):
        exception = as_refusal(exception)
    if isinstance(exception, ValidationError):
        exception = exceptions.ValidationError(as_serializer_error(exception))
    response = exception_handler(exception, context)
    if transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    return response


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "agencies.authentication.KeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "header", "name": "X-Api-Key"}
