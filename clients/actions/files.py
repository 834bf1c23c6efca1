"""What happens to a client's file."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.fields import lookup_hash
from agencies.files import store_upload
from agencies.identity import birth_date_of, sex_of
from agencies.models import IdentityType, StoredFile, User
from agencies.numbers import next_number
from agencies.text import pinyin_of
from clients.actions.consents import give_consents
from clients.actions.enquiries import became_client, refused_phone
from clients.models import Client, Consent, Enquiry, Guardian, RiskNote
from clients.queries import has_consent, known_by_phone, withdrawn_on
from clients.standard import HEALTH_RISKS

HEALTH_FIELDS = ("illnesses", "medicines", "allergies")


def create_client(
    *,
    by: User,
    means: str,
    paper=None,
    speaker: Mapping[str, Any] | None = None,
    contact: Mapping[str, Any] | None = None,
    enquiry: Enquiry | None = None,
    is_new: bool = False,
    **data: Any,
) -> Client:
    """Open a file, under the consent to keep personal data; a person has one file in an agency.

    speaker is who consents for the client, with name, relation, phone, authority and identity number; contact, with
    name, relation and phone, is called for somebody without a phone of their own. is_new says that it was looked at:
    somebody with this phone is known, and this is another person.
    """
    client = Client(**_derived(data))
    problems = _double(client)
    if not is_new and (known := known_by_phone(client.phone, enquiry=enquiry)):
        problems["phone"] = refused_phone(known)
    if not (client.phone or speaker or contact):
        problems["phone"] = _("Without a phone of their own, say whom to call instead.")
    if problems:
        raise ValidationError(problems)
    client.number = next_number("KH", yearly=False)
    client.save()
    guardian = add_guardian(client=client, by=by, **speaker) if speaker else None
    if contact:
        add_guardian(client=client, by=by, is_emergency_contact=True, **contact)
    kinds = [Consent.Kind.PERSONAL_DATA]
    give_consents(client=client, by=by, kinds=kinds, means=means, guardian=guardian, paper=paper)
    if enquiry:
        became_client(enquiry=enquiry, client=client, by=by)
    return client


def update_client(*, client: Client, by: User, **data: Any) -> Client:
    """Correct a file. Health data is kept only with its own consent (PIPL 29); without the first one nothing changes."""
    refuse_sealed(client)
    changed = [name for name in HEALTH_FIELDS if data.get(name) and data[name] != getattr(client, name)]
    if changed and not has_consent(client, Consent.Kind.HEALTH_DATA):
        needed = _("First record the separate consent to keeping health data.")
        raise ValidationError(dict.fromkeys(changed, needed))
    for name, value in _derived(data).items():
        setattr(client, name, value)
    problems = _double(client)
    if not client.phone and not client.guardians.filter(is_active=True).exists():
        problems["phone"] = _("Without a phone of their own, say whom to call instead.")
    if problems:
        raise ValidationError(problems)
    client.save()
    return client


def change_state(*, client: Client, state: str) -> None:
    """The first agreement came into force, or the last one ended."""
    if Client.objects.filter(pk=client.pk).exclude(state=state).update(state=state):
        client.refresh_from_db()
        client.save()  # for the history


def refuse_sealed(client):
    """Once the consent to keeping personal data was withdrawn, the file is kept and protected, and no more (PIPL 47)."""
    if day := withdrawn_on(client, Consent.Kind.PERSONAL_DATA):
        text = _("The consent to keeping personal data was withdrawn on %(day)s. Record a new one first.")
        raise ValidationError(text % {"day": day.isoformat()})


def _derived(data):
    data = dict(data)
    if "name" in data:
        data["pinyin"] = pinyin_of(data["name"])
    number = data.get("identity_number")
    if number:
        data["identity_hash"] = lookup_hash(number)
        if data["identity_type"] in (IdentityType.RESIDENT, IdentityType.HMT_RESIDENCE):
            data["birth_date"], data["sex"] = birth_date_of(number), sex_of(number)
    return data


def _double(client):
    double = Client.objects.filter(identity_hash=client.identity_hash).exclude(pk=client.pk).first()
    text = _("%(client)s has this identity number already; open that file.")
    return {"identity_number": text % {"client": double}} if double else {}


def add_guardian(*, client: Client, by: User, proof=None, **data: Any) -> Guardian:
    """Add somebody who speaks for the client; who signs must be identified, who is called must be somebody else.

    An agent may do what the power of attorney says, until its end; a legal guardian everything.
    """
    number, problems = data.get("identity_number", ""), {}
    authority = data.get("authority", Guardian.Authority.CONTACT)
    if authority != Guardian.Authority.CONTACT and not number:
        problems["identity_number"] = _("Whoever signs for the client needs an identity number.")
    if data.get("is_emergency_contact") and data["phone"] == client.phone:
        problems["phone"] = _("This is the client's own phone; in an emergency somebody else must answer.")
    if number and lookup_hash(number) == client.identity_hash:
        problems["identity_number"] = _("This is the client's own identity number.")
    if authority == Guardian.Authority.AGENT and not data.setdefault("scopes", list(Guardian.Scope)):
        problems["scopes"] = _("Say what the agent may do; somebody who may nothing is a contact.")
    if data.get("valid_until") and data["valid_until"] < timezone.localdate():
        problems["valid_until"] = _("This day has passed.")
    if problems:
        raise ValidationError(problems)
    if authority != Guardian.Authority.AGENT:
        data["scopes"] = []
    guardian = Guardian.objects.create(client=client, identity_hash=lookup_hash(number), **data)
    if proof:
        prove_authority(guardian=guardian, by=by, proof=proof)
    return guardian


def prove_authority(*, guardian: Guardian, by: User, proof) -> Guardian:
    """Keep the power of attorney or the proof of guardianship, and who saw the original (Civil Code 163 to 165)."""
    if guardian.authority == Guardian.Authority.CONTACT:
        raise ValidationError(_("A contact does not sign for the client; there is nothing to prove."))
    guardian.proof = store_upload(proof, kind=StoredFile.Kind.SIGNED_PAPER, by=by)
    guardian.proof_seen_by, guardian.proof_seen_on = by, timezone.localdate()
    guardian.save()
    return guardian


def remove_guardian(*, guardian: Guardian) -> None:
    others = Guardian.objects.filter(client=guardian.client_id, is_active=True).exclude(pk=guardian.pk)
    if not guardian.client.phone and not others.exists():
        text = _("The client has no phone of their own: add somebody else to call first.")
        raise ValidationError(text)
    guardian.is_active = False
    guardian.save()


def add_risk_note(*, client: Client, by: User, kind: str, **data: Any) -> RiskNote:
    """Note what a caregiver must know; what says something about health needs the consent to that (PIPL 29)."""
    refuse_sealed(client)
    if kind in HEALTH_RISKS and not has_consent(client, Consent.Kind.HEALTH_DATA):
        raise ValidationError({"kind": _("First record the separate consent to keeping health data.")})
    return RiskNote.objects.create(client=client, kind=kind, **data)


def remove_risk_note(*, note: RiskNote) -> None:
    note.is_active = False
    note.save()
