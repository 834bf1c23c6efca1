"""What the papers of this app say: the context of each template, registered for the archive to render."""

from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.fields import lookup_hash
from agencies.links import public_url
from agencies.tenancy import current_agency
from archive.actions import builds, tells_standing
from archive.models import Document
from contracts import paper_words as words
from contracts.key_terms import key_terms
from contracts.models import (
    Agreement,
    Door,
    FeeStatement,
    Handover,
    HandoverSignature,
    ServicePlan,
    Signature,
    SpecialEvent,
    Visit,
)
from contracts.queries.fees import visits_of_month
from contracts.queries.onsite import door_url
from contracts.terms import agreement_terms, terms_digest, wording, wording_digest

__all__ = ["agreement_terms", "terms_digest"]

# Party, the title of its box, who signs there for it, whether a seal belongs there.
BOXES = [
    (Signature.Party.CLIENT, "甲方（客户）签字：", "", False),
    (Signature.Party.AGENCY, "乙方（机构）盖章：", "经办人", True),
    (Signature.Party.CAREGIVER, "丙方（服务员）签字：", "", False),
]
MARKS = {Agreement.State.DRAFT: "草稿", Agreement.State.CANCELLED: "作废"}


@builds(Document.Kind.AGREEMENT)
def agreement_paper(document: Document) -> tuple[str, dict[str, Any]]:
    """The agreement to be signed; a draft says so across the page."""
    return "contracts/pdf/agreement.html", _agreement_context(document, _agreement(document), {})


@builds(Document.Kind.SIGNED_AGREEMENT)
def signed_agreement_paper(document: Document) -> tuple[str, dict[str, Any]]:
    """The frozen text with the three signatures, as it is kept."""
    agreement = _agreement(document)
    rows = {row.party: row for row in agreement.signatures.all()}
    if len(rows) < len(BOXES):
        raise ValueError(f"{agreement.number} lacks signatures")
    return "contracts/pdf/agreement.html", _agreement_context(document, agreement, rows)


@tells_standing(Document.Kind.AGREEMENT, Document.Kind.SIGNED_AGREEMENT)
def agreement_standing(document: Document) -> str:
    """Withdrawn, replaced, cancelled or ended, with the day where there is one."""
    agreement = Agreement.objects.get(pk=document.subject_id)
    if document.pk not in (agreement.document_id, agreement.signed_document_id):
        return _("This text was withdrawn and replaced by another one.")
    if agreement.state == Agreement.State.DRAFT:
        return _("This text was withdrawn.")
    if agreement.state == Agreement.State.CANCELLED:
        return _("This agreement was cancelled before it came into force.")
    if agreement.state == Agreement.State.SUPERSEDED:
        return _("This agreement was replaced by an amendment.")
    if agreement.state == Agreement.State.ENDED:
        return _("This agreement ended on %(day)s.") % {"day": agreement.ended_on.isoformat()}
    return ""


def _agreement(document):
    signatures = Prefetch("signatures", Signature.objects.select_related("image"))
    rows = Agreement.objects.select_related("client", "guardian", "caregiver", "plan__assessment", "amends")
    return rows.prefetch_related(signatures).get(pk=document.subject_id)


def _agreement_context(document, agreement, rows):
    terms = agreement.terms or agreement_terms(agreement)
    if agreement.terms and terms_digest(terms) != agreement.terms_hash:
        raise ValueError(f"the text of {agreement.number} does not match its hash")
    if terms["wording"] != wording_digest(terms["edition"]):
        raise ValueError(f"the clauses of edition {terms['edition']} were changed after signing")
    confirmed = rows[Signature.Party.CLIENT].confirmed if rows else []
    return {
        "t": terms,
        "wording": wording(terms["edition"]),
        "agency_name": terms["agency"]["name"],
        "number": agreement.number,
        "check": f"文本校验 {_spaced(terms_digest(terms))}" if agreement.terms else "",
        "mark": "" if agreement.terms else MARKS.get(agreement.state, "草稿"),
        "verify_url": public_url("public:verify", document.verify_code),
        "client_identity": _full_identity(agreement.client, terms["client"]),
        "signer_identity": _full_identity(agreement.guardian, terms["signer"]),
        "caregiver_identity": _full_identity(agreement.caregiver, terms["caregiver"]),
        "confirmed": dict.fromkeys(confirmed, "已确认"),
        "signatures": [_signature_box(box, rows.get(box[0]), terms) for box in BOXES],
    }


def agreement_text(agreement: Agreement) -> dict[str, Any]:
    """What the frozen text needs to be read on a page, identity numbers masked."""
    return {
        "t": agreement.terms,
        "wording": wording(agreement.terms["edition"]),
        "key_terms": key_terms(agreement.terms),
    }


def _full_identity(person, frozen):
    """The number itself stands on the paper only, as it was when the text was frozen."""
    if person is None or lookup_hash(person.identity_number) != frozen["identity_hash"]:
        return ""
    return person.identity_number


def _spaced(digest):
    return " ".join(digest[start : start + 4] for start in range(0, 16, 4))


def _signature_box(box, row, terms):
    party, title, role, seal = box
    name = row.signer_name if row else ""
    if party == Signature.Party.CLIENT and terms["signer"]:
        role, name = terms["signer"]["authority"], name or terms["signer"]["name"]
    return {
        "title": title,
        "signer": f"{role}：{name}" if role else name,
        "seal": seal,
        "row": row,
        "drawn": row is not None and row.way != Signature.Way.PAPER and row.image.content_type.startswith("image/"),
        "way": words.WAYS[row.way] if row else "",
    }


@builds(Document.Kind.SERVICE_PLAN)
def plan_paper(document: Document) -> tuple[str, dict[str, Any]]:
    """The service plan (7.3.1) to be signed by the client, or kept by the family; what is replaced says so."""
    plan = ServicePlan.objects.select_related("client", "assessment", "created_by").get(pk=document.subject_id)
    slots = [(slot.weekday, slot.starts_at, slot.duration_minutes) for slot in plan.slots.all()]
    lines = list(plan.lines.select_related("service_item").order_by("service_item__code"))
    for line in lines:
        line.often = words.days(line.weekdays) if line.weekdays else "每次上门"
    return "contracts/pdf/service_plan.html", {
        "agency_name": current_agency().name,
        "agency": current_agency(),
        "number": f"{plan.client.number} 第 {plan.version} 版",
        "check": "",
        "mark": "旧版" if plan.state == ServicePlan.State.SUPERSEDED else "",
        "standing": words.PLAN_STATES[plan.state],
        "verify_url": public_url("public:verify", document.verify_code),
        "plan": plan,
        "client": plan.client,
        "level": words.ABILITY_LEVELS[plan.assessment.level],
        "self_care": words.SELF_CARE[plan.assessment.self_care],
        "work_form": words.WORK_FORMS[plan.work_form],
        "slots": words.slots(slots),
        "groups": [
            (name, [line for line in lines if line.service_item.group == group])
            for group, name in words.GROUPS.items()
            if any(line.service_item.group == group for line in lines)
        ],
    }


@builds(Document.Kind.FEE_STATEMENT)
def fee_paper(document: Document) -> tuple[str, dict[str, Any]]:
    """The statement of a month (结算清单) as it was approved, with the visits it was counted from."""
    rows = FeeStatement.objects.select_related("agreement__client", "agreement__caregiver", "approved_by")
    statement = rows.get(pk=document.subject_id)
    agreement = statement.agreement
    visits = visits_of_month(statement.month).filter(agreement=agreement, state=Visit.State.DONE)
    return "contracts/pdf/fee_statement.html", {
        "agency_name": current_agency().name,
        "number": statement.number,
        "check": "",
        "mark": "作废" if statement.state == FeeStatement.State.VOID else "",
        "verify_url": public_url("public:verify", document.verify_code),
        "phone": current_agency().phone,
        "month": f"{statement.month.year}年{statement.month.month}月",
        "statement": statement,
        "agreement": agreement,
        "client": agreement.client,
        "lines": [_fee_line(row, agreement) for row in statement.charges],
        "visits": [_visit_line(visit) for visit in visits.select_related("caregiver").order_by("period")],
    }


def _fee_line(row, agreement):
    name = row["name"] or words.FORM_NAMES[agreement.work_form]
    return {
        **row,
        "name": name,
        "rate": Decimal(row["rate"]),
        "amount": Decimal(row["amount"]),
        "unit": words.UNITS[row["unit"]],
    }


def _visit_line(visit):
    start, end = (timezone.localtime(moment) for moment in (visit.period.lower, visit.period.upper))
    came, went = (timezone.localtime(moment) for moment in (visit.checked_in_at, visit.checked_out_at))
    return {
        "day": start.date(),
        "agreed": f"{start:%H:%M}–{_until(start, end)}",
        "served": f"{came:%H:%M}–{_until(came, went)}",
        "caregiver": visit.caregiver.name,
    }


def _until(start, end):
    return f"{'次日 ' if end.date() > start.date() else ''}{end:%H:%M}"


@tells_standing(Document.Kind.FEE_STATEMENT)
def fee_standing(document: Document) -> str:
    """Voided, and why."""
    statement = FeeStatement.objects.get(pk=document.subject_id)
    return _("This statement is void.") if statement.state == FeeStatement.State.VOID else ""


@builds(Document.Kind.HANDOVER)
def handover_paper(document: Document) -> tuple[str, dict[str, Any]]:
    """The handover record (7.3.2 d) with the client's opinion and the signatures there are."""
    rows = Handover.objects.select_related("agreement__client", "agreement__guardian", "caregiver", "next_caregiver")
    handover = rows.get(pk=document.subject_id)
    signatures = {row.party: row for row in handover.signatures.select_related("image")}
    party = HandoverSignature.Party
    receiver = words.RECEIVERS[handover.to]
    contents = [(name, hint, getattr(handover, field)) for name, hint, field in words.HANDOVER]
    boxes = [(party.OUTGOING, "移交人签字："), (party.RECEIVER, "接收人签字："), (party.AGENCY, "机构见证人签字：")]
    return "contracts/pdf/handover.html", {
        "agency_name": current_agency().name,
        "number": handover.number,
        "check": f"文本校验 {_spaced(handover.text_hash)}" if handover.text_hash else "",
        "mark": "草稿" if handover.state == Handover.State.DRAFT else "",
        "verify_url": public_url("public:verify", document.verify_code),
        "handover": handover,
        "agreement": handover.agreement,
        "client": handover.agreement.client,
        "receiver": receiver,
        "reason": _reason(handover),
        "contents": list(zip(contents[::2], contents[1::2], strict=True)),
        "opinions": list(words.OPINIONS.items()),
        "signatures": [{"title": title, "row": signatures.get(one)} for one, title in boxes],
    }


def _reason(handover):
    """Why the service is handed over: in the trade's words and in the sentence given when it ended."""
    agreement = handover.agreement
    reason = words.END_REASONS.get(agreement.end_reason, "更换服务员" if handover.next_caregiver else "")
    return "：".join(part for part in (reason, agreement.end_note) if part)


@builds(Document.Kind.SPECIAL_RECORD)
def special_record(document: Document) -> tuple[str, dict[str, Any]]:
    """What happened, who was told when and how, the limits, and how it went on (7.3.2 e)."""
    rows = SpecialEvent.objects.select_related("agreement", "client", "caregiver", "owner", "reported_by", "amendment")
    event = rows.defer("agreement__terms", "amendment__terms").get(pk=document.subject_id)
    tellings = event.tellings.select_related("recorded_by")
    return "contracts/pdf/special.html", {
        "agency_name": current_agency().name,
        "number": event.number,
        "check": "",
        "mark": "" if event.state == SpecialEvent.State.SETTLED else "未处理完",
        "verify_url": public_url("public:verify", document.verify_code),
        "event": event,
        "kind": words.SPECIAL[event.kind],
        "outcomes": list(words.SPECIAL_OUTCOMES.items()),
        "tellings": [
            (
                row.told_at,
                words.SPECIAL_PARTIES[row.party],
                row.name,
                words.SPECIAL_MEANS[row.means],
                row.recorded_by.name,
            )
            for row in tellings
        ],
    }


@builds(Document.Kind.DOOR_CARD)
def door_card(document: Document) -> tuple[str, dict[str, Any]]:
    """The card for a client's door; it names nobody but by number and how they are addressed."""
    door = Door.objects.select_related("client").get(pk=document.subject_id)
    agency = current_agency()
    return "contracts/pdf/door_card.html", {
        "agency_name": agency.name,
        "agency_phone": agency.phone,
        "number": door.client.number,
        "salutation": door.client.salutation,
        "address": door_url(door),
    }
