"""Special circumstances on the caregiver's phone (7.3.2 e): tell the office, then client and family, each noted when."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from agencies.pages import submit
from caregivers.phone import own, phone_page
from clients.queries import whom_to_call
from contracts.actions import special as actions
from contracts.forms.special import OwnReportForm, TellForm
from contracts.models import Agreement, SpecialEvent
from contracts.queries.agreements import OPEN
from contracts.queries.special import open_events_of, still_to_tell


def _own_events(caregiver):
    return SpecialEvent.objects.filter(caregiver=caregiver).select_related("client", "agreement")


def _own_agreements(caregiver):
    """What names the caregiver now; of versions that follow each other the one that is served."""
    rows = Agreement.objects.filter(caregiver=caregiver, state__in=OPEN).select_related("client").defer("terms")
    return rows.exclude(amends__in=rows.values("pk")).order_by("number")


@own
def special_new(request, caregiver):
    agreements = _own_agreements(caregiver)
    rows = list(agreements[:2])
    initial = {"agreement": rows[0].pk if len(rows) == 1 else None, "kind": "caregiver"}
    form = OwnReportForm(request.POST or None, agreements=agreements, initial=initial)
    if event := submit(form, actions.report_event, by=request.user, by_phone=True):
        messages.success(request, _("The office knows. Now tell the client and the family."))
        return redirect("phone:special", event.pk)
    context = {
        "form": form,
        "has_agreements": bool(rows),
        "open_events": open_events_of(caregiver),
    }
    return phone_page(request, "phone/special_new.html", **context)


@own
def special(request, caregiver, event_pk):
    """One record of the caregiver's own: whom to call, and who was told."""
    event = get_object_or_404(_own_events(caregiver), pk=event_pk)
    is_open = event.state == SpecialEvent.State.OPEN
    untold = still_to_tell(event) if is_open else []
    initial = {"party": untold[0] if untold else "", "means": "phone", "name": event.client.name}
    form = TellForm(request.POST or None, initial=initial)
    if is_open and submit(form, actions.tell, event=event, by=request.user):
        messages.success(request, _("Noted."))
        return redirect("phone:special", event_pk)
    guardians = event.client.guardians.filter(is_active=True) if is_open else []
    called = whom_to_call(event.client)
    people = [(event.client.salutation, "", called.phone)] if "client" in untold and called.phone else []
    people += [(one.name, one.relation, one.phone) for one in guardians if "guardian" in untold]
    context = {"event": event, "untold": untold, "people": people, "form": form, "tellings": event.tellings.all()}
    return phone_page(request, "phone/special.html", **context)
