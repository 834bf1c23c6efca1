"""Office pages of the desk: ledger, intake beside the script, one enquiry with what was said, who is known already."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.actions.access import log_access
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.pages import form_page, press, revealed, submit
from agencies.panels import shortcuts_of
from agencies.permissions import may
from agencies.privacy import mask_phone
from agencies.text import typed
from archive.models import Document
from clients.actions import enquiries as actions
from clients.call_script import script_in_force
from clients.forms.enquiries import CloseEnquiryForm, EnquiryFilter, EnquiryForm, FollowUpForm, HandOverForm
from clients.models import Client, Enquiry
from clients.queries import known_people


def _time(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _in_time(row):
    if row.answered_at:
        return _("yes") if row.answered_at <= row.answer_by else _("no")
    return "" if row.answer_by > timezone.now() else _("no")


class EnquiryList(OfficeList):
    """The ledger (台账): every call, visit and message at the desk."""

    right = "clients.view"
    edit_right = "clients.edit"
    list_name = "enquiries"
    title = gettext_lazy("Ledger of enquiries")
    template_name = "clients/enquiry_list.html"
    filterset_class = EnquiryFilter
    tab_choices = Enquiry.State
    first_tab = Enquiry.State.OPEN
    columns = [
        Column(gettext_lazy("number"), lambda row: row.number),
        Column(gettext_lazy("received at"), lambda row: _time(row.received_at)),
        Column(gettext_lazy("came by"), lambda row: row.get_channel_display()),
        Column(gettext_lazy("what it is about"), lambda row: row.get_matter_display()),
        Column(gettext_lazy("caller"), lambda row: row.caller),
        Column(gettext_lazy("phone"), lambda row: mask_phone(row.phone)),
        Column(gettext_lazy("what is wanted"), lambda row: row.need),
        Column(gettext_lazy("said back"), lambda row: str(_("yes")) if row.is_repeated else ""),
        Column(gettext_lazy("rating of the call"), lambda row: row.rating),
        Column(gettext_lazy("first contact"), lambda row: row.first_contact.name if row.first_contact else ""),
        Column(gettext_lazy("in charge"), lambda row: row.owner.name if row.owner else ""),
        Column(gettext_lazy("to be answered by"), lambda row: _time(row.answer_by)),
        Column(gettext_lazy("answered at"), lambda row: _time(row.answered_at)),
        Column(gettext_lazy("answered in time"), _in_time),
        Column(gettext_lazy("reply promised by"), lambda row: _time(row.reply_by)),
        Column(gettext_lazy("call again on"), lambda row: row.follow_up_on),
        Column(gettext_lazy("state"), lambda row: row.get_state_display()),
        Column(gettext_lazy("what came of it"), lambda row: row.get_outcome_display()),
        Column(gettext_lazy("in short"), lambda row: row.closed_reason),
        Column(gettext_lazy("told to turn to"), lambda row: row.referred_to),
        Column(gettext_lazy("client"), lambda row: row.client.number if row.client else ""),
    ]

    def rows(self):
        return Enquiry.objects.select_related("first_contact", "owner", "client").order_by("-number")

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "now": timezone.now()}


def _page(enquiry):
    return office_url("enquiry_page", enquiry.pk)


@may("clients.edit")
def enquiry_new(request):
    """The form with the script beside it; who is known already is looked up first."""
    initial = {"phone": typed(request.GET, "phone", 20), "channel": typed(request.GET, "channel", 10) or "phone"}
    form = EnquiryForm(request.POST or None, initial=initial)
    if enquiry := submit(form, actions.take_enquiry, by=request.user):
        messages.success(request, _("Enquiry %(number)s is written down.") % {"number": enquiry.number})
        return redirect(_page(enquiry))
    calls = [(outcome.value, outcome.label) for outcome in Enquiry.NAMELESS]
    context = {"script": script_in_force(), "calls": calls, "template": "clients/enquiry_new.html"}
    lead = _("As much as calling back needs; papers and identity numbers come with the client file.")
    return form_page(request, form=form, title=_("New enquiry"), lead=lead, back=office_url("enquiry_list"), **context)


@may("clients.edit")
@require_POST
def known(request):
    """Who is on record with a phone, identity number or name; posted, so that no number stands in an address."""
    text = typed(request.POST, "text", 50)
    context = {
        "text": text,
        "found": [(one, isinstance(one.row, Client)) for one in known_people(text)],
        "is_short": len(text) < 2,
    }
    template = "clients/_known.html" if request.htmx else "clients/known.html"
    return render(request, template, context)


@may("clients.edit")
@require_POST
def enquiry_silent(request):
    """One button for a call in which nobody was heard."""
    back = office_url("enquiry_new")
    done = _("Noted; it counts in the ledger.")
    return press(
        request, actions.note_call, back=back, done=done, by=request.user, outcome=typed(request.POST, "outcome", 15)
    )


@may("clients.view")
def enquiry_page(request, enquiry_pk):
    """What is known and what was said; the next entry is written here."""
    enquiry = get_object_or_404(Enquiry.objects.select_related("first_contact", "owner", "client"), pk=enquiry_pk)
    may_edit = has_perm("clients.edit", request.membership)
    is_open = enquiry.state == Enquiry.State.OPEN
    form = FollowUpForm(request.POST or None) if may_edit and is_open else None
    if form and submit(form, actions.follow_up, enquiry=enquiry, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_page(enquiry))
    receipts = Document.objects.filter(kind=Document.Kind.ENQUIRY_RECEIPT, subject_id=enquiry.pk)
    context = {
        "enquiry": enquiry,
        "entries": enquiry.entries.select_related("by")[:50],
        "form": form,
        "may_edit": may_edit,
        "is_open": is_open,
        "is_late": is_open and enquiry.reply_by and enquiry.reply_by < timezone.now(),
        "is_known": enquiry.outcome not in Enquiry.NAMELESS,
        "receipts": receipts.select_related("file")[:5],
        "shortcuts": shortcuts_of("clients.enquiry", request.membership, enquiry) if is_open else [],
        "today": timezone.localdate(),
    }
    return render(request, "clients/enquiry_page.html", context)


@may("clients.edit")
def enquiry_hand_over(request, enquiry_pk):
    enquiry = get_object_or_404(Enquiry, pk=enquiry_pk)
    form = HandOverForm(request.POST or None, but=enquiry.owner)
    if submit(form, actions.hand_over, enquiry=enquiry, by=request.user):
        messages.success(request, _("Handed over; %(name)s is told.") % {"name": enquiry.owner})
        return redirect(_page(enquiry))
    lead = _("%(enquiry)s. The first contact stays on record.") % {"enquiry": enquiry}
    title = _("Hand the enquiry over")
    return form_page(request, form=form, title=title, lead=lead, back=_page(enquiry), button=_("Hand over"))


@may("clients.edit")
def enquiry_close(request, enquiry_pk):
    enquiry = get_object_or_404(Enquiry, pk=enquiry_pk)
    form = CloseEnquiryForm(request.POST or None)
    if submit(form, actions.close_enquiry, enquiry=enquiry, by=request.user):
        messages.success(request, _("Enquiry %(number)s is closed.") % {"number": enquiry.number})
        return redirect(_page(enquiry))
    return form_page(
        request,
        form=form,
        title=_("Close the enquiry"),
        lead=str(enquiry),
        back=_page(enquiry),
        button=_("Close"),
    )


@may("clients.edit")
@require_POST
def enquiry_receipt(request, enquiry_pk):
    enquiry = get_object_or_404(Enquiry, pk=enquiry_pk)
    done = _("The receipt is being made; it stands below when it is ready.")
    return press(request, actions.print_receipt, back=_page(enquiry), done=done, enquiry=enquiry, by=request.user)


@may("agencies.reveal")
@require_POST
def enquiry_reveal(request, enquiry_pk):
    """Show the caller's phone in full, once, and log who saw it."""
    enquiry = get_object_or_404(Enquiry, pk=enquiry_pk)
    log_access(user=request.user, row=enquiry, field="phone", reason=typed(request.POST, "reason", 100))
    return revealed(request, enquiry.phone, title=str(enquiry), back=_page(enquiry))
