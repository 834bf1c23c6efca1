"""Public pages of supervision, no account: complain, look up a complaint, answer a survey."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from agencies.limits import client_address, is_over_limit
from agencies.links import read_token
from agencies.pages import submit, unknown_link
from agencies.text import typed
from supervision.actions.complaints import receive_complaint
from supervision.actions.surveys import answer_survey
from supervision.forms import AnswerForm, PublicComplaintForm
from supervision.models import Complaint, SurveyInvitation
from supervision.queries import recourse_texts

PER_HOUR = 20


def _too_many(request, what):
    """Whether this address did something too often within the hour; every try counts, good or bad."""
    return is_over_limit(f"{what}:{client_address(request)}", limit=PER_HOUR)


@login_not_required
def complain(request):
    if request.agency is None:
        raise Http404
    if request.method == "POST" and _too_many(request, "complain"):
        text = _("Too many complaints from this address within an hour. Please call us.")
        return render(request, "public/closed.html", {"text": text}, status=429)
    form = PublicComplaintForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_trapped:  # only machines fill in what people do not see
        return render(request, "public/closed.html", {"text": _("Thank you.")})
    if complaint := submit(form, receive_complaint, by=None, channel=Complaint.Channel.WEB):
        return render(request, "public/complaint_done.html", {"complaint": complaint})
    return render(request, "public/complain.html", {"form": form})


@login_not_required
def complaint_status(request):
    """The state of a complaint for whoever knows its number and code."""
    if request.agency is None:
        raise Http404
    number, code = typed(request.POST, "number", 20).upper(), typed(request.POST, "code", 12).upper()
    complaint, problem = None, ""
    if request.method == "POST":
        if _too_many(request, "lookup") or is_over_limit(f"lookup-of:{number}", limit=PER_HOUR):
            problem = _("Too many tries within an hour. Please call us.")
        else:
            complaint = Complaint.objects.filter(number=number, lookup_code=code).first()
            problem = "" if complaint else _("There is no complaint with this number and code. Check both.")
    context = {"complaint": complaint, "problem": problem, "number": number, "recourse": recourse_texts()}
    return render(request, "public/complaint_status.html", context)


@login_not_required
def survey(request, token):
    if request.agency is None:
        raise Http404
    found = read_token("survey", token)
    rows = SurveyInvitation.objects.select_related("round", "client", "caregiver")
    invitation = rows.filter(pk=found[0]).first() if found else None
    if invitation is None:
        return unknown_link(request)
    if invitation.answers.exists():
        return render(request, "public/closed.html", {"text": _("You have answered already. Thank you!")})
    if invitation.round.state != "open":
        text = _("This survey is closed. Thank you all the same; call us at any time.")
        return render(request, "public/closed.html", {"text": text})
    form = AnswerForm(request.POST or None)
    if submit(form, answer_survey, invitation=invitation, way="link"):
        return render(request, "public/closed.html", {"text": _("Thank you! Your answer has arrived.")})
    return render(request, "public/survey.html", {"form": form, "invitation": invitation})
