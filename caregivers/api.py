"""Caregivers, their papers and levels through the API: the same forms, actions and rights as the pages; values masked."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import CharFilter, ChoiceFilter, DateFilter, FilterSet, NumberFilter
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from agencies.privacy import mask_identity, mask_phone
from agencies.serializers import FormSerializer, TimelineMixin
from caregivers.actions.credentials import add_credential, verify_credential
from caregivers.actions.files import create_caregiver, update_caregiver
from caregivers.forms.credentials import CredentialForm
from caregivers.forms.files import CaregiverForm
from caregivers.models import Caregiver, Credential, LevelGrant
from caregivers.queries.files import with_level


class CaregiverSerializer(FormSerializer):
    form = CaregiverForm
    identity_masked = serializers.SerializerMethodField()
    phone_masked = serializers.SerializerMethodField()
    level = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Caregiver
        fields = [
            "id", "number", "state", "name", "sex", "birth_date", "identity_type", "identity_number", "identity_masked",
            "phone", "phone_masked", "home_address", "emergency_contact", "emergency_phone", "education", "employment",
            "work_forms", "declared_no_history_on", "age_exception", "level", "hired_on", "posted_on", "left_on",
        ]  # fmt: skip
        read_only_fields = ["number", "state", "posted_on", "left_on"]
        extra_kwargs = {
            "identity_number": {"write_only": True},
            "phone": {"write_only": True},
            "home_address": {"write_only": True},
            "emergency_contact": {"write_only": True},
            "emergency_phone": {"write_only": True},
            "birth_date": {"required": False},
            "sex": {"required": False},
        }

    def get_identity_masked(self, caregiver) -> str:
        return mask_identity(caregiver.identity_number)

    def get_phone_masked(self, caregiver) -> str:
        return mask_phone(caregiver.phone)

    def create(self, validated_data):
        caregiver = create_caregiver(by=self.context["request"].user, **validated_data)
        caregiver.level = None
        return caregiver

    def update(self, instance, validated_data):
        return update_caregiver(caregiver=instance, by=self.context["request"].user, **validated_data)


class CaregiverApiFilter(FilterSet):
    state = ChoiceFilter(choices=Caregiver.State.choices)
    employment = ChoiceFilter(choices=Caregiver.Employment.choices)
    number = CharFilter()
    as_of = DateFilter(label=_("The day whose levels are shown; today when left out"), method="levels_of")

    def levels_of(self, queryset, name, value):
        return with_level(queryset, value)


class CaregiverViewSet(
    TimelineMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet,
):
    serializer_class = CaregiverSerializer
    filterset_class = CaregiverApiFilter
    lookup_url_kwarg = "caregiver_pk"
    lookup_value_converter = "int"
    queryset = Caregiver.objects.none()
    timeline_page = "caregivers.caregiver"
    permissions = {
        "list": "caregivers.view",
        "retrieve": "caregivers.view",
        "history": "caregivers.view",
        "create": "caregivers.edit",
        "update": "caregivers.edit",
        "partial_update": "caregivers.edit",
    }

    def get_queryset(self):
        return with_level(Caregiver.objects.order_by("number"), timezone.localdate())


class CredentialSerializer(FormSerializer):
    form = CredentialForm
    caregiver_number = serializers.CharField(source="caregiver.number", max_length=20)
    original_sighted = serializers.BooleanField(write_only=True, required=False)

    class Meta:
        model = Credential
        fields = [
            "id", "caregiver_number", "kind", "grade", "issued_as", "number", "issuer", "issued_on", "expires_on",
            "original_sighted", "verified_on", "declined_reason", "invalid_from", "invalid_reason",
        ]  # fmt: skip
        read_only_fields = ["verified_on", "declined_reason", "invalid_from", "invalid_reason"]

    def judged(self, data):
        problems = {}
        caregiver = Caregiver.objects.filter(number=str(data.get("caregiver_number", ""))).first()
        if caregiver is None:
            problems["caregiver_number"] = [_("There is no caregiver with this badge number.")]
        try:
            cleaned = super().judged(data)
        except serializers.ValidationError as refusal:
            raise serializers.ValidationError(problems | refusal.detail) from None
        if problems:
            raise serializers.ValidationError(problems)
        return cleaned | {"caregiver": caregiver}

    def create(self, validated_data):
        return add_credential(by=self.context["request"].user, **validated_data)


class CredentialApiFilter(FilterSet):
    caregiver = NumberFilter(field_name="caregiver_id")
    kind = ChoiceFilter(choices=Credential.Kind.choices)
    ends_before = DateFilter(label=_("Ending before this day"), field_name="expires_on", lookup_expr="lt")


class CredentialViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet
):
    serializer_class = CredentialSerializer
    filterset_class = CredentialApiFilter
    lookup_url_kwarg = "credential_pk"
    lookup_value_converter = "int"
    queryset = Credential.objects.none()
    permissions = {
        "list": "caregivers.view",
        "retrieve": "caregivers.view",
        "create": "caregivers.edit",
        "verify": "caregivers.edit",
    }

    def get_queryset(self):
        """Papers of caregivers; those of office staff are no business of a program."""
        return Credential.objects.exclude(caregiver=None).select_related("caregiver").order_by("-pk")

    @extend_schema(request=None, responses=CredentialSerializer)
    @action(detail=True, methods=["post"])
    def verify(self, request, **kwargs):
        """The original was sighted today."""
        credential = self.get_object()
        verify_credential(credential=credential, by=request.user)
        return Response(CredentialSerializer(credential).data)


class LevelGrantSerializer(serializers.ModelSerializer):
    caregiver_number = serializers.CharField(source="caregiver.number", read_only=True)

    class Meta:
        model = LevelGrant
        fields = ["id", "caregiver", "caregiver_number", "kind", "level", "granted_on", "reason", "number", "evidence"]
        read_only_fields = fields


class LevelGrantFilter(FilterSet):
    caregiver = NumberFilter(field_name="caregiver_id")
    kind = ChoiceFilter(choices=LevelGrant.Kind.choices)


class LevelGrantViewSet(viewsets.ReadOnlyModelViewSet):
    """Every level anybody was given or lost, latest first; a promotion with the evidence it stood on."""

    serializer_class = LevelGrantSerializer
    filterset_class = LevelGrantFilter
    lookup_url_kwarg = "grant_pk"
    lookup_value_converter = "int"
    queryset = LevelGrant.objects.none()
    permissions = {"list": "caregivers.view", "retrieve": "caregivers.view"}

    def get_queryset(self):
        return LevelGrant.objects.select_related("caregiver").order_by("-granted_on", "-pk")
