"""Agreements (7.3.2 b): drafted, sent out for signing, amended. Signing is in signing.py, what follows in running.py."""

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agencies.actions.messages import members_with, notify
from agencies.calendar import ONE_DAY
from agencies.findings import text_of
from agencies.links import office_url
from agencies.models import Role, User
from agencies.numbers import next_number
from agencies.queries import prices_on
from agencies.standard import Finding, forbidding
from archive.actions import request_document
from archive.models import Document
from caregivers.models import Caregiver
from caregivers.queries.files import agency_limits, facts_of, with_level
from caregivers.rule import outdated_rule
from caregivers.standard.eligibility import check_assignment
from clients.models import Client, Consent, Guardian
from clients.queries import current_assessment, has_consent
from contracts.actions.states import move
from contracts.models import Agreement, ServicePlan
from contracts.queries.ability import able_for_plan, could_do_it, lacks_level, lines_above
from contracts.queries.agreements import OPEN, followers_of
from contracts.queries.fees import charges_of, slots_of
from contracts.queries.fit import PASSING, plan_level
from contracts.queries.preferences import never_findings, preferences_of
from contracts.queries.visits import clashes_of
from contracts.standard import (
    AUTHORITY,
    Authority,
    SigningFacts,
    missing_before_signing,
    total_price,
)
from contracts.terms import agreement_terms, terms_digest

LOWEST_LEVEL = 4  # of GB/T 42195-2022
LINK_DAYS = 7
State = Agreement.State


def create_agreement(*, client: Client, by: User, plan: ServicePlan, **data: Any) -> Agreement:
    """Draft an agreement from an agreed plan; the price comes from the list in force on the first day (4.1.5)."""
    agreement = Agreement(client=client, plan=plan, work_form=plan.work_form, created_by=by)
    fill_draft(agreement, data)
    agreement.number = next_number("HT")
    agreement.save()
    _ask_for_approval(agreement)
    return agreement


def update_agreement(*, agreement: Agreement, by: User, **data: Any) -> Agreement:
    """Change a draft; what is out for signing or signed does not change."""
    agreement = Agreement.objects.select_for_update(of=["self"]).get(pk=agreement.pk)
    if agreement.state != State.DRAFT:
        raise ValidationError(_("Only a draft can be changed. Amend the agreement instead."))
    if data.get("plan"):
        agreement.plan, agreement.work_form = data["plan"], data["plan"].work_form
    asked = (agreement.rate, agreement.rate_approved_by_id)
    fill_draft(agreement, data)
    agreement.save()
    if asked != (agreement.rate, agreement.rate_approved_by_id):
        _ask_for_approval(agreement)
    return agreement


def _ask_for_approval(agreement):
    """A price that departs from the list waits for a manager, who is told (4.1.5)."""
    if agreement.rate == agreement.list_rate or agreement.rate_approved_by_id:
        return
    title = _("%(number)s departs from the price list; look at the price") % {"number": agreement.number}
    url = office_url("agreement_file", agreement.pk)
    notify(users=members_with(Role.MANAGER), title=title, body=agreement.rate_reason, url=url)


def fill_draft(agreement: Agreement, data: dict[str, Any]) -> None:
    """Set the fields of a draft and its price by the list of its first day; refuse what does not go together."""
    rate = data.pop("rate", None)
    for name, value in data.items():
        setattr(agreement, name, value)
    problems = _disagreements(agreement)
    if data.get("guardian") and (against := authority_findings(agreement, timezone.localdate())):
        problems.setdefault("guardian", [text_of(finding) for finding in against])
    listed = {price.work_form: price for price in prices_on(agreement.starts_on) if price.work_form}
    price = listed.get(agreement.work_form)
    if price is None:
        problems["starts_on"] = _("No published price list names this work form on that day. Publish one first.")
    elif rate is not None and rate != price.amount and not agreement.rate_reason:
        text = _("The list says %(price)s. Say why this agreement departs from it.")
        problems["rate_reason"] = text % {"price": price.amount}
    if problems:
        raise ValidationError(problems)
    approved = (agreement.rate, agreement.list_rate)
    agreement.rate = price.amount if rate is None else rate
    agreement.list_rate, agreement.rate_unit = price.amount, price.unit
    if approved != (agreement.rate, agreement.list_rate):
        agreement.rate_approved_by = None  # what a manager approved was another price
    if agreement.rate == agreement.list_rate:
        agreement.rate_reason, agreement.rate_approved_by = "", None
    agreement.monthly_estimate = sum(charge.amount for _item, charge in charges_of(agreement))


def _disagreements(agreement):
    """Parts of a draft that do not go together, by field."""
    problems = {}
    if agreement.ends_on < agreement.starts_on:
        problems["ends_on"] = _("The term ends before it begins.")
    if agreement.guardian and agreement.guardian.client_id != agreement.client_id:
        problems["guardian"] = _("This guardian belongs to another client.")
    if agreement.plan.client_id != agreement.client_id:
        problems["plan"] = _("This plan belongs to another client.")
    never = never_findings(preferences_of(agreement.client_id), agreement.caregiver_id)
    if against := [*map(text_of, never), *_above_level(agreement)]:
        problems["caregiver"] = against
    if agreement.deposit_amount < 0 or (agreement.deposit_kind == "none") != (agreement.deposit_amount == 0):
        problems["deposit_amount"] = _("Choose the kind of deposit and an amount above 0, or none and 0.")
    if agreement.amends_id and (problem := _apart_from(agreement.amends, agreement.starts_on)):
        problems["starts_on"] = problem
    return problems


def _apart_from(previous, starts_on):
    """An amendment follows what it amends without a gap, and not before it."""
    last = previous.ends_on + ONE_DAY
    if previous.starts_on <= starts_on <= last:
        return ""
    text = _("The amendment begins between %(first)s and %(last)s.")
    return text % {"first": previous.starts_on, "last": last}


def _above_level(agreement):
    """Items of the plan that ask for more than the caregiver's level, and who could do them."""
    held = with_level(Caregiver.objects, agreement.starts_on).get(pk=agreement.caregiver_id).level
    lines = lines_above(agreement.plan, held)
    if not lines:
        return []
    text = _("%(item)s needs a higher level: %(level)s (6).")
    above = [
        text % {"item": line.service_item, "level": line.service_item.get_level_needed_display()} for line in lines
    ]
    return [*above, could_do_it(able_for_plan(agreement.plan, agreement.starts_on))]


def approve_price(*, agreement: Agreement, by: User, rate: str) -> None:
    """A manager approves a price that departs from the list: the one that was on the page, as it was written there."""
    if agreement.state != State.DRAFT:
        raise ValidationError(_("Only a draft's price is approved."))
    claimed = Agreement.objects.filter(pk=agreement.pk, state=State.DRAFT, rate=agreement.rate)
    if rate != str(agreement.rate) or not claimed.update(rate_approved_by=by):
        raise ValidationError(_("The price changed meanwhile; look at it again."))
    agreement.refresh_from_db()
    agreement.save()  # for the history


def missing_for_signing(agreement: Agreement) -> list[str]:
    """Everything that stands against sending an agreement out, at once."""
    plan, client = agreement.plan, agreement.client
    assessment = current_assessment(client)
    prices = {price.work_form: price.amount for price in prices_on(agreement.starts_on) if price.work_form}
    facts = SigningFacts(
        today=timezone.localdate(),
        starts_on=agreement.starts_on,
        ends_on=agreement.ends_on,
        work_form=agreement.work_form,
        plan_state=plan.state,
        plan_work_form=plan.work_form,
        slots=slots_of(plan),
        items=tuple(line.service_item for line in plan.lines.select_related("service_item")),
        self_care=assessment.self_care if assessment else None,
        reassess_on=assessment.reassess_on if assessment else None,
        condition_disclosed=agreement.condition_disclosed,
        health_consent=has_consent(client, Consent.Kind.HEALTH_DATA),
        is_plan_outdated=assessment is not None and assessment.differs_from(plan.assessment),
        health_known=all([client.illnesses, client.medicines, client.allergies]),
        sharing_consent=has_consent(client, Consent.Kind.SHARING),
        has_emergency_contact=Guardian.objects.filter(
            client=client, is_active=True, is_emergency_contact=True
        ).exists(),
        is_incapable=assessment is not None and _is_incapable(assessment),
        needs_guardian=Guardian.objects.filter(
            client=client, authority=Guardian.Authority.LEGAL_GUARDIAN, is_active=True
        ).exists(),
        signer=agreement.guardian.authority if agreement.guardian else "",
        signer_proved=agreement.guardian is not None and agreement.guardian.proof_id is not None,
        rate=agreement.rate,
        list_rate=prices.get(agreement.work_form),
        rate_reason=agreement.rate_reason,
        rate_approved=agreement.rate_approved_by_id is not None,
        deposit_kind=agreement.deposit_kind,
        deposit=agreement.deposit_amount,
        total=total_price(agreement.monthly_estimate, agreement.starts_on, agreement.ends_on),
        insurance=agreement.insurance,
        dated=tuple(day for day in (assessment and assessment.assessed_on, plan.agreed_on) if day),
        special_terms=agreement.special_terms,
    )
    against = caregiver_findings(agreement)
    found = [
        *missing_before_signing(facts, against),
        *authority_findings(agreement, facts.today),
        *outdated_rule(agreement.caregiver),
        *booked_findings(agreement),
    ]
    missing = [text_of(finding) for finding in found]
    if lacks_level(against):
        missing.append(could_do_it(able_for_plan(plan, agreement.starts_on)))
    return missing


def authority_findings(agreement: Agreement, day: dt.date) -> list[Finding]:
    """What stands against who signs for the client doing so on a day: for what and until when they may."""
    guardian = agreement.guardian
    if guardian is None:
        return []
    covers = guardian.covers(Guardian.Scope.AGREEMENTS)
    return AUTHORITY.findings(Authority(str(guardian), covers, guardian.valid_until, day), on=day)


def _is_incapable(assessment):
    """Coma, diagnosed dementia or the lowest level: nobody signs for themselves like that (Civil Code 21, 22)."""
    return assessment.level == LOWEST_LEVEL or bool({"coma", "dementia"} & set(assessment.adjustments))


def caregiver_findings(agreement: Agreement) -> list[Finding]:
    """What forbids the caregiver this work on its first day; visits are planned around a leave or a training."""
    start = timezone.make_aware(dt.datetime.combine(agreement.starts_on, dt.time(9)))
    facts = facts_of(
        [agreement.caregiver],
        start=start,
        end=start + dt.timedelta(hours=1),
        work_form=agreement.work_form,
        level_needed=plan_level(agreement.plan),
    )[agreement.caregiver_id]
    findings = never_findings(preferences_of(agreement.client_id), agreement.caregiver_id)
    findings += forbidding(check_assignment(facts, agency_limits(agreement.starts_on)))
    return [replace(finding, about=str(agreement.caregiver)) for finding in findings if finding.code not in PASSING]


def booked_findings(agreement: Agreement) -> list[Finding]:
    """Times of the plan in the first four weeks at which the caregiver is at another client already."""
    clashes = defaultdict(list)
    for start, visit in clashes_of(agreement):
        clashes[visit.client].append(start)
    return [
        Finding(
            "7.3.2 c",
            "booked",
            gettext_noop(
                "%(caregiver)s is at %(client)s at %(count)s of the planned times, first on %(first)s. Change the times"
                " or the caregiver."
            ),
            {
                "caregiver": str(agreement.caregiver),
                "client": client.number,
                "count": len(starts),
                "first": f"{timezone.localtime(min(starts)):%Y-%m-%d %H:%M}",
            },
        )
        for client, starts in clashes.items()
    ]


def send_for_signing(*, agreement: Agreement, by: User) -> None:
    """Freeze the text, ask for the paper to be signed, open the signing links for a week."""
    _take(agreement)
    if agreement.state != State.DRAFT:
        raise ValidationError(_("This agreement is not a draft any more."))
    if problems := missing_for_signing(agreement):
        raise ValidationError(problems)
    agreement.terms = agreement_terms(agreement)
    agreement.terms_hash = terms_digest(agreement.terms)
    agreement.state, agreement.links_expire_at = State.SIGNING, timezone.now() + dt.timedelta(days=LINK_DAYS)
    agreement.document = request_document(
        kind=Document.Kind.AGREEMENT, subject_id=agreement.pk, title=f"三方协议 {agreement.number} 待签", by=by
    )
    agreement.save()


def _take(agreement):
    """Read the row as it stands now, ours until the transaction ends: what is judged is what is frozen."""
    Agreement.objects.select_for_update(of=["self"]).only("pk").get(pk=agreement.pk)
    agreement.refresh_from_db()


def withdraw_from_signing(*, agreement: Agreement, by: User) -> None:
    """Back to a draft, as long as nobody has signed; the links sent out become worthless."""
    _take(agreement)
    if agreement.signatures.exists():
        raise ValidationError(_("Somebody has signed already. Cancel this agreement and write a new one."))
    move(agreement, State.DRAFT, terms=None, terms_hash="", link_version=agreement.link_version + 1)


def cancel_agreement(*, agreement: Agreement, by: User) -> None:
    """Give up an agreement that not all three have signed."""
    move(agreement, State.CANCELLED, link_version=agreement.link_version + 1)


def amend_agreement(*, agreement: Agreement, by: User, change_summary: str) -> Agreement:
    """Start the change of an agreement in force as a new row that all three sign again."""
    if agreement.state not in OPEN:
        raise ValidationError(_("Only an agreement in force is amended."))
    if agreement.ended_on:
        raise ValidationError(_("It ends on %(day)s; call the end off first.") % {"day": agreement.ended_on})
    if Agreement.objects.filter(amends=agreement, state__in=[State.DRAFT, State.SIGNING]).exists():
        raise ValidationError(_("An amendment is open already; finish or cancel it first."))
    if follower := followers_of(agreement).first():
        raise ValidationError(_("Amend %(number)s, which follows this version.") % {"number": follower.number})
    first = agreement.number.split("-B")[0]
    versions = Agreement.objects.filter(number__startswith=f"{first}-B").count()
    amendment = Agreement.objects.get(pk=agreement.pk)
    amendment.pk, amendment.id = None, None
    amendment._state.adding = True
    for name, value in {
        "number": f"{first}-B{versions + 1}",
        "state": State.DRAFT,
        "amends": agreement,
        "change_summary": change_summary,
        "starts_on": max(timezone.localdate(), agreement.starts_on),
        "terms": None,
        "terms_hash": "",
        "document": None,
        "signed_document": None,
        "in_force_at": None,
        "renews": None,
        "expiry_warned_days": None,
        "settlement": None,
        "created_by": by,
    }.items():
        setattr(amendment, name, value)
    amendment.save()
    return amendment
