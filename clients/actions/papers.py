"""Papers of a client are filed and taken off; the one notice of what the file lacks is printed."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.files import store_upload
from agencies.models import StoredFile, User
from archive.actions import request_document
from archive.models import Document
from clients.actions.files import refuse_sealed
from clients.models import Client, ClientPaper, Consent
from clients.queries import has_consent, missing_from_client


def add_paper(
    *,
    client: Client,
    by: User,
    kind: str,
    title: str,
    file,
    issued_on: dt.date | None = None,
    expires_on: dt.date | None = None,
) -> ClientPaper:
    """File a copy; what says something about health needs the consent to that (PIPL 29)."""
    refuse_sealed(client)
    problems = {}
    if kind in ClientPaper.HEALTH and not has_consent(client, Consent.Kind.HEALTH_DATA):
        problems["kind"] = _("First record the separate consent to keeping health data.")
    if issued_on and issued_on > timezone.localdate():
        problems["issued_on"] = _("This day lies in the future.")
    if issued_on and expires_on and expires_on < issued_on:
        problems["expires_on"] = _("It cannot end before it was issued.")
    if problems:
        raise ValidationError(problems)
    stored = store_upload(file, kind=StoredFile.Kind.CLIENT_PAPER, by=by)
    return ClientPaper.objects.create(
        client=client, kind=kind, title=title, file=stored, issued_on=issued_on, expires_on=expires_on, added_by=by
    )


def remove_paper(*, paper: ClientPaper, by: User) -> None:
    """Take a copy off the file; it is kept as long as the rest of it."""
    if not ClientPaper.objects.filter(pk=paper.pk, removed_at=None).update(removed_at=timezone.now(), removed_by=by):
        raise ValidationError(_("This paper was taken off before."))


def give_notice(*, client: Client, by: User) -> Document:
    """Print the one notice of everything that is missing (一次性告知单)."""
    if not missing_from_client(client):
        raise ValidationError(_("Nothing is missing; there is nothing to give notice of."))
    title = f"一次性告知单 {client.number}"
    return request_document(kind=Document.Kind.CLIENT_NOTICE, subject_id=client.pk, title=title, by=by)
