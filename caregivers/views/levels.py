"""Office pages of levels: the promotions board, one caregiver's way up, applications, appeals."""

from functools import cache

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.findings import text_of
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import AgencySettings, Level
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from caregivers.actions import levels as actions
from caregivers.forms.levels import (
    ApplicationForm,
    ApprovalForm,
    DecisionForm,
    DemotionForm,
    PromotionFilter,
    RejectionForm,
    points_of,
)
from caregivers.models import Caregiver, Credential, LevelAppeal, LevelApplication, LevelStanding
from caregivers.queries.conditions import conditions_of, exam_words, grade_label
from caregivers.queries.levels import level_facts, levels_held, promotions, ratings_since
from caregivers.queries.score_card import card_start, score_cards, shown
from caregivers.queries.skills import skills_known, skills_mastered
from caregivers.standard.levels import LABELS, LEAST_POINTS, TOP, best_way, is_direct_time, step_on, time_served_on
from caregivers.standard.skills import skills_up_to
from caregivers.views.evaluations import record_page

LOST = {
    "credentials": gettext_lazy("certificate"),
    "exam_results": gettext_lazy("exam"),
    "rating_records": gettext_lazy("ratings"),
}


def missing_labels(codes) -> str:
    """Codes of the rules in words, once each."""
    return pgettext("between names", ", ").join(dict.fromkeys(_(LABELS[code]) for code in codes))


class PromotionList(OfficeList):
    """Who may rise now, who when, and what everybody else lacks."""

    right = "caregivers.view"
    list_name = "promotions"
    title = gettext_lazy("Promotions")
    template_name = "caregivers/promotion_list.html"
    filterset_class = PromotionFilter
    tab_field = "stage"
    tab_choices = LevelStanding.Stage
    columns = [
        Column(gettext_lazy("badge number"), lambda row: row.caregiver.number),
        Column(gettext_lazy("name"), lambda row: row.caregiver.name),
        Column(gettext_lazy("level"), lambda row: Level(row.level).label),
        Column(gettext_lazy("next level"), lambda row: row.get_next_level_display() or ""),
        Column(gettext_lazy("stage"), lambda row: row.get_stage_display()),
        Column(gettext_lazy("time is served on"), lambda row: row.eligible_on),
        Column(gettext_lazy("ratings"), lambda row: row.figures.get("ratings", "")),
        Column(gettext_lazy("mean"), lambda row: row.figures.get("mean", "")),
        Column(gettext_lazy("exams"), lambda row: exam_words(row.figures.get("exams", []))),
        Column(gettext_lazy("elderly-care certificate"), lambda row: grade_label(row.figures.get("grade"))),
        Column(gettext_lazy("what is missing"), lambda row: missing_labels(row.missing)),
    ]

    def rows(self):
        return promotions()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        asked = {level: {skill.code for skill in skills_up_to(level, context["today"])} for level in Level}
        mastered = skills_mastered(row.caregiver_id for row in context["object_list"])
        # Many rows lack the same: each is put into words once a page.
        exams, lacking = cache(lambda *passed: exam_words(passed)), cache(lambda *codes: missing_labels(codes))
        for row in context["object_list"]:
            ratings = row.figures.get("ratings", 0)
            row.rating_text = f"{row.figures['mean']} ({ratings})" if ratings else "0"
            row.exam_text = exams(*row.figures.get("exams", []))
            row.grade_text = grade_label(row.figures.get("grade"))
            codes = asked[row.next_level or row.level]
            known = len(codes & mastered.get(row.caregiver_id, set()))
            row.skills_text, row.lacks_skills = f"{known} / {len(codes)}", known < len(codes)
            row.missing_text = lacking(*row.missing)
            row.lost_text = pgettext("between names", ", ").join(str(LOST[code]) for code in row.lost)
        return context


@may("caregivers.view")
def caregiver_level(request, caregiver_pk):
    """One caregiver's way up: what is there, what is missing, and the rows each figure was read from."""
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    today = timezone.localdate()
    held = levels_held([caregiver.pk], today)
    facts = level_facts([caregiver], today).get(caregiver.pk)
    since = held.since.get(caregiver.pk)
    context = {
        "caregiver": caregiver,
        "level": Level(held.level[caregiver.pk]) if since else None,
        "since": since,
        "grants": caregiver.level_grants.select_related("granted_by", "certificate", "application"),
        "applications": caregiver.level_applications.select_related("applied_by"),
        "appeals": caregiver.level_appeals.select_related("grant", "application", "decided_by"),
        "standing": caregiver.standings.first(),
        "ratings": _ratings(caregiver, since) if since else [],
        "exams": caregiver.exam_results.filter(course__level__isnull=False).select_related("course"),
        "papers": caregiver.credentials.filter(kind=Credential.Kind.ELDERLY_CARE),
        "evaluations": caregiver.evaluations.select_related("evaluated_by")[:5],
        "may_edit": has_perm("caregivers.edit", request.membership),
        "may_grant": has_perm("caregivers.grant", request.membership),
        "may_approve": has_perm("caregivers.approve", request.membership),
        "skills": skills_known(caregiver, min((held.level.get(caregiver.pk) or 0) + 1, TOP), today),
        **(_way(facts) if facts else {}),
    }
    return render(request, "caregivers/level_page.html", context)


def _ratings(caregiver, since):
    rows = list(ratings_since(caregiver, since)[:50])
    for row in rows:
        row.page = record_page(row)
    return rows


def _way(facts):
    way, findings = best_way(facts)
    return {
        "way": way,
        "next_level": Level(way.to_level),
        "missing": [text_of(finding) for finding in findings],
        "conditions": conditions_of(way, {finding.code for finding in findings}),
        "served": way.in_service if is_direct_time(way) else way.at_level,
        "time_served_on": time_served_on(way),
        "step": step_on(way.to_level, way.day),
        "gap_days": AgencySettings.objects.get().service_gap_days,
        "can_apply": not findings,
    }


def _back(caregiver_pk):
    return office_url("caregiver_level", caregiver_pk)


@may("caregivers.edit")
def level_apply(request, caregiver_pk, level):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    if level not in Level.values:
        raise Http404
    form = ApplicationForm(request.POST or None)
    if application := submit(form, actions.apply_for_level, caregiver=caregiver, by=request.user, level=level):
        messages.success(request, _("Application %(number)s waits for two approvals.") % {"number": application.number})
        return redirect(office_url("level_application", application.pk))
    today, rules = timezone.localdate(), AgencySettings.objects.get()
    since = levels_held([caregiver.pk], today).since.get(caregiver.pk, card_start(today, rules))
    return form_page(
        request,
        form=form,
        title=_("Evaluation form"),
        button=_("Submit for approval by two"),
        least=LEAST_POINTS,
        lead=f"{caregiver} · {Level(level).label}",
        back=_back(caregiver_pk),
        template="caregivers/evaluation_new.html",
        lines=shown(score_cards([caregiver.pk], since, today, rules)[caregiver.pk]),
        since=since,
    )


class ApplicationList(OfficeList):
    right = "caregivers.view"
    list_name = "level_applications"
    title = gettext_lazy("Level applications")
    template_name = "caregivers/application_list.html"
    tab_choices = LevelApplication.State
    columns = [
        Column(gettext_lazy("number"), lambda row: row.number),
        Column(gettext_lazy("caregiver"), lambda row: str(row.caregiver)),
        Column(gettext_lazy("level"), lambda row: row.get_level_display()),
        Column(gettext_lazy("state"), lambda row: row.get_state_display()),
        Column(gettext_lazy("applied on"), lambda row: row.applied_on),
    ]

    def rows(self):
        return LevelApplication.objects.select_related("caregiver", "applied_by").order_by("-number")


def _application(application_pk):
    return get_object_or_404(LevelApplication.objects.select_related("caregiver", "applied_by"), pk=application_pk)


@may("caregivers.view")
def level_application(request, application_pk):
    application = _application(application_pk)
    approvals = list(application.approvals.select_related("approved_by"))
    is_open = application.state == LevelApplication.State.SUBMITTED
    mine = request.user.pk in {application.applied_by_id, *(one.approved_by_id for one in approvals)}
    context = {
        "application": application,
        "approvals": approvals,
        "exam_text": exam_words(application.evidence.get("exams", [])),
        "grade_text": grade_label(application.evidence.get("grade")),
        "points": points_of(application.scores),
        "grant": application.grants.select_related("certificate").first(),
        "form_document": application.form,
        "may_decide": is_open
        and request.user.pk not in {one.approved_by_id for one in approvals}
        and has_perm("caregivers.approve", request.membership),
        "may_approve": is_open and not mine and has_perm("caregivers.approve", request.membership),
        "may_withdraw": is_open and has_perm("caregivers.edit", request.membership),
    }
    return render(request, "caregivers/application_page.html", context)


def _here(application):
    return office_url("level_application", application.pk)


@may("caregivers.approve")
def application_approve(request, application_pk):
    application = _application(application_pk)
    form = ApprovalForm(request.POST or None)
    if form.is_valid():
        return press(
            request, actions.approve_application, back=_here(application), done=_("Approved."), application=application,
            by=request.user, **form.cleaned_data,
        )  # fmt: skip
    title = _("Approve application %(number)s") % {"number": application.number}
    return form_page(request, form=form, title=title, lead=str(application.caregiver), back=_here(application))


@may("caregivers.approve")
def application_reject(request, application_pk):
    application = _application(application_pk)
    form = RejectionForm(request.POST or None)
    if form.is_valid():
        return press(
            request, actions.reject_application, back=_here(application), done=_("Rejected."), application=application,
            by=request.user, **form.cleaned_data,
        )  # fmt: skip
    title = _("Reject application %(number)s") % {"number": application.number}
    return form_page(request, form=form, title=title, lead=str(application.caregiver), back=_here(application))


@may("caregivers.edit")
@require_POST
def application_withdraw(request, application_pk):
    application = _application(application_pk)
    return press(
        request, actions.withdraw_application, back=_here(application), done=_("Withdrawn."), application=application,
        by=request.user,
    )  # fmt: skip


@may("caregivers.grant")
def level_demote(request, caregiver_pk):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    form = DemotionForm(request.POST or None)
    if submit(form, actions.demote, caregiver=caregiver, by=request.user):
        messages.success(request, _("The level was lowered; the caregiver was told and may object."))
        return redirect(_back(caregiver_pk))
    return form_page(request, form=form, title=_("Lower the level"), lead=str(caregiver), back=_back(caregiver_pk))


@may("caregivers.approve")
def appeal_decide(request, appeal_pk):
    rows = LevelAppeal.objects.select_related("caregiver", "grant__granted_by", "application__decided_by")
    appeal = get_object_or_404(rows, pk=appeal_pk)
    form = DecisionForm(request.POST or None)
    back = _back(appeal.caregiver_id)
    if form.is_valid():
        return press(
            request, actions.decide_appeal, back=back, done=_("Decided."), appeal=appeal, by=request.user,
            **form.cleaned_data,
        )  # fmt: skip
    decider = actions.decider_of(appeal.grant, appeal.application)
    return form_page(
        request, form=form, title=_("Decide the objection"), lead=str(appeal.caregiver), back=back,
        template="caregivers/appeal_decide.html", appeal=appeal, decider=decider, is_own=decider == request.user,
    )  # fmt: skip
