"""Office pages of caregivers: list, file, forms."""

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.actions.access import log_access
from agencies.calendar import age_on
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import Level, WorkForm
from agencies.pages import form_page, press, revealed, submit
from agencies.panels import panels_of, steps_of, timeline_of
from agencies.permissions import may
from agencies.privacy import mask_phone
from agencies.text import typed
from archive.texts import text_in_force
from caregivers.actions import files as actions
from caregivers.actions import posting
from caregivers.forms.files import (
    AbsenceForm,
    AcknowledgeForm,
    CaregiverFilter,
    CaregiverForm,
    DismissForm,
    LevelForm,
)
from caregivers.models import Absence, Caregiver
from caregivers.queries.files import with_level, with_next_expiry
from caregivers.rule import RULE
from caregivers.views.absences import days_of
from caregivers.views.credentials import shown_credentials


def _level_label(level):
    return "" if level is None else Level(level).label


class CaregiverList(OfficeList):
    right = "caregivers.view"
    edit_right = "caregivers.edit"
    list_name = "caregivers"
    title = gettext_lazy("Caregivers")
    template_name = "caregivers/caregiver_list.html"
    filterset_class = CaregiverFilter
    tab_choices = Caregiver.State
    first_tab = Caregiver.State.ACTIVE
    columns = [
        Column(gettext_lazy("badge number"), lambda caregiver: caregiver.number),
        Column(gettext_lazy("name"), lambda caregiver: caregiver.name),
        Column(gettext_lazy("state"), lambda caregiver: caregiver.get_state_display()),
        Column(gettext_lazy("level"), lambda caregiver: _level_label(caregiver.level)),
        Column(gettext_lazy("phone"), lambda caregiver: mask_phone(caregiver.phone)),
        Column(gettext_lazy("education"), lambda caregiver: caregiver.get_education_display()),
        Column(gettext_lazy("employment"), lambda caregiver: caregiver.get_employment_display()),
        Column(
            gettext_lazy("work forms"),
            lambda caregiver: "、".join(str(WorkForm(form).label) for form in caregiver.work_forms),
        ),
        Column(gettext_lazy("started on"), lambda caregiver: caregiver.hired_on),
        Column(gettext_lazy("on-boarding finished on"), lambda caregiver: caregiver.posted_on),
        Column(gettext_lazy("next paper ends on"), lambda caregiver: caregiver.next_expiry),
    ]

    def rows(self):
        caregivers = Caregiver.objects.order_by("number").defer("identity_number")
        return with_next_expiry(with_level(caregivers, timezone.localdate()))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for caregiver in context["object_list"]:
            caregiver.level_label = _level_label(caregiver.level)
        return {**context, "soon": timezone.localdate() + dt.timedelta(days=30)}


def _back(caregiver):
    return office_url("caregiver_file", caregiver.pk)


@may("caregivers.view")
def caregiver_file(request, caregiver_pk):
    caregiver = get_object_or_404(with_level(Caregiver.objects, timezone.localdate()), pk=caregiver_pk)
    today = timezone.localdate()
    context = {
        "caregiver": caregiver,
        "level_label": _level_label(caregiver.level),
        "age": age_on(caregiver.birth_date, today),
        "credentials": shown_credentials(caregiver.credentials),
        "absences": _absences(caregiver),
        "work_forms": [WorkForm(form).label for form in caregiver.work_forms],
        "may_listen": has_perm("caregivers.listen", request.membership) and caregiver.user_id != request.user.pk,
        "acknowledgements": caregiver.acknowledgements.select_related("explained_by"),
        "missing": _missing(caregiver),
        "may_edit": has_perm("caregivers.edit", request.membership),
        "may_grant": has_perm("caregivers.grant", request.membership),
        "may_manage": has_perm("agencies.manage", request.membership),
        "panels": panels_of("caregivers.caregiver", request.membership, caregiver),
        "timeline": timeline_of("caregivers.caregiver", caregiver),
    }
    return render(request, "caregivers/caregiver_file.html", context)


def _absences(caregiver):
    ahead = caregiver.absences.filter(period__endswith__gt=timezone.now()).exclude(state=Absence.State.DECLINED)
    rows = list(ahead.order_by("period"))
    for row in rows:
        row.first_day, row.last_day = days_of(row)
    return rows


def _missing(caregiver):
    """What stands against work at clients: the steps still open, or what has lapsed since."""
    if caregiver.state == Caregiver.State.LEFT:
        return []
    if caregiver.state == Caregiver.State.ONBOARDING:
        return posting.missing_for_posting(caregiver)
    return posting.against_return(caregiver)


@may("caregivers.edit")
def caregiver_new(request):
    form = CaregiverForm(request.POST or None, request.FILES or None)
    if caregiver := submit(form, actions.create_caregiver, by=request.user):
        messages.success(request, _("File %(number)s opened.") % {"number": caregiver.number})
        return redirect(_back(caregiver))
    return form_page(request, form=form, title=_("New caregiver"), back=office_url("caregiver_list"))


def _verb(request, form, title, caregiver, action):
    if request.method == "POST" and submit(form, action, caregiver=caregiver, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_back(caregiver))
    return form_page(request, form=form, title=title, lead=str(caregiver), back=_back(caregiver))


@may("caregivers.edit")
def caregiver_edit(request, caregiver_pk):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    instance = Caregiver.objects.get(pk=caregiver.pk)
    form = CaregiverForm(request.POST or None, request.FILES or None, instance=instance)
    return _verb(request, form, _("Correct the file"), caregiver, actions.update_caregiver)


@may("caregivers.grant")
def level_grant(request, caregiver_pk):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    return _verb(request, LevelForm(request.POST or None), _("Grant a level"), caregiver, actions.grant_level)


@may("caregivers.edit")
def absence_new(request, caregiver_pk):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    return _verb(request, AbsenceForm(request.POST or None), _("Record an absence"), caregiver, actions.record_absence)


@may("caregivers.edit")
def rule_acknowledge(request, caregiver_pk):
    """The text to be explained, and the page that was signed."""
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    form = AcknowledgeForm(request.POST or None, request.FILES or None)
    back = office_url("onboarding_page" if request.GET.get("from") == "onboarding" else "caregiver_file", caregiver.pk)
    if submit(form, actions.acknowledge_rule, caregiver=caregiver, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(
        request, form=form, title=_("Supervision rule explained"), lead=str(caregiver), back=back,
        template="caregivers/rule_acknowledge.html", text=text_in_force(RULE),
    )  # fmt: skip


def _effects_of_leaving(caregiver):
    effects = []
    if certificate := caregiver.posting_certificates.filter(revoked_on=None).first():
        effects.append(_("The posting certificate %(number)s is withdrawn.") % {"number": certificate.number})
    if caregiver.user_id:
        effects.append(_("The phone account of this agency ends."))
    if caregiver.state != Caregiver.State.ONBOARDING:
        effects.append(_("Visits ahead stand with the unassigned."))
        effects.append(_("Take back badge, uniform and keys."))
    effects.append(_("The file goes to the archive; its time begins on the last day."))
    return effects


@may("caregivers.grant")
def caregiver_dismiss(request, caregiver_pk):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    form = DismissForm(request.POST or None)
    if form.is_valid():
        done = _("The file is closed; future visits need somebody else.")
        return press(
            request,
            posting.dismiss_caregiver,
            back=_back(caregiver),
            done=done,
            caregiver=caregiver,
            by=request.user,
            **form.cleaned_data,
        )
    is_new = caregiver.state == Caregiver.State.ONBOARDING
    title = _("Do not hire") if is_new else _("Caregiver leaves")
    return form_page(
        request, form=form, title=title, lead=str(caregiver), back=_back(caregiver), button=title,
        template="caregivers/leave.html", effects=_effects_of_leaving(caregiver),
        open_steps=steps_of("caregivers.leaving", request.membership, caregiver),
    )  # fmt: skip


@may("caregivers.grant")
@require_POST
def caregiver_suspend(request, caregiver_pk):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    return press(
        request,
        posting.suspend_caregiver,
        back=_back(caregiver),
        done=_("Suspended."),
        caregiver=caregiver,
        by=request.user,
    )


@may("agencies.manage")
@require_POST
def account_open(request, caregiver_pk):
    """Show the first password once."""
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    try:
        password = actions.open_account(caregiver=caregiver, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(_back(caregiver))
    log_access(user=request.user, row=caregiver, field="phone", reason=_("account opened"))
    context = {"caregiver": caregiver, "password": password, "address": settings.SITE_URL + reverse("phone:today")}
    return render(request, "caregivers/account_opened.html", context)


@may("agencies.reveal")
@require_POST
def caregiver_reveal(request, caregiver_pk, field):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    if field not in ("identity_number", "phone", "home_address", "emergency_phone"):
        raise Http404
    log_access(user=request.user, row=caregiver, field=field, reason=typed(request.POST, "reason", 100))
    return revealed(request, getattr(caregiver, field), title=str(caregiver), back=_back(caregiver))
