"""Clients through the API: the same actions and rights as the pages; sensitive values masked."""

from django_filters.rest_framework import CharFilter, ChoiceFilter, FilterSet
from rest_framework import mixins, serializers, viewsets

from agencies.privacy import mask_identity, mask_phone
from clients import actions
from clients.forms import ClientForm
from clients.models import Client, SelfCare
from clients.queries import with_status


class ClientSerializer(serializers.ModelSerializer):
    identity_masked = serializers.SerializerMethodField()
    phone_masked = serializers.SerializerMethodField()
    self_care = serializers.ChoiceField(choices=SelfCare.choices, read_only=True, allow_null=True)
    reassess_on = serializers.DateField(read_only=True, allow_null=True)

    class Meta:
        model = Client
        fields = [
            "id", "number", "state", "name", "salutation", "sex", "birth_date", "identity_type", "identity_number",
            "identity_masked", "phone", "phone_masked", "district", "address", "access_note", "needs", "self_care",
            "reassess_on",
        ]  # fmt: skip
        read_only_fields = ["number", "state"]
        extra_kwargs = {
            "identity_number": {"write_only": True},
            "phone": {"write_only": True},
            "access_note": {"write_only": True},  # how to get into a home is nothing for a program to carry away
            "birth_date": {"required": False},
            "sex": {"required": False},
        }
        validators = []

    def get_identity_masked(self, client) -> str:
        return mask_identity(client.identity_number)

    def get_phone_masked(self, client) -> str:
        return mask_phone(client.phone)

    def to_internal_value(self, data):
        """Judged by the page's form, with the client as it would stand."""
        names = ClientForm.Meta.fields
        given = {name: getattr(self.instance, name) for name in names} if self.instance else {}
        typed = {name: data[name] for name in names if isinstance(data.get(name), str | int | None) and name in data}
        form = ClientForm({**given, **typed})
        if not form.is_valid():
            raise serializers.ValidationError({name: list(map(str, texts)) for name, texts in form.errors.items()})
        return {name: form.cleaned_data[name] for name in names}

    def create(self, validated_data):
        return actions.create_client(by=self.context["request"].user, **validated_data)

    def update(self, instance, validated_data):
        return actions.update_client(client=instance, by=self.context["request"].user, **validated_data)


class ClientApiFilter(FilterSet):
    state = ChoiceFilter(choices=Client.State.choices)
    number = CharFilter()


class ClientViewSet(
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
    permissions = {
        "list": "clients.view",
        "retrieve": "clients.view",
        "create": "clients.edit",
        "update": "clients.edit",
        "partial_update": "clients.edit",
    }

    def get_queryset(self):
        return with_status(Client.objects.order_by("-number"))
