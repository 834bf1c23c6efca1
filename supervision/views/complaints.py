"""Office pages of complaints: list, intake, file, every step with the complaint beside it."""

from django.contrib import messages
from django.db.models import Case, Q, When
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.actions.access import log_access
from agencies.findings import text_of
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.pages import form_page, press, revealed, submit
from agencies.permissions import may
from agencies.privacy import mask_name
from agencies.text import typed
from archive.models import Document
from archive.queries import papers_of
from clients.models import Enquiry
from clients.queries import find_clients
from supervision.actions import complaints as actions
from supervision.forms import AcceptForm, CloseForm, ComplaintFilter, ComplaintForm, EntryForm, ReplyForm, ToldForm
from supervision.models import Complaint, ReturnVisit, SurveyAnswer
from supervision.queries import recourse_texts
from supervision.standard import check_complaint, limit_stage

OFFERED = ("id", "agency_id", "name", "number", "salutation", "district")


class ComplaintList(OfficeList):
    right = "supervision.view"
    edit_right = "supervision.edit"
    list_name = "complaints"
    title = gettext_lazy("Complaints")
    template_name = "supervision/complaint_list.html"
    filterset_class = ComplaintFilter
    tab_choices = Complaint.State
    columns = [
        Column(gettext_lazy("number"), lambda row: row.number),
        Column(gettext_lazy("received at"), lambda row: timezone.localtime(row.received_at).strftime("%Y-%m-%d %H:%M")),
        Column(gettext_lazy("channel"), lambda row: row.get_channel_display()),
        Column(gettext_lazy("client"), lambda row: mask_name(row.client.name) if row.client else ""),
        Column(gettext_lazy("state"), lambda row: row.get_state_display()),
        Column(gettext_lazy("person in charge"), lambda row: row.owner.name if row.owner else ""),
        Column(gettext_lazy("decide by"), lambda row: row.limit_on),
    ]

    def rows(self):
        is_open = Q(state__in=[Complaint.State.RECEIVED, Complaint.State.ACCEPTED])
        open_first = Case(When(is_open, then=0), default=1)
        return Complaint.objects.select_related("client", "owner").order_by(open_first, "-number")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for complaint in context["object_list"]:
            complaint.stage = limit_stage(complaint.limit_on, context["today"]) if complaint.is_open else ""
        return context


def _get(complaint_pk):
    rows = Complaint.objects.select_related("client", "agreement", "caregiver", "owner", "evidence", "created_by")
    return get_object_or_404(rows, pk=complaint_pk)


def _back(complaint):
    return office_url("complaint_file", complaint.pk)


@may("supervision.edit")
def complaint_new(request):
    """Take a complaint in; from a call or a survey answer it is filled in already."""
    enquiry = enquiry_of(request)
    form = ComplaintForm(request.POST or None, request.FILES or None, initial=_prefilled(request, enquiry))
    if complaint := submit(form, actions.receive_complaint, by=request.user, enquiry=enquiry):
        messages.success(request, _("Complaint %(number)s received.") % {"number": complaint.number})
        return redirect(_back(complaint))
    return form_page(request, form=form, title=_("New complaint"), back=office_url("complaint_list"))


def enquiry_of(request) -> Enquiry | None:
    """The open enquiry at the desk that the address names."""
    pk = request.GET.get("enquiry", "")
    return Enquiry.objects.filter(pk=pk, state=Enquiry.State.OPEN).first() if pk.isdecimal() and len(pk) < 19 else None


def _prefilled(request, enquiry):
    if enquiry:
        came = {"hall": "visit", "web": "web"}.get(enquiry.channel, "phone")
        return {"channel": came, "complainant_name": enquiry.caller, "complainant_phone": enquiry.phone,
                "text": enquiry.need}  # fmt: skip
    call, answer = request.GET.get("call", ""), request.GET.get("answer", "")
    if call.isdecimal() and (row := ReturnVisit.objects.select_related("client").filter(pk=call).first()):
        return {"channel": "return_visit", "client_number": row.client.number, "text": row.summary,
                "complainant_name": row.spoke_with}  # fmt: skip
    rows = SurveyAnswer.objects.select_related("invitation__client")
    if answer.isdecimal() and (row := rows.filter(pk=answer).first()):
        return {"channel": "survey", "client_number": row.invitation.client.number, "text": row.comment}
    return {"channel": "phone", "client_number": typed(request.GET, "client", 20)}


@may("supervision.view")
def complaint_file(request, complaint_pk):
    complaint = _get(complaint_pk)
    context = {
        "complaint": complaint,
        "entries": complaint.entries.select_related("written_by"),
        "stage": limit_stage(complaint.limit_on, timezone.localdate()),
        "now": timezone.now(),
        "recourse": recourse_texts(),
        "papers": papers_of(Document.Kind.COMPLAINT_FILE, complaint.pk),
        "may_edit": has_perm("supervision.edit", request.membership),
        "may_reveal": has_perm("agencies.reveal", request.membership),
    }
    return render(request, "supervision/complaint_file.html", context)


@may("agencies.reveal")
@require_POST
def complaint_reveal(request, complaint_pk):
    """Show the complainant's phone in full, once, and log who saw it."""
    complaint = _get(complaint_pk)
    log_access(user=request.user, row=complaint, field="complainant_phone")
    return revealed(request, complaint.complainant_phone, title=complaint.number, back=_back(complaint))


def _verb(request, form, title, complaint, action, **context):
    """A step on its own page, with the complaint and its log beside the form."""
    if submit(form, action, complaint=complaint, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_back(complaint))
    return form_page(
        request,
        form=form,
        title=title,
        lead=complaint.number,
        back=_back(complaint),
        complaint=complaint,
        entries=complaint.entries.select_related("written_by"),
        template="supervision/complaint_step.html",
        **context,
    )


@may("supervision.edit")
def complaint_accept(request, complaint_pk):
    complaint = _get(complaint_pk)
    initial = {"owner": complaint.owner or request.user, "severity": complaint.severity}
    form = AcceptForm(request.POST or None, agency=request.agency, complaint=complaint, initial=initial)
    return _verb(request, form, _("Take the complaint up"), complaint, actions.accept_complaint)


@may("supervision.edit")
def complaint_told(request, complaint_pk):
    form = ToldForm(request.POST or None)
    title = _("Tell the complainant that it has arrived")
    return _verb(request, form, title, _get(complaint_pk), actions.acknowledge_complaint)


@may("supervision.edit")
def complaint_entry(request, complaint_pk):
    form = EntryForm(request.POST or None)
    return _verb(request, form, _("What was done"), _get(complaint_pk), actions.add_entry)


@may("supervision.edit")
def complaint_reply(request, complaint_pk):
    complaint = _get(complaint_pk)
    form = ReplyForm(request.POST or None, initial={"reply_to": complaint.complainant_name, "reply": complaint.reply})
    return _verb(request, form, _("Reply"), complaint, actions.reply_to_complaint)


@may("supervision.edit")
def complaint_close(request, complaint_pk):
    """Close; what speaks against it without forbidding it is shown before."""
    complaint = _get(complaint_pk)
    form = CloseForm(request.POST or None)
    found = check_complaint(
        complaint.state,
        Complaint.State.CLOSED,
        actions.closing_facts(complaint, request.user),
        on=timezone.localdate(),
    )
    warnings = [text_of(finding) for finding in found if finding.severity == "warn"]
    title = _("Close the complaint")
    return _verb(request, form, title, complaint, actions.close_complaint, warnings=warnings, recourse=recourse_texts())


@may("supervision.edit")
@require_POST
def complaint_print(request, complaint_pk):
    """Ask for the complaint's file on paper."""
    complaint = _get(complaint_pk)
    done = _("The paper is being prepared.")
    return press(
        request, actions.print_complaint, back=_back(complaint), done=done, complaint=complaint, by=request.user
    )


@may("supervision.edit")
def complaint_clients(request):
    """Clients offered while one types into the form."""
    text = typed(request.GET, "client_number", 50).strip()
    clients = find_clients(text).only(*OFFERED)[:8] if text else []
    return render(request, "supervision/_client_options.html", {"clients": clients})
