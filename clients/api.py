"""Clients and enquiries through the API: the same actions and rights as the pages; sensitive values masked."""

from django.db.models import Exists, OuterRef
from django_filters.rest_framework import CharFilter, ChoiceFilter, FilterSet, NumberFilter
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from agencies.privacy import mask_identity, mask_phone
from agencies.serializers import FormSerializer, TimelineMixin
from clients.actions import files as actions
from clients.actions.enquiries import follow_up, take_enquiry
from clients.forms.enquiries import EnquiryForm, FollowUpForm
from clients.forms.files import ClientForm, NewClientForm
from clients.models import (
    Assessment,
    Client,
    ClientPaper,
    Consent,
    DataRequest,
    Enquiry,
    EnquiryEntry,
    HomeCheck,
    HomeFinding,
    SelfCare,
)
from clients.queries import consents_in_force, listed_papers, with_status


class ClientSerializer(FormSerializer):
    is_new = serializers.BooleanField(write_only=True, required=False)
    consent_by = serializers.ChoiceField(choices=["self", "agent", "legal_guardian"], write_only=True, required=False)
    contact_name = serializers.CharField(write_only=True, required=False)
    contact_relation = serializers.CharField(write_only=True, required=False)
    contact_phone = serializers.CharField(write_only=True, required=False)
    speaker_name = serializers.CharField(write_only=True, required=False)
    speaker_relation = serializers.CharField(write_only=True, required=False)
    speaker_phone = serializers.CharField(write_only=True, required=False)
    speaker_identity_number = serializers.CharField(write_only=True, required=False)
    means = serializers.ChoiceField(choices=["phone"], write_only=True, required=False)  # scans come from the page
    identity_masked = serializers.SerializerMethodField()
    phone_masked = serializers.SerializerMethodField()
    self_care = serializers.ChoiceField(choices=SelfCare.choices, read_only=True, allow_null=True)
    reassess_on = serializers.DateField(read_only=True, allow_null=True)

    class Meta:
        model = Client
        fields = [
            "id", "number", "state", "name", "salutation", "sex", "birth_date", "identity_type", "identity_number",
            "identity_masked", "phone", "phone_masked", "district", "address", "access_note", "needs", "dialect", "diet", "caregiver_wishes", "self_care",
            "reassess_on", "is_new", "contact_name", "contact_relation", "contact_phone", "consent_by", "speaker_name", "speaker_relation", "speaker_phone",
            "speaker_identity_number", "means",
        ]  # fmt: skip
        read_only_fields = ["number", "state"]
        extra_kwargs = {
            "identity_number": {"write_only": True},
            "phone": {"write_only": True},
            "access_note": {"write_only": True},  # how to get into a home is nothing for a program to carry away
            "birth_date": {"required": False},
            "sex": {"required": False},
        }

    @property
    def form(self):
        return ClientForm if self.instance else NewClientForm

    def get_identity_masked(self, client) -> str:
        return mask_identity(client.identity_number)

    def get_phone_masked(self, client) -> str:
        return mask_phone(client.phone)

    def create(self, validated_data):
        return actions.create_client(by=self.context["request"].user, **validated_data)

    def update(self, instance, validated_data):
        return actions.update_client(client=instance, by=self.context["request"].user, **validated_data)


class ClientApiFilter(FilterSet):
    state = ChoiceFilter(choices=Client.State.choices)
    number = CharFilter()


class ClientViewSet(
    TimelineMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet,
):
    serializer_class = ClientSerializer
    filterset_class = ClientApiFilter
    lookup_url_kwarg = "client_pk"
    lookup_value_converter = "int"
    queryset = Client.objects.none()
    timeline_page = "clients.client"
    permissions = {
        "list": "clients.view",
        "retrieve": "clients.view",
        "history": "clients.view",
        "create": "clients.edit",
        "update": "clients.edit",
        "partial_update": "clients.edit",
    }

    def get_queryset(self):
        return with_status(Client.objects.order_by("-number"))


class EnquirySerializer(FormSerializer):
    form = EnquiryForm
    phone_masked = serializers.SerializerMethodField()
    answer = serializers.CharField(write_only=True, required=False)
    is_new = serializers.BooleanField(write_only=True, required=False)

    class Meta:
        model = Enquiry
        fields = [
            "id", "number", "state", "channel", "matter", "caller", "phone", "phone_masked", "salutation", "district",
            "need", "is_repeated", "rating", "received_at", "answer_by", "answered_at", "reply_by", "follow_up_on", "outcome", "closed_reason",
            "referred_to", "client", "answer", "is_new",
        ]  # fmt: skip
        read_only_fields = ["number", "state", "received_at", "answer_by", "answered_at", "closed_reason", "client"]
        extra_kwargs = {"phone": {"write_only": True}}

    def get_phone_masked(self, enquiry) -> str:
        return mask_phone(enquiry.phone)

    def create(self, validated_data):
        return take_enquiry(by=self.context["request"].user, **validated_data)


class FollowUpSerializer(FormSerializer):
    form = FollowUpForm

    class Meta:
        model = EnquiryEntry
        fields = ["text", "reply_by", "follow_up_on"]

    reply_by = serializers.DateTimeField(required=False, write_only=True)
    follow_up_on = serializers.DateField(required=False, write_only=True)


class EnquiryApiFilter(FilterSet):
    state = ChoiceFilter(choices=Enquiry.State.choices)
    matter = ChoiceFilter(choices=Enquiry.Matter.choices)
    number = CharFilter()


class EnquiryViewSet(
    TimelineMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    viewsets.GenericViewSet,
):
    serializer_class = EnquirySerializer
    filterset_class = EnquiryApiFilter
    lookup_url_kwarg = "enquiry_pk"
    lookup_value_converter = "int"
    queryset = Enquiry.objects.none()
    timeline_page = "clients.enquiry"
    permissions = {
        "list": "clients.view",
        "retrieve": "clients.view",
        "history": "clients.view",
        "create": "clients.edit",
        "follow_up": "clients.edit",
    }

    def get_queryset(self):
        return Enquiry.objects.order_by("-number")

    @extend_schema(request=FollowUpSerializer, responses=EnquirySerializer)
    @action(detail=True, methods=["post"], url_path="follow-up")
    def follow_up(self, request, **kwargs):
        """Write down what was said; it answers what is owed."""
        enquiry = self.get_object()
        serializer = FollowUpSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        follow_up(enquiry=enquiry, by=request.user, **serializer.validated_data)
        enquiry.refresh_from_db()
        return Response(self.get_serializer(enquiry).data)


class AssessmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Assessment
        fields = [
            "id", "client", "scale", "reason", "assessed_on", "assessors", "total", "level", "self_care",
            "override_reason", "override_decision", "reassess_on",
        ]  # fmt: skip
        read_only_fields = fields


class OfClient(FilterSet):
    client = NumberFilter(field_name="client_id")


class AssessmentViewSet(viewsets.ReadOnlyModelViewSet):
    """Only of clients whose consent to health data is in force."""

    serializer_class = AssessmentSerializer
    filterset_class = OfClient
    lookup_url_kwarg = "assessment_pk"
    lookup_value_converter = "int"
    queryset = Assessment.objects.none()
    permissions = {"list": "clients.health", "retrieve": "clients.health"}

    def get_queryset(self):
        allowed = consents_in_force(Consent.Kind.HEALTH_DATA).filter(client=OuterRef("client"))
        return Assessment.objects.filter(Exists(allowed)).order_by("-assessed_on", "-id")


class HomeFindingSerializer(serializers.ModelSerializer):
    class Meta:
        model = HomeFinding
        fields = ["id", "code", "text", "by_whom", "due_on", "done_on", "done_note"]
        read_only_fields = fields


class HomeCheckSerializer(serializers.ModelSerializer):
    findings = HomeFindingSerializer(many=True, read_only=True)

    class Meta:
        model = HomeCheck
        fields = ["id", "client", "edition", "reason", "checked_on", "with_whom", "answers", "note", "findings"]
        read_only_fields = fields


class HomeCheckViewSet(viewsets.ReadOnlyModelViewSet):
    serializer_class = HomeCheckSerializer
    filterset_class = OfClient
    lookup_url_kwarg = "check_pk"
    lookup_value_converter = "int"
    queryset = HomeCheck.objects.none()
    permissions = {"list": "clients.view", "retrieve": "clients.view"}

    def get_queryset(self):
        return HomeCheck.objects.prefetch_related("findings").order_by("-checked_on", "-id")


class ClientPaperSerializer(serializers.ModelSerializer):
    class Meta:
        model = ClientPaper
        fields = ["id", "client", "kind", "title", "issued_on", "expires_on", "added_at"]
        read_only_fields = fields


class ClientPaperViewSet(viewsets.ReadOnlyModelViewSet):
    """What is on file; the copies themselves are looked at on the page, where every look is logged."""

    serializer_class = ClientPaperSerializer
    filterset_class = OfClient
    lookup_url_kwarg = "paper_pk"
    lookup_value_converter = "int"
    queryset = ClientPaper.objects.none()
    permissions = {"list": "clients.health", "retrieve": "clients.health"}

    def get_queryset(self):
        return listed_papers().order_by("-added_at", "-id")


class DataRequestSerializer(serializers.ModelSerializer):
    class Meta:
        model = DataRequest
        fields = [
            "id", "number", "client", "kind", "state", "means", "received_at", "answer_by", "outcome", "decided_at",
            "possible_on", "handed_how", "handed_on",
        ]  # fmt: skip
        read_only_fields = fields


class DataRequestViewSet(viewsets.ReadOnlyModelViewSet):
    serializer_class = DataRequestSerializer
    filterset_class = OfClient
    lookup_url_kwarg = "request_pk"
    lookup_value_converter = "int"
    queryset = DataRequest.objects.none()
    permissions = {"list": "clients.requests", "retrieve": "clients.requests"}

    def get_queryset(self):
        return DataRequest.objects.order_by("-number")
