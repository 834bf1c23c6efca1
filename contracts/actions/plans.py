"""Service plans (7.3.1): written as drafts, agreed with the client, followed by new versions."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.files import store_upload
from agencies.models import ServiceItem, StoredFile, User, WorkForm
from agencies.standard import WORK_FORM_BOUNDS, check_duration
from agencies.tenancy import current_agency
from archive.actions import request_document
from archive.models import Document
from clients.models import Client
from clients.queries import current_assessment
from contracts.models import PlanLine, PlanSlot, PlanTemplate, ServicePlan
from contracts.models.plan import Weekday
from contracts.standard import Slot, items_not_allowed, overlapping

# What a plan says in words (7.3.1), beside its week and its items.
TEXTS = ("work_form", "mode", "procedure", "equipment", "cautions")


def save_plan(
    *, client: Client, by: User, slots: list[dict], lines: list[dict], plan: ServicePlan | None = None, **data: Any
) -> ServicePlan:
    """Write or rewrite the draft of a client's plan.

    slots are {weekday, starts_at, duration_minutes}, lines {service_item, weekdays, minutes, note}; a slot without a
    length takes the shortest of the work form.
    """
    assessment = current_assessment(client)
    usual = WORK_FORM_BOUNDS[data["work_form"]][0] if data["work_form"] else None
    slots = [{**slot, "duration_minutes": slot["duration_minutes"] or usual} for slot in slots]
    if plan is not None and plan.state != ServicePlan.State.DRAFT:
        raise ValidationError(_("Only a draft is changed; start the next version."))
    if plan is None and ServicePlan.objects.filter(client=client, state="draft").exists():
        raise ValidationError(_("There is a draft already; finish that one, or change it."))
    if problems := _problems(assessment, data["work_form"], slots, lines):
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
    problems = {}
    if assessment is None:
        problems["__all__"] = _("Assess the client's self-care first; it decides which items are offered (5).")
    if not work_form:
        problems["work_form"] = _("Choose the work form.")
    if wrong := list(_slot_problems(work_form, slots)):
        problems["slots"] = wrong
    if wrong := list(_line_problems(assessment, slots, lines)):
        problems["lines"] = wrong
    return problems


def _slot_problems(work_form, slots):
    """What is wrong with the week, once for all the days it is wrong on."""
    if not slots:
        yield _("Enter at least one visit a week.")
    if any(slot["weekday"] is None for slot in slots):
        yield _("Tick the weekdays of each time.")
    if days := _days(slot for slot in slots if slot["starts_at"] is None):
        yield _("%(days)s: say when the visit starts.") % {"days": days}
    wrong = [slot for slot in slots if work_form and check_duration(work_form, slot["duration_minutes"])]
    if wrong:
        least, most = WORK_FORM_BOUNDS[work_form]
        words = {"days": _days(wrong), "form": WorkForm(work_form).label, "least": least / 60, "most": most / 60}
        if least == most:
            yield _("%(days)s: a visit of the form %(form)s lasts %(least)g hours (3.3).") % words
        else:
            yield _("%(days)s: a visit of the form %(form)s lasts %(least)g to %(most)g hours (3.3).") % words
    whole = [slot for slot in slots if None not in slot.values()]
    for first, second in overlapping(Slot(s["weekday"], s["starts_at"], s["duration_minutes"]) for s in whole):
        words = {"first": Weekday(first.weekday).label, "at": f"{second.starts_at:%H:%M}"}
        yield _("The visit of %(first)s runs into the next one at %(at)s.") % words


def _days(slots):
    days = sorted({slot["weekday"] for slot in slots if slot["weekday"]})
    return pgettext("between names", ", ").join(str(Weekday(day).label) for day in days)


def _line_problems(assessment, slots, lines):
    if not lines:
        yield _("Choose at least one service item.")
    for item in items_not_allowed([line["service_item"] for line in lines], assessment and assessment.self_care):
        text = _("%(item)s is only for clients unable to care for themselves (5).")
        yield text % {"item": item}
    served = {slot["weekday"] for slot in slots}
    for line in lines:
        if slots and (days := _days({"weekday": day} for day in set(line["weekdays"]) - served)):
            text = _("%(item)s: there is no visit on %(days)s.")
            yield text % {"item": line["service_item"], "days": days}


def agree_plan(
    *, plan: ServicePlan, by: User, agreed_by: str, agreed_on: dt.date, agreed_means: str, paper=None
) -> None:
    """The client, or who speaks for them, agreed (7.3.1); older versions that no agreement uses stay as history."""
    problems = {}
    if not plan.slots.exists() or not plan.lines.exists():
        problems["__all__"] = _("The plan is empty: enter visits and items first.")
    elif names := pgettext("between names", ", ").join(map(str, not_offered(plan))):
        problems["__all__"] = _("Not for this client any more: %(items)s. Change the plan first.") % {"items": names}
    if missing := pgettext("between names", ", ").join(_unsaid(plan)):
        text = _("The plan does not say yet: %(what)s. Where there is nothing, write 无 (7.3.1).") % {"what": missing}
        problems["__all__"] = [problems["__all__"], text] if "__all__" in problems else text
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
    for older in ServicePlan.objects.filter(client=plan.client_id, state="agreed").exclude(pk=plan.pk):
        older.state = ServicePlan.State.SUPERSEDED
        older.save()
    plan.refresh_from_db()
    plan.save()  # for the history


def _unsaid(plan):
    """The parts of 7.3.1 that nobody has written."""
    names = [name for name in TEXTS if name != "work_form" and not getattr(plan, name).strip()]
    return [str(ServicePlan._meta.get_field(name).verbose_name) for name in names]


def speakers_for(client: Client) -> list[str]:
    """The client and everybody on file who may speak for them."""
    return [client.name, *client.guardians.filter(is_active=True).values_list("name", flat=True)]


def print_plan(*, plan: ServicePlan, by: User) -> Document:
    """Make the paper that the family signs or keeps."""
    title = f"服务方案 {plan.client.number} 第 {plan.version} 版"
    return request_document(kind=Document.Kind.SERVICE_PLAN, subject_id=plan.pk, title=title, by=by)


def save_template(*, plan: ServicePlan, by: User, name: str, replace: bool = False) -> PlanTemplate:
    """Keep what a plan says, without its client, to start others from."""
    found = PlanTemplate.objects.filter(name=name).first()
    if found and not replace:
        text = _("There is a template of this name. Choose another name, or tick that it is replaced.")
        raise ValidationError({"name": text})
    template = found or PlanTemplate(name=name)
    template.saved_by = by
    for field in TEXTS:
        setattr(template, field, getattr(plan, field))
    template.slots = [[slot.weekday, f"{slot.starts_at:%H:%M}", slot.duration_minutes] for slot in plan.slots.all()]
    lines = plan.lines.select_related("service_item")
    template.lines = [[line.service_item.code, line.weekdays, line.minutes, line.note] for line in lines]
    template.save()
    return template


def delete_template(*, template: PlanTemplate, by: User) -> None:
    """Plans that were started from it stay as they are."""
    template.delete()


def start_from_template(*, template: PlanTemplate, client: Client, by: User) -> ServicePlan:
    """Draft a client's plan from a template, without what the client is not offered."""
    slots = [
        {"weekday": weekday, "starts_at": dt.time.fromisoformat(at), "duration_minutes": minutes}
        for weekday, at, minutes in template.slots
    ]
    items = offered_of(template, client)
    lines = [
        {"service_item": items[code], "weekdays": weekdays, "minutes": minutes, "note": note}
        for code, weekdays, minutes, note in template.lines
        if code in items
    ]
    texts = {name: getattr(template, name) for name in TEXTS}
    return save_plan(client=client, by=by, slots=slots, lines=lines, **texts)


def offered_of(template: PlanTemplate, client: Client) -> dict[str, ServiceItem]:
    """The items of a template that the agency offers and the client's assessment (5) allows, by code."""
    assessment = current_assessment(client)
    codes = [line[0] for line in template.lines]
    items = list(ServiceItem.objects.filter(code__in=codes, is_active=True))
    barred = items_not_allowed(items, assessment and assessment.self_care)
    return {item.code: item for item in items if item not in barred}


def copy_plan(*, plan: ServicePlan, by: User) -> ServicePlan:
    """Start the next version from an agreed plan, without what the client is not offered any more."""
    if draft := ServicePlan.objects.filter(client=plan.client_id, state="draft").first():
        return draft
    slots = list(plan.slots.values("weekday", "starts_at", "duration_minutes"))
    served, left_out = {slot["weekday"] for slot in slots}, not_offered(plan)
    lines = [
        {
            "service_item": line.service_item,
            "weekdays": [day for day in line.weekdays if day in served],
            "minutes": line.minutes,
            "note": line.note,
        }
        for line in plan.lines.select_related("service_item")
        if line.service_item not in left_out
    ]
    texts = {name: getattr(plan, name) for name in TEXTS}
    return save_plan(client=plan.client, by=by, slots=slots, lines=lines, **texts)


def not_offered(plan: ServicePlan) -> list[ServiceItem]:
    """Items of a plan that the agency, or the client's newest assessment (5), does not allow any more."""
    assessment = current_assessment(plan.client)
    items = [line.service_item for line in plan.lines.select_related("service_item")]
    barred = items_not_allowed(items, assessment and assessment.self_care)
    return [item for item in items if item in barred or not item.is_active]
