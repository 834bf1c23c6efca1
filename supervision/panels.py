"""What supervision adds to the timelines of clients, caregivers and agreements."""

from django.utils import timezone
from django.utils.translation import gettext as _
from rules import has_perm

from agencies.links import office_url
from agencies.models import AgencySettings
from agencies.panels import Keep, Moment, Panel, Shortcut, Step, keeps, moments, panel, shortcuts, steps
from archive.standard import retain_until
from clients.models import Enquiry
from supervision.models import Complaint, Incident, Praise, ReturnVisit, SurveyAnswer


@panel("caregivers.onboarding", place=1)
def follow_up(membership, caregiver):
    """Step 13 of on-boarding, for information: the first calls after service began, and what they brought."""
    first = [ReturnVisit.Kind.FIRST, ReturnVisit.Kind.SETTLING]
    calls = ReturnVisit.objects.filter(agreement__caregiver=caregiver, kind__in=first)
    calls = (
        calls.exclude(state=ReturnVisit.State.CANCELLED)
        .select_related("agreement", "client", "done_by")
        .defer("agreement__terms")
    )
    return Panel("supervision/_follow_up.html", {"calls": calls.order_by("-due_at")[:10]})


def _calls(filters):
    rows = ReturnVisit.objects.filter(state=ReturnVisit.State.DONE, **filters).select_related("done_by")
    for row in rows.order_by("-done_at")[:15]:
        text = _("Call: %(kind)s · %(result)s")
        words = {"kind": row.get_kind_display(), "result": row.get_satisfaction_display()}
        tone = "wrong" if row.has_problem else "done"
        yield Moment(
            row.done_at, text % words, by=row.done_by.name, url=office_url("return_visit_call", row.pk), tone=tone
        )


def _complaints(filters):
    for row in Complaint.objects.filter(**filters).order_by("-received_at")[:10]:
        text = _("Complaint %(number)s") % {"number": row.number}
        yield Moment(row.received_at, text, url=office_url("complaint_file", row.pk), tone="wrong")


def _answers(filters):
    rows = SurveyAnswer.objects.filter(**filters).select_related("invitation__round")
    for row in rows.order_by("-answered_at")[:10]:
        words = {"survey": row.invitation.round.name, "result": row.get_overall_display()}
        yield Moment(row.answered_at, _("%(survey)s: %(result)s") % words, tone="done")


@shortcuts("clients.client", place=1)
def call_or_complaint(membership, client):
    """The call that is due next, and a complaint of this client."""
    if has_perm("supervision.call", membership):
        for call in client.return_visits.filter(state=ReturnVisit.State.DUE).order_by("due_at")[:1]:
            yield Shortcut(_("Return call"), office_url("return_visit_call", call.pk), "phone-call")
    if has_perm("supervision.edit", membership):
        yield Shortcut(_("New complaint"), f"{office_url('complaint_new')}?client={client.number}", "message-report")


@moments("clients.client")
def client_calls(client):
    return _calls({"client": client})


@moments("clients.client")
def client_complaints(client):
    return _complaints({"client": client})


@moments("clients.client")
def client_answers(client):
    return _answers({"invitation__client": client})


@moments("caregivers.caregiver")
def caregiver_complaints(caregiver):
    return _complaints({"caregiver": caregiver})


@moments("caregivers.caregiver")
def caregiver_answers(caregiver):
    return _answers({"invitation__caregiver": caregiver})


@moments("contracts.agreement")
def agreement_calls(agreement):
    return _calls({"agreement": agreement})


@shortcuts("clients.enquiry")
def as_complaint_or_praise(membership, enquiry):
    """What came to the desk and belongs elsewhere is passed on without typing it again (8.4)."""
    if not has_perm("supervision.edit", membership):
        return
    if enquiry.matter == Enquiry.Matter.COMPLAINT:
        yield Shortcut(
            _("Take as a complaint"), f"{office_url('complaint_new')}?enquiry={enquiry.pk}", "message-report"
        )
    elif enquiry.matter == Enquiry.Matter.PRAISE:
        yield Shortcut(_("Into the caregiver's file"), f"{office_url('praise_new')}?enquiry={enquiry.pk}", "heart")


def _praises(filters):
    for row in Praise.objects.filter(**filters).select_related("noted_by")[:10]:
        words = {"who": row.said_by, "text": row.text}
        yield Moment(row.noted_at, _("Praise from %(who)s: %(text)s") % words, by=row.noted_by.name, tone="done")


@moments("caregivers.caregiver")
def caregiver_praises(caregiver):
    return _praises({"caregiver": caregiver})


@moments("clients.client")
def client_praises(client):
    return _praises({"client": client})


@keeps("clients.client")
def complaints_are_kept(client):
    """An open complaint, and for years each that was closed (7.5.3)."""
    years, today = AgencySettings.objects.get().keep_other_years, timezone.localdate()
    for row in Complaint.objects.filter(client=client):
        if row.closed_at is None:
            yield Keep(_("Complaint %(number)s is not closed.") % {"number": row.number}, None)
        elif (until := retain_until("other", timezone.localdate(row.closed_at), years)) >= today:
            words = {"number": row.number, "until": until.isoformat()}
            yield Keep(_("Complaint %(number)s: kept until %(until)s (7.5.3).") % words, until)


def _incidents(filters):
    for row in Incident.objects.filter(**filters).order_by("-happened_at")[:10]:
        tone = "done" if row.state == Incident.State.CLOSED else "wrong"
        text = f"{row.number} {row.get_kind_display()}"
        yield Moment(row.happened_at, text, url=office_url("incident_page", row.pk), tone=tone)


@moments("clients.client")
def client_incidents(client):
    return _incidents({"client": client})


@moments("caregivers.caregiver")
def caregiver_incidents(caregiver):
    return _incidents({"caregiver": caregiver})


@steps("contracts.handover", place=1)
def open_at_the_clients(membership, agreement):
    """Complaints and incidents that whoever takes over should know of (7.3.2 d)."""
    open_states = [Complaint.State.RECEIVED, Complaint.State.ACCEPTED]
    for row in Complaint.objects.filter(client=agreement.client_id, state__in=open_states):
        yield Step(_("Complaint %(number)s") % {"number": row.number})
    for row in Incident.objects.filter(client=agreement.client_id).exclude(state=Incident.State.CLOSED):
        yield Step(f"{row.number} {row.get_kind_display()}")
