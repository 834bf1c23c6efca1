"""Office pages of enquiries: list, intake, one enquiry with what was said."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.actions import log_access
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.pages import form_page, revealed, submit
from agencies.permissions import may
from agencies.privacy import mask_phone
from agencies.text import typed
from clients.actions import enquiries as actions
from clients.forms.enquiries import CloseEnquiryForm, EnquiryFilter, EnquiryForm, FollowUpForm
from clients.models import Enquiry


class EnquiryList(OfficeList):
    right = "clients.view"
    edit_right = "clients.edit"
    list_name = "enquiries"
    title = gettext_lazy("Enquiries")
    template_name = "clients/enquiry_list.html"
    filterset_class = EnquiryFilter
    tab_choices = Enquiry.State
    first_tab = Enquiry.State.OPEN
    columns = [
        Column(gettext_lazy("number"), lambda row: row.number),
        Column(gettext_lazy("received at"), lambda row: timezone.localtime(row.received_at).strftime("%Y-%m-%d %H:%M")),
        Column(gettext_lazy("came by"), lambda row: row.get_channel_display()),
        Column(gettext_lazy("caller"), lambda row: row.caller),
        Column(gettext_lazy("phone"), lambda row: mask_phone(row.phone)),
        Column(gettext_lazy("what is wanted"), lambda row: row.need),
        Column(gettext_lazy("state"), lambda row: row.get_state_display()),
        Column(
            gettext_lazy("answered at"),
            lambda row: timezone.localtime(row.answered_at).strftime("%Y-%m-%d %H:%M") if row.answered_at else "",
        ),
        Column(gettext_lazy("in charge"), lambda row: row.owner.name if row.owner else ""),
        Column(gettext_lazy("client"), lambda row: row.client.number if row.client else ""),
        Column(gettext_lazy("why it came to nothing"), lambda row: row.closed_reason),
    ]

    def rows(self):
        return Enquiry.objects.select_related("owner", "client").order_by("-number")

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "now": timezone.now()}


def _page(enquiry):
    return office_url("enquiry_page", enquiry.pk)


@may("clients.edit")
def enquiry_new(request):
    form = EnquiryForm(request.POST or None)
    if enquiry := submit(form, actions.take_enquiry, by=request.user):
        messages.success(request, _("Enquiry %(number)s is written down.") % {"number": enquiry.number})
        return redirect(_page(enquiry))
    lead = _("As much as calling back needs; papers and identity numbers come with the client file.")
    return form_page(request, form=form, title=_("New enquiry"), lead=lead, back=office_url("enquiry_list"))


@may("clients.view")
def enquiry_page(request, enquiry_pk):
    """What is known and what was said; the next entry is written here."""
    enquiry = get_object_or_404(Enquiry.objects.select_related("owner", "client"), pk=enquiry_pk)
    may_edit = has_perm("clients.edit", request.membership)
    is_open = enquiry.state == Enquiry.State.OPEN
    form = FollowUpForm(request.POST or None) if may_edit and is_open else None
    if form and submit(form, actions.follow_up, enquiry=enquiry, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_page(enquiry))
    context = {
        "enquiry": enquiry,
        "entries": enquiry.entries.select_related("by")[:50],
        "form": form,
        "may_edit": may_edit,
        "is_open": is_open,
        "is_late": is_open and not enquiry.answered_at and enquiry.answer_by < timezone.now(),
        "today": timezone.localdate(),
    }
    return render(request, "clients/enquiry_page.html", context)


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
        button=_("Came to nothing"),
    )


@may("agencies.reveal")
@require_POST
def enquiry_reveal(request, enquiry_pk):
    """Show the caller's phone in full, once, and log who saw it."""
    enquiry = get_object_or_404(Enquiry, pk=enquiry_pk)
    log_access(user=request.user, row=enquiry, field="phone", reason=typed(request.POST, "reason", 100))
    return revealed(request, enquiry.phone, title=str(enquiry), back=_page(enquiry))
