"""Service plans (7.3.1): written as drafts, agreed with the client, followed by new versions."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.files import store_upload
from agencies.models import StoredFile, User, WorkForm
from agencies.standard import WORK_FORM_BOUNDS, check_duration
from agencies.tenancy import current_agency
from archive.actions import request_document
from archive.models import Document
from clients.models import Client
from clients.queries import current_assessment
from contracts.models import PlanLine, PlanSlot, ServicePlan
from contracts.models.plan import Weekday
from contracts.standard import Slot, items_not_allowed, overlapping


def save_plan(
    *, client: Client, by: User, slots: list[dict], lines: list[dict], plan: ServicePlan | None = None, **data: Any
) -> ServicePlan:
    """Write or rewrite the draft of a client's plan.

    slots are {weekday, starts_at, duration_minutes}, lines {service_item, weekdays, minutes, note}.
    """
    assessment = current_assessment(client)
    problems = _problems(assessment, data["work_form"], slots, lines)
    if problems:
        raise ValidationError(problems)
    if plan is None:
        latest = ServicePlan.objects.filter(client=client).aggregate(latest=Max("version"))["latest"] or 0
        plan = ServicePlan(client=client, version=latest + 1, created_by=by)
    plan.assessment = assessment
    for name, value in data.items():
        setattr(plan, name, value)
    plan.save()
    agency = current_agency()
    plan.slots.all().delete()
    plan.lines.all().delete()
    PlanSlot.objects.bulk_create([PlanSlot(agency=agency, plan=plan, **slot) for slot in slots])
    PlanLine.objects.bulk_create([PlanLine(agency=agency, plan=plan, **line) for line in lines])
    return plan


def _problems(assessment, work_form, slots, lines):
    if assessment is None:
        return [_("Assess the client's self-care first; it decides which items are offered (5).")]
    problems = []
    if not slots:
        problems.append(_("Enter at least one visit a week."))
    if not lines:
        problems.append(_("Choose at least one service item."))
    least, most = WORK_FORM_BOUNDS[work_form]
    for slot in slots:
        if check_duration(work_form, slot["duration_minutes"]):
            words = {"day": Weekday(slot["weekday"]).label, "form": WorkForm(work_form).label}
            hours = {"least": least / 60, "most": most / 60}
            text = _("%(day)s: a visit of the form %(form)s lasts %(least)g to %(most)g hours (3.3).")
            problems.append(text % {**words, **hours})
    for first, second in overlapping(Slot(s["weekday"], s["starts_at"], s["duration_minutes"]) for s in slots):
        words = {"first": Weekday(first.weekday).label, "at": f"{second.starts_at:%H:%M}"}
        problems.append(_("The visit of %(first)s runs into the next one at %(at)s.") % words)
    for item in items_not_allowed([line["service_item"] for line in lines], assessment.self_care):
        text = _("%(item)s is only for clients unable to care for themselves (5).")
        problems.append(text % {"item": item})
    return problems


def agree_plan(
    *, plan: ServicePlan, by: User, agreed_by: str, agreed_on: dt.date, agreed_means: str, paper=None
) -> None:
    """The client, or who speaks for them, agreed (7.3.1); older versions that no agreement uses stay as history."""
    problems = {}
    if not plan.slots.exists() or not plan.lines.exists():
        problems["__all__"] = _("The plan is empty: enter visits and items first.")
    if agreed_by not in speakers_for(plan.client):
        problems["agreed_by"] = _("Choose the client or somebody who speaks for the client.")
    if agreed_means == ServicePlan.Means.PAPER and not paper:
        problems["paper"] = _("Add the photo or scan of the signed plan.")
    if agreed_on > timezone.localdate():
        problems["agreed_on"] = _("This day lies in the future.")
    if problems:
        raise ValidationError(problems)
    agreed = {
        "state": ServicePlan.State.AGREED,
        "agreed_by": agreed_by,
        "agreed_on": agreed_on,
        "agreed_means": agreed_means,
        "agreed_paper": store_upload(paper, kind=StoredFile.Kind.SIGNED_PAPER, by=by),
    }
    if not ServicePlan.objects.filter(pk=plan.pk, state="draft").update(**agreed):
        raise ValidationError(_("This version was agreed before."))
    ServicePlan.objects.filter(client=plan.client_id, state="agreed").exclude(pk=plan.pk).update(state="superseded")
    plan.refresh_from_db()
    plan.save()  # for the history


def speakers_for(client: Client) -> list[str]:
    """The client and everybody on file who may speak for them."""
    return [client.name, *client.guardians.filter(is_active=True).values_list("name", flat=True)]


def print_plan(*, plan: ServicePlan, by: User) -> Document:
    """Make the paper that the family signs or keeps."""
    title = f"服务方案 {plan.client.number} 第 {plan.version} 版"
    return request_document(kind=Document.Kind.SERVICE_PLAN, subject_id=plan.pk, title=title, by=by)


def copy_plan(*, plan: ServicePlan, by: User) -> ServicePlan:
    """Start the next version from an agreed plan."""
    if draft := ServicePlan.objects.filter(client=plan.client_id, state="draft").first():
        return draft
    slots = plan.slots.values("weekday", "starts_at", "duration_minutes")
    lines = [
        {"service_item": line.service_item, "weekdays": line.weekdays, "minutes": line.minutes, "note": line.note}
        for line in plan.lines.select_related("service_item")
    ]
    texts = {name: getattr(plan, name) for name in ("work_form", "mode", "procedure", "equipment", "cautions")}
    return save_plan(client=plan.client, by=by, slots=list(slots), lines=lines, **texts)
