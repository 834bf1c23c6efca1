"""Office pages of what is taken down at the client's: the door with its code and place, measurements with their chart."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.actions.access import log_access
from agencies.links import office_url
from agencies.models import AgencySettings
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from clients.models import Client
from contracts.actions import onsite as actions
from contracts.chart import chart_of
from contracts.forms.onsite import HangForm, PlaceForm, StrikeForm
from contracts.models import Measurement, Visit
from contracts.queries.onsite import door_of, may_measure, measurements_of, vital_limits

SHOWN = 60


def _client(client_pk):
    return get_object_or_404(Client, pk=client_pk)


def _door(client):
    return office_url("door_page", client.pk)


@may("contracts.view_visits")
def door_page(request, client_pk):
    client = _client(client_pk)
    context = {"client": client, "door": door_of(client.pk), "may_edit": has_perm("contracts.edit", request.membership)}
    return render(request, "contracts/door_page.html", context)


@may("contracts.edit")
@require_POST
def door_print(request, client_pk):
    client = _client(client_pk)
    done = _("The paper is being made.")
    return press(request, actions.print_door_card, back=_door(client), done=done, client=client, by=request.user)


@may("contracts.edit")
@require_POST
def door_renew(request, client_pk):
    client = _client(client_pk)
    done = _("The old card is worth nothing now. Print a new one.")
    return press(request, actions.renew_door_code, back=_door(client), done=done, client=client, by=request.user)


def _verb(request, form, title, client, action):
    if submit(form, action, client=client, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_door(client))
    return form_page(request, form=form, title=title, lead=f"{client} · {client.address}", back=_door(client))


@may("contracts.edit")
def door_hang(request, client_pk):
    form = HangForm(request.POST or None)
    return _verb(request, form, _("The card hangs at the door"), _client(client_pk), actions.hang_door_card)


@may("contracts.edit")
def door_locate(request, client_pk):
    form = PlaceForm(request.POST or None)
    return _verb(request, form, _("Where the door is"), _client(client_pk), actions.locate_door)


@may("contracts.edit")
@require_POST
def door_from_visit(request, visit_pk):
    visit = get_object_or_404(Visit.objects.select_related("client"), pk=visit_pk)
    done = _("This is the place of the client's door now.")
    back = office_url("visit_page", visit.pk)
    return press(request, actions.locate_by_visit, back=back, done=done, visit=visit, by=request.user)


@may("clients.health")
def measurement_list(request, client_pk):
    """Chart and table of a client's measurements, with the consent; that somebody looked is logged."""
    client = _client(client_pk)
    rows = list(measurements_of(client)[:SHOWN])
    log_access(user=request.user, row=client, field="measurements")
    limits = vital_limits(AgencySettings.objects.get())
    valid = [row for row in reversed(rows) if row.struck_at is None]
    for row in rows:
        row.words = row.get_outside_display()
    context = {
        "client": client,
        "rows": rows,
        "charts": [
            chart for chart in (chart_of(name, valid, limits) for name in ("pressure", "pulse", "temperature")) if chart
        ],
        "has_consent": may_measure(client),
        "may_edit": has_perm("contracts.edit", request.membership),
    }
    return render(request, "contracts/measurement_list.html", context)


@may("contracts.edit")
def measurement_strike(request, measurement_pk):
    row = get_object_or_404(Measurement.objects.select_related("client"), pk=measurement_pk)
    back = office_url("measurement_list", row.client_id)
    form = StrikeForm(request.POST or None)
    if submit(form, actions.strike_measurement, measurement=row, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=_("Strike out a measurement"), lead=f"{row.client} · {row}", back=back)
