"""What plans, agreements and visits add to the file pages of clients, caregivers and agreements."""

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.links import office_url
from agencies.panels import Moment, Panel, moments, panel
from contracts.models import Agreement, Visit


def _agreements(filters):
    return Agreement.objects.filter(**filters).select_related("client", "caregiver").defer("terms")[:10]


@panel("clients.client")
def client_plans(membership, client):
    plans = client.plans.select_related("assessment")[:5]
    return Panel("contracts/_plans.html", {"client": client, "plans": plans})


@panel("clients.client")
def client_agreements(membership, client):
    return Panel("contracts/_agreements.html", {"client": client, "agreements": _agreements({"client": client})})


@panel("clients.client")
def client_visits(membership, client):
    visits = client.visits.exclude(state=Visit.State.CANCELLED).filter(period__endswith__gte=timezone.now())
    return Panel(
        "contracts/_visits.html", {"visits": visits.select_related("client", "caregiver").order_by("period")[:5]}
    )


@panel("caregivers.caregiver")
def caregiver_agreements(membership, caregiver):
    return Panel("contracts/_agreements.html", {"agreements": _agreements({"caregiver": caregiver})})


@panel("caregivers.caregiver")
def caregiver_visits(membership, caregiver):
    visits = caregiver.visits.exclude(state=Visit.State.CANCELLED).filter(period__endswith__gte=timezone.now())
    return Panel(
        "contracts/_visits.html", {"visits": visits.select_related("client", "caregiver").order_by("period")[:5]}
    )


@panel("caregivers.absence")
def visits_in_absence(membership, absence):
    """Visits that would need somebody else, before the office answers."""
    visits = Visit.objects.filter(caregiver=absence.caregiver_id, period__overlap=absence.period)
    visits = visits.exclude(state=Visit.State.CANCELLED).select_related("client", "caregiver").order_by("period")[:50]
    return Panel("contracts/_visits.html", {"visits": visits, "title": _("Visits in this time")})


@panel("caregivers.onboarding")
def placements(membership, caregiver):
    """Steps 11 and 12 of on-boarding, for information: papers shown at the first meeting, signatures, plan."""
    shown = Visit.objects.filter(agency=OuterRef("agency"), agreement=OuterRef("pk"), credentials_shown=True)
    agreements = Agreement.objects.filter(caregiver=caregiver).select_related("client", "plan").defer("terms")
    first_shown = Subquery(shown.order_by("checked_in_at").values("checked_in_at")[:1])
    return Panel("contracts/_placements.html", {"placements": agreements.annotate(shown_at=first_shown)[:10]})


def _states(history):
    """One moment for each change of state in a history."""
    rows = list(history.select_related("history_user").order_by("history_date")[:60])
    previous = None
    for row in rows:
        if row.state != previous:
            by = row.history_user.name if row.history_user else ""
            yield row, by
        previous = row.state


@moments("contracts.agreement")
def agreement_states(agreement: Agreement):
    for row, by in _states(agreement.history):
        tone = {"in_force": "running", "ended": "done", "suspended": "waiting"}.get(row.state, "quiet")
        yield Moment(row.history_date, row.get_state_display(), by=by, tone=tone)


@moments("contracts.agreement")
def signatures(agreement: Agreement):
    for row in agreement.signatures.all():
        text = _("Signed: %(party)s, %(name)s, %(way)s")
        words = {"party": row.get_party_display(), "name": row.signer_name, "way": row.get_way_display()}
        yield Moment(row.recorded_at, text % words, tone="done")


@moments("clients.client")
def client_agreement_states(client):
    rows = Agreement.history.filter(agency_id=client.agency_id, client_id=client.pk).select_related("history_user")
    seen = set()
    for row in rows.order_by("history_date")[:100]:
        if (row.id, row.state) not in seen:
            seen.add((row.id, row.state))
            text = f"{row.number} {row.get_state_display()}"
            by = row.history_user.name if row.history_user else ""
            yield Moment(row.history_date, text, by=by, url=office_url("agreement_file", row.id))


@moments("clients.client")
def client_visits_done(client):
    done = client.visits.filter(state__in=[Visit.State.DONE, Visit.State.MISSED]).select_related("caregiver")
    for visit in done.order_by("-period")[:15]:
        tone = "running" if visit.state == Visit.State.DONE else "wrong"
        text = f"{visit.get_state_display()} · {visit.caregiver or ''}"
        yield Moment(visit.period.lower, text, url=office_url("visit_page", visit.pk), tone=tone)
