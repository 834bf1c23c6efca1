"""What happens to a client's file."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.fields import lookup_hash
from agencies.files import store_upload
from agencies.identity import birth_date_of, sex_of
from agencies.models import AgencySettings, IdentityType, StoredFile, User
from agencies.numbers import next_number
from agencies.text import pinyin_of
from clients.models import Assessment, Client, Consent, Guardian, RiskNote
from clients.queries import has_consent
from clients.standard import assess, missing_answers, reassess_on

HEALTH_FIELDS = ("illnesses", "medicines", "allergies")
CONSENT_TEXT_VERSION = "2026-1"


def create_client(*, by: User, **data: Any) -> Client:
    """Open a file; a person has one file in an agency."""
    client = Client(**_derived(data))
    _refuse_double(client)
    client.number = next_number("KH", yearly=False)
    client.save()
    return client


def update_client(*, client: Client, by: User, **data: Any) -> Client:
    """Correct a file. Health data is kept only with its own consent (PIPL 29)."""
    changed = [name for name in HEALTH_FIELDS if data.get(name) and data[name] != getattr(client, name)]
    if changed and not has_consent(client, Consent.Kind.HEALTH_DATA):
        needed = _("First record the separate consent to keeping health data.")
        raise ValidationError(dict.fromkeys(changed, needed))
    for name, value in _derived(data).items():
        setattr(client, name, value)
    _refuse_double(client)
    client.save()
    return client


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


def _refuse_double(client):
    double = Client.objects.filter(identity_hash=client.identity_hash).exclude(pk=client.pk).first()
    if double:
        raise ValidationError(
            {"identity_number": _("%(client)s has this identity number already; open that file.") % {"client": double}}
        )


def add_guardian(*, client: Client, by: User, **data: Any) -> Guardian:
    """Add somebody who speaks for the client; who signs must be identified."""
    number = data.get("identity_number", "")
    if data.get("authority") != Guardian.Authority.CONTACT and not number:
        raise ValidationError({"identity_number": _("Whoever signs for the client needs an identity number.")})
    return Guardian.objects.create(client=client, identity_hash=lookup_hash(number), **data)


def remove_guardian(*, guardian: Guardian) -> None:
    guardian.is_active = False
    guardian.save()


def add_risk_note(*, client: Client, by: User, **data: Any) -> RiskNote:
    return RiskNote.objects.create(client=client, **data)


def remove_risk_note(*, note: RiskNote) -> None:
    note.is_active = False
    note.save()


def give_consent(
    *, client: Client, by: User, kind: str, given_by: str, means: str, paper=None, given_at: dt.datetime | None = None
) -> Consent:
    """Record a consent; one of a kind is in force at a time."""
    if has_consent(client, kind):
        raise ValidationError({"kind": _("This consent is in force already.")})
    return Consent.objects.create(
        client=client,
        kind=kind,
        text_version=CONSENT_TEXT_VERSION,
        given_by=given_by,
        means=means,
        given_at=given_at or timezone.now(),
        paper=store_upload(paper, kind=StoredFile.Kind.CONSENT, by=by),
        recorded_by=by,
    )


def withdraw_consent(*, consent: Consent, by: User) -> None:
    """End a consent; what was kept under it is locked, not lost, while the law asks for it (PIPL 47)."""
    if not Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=timezone.now()):
        raise ValidationError(_("This consent was withdrawn before."))


def record_assessment(
    *,
    client: Client,
    by: User,
    scale: str,
    reason: str,
    assessed_on: dt.date,
    assessors: str,
    answers: Mapping[str, int],
    adjustments: Iterable[str] = (),
    override: str = "",
    override_reason: str = "",
) -> Assessment:
    """Score an assessment and keep it; towards "able" a status is overridden only by a manager with a reason.

    override is empty or a self-care status.
    """
    problems: dict[str, list] = {}
    if not has_consent(client, Consent.Kind.HEALTH_DATA):
        problems["__all__"] = [_("First record the separate consent to keeping health data.")]
    for item in missing_answers(scale, answers):
        problems[item.code] = [_("Choose an answer.")]
    if assessed_on > timezone.localdate():
        problems["assessed_on"] = [_("An assessment cannot lie in the future.")]
    if override and not override_reason:
        problems["override_reason"] = [_("Say why the status differs from the points.")]
    if problems:
        raise ValidationError(problems)
    adjustments = list(adjustments)
    result = assess(scale, answers, adjustments)
    months = AgencySettings.objects.get().reassess_after_months
    return Assessment.objects.create(
        client=client,
        scale=scale,
        reason=reason,
        assessed_on=assessed_on,
        assessors=assessors,
        answers=dict(answers),
        adjustments=adjustments,
        total=result.total,
        level=result.level,
        self_care=override or result.self_care,
        override_reason=override_reason if override else "",
        reassess_on=reassess_on(assessed_on, months),
        created_by=by,
    )
