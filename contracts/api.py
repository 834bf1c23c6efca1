"""Plans, agreements and visits through the API: the same actions and rights as the pages."""

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django_filters.rest_framework import CharFilter, ChoiceFilter, DateFilter, FilterSet, NumberFilter
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from agencies.calendar import ONE_DAY
from agencies.models import ServiceItem
from agencies.serializers import CleanSerializer, TimelineMixin
from caregivers.models import Caregiver
from contracts.actions.plans import save_plan
from contracts.actions.rota import place_visit
from contracts.actions.visits import assign_visit, cancel_visit, unassign_visit
from contracts.models import Agreement, PlanLine, PlanSlot, RotaChange, ServicePlan, SpecialEvent, SpecialTelling, Visit
from contracts.queries.agreements import listed_agreements
from contracts.queries.plans import listed_plans
from contracts.queries.rota_changes import seen_as
from contracts.queries.visits import midnight


class PlanSlotSerializer(serializers.ModelSerializer):
    class Meta:
        model = PlanSlot
        fields = ["weekday", "starts_at", "duration_minutes"]
        extra_kwargs = {"duration_minutes": {"required": False, "allow_null": True, "default": None}}


class PlanLineSerializer(CleanSerializer):
    code = serializers.CharField(max_length=10, source="service_item.code")

    class Meta:
        model = PlanLine
        fields = ["code", "weekdays", "minutes", "note"]
        extra_kwargs = {"weekdays": {"default": list}, "minutes": {"default": None}, "note": {"default": ""}}


class PlanSerializer(CleanSerializer):
    slots = PlanSlotSerializer(many=True)
    lines = PlanLineSerializer(many=True)

    class Meta:
        model = ServicePlan
        fields = [
            "id", "client", "version", "state", "work_form", "mode", "procedure", "equipment", "cautions", "slots", "lines",
            "agreed_on", "agreed_by", "agreed_means", "created_at",
        ]  # fmt: skip
        read_only_fields = ["version", "state", "agreed_on", "agreed_by", "agreed_means", "created_at"]

    def validate_client(self, client):
        if self.instance and client != self.instance.client:
            raise serializers.ValidationError(_("A plan stays with its client."))
        return client

    def validate_lines(self, lines):
        """Codes of the catalogue become its items, each once."""
        codes = [line["service_item"]["code"] for line in lines]
        items = {item.code: item for item in ServiceItem.objects.filter(code__in=codes, is_active=True)}
        problems = [_("%(code)s is not in the catalogue.") % {"code": code} for code in codes if code not in items]
        twice = {code for code in codes if codes.count(code) > 1}
        problems += [_("%(code)s is named twice.") % {"code": code} for code in sorted(twice)]
        if problems:
            raise serializers.ValidationError(problems)
        return [{**line, "service_item": items[line["service_item"]["code"]]} for line in lines]

    def create(self, validated_data):
        return save_plan(by=self.context["request"].user, **validated_data)

    def update(self, instance, validated_data):
        return save_plan(by=self.context["request"].user, plan=instance, **validated_data)


class PlanApiFilter(FilterSet):
    client = NumberFilter(field_name="client_id")
    state = ChoiceFilter(choices=ServicePlan.State.choices)


class PlanViewSet(
    TimelineMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet,
):
    """Drafts are written whole; the client agrees on the page, where the paper is added."""

    http_method_names = ("get", "post", "put", "head", "options")
    serializer_class = PlanSerializer
    filterset_class = PlanApiFilter
    lookup_url_kwarg = "plan_pk"
    lookup_value_converter = "int"
    queryset = ServicePlan.objects.none()
    timeline_page = "contracts.plan"
    permissions = {
        "list": "contracts.view",
        "retrieve": "contracts.view",
        "history": "contracts.view",
        "create": "contracts.edit",
        "update": "contracts.edit",
    }

    def get_queryset(self):
        return listed_plans()


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
    seen = serializers.SerializerMethodField(help_text="send it with a move: a visit that changed meanwhile is told")

    class Meta:
        model = Visit
        fields = [
            "id", "agreement", "client", "caregiver", "state", "starts_at", "ends_at", "checked_in_at", "checked_out_at",
            "exception_reason", "credentials_shown", "cancel_reason", "seen",
        ]  # fmt: skip
        read_only_fields = fields

    def get_seen(self, visit) -> str:
        return seen_as(visit)


class VisitFilter(FilterSet):
    client = NumberFilter(field_name="client_id")
    caregiver = NumberFilter(field_name="caregiver_id")
    agreement = NumberFilter(field_name="agreement_id")
    state = ChoiceFilter(choices=Visit.State.choices)
    day_from = DateFilter(method="begins_from")
    day_to = DateFilter(method="begins_until")

    def begins_from(self, queryset, name, value):
        return queryset.filter(period__startswith__gte=midnight(value))

    def begins_until(self, queryset, name, value):
        return queryset.filter(period__startswith__lt=midnight(value + ONE_DAY))


class AssignSerializer(serializers.Serializer):
    caregiver = serializers.IntegerField()

    def validate_caregiver(self, pk):
        caregiver = Caregiver.objects.filter(pk=pk).first() if pk is not None else None
        if pk is not None and caregiver is None:
            raise serializers.ValidationError(_("There is no such caregiver."))
        return caregiver


class MoveSerializer(AssignSerializer):
    """Where a visit is to go; without a caregiver it stays with whom it is, null: with the unassigned."""

    caregiver = serializers.IntegerField(required=False, allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    scope = serializers.ChoiceField(choices=RotaChange.Scope.choices, default=RotaChange.Scope.ONE)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    seen = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class CancelSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class VisitViewSet(TimelineMixin, viewsets.ReadOnlyModelViewSet):
    """Visits are planned from the agreement; each verb answers 400 with every reason against it."""

    serializer_class = VisitSerializer
    filterset_class = VisitFilter
    lookup_url_kwarg = "visit_pk"
    lookup_value_converter = "int"
    queryset = Visit.objects.none()
    timeline_page = "contracts.visit"
    permissions = {
        "list": "contracts.view_visits",
        "retrieve": "contracts.view_visits",
        "history": "contracts.view_visits",
        "assign": "contracts.edit",
        "unassign": "contracts.edit",
        "move": "contracts.edit",
        "cancel": "contracts.edit",
    }

    def get_queryset(self):
        return Visit.objects.order_by(Lower("period").desc(), "-pk")

    @extend_schema(request=AssignSerializer, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request, **kwargs):
        """Send a caregiver to a planned visit."""
        return self._done(assign_visit, AssignSerializer)

    @extend_schema(request=None, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def unassign(self, request, **kwargs):
        """Take a visit back from its caregiver; it stands with the unassigned."""
        return self._done(unassign_visit, serializers.Serializer)

    @extend_schema(request=MoveSerializer, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request, **kwargs):
        """Give a visit another time or caregiver, alone or with its fellows of the weekly pattern, as on the rota."""
        return self._done(_place, MoveSerializer)

    @extend_schema(request=CancelSerializer, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request, **kwargs):
        """Cancel a planned visit with its reason; the caregiver is told."""
        return self._done(cancel_visit, CancelSerializer)

    def _done(self, verb, serializer_class):
        """Do a verb with what was sent, and answer with the visit as it stands now."""
        visit = self.get_object()
        body = serializer_class(data=self.request.data)
        body.is_valid(raise_exception=True)
        verb(visit=visit, by=self.request.user, **body.validated_data)
        return Response(VisitSerializer(self.get_object()).data)


def _place(*, visit, **asked):
    return place_visit(visit=visit, **{"caregiver": visit.caregiver, **asked})


class TellingSerializer(serializers.ModelSerializer):
    class Meta:
        model = SpecialTelling
        fields = ["party", "name", "means", "told_at"]
        read_only_fields = fields


class SpecialEventSerializer(serializers.ModelSerializer):
    tellings = TellingSerializer(many=True, read_only=True)

    class Meta:
        model = SpecialEvent
        fields = [
            "id", "number", "state", "kind", "agreement", "client", "caregiver", "text", "from_day", "until_day",
            "reported_at", "tell_by", "settle_by", "amendment", "outcome", "outcome_note", "settled_at", "tellings",
        ]  # fmt: skip
        read_only_fields = fields


class SpecialEventFilter(FilterSet):
    client = NumberFilter(field_name="client_id")
    caregiver = NumberFilter(field_name="caregiver_id")
    agreement = NumberFilter(field_name="agreement_id")
    state = ChoiceFilter(choices=SpecialEvent.State.choices)
    number = CharFilter()


class SpecialEventViewSet(viewsets.ReadOnlyModelViewSet):
    """Special circumstances with who was told; they are reported and settled on the pages."""

    serializer_class = SpecialEventSerializer
    filterset_class = SpecialEventFilter
    lookup_url_kwarg = "event_pk"
    lookup_value_converter = "int"
    queryset = SpecialEvent.objects.none()
    permissions = {"list": "contracts.view", "retrieve": "contracts.view"}

    def get_queryset(self):
        return SpecialEvent.objects.prefetch_related("tellings").order_by("-number")
