"""Complaints (8.4): received, accepted, answered, closed; every step is written down, with how it was told."""

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify, queue_message
from agencies.files import store_upload
from agencies.findings import text_of
from agencies.links import office_url, public_url
from agencies.models import AgencySettings, Role, StoredFile, User
from agencies.numbers import next_number
from agencies.standard import forbidding
from archive.actions import file_record, request_document
from archive.models import ArchiveClass, ArchiveRecord, Document
from clients.actions.enquiries import passed_on
from clients.models import Enquiry
from contracts.models import Agreement
from supervision.actions.quality import hand_down_complaint
from supervision.models import Complaint, ComplaintEntry
from supervision.standard import ComplaintFacts, acknowledge_by, check_complaint, complaint_limit

State, Step = Complaint.State, ComplaintEntry.Step
OPEN = [State.RECEIVED, State.ACCEPTED]
SPOKEN = [Complaint.Channel.PHONE, Complaint.Channel.VISIT]


def receive_complaint(
    *,
    by: User | None,
    evidence=None,
    told_how: str = "",
    wants_anonymity: bool = False,
    enquiry: Enquiry | None = None,
    **data: Any,
) -> Complaint:
    """Record a complaint with its number and limits; managers and quality officers are told at once.

    Who complains by phone or in person is told at once that it has arrived: told_how. Who left a number on the public
    page is told by a message. enquiry is the one at the desk it came by, which is done with it.
    """
    now = timezone.now()
    rules = AgencySettings.objects.get()
    severity = data.pop("severity", Complaint.Severity.ORDINARY)
    _check_receipt(by, now, wants_anonymity, told_how, data)
    _find_concerned(data)
    complaint = Complaint.objects.create(
        number=next_number("TS"),
        severity=severity,
        received_at=now,
        acknowledge_by=acknowledge_by(now, rules.complaint_acknowledge_hours),
        limit_on=complaint_limit(timezone.localdate(now), severity, _limits(rules)),
        lookup_code=secrets.token_hex(4).upper(),
        evidence=store_upload(evidence, kind=StoredFile.Kind.COMPLAINT, by=by),
        created_by=by,
        **data,
    )
    _write(complaint, Step.RECEIVED, by=by, channel=complaint.channel)
    if enquiry:
        passed_on(enquiry=enquiry, by=by, to=_("Complaint %(number)s") % {"number": complaint.number})
    if complaint.channel == Complaint.Channel.WEB and not complaint.complainant_phone:
        told_how = Complaint.Means.PAGE  # the page that took it shows number, code and limit
    if told_how:
        acknowledge_complaint(complaint=complaint, by=by, told_how=told_how)
    elif by is None:
        _tell(complaint, "received", _("Your complaint has arrived"), _arrived(complaint))
    notify(
        users=members_with(Role.MANAGER, Role.QUALITY_OFFICER),
        title=lambda: _("New complaint %(number)s") % {"number": complaint.number},
        url=office_url("complaint_file", complaint.pk),
    )
    return complaint


def _check_receipt(by, now, wants_anonymity, told_how, data):
    problems = {}
    if (happened_on := data.get("happened_on")) and happened_on > timezone.localdate(now):
        problems["happened_on"] = _("A complaint is about what has happened; this day lies in the future.")
    is_nameless = not data.get("complainant_name") and not data.get("complainant_phone")
    if by and is_nameless and not wants_anonymity and data.get("channel") in SPOKEN:
        problems["complainant_name"] = _("Ask for a name or a phone number, or tick that they want to stay anonymous.")
    if told_how == Complaint.Means.IMPOSSIBLE and not is_nameless:
        problems["told_how"] = _("The complainant is known: tell them, then write down how.")
    if problems:
        raise ValidationError(problems)


def _find_concerned(data):
    """Agreement and caregiver follow from the client, the rest from those."""
    if data.get("client") and not data.get("agreement"):
        concluded = Agreement.objects.filter(client=data["client"], in_force_at__isnull=False)
        data["agreement"] = concluded.order_by("-in_force_at").first()
    if data.get("agreement") and not data.get("caregiver"):
        data["caregiver"] = data["agreement"].caregiver


def _limits(rules):
    return {"ordinary": rules.complaint_limit_days, "serious": rules.serious_complaint_limit_days}


def _write(complaint, step, *, by, text="", **facts):
    return ComplaintEntry.objects.create(complaint=complaint, step=step, facts=facts, text=text, written_by=by)


def _tell(complaint, what, subject, body):
    """Put a message to the complainant in the outbox, once for what it says; nobody without a phone is told so."""
    if complaint.complainant_phone:
        queue_message(
            key=f"complaint-{what}:{complaint.pk}",
            recipient_name=complaint.complainant_name,
            address=complaint.complainant_phone,
            subject=subject,
            body=body,
        )


def _arrived(complaint):
    text = _(
        "Your complaint has arrived. Number %(number)s, code %(code)s; we answer until %(day)s. See how it goes on: %(url)s"
    )
    return text % {
        "number": complaint.number,
        "code": complaint.lookup_code,
        "day": complaint.limit_on,
        "url": public_url("public:complaint_status"),
    }


def _step(complaint, to, facts, **fields):
    """Check a step by the rules and claim the row."""
    findings = forbidding(check_complaint(complaint.state, to, facts, on=timezone.localdate()))
    if findings:
        raise ValidationError([text_of(finding) for finding in findings])
    if not Complaint.objects.filter(pk=complaint.pk, state=complaint.state).update(state=to, **fields):
        raise ValidationError(_("Somebody changed this complaint meanwhile; look at it again."))
    complaint.refresh_from_db()
    complaint.save()  # for the history


def _is_concerned(complaint, owner):
    return bool(owner and complaint.caregiver and complaint.caregiver.user_id == owner.pk)


def _facts(complaint, owner, **more):
    return ComplaintFacts(
        has_owner=owner is not None,
        owner_is_concerned=_is_concerned(complaint, owner),
        has_phone=bool(complaint.complainant_phone),
        is_anonymous=complaint.is_anonymous,
        **more,
    )


def acknowledge_complaint(*, complaint: Complaint, by: User | None, told_how: str, note: str = "") -> None:
    """Keep that the complainant was told that the complaint arrived: when, by whom, how; once."""
    if told_how == Complaint.Means.IMPOSSIBLE and not complaint.is_anonymous:
        raise ValidationError({"told_how": _("The complainant is known: tell them, then write down how.")})
    told = {"acknowledged_at": timezone.now(), "acknowledged_how": told_how, "acknowledged_by": by}
    if not Complaint.objects.filter(pk=complaint.pk, acknowledged_at=None).update(**told):
        raise ValidationError(_("The complainant was told already; look at the log."))
    complaint.refresh_from_db()
    complaint.save()  # for the history
    _write(complaint, Step.ACKNOWLEDGED, by=by, how=told_how, text=note)


def accept_complaint(
    *,
    complaint: Complaint,
    by: User,
    owner: User,
    severity: str,
    limit_reason: str = "",
    told_how: str = "",
    note: str = "",
) -> None:
    """Name the person in charge; taking up again after a reply too. Another severity moves the limit, with a reason."""
    received = timezone.localdate(complaint.received_at)
    old, new = complaint.limit_on, complaint.limit_on
    if severity != complaint.severity:
        new = complaint_limit(received, severity, _limits(AgencySettings.objects.get()))
    facts = _facts(complaint, owner, limit_on=old, new_limit_on=new, today=timezone.localdate(), reason=limit_reason)
    fields = {"owner": owner, "severity": severity, "replied_at": None}
    if new != old:
        fields |= {"limit_on": new, "first_limit_on": complaint.first_limit_on or old, "limit_reason": limit_reason}
        fields |= {"near_warned_at": None, "passed_warned_at": None}
    _step(complaint, State.ACCEPTED, facts, **fields)
    _write(complaint, Step.IN_CHARGE, by=by, who=owner.name, text=note)
    if new != old:
        _write(complaint, Step.LIMIT, by=by, old=old.isoformat(), new=new.isoformat(), text=limit_reason)
        words = {"number": complaint.number, "day": new, "reason": limit_reason}
        text = _("Your complaint %(number)s needs another limit: we answer until %(day)s. Reason: %(reason)s") % words
        _tell(complaint, f"limit-{new}", _("About your complaint"), text)
    if told_how and complaint.acknowledged_at is None:
        acknowledge_complaint(complaint=complaint, by=by, told_how=told_how)
    notify(
        users=[owner],
        title=lambda: _("You are in charge of complaint %(number)s") % {"number": complaint.number},
        url=office_url("complaint_file", complaint.pk),
    )


def add_entry(*, complaint: Complaint, by: User, text: str) -> ComplaintEntry:
    if complaint.state == State.CLOSED:
        raise ValidationError(_("This complaint is closed; nothing is added any more."))
    return _write(complaint, Step.NOTE, by=by, text=text)


def reply_to_complaint(
    *, complaint: Complaint, by: User, reply: str, finding: str, reply_how: str, reply_to: str = ""
) -> None:
    """Keep what was found and decided, and how and to whom it was told; a message is put in the outbox."""
    facts = _facts(complaint, complaint.owner, reply=reply, finding=finding, told_how=reply_how, told_whom=reply_to)
    fields = {"reply": reply, "finding": finding, "reply_how": reply_how, "reply_to": reply_to}
    _step(complaint, State.REPLIED, facts, replied_at=timezone.now(), **fields)
    whom = reply_to or "—"
    entry = _write(complaint, Step.REPLIED, by=by, text=reply, finding=finding, how=reply_how, whom=whom)
    if reply_how == Complaint.Means.MESSAGE:
        text = _("The answer to your complaint %(number)s: %(reply)s")
        words = {"number": complaint.number, "reply": reply}
        _tell(complaint, f"reply-{entry.pk}", _("About your complaint"), text % words)


def close_complaint(
    *, complaint: Complaint, by: User, outcome: str = "", recourse_told: bool = False, note: str = ""
) -> None:
    """Close with the complainant's view of the outcome and file it; the call afterwards follows from the policy."""
    facts = closing_facts(complaint, by, outcome=outcome, recourse_told=recourse_told, note=note)
    now = timezone.now()
    fields = {"outcome_satisfaction": outcome, "recourse_told": recourse_told}
    _step(complaint, State.CLOSED, facts, closed_at=now, **fields)
    if outcome:
        _write(complaint, Step.CLOSED, by=by, text=note, outcome=outcome)
    else:
        _write(complaint, Step.CLOSED_UNASKED, by=by, text=note)
    hand_down_complaint(complaint)
    file_record(
        archive_class=ArchiveClass.OTHER,
        source=ArchiveRecord.Source.COMPLAINT,
        source_id=complaint.pk,
        title=f"投诉 {complaint.number}",
        clock_started_on=timezone.localdate(now),
        files=[complaint.evidence] if complaint.evidence else [],
        by=by,
    )
    print_complaint(complaint=complaint, by=by)


def closing_facts(complaint: Complaint, by: User, **more) -> ComplaintFacts:
    """The complaint as closing would find it, for the rules; the page asks for their warnings before."""
    return _facts(
        complaint,
        complaint.owner,
        reply=complaint.reply,
        asked_by_owner=complaint.owner_id == by.pk and not complaint.is_anonymous,
        **more,
    )


def print_complaint(*, complaint: Complaint, by: User) -> Document:
    """Ask for the complaint's file on paper; once it is closed, the paper joins the archive record."""
    title = f"投诉处理记录 {complaint.number}"
    return request_document(kind=Document.Kind.COMPLAINT_FILE, subject_id=complaint.pk, title=title, by=by)
