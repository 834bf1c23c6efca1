"""Consents are given and withdrawn (PIPL 13 to 17, 29); the sheet to sign is printed."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.actions.messages import notify
from agencies.files import store_upload
from agencies.links import office_url
from agencies.models import StoredFile, User
from archive.actions import request_document
from archive.models import Document
from archive.texts import keep_text
from clients.actions.enquiries import receptionists
from clients.consent_text import CONSENTS
from clients.models import Client, Consent, Guardian

Kind, Means = Consent.Kind, Consent.Means


def givers_of(client: Client) -> tuple[bool, QuerySet[Guardian]]:
    """Whether the client consents in person, and who may do it for them; beside a legal guardian nobody else may.

    An agent only while the power of attorney lasts and covers personal data.
    """
    today = timezone.localdate()
    active = client.guardians.filter(Q(valid_until=None) | Q(valid_until__gte=today), is_active=True)
    guardians = active.filter(authority=Guardian.Authority.LEGAL_GUARDIAN)
    agents = active.filter(authority=Guardian.Authority.AGENT, scopes__contains=[Guardian.Scope.DATA])
    return (False, guardians) if guardians.exists() else (True, agents)


def give_consents(
    *,
    client: Client,
    by: User,
    kinds: Iterable[str],
    means: str,
    guardian: Guardian | None = None,
    given_on: dt.date | None = None,
    paper=None,
) -> list[Consent]:
    """Record consents given together; one of a kind is in force at a time, and paper replaces word of mouth."""
    kinds, given_on = list(kinds), given_on or timezone.localdate()
    problems = _problems(client, kinds, means, guardian, given_on, paper)
    if problems:
        raise ValidationError(problems)
    now = timezone.now()
    is_today = given_on == timezone.localdate()
    fields = {
        "client": client,
        "text_version": keep_text(CONSENTS, given_on).version,
        "guardian": guardian,
        "given_by": guardian.name if guardian else client.name,
        "means": means,
        "given_at": now if is_today else timezone.make_aware(dt.datetime.combine(given_on, dt.time())),
        "paper": store_upload(paper, kind=StoredFile.Kind.CONSENT, by=by),
        "recorded_by": by,
    }
    _in_force(client).filter(kind__in=kinds).update(withdrawn_at=now, is_replaced=True)
    return [Consent.objects.create(kind=kind, **fields) for kind in kinds]


def _in_force(client):
    return Consent.objects.filter(client=client, withdrawn_at=None)


def _problems(client, kinds, means, guardian, given_on, paper):
    problems = {}
    has_paper = means == Means.PAPER
    in_force = _in_force(client).filter(kind__in=kinds)
    stays = [row for row in in_force if not (has_paper and row.means != Means.PAPER)]
    in_person, speakers = givers_of(client)
    if not kinds:
        problems["kinds"] = _("Tick what was consented to.")
    elif stays:
        names = pgettext("between names", ", ").join(row.get_kind_display() for row in stays)
        problems["kinds"] = _("In force already: %(kinds)s.") % {"kinds": names}
    if guardian is None and not in_person:
        problems["giver"] = _("This client has a legal guardian, who has to consent.")
    elif guardian and guardian not in speakers:
        problems["giver"] = _("Only the client, an authorised agent or the legal guardian can consent.")
    if given_on > timezone.localdate():
        problems["given_on"] = _("A consent cannot lie in the future.")
    if has_paper and not paper:
        problems["paper"] = _("Add the photo or scan of the signed paper.")
    return problems


def withdraw_consent(*, consent: Consent, by: User) -> None:
    """End a consent: what was kept under it is locked at once, not lost, and the office sees to what runs (PIPL 15, 47)."""
    if not Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=timezone.now()):
        raise ValidationError(_("This consent was withdrawn before."))
    client = consent.client
    words = {"client": client, "kind": consent.get_kind_display()}
    needs = client.state == Client.State.ACTIVE and consent.kind in (Kind.PERSONAL_DATA, Kind.HEALTH_DATA, Kind.SHARING)
    body = _("Service is running: ask again, or suspend or end the agreement.") if needs else ""
    title = _("%(client)s withdrew: %(kind)s") % words
    notify(users=receptionists(), title=title, body=body, url=office_url("client_file", client.pk))


def print_consents(*, client: Client, by: User) -> Document:
    """Print the sheet with what is asked for and why, to be ticked and signed."""
    keep_text(CONSENTS)  # what is signed stays readable
    title = f"知情同意书 {client.number}"
    return request_document(kind=Document.Kind.CONSENT_SHEET, subject_id=client.pk, title=title, by=by)
