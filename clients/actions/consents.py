"""Consents are given and withdrawn (PIPL 13 to 17, 29)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.files import store_upload
from agencies.models import StoredFile, User
from clients.models import Client, Consent
from clients.queries import has_consent

CONSENT_TEXT_VERSION = "2026-1"


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
