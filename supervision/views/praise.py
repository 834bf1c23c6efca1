"""The office page on which praise is written down."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.links import office_url
from agencies.pages import form_page, submit
from agencies.permissions import may
from supervision.actions.praise import record_praise
from supervision.forms import PraiseForm
from supervision.views.complaints import enquiry_of


@may("supervision.edit")
def praise_new(request):
    """From an enquiry at the desk it is filled in already."""
    enquiry = enquiry_of(request)
    initial = {"said_on": timezone.localdate()}
    if enquiry:
        initial |= {"said_by": enquiry.caller, "text": enquiry.need, "said_on": timezone.localdate(enquiry.received_at)}
    form = PraiseForm(request.POST or None, initial=initial)
    if praise := submit(form, record_praise, by=request.user, enquiry=enquiry):
        messages.success(request, _("On record in the file of %(caregiver)s.") % {"caregiver": praise.caregiver})
        return redirect(office_url("caregiver_file", praise.caregiver_id))
    back = office_url("enquiry_page", enquiry.pk) if enquiry else office_url("caregiver_list")
    return form_page(request, form=form, title=_("Write down praise"), back=back)
