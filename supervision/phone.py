"""Emergencies on the caregiver's phone (7.2.4): the second tap reports and shows what to do; then who was told."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.pages import press, submit
from caregivers.phone import own, phone_page
from contracts.models import Visit
from contracts.queries.visits import own_visits
from supervision.actions import incidents as actions
from supervision.incident_forms import OwnTextForm
from supervision.models import Incident, IncidentEntry
from supervision.queries import scenario_steps
from supervision.scenarios import SCENARIOS

ICONS = {"illness": "heartbeat", "theft": "lock-open", "fire": "flame", "injury": "bandage", "other": "alert-triangle"}
Told = IncidentEntry.Told
ON_THE_PHONE = (Told.AMBULANCE, Told.POLICE, Told.FIRE_BRIGADE, Told.FAMILY, Told.OWN_FAMILY)


def _visit(caregiver, text):
    """The visit the first tap came from, or the one that runs."""
    rows = own_visits(caregiver)
    if text.isdecimal() and len(text) < 19 and (row := rows.filter(pk=text).first()):
        return row
    return rows.filter(state=Visit.State.IN_PROGRESS).first()


@own
def emergency(request, caregiver):
    """Five buttons; pressing one is the report."""
    visit = _visit(caregiver, request.POST.get("visit") or request.GET.get("visit", ""))
    kind = request.POST.get("kind", "")
    if request.method == "POST" and kind in Incident.Kind.values:
        incident = actions.report_from_phone(caregiver=caregiver, by=request.user, kind=kind, visit=visit)
        return redirect("phone:incident", incident.pk)
    kinds = [(value, label, ICONS[value]) for value, label in Incident.Kind.choices]
    return phone_page(request, "phone/emergency.html", kinds=kinds, visit=visit)


@own
def incident(request, caregiver, incident_pk):
    """What to do, whom to call, and one tap for each who was told."""
    row = get_object_or_404(Incident.objects.select_related("client"), pk=incident_pk, reported_by=request.user)
    here = reverse("phone:incident", args=[row.pk])
    if request.POST.get("told") in ON_THE_PHONE:
        told = request.POST["told"]
        return press(request, actions.add_entry, back=here, done=_("Noted."), incident=row, by=request.user, told=told)
    form = OwnTextForm(request.POST or None, initial={"text": row.text})
    if submit(form, actions.describe, incident=row, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(here)
    entries = list(row.entries.all())
    told = {entry.told for entry in entries}
    is_open = row.state != Incident.State.CLOSED
    family = row.client.guardians.filter(is_active=True, is_emergency_contact=True) if row.client and is_open else []
    context = {
        "incident": row,
        "is_open": is_open,
        "steps": scenario_steps(row.kind),
        "numbers": SCENARIOS[row.kind].numbers,
        "family": family,
        "entries": entries,
        "to_tell": [(one.value, one.label) for one in ON_THE_PHONE if one not in told],
        "form": form,
    }
    return phone_page(request, "phone/incident.html", **context)
