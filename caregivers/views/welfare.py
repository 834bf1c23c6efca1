"""Office pages of what was told in confidence: only for the one person it was told to; no list that exports."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.links import office_url
from agencies.pages import press, submit
from agencies.permissions import may
from caregivers.actions import welfare as actions
from caregivers.forms.phone import EntryForm, TalkForm
from caregivers.models import Caregiver
from caregivers.queries.welfare import is_shut_to, told_to
from caregivers.standard.welfare import edition_on

LATEST = 200


@may("caregivers.listen")
def confided_list(request):
    """What was told to the reader; nobody has a list of all."""
    return render(request, "caregivers/confided_list.html", {"grievances": told_to(request.user)[:LATEST]})


@may("caregivers.listen")
def confided_page(request, grievance_pk):
    grievance = get_object_or_404(told_to(request.user), pk=grievance_pk)
    form = EntryForm(request.POST or None)
    if submit(form, actions.add_entry, grievance=grievance, by=request.user):
        messages.success(request, _("Sent. Only %(name)s can read it.") % {"name": grievance.caregiver.name})
        return redirect(office_url("confided_page", grievance.pk))
    context = {
        "grievance": grievance,
        "entries": grievance.entries.select_related("written_by"),
        "form": form,
        "is_shut": is_shut_to(grievance.caregiver.user, grievance),
    }
    return render(request, "caregivers/confided_page.html", context)


@may("caregivers.listen")
@require_POST
def confided_close(request, grievance_pk):
    grievance = get_object_or_404(told_to(request.user), pk=grievance_pk)
    back = office_url("confided_page", grievance.pk)
    return press(request, actions.close_grievance, back=back, done=_("Closed."), grievance=grievance, by=request.user)


@may("caregivers.listen")
def talk_new(request, caregiver_pk):
    """A private talk: the rights to tell, the questions to ask, and a note that the caregiver will read."""
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    form = TalkForm(request.POST or None)
    if grievance := submit(form, actions.note_talk, caregiver=caregiver, by=request.user):
        messages.success(request, _("Noted. Only you and %(name)s can read it.") % {"name": caregiver.name})
        return redirect(office_url("confided_page", grievance.pk))
    edition = edition_on(timezone.localdate())
    context = {
        "caregiver": caregiver,
        "form": form,
        "rights": [_(text) for text in edition.rights],
        "questions": [_(text) for text in edition.questions],
    }
    return render(request, "caregivers/talk_new.html", context)
