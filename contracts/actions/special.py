"""Special circumstances (7.3.2 e): reported, told to those it concerns within limits, settled by who steps in or what ends."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.calendar import ONE_DAY
from agencies.links import office_url
from agencies.models import AgencySettings, Role, User
from agencies.numbers import next_number
from agencies.standard import gettext_noop
from archive.actions import request_document
from archive.models import Document
from caregivers.models import Caregiver
from contracts.actions import replacing
from contracts.actions.history import update_with_history
from contracts.actions.running import end_agreement
from contracts.actions.visits import assign_visit, unassign_visit
from contracts.models import Agreement, SpecialEvent, SpecialTelling, Visit
from contracts.queries.agreements import OPEN
from contracts.queries.special import still_to_tell, visits_touched

Kind, Outcome, State = SpecialEvent.Kind, SpecialEvent.Outcome, SpecialEvent.State
Party, Means = SpecialTelling.Party, SpecialTelling.Means
PLANNERS = (Role.MANAGER, Role.COORDINATOR)
BACK = dt.timedelta(days=30)  # how long ago it may have begun (derived)


def report_event(
    *,
    agreement: Agreement,
    by: User,
    kind: str,
    text: str,
    from_day: dt.date,
    until_day: dt.date | None = None,
    by_phone: bool = False,
) -> SpecialEvent:
    """Start the record: the agency is told by it, the clock for everybody else runs from now.

    Who cannot go on loses the visits of those days; after a death nobody is sent there any more and the agreements end.
    """
    if problems := _against_the_report(agreement, from_day, until_day):
        raise ValidationError(problems)
    now, rules = timezone.now(), AgencySettings.objects.get()
    event = SpecialEvent(
        number=next_number("TQ"),
        kind=kind,
        agreement=agreement,
        client=agreement.client,
        caregiver=agreement.caregiver,
        text=text,
        from_day=from_day,
        until_day=None if kind == Kind.DEATH else until_day,
        reported_at=now,
        reported_by=by,
        by_phone=by_phone,
        owner=None if by_phone else by,
        tell_by=now + dt.timedelta(minutes=rules.special_tell_minutes),
        settle_by=now + dt.timedelta(hours=rules.special_settle_hours),
    )
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError as error:
        if "special_event_open_once" not in str(error):
            raise
        raise ValidationError(_("The same is on record for this agreement and still open.")) from None
    SpecialTelling.objects.create(
        event=event, party=Party.AGENCY, name=by.name, means=Means.PAGE, told_at=now, recorded_by=by
    )
    if kind == Kind.CAREGIVER:
        _take_visits_back(event)
    elif kind == Kind.DEATH:
        _end_everything(event, by)
    notify(
        users=members_with(*PLANNERS, but=by),
        title=f"{event.number} · {agreement.client.salutation} · {event.get_kind_display()}",
        body=text,
        url=office_url("special_page", event.pk),
    )
    return event


def _against_the_report(agreement, from_day, until_day):
    problems = {}
    if agreement.state not in OPEN:
        problems["__all__"] = _("This agreement is not in force.")
    first = max(agreement.starts_on, timezone.localdate() - BACK)
    if not first <= from_day <= agreement.ends_on:
        words = {"first": first, "last": agreement.ends_on}
        problems["from_day"] = _("Choose a day between %(first)s and %(last)s.") % words
    if until_day and until_day < from_day:
        problems["until_day"] = _("The end lies before the start.")
    return problems


def _take_visits_back(event):
    """Nobody waits for who will not come: the visits stand with the unassigned."""
    mine = visits_touched(event).filter(caregiver=event.caregiver_id).select_related(None)
    update_with_history(mine, f"special {event.pk}", caregiver=None)


def _end_everything(event, by):
    """A client has died: what is planned is cancelled from this moment, every agreement of theirs ends that day."""
    ahead = Visit.objects.filter(client=event.client_id, state=Visit.State.PLANNED, period__endswith__gt=timezone.now())
    update_with_history(
        ahead, f"special {event.pk}", state=Visit.State.CANCELLED, cancel_reason=_("The client has died.")
    )
    note = _("The client died on %(day)s (%(number)s).") % {"day": event.from_day, "number": event.number}
    running = Agreement.objects.filter(client=event.client_id, state__in=OPEN).defer("terms")
    for agreement in running.order_by("-starts_on", "-pk"):
        agreement.refresh_from_db()
        if agreement.state in OPEN and agreement.ended_on is None:  # one ends the versions that follow it
            day = max(min(event.from_day, timezone.localdate()), agreement.starts_on)
            end_agreement(agreement=agreement, by=by, ended_on=day, end_reason=Agreement.EndReason.DEATH, end_note=note)


def _open(event) -> SpecialEvent:
    event = SpecialEvent.objects.select_for_update(of=["self"]).get(pk=event.pk)
    if event.state != State.OPEN:
        raise ValidationError(_("This is settled already."))
    return event


def take_up(*, event: SpecialEvent, by: User) -> None:
    """Be in charge of it."""
    event = _open(event)
    event.owner = by
    event.save()


def tell(
    *, event: SpecialEvent, by: User, party: str, name: str, means: str, told_at: dt.datetime | None = None
) -> SpecialTelling:
    """Write down that somebody was told, when and how."""
    told_at = told_at or timezone.now()
    if told_at > timezone.now():
        raise ValidationError({"told_at": _("This lies in the future.")})
    if told_at < event.reported_at - ONE_DAY:
        raise ValidationError({"told_at": _("This is more than a day before it was reported.")})
    return SpecialTelling.objects.create(
        event=event, party=party, name=name, means=means, told_at=told_at, recorded_by=by
    )


def give_visits(*, event: SpecialEvent, by: User, caregiver: Caregiver) -> tuple[int, list[str]]:
    """Send somebody to the visits of those days; returns how many they take, and what stands against the others.

    What they cannot take stands with the unassigned.
    """
    event = _open(event)
    given, against = 0, []
    for visit in visits_touched(event):
        try:
            with transaction.atomic():
                assign_visit(visit=visit, caregiver=caregiver, by=by)
        except ValidationError as refusal:
            start = timezone.localtime(visit.period.lower)
            against.append(f"{start:%m-%d %H:%M} · {' '.join(refusal.messages)}")
            if visit.caregiver_id == event.caregiver_id and event.kind == Kind.CAREGIVER:
                unassign_visit(visit=visit, by=by)
        else:
            given += 1
    if not given:
        raise ValidationError(against or [_("No visit of these days is planned.")])
    return given, against


def draft_supplement(*, event: SpecialEvent, by: User, caregiver: Caregiver) -> Agreement:
    """Write the 换人 supplement: the running version amended, with the other caregiver from the first day on."""
    event = _open(event)
    summary = _("%(number)s: %(kind)s. Another caregiver.") % {"number": event.number, "kind": event.get_kind_display()}
    event.amendment = replacing.draft_supplement(
        agreement=event.agreement, by=by, caregiver=caregiver, from_day=event.from_day, reason=summary
    )
    event.save()
    return event.amendment


def settle_event(*, event: SpecialEvent, by: User, outcome: str, outcome_note: str = "") -> None:
    """Close the record, once everybody it concerns was told and what is said to have happened did happen.

    Who cannot go on for good and is replaced by visits given to somebody else: the supplement is drafted.
    """
    event = _open(event)
    problems = []
    if untold := still_to_tell(event):
        names = "、".join(str(Party(party).label) for party in untold)
        problems.append(_("Tell first, and write down when: %(parties)s.") % {"parties": names})
    if missing := _not_done(event, outcome):
        problems.append(missing)
    if problems:
        raise ValidationError(problems)
    _settle(event, outcome, outcome_note)
    if outcome == Outcome.VISITS and event.kind == Kind.CAREGIVER and event.until_day is None:
        summary = f"{event.number} {event.get_kind_display()}"
        draft = replacing.follow_up(agreement=event.agreement, by=by, from_day=event.from_day, reason=summary)
        if draft:
            event.amendment = draft
            event.save()


def _not_done(event, outcome):
    """What an outcome claims and the records do not show."""
    agreement = Agreement.objects.get(pk=event.agreement_id)
    if outcome == Outcome.SUPPLEMENT and not (event.amendment and event.amendment.in_force_at):
        return _("The supplement is not signed by all three yet.")
    if outcome == Outcome.VISITS and visits_touched(event).filter(caregiver=None).exists():
        return _("Visits of these days still have nobody.")
    if outcome == Outcome.REST and not agreement.suspensions.filter(period__upper_inf=True).exists():
        return _("The service is not suspended; do that on the agreement's page first.")
    if outcome == Outcome.END and not agreement.ended_on:
        return _("The agreement is not ended; do that on its page first.")
    return ""


def _settle(event, outcome, note):
    event.state, event.outcome, event.outcome_note, event.settled_at = State.SETTLED, outcome, note, timezone.now()
    event.save()


def print_event(*, event: SpecialEvent, by: User) -> Document:
    """Ask for the record on paper."""
    title = f"特殊情况记录 {event.number}"
    return request_document(kind=Document.Kind.SPECIAL_RECORD, subject_id=event.pk, title=title, by=by)


def settle_by_supplement(amendment: Agreement) -> None:
    """All three have signed the supplement: whoever was told by signing needs no further record."""
    for event in SpecialEvent.objects.filter(amendment=amendment, state=State.OPEN):
        signed = amendment.signatures.get(party="client")
        party = Party.GUARDIAN if amendment.guardian_id else Party.CLIENT
        SpecialTelling.objects.create(
            event=event, party=party, name=signed.signer_name, means=Means.PAGE, told_at=signed.recorded_at,
            recorded_by=signed.recorded_by or amendment.created_by,
        )  # fmt: skip
        _settle(event, Outcome.SUPPLEMENT, amendment.number)


def warn_of_special() -> dict[str, int]:
    """Tell managers and whoever is in charge, once each, that a limit has passed: to tell everybody, to settle it."""
    now = timezone.now()
    open_ones = SpecialEvent.objects.filter(state=State.OPEN).select_related("client", "owner")
    untold = [e for e in open_ones.filter(tell_by__lte=now, tell_warned_at=None) if still_to_tell(e)]
    unsettled = open_ones.filter(settle_by__lte=now, settle_warned_at=None)
    return {
        "acknowledge": _warn(
            untold,
            "tell_warned_at",
            gettext_noop("%(number)s: %(client)s or the family was not told in time (7.3.2 e)"),
        ),
        "passed": _warn(
            unsettled, "settle_warned_at", gettext_noop("%(number)s of %(client)s is not settled in time (7.3.2 e)")
        ),
    }


def _warn(events, field, title):
    count = 0
    for event in events:
        unsaid = SpecialEvent.objects.filter(pk=event.pk, state=State.OPEN, **{field: None})
        if not unsaid.update(**{field: timezone.now()}):
            continue
        count += 1
        users = {user.pk: user for user in [*members_with(Role.MANAGER), *filter(None, [event.owner])]}
        words = {"number": event.number, "client": event.client.salutation}
        url = office_url("special_page", event.pk)
        notify(users=users.values(), title=lambda words=words: _(title) % words, url=url)
    return count
