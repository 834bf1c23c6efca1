"""Office pages of service plans."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.forms import CleanForm
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import Level, ServiceItem
from agencies.pages import form_page, press, refusals, submit
from agencies.panels import timeline_of
from agencies.permissions import may
from agencies.privacy import mask_name
from agencies.text import typed
from archive.models import Document
from archive.queries import papers_of
from caregivers.models import Caregiver
from caregivers.queries.files import with_level
from clients.models import Client
from clients.queries import current_assessment
from contracts.actions import plans as actions
from contracts.comparison import compare
from contracts.forms.plans import AgreePlanForm, PlanFilter, PlanForm
from contracts.models import Agreement, PlanTemplate, ServicePlan
from contracts.models.plan import Weekday
from contracts.queries.ability import able_for_plan, could_do_it, lines_above
from contracts.queries.agreements import OPEN
from contracts.queries.plans import plans_with_items


def _minutes(plan):
    return sum(slot.duration_minutes for slot in plan.slots.all())


class PlanList(OfficeList):
    right = "contracts.view"
    list_name = "plans"
    title = gettext_lazy("Service plans")
    template_name = "contracts/plan_list.html"
    filterset_class = PlanFilter
    tab_choices = ServicePlan.State
    columns = [
        Column(gettext_lazy("client number"), lambda plan: plan.client.number),
        Column(gettext_lazy("client"), lambda plan: mask_name(plan.client.name)),
        Column(gettext_lazy("version"), lambda plan: plan.version),
        Column(gettext_lazy("state"), lambda plan: plan.get_state_display()),
        Column(gettext_lazy("work form"), lambda plan: plan.get_work_form_display()),
        Column(gettext_lazy("visits a week"), lambda plan: len(plan.slots.all())),
        Column(gettext_lazy("hours a week"), lambda plan: _minutes(plan) / 60),
        Column(gettext_lazy("items"), lambda plan: plan.item_names),
        Column(gettext_lazy("agreed on"), lambda plan: plan.agreed_on),
        Column(gettext_lazy("agreed how"), lambda plan: plan.get_agreed_means_display()),
    ]

    def rows(self):
        return plans_with_items().select_related("client")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for plan in context["object_list"]:
            plan.minutes = _minutes(plan)
        return context


@may("contracts.edit")
def plan_new(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    if draft := ServicePlan.objects.filter(client=client, state=ServicePlan.State.DRAFT).first():
        return redirect(office_url("plan_edit", draft.pk))
    return _editor(request, client, None)


@may("contracts.edit")
def plan_edit(request, plan_pk):
    drafts = ServicePlan.objects.filter(state=ServicePlan.State.DRAFT).select_related("client")
    plan = get_object_or_404(drafts, pk=plan_pk)
    return _editor(request, plan.client, plan)


def _editor(request, client, plan):
    assessment = current_assessment(client)
    if assessment is None:
        messages.error(request, _("Assess the client's self-care first; it decides which items are offered (5)."))
        return redirect(office_url("client_file", client.pk))
    form = PlanForm(request.POST or None, instance=plan, self_care=assessment.self_care)
    if request.method == "POST":
        saved = submit(form, actions.save_plan, client=client, plan=plan, by=request.user)
        if saved:
            messages.success(request, _("Saved."))
            return redirect(office_url("plan_page", saved.pk))
    context = {"client": client, "assessment": assessment, "template": "contracts/plan_form.html"}
    if plan is None:
        context["templates"] = PlanTemplate.objects.only("name", "work_form")
    if names := pgettext("between names", ", ").join(map(str, actions.not_offered(plan) if plan else [])):
        context["warnings"] = [_("Not for this client any more, and left out: %(items)s.") % {"items": names}]
    title = _("Service plan of %(client)s") % {"client": client}
    return form_page(request, form=form, title=title, back=office_url("client_file", client.pk), **context)


@may("contracts.view")
def plan_page(request, plan_pk):
    plan = get_object_or_404(ServicePlan.objects.select_related("client", "assessment", "created_by"), pk=plan_pk)
    lines = list(plan.lines.select_related("service_item"))
    for line in lines:
        line.day_names = [Weekday(day).label for day in line.weekdays]
    context = {
        "plan": plan,
        "behind": _behind(plan),
        "above": _above(plan),
        "running": Agreement.objects.filter(client=plan.client_id, state__in=OPEN).defer("terms").last(),
        "lines": lines,
        "level": Level(max((line.service_item.level_needed for line in lines), default=0)).label,
        "versions": ServicePlan.objects.filter(client=plan.client_id).order_by("-version"),
        "slots": words_of(plan),
        "timeline": timeline_of("contracts.plan", plan),
        "papers": papers_of(Document.Kind.SERVICE_PLAN, plan.pk)[:3],
        "may_edit": has_perm("contracts.edit", request.membership),
    }
    return render(request, "contracts/plan_page.html", context)


def _behind(plan):
    """What the newest assessment says that the plan does not follow (5, 7.3.1)."""
    newest = current_assessment(plan.client)
    if plan.state == ServicePlan.State.SUPERSEDED or not (newest and newest.differs_from(plan.assessment)):
        return []
    words = {"day": newest.assessed_on.isoformat(), "status": newest.get_self_care_display(), "level": newest.level}
    text = _("Assessed anew on %(day)s: %(status)s, ability level %(level)s. The plan needs a new version (5, 7.3.1).")
    names = pgettext("between names", ", ").join(map(str, actions.not_offered(plan)))
    return [text % words, *([_("Not for this client any more: %(items)s.") % {"items": names}] if names else [])]


def _above(plan):
    """What the plan asks beyond the level of who serves the client now, and who could do it."""
    today = timezone.localdate()
    people = Caregiver.objects.filter(agreements__client=plan.client_id, agreements__state=Agreement.State.IN_FORCE)
    caregiver = with_level(people, today).first()
    lines = lines_above(plan, caregiver.level) if caregiver else []
    if not lines:
        return []
    text = _("%(item)s needs a higher level than %(caregiver)s has: %(level)s (6).")
    above = [
        text % {"item": row.service_item, "caregiver": caregiver, "level": row.service_item.get_level_needed_display()}
        for row in lines
    ]
    return [*above, could_do_it(able_for_plan(plan, today))]


def words_of(plan):
    """Each time of the week as everybody says it: from, to, hours."""
    for slot in plan.slots.all():
        end = dt.datetime.combine(dt.date.min, slot.starts_at) + dt.timedelta(minutes=slot.duration_minutes)
        yield slot, end.time(), f"{slot.duration_minutes / 60:g}"


@may("contracts.edit")
def plan_agree(request, plan_pk):
    plan = get_object_or_404(ServicePlan.objects.select_related("client"), pk=plan_pk)
    form = AgreePlanForm(request.POST or None, request.FILES or None, speakers=actions.speakers_for(plan.client))
    back = office_url("plan_page", plan.pk)

    if submit(form, actions.agree_plan, plan=plan, by=request.user):
        messages.success(request, _("The plan is agreed."))
        return redirect(back)
    items = [str(line.service_item) for line in plan.lines.select_related("service_item")]
    context = {
        "plan": plan,
        "slots": words_of(plan),
        "timeline": timeline_of("contracts.plan", plan),
        "items": pgettext("between names", ", ").join(items),
        "lead": str(plan.client),
        "button": _("The client agrees"),
        "template": "contracts/plan_agree.html",
    }
    return form_page(request, form=form, title=_("The client agrees to the plan"), back=back, **context)


@may("contracts.view")
def plan_compare(request, plan_pk, other_plan_pk):
    """Two versions of a client's plan, side by side in words, the older on the left."""
    plan = get_object_or_404(ServicePlan, pk=plan_pk)
    plans = ServicePlan.objects.filter(client=plan.client_id, pk__in=[plan_pk, other_plan_pk]).select_related(
        "assessment"
    )
    pair = list(plans.order_by("version"))
    if len(pair) != 2:
        raise Http404
    rows = compare((name, was, now) for (name, was), (_name, now) in zip(*map(_in_words, pair), strict=True))
    context = {"old": pair[0], "new": pair[1], "rows": [row for row in rows if row.differs],
               "same": [row for row in rows if not row.differs], "back": office_url("plan_page", plan_pk)}  # fmt: skip
    return render(request, "contracts/compare.html", context)


def _in_words(plan):
    """(subject, what the plan says about it), the same subjects for every plan."""
    lines = [
        " ".join(filter(None, [str(line.service_item), _days(line.weekdays), line.note]))
        for line in plan.lines.select_related("service_item")
    ]
    week = [
        f"{slot.get_weekday_display()} {slot.starts_at:%H:%M}–{end:%H:%M} {hours} h"
        for slot, end, hours in words_of(plan)
    ]
    agreed = [plan.agreed_by, plan.agreed_on and plan.agreed_on.isoformat(), plan.get_agreed_means_display()]
    yield _("Assessment"), f"{plan.assessment.assessed_on} {plan.assessment.get_self_care_display()}"
    yield _("Work form"), plan.get_work_form_display()
    yield _("Week"), "\n".join(week)
    yield _("Items"), "\n".join(lines)
    yield _("Way of service"), plan.mode
    yield _("Course of a visit"), plan.procedure
    yield _("Equipment and tools"), plan.equipment
    yield _("Cautions"), plan.cautions
    yield _("Agreed"), " · ".join(filter(None, agreed)) or plan.get_state_display()


def _days(weekdays):
    return pgettext("between names", ", ").join(str(Weekday(day).label) for day in sorted(weekdays))


class TemplateForm(CleanForm, forms.Form):
    name = forms.CharField(label=gettext_lazy("name of the template"), max_length=60)
    replace = forms.BooleanField(label=gettext_lazy("a template of this name is replaced"), required=False)


@may("contracts.edit")
def plan_save_template(request, plan_pk):
    plan = get_object_or_404(ServicePlan.objects.select_related("client"), pk=plan_pk)
    form, back = TemplateForm(request.POST or None), office_url("plan_page", plan.pk)
    if template := submit(form, actions.save_template, plan=plan, by=request.user):
        messages.success(request, _("Saved as the template “%(name)s”.") % {"name": template})
        return redirect(back)
    warnings = [_("The template keeps times, items and notes. Take out what only this client is concerned with.")]
    title = _("Save as a template")
    return form_page(request, form=form, title=title, lead=str(plan), back=back, warnings=warnings)


@may("contracts.view")
def plan_templates(request):
    context = {
        "templates": PlanTemplate.objects.select_related("saved_by"),
        "may_edit": has_perm("contracts.edit", request.membership),
    }
    return render(request, "contracts/plan_templates.html", context)


@may("contracts.edit")
@require_POST
def plan_template_delete(request, template_pk):
    template = get_object_or_404(PlanTemplate, pk=template_pk)
    done, back = _("The template is deleted."), office_url("plan_templates")
    return press(request, actions.delete_template, back=back, done=done, template=template, by=request.user)


@may("contracts.edit")
@require_POST
def plan_start(request, client_pk):
    """Draft a plan from the template that was chosen, and go on in the editor."""
    client = get_object_or_404(Client, pk=client_pk)
    chosen = typed(request.POST, "template")
    template = get_object_or_404(PlanTemplate, pk=chosen if chosen.isdecimal() else 0)
    if problems := refusals(actions.start_from_template, template=template, client=client, by=request.user):
        for problem in problems:
            messages.error(request, problem)
        return redirect(office_url("client_file", client.pk))
    offered = actions.offered_of(template, client)
    codes = [line[0] for line in template.lines if line[0] not in offered]
    if codes:
        names = ServiceItem.objects.filter(code__in=codes)
        left_out = pgettext("between names", ", ").join(map(str, names))
        messages.warning(request, _("Not for this client, and left out: %(items)s.") % {"items": left_out})
    return redirect(office_url("plan_new", client.pk))


@may("contracts.view")
@require_POST
def plan_print(request, plan_pk):
    """Ask for the paper; it stands on the plan's page once it is made."""
    plan = get_object_or_404(ServicePlan.objects.select_related("client"), pk=plan_pk)
    done = _("The paper is being made.")
    return press(
        request, actions.print_plan, back=office_url("plan_page", plan.pk), done=done, plan=plan, by=request.user
    )


@may("contracts.edit")
@require_POST
def plan_copy(request, plan_pk):
    plan = get_object_or_404(ServicePlan.objects.select_related("client"), pk=plan_pk)
    left_out = pgettext("between names", ", ").join(map(str, actions.not_offered(plan)))
    if problems := refusals(actions.copy_plan, plan=plan, by=request.user):
        for problem in problems:
            messages.error(request, problem)
        return redirect(office_url("plan_page", plan.pk))
    if left_out:
        messages.warning(request, _("Not for this client any more, and left out: %(items)s.") % {"items": left_out})
    return redirect(office_url("plan_new", plan.client_id))
