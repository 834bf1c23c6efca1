"""The terms of an agreement: everything its paper says, as JSON, frozen and hashed when it goes out for signing."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.template.loader import get_template
from django.utils import timezone

from agencies.fields import lookup_hash
from agencies.models import AgencySettings
from agencies.privacy import mask_identity
from agencies.queries import in_order, price_list_on
from agencies.tenancy import current_agency
from caregivers.models import Caregiver
from caregivers.queries.files import with_level
from clients.models import Consent
from clients.queries import current_assessment, told_risk_notes
from contracts import paper_words as words
from contracts.clauses import worded
from contracts.models import Agreement
from contracts.queries.fees import charges_of

EDITION = "2026-11"  # a changed wording is a new edition in its own folder; signed agreements keep theirs
PARTS = ("notice", "clauses", "liability", "amendment", "signing", "plan", "prices")


def agreement_terms(agreement: Agreement) -> dict[str, Any]:
    """Everything the paper says, as JSON: frozen into Agreement.terms when it goes out for signing."""
    agency, limits = current_agency(), AgencySettings.objects.get()
    client, caregiver, plan = agreement.client, agreement.caregiver, agreement.plan
    slots = [(slot.weekday, slot.starts_at, slot.duration_minutes) for slot in plan.slots.all()]
    lines = list(plan.lines.select_related("service_item").order_by("service_item__code"))
    charges = charges_of(agreement)
    terms = {
        "edition": EDITION,
        "wording": wording_digest(EDITION),
        "number": agreement.number,
        "mode": agreement.mode,
        "mode_name": words.MODES[agreement.mode],
        **worded(agreement.mode),
        "renews": _renewed(agreement.renews),
        "client": {**_person(client), "birth_date": client.birth_date, "address": f"{client.district}{client.address}"},
        "signer": _signer(agreement.guardian),
        "contacts": _contacts(client),
        "agency": {
            "name": agency.name,
            "credit_code": agency.credit_code,
            "legal_representative": agency.legal_representative,
            "address": agency.address,
            "phone": agency.phone,
            "complaint_phone": agency.complaint_phone,
        },
        "caregiver": _caregiver(caregiver),
        "condition": _condition(agreement),
        "services": _services(lines),
        "service": {
            "work_form": agreement.work_form,
            "form_name": words.WORK_FORMS[agreement.work_form],
            "starts_on": agreement.starts_on,
            "ends_on": agreement.ends_on,
            "trial_days": agreement.trial_days,
            "pattern": words.pattern(slots),
        },
        "fees": {
            "rate": agreement.rate,
            "unit": words.UNITS[agreement.rate_unit],
            "list_rate": agreement.list_rate,
            "rate_reason": agreement.rate_reason,
            "monthly_estimate": agreement.monthly_estimate,
            "charges": [_charge(agreement, item, charge) for item, charge in charges],
            "payment_day": agreement.payment_day,
            "deposit_kind": agreement.deposit_kind,
            "deposit": agreement.deposit_amount,
        },
        "insurance": agreement.insurance,
        "dispute": agreement.dispute,
        "special_terms": agreement.special_terms,
        "health_consent": _health_consent(client),
        "supervision": _supervision(caregiver, limits),
        "plan": _plan(plan, slots, lines, {item: charge for item, charge in charges if item}),
        "prices": _prices(agreement.starts_on),
    }
    terms = _plain(terms)
    terms["amends"] = _amendment(agreement, terms)
    terms["title"] = _title(terms["amends"])
    return terms


def terms_digest(terms: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON, the hash that is signed."""
    text = json.dumps(terms, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def wording(edition: str) -> dict[str, str]:
    """The templates of an edition's text by name."""
    return {part: f"contracts/pdf/{edition.replace('-', '_')}/{part}.html" for part in PARTS}


def wording_digest(edition: str) -> str:
    """SHA-256 of the text of an edition, so that the signed hash covers it too."""
    sources = [get_template(name).template.source for name in wording(edition).values()]
    return hashlib.sha256("".join(sources).encode()).hexdigest()


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, dt.date) else value


def _renewed(previous):
    return {"number": previous.number, "ends_on": previous.ends_on} if previous else None


def _person(person):
    return {
        "name": person.name,
        "number": person.number,
        "sex": words.SEXES[person.sex],
        "identity_type": words.IDENTITY_TYPES[person.identity_type],
        "identity": mask_identity(person.identity_number),
        "identity_hash": lookup_hash(person.identity_number),
        "phone": person.phone or "无，见紧急联系人",
    }


def _signer(guardian):
    if guardian is None:
        return None
    return {
        "name": guardian.name,
        "relation": guardian.relation,
        "authority": words.AUTHORITIES[guardian.authority],
        "identity_type": words.IDENTITY_TYPES[guardian.identity_type],
        "identity": mask_identity(guardian.identity_number),
        "identity_hash": lookup_hash(guardian.identity_number),
        "phone": guardian.phone,
    }


def _contacts(client):
    contacts = client.guardians.filter(is_emergency_contact=True, is_active=True).order_by("id")
    return [{"name": one.name, "relation": one.relation, "phone": one.phone} for one in contacts]


def _caregiver(caregiver):
    level = with_level(Caregiver.objects.filter(pk=caregiver.pk), timezone.localdate()).get().level
    emergency = f"{caregiver.emergency_contact}　{caregiver.emergency_phone}".strip("　")
    return {
        **_person(caregiver),
        "level": words.LEVELS[level or 0],
        "address": caregiver.home_address,
        "emergency": emergency,
        "posted_on": caregiver.posted_on,
        "papers": [_paper(paper) for paper in _latest_papers(caregiver)],
    }


def _latest_papers(caregiver):
    papers = caregiver.credentials.filter(kind__in=words.PAPERS).order_by("kind", "-issued_on", "-id")
    latest = {paper.kind: paper for paper in reversed(papers)}
    return [latest[kind] for kind in words.PAPERS if kind in latest]


def _paper(paper):
    grade = words.GRADES.get(paper.grade, "")
    return {
        "name": f"{words.PAPERS[paper.kind]}{grade}",
        "number": paper.number,
        "issuer": paper.issuer,
        "expires_on": paper.expires_on,
    }


def _condition(agreement):
    client = agreement.client
    assessment = current_assessment(client) or agreement.plan.assessment
    risks = told_risk_notes(client)
    return {
        "assessed_on": assessment.assessed_on,
        "scale": words.SCALES[assessment.scale],
        "level": words.ABILITY_LEVELS[assessment.level],
        "self_care": assessment.self_care,
        "illnesses": client.illnesses,
        "medicines": client.medicines,
        "allergies": client.allergies,
        "risks": "；".join(f"{words.RISKS[note.kind]}：{note.text}" for note in risks),
        "disclosed": agreement.condition_disclosed,
    }


def _services(lines):
    return [
        {"name": name, "names": [line.service_item.name for line in lines if line.service_item.group == group]}
        for group, name in words.GROUPS.items()
        if any(line.service_item.group == group for line in lines)
    ]


def _charge(agreement, item, charge):
    return {
        "name": item.name if item else words.FORM_NAMES[agreement.work_form],
        "price": f"{words.yuan(charge.rate)} {words.UNITS[charge.unit]}",
        "quantity": f"约 {charge.quantity.normalize():f} {words.QUANTITIES[charge.unit]}",
        "amount": charge.amount,
    }


def _time(line, charges):
    if charge := charges.get(line.service_item):
        return f"另计，{words.yuan(charge.rate)} {words.UNITS[charge.unit]}"
    return words.length(line.minutes) if line.minutes else "含在内"


def _plan(plan, slots, lines, charges):
    return {
        "version": plan.version,
        "mode": plan.mode,
        "agreed_on": plan.agreed_on,
        "agreed_by": plan.agreed_by,
        "procedure": plan.procedure,
        "equipment": plan.equipment,
        "cautions": plan.cautions,
        "slots": words.slots(slots),
        "lines": [
            {
                "item": line.service_item.name,
                "days": words.days(line.weekdays) if line.weekdays else "每次上门",
                "time": _time(line, charges),
                "note": line.note,
            }
            for line in lines
        ],
    }


def _prices(day):
    price_list = price_list_on(day)
    if price_list is None:
        return {"name": "", "effective_from": None, "rows": []}
    rows = [_price(price, words.priced(price)) for price in in_order(price_list.prices)]
    return {"name": price_list.name, "effective_from": price_list.effective_from, "rows": rows}


def _price(price, name):
    return {"name": name, "amount": price.amount, "unit": words.UNITS[price.unit], "note": price.note}


def _health_consent(client):
    consent = client.consents.filter(kind=Consent.Kind.HEALTH_DATA, withdrawn_at=None).first()
    if consent is None:
        return None
    given_on = timezone.localtime(consent.given_at).date()
    return {"given_by": consent.given_by, "given_on": given_on, "means": words.MEANS[consent.means]}


def _supervision(caregiver, limits):
    acknowledged = caregiver.acknowledgements.order_by("-acknowledged_on").first()
    return {
        "first_call_hours": limits.first_call_within_hours,
        "regular_days": limits.regular_call_every_days,
        "survey_months": limits.survey_every_months,
        "complaint_hours": limits.complaint_acknowledge_hours,
        "complaint_days": limits.complaint_limit_days,
        "keep_years": limits.keep_contracts_years,
        "acknowledged_on": acknowledged.acknowledged_on if acknowledged else None,
        "version": acknowledged.version if acknowledged else "",
    }


# --- Amendments ------------------------------------------------------------------------------------------------------

# What an amendment may change: its name on paper and how to read it from the terms.
CHANGES = [
    ("服务员（丙方）", lambda t: f"{t['caregiver']['name']}（工号 {t['caregiver']['number']}）"),
    ("甲方代理人", lambda t: t["signer"]["name"] if t["signer"] else "甲方本人签约"),
    ("用工形式", itemgetter("mode_name")),
    ("工作形式", lambda t: t["service"]["form_name"]),
    ("上门时间", lambda t: t["service"]["pattern"]),
    ("服务项目", lambda t: "、".join(name for group in t["services"] for name in group["names"])),
    ("服务方案", lambda t: f"第 {t['plan']['version']} 版"),
    ("服务地点", lambda t: t["client"]["address"]),
    ("期限届满日", lambda t: words.day(t["service"]["ends_on"])),
    ("服务费标准", lambda t: f"{words.yuan(t['fees']['rate'])} {t['fees']['unit']}"),
    ("每月服务费估算", lambda t: words.yuan(t["fees"]["monthly_estimate"])),
    ("付款日", lambda t: f"每月 {t['fees']['payment_day']} 日前"),
    ("定金或者保证金", lambda t: words.deposit(t["fees"]["deposit_kind"], t["fees"]["deposit"])),
    ("保险", lambda t: t["insurance"] or "无"),
    ("争议解决方式", lambda t: words.DISPUTES[t["dispute"]]),
    ("另行约定的事项", lambda t: t["special_terms"] or "无"),
]


def _amendment(agreement, terms):
    if agreement.amends is None:
        return None
    previous = agreement.amends
    old = previous.terms or agreement_terms(previous)
    first = previous
    while first.amends:
        first = first.amends
    signed_at = first.in_force_at
    return {
        "first_number": first.number,
        "first_signed_on": timezone.localtime(signed_at).date().isoformat() if signed_at else None,
        "previous_number": previous.number if previous != first else "",
        "summary": agreement.change_summary,
        "changes": changes(old, terms),
        "replaces_caregiver": previous.caregiver_id != agreement.caregiver_id,
        "mode_changed": previous.mode != agreement.mode,
        "plan_changed": previous.plan_id != agreement.plan_id,
        "price_changed": old["fees"]["rate"] != terms["fees"]["rate"] or old["fees"]["unit"] != terms["fees"]["unit"],
    }


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, str]]:
    """What differs between two versions of an agreement, in the words of the paper."""
    pairs = [(what, str(read(old)), str(read(new))) for what, read in CHANGES]
    return [{"what": what, "was": was, "now": now} for what, was, now in pairs if was != now]


def _title(amends):
    if amends is None:
        return "居家养老三方服务协议"
    return "居家养老服务换人补充协议" if amends["replaces_caregiver"] else "居家养老服务变更协议"
