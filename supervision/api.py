"""Complaints and incidents through the API: the same actions and rights as the pages."""

from django.utils.translation import gettext as _
from django_filters.rest_framework import CharFilter, ChoiceFilter, FilterSet, NumberFilter
from rest_framework import mixins, serializers, viewsets

from agencies.identity import normalise_phone, phone_problems
from agencies.privacy import mask_phone
from agencies.serializers import CleanSerializer
from clients.models import Client
from supervision.actions.complaints import receive_complaint
from supervision.models import Complaint, Incident, IncidentEntry


class ComplaintSerializer(CleanSerializer):
    phone_masked = serializers.SerializerMethodField()
    client_number = serializers.CharField(max_length=20, required=False, source="client.number")
    wants_anonymity = serializers.BooleanField(write_only=True, required=False)

    class Meta:
        model = Complaint
        fields = [
            "id", "number", "state", "channel", "severity", "complainant_name", "complainant_phone", "phone_masked",
            "client_number", "happened_on", "text", "wish", "received_at", "limit_on", "reply", "replied_at", "closed_at",
            "outcome_satisfaction", "wants_anonymity",
        ]  # fmt: skip
        read_only_fields = [
            "number", "state", "received_at", "limit_on", "reply", "replied_at", "closed_at", "outcome_satisfaction",
        ]  # fmt: skip
        extra_kwargs = {"complainant_phone": {"write_only": True}}

    def get_phone_masked(self, complaint) -> str:
        return mask_phone(complaint.complainant_phone)

    def validate_complainant_phone(self, phone):
        phone = normalise_phone(phone)
        if phone and (problems := phone_problems(phone)):
            raise serializers.ValidationError(problems)
        return phone

    def validate_client_number(self, number):
        if not Client.objects.filter(number=number).exists():
            raise serializers.ValidationError(_("There is no client with this number."))
        return number

    def create(self, validated_data):
        if client := validated_data.pop("client", None):
            validated_data["client"] = Client.objects.get(number=client["number"])
        return receive_complaint(by=self.context["request"].user, **validated_data)


class ComplaintApiFilter(FilterSet):
    state = ChoiceFilter(choices=Complaint.State.choices)
    number = CharFilter()


class ComplaintViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet
):
    serializer_class = ComplaintSerializer
    filterset_class = ComplaintApiFilter
    lookup_url_kwarg = "complaint_pk"
    lookup_value_converter = "int"
    queryset = Complaint.objects.none()
    permissions = {"list": "supervision.view", "retrieve": "supervision.view", "create": "supervision.edit"}

    def get_queryset(self):
        return Complaint.objects.select_related("client").order_by("-number")


class IncidentEntrySerializer(serializers.ModelSerializer):
    class Meta:
        model = IncidentEntry
        fields = ["at", "told", "name", "text"]
        read_only_fields = fields


class IncidentSerializer(serializers.ModelSerializer):
    entries = IncidentEntrySerializer(many=True, read_only=True)

    class Meta:
        model = Incident
        fields = [
            "id", "number", "state", "kind", "client", "caregiver", "visit", "happened_at", "reported_at", "text", "take_up_by",
            "cause", "prevention", "closed_at", "entries",
        ]  # fmt: skip
        read_only_fields = fields


class IncidentApiFilter(FilterSet):
    state = ChoiceFilter(choices=Incident.State.choices)
    kind = ChoiceFilter(choices=Incident.Kind.choices)
    client = NumberFilter(field_name="client_id")
    number = CharFilter()


class IncidentViewSet(viewsets.ReadOnlyModelViewSet):
    """Incidents with their log; they are reported and closed on the pages, where the card of the scenario stands."""

    serializer_class = IncidentSerializer
    filterset_class = IncidentApiFilter
    lookup_url_kwarg = "incident_pk"
    lookup_value_converter = "int"
    queryset = Incident.objects.none()
    permissions = {"list": "supervision.view", "retrieve": "supervision.view"}

    def get_queryset(self):
        return Incident.objects.prefetch_related("entries").order_by("-number")
