"""Caregivers, their papers, skills, training and levels through the API: forms, actions and rights of the pages; values masked."""

from django.core.exceptions import ValidationError
from django.db.models import Prefetch
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
from caregivers.actions.exams import record_result
from caregivers.actions.files import create_caregiver, update_caregiver
from caregivers.actions.skills import record_checks
from caregivers.forms.credentials import CredentialForm
from caregivers.forms.files import CaregiverForm
from caregivers.forms.skills import OneSkillForm
from caregivers.forms.training import ResultForm
from caregivers.models import (
    Attendance,
    Caregiver,
    Course,
    Credential,
    ExamResult,
    LevelGrant,
    SkillCheck,
    TrainingSession,
)
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


class OwnedSerializer(FormSerializer):
    """Something of a caregiver, who is named by the badge number."""

    caregiver_number = serializers.CharField(source="caregiver.number", max_length=20)

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


class CredentialSerializer(OwnedSerializer):
    form = CredentialForm
    original_sighted = serializers.BooleanField(write_only=True, required=False)

    class Meta:
        model = Credential
        fields = [
            "id", "caregiver_number", "kind", "grade", "issued_as", "number", "issuer", "issued_on", "expires_on",
            "original_sighted", "verified_on", "declined_reason", "invalid_from", "invalid_reason",
        ]  # fmt: skip
        read_only_fields = ["verified_on", "declined_reason", "invalid_from", "invalid_reason"]

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


class SkillCheckSerializer(OwnedSerializer):
    form = OneSkillForm

    class Meta:
        model = SkillCheck
        fields = ["id", "caregiver_number", "skill", "is_mastered", "note", "checked_on"]

    def create(self, validated_data):
        skill, is_mastered = validated_data.pop("skill"), validated_data.pop("is_mastered")
        results = {skill: (is_mastered, validated_data.pop("note"))}
        try:
            return record_checks(by=self.context["request"].user, results=results, **validated_data)[0]
        except ValidationError as refusal:
            problems = refusal.message_dict
            raise ValidationError({name.removesuffix(f"_{skill}"): texts for name, texts in problems.items()}) from None


class SkillCheckFilter(FilterSet):
    caregiver = NumberFilter(field_name="caregiver_id")
    skill = CharFilter()


class SkillCheckViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet):
    """Every check of a skill, latest first; the latest of a skill counts."""

    serializer_class = SkillCheckSerializer
    filterset_class = SkillCheckFilter
    queryset = SkillCheck.objects.none()
    permissions = {"list": "caregivers.view", "create": "caregivers.assess"}

    def get_queryset(self):
        return SkillCheck.objects.select_related("caregiver").order_by("-checked_on", "-pk")


class CourseSerializer(serializers.ModelSerializer):
    class Meta:
        model = Course
        fields = ["id", "name", "kind", "level", "hours", "pass_mark", "every_months", "outline", "is_active"]
        read_only_fields = fields


class CourseViewSet(viewsets.ReadOnlyModelViewSet):
    """What is taught."""

    serializer_class = CourseSerializer
    lookup_url_kwarg = "course_pk"
    lookup_value_converter = "int"
    queryset = Course.objects.none()
    permissions = {"list": "caregivers.view", "retrieve": "caregivers.view"}

    def get_queryset(self):
        return Course.objects.order_by("pk")


class TrainingSessionSerializer(serializers.ModelSerializer):
    came = serializers.SerializerMethodField(help_text="ids of the caregivers who came")

    class Meta:
        model = TrainingSession
        fields = [
            "id",
            "course",
            "state",
            "starts_at",
            "ends_at",
            "place",
            "trainer",
            "outside_trainer",
            "seats",
            "came",
        ]
        read_only_fields = fields

    def get_came(self, session) -> list[int]:
        return [row.caregiver_id for row in session.attended]


class TrainingSessionFilter(FilterSet):
    course = NumberFilter(field_name="course_id")
    state = ChoiceFilter(choices=TrainingSession.State.choices)


class TrainingSessionViewSet(viewsets.ReadOnlyModelViewSet):
    """When and where a course is given, by whom, and who came."""

    serializer_class = TrainingSessionSerializer
    filterset_class = TrainingSessionFilter
    lookup_url_kwarg = "session_pk"
    lookup_value_converter = "int"
    queryset = TrainingSession.objects.none()
    permissions = {"list": "caregivers.view", "retrieve": "caregivers.view"}

    def get_queryset(self):
        came = Prefetch("attendances", Attendance.objects.filter(attended_at__isnull=False), to_attr="attended")
        return TrainingSession.objects.prefetch_related(came).order_by("-starts_at", "-pk")


class ExamResultSerializer(OwnedSerializer):
    form = ResultForm

    class Meta:
        model = ExamResult
        fields = [
            "id", "caregiver_number", "course", "part", "score", "is_passed", "taken_on", "examiner", "annulled_on",
            "annulled_reason",
        ]  # fmt: skip
        read_only_fields = ["is_passed", "annulled_on", "annulled_reason"]

    def create(self, validated_data):
        return record_result(by=self.context["request"].user, **validated_data)


class ExamResultFilter(FilterSet):
    caregiver = NumberFilter(field_name="caregiver_id")
    course = NumberFilter(field_name="course_id")
    part = ChoiceFilter(choices=ExamResult.Part.choices)


class ExamResultViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet
):
    """Results of exams, latest first; a retake is a further row, a wrong one is annulled on the page."""

    serializer_class = ExamResultSerializer
    filterset_class = ExamResultFilter
    lookup_url_kwarg = "result_pk"
    lookup_value_converter = "int"
    queryset = ExamResult.objects.none()
    permissions = {"list": "caregivers.view", "retrieve": "caregivers.view", "create": "caregivers.train"}

    def get_queryset(self):
        return ExamResult.objects.select_related("caregiver").order_by("-taken_on", "-pk")
