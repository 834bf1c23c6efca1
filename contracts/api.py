"""Agreements and visits through the API: the same actions and rights as the pages."""

from django.core.exceptions import ValidationError
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django_filters.rest_framework import CharFilter, ChoiceFilter, FilterSet, NumberFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from agencies.serializers import TimelineMixin
from caregivers.models import Caregiver
from contracts.actions.visits import assign_visit
from contracts.models import Agreement, Visit
from contracts.queries.agreements import listed_agreements


class AgreementSerializer(serializers.ModelSerializer):
    class Meta:
        model = Agreement
        fields = [
            "id", "number", "state", "amends", "client", "caregiver", "plan", "mode", "work_form", "starts_on", "ends_on",
            "rate", "rate_unit", "monthly_estimate", "in_force_at", "ended_on", "end_reason",
        ]  # fmt: skip
        read_only_fields = fields


class AgreementFilter(FilterSet):
    client = NumberFilter(field_name="client_id")
    caregiver = NumberFilter(field_name="caregiver_id")
    state = ChoiceFilter(choices=Agreement.State.choices)
    number = CharFilter()


class AgreementViewSet(TimelineMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = AgreementSerializer
    filterset_class = AgreementFilter
    lookup_url_kwarg = "agreement_pk"
    lookup_value_converter = "int"
    queryset = Agreement.objects.none()
    timeline_page = "contracts.agreement"
    permissions = {"list": "contracts.view", "retrieve": "contracts.view", "history": "contracts.view"}

    def get_queryset(self):
        return listed_agreements()


class VisitSerializer(serializers.ModelSerializer):
    starts_at = serializers.DateTimeField(source="period.lower", read_only=True)
    ends_at = serializers.DateTimeField(source="period.upper", read_only=True)

    class Meta:
        model = Visit
        fields = [
            "id", "agreement", "client", "caregiver", "state", "starts_at", "ends_at", "checked_in_at", "checked_out_at",
            "exception_reason", "credentials_shown", "cancel_reason",
        ]  # fmt: skip
        read_only_fields = fields


class VisitFilter(FilterSet):
    client = NumberFilter(field_name="client_id")
    caregiver = NumberFilter(field_name="caregiver_id")
    agreement = NumberFilter(field_name="agreement_id")
    state = ChoiceFilter(choices=Visit.State.choices)


class AssignSerializer(serializers.Serializer):
    caregiver = serializers.IntegerField()


class VisitViewSet(viewsets.ReadOnlyModelViewSet):
    serializer_class = VisitSerializer
    filterset_class = VisitFilter
    lookup_url_kwarg = "visit_pk"
    lookup_value_converter = "int"
    queryset = Visit.objects.none()
    permissions = {"list": "contracts.view_visits", "retrieve": "contracts.view_visits", "assign": "contracts.edit"}

    def get_queryset(self):
        return Visit.objects.order_by(Lower("period").desc(), "-pk")

    @extend_schema(request=AssignSerializer, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request, visit_pk):
        """Send a caregiver to a planned visit; 400 names every reason against it."""
        visit = self.get_object()
        body = AssignSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        caregiver = Caregiver.objects.filter(pk=body.validated_data["caregiver"]).first()
        if caregiver is None:
            raise ValidationError({"caregiver": _("There is no such caregiver.")})
        visit = assign_visit(visit=visit, caregiver=caregiver, by=request.user)
        return Response(VisitSerializer(visit).data)
