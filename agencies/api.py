"""What every API answer shares: its pages, its errors, how its key is described."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.pagination import PageNumberPagination
from rest_framework.serializers import as_serializer_error
from rest_framework.views import exception_handler

from agencies.pages import as_refusal


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
