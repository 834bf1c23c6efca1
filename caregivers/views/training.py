"""Office pages of training: courses, sessions and those who come, the code on the screen, effect."""

import datetime as dt

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import AgencySettings
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from archive.models import Document
from caregivers.actions import training as actions
from caregivers.forms.training import (
    AttendanceForm,
    CourseForm,
    EffectForm,
    EnrolForm,
    JoinForm,
    ReasonForm,
    SessionFilter,
    SessionForm,
)
from caregivers.models import Attendance, Caregiver, Course, TrainingSession
from caregivers.queries.training import brought, code_url, listed_sessions, with_counts
from caregivers.standard.training import MEASURED_DAYS, effect_due_on

State = TrainingSession.State


def trainer_name(session: TrainingSession) -> str:
    return session.trainer.name if session.trainer else session.outside_trainer


class CourseList(OfficeList):
    """What is taught, by kind and level."""

    right = "caregivers.view"
    edit_right = "caregivers.train"
    list_name = "courses"
    title = gettext_lazy("Courses")
    template_name = "caregivers/course_list.html"
    tab_field = "kind"
    tab_choices = Course.Kind
    columns = [
        Column(gettext_lazy("name"), lambda row: row.name),
        Column(gettext_lazy("kind"), lambda row: row.get_kind_display()),
        Column(gettext_lazy("level"), lambda row: row.get_level_display() or ""),
        Column(gettext_lazy("hours"), lambda row: row.hours),
        Column(gettext_lazy("pass mark"), lambda row: row.pass_mark),
        Column(gettext_lazy("repeat every (months)"), lambda row: row.every_months or ""),
    ]

    def rows(self):
        held = TrainingSession.objects.filter(agency=OuterRef("agency"), course=OuterRef("pk")).order_by()
        given = held.values("course").annotate(n=Count("pk")).values("n")
        rows = Course.objects.annotate(given=Coalesce(Subquery(given), 0))
        return rows.order_by("-is_active", "kind", "level", "name")


@may("caregivers.train")
def course_edit(request, course_pk=None):
    course = get_object_or_404(Course, pk=course_pk) if course_pk else None
    form = CourseForm(request.POST or None, instance=course)
    back = office_url("course_list")
    if submit(form, actions.save_course, course=course, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    title = _("Change the course") if course else _("New course")
    return form_page(request, form=form, title=title, lead=str(course or ""), back=back)


class SessionList(OfficeList):
    """Every session, the latest first."""

    right = "caregivers.view"
    edit_right = "caregivers.train"
    list_name = "training"
    title = gettext_lazy("Training")
    template_name = "caregivers/session_list.html"
    filterset_class = SessionFilter
    tab_choices = State
    columns = [
        Column(gettext_lazy("from"), lambda row: timezone.localtime(row.starts_at).replace(tzinfo=None)),
        Column(gettext_lazy("course"), lambda row: row.course.name),
        Column(gettext_lazy("trainer"), trainer_name),
        Column(gettext_lazy("place"), lambda row: row.place),
        Column(gettext_lazy("state"), lambda row: row.get_state_display()),
        Column(gettext_lazy("seats"), lambda row: row.seats),
    ]

    def rows(self):
        return with_counts(listed_sessions())


def _session(session_pk):
    return get_object_or_404(listed_sessions(), pk=session_pk)


def _here(session):
    return office_url("session_page", session.pk)


@may("caregivers.view")
def session_page(request, session_pk):
    """One session: where and when, who is down and who came, exams, effect."""
    session = _session(session_pk)
    rows = list(session.attendances.select_related("caregiver"))
    results = session.results.select_related("caregiver", "course").order_by("caregiver__number", "part", "pk")
    after = AgencySettings.objects.get().effect_after_days
    due = effect_due_on(timezone.localdate(session.ends_at), after)
    now = timezone.now()
    context = {
        "session": session,
        "rows": rows,
        "came": sum(row.attended_at is not None for row in rows),
        "results": results,
        "effect": session.effects.select_related("evaluated_by").first(),
        "effect_due_on": due,
        "is_effect_due": session.state == State.HELD and timezone.localdate() >= due,
        "brought": brought(session) if session.state == State.HELD else None,
        "measured_days": MEASURED_DAYS,
        "is_over": session.ends_at <= now,
        "is_short": session.ends_at - session.starts_at < dt.timedelta(hours=session.course.hours),
        "papers": Document.objects.filter(kind=Document.Kind.TRAINING_SHEET, subject_id=session.pk)[:3],
        "may_edit": has_perm("caregivers.train", request.membership),
        "may_annul": has_perm("caregivers.grant", request.membership),
    }
    return render(request, "caregivers/session_page.html", context)


@may("caregivers.train")
def session_new(request):
    form = SessionForm(request.POST or None, initial={"course": request.GET.get("course")})
    if session := submit(form, actions.schedule_session, by=request.user):
        messages.success(request, _("Planned. Now say who should come."))
        return redirect(office_url("session_enrol", session.pk))
    return form_page(request, form=form, title=_("New session"), back=office_url("session_list"))


@may("caregivers.train")
def session_edit(request, session_pk):
    session = _session(session_pk)
    form = SessionForm(request.POST or None, instance=session)
    if submit(form, actions.change_session, session=session, by=request.user):
        messages.success(request, _("Saved; those who are down for it were told what changed."))
        return redirect(_here(session))
    return form_page(request, form=form, title=_("Change the session"), lead=str(session), back=_here(session))


@may("caregivers.train")
def session_cancel(request, session_pk):
    session = _session(session_pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        return press(
            request, actions.cancel_session, back=_here(session), done=_("Cancelled; those who were down for it were told."),
            session=session, by=request.user, **form.cleaned_data,
        )  # fmt: skip
    return form_page(request, form=form, title=_("Cancel the session"), lead=str(session), back=_here(session))


@may("caregivers.train")
def session_enrol(request, session_pk):
    session = _session(session_pk)
    form = EnrolForm(request.POST or None, session=session)
    if count := submit(form, actions.enrol, session=session, by=request.user):
        messages.success(request, _("%(count)s people put down and told.") % {"count": count})
        return redirect(_here(session))
    return form_page(request, form=form, title=_("Put people down"), lead=str(session), back=_here(session))


@may("caregivers.train")
def training_join(request, caregiver_pk):
    """Put one person down for a planned session of what they need."""
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    form = JoinForm(request.POST or None, caregiver=caregiver)
    back = office_url(
        "onboarding_page" if request.GET.get("from") == "onboarding" else "caregiver_training", caregiver_pk
    )
    if not form.fields["session"].queryset.exists():
        messages.warning(request, _("No session of these courses is planned; plan one and put people down."))
        return redirect(office_url("session_new"))
    if submit(form, _join, caregiver=caregiver, by=request.user):
        messages.success(request, _("Put down and told."))
        return redirect(back)
    return form_page(request, form=form, title=_("Put down for training"), lead=str(caregiver), back=back)


def _join(*, session, caregiver, by):
    return actions.enrol(session=session, by=by, caregivers=[caregiver])


@may("caregivers.train")
@require_POST
def attendance_strike(request, attendance_pk):
    row = get_object_or_404(Attendance.objects.select_related("session", "caregiver"), pk=attendance_pk)
    return press(
        request, actions.strike, back=_here(row.session), done=_("Taken off."), attendance=row, by=request.user
    )


@may("caregivers.train")
def session_attendance(request, session_pk):
    session = _session(session_pk)
    form = AttendanceForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        return press(
            request, actions.note_attendance, back=_here(session), done=_("Saved."), session=session, by=request.user,
            **form.cleaned_data,
        )  # fmt: skip
    return form_page(request, form=form, title=_("Who came"), lead=str(session), back=_here(session))


@may("caregivers.train")
def session_code(request, session_pk):
    """The code to scan, large, for the screen in the room; a new one every few minutes."""
    session = _session(session_pk)
    rows = session.attendances
    context = {
        "session": session,
        "url": code_url(session),
        "came": rows.filter(attended_at__isnull=False).count(),
        "down": rows.count(),
    }
    return render(request, "caregivers/session_code.html", context)


@may("caregivers.train")
@require_POST
def session_close(request, session_pk):
    session = _session(session_pk)
    done = _("Closed and filed.")
    return press(request, actions.close_session, back=_here(session), done=done, session=session, by=request.user)


@may("caregivers.train")
@require_POST
def session_sheet(request, session_pk):
    session = _session(session_pk)
    done = _("The paper is being made.")
    return press(request, actions.print_sheet, back=_here(session), done=done, session=session, by=request.user)


@may("caregivers.train")
def session_effect(request, session_pk):
    session = _session(session_pk)
    form = EffectForm(request.POST or None)
    if submit(form, actions.judge_effect, session=session, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_here(session))
    return form_page(
        request, form=form, title=_("Judge the effect"), lead=str(session), back=_here(session),
        template="caregivers/effect_form.html", brought=brought(session), measured_days=MEASURED_DAYS,
    )  # fmt: skip
