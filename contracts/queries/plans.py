"""Reads of service plans."""

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from contracts.models import PlanLine, ServicePlan


def listed_plans() -> QuerySet[ServicePlan]:
    """Plans with their week and items, the newest first; two queries more however many there are."""
    lines = Prefetch("lines", PlanLine.objects.select_related("service_item"))
    return ServicePlan.objects.prefetch_related("slots", lines).order_by("-pk")


def plans_with_items() -> QuerySet[ServicePlan]:
    """Plans with their week and the names of their items in one text, for a list; one query more."""
    lines = PlanLine.objects.filter(agency=OuterRef("agency"), plan=OuterRef("pk")).order_by().values("plan")
    names = lines.annotate(names=StringAgg("service_item__name", "、", order_by="service_item__code"))
    return (
        ServicePlan.objects.annotate(item_names=Subquery(names.values("names")))
        .prefetch_related("slots")
        .order_by("-pk")
    )
