"""Caregivers through the API: read only; sensitive values masked."""

from django.utils import timezone
from django_filters.rest_framework import CharFilter, ChoiceFilter, FilterSet
from rest_framework import serializers, viewsets

from agencies.privacy import mask_identity, mask_phone
from caregivers.models import Caregiver
from caregivers.queries.files import with_level


class CaregiverSerializer(serializers.ModelSerializer):
    identity_masked = serializers.SerializerMethodField()
    phone_masked = serializers.SerializerMethodField()
    level = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Caregiver
        fields = [
            "id", "number", "state", "name", "sex", "birth_date", "identity_type", "identity_masked", "phone_masked",
            "education", "employment", "work_forms", "level", "hired_on", "posted_on", "left_on",
        ]  # fmt: skip
        read_only_fields = fields

    def get_identity_masked(self, caregiver) -> str:
        return mask_identity(caregiver.identity_number)

    def get_phone_masked(self, caregiver) -> str:
        return mask_phone(caregiver.phone)


class CaregiverApiFilter(FilterSet):
    state = ChoiceFilter(choices=Caregiver.State.choices)
    employment = ChoiceFilter(choices=Caregiver.Employment.choices)
    number = CharFilter()


class CaregiverViewSet(viewsets.ReadOnlyModelViewSet):
    serializer_class = CaregiverSerializer
    filterset_class = CaregiverApiFilter
    lookup_url_kwarg = "caregiver_pk"
    lookup_value_converter = "int"
    queryset = Caregiver.objects.none()
    permissions = {"list": "caregivers.view", "retrieve": "caregivers.view"}

    def get_queryset(self):
        return with_level(Caregiver.objects.order_by("number"), timezone.localdate())
