"""Complaints (8.4): received, accepted, answered, closed; every step is written down and its limit watched."""

import datetime as dt
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions import members_with, notify
from agencies.files import store_upload
from agencies.findings import text_of
from agencies.links import office_url
from agencies.models import AgencySettings, Role, StoredFile, User
from agencies.numbers import next_number
from agencies.standard import forbidding
from archive.actions import file_record
from archive.models import ArchiveClass, ArchiveRecord
from contracts.models import Agreement
from supervision.models import Complaint, ComplaintEntry
from supervision.standard import ComplaintFacts, acknowledge_by, check_complaint, complaint_limit, limit_stage

State = Complaint.State


def receive_complaint(*, by: User | None, evidence=None, **data: Any) -> Complaint:
    """Record a complaint with its number and limits; managers and quality officers are told at once."""
    now = timezone.now()
    rules = AgencySettings.objects.get()
    severity = data.pop("severity", Complaint.Severity.ORDINARY)
    if (happened_on := data.get("happened_on")) and happened_on > timezone.localdate(now):
        raise ValidationError(
            {"happened_on": _("A complaint is about what has happened; this day lies in the future.")}
        )
    client = data.get("client")
    if client and not data.get("agreement"):
        concluded = Agreement.objects.filter(client=client, in_force_at__isnull=False)
        data["agreement"] = concluded.order_by("-in_force_at").first()
    if data.get("agreement") and not data.get("caregiver"):
        data["caregiver"] = data["agreement"].caregiver
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
    _write(complaint, _("Received: %(channel)s") % {"channel": complaint.get_channel_display()}, by)
    title = _("New complaint %(number)s") % {"number": complaint.number}
    notify(
        users=members_with(Role.MANAGER, Role.QUALITY_OFFICER),
        title=title,
        url=office_url("complaint_file", complaint.pk),
    )
    return complaint


def _limits(rules):
    return {"ordinary": rules.complaint_limit_days, "serious": rules.serious_complaint_limit_days}


def _write(complaint, text, by):
    return ComplaintEntry.objects.create(complaint=complaint, text=text[:1000], written_by=by)


def _step(complaint, to, facts, *, by, text, **fields):
    """Check a step by the rules, claim the row, write the entry."""
    findings = forbidding(check_complaint(complaint.state, to, facts, on=timezone.localdate()))
    if findings:
        raise ValidationError([text_of(finding) for finding in findings])
    if not Complaint.objects.filter(pk=complaint.pk, state=complaint.state).update(state=to, **fields):
        raise ValidationError(_("Somebody changed this complaint meanwhile; look at it again."))
    complaint.refresh_from_db()
    complaint.save()  # for the history
    _write(complaint, text, by)


def _is_concerned(complaint, owner):
    return bool(owner and complaint.caregiver and complaint.caregiver.user_id == owner.pk)


def accept_complaint(*, complaint: Complaint, by: User, owner: User, severity: str, note: str = "") -> None:
    """Name the person in charge and tell the complainant that it has arrived; taking up again after a reply too."""
    facts = ComplaintFacts(has_owner=True, owner_is_concerned=_is_concerned(complaint, owner))
    fields = {"owner": owner, "severity": severity, "replied_at": None}
    fields["acknowledged_at"] = complaint.acknowledged_at or timezone.now()
    if severity != complaint.severity:
        received = timezone.localdate(complaint.received_at)
        fields["limit_on"] = complaint_limit(received, severity, _limits(AgencySettings.objects.get()))
        fields |= {"near_warned_at": None, "passed_warned_at": None}
    text = _("In charge: %(who)s. %(note)s") % {"who": owner.name, "note": note}
    _step(complaint, State.ACCEPTED, facts, by=by, text=text.strip(), **fields)
    title = _("You are in charge of complaint %(number)s") % {"number": complaint.number}
    notify(users=[owner], title=title, url=office_url("complaint_file", complaint.pk))


def add_entry(*, complaint: Complaint, by: User, text: str) -> ComplaintEntry:
    if complaint.state == State.CLOSED:
        raise ValidationError(_("This complaint is closed; nothing is added any more."))
    return _write(complaint, text, by)


def reply_to_complaint(*, complaint: Complaint, by: User, reply: str) -> None:
    """Tell the complainant what was found and decided."""
    facts = ComplaintFacts(
        has_owner=complaint.owner_id is not None,
        owner_is_concerned=_is_concerned(complaint, complaint.owner),
        reply=reply,
    )
    text = _("Replied: %(reply)s") % {"reply": reply}
    _step(complaint, State.REPLIED, facts, by=by, text=text, reply=reply, replied_at=timezone.now())


def close_complaint(*, complaint: Complaint, by: User, outcome: str = "", note: str = "") -> None:
    """Close with the complainant's view of the outcome and file it; the call afterwards follows from the policy."""
    facts = ComplaintFacts(
        has_owner=complaint.owner_id is not None,
        owner_is_concerned=_is_concerned(complaint, complaint.owner),
        reply=complaint.reply,
        outcome=outcome,
        is_anonymous=not complaint.complainant_name and not complaint.complainant_phone,
        asked_by_owner=complaint.owner_id == by.pk,
    )
    now = timezone.now()
    text = _("Closed. %(note)s") % {"note": note}
    _step(complaint, State.CLOSED, facts, by=by, text=text.strip(), closed_at=now, outcome_satisfaction=outcome)
    file_record(
        archive_class=ArchiveClass.OTHER,
        source=ArchiveRecord.Source.COMPLAINT,
        source_id=complaint.pk,
        title=f"投诉 {complaint.number}",
        clock_started_on=timezone.localdate(now),
        files=[complaint.evidence] if complaint.evidence else [],
        by=by,
    )


def warn_of_limits() -> dict[str, int]:
    """Tell the person in charge and the managers one working day before a limit and when it has passed, once each.

    Who has not been told in time that the complaint arrived is named too.
    """
    today = timezone.localdate()
    soon = today + dt.timedelta(days=14)  # no run of holidays is longer
    open_ones = Complaint.objects.filter(state__in=[State.RECEIVED, State.ACCEPTED], limit_on__lte=soon)
    counts = {"acknowledge": 0, "near": 0, "passed": 0}
    now = timezone.now()
    for complaint in Complaint.objects.filter(
        state=State.RECEIVED, acknowledge_by__lte=now, acknowledge_warned_at=None
    ).select_related("owner"):
        if Complaint.objects.filter(pk=complaint.pk, acknowledge_warned_at=None).update(acknowledge_warned_at=now):
            counts["acknowledge"] += 1
            _warn(complaint, "acknowledge")
    for complaint in open_ones.select_related("owner"):
        stage = limit_stage(complaint.limit_on, today)
        if stage and Complaint.objects.filter(pk=complaint.pk, **{f"{stage}_warned_at": None}).update(
            **{f"{stage}_warned_at": timezone.now()}
        ):
            counts[stage] += 1
            _warn(complaint, stage)
    return counts


def _warn(complaint, stage):
    texts = {
        "acknowledge": _("Nobody has told the complainant that complaint %(number)s arrived; it was due until %(day)s"),
        "near": _("The limit of complaint %(number)s is near: %(day)s"),
        "passed": _("The limit of complaint %(number)s has passed: %(day)s"),
    }
    users = {
        user.pk: user
        for user in [*members_with(Role.MANAGER, Role.QUALITY_OFFICER), *([complaint.owner] if complaint.owner else [])]
    }
    limit = timezone.localtime(complaint.acknowledge_by) if stage == "acknowledge" else complaint.limit_on
    day = limit.strftime("%Y-%m-%d %H:%M" if stage == "acknowledge" else "%Y-%m-%d")
    title = texts[stage] % {"number": complaint.number, "day": day}
    notify(users=users.values(), title=title, url=office_url("complaint_file", complaint.pk))
