"""Handover records (7.3.2 d): prefilled, signed by all three, back at the agency with the client's opinion, filed."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.calendar import ONE_DAY
from agencies.files import drawing, store_file, store_upload
from agencies.links import office_url
from agencies.models import Role, StoredFile, User
from agencies.numbers import next_number
from agencies.panels import steps_of
from archive.actions import file_record, request_document
from archive.models import ArchiveClass, ArchiveRecord, Document
from clients.models import Consent
from clients.queries import has_consent, told_risk_notes
from contracts.actions.closing import close_agreement
from contracts.actions.quality import hand_down_opinion
from contracts.models import Agreement, Handover, HandoverSignature, Visit
from contracts.models.handover import TEXT, UNHAPPY
from contracts.queries.onsite import measurements_of

State = Handover.State
Party = HandoverSignature.Party
OPEN_STATES = (State.DRAFT, State.SIGNING)
LOOKED_BACK = 20  # measurements, for the newest value of each kind
NEEDED = ("condition", "medicines", "risks", "habits", "open_matters", "keys", "papers", "money")  # before it is signed


def start_handover(*, agreement: Agreement, by: User) -> Handover:
    """Open a record, prefilled from file, plan and what is open; an open one is found again and told who takes over."""
    states = Agreement.State
    if agreement.state not in (states.IN_FORCE, states.SUSPENDED, states.ENDED, states.SUPERSEDED):
        raise ValidationError(_("Only a service that has begun is handed over."))
    replacing = agreement.amendments.filter(in_force_at__isnull=False).exclude(caregiver=agreement.caregiver).first()
    if agreement.state == states.SUPERSEDED and replacing is None:
        raise ValidationError(_("The amendment kept the caregiver; there is nothing to hand over."))
    receiver = {
        "to": Handover.To.CAREGIVER if replacing else Handover.To.CLIENT,
        "next_caregiver": replacing.caregiver if replacing else None,
    }
    if handover := Handover.objects.filter(agreement=agreement, state__in=OPEN_STATES).first():
        return _told_who_takes_over(handover, receiver) if replacing else handover
    client = agreement.client
    return Handover.objects.create(
        number=next_number("JJ"),
        agreement=agreement,
        caregiver=agreement.caregiver,
        handed_over_at=_last_moment(agreement, replacing),
        place=f"{client.district}{client.address}"[:100],
        created_by=by,
        **receiver,
        **_prefilled(agreement),
    )


def _told_who_takes_over(handover, receiver):
    if handover.state == State.DRAFT and handover.next_caregiver != receiver["next_caregiver"]:
        handover.to, handover.next_caregiver = receiver["to"], receiver["next_caregiver"]
        handover.save()
    return handover


def _last_moment(agreement, replacing):
    """The end of the last visit under the agreement, when it is known and lies ahead; else now."""
    last_day = agreement.ended_on or (replacing.starts_on - ONE_DAY if replacing else None)
    ahead = Visit.objects.filter(agreement=agreement, caregiver=agreement.caregiver_id, state=Visit.State.PLANNED)
    last = ahead.filter(period__startswith__date__lte=last_day).order_by("-period").first() if last_day else None
    return max(last.period.upper, timezone.now()) if last else timezone.now()


def _prefilled(agreement):
    """What is known of the client, the plan and open matters; what health data is only with the consent to keep it."""
    client, plan = agreement.client, agreement.plan
    knows_health = has_consent(client, Consent.Kind.HEALTH_DATA)
    risks = [f"{note.get_kind_display()}：{note.text}" for note in told_risk_notes(client)]
    texts = {
        "condition": _last_measured(client),
        "medicines": client.medicines if knows_health else "",
        "risks": "\n".join([*risks, *filter(None, [plan.cautions])]),
        "habits": client.needs,
        "open_matters": "\n".join(step.text for step in steps_of("contracts.handover", None, agreement)),
        "keys": client.access_note,
        "papers": f"服务方案第 {plan.version} 版、护理记录",
    }
    return {name: text[: Handover._meta.get_field(name).max_length] for name, text in texts.items()}


def _last_measured(client):
    """The newest values of each kind, with their days; nothing without the consent to health data."""
    found = {}
    for row in measurements_of(client).filter(struck_at=None)[:LOOKED_BACK]:
        day = f"{timezone.localtime(row.taken_at):%m月%d日}"
        if row.systolic:
            found.setdefault("血压", f"血压 {row.systolic}/{row.diastolic} mmHg（{day}）")
        if row.pulse:
            found.setdefault("脉搏", f"脉搏 {row.pulse} 次/分（{day}）")
        if row.temperature:
            found.setdefault("体温", f"体温 {row.temperature} ℃（{day}）")
    return f"最近体征：{'，'.join(found.values())}。" if found else ""


def open_handover(*, agreement: Agreement, by: User) -> Handover:
    """Open the record because the service ends or the caregiver changes, and tell those who write and give it."""
    handover = start_handover(agreement=agreement, by=by)
    words = {"number": handover.number, "client": agreement.client.salutation}
    notify(
        users=members_with(Role.MANAGER, Role.COORDINATOR),
        title=lambda: _("Handover %(number)s of %(client)s is open: complete it with the caregiver (7.3.2 d)") % words,
        url=office_url("handover_page", handover.pk),
    )
    if agreement.caregiver.user_id:
        title = _("Your work at %(client)s ends: get keys, papers and money ready to hand over")
        notify(users=[agreement.caregiver.user], title=lambda: title % words, url=reverse("phone:today"))
    return handover


def drop_handovers(*, agreement: Agreement, reason: str) -> None:
    """What was opened for an end that does not come is not needed; what somebody has signed stays."""
    unsigned = Handover.objects.filter(agreement=agreement, state__in=OPEN_STATES, signatures=None)
    for handover in unsigned.exclude(to=Handover.To.CAREGIVER):
        _move(handover, handover.state, State.CANCELLED, reason=reason)


def waive_handover(*, handover: Handover, by: User, reason: str) -> None:
    """Write down why there will be no record; the agreement can be closed then."""
    if handover.state not in OPEN_STATES:
        raise ValidationError(_("Only an open record is given up."))
    _move(handover, handover.state, State.WAIVED, reason=reason)
    close_agreement(handover.agreement, by)


def update_handover(*, handover: Handover, by: User, **data: Any) -> Handover:
    if handover.state != State.DRAFT:
        raise ValidationError(_("This record is out for signing; it does not change any more."))
    for name, value in data.items():
        setattr(handover, name, value)
    if (handover.to == Handover.To.CAREGIVER) != (handover.next_caregiver is not None):
        text = _("Choose the next caregiver exactly when it is handed over to one.")
        raise ValidationError({"next_caregiver": text})
    if handover.next_caregiver_id == handover.caregiver_id:
        raise ValidationError({"next_caregiver": _("This is the caregiver who leaves.")})
    handover.save()
    return handover


def open_for_signing(*, handover: Handover, by: User) -> None:
    """Close the text, the client's opinion with it, and print it; names everything that is empty."""
    missing = [str(Handover._meta.get_field(name).verbose_name) for name in NEEDED if not getattr(handover, name)]
    problems = []
    if missing:
        text = _("Fill in first: %(fields)s. Write “none” where there is nothing.")
        problems.append(text % {"fields": "、".join(missing)})
    if not handover.opinion:
        text = _(
            "Ask the client, or the family, for their opinion first; it is signed together with the record (7.3.2 d)."
        )
        problems.append(text)
    if problems:
        raise ValidationError(problems)
    _move(handover, State.DRAFT, State.SIGNING, text_hash=text_digest(handover))
    _print(handover, by, f"交接记录 {handover.number} 待签")
    title = _("Please read and sign handover record %(number)s") % {"number": handover.number}
    people = [person for person in (handover.caregiver, handover.next_caregiver) if person and person.user_id]
    notify(users=[person.user for person in people], title=title, url=reverse("phone:handover", args=[handover.pk]))


def text_digest(handover: Handover) -> str:
    """SHA-256 of what is signed."""
    text = {name: str(getattr(handover, name) or "") for name in TEXT}
    text["handed_over_at"] = handover.handed_over_at.astimezone(dt.UTC).isoformat()
    canonical = json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def contents_of(handover: Handover, *, with_health: bool) -> list[tuple[str, str]]:
    """(label, text) of the record."""
    names = ["condition", "medicines", "risks"] if with_health else []
    names += ["habits", "open_matters", "keys", "papers", "money", "opinion_text", "next_wish"]
    return [(Handover._meta.get_field(name).verbose_name, getattr(handover, name)) for name in names]


def back_to_draft(*, handover: Handover, by: User) -> None:
    """Open the text again, as long as nobody has signed it."""
    if handover.signatures.exists():
        raise ValidationError(_("Somebody has signed this record; it does not change any more."))
    _move(handover, State.SIGNING, State.DRAFT, text_hash="")


def _print(handover, by, title):
    handover.document = request_document(kind=Document.Kind.HANDOVER, subject_id=handover.pk, title=title, by=by)
    handover.save()


def signers_of(handover: Handover, party: str, by: User) -> list[str]:
    """Who may sign for a party: the caregivers of the record, the client or who stands for them, whoever is signed in."""
    if party == Party.OUTGOING:
        return [handover.caregiver.name]
    if party == Party.RECEIVER and handover.to == Handover.To.CAREGIVER:
        return [handover.next_caregiver.name]
    if party == Party.RECEIVER and handover.to == Handover.To.CLIENT:
        client = handover.agreement.client
        is_dead = handover.agreement.end_reason == Agreement.EndReason.DEATH
        own = [] if is_dead else [client.name]
        return [*own, *client.guardians.filter(is_active=True).values_list("name", flat=True)]
    return [by.name]


def sign_handover(
    *, handover: Handover, by: User, party: str, signer_name: str, signature: str, text_hash: str
) -> HandoverSignature:
    """One of the three signs on a screen, under the name that stands in the record; text_hash is of what they read."""
    handover = Handover.objects.select_for_update(of=["self"]).get(pk=handover.pk)
    if handover.state != State.SIGNING:
        raise ValidationError(_("This record is not out for signing."))
    if text_hash != handover.text_hash:
        raise ValidationError(_("The text was changed after this page was opened. Read it again, then sign."))
    if signer_name not in signers_of(handover, party, by):
        raise ValidationError({"signer_name": _("Choose who signs for this party.")})
    image = store_file(
        kind=StoredFile.Kind.SIGNATURE,
        name=f"{handover.number}-{Party(party).label}.png",
        content=drawing(signature),
        content_type="image/png",
        by=by,
    )
    try:
        with transaction.atomic():
            return HandoverSignature.objects.create(
                handover=handover, party=party, signer_name=signer_name, image=image, recorded_by=by,
                text_hash=handover.text_hash,
            )  # fmt: skip
    except IntegrityError:
        raise ValidationError(_("This party has signed already.")) from None


def file_handover(*, handover: Handover, by: User, returned_on: dt.date, paper=None) -> None:
    """The record is back with all signatures, on screen or on the scanned paper: file it as long as agreements are kept."""
    signed = set(handover.signatures.values_list("party", flat=True))
    missing = [label for party, label in HandoverSignature.Party.choices if party not in signed]
    problems = {}
    if missing and not paper:
        text = _(
            "Signatures are missing: %(parties)s. Have them sign on the screen, or add the scan of the signed paper."
        )
        problems["paper"] = text % {"parties": "、".join(map(str, missing))}
    if returned_on > timezone.localdate():
        problems["returned_on"] = _("The record cannot come back in the future.")
    elif returned_on < timezone.localdate(handover.handed_over_at):
        problems["returned_on"] = _("The record cannot come back before it was handed over.")
    if problems:
        raise ValidationError(problems)
    scan = store_upload(paper, kind=StoredFile.Kind.SIGNED_PAPER, by=by)
    _move(handover, State.SIGNING, State.FILED, returned_on=returned_on, paper=scan)
    _print(handover, by, f"交接记录 {handover.number}")
    signatures = [signature.image for signature in handover.signatures.select_related("image")]
    file_record(
        archive_class=ArchiveClass.CONTRACTS,
        source=ArchiveRecord.Source.HANDOVER,
        source_id=handover.pk,
        title=f"交接记录 {handover.number}",
        clock_started_on=handover.agreement.ended_on or max(returned_on, handover.agreement.ends_on),
        files=[*signatures, *([scan] if scan else [])],
        by=by,
    )
    hand_down_opinion(handover)
    if handover.opinion in UNHAPPY:
        words = {"client": handover.agreement.client.salutation, "opinion": handover.get_opinion_display()}
        notify(
            users=members_with(Role.MANAGER, Role.QUALITY_OFFICER),
            title=_("%(client)s at the handover: %(opinion)s") % words,
            body=handover.opinion_text,
            url=office_url("handover_page", handover.pk),
        )
    close_agreement(handover.agreement, by)


def _move(handover, from_state, to, **fields):
    if not Handover.objects.filter(pk=handover.pk, state=from_state).update(state=to, **fields):
        raise ValidationError(_("Somebody changed this record meanwhile; look at it again."))
    handover.refresh_from_db()
    handover.save()  # for the history
