"""Confiding on the phone: rights first, then one person of the agency, and what the two write to each other."""

import datetime as dt

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.pages import submit
from caregivers.actions import welfare as actions
from caregivers.forms.phone import ConfideForm, EntryForm
from caregivers.phone import own, phone_page
from caregivers.queries.welfare import is_shut_to, listeners, told_by
from caregivers.standard.welfare import edition_on

TOLD = "rights_told_at"  # in the session, from reading the rights until something is sent


@own
def confide(request, caregiver):
    """The rights, before anything is written; and what was told before."""
    if request.method == "POST":
        request.session[TOLD] = timezone.now().isoformat()
        return redirect("phone:confide_new")
    rights = [_(text) for text in edition_on(timezone.localdate()).rights]
    return phone_page(request, "phone/confide.html", rights=rights, told=told_by(caregiver))


@own
def confide_new(request, caregiver):
    if TOLD not in request.session:
        return redirect("phone:confide")
    form = ConfideForm(request.POST or None, listeners=listeners(but=request.user))
    told_at = dt.datetime.fromisoformat(request.session[TOLD])
    if grievance := submit(form, actions.confide, caregiver=caregiver, rights_told_at=told_at):
        del request.session[TOLD]
        messages.success(request, _("Sent. Only %(name)s can read it.") % {"name": grievance.recipient})
        return redirect("phone:confided", grievance.pk)
    return phone_page(request, "phone/confide_new.html", form=form)


@own
def confided(request, caregiver, grievance_pk):
    """One matter with all that was written; an answer goes to the one person."""
    grievance = get_object_or_404(told_by(caregiver), pk=grievance_pk)
    form = EntryForm(request.POST or None)
    if submit(form, actions.add_entry, grievance=grievance, by=request.user):
        return redirect("phone:confided", grievance.pk)
    listens = listeners(but=request.user).filter(pk=grievance.recipient_id).exists()
    entries = grievance.entries.select_related("written_by")
    context = {
        "grievance": grievance,
        "entries": entries,
        "form": form,
        "listens": listens,
        "is_shut": is_shut_to(grievance.recipient, grievance),
    }
    return phone_page(request, "phone/confided.html", **context)
