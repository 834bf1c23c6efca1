"""Office pages of the agency itself: settings, people, licences, prices, files, notices, messages, exports, jobs."""

import django_filters
import rules
from django import forms
from django.apps import apps
from django.contrib import messages
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseGone
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agencies.actions.access import log_access
from agencies.actions.exports import request_export
from agencies.actions.messages import mark_message_sent, mark_messages_sent, read_notices
from agencies.forms import CleanForm
from agencies.jobs import COUNTS, job_labels
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import (
    AccessLog,
    AgencySettings,
    ApiKey,
    Export,
    JobRun,
    Licence,
    Membership,
    Message,
    Notice,
    StoredFile,
)
from agencies.pages import press, revealed
from agencies.permissions import may
from agencies.text import typed

# Which right opens a kind of file.
FILE_RIGHTS = {
    StoredFile.Kind.PHOTO: "agencies.office",
    StoredFile.Kind.LICENCE: "agencies.office",
    StoredFile.Kind.CREDENTIAL: "caregivers.view",
    StoredFile.Kind.CONSENT: "clients.health",
    StoredFile.Kind.SIGNATURE: "contracts.view",
    StoredFile.Kind.SIGNED_PAPER: "contracts.view",
    StoredFile.Kind.DOCUMENT: "contracts.view",
    StoredFile.Kind.COMPLAINT: "supervision.view",
    StoredFile.Kind.VISIT_PHOTO: "clients.health",
    StoredFile.Kind.EXPORT: "agencies.office",
    StoredFile.Kind.CLIENT_PAPER: "clients.health",
    StoredFile.Kind.SUBJECT_DATA: "clients.requests",
}
# Files that hold identity numbers or health data in full: reading one is logged (8.2).
NAMING_KINDS = (
    StoredFile.Kind.CREDENTIAL,
    StoredFile.Kind.CONSENT,
    StoredFile.Kind.SIGNED_PAPER,
    StoredFile.Kind.DOCUMENT,
    StoredFile.Kind.CLIENT_PAPER,
    StoredFile.Kind.SUBJECT_DATA,
    StoredFile.Kind.VISIT_PHOTO,
)
SHOWN_INLINE = ("application/pdf", "image/jpeg", "image/png", "image/webp")


@may("agencies.office")
def file_view(request, file_pk):
    """A stored file, with the right of its kind; an export only for whoever asked for it."""
    stored = get_object_or_404(StoredFile, pk=file_pk)
    if not rules.has_perm(FILE_RIGHTS[stored.kind], request.membership):
        raise PermissionDenied
    if stored.kind == StoredFile.Kind.EXPORT and stored.created_by_id != request.user.pk:
        raise Http404
    if stored.kind in NAMING_KINDS:
        log_access(user=request.user, row=stored, field="file")
    return serve(stored)


def serve(stored: StoredFile) -> HttpResponse:
    """The bytes of a file; what a browser does not show safely is downloaded, what was destroyed is said to be."""
    if stored.destroyed_at:
        return HttpResponseGone(render_to_string("410.html", {"stored": stored}))
    with stored.file.open() as file:
        content = file.read()
    response = HttpResponse(content, content_type=stored.content_type)
    inline = stored.content_type in SHOWN_INLINE
    response["Content-Disposition"] = content_disposition_header(not inline, stored.name)
    return response


SETTING_GROUPS = [
    (gettext_lazy("Visits"), ["horizon_days", "late_after_minutes", "check_in_early_minutes", "short_by_minutes", "unended_after_minutes",
        "client_signs", "keep_positions_days", "door_far_metres"]),
    (gettext_lazy("Measurements"), [
        "systolic_low", "systolic_high", "diastolic_low", "diastolic_high", "pulse_low", "pulse_high", "temperature_low",
        "temperature_high",
    ]),
    (gettext_lazy("Special circumstances and incidents"), [
        "special_tell_minutes", "special_settle_hours", "incident_take_up_minutes",
    ]),
    (gettext_lazy("Caregivers and assessments"), ["caregiver_max_age", "reassess_after_months"]),
    (gettext_lazy("On-boarding, badges and levels"), [
        "interview_mark", "badge_full_name", "level_min_answers", "service_gap_days",
    ]),
    (gettext_lazy("Training and evaluation"), [
        "effect_after_days", "evaluate_every_months", "card_months", "card_min_records",
    ]),
    (gettext_lazy("Return visits"), [
        "first_call_within_hours", "settling_call_after_days", "regular_call_every_days", "intensive_call_every_days",
        "call_after_complaint_days", "call_after_end_days", "calls_from", "calls_until", "noon_pause_from",
        "noon_pause_until",
    ]),
    (gettext_lazy("Satisfaction surveys"), [
        "survey_every_months", "survey_open_days", "survey_remind_after_days", "survey_min_answers",
    ]),
    (gettext_lazy("Complaints"), [
        "complaint_acknowledge_hours", "complaint_limit_days", "serious_complaint_limit_days",
    ]),
    (gettext_lazy("Prices"), ["price_list_by_two"]),
    (gettext_lazy("Archive"), ["keep_contracts_years", "keep_other_years"]),
]  # fmt: skip


class SettingsForm(CleanForm, forms.ModelForm):
    class Meta:
        model = AgencySettings
        exclude = ["agency"]  # noqa: DJ006 -- every setting is meant to be on the page

    def clean(self):
        data = super().clean()
        if data.get("calls_from") and data.get("calls_until") and data["calls_from"] >= data["calls_until"]:
            self.add_error("calls_until", _("Calls must end after they begin."))
        for name in ("systolic", "diastolic", "pulse", "temperature"):
            low, high = data.get(f"{name}_low"), data.get(f"{name}_high")
            if low and high and low >= high:
                self.add_error(f"{name}_high", _("The highest must be above the lowest."))
        return data

    def groups(self):
        """(title, fields) as the page shows them."""
        return [(title, [self[name] for name in names]) for title, names in SETTING_GROUPS]


@may("agencies.manage")
def agency_settings(request):
    form = SettingsForm(request.POST or None, instance=AgencySettings.objects.get())
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(office_url("agency_settings"))
    members = list(Membership.objects.filter(agency=request.agency).select_related("user").order_by("pk"))
    context = {
        "form": form,
        "staff": [member for member in members if member.is_office],
        "caregivers": [member for member in members if not member.is_office],
        "licences": Licence.objects.filter(is_replaced=False).select_related("scan"),
        "api_keys": ApiKey.objects.filter(membership__agency=request.agency).select_related("membership__user"),
        "today": timezone.localdate(),
    }
    return render(request, "agencies/settings.html", context)


@may("agencies.office")
def notice_list(request):
    notices = list(Notice.objects.filter(user=request.user)[:100])
    read_notices(user=request.user)
    return render(request, "agencies/notices.html", {"notices": notices})


class MessageFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=gettext_lazy("Recipient, subject"), method="search")

    class Meta:
        model = Message
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(Q(recipient_name__contains=value) | Q(subject__contains=value))


class MessageList(OfficeList):
    filterset_class = MessageFilter
    right = "agencies.messages"
    list_name = "messages"
    template_name = "agencies/message_list.html"
    tab_choices = Message.State
    first_tab = Message.State.QUEUED

    def rows(self):
        return Message.objects.select_related("sent_by").order_by("-created_at")

    def get_context_data(self, **kwargs):
        may_reveal = rules.has_perm("agencies.reveal", self.request.membership)
        return {**super().get_context_data(**kwargs), "may_reveal": may_reveal}


@may("agencies.reveal")
@require_POST
def message_reveal(request, message_pk):
    """Show where a message goes in full, once, and log who saw it."""
    message = get_object_or_404(Message, pk=message_pk)
    log_access(user=request.user, row=message, field="address")
    return revealed(request, message.address, title=message.recipient_name, back=office_url("message_list"))


@may("agencies.messages")
@require_POST
def message_sent(request, message_pk):
    message = get_object_or_404(Message, pk=message_pk)
    back = office_url("message_list")
    return press(request, mark_message_sent, back=back, done=_("Noted as sent."), message=message, by=request.user)


@may("agencies.messages")
@require_POST
def messages_sent(request):
    """Note the ticked ones as sent."""
    chosen = [int(pk) for pk in request.POST.getlist("message") if pk.isdecimal() and len(pk) < 19]
    back = office_url("message_list")
    done = _("Noted as sent.")
    return press(request, mark_messages_sent, back=back, done=done, messages=chosen, by=request.user)


class JobList(OfficeList):
    right = "agencies.office"
    list_name = "jobs"
    template_name = "agencies/job_list.html"
    tab_choices = JobRun.State

    def rows(self):
        return JobRun.objects.order_by("-started_at")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        labels = job_labels()
        for run in context["object_list"]:
            run.label = labels.get(run.job, run.job)
            run.count_labels = [(COUNTS.get(name, name), count) for name, count in run.counts.items()]
        return context


# Pages of what the access log names.
SUBJECT_PAGES = {
    "agencies.storedfile": "file_view",
    "caregivers.caregiver": "caregiver_file",
    "clients.client": "client_file",
    "clients.enquiry": "enquiry_page",
    "supervision.complaint": "complaint_file",
}
SHOWN = {
    "file": gettext_lazy("file opened"),
    "password": gettext_lazy("new password"),
    "everything": gettext_lazy("copy of everything handed over"),
    "measurements": gettext_lazy("measurements"),
}


def _shown(row):
    """What was shown, in the words of the form it stands on; what has another name today keeps the one it had."""
    if row.field in SHOWN:
        return SHOWN[row.field]
    try:
        return apps.get_model(row.subject.partition(":")[0])._meta.get_field(row.field).verbose_name
    except (LookupError, ValueError, FieldDoesNotExist):
        return row.field


def _page_of(row):
    label, _colon, pk = row.subject.partition(":")
    return office_url(SUBJECT_PAGES[label], int(pk)) if label in SUBJECT_PAGES else ""


class AccessLogFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=gettext_lazy("Whose, by whom"), method="search")

    class Meta:
        model = AccessLog
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(Q(about__contains=value) | Q(user__name__contains=value))


class AccessLogList(OfficeList):
    right = "agencies.manage"
    list_name = "access_log"
    title = gettext_lazy("Access log")
    filterset_class = AccessLogFilter
    template_name = "agencies/access_log.html"
    columns = [
        Column(gettext_lazy("when"), lambda row: timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M")),
        Column(gettext_lazy("who"), lambda row: row.user.name),
        Column(gettext_lazy("whose"), lambda row: row.about or row.subject),
        Column(gettext_lazy("what was shown"), _shown),
        Column(gettext_lazy("reason"), lambda row: row.reason),
    ]

    def rows(self):
        return AccessLog.objects.select_related("user").order_by("-at")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for row in context["object_list"]:
            row.shown, row.page = _shown(row), _page_of(row)
        return context


@may("agencies.office")
@require_POST
def export_start(request, list_name):
    view = OfficeList.by_name.get(list_name)
    if view is None or not view.columns:
        raise Http404
    if not rules.has_perm(view.right, request.membership):
        raise PermissionDenied
    done = _("The file is being made; it stands in this list when it is ready.")
    query = typed(request.POST, "query", 4000)
    back = office_url("export_list")
    return press(request, request_export, back=back, done=done, list_name=list_name, query=query, by=request.user)


@may("agencies.office")
def export_list(request):
    exports = list(Export.objects.filter(requested_by=request.user).select_related("file")[:50])
    for export in exports:
        export.title = OfficeList.by_name[export.list_name].title
    is_waiting = any(export.state == Export.State.QUEUED for export in exports)
    return render(request, "agencies/export_list.html", {"exports": exports, "is_waiting": is_waiting})
