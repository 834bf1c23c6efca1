"""What plans, agreements and visits add to the file pages of clients, caregivers and agreements."""

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from rules import has_perm

from agencies.links import office_url
from agencies.models import AgencySettings
from agencies.panels import Keep, Moment, Panel, Shortcut, Step, keeps, moments, panel, shortcuts, steps
from archive.standard import retain_until
from clients.models import Client
from clients.queries import missing_in_file
from contracts.clauses import KINDS
from contracts.models import Agreement, CalendarFeed, CaregiverPreference, ServicePlan, SpecialEvent, Visit
from contracts.queries.agreements import OPEN, with_outdated_plan
from contracts.queries.onsite import door_of, measurements_of
from contracts.queries.preferences import in_force
from contracts.queries.replacing import without_supplement


def _agreements(filters):
    return Agreement.objects.filter(**filters).select_related("client", "caregiver").defer("terms")[:10]


@panel("archive.text")
def whole_agreement(membership, text):
    """The way from an agency's clauses to the agreement they stand in."""
    mode = next((mode for mode, kind in KINDS.items() if kind == text.kind), None)
    return Panel("contracts/_clauses.html", {"text": text}) if mode else None


@panel("clients.client")
def client_plans(membership, client):
    plans = client.plans.select_related("assessment")[:5]
    may_new = _may_go_on(membership, client)
    return Panel("contracts/_plans.html", {"client": client, "plans": plans, "may_new": may_new})


@panel("clients.client")
def client_agreements(membership, client):
    may_new = _may_go_on(membership, client) and client.plans.filter(state=ServicePlan.State.AGREED).exists()
    context = {"client": client, "agreements": _agreements({"client": client}), "may_new": may_new}
    return Panel("contracts/_agreements.html", context)


def _may_go_on(membership, client):
    """Whether plans and agreements can be made: the file is complete, and the member may."""
    return has_perm("contracts.edit", membership) and not missing_in_file(client)


@steps("clients.client", place=1)
def towards_service(membership, client):
    """The plan and the agreement, for somebody who is not served yet."""
    if client.state != Client.State.PROSPECT:
        return
    may_go_on = _may_go_on(membership, client)
    plans = {plan.state: plan for plan in client.plans.filter(state__in=["draft", "agreed"])}
    agreements = {row.state: row for row in client.agreements.filter(state__in=["draft", "signing"]).defer("terms")}
    if draft := plans.get("draft") if "agreed" not in plans else None:
        text = _("The service plan is not agreed with the client yet (7.3.1).")
        yield Step(text, office_url("plan_page", draft.pk), _("Look"))
    elif "agreed" not in plans:
        text = _("There is no service plan yet (7.3.1).")
        yield Step(text, office_url("plan_new", client.pk) if may_go_on else "", _("Do it"))
    if agreement := agreements.get("signing") or agreements.get("draft"):
        words = {"number": agreement.number, "state": agreement.get_state_display()}
        text = _("Agreement %(number)s: %(state)s") % words
        yield Step(text, office_url("agreement_file", agreement.pk), _("Look"))
    else:
        text = _("There is no agreement of the three parties yet (7.3.2 b).")
        url = office_url("agreement_new", client.pk) if may_go_on and "agreed" in plans else ""
        yield Step(text, url, _("Do it"))


@steps("clients.client", place=1)
def behind_the_condition(membership, client):
    """What is served by a plan that was written before the client's condition changed (5, 7.3.1)."""
    for agreement in with_outdated_plan().filter(client=client).select_related("plan"):
        text = _(
            "The condition changed since the plan of %(number)s: a new version, then amend the agreement (5, 7.3.1)."
        )
        url = office_url("plan_page", agreement.plan_id)
        yield Step(text % {"number": agreement.number}, url, _("Look"))


@steps("clients.client", place=1)
def served_by_somebody_else(membership, client):
    """What somebody serves for good whom the agreement does not name, without a supplement under way (7.3.2 b)."""
    for agreement in without_supplement().filter(client=client).defer("terms"):
        text = _("%(number)s is served for good by somebody it does not name: draft the supplement (7.3.2 b).")
        yield Step(text % {"number": agreement.number}, office_url("agreement_file", agreement.pk), _("Look"))


@keeps("clients.client")
def agreements_are_kept(client):
    """A running agreement, and for years each that has ended (7.5.3; limitation of three years, Civil Code 188)."""
    years, today = AgencySettings.objects.get().keep_contracts_years, timezone.localdate()
    concluded = client.agreements.filter(in_force_at__isnull=False).exclude(state=Agreement.State.SUPERSEDED)
    for row in concluded.defer("terms"):
        if row.state != Agreement.State.ENDED:
            yield Keep(_("Agreement %(number)s is in force.") % {"number": row.number}, None)
        elif (until := retain_until("contracts", row.ended_on, years)) >= today:
            words = {"number": row.number, "ended": row.ended_on.isoformat(), "until": until.isoformat()}
            text = _("Agreement %(number)s ended on %(ended)s: kept until %(until)s (7.5.3, Civil Code 188).")
            yield Keep(text % words, until)


@shortcuts("clients.client")
def to_visits(membership, client):
    if client.state == Client.State.ACTIVE:
        url = f"{office_url('visit_list')}?client={client.number}&tab=all"
        yield Shortcut(_("Visits"), url, "calendar-week")


@panel("clients.client")
def client_visits(membership, client):
    visits = client.visits.exclude(state=Visit.State.CANCELLED).filter(period__endswith__gte=timezone.now())
    visits = visits.select_related("client", "caregiver").order_by("period")[:5]
    return Panel("contracts/_visits.html", {"visits": visits, "client": client})


@panel("clients.client")
def at_the_door(membership, client):
    """The code and place of the door, and by right and consent what was measured last."""
    shows_health = has_perm("clients.health", membership)
    rows = measurements_of(client).filter(struck_at=None)[:3] if shows_health else []
    context = {"client": client, "door": door_of(client.pk), "shows_health": shows_health, "measurements": rows}
    return Panel("contracts/_onsite.html", context)


@panel("clients.client")
def client_preferences(membership, client):
    rows = in_force().filter(client=client).select_related("caregiver")
    context = {"client": client, "preferences": rows, "may_edit": has_perm("contracts.edit", membership)}
    return Panel("contracts/_preferences.html", context)


@steps("clients.client", place=1)
def served_by_the_unwanted(membership, client):
    """What is served under an agreement whose caregiver is never to be sent again (7.2.2 c)."""
    unwanted = in_force().filter(client=client, kind=CaregiverPreference.Kind.NEVER).values("caregiver")
    running = client.agreements.filter(state__in=["in_force", "suspended"], caregiver__in=unwanted, ended_on=None)
    for agreement in running.exclude(amendments__in_force_at__isnull=False).select_related("caregiver").defer("terms"):
        text = _("%(number)s names %(caregiver)s, who is not to be sent again: amend the agreement (7.2.2 c).")
        words = {"number": agreement.number, "caregiver": agreement.caregiver}
        yield Step(text % words, office_url("agreement_file", agreement.pk), _("Look"))


@panel("contracts.agreement")
def agreement_fees(membership, agreement):
    statements = agreement.fee_statements.exclude(state="void")[:6]
    return Panel("contracts/_fees.html", {"statements": statements}) if statements else None


@panel("caregivers.caregiver")
def caregiver_agreements(membership, caregiver):
    return Panel("contracts/_agreements.html", {"agreements": _agreements({"caregiver": caregiver})})


@panel("caregivers.caregiver")
def caregiver_visits(membership, caregiver):
    visits = caregiver.visits.exclude(state=Visit.State.CANCELLED).filter(period__endswith__gte=timezone.now())
    visits = visits.select_related("client", "caregiver").order_by("period")[:5]
    return Panel("contracts/_visits.html", {"visits": visits, "own": True})


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


@moments("contracts.plan")
def plan_versions(plan: ServicePlan):
    """Written, changed, agreed, replaced."""
    rows = list(plan.history.select_related("history_user").order_by("history_date", "history_id")[:30])
    for row, before in zip(rows, [None, *rows], strict=False):
        text = row.get_state_display() if before is None or row.state != before.state else _("Draft changed")
        tone = "done" if row.state == ServicePlan.State.AGREED else "quiet"
        yield Moment(row.history_date, text, by=row.history_user.name if row.history_user else "", tone=tone)


@moments("contracts.visit")
def visit_changes(visit: Visit):
    """State, time and caregiver as they were after each change."""
    for row in visit.history.select_related("history_user", "caregiver").order_by("-history_date")[:30]:
        start = timezone.localtime(row.period.lower)
        text = f"{row.get_state_display()} · {start:%m-%d %H:%M} · {row.caregiver or _('unassigned')}"
        yield Moment(row.history_date, text, by=row.history_user.name if row.history_user else _("the system"))


@moments("contracts.agreement")
def agreement_states(agreement: Agreement):
    for row, by in _states(agreement.history):
        tone = {"in_force": "running", "ended": "done", "suspended": "waiting"}.get(row.state, "quiet")
        yield Moment(row.history_date, row.get_state_display(), by=by, tone=tone)


@moments("contracts.agreement")
def price_approved(agreement: Agreement):
    rows = agreement.history.exclude(rate_approved_by=None).select_related("rate_approved_by").order_by("history_date")
    seen = set()
    for row in rows:
        if row.rate not in seen:
            seen.add(row.rate)
            text = _("Price approved: %(rate)s") % {"rate": f"¥{row.rate:,.2f}"}
            yield Moment(row.history_date, text, by=row.rate_approved_by.name)


@moments("contracts.agreement")
def signatures(agreement: Agreement):
    for row in agreement.signatures.select_related("recorded_by"):
        text = _("Signed: %(party)s, %(name)s, %(way)s")
        words = {"party": row.get_party_display(), "name": row.signer_name, "way": row.get_way_display()}
        by = row.recorded_by.name if row.recorded_by else ""
        yield Moment(row.recorded_at, text % words, tone="done", by=by)


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
def preferences_noted(client):
    for row in client.caregiver_preferences.select_related("caregiver", "noted_by", "ended_by").order_by("-noted_at")[
        :15
    ]:
        tone = "waiting" if row.kind == CaregiverPreference.Kind.NEVER else "done"
        yield Moment(row.noted_at, str(row), by=row.noted_by.name, tone=tone)
        if row.ended_at:
            words = {"what": row, "reason": row.end_reason}
            yield Moment(row.ended_at, _("No longer: %(what)s. %(reason)s") % words, by=row.ended_by.name)


@moments("clients.client")
def client_visits_done(client):
    done = client.visits.filter(state__in=[Visit.State.DONE, Visit.State.MISSED]).select_related("caregiver")
    for visit in done.order_by("-period")[:15]:
        tone = "running" if visit.state == Visit.State.DONE else "wrong"
        text = f"{visit.get_state_display()} · {visit.caregiver or ''}"
        yield Moment(visit.period.lower, text, url=office_url("visit_page", visit.pk), tone=tone)


@steps("caregivers.leaving")
def served_agreements(membership, caregiver):
    """The agreements that name somebody who leaves, each to be amended or ended, and how many visits lie ahead."""
    ahead = caregiver.visits.filter(state=Visit.State.PLANNED, period__startswith__gt=timezone.now()).count()
    if ahead:
        url = f"{office_url('visit_list')}?tab=planned&caregiver={caregiver.number}"
        yield Step(_("%(count)s visits ahead need somebody else.") % {"count": ahead}, url, _("Look"))
    for agreement in caregiver.agreements.filter(state__in=OPEN).select_related("client").defer("terms"):
        words = {"number": agreement.number, "client": agreement.client.salutation}
        text = _("Agreement %(number)s with %(client)s names this caregiver: amend it or end it.") % words
        yield Step(text, office_url("agreement_file", agreement.pk), _("Look"))


@panel("contracts.agreement")
def special_circumstances(membership, agreement):
    """What was agreed for them, what happened, and where the next one is reported (7.3.2 e)."""
    may_report = has_perm("contracts.edit", membership) and agreement.state in OPEN
    context = {"agreement": agreement, "events": agreement.special_events.all()[:10], "may_report": may_report}
    return Panel("contracts/_special.html", context)


@moments("clients.client")
def special_events(client):
    for event in client.special_events.select_related("reported_by").order_by("-reported_at")[:15]:
        text = f"{event.number} {event.get_kind_display()}"
        tone = "waiting" if event.state == SpecialEvent.State.OPEN else "done"
        url = office_url("special_page", event.pk)
        yield Moment(event.reported_at, text, by=event.reported_by.name, url=url, tone=tone)


@steps("contracts.handover")
def open_matters(membership, agreement):
    """What is open at the client's: special circumstances and missed visits nobody made up for (7.3.2 d)."""
    for event in agreement.special_events.filter(state=SpecialEvent.State.OPEN):
        yield Step(f"{event.number} {event.get_kind_display()}：{event.text}")
    missed = agreement.visits.filter(state=Visit.State.MISSED, made_up_by=None).order_by("-period")
    for visit in missed[:5]:
        start = timezone.localtime(visit.period.lower)
        yield Step(_("Missed on %(time)s, not made up for") % {"time": f"{start:%Y-%m-%d %H:%M}"})


@panel("caregivers.caregiver", place=1)
def calendar_feed(membership, caregiver):
    """Whether the caregiver's own calendar reads the rota; the office can close it, for a phone that was lost."""
    feed = CalendarFeed.objects.filter(caregiver=caregiver.pk, is_open=True).first()
    if feed is None:
        return None
    context = {"caregiver": caregiver, "feed": feed, "may_edit": has_perm("contracts.edit", membership)}
    return Panel("contracts/_calendar.html", context)
