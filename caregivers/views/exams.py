"""Office pages of exams and of the training plan of a year."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.forms import FIRST_YEAR, LAST_YEAR
from agencies.links import office_url
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from archive.models import Document
from caregivers.actions import exams, training_plan
from caregivers.forms.training import ExamForm, PlanLineForm, ReasonForm, ResultForm
from caregivers.models import Caregiver, ExamResult, TrainingPlanLine, TrainingSession
from caregivers.queries.training import plan_of


@may("caregivers.train")
def session_exam(request, session_pk):
    """The scores of those who came, one part of the exam at a time."""
    session = get_object_or_404(TrainingSession.objects.select_related("course"), pk=session_pk)
    came = Caregiver.objects.filter(attendances__session=session, attendances__attended_at__isnull=False)
    form = ExamForm(request.POST or None, people=list(came.order_by("number")))
    back = office_url("session_page", session.pk)
    if results := submit(form, exams.record_results, session=session, by=request.user):
        passed = sum(result.is_passed for result in results)
        words = {"count": len(results), "passed": passed}
        messages.success(request, _("%(count)s results recorded, %(passed)s passed.") % words)
        return redirect(back)
    lead = _("%(session)s · pass mark %(mark)s") % {"session": session, "mark": session.course.pass_mark}
    template = "caregivers/exam_form.html"
    return form_page(request, form=form, title=_("Exam results"), lead=lead, back=back, template=template)


@may("caregivers.train")
def result_new(request, caregiver_pk):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    form = ResultForm(request.POST or None, initial={"course": request.GET.get("course")})
    page = "onboarding_page" if request.GET.get("from") == "onboarding" else "caregiver_training"
    back = office_url(page, caregiver.pk)
    if submit(form, exams.record_result, caregiver=caregiver, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=_("Exam result"), lead=str(caregiver), back=back)


@may("caregivers.grant")
def result_annul(request, result_pk):
    result = get_object_or_404(ExamResult.objects.select_related("caregiver", "course"), pk=result_pk)
    form = ReasonForm(request.POST or None)
    back = office_url("caregiver_training", result.caregiver_id)
    if form.is_valid():
        done = _("Annulled. A level that rests on it shows that its evidence is lost.")
        return press(
            request, exams.annul_result, back=back, done=done, result=result, by=request.user, **form.cleaned_data
        )
    lead = f"{result.caregiver} · {result.course} · {result.get_part_display()} · {result.taken_on}"
    return form_page(request, form=form, title=_("Annul a result"), lead=lead, back=back)


@may("caregivers.view")
def caregiver_training(request, caregiver_pk):
    """Everything somebody was trained and examined in."""
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    attendances = caregiver.attendances.select_related("session__course", "session__trainer")
    context = {
        "caregiver": caregiver,
        "attendances": attendances.order_by("-session__starts_at")[:200],
        "results": caregiver.exam_results.select_related("course")[:200],
        "may_edit": has_perm("caregivers.train", request.membership),
        "may_annul": has_perm("caregivers.grant", request.membership),
    }
    return render(request, "caregivers/caregiver_training.html", context)


def _known(year):
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return year


def _plan_url(year):
    return office_url("training_plan", _known(year))


@may("caregivers.view")
def plan_page(request, year=None):
    """The plan of a year beside what was held."""
    today = timezone.localdate()
    year = today.year if year is None else year
    lines = plan_of(_known(year))
    for line in lines:
        line.month_name = MONTHS[line.month]
        line.is_late = not line.sessions and (line.year, line.month) < (today.year, today.month)
        line.people_url = _who(line.course)
    context = {
        "year": year,
        "years": sorted({today.year - 1, today.year, today.year + 1, year}),
        "lines": lines,
        "seats": sum(line.seats for line in lines),
        "papers": Document.objects.filter(kind=Document.Kind.TRAINING_PLAN, subject_id=year)[:3],
        "may_propose": year in (today.year, today.year + 1),
        "may_edit": has_perm("caregivers.train", request.membership),
    }
    return render(request, "caregivers/plan_page.html", context)


def _who(course):
    """Where those stand who need a course."""
    if course.kind == course.Kind.BEFORE_POSTING:
        return office_url("onboarding_list")
    return f"{office_url('promotion_list')}?next_level={course.level}" if course.level else ""


@may("caregivers.train")
@require_POST
def plan_propose(request, year):
    done = _("Added what the promotions board and the courses ask for.")
    return press(request, training_plan.propose_plan, back=_plan_url(year), done=done, year=year, by=request.user)


@may("caregivers.train")
def plan_line(request, year, line_pk=None):
    back = _plan_url(year)
    line = get_object_or_404(TrainingPlanLine, year=year, pk=line_pk) if line_pk else None
    form = PlanLineForm(request.POST or None, instance=line)
    if submit(form, training_plan.save_line, year=year, line=line, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=_("Line of the plan"), lead=str(year), back=back)


@may("caregivers.train")
@require_POST
def plan_line_remove(request, year, line_pk):
    line = get_object_or_404(TrainingPlanLine, year=year, pk=line_pk)
    return press(
        request, training_plan.remove_line, back=_plan_url(year), done=_("Taken out."), line=line, by=request.user
    )


@may("caregivers.train")
@require_POST
def plan_print(request, year):
    done = _("The paper is being made.")
    return press(request, training_plan.print_plan, back=_plan_url(year), done=done, year=year, by=request.user)
