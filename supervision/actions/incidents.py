"""Incidents (7.2.4): reported in two taps, taken up at once, told to whom it concerns, closed with what was learnt."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.calendar import ONE_DAY
from agencies.links import office_url
from agencies.models import AgencySettings, Role, User
from agencies.numbers import next_number
from agencies.standard import gettext_noop
from archive.actions import file_record, request_document
from archive.models import ArchiveClass, ArchiveRecord, Document
from caregivers.models import Caregiver
from clients.models import Client
from contracts.models import Visit
from supervision.models import Incident, IncidentEntry

State, Told = Incident.State, IncidentEntry.Told
OFFICE = (Role.MANAGER, Role.COORDINATOR, Role.QUALITY_OFFICER)


def report_incident(
    *,
    by: User,
    kind: str,
    client: Client | None = None,
    caregiver: Caregiver | None = None,
    visit: Visit | None = None,
    happened_at: dt.datetime | None = None,
    text: str = "",
    by_phone: bool = False,
) -> Incident:
    """Write down that something happened and tell the whole office; who enters it in the office is in charge."""
    now = timezone.now()
    happened_at = happened_at or now
    if happened_at > now:
        raise ValidationError({"happened_at": _("This lies in the future.")})
    incident = Incident.objects.create(
        number=next_number("SJ"),
        state=State.REPORTED if by_phone else State.IN_HAND,
        kind=kind,
        client=client,
        caregiver=caregiver,
        visit=visit,
        happened_at=happened_at,
        reported_at=now,
        reported_by=by,
        by_phone=by_phone,
        text=text,
        owner=None if by_phone else by,
        take_up_by=now + dt.timedelta(minutes=AgencySettings.objects.get().incident_take_up_minutes),
    )
    _write(incident, by, told=Told.AGENCY, name=by.name)
    parts = (incident.get_kind_display(), str(client or ""), str(caregiver or ""))
    notify(
        users=members_with(*OFFICE, but=by),
        title=" · ".join(filter(None, parts)),
        body=text,
        url=office_url("incident_page", incident.pk),
    )
    return incident


def report_from_phone(*, caregiver: Caregiver, by: User, kind: str, visit: Visit | None) -> Incident:
    """The second tap; a further one within ten minutes finds the same incident again."""
    since = timezone.now() - dt.timedelta(minutes=10)
    same = Incident.objects.filter(reported_by=by, kind=kind, visit=visit, reported_at__gte=since)
    if found := same.exclude(state=State.CLOSED).first():
        return found
    client = visit.client if visit else None
    return report_incident(by=by, kind=kind, client=client, caregiver=caregiver, visit=visit, by_phone=True)


def _write(incident, by, *, at=None, **what):
    return IncidentEntry.objects.create(incident=incident, at=at or timezone.now(), written_by=by, **what)


def _open(incident) -> Incident:
    incident = Incident.objects.select_for_update(of=["self"]).get(pk=incident.pk)
    if incident.state == State.CLOSED:
        raise ValidationError(_("This incident is closed."))
    return incident


def take_up(*, incident: Incident, by: User) -> None:
    """Be in charge of it."""
    incident = _open(incident)
    incident.owner, incident.state = by, State.IN_HAND
    incident.save()


def describe(*, incident: Incident, by: User, text: str) -> None:
    """What happened, in words, as it is known now."""
    incident = _open(incident)
    incident.text = text
    incident.save()


def add_entry(
    *, incident: Incident, by: User, told: str = "", name: str = "", text: str = "", at: dt.datetime | None = None
) -> IncidentEntry:
    """Write down who was told, or what was done, and when."""
    incident = _open(incident)
    problems = {}
    if not told and not text:
        problems["text"] = _("Choose who was told, or write what was done.")
    if at and at > timezone.now():
        problems["at"] = _("This lies in the future.")
    elif at and at < incident.happened_at - ONE_DAY:
        problems["at"] = _("This is more than a day before it happened.")
    if problems:
        raise ValidationError(problems)
    return _write(incident, by, told=told, name=name, text=text, at=at)


def untold(incident: Incident) -> list[str]:
    """Whom 7.2.4 wants told and nobody has: the family where a client is concerned, the caregiver's own when hurt."""
    wanted = [Told.FAMILY] if incident.client_id else []
    wanted += [Told.OWN_FAMILY] if incident.kind == Incident.Kind.INJURY else []
    told = set(incident.entries.values_list("told", flat=True))
    return [one for one in wanted if one not in told]


def close_incident(*, incident: Incident, by: User, text: str, cause: str, prevention: str) -> None:
    """Close and file it: what happened, why, what prevents it; not before everybody it concerns was told."""
    incident = _open(incident)
    problems = []
    if incident.owner_id is None:
        problems.append(_("Nobody is in charge yet; take it up first."))
    if missing := untold(incident):
        names = "、".join(str(Told(one).label) for one in missing)
        problems.append(_("Tell first, and write down when: %(parties)s.") % {"parties": names})
    if problems:
        raise ValidationError(problems)
    incident.text, incident.cause, incident.prevention = text, cause, prevention
    incident.state, incident.closed_at = State.CLOSED, timezone.now()
    incident.save()
    file_record(
        archive_class=ArchiveClass.OTHER,
        source=ArchiveRecord.Source.INCIDENT,
        source_id=incident.pk,
        title=f"突发事件 {incident.number}",
        clock_started_on=timezone.localdate(),
        by=by,
    )


def print_incident(*, incident: Incident, by: User) -> Document:
    """Ask for the record on paper; once the incident is closed, the paper joins the archive record."""
    title = f"突发事件记录 {incident.number}"
    return request_document(kind=Document.Kind.INCIDENT_RECORD, subject_id=incident.pk, title=title, by=by)


UNSEEN = gettext_noop("%(number)s: nobody in the office has taken it up")


def warn_of_unseen() -> dict[str, int]:
    """Call everybody in the office once more when nobody took an incident up in time."""
    waiting = Incident.objects.filter(state=State.REPORTED, take_up_by__lte=timezone.now(), warned_at=None)
    count = 0
    for incident in waiting.order_by("number"):
        unsaid = Incident.objects.filter(pk=incident.pk, state=State.REPORTED, warned_at=None)
        if not unsaid.update(warned_at=timezone.now()):
            continue
        count += 1
        words = {"number": f"{incident.number} {incident.get_kind_display()}"}
        notify(
            users=members_with(*OFFICE),
            title=lambda words=words: _(UNSEEN) % words,
            url=office_url("incident_page", incident.pk),
        )
    return {"passed": count}
