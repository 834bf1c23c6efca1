"""The public page on which somebody asks for service, no account (7.3.2 a)."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from agencies.limits import client_address, is_over_limit
from agencies.pages import submit
from clients.actions.enquiries import take_enquiry
from clients.forms.enquiries import PublicEnquiryForm
from clients.models import Enquiry

PER_HOUR = 10


@login_not_required
def enquire(request):
    if request.agency is None:
        raise Http404
    if request.method == "POST" and is_over_limit(f"enquire:{client_address(request)}", limit=PER_HOUR):
        text = _("Too many enquiries from this address within an hour. Please call us.")
        return render(request, "public/closed.html", {"text": text}, status=429)
    form = PublicEnquiryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data.pop("website"):  # only machines fill in what people do not see
            return render(request, "public/closed.html", {"text": _("Thank you.")})
        if enquiry := submit(form, take_enquiry, by=None, channel=Enquiry.Channel.WEB):
            return render(request, "public/enquiry_done.html", {"enquiry": enquiry})
    return render(request, "public/enquire.html", {"form": form})
