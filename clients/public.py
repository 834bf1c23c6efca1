"""Public pages of the desk, no account: somebody asks for service, and looks up what became of it (7.3.2 a)."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from agencies.limits import client_address, is_over_limit
from agencies.pages import submit
from agencies.text import typed
from clients.actions.enquiries import ask_by_web
from clients.forms.enquiries import PublicEnquiryForm
from clients.queries import enquiry_of

PER_HOUR = 10


def _is_too_often(request, what, more=""):
    """Whether an address, or what it asks about, was tried too often within the hour; every try counts."""
    by_address = is_over_limit(f"{what}:{client_address(request)}", limit=PER_HOUR)
    return is_over_limit(f"{what}:{more}", limit=PER_HOUR) or by_address if more else by_address


@login_not_required
def enquire(request):
    if request.agency is None:
        raise Http404
    if request.method == "POST" and _is_too_often(request, "enquire"):
        text = _("Too many enquiries from this address within an hour. Please call us.")
        return render(request, "public/closed.html", {"text": text}, status=429)
    form = PublicEnquiryForm(request.POST or None)
    if form.is_bound and form.is_trapped:  # only machines fill in what people do not see
        return render(request, "public/closed.html", {"text": _("Thank you.")})
    if enquiry := submit(form, ask_by_web):
        return render(request, "public/enquiry_done.html", {"enquiry": enquiry})
    return render(request, "public/enquire.html", {"form": form})


@login_not_required
def enquiry_status(request):
    """How far an enquiry is, for whoever knows its number and the end of the phone; no name is shown."""
    if request.agency is None:
        raise Http404
    number, tail = typed(request.POST, "number", 20).upper(), typed(request.POST, "tail", 4)
    enquiry, problem = None, ""
    if request.method == "POST":
        if _is_too_often(request, "enquiry", number):
            problem = _("Too many tries within an hour. Please call us.")
        else:
            enquiry = enquiry_of(number, tail)
            problem = "" if enquiry else _("There is no enquiry with this number and phone. Check both.")
    context = {"enquiry": enquiry, "problem": problem, "number": number}
    return render(request, "public/enquiry_status.html", context)
