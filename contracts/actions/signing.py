"""Three signatures under the frozen text, in any order; the third brings the agreement into force (7.2.2 c)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify, queue_message
from agencies.files import drawing, store_file, store_upload
from agencies.findings import text_of
from agencies.links import make_token, office_url, public_url
from agencies.models import Message, Role, StoredFile, User
from archive.actions import request_document
from archive.codes import OtherAgencyError, paper_of
from archive.models import Document
from clients.actions.files import change_state
from clients.models import Client, Consent
from clients.queries import has_consent
from contracts.actions.agreements import LINK_DAYS, authority_findings, caregiver_findings
from contracts.actions.running import replace_by_amendment
from contracts.actions.special import settle_by_supplement
from contracts.actions.visits import plan_agreement_visits
from contracts.key_terms import key_terms
from contracts.models import Agreement, ServicePlan, Signature
from contracts.queries.agreements import OPEN
from contracts.standard import missing_before_force

Party = Signature.Party
State = Agreement.State
LINK_PARTIES = (Party.CLIENT, Party.CAREGIVER)  # the agency signs in the office


def sign_on_screen(
    *,
    agreement: Agreement,
    party: str,
    signature: str,
    terms_hash: str,
    way: str,
    identity_check: str,
    by: User | None,
    confirmed: Iterable[str] = (),
    **trace: Any,
) -> Signature:
    """Sign with the pad, in the office or from a link; signature is the pad's PNG as a data address.

    terms_hash is that of the text the signer had before them, confirmed the key terms that the client ticked one by one.
    """
    confirmed = list(confirmed)
    if party == Party.CLIENT and (problems := _unconfirmed(agreement, confirmed, way)):
        raise ValidationError(problems)
    image = store_file(
        kind=StoredFile.Kind.SIGNATURE,
        name=f"{agreement.number}-{party}.png",
        content=drawing(signature),
        content_type="image/png",
        by=by,
    )
    name, capacity = signer_of(agreement, party, by)
    return _sign(
        agreement, party, image, signer_name=name, signer_capacity=capacity, way=way, identity_check=identity_check,
        signed_on=timezone.localdate(), recorded_by=by, document_hash=terms_hash, confirmed=confirmed, **trace,
    )  # fmt: skip


def _unconfirmed(agreement, confirmed, way):
    """Key terms the client has not ticked (Civil Code 496), and a withdrawn consent to signing on the office's screen."""
    problems = {}
    open_terms = [term.title for term in key_terms(agreement.terms) if term.key not in confirmed]
    if open_terms:
        problems["key_terms"] = _("Confirm these terms as well: %(terms)s.") % {"terms": "；".join(open_terms)}
    consents = Consent.objects.filter(client=agreement.client_id, kind=Consent.Kind.E_SIGNATURE)
    if against := authority_problems(agreement, timezone.localdate()):
        problems["__all__"] = against
    if way == Signature.Way.SCREEN and consents and not has_consent(agreement.client, Consent.Kind.E_SIGNATURE):
        problems["agrees"] = _("The consent to signing on screen was withdrawn: sign on paper, or record it anew.")
    return problems


def authority_problems(agreement: Agreement, day: dt.date) -> list[str]:
    """Why who speaks for the client could not sign on a day."""
    return [text_of(finding) for finding in authority_findings(agreement, day)]


def record_paper(
    *, agreement: Agreement, parties: Iterable[str], scan, signed_on: dt.date, terms_hash: str, by: User
) -> list[Signature]:
    """Keep the photo or scan of a signed paper as the signature of those who signed it.

    The code on the paper says which text it is: another one is refused, an unreadable one is noted as unchecked.
    """
    sent_on = timezone.localdate(agreement.document.requested_at) if agreement.document else timezone.localdate()
    problems = {}
    if signed_on > timezone.localdate():
        problems["signed_on"] = _("A signature cannot lie in the future.")
    if signed_on < sent_on:
        text = _("This text went out for signing on %(day)s; nobody signed it before.")
        problems["signed_on"] = text % {"day": sent_on}
    parties = [party for party in Party.values if party in set(parties)]
    if not parties:
        problems["parties"] = _("Tick who signed this paper.")
    elif Party.CLIENT in parties and (against := authority_problems(agreement, signed_on)):
        problems["parties"] = against
    code, problem = _code_on(scan, agreement)
    if problem:
        problems["scan"] = problem
    if problems:
        raise ValidationError(problems)
    image = store_upload(scan, kind=StoredFile.Kind.SIGNED_PAPER, by=by)
    return [_signed_on_paper(agreement, party, image, code, signed_on, terms_hash, by) for party in parties]


def _signed_on_paper(agreement, party, image, code, signed_on, terms_hash, by):
    name, capacity = signer_of(agreement, party, by)
    return _sign(
        agreement, party, image, signer_name=name, signer_capacity=capacity, way=Signature.Way.PAPER,
        identity_check=_("Signed paper seen by %(who)s") % {"who": by.name}, signed_on=signed_on, recorded_by=by,
        document_hash=terms_hash, paper_code=code,
    )  # fmt: skip


def _code_on(scan, agreement):
    """(what the code said, why it is refused): the paper of this agreement and of the text that is out now."""
    try:
        paper = paper_of(scan)
    except OtherAgencyError:
        return "", _("The code on this paper is of another agency. Nothing was saved; choose the right paper.")
    if paper is None:
        return Signature.PaperCode.UNREAD, ""
    if paper.kind != Document.Kind.AGREEMENT or paper.subject_id != agreement.pk:
        text = _(
            "The code on this paper belongs to “%(other)s”, not to %(number)s. Nothing was saved; choose the right paper."
        )
        return "", text % {"other": paper.title, "number": agreement.number}
    if paper.pk != agreement.document_id:
        return "", _(
            "This paper shows an earlier text of the agreement that was withdrawn. Print the text of today and sign that."
        )
    return Signature.PaperCode.MATCHED, ""


def signer_of(agreement: Agreement, party: str, by: User | None) -> tuple[str, str]:
    """Who signs for a party and as what."""
    if party == Party.CLIENT:
        guardian = agreement.guardian
        return (guardian.name, guardian.get_authority_display()) if guardian else (agreement.client.name, "")
    if party == Party.CAREGIVER:
        return agreement.caregiver.name, ""
    return (by.name if by else ""), _("for the agency")


def _sign(agreement, party, image, **fields):
    agreement = Agreement.objects.select_for_update(of=["self"]).get(pk=agreement.pk)
    if agreement.state != State.SIGNING:
        raise ValidationError(_("This agreement is not out for signing (it is “%s”).") % agreement.get_state_display())
    if fields["document_hash"] != agreement.terms_hash:
        raise ValidationError(_("The text was changed after this page was opened. Read it again, then sign."))
    signed = {party, *Signature.objects.filter(agreement=agreement).values_list("party", flat=True)}
    is_last = len(signed) == len(Party)
    if is_last and (missing := _missing_for_force(agreement, signed)):
        raise ValidationError(missing)
    try:
        with transaction.atomic():
            signature = Signature.objects.create(agreement=agreement, party=party, image=image, **fields)
    except IntegrityError:
        raise ValidationError(_("This party has signed already.")) from None
    if is_last:
        _bring_into_force(agreement, fields["recorded_by"])
    return signature


def _missing_for_force(agreement, signed):
    """What came up since it was sent out, looked at before the last signature is taken."""
    kinds = (Consent.Kind.HEALTH_DATA, Consent.Kind.SHARING)
    findings = missing_before_force(
        signed,
        agreement.ends_on,
        timezone.localdate(),
        caregiver_findings(agreement),
        has_consents=all(has_consent(agreement.client, kind) for kind in kinds),
        amends_the_running=agreement.amends is None or _runs_on(agreement.amends),
    )
    return [text_of(finding) for finding in findings]


def _runs_on(previous):
    """Whether the version that is amended is served still, and no end is set."""
    return previous.state in OPEN and previous.ended_on is None


def _bring_into_force(agreement, by):
    """All three have signed: the agreement is concluded (Civil Code 490)."""
    now = timezone.now()
    Agreement.objects.filter(pk=agreement.pk, state=State.SIGNING).update(
        state=State.IN_FORCE, in_force_at=now, link_version=agreement.link_version + 1
    )
    agreement.refresh_from_db()
    agreement.signed_document = request_document(
        kind=Document.Kind.SIGNED_AGREEMENT, subject_id=agreement.pk, title=f"三方协议 {agreement.number}", by=by
    )
    agreement.save()
    change_state(client=agreement.client, state=Client.State.ACTIVE)
    if agreement.plan.state == ServicePlan.State.SUPERSEDED:
        agreement.plan.state = ServicePlan.State.AGREED
        agreement.plan.save()
    if agreement.amends_id:
        settle_by_supplement(agreement)  # before the handover lists what is still open
        replace_by_amendment(agreement.amends, agreement)
    counts = plan_agreement_visits(agreement=agreement)
    title = _("%(number)s is in force: %(assigned)s visits planned, %(unassigned)s still without a caregiver")
    title %= {"number": agreement.number, **counts}
    notify(
        users=members_with(Role.MANAGER, Role.COORDINATOR), title=title, url=office_url("agreement_file", agreement.pk)
    )


def link_of(agreement: Agreement, party: str) -> str:
    """The address at which a party signs on their own phone."""
    return public_url("public:sign", make_token(f"sign-{party}", agreement.pk, agreement.link_version), party)


def are_links_sent(agreement: Agreement) -> bool:
    """Whether the links that hold now stand in the outbox."""
    return Message.objects.filter(key__startswith=f"sign:{agreement.pk}:{agreement.link_version}:").exists()


def send_links(*, agreement: Agreement, by: User) -> int:
    """Put the links of client and caregiver who have not signed in the outbox, once each; returns how many.

    Links that have run out are replaced by new ones.
    """
    if agreement.state != State.SIGNING:
        raise ValidationError(_("This agreement is not out for signing (it is “%s”).") % agreement.get_state_display())
    if agreement.links_expire_at < timezone.now():
        expires = timezone.now() + dt.timedelta(days=LINK_DAYS)
        Agreement.objects.filter(pk=agreement.pk, state=State.SIGNING).update(
            link_version=F("link_version") + 1, links_expire_at=expires
        )
        agreement.refresh_from_db()
        agreement.save()  # for the history
    signed = set(agreement.signatures.values_list("party", flat=True))
    if Party.CLIENT not in signed and (against := authority_problems(agreement, timezone.localdate())):
        raise ValidationError(against)
    client = agreement.guardian or agreement.client
    count = 0
    for party, person in ((Party.CLIENT, client), (Party.CAREGIVER, agreement.caregiver)):
        if party in signed or not person.phone:  # whoever has no phone signs with the caregiver or on paper
            continue
        queue_message(
            key=f"sign:{agreement.pk}:{agreement.link_version}:{party}",
            recipient_name=person.name,
            address=person.phone,
            subject=_("Please sign agreement %(number)s") % {"number": agreement.number},
            body=_("Please read and sign the agreement here: %(link)s") % {"link": link_of(agreement, party)},
        )
        count += 1
    return count
