"""Office pages of absences: what was asked for, and the answer."""

import datetime as dt

from django.contrib import messages
from django.db.models import Case, When
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.pages import form_page, submit
from agencies.panels import panels_of
from agencies.permissions import may
from caregivers.actions.absences import answer_absence
from caregivers.actions.files import record_absence
from caregivers.forms.files import AnybodysAbsenceForm
from caregivers.forms.phone import AbsenceAnswerForm
from caregivers.models import Absence

WAITING_FIRST = Case(When(state=Absence.State.REQUESTED, then=0), default=1)


def days_of(absence: Absence) -> tuple:
    """First and last day, both in."""
    last = absence.period.upper - dt.timedelta(seconds=1)
    return timezone.localdate(absence.period.lower), timezone.localdate(last)


class AbsenceList(OfficeList):
    """Leave and other absences, what waits for an answer first."""

    right = "caregivers.view"
    edit_right = "caregivers.edit"
    list_name = "absences"
    title = gettext_lazy("Absences")
    template_name = "caregivers/absence_list.html"
    tab_choices = Absence.State
    columns = [
        Column(gettext_lazy("badge number"), lambda row: row.caregiver.number),
        Column(gettext_lazy("name"), lambda row: row.caregiver.name),
        Column(gettext_lazy("kind"), lambda row: row.get_kind_display()),
        Column(gettext_lazy("first day"), lambda row: days_of(row)[0]),
        Column(gettext_lazy("last day"), lambda row: days_of(row)[1]),
        Column(gettext_lazy("reason"), lambda row: row.note),
        Column(gettext_lazy("state"), lambda row: row.get_state_display()),
        Column(gettext_lazy("answer"), lambda row: row.answer),
    ]

    def rows(self):
        return Absence.objects.select_related("caregiver", "decided_by").order_by(WAITING_FIRST, "-period", "-pk")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for row in context["object_list"]:
            row.first_day, row.last_day = days_of(row)
        return context


@may("caregivers.edit")
def absence_add(request):
    """Note an absence from the list, whoever's it is."""
    form = AnybodysAbsenceForm(request.POST or None)
    back = office_url("absence_list")
    if submit(form, record_absence, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=_("Record an absence"), back=back)


@may("caregivers.edit")
def absence_answer(request, absence_pk):
    absence = get_object_or_404(Absence.objects.select_related("caregiver", "decided_by"), pk=absence_pk)
    form = AbsenceAnswerForm(request.POST or None)
    if submit(form, answer_absence, absence=absence, by=request.user):
        messages.success(request, _("Answered; the caregiver was told."))
        return redirect(office_url("absence_list"))
    first_day, last_day = days_of(absence)
    context = {
        "absence": absence,
        "first_day": first_day,
        "last_day": last_day,
        "form": form,
        "panels": panels_of("caregivers.absence", request.membership, absence),
    }
    return render(request, "caregivers/absence_page.html", context)
