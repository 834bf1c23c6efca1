"""Office pages of incidents (7.2.4): list, entry, one incident with its card and log."""

from django.contrib import messages
from django.db.models import Case, Q, When
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from agencies.privacy import mask_name
from agencies.text import typed
from archive.models import Document
from archive.queries import papers_of
from supervision.actions import incidents as actions
from supervision.incident_forms import CloseIncidentForm, EntryForm, IncidentFilter, IncidentForm
from supervision.models import Incident, IncidentEntry
from supervision.queries import scenario_steps


class IncidentList(OfficeList):
    right = "supervision.view"
    edit_right = "supervision.edit"
    list_name = "incidents"
    title = gettext_lazy("Incidents")
    template_name = "supervision/incident_list.html"
    filterset_class = IncidentFilter
    tab_choices = Incident.State
    columns = [
        Column(gettext_lazy("number"), lambda row: row.number),
        Column(gettext_lazy("happened at"), lambda row: timezone.localtime(row.happened_at).strftime("%Y-%m-%d %H:%M")),
        Column(gettext_lazy("what happened"), lambda row: row.get_kind_display()),
        Column(gettext_lazy("client"), lambda row: mask_name(row.client.name) if row.client else ""),
        Column(gettext_lazy("caregiver"), lambda row: str(row.caregiver or "")),
        Column(gettext_lazy("state"), lambda row: row.get_state_display()),
    ]

    def rows(self):
        open_first = Case(When(~Q(state=Incident.State.CLOSED), then=0), default=1)
        return Incident.objects.select_related("client", "caregiver", "owner").order_by(open_first, "-number")


def _get(incident_pk):
    rows = Incident.objects.select_related("client", "caregiver", "visit", "owner", "reported_by")
    return get_object_or_404(rows, pk=incident_pk)


def _back(incident):
    return office_url("incident_page", incident.pk)


@may("supervision.edit")
def incident_new(request):
    form = IncidentForm(request.POST or None, initial={"client_number": typed(request.GET, "client", 20)})
    if incident := submit(form, actions.report_incident, by=request.user):
        messages.success(request, _("Incident %(number)s is on record.") % {"number": incident.number})
        return redirect(_back(incident))
    return form_page(request, form=form, title=_("New incident"), back=office_url("incident_list"))


@may("supervision.view")
def incident_page(request, incident_pk):
    incident = _get(incident_pk)
    is_open = incident.state != Incident.State.CLOSED
    context = {
        "incident": incident,
        "is_open": is_open,
        "is_late": incident.state == Incident.State.REPORTED and incident.take_up_by <= timezone.now(),
        "entries": incident.entries.select_related("written_by"),
        "untold": [(one, IncidentEntry.Told(one).label) for one in actions.untold(incident)] if is_open else [],
        "steps": scenario_steps(incident.kind),
        "papers": papers_of(Document.Kind.INCIDENT_RECORD, incident.pk),
        "contacts": incident.client.guardians.filter(is_active=True) if incident.client else [],
        "may_edit": has_perm("supervision.edit", request.membership),
        "may_reveal": has_perm("agencies.reveal", request.membership),
    }
    return render(request, "supervision/incident_page.html", context)


@may("supervision.edit")
@require_POST
def incident_take(request, incident_pk):
    incident = _get(incident_pk)
    done = _("You are in charge of it.")
    return press(request, actions.take_up, back=_back(incident), done=done, incident=incident, by=request.user)


@may("supervision.edit")
@require_POST
def incident_print(request, incident_pk):
    """Ask for the record on paper."""
    incident = _get(incident_pk)
    done = _("The paper is being prepared.")
    return press(request, actions.print_incident, back=_back(incident), done=done, incident=incident, by=request.user)


def _verb(request, form, title, incident, action):
    if submit(form, action, incident=incident, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_back(incident))
    lead = f"{incident.number} · {incident.get_kind_display()}"
    return form_page(request, form=form, title=title, lead=lead, back=_back(incident))


@may("supervision.edit")
def incident_entry(request, incident_pk):
    form = EntryForm(request.POST or None, initial={"told": typed(request.GET, "told", 15)})
    return _verb(request, form, _("Who was told, what was done"), _get(incident_pk), actions.add_entry)


@may("supervision.edit")
def incident_close(request, incident_pk):
    incident = _get(incident_pk)
    form = CloseIncidentForm(request.POST or None, initial={"text": incident.text})
    return _verb(request, form, _("Close the incident"), incident, actions.close_incident)
