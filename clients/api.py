"""Clients through the API: the same actions and rights as the pages; sensitive values masked."""

from django_filters.rest_framework import CharFilter, ChoiceFilter, FilterSet
from rest_framework import mixins, serializers, viewsets

from agencies.privacy import mask_identity, mask_phone
from agencies.serializers import FormSerializer, TimelineMixin
from clients.actions import files as actions
from clients.forms.files import ClientForm, NewClientForm
from clients.models import Client, SelfCare
from clients.queries import with_status


class ClientSerializer(FormSerializer):
    is_new = serializers.BooleanField(write_only=True, required=False)
    consent_by = serializers.ChoiceField(choices=["self", "agent", "legal_guardian"], write_only=True, required=False)
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
            "identity_masked", "phone", "phone_masked", "district", "address", "access_note", "needs", "self_care",
            "reassess_on", "is_new", "consent_by", "speaker_name", "speaker_relation", "speaker_phone",
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
