"""Office pages of the periodic evaluation: who is due, the form beside the score card, one evaluation; the records behind."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.calendar import ONE_DAY
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import AgencySettings, Level
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from archive.models import Document
from caregivers.actions import evaluations as actions
from caregivers.forms.evaluations import EvaluationFilter, EvaluationForm, QualityFilter
from caregivers.forms.levels import points_of
from caregivers.models import Caregiver, Evaluation, QualityRecord
from caregivers.queries.files import with_level
from caregivers.queries.score_card import card_start, noted, score_cards, shown, with_evaluation
from caregivers.standard.score_card import thawed

Source = QualityRecord.Source
PAGES = {  # where a record can be opened
    Source.VISIT: "visit_page",
    Source.VISIT_TASK: "visit_of_task",
    Source.RETURN_VISIT: "return_visit_call",
    Source.SURVEY: "survey_of_answer",
    Source.COMPLAINT: "complaint_file",
    Source.HANDOVER: "handover_page",
}


def record_page(row: QualityRecord) -> str:
    """The page of what a record was counted from."""
    return office_url(PAGES[row.source], row.source_id)


def result_label(row) -> str:
    return Evaluation.Result(row.evaluation_result).label if row.evaluation_result else ""


class EvaluationList(OfficeList):
    """Everybody at work with their figures and latest evaluation, whoever is due first."""

    right = "caregivers.view"
    edit_right = "caregivers.assess"
    list_name = "evaluations"
    title = gettext_lazy("Evaluations")
    template_name = "caregivers/evaluation_list.html"
    filterset_class = EvaluationFilter
    columns = [
        Column(gettext_lazy("badge number"), lambda row: row.number),
        Column(gettext_lazy("name"), lambda row: row.name),
        Column(gettext_lazy("level"), lambda row: "" if row.level is None else Level(row.level).label),
        Column(gettext_lazy("evaluated on"), lambda row: row.evaluated_on),
        Column(gettext_lazy("result"), result_label),
        Column(gettext_lazy("next evaluation"), lambda row: row.evaluation_due_on),
    ]

    def rows(self):
        at_work = Caregiver.objects.filter(state__in=[Caregiver.State.ACTIVE, Caregiver.State.SUSPENDED])
        rows = with_evaluation(with_level(at_work, timezone.localdate()))
        return rows.order_by("evaluation_due_on", "number")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        today, rules = timezone.localdate(), AgencySettings.objects.get()
        ids = [row.pk for row in context["object_list"]]
        cards = score_cards(ids, card_start(today, rules), today, rules)
        for row in context["object_list"]:
            row.level_label = "" if row.level is None else Level(row.level).label
            row.result_label = result_label(row)
            row.figures = [line for line in shown(cards[row.pk]) if line.code in ("rating", "punctuality", "complaint")]
            row.evidence = f"{office_url('quality_list')}?q={row.number}&since={card_start(today, rules)}"
        return context


@may("caregivers.assess")
def evaluation_new(request, caregiver_pk):
    """The form beside what is on record of the time since the last evaluation."""
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    today, rules = timezone.localdate(), AgencySettings.objects.get()
    latest = caregiver.evaluations.first()
    since = latest.period.upper if latest else max(card_start(today, rules), caregiver.hired_on)
    initial = {"starts_on": min(since, today), "ends_on": today}
    form = EvaluationForm(request.POST or None, initial=initial)
    if evaluation := submit(form, actions.evaluate, caregiver=caregiver, by=request.user):
        messages.success(request, _("Evaluated and filed. The caregiver was told, and reads it on the phone."))
        return redirect(office_url("evaluation_page", evaluation.pk))
    return form_page(
        request,
        form=form,
        title=_("Evaluation"),
        lead=str(caregiver),
        back=office_url("caregiver_file", caregiver_pk),
        template="caregivers/evaluation_new.html",
        lines=shown(score_cards([caregiver.pk], since, today, rules)[caregiver.pk]),
        since=since,
    )


def _get(evaluation_pk):
    return get_object_or_404(Evaluation.objects.select_related("caregiver", "evaluated_by"), pk=evaluation_pk)


def what_it_says(evaluation: Evaluation) -> dict:
    """An evaluation as the office and the caregiver read it."""
    return {
        "evaluation": evaluation,
        "last_day": evaluation.period.upper - ONE_DAY,
        "points": points_of(evaluation.scores),
        "lines": shown(thawed(evaluation.figures)) if evaluation.figures else [],
        "reply": evaluation.replies.first(),
    }


@may("caregivers.view")
def evaluation_page(request, evaluation_pk):
    """One evaluation: points, result, the figures as they stood, and what the caregiver answered."""
    evaluation = _get(evaluation_pk)
    papers = Document.objects.filter(kind=Document.Kind.EVALUATION_FORM, subject_id=evaluation.pk)
    context = {
        **what_it_says(evaluation),
        "papers": papers[:3],
        "may_print": has_perm("caregivers.assess", request.membership),
    }
    return render(request, "caregivers/evaluation_page.html", context)


@may("caregivers.assess")
@require_POST
def evaluation_print(request, evaluation_pk):
    evaluation = _get(evaluation_pk)
    return press(
        request, actions.print_evaluation, back=office_url("evaluation_page", evaluation_pk),
        done=_("Being prepared; it appears here in a moment."), evaluation=evaluation, by=request.user,
    )  # fmt: skip


class QualityList(OfficeList):
    """The records that score cards and levels count, the latest first."""

    right = "caregivers.view"
    list_name = "quality_records"
    title = gettext_lazy("Records behind the score cards")
    template_name = "caregivers/quality_list.html"
    filterset_class = QualityFilter
    columns = [
        Column(gettext_lazy("on"), lambda row: row.happened_on),
        Column(gettext_lazy("badge number"), lambda row: row.caregiver.number),
        Column(gettext_lazy("name"), lambda row: row.caregiver.name),
        Column(gettext_lazy("kind"), lambda row: row.get_kind_display()),
        Column(gettext_lazy("what was noted"), noted),
        Column(gettext_lazy("source"), lambda row: row.get_source_display()),
    ]

    def rows(self):
        return QualityRecord.objects.select_related("caregiver").order_by("-happened_on", "-id")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for row in context["object_list"]:
            row.words = noted(row)
            row.page = record_page(row)
        return context
