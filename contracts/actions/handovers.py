"""Handover records (7.3.2 d): prefilled, signed by all three, back at the agency with the client's opinion, filed."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.files import store_file
from agencies.models import StoredFile, User
from agencies.numbers import next_number
from archive.actions import file_record, request_document
from archive.models import ArchiveClass, ArchiveRecord, Document
from clients.models import Consent
from clients.queries import has_consent, told_risk_notes
from contracts.actions.signing import drawing
from contracts.models import Agreement, Handover, HandoverSignature

State = Handover.State


def start_handover(*, agreement: Agreement, by: User) -> Handover:
    """Open a record, prefilled from the client's file; an open one is found again."""
    states = Agreement.State
    if agreement.state not in (states.IN_FORCE, states.SUSPENDED, states.ENDED, states.SUPERSEDED):
        raise ValidationError(_("Only a service that has begun is handed over."))
    replacing = agreement.amendments.filter(in_force_at__isnull=False).exclude(caregiver=agreement.caregiver).first()
    if agreement.state == states.SUPERSEDED and replacing is None:
        raise ValidationError(_("The amendment kept the caregiver; there is nothing to hand over."))
    if handover := Handover.objects.filter(agreement=agreement).exclude(state=State.FILED).first():
        return handover
    client = agreement.client
    risks = [f"{note.get_kind_display()}：{note.text}" for note in told_risk_notes(client)]
    return Handover.objects.create(
        number=next_number("JJ"),
        agreement=agreement,
        caregiver=agreement.caregiver,
        to=Handover.To.CAREGIVER if replacing else Handover.To.CLIENT,
        next_caregiver=replacing.caregiver if replacing else None,
        handed_over_at=timezone.now(),
        place=f"{client.district}{client.address}"[:100],
        medicines=client.medicines if has_consent(client, Consent.Kind.HEALTH_DATA) else "",
        risks="\n".join(risks),
        habits=client.needs,
        keys=client.access_note,
        created_by=by,
    )


def update_handover(*, handover: Handover, by: User, **data: Any) -> Handover:
    if handover.state != State.DRAFT:
        raise ValidationError(_("This record is out for signing; it does not change any more."))
    for name, value in data.items():
        setattr(handover, name, value)
    if (handover.to == Handover.To.CAREGIVER) != (handover.next_caregiver is not None):
        text = _("Choose the next caregiver exactly when it is handed over to one.")
        raise ValidationError({"next_caregiver": text})
    handover.save()
    return handover


def open_for_signing(*, handover: Handover, by: User) -> None:
    """Close the text; names everything that is empty."""
    needed = {
        "condition": _("the client's condition"),
        "open_matters": _("open matters"),
        "keys": _("keys, door codes and things"),
    }
    missing = [label for name, label in needed.items() if not getattr(handover, name)]
    if missing:
        raise ValidationError(
            _("Fill in first: %(fields)s. Write “none” where there is nothing.") % {"fields": "、".join(missing)}
        )
    _move(handover, State.DRAFT, State.SIGNING)


def sign_handover(*, handover: Handover, by: User, party: str, signer_name: str, signature: str) -> HandoverSignature:
    """One of the three signs on the screen."""
    if handover.state != State.SIGNING:
        raise ValidationError(_("This record is not out for signing."))
    image = store_file(
        kind=StoredFile.Kind.SIGNATURE,
        name=f"{handover.number}-{party}.png",
        content=drawing(signature),
        content_type="image/png",
        by=by,
    )
    try:
        with transaction.atomic():
            return HandoverSignature.objects.create(
                handover=handover, party=party, signer_name=signer_name, image=image, recorded_by=by
            )
    except IntegrityError:
        raise ValidationError(_("This party has signed already.")) from None


def file_handover(
    *, handover: Handover, by: User, opinion: str, returned_on: dt.date, opinion_text: str = "", next_wish: str = ""
) -> None:
    """The paper and the client's opinion are back: print it, file it for as long as agreements are kept."""
    signed = set(handover.signatures.values_list("party", flat=True))
    missing = [label for party, label in HandoverSignature.Party.choices if party not in signed]
    problems = {}
    if missing:
        problems["__all__"] = _("Signatures are missing: %(parties)s.") % {"parties": "、".join(map(str, missing))}
    if returned_on > timezone.localdate():
        problems["returned_on"] = _("The record cannot come back in the future.")
    elif returned_on < timezone.localdate(handover.handed_over_at):
        problems["returned_on"] = _("The record cannot come back before it was handed over.")
    if problems:
        raise ValidationError(problems)
    opinions = {"opinion": opinion, "opinion_text": opinion_text, "next_wish": next_wish}
    _move(handover, State.SIGNING, State.FILED, returned_on=returned_on, **opinions)
    handover.document = request_document(
        kind=Document.Kind.HANDOVER, subject_id=handover.pk, title=f"交接记录 {handover.number}", by=by
    )
    handover.save()
    file_record(
        archive_class=ArchiveClass.CONTRACTS,
        source=ArchiveRecord.Source.HANDOVER,
        source_id=handover.pk,
        title=f"交接记录 {handover.number}",
        clock_started_on=handover.agreement.ended_on or max(returned_on, handover.agreement.ends_on),
        files=[signature.image for signature in handover.signatures.select_related("image")],
        by=by,
    )


def _move(handover, from_state, to, **fields):
    if not Handover.objects.filter(pk=handover.pk, state=from_state).update(state=to, **fields):
        raise ValidationError(_("Somebody changed this record meanwhile; look at it again."))
    handover.refresh_from_db()
    handover.save()  # for the history
