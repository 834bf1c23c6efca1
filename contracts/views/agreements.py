"""Office pages of agreements: list, file, draft, and every verb."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.calendar import ONE_DAY
from agencies.forms import take_refusal
from agencies.limits import client_address
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import Price
from agencies.pages import form_page, press, refusals, submit
from agencies.panels import panels_of, timeline_of
from agencies.permissions import may
from agencies.privacy import mask_name
from agencies.text import typed
from archive.models import ControlledText
from clients.models import Client
from contracts.actions import agreements as actions
from contracts.actions import renewal, replacing, running, signing
from contracts.actions.signing import LINK_PARTIES
from contracts.clauses import KINDS, of_version
from contracts.comparison import agreement_subjects, compare
from contracts.forms.agreements import (
    AgreementFilter,
    AgreementForm,
    AmendForm,
    EndForm,
    PaperSignatureForm,
    RenewForm,
    ResumeForm,
    SignForm,
    SuspendForm,
)
from contracts.models import Agreement, ServicePlan, Signature, Visit
from contracts.models.plan import Weekday
from contracts.queries.agreements import OPEN, family_of, followers_of, listed_agreements, versions_of, without_handover
from contracts.queries.fees import charges_of
from contracts.queries.replacing import by_others, open_supplement, taker_of
from contracts.queries.settling import in_words, work_out
from contracts.terms import agreement_terms, wording

ENDS_SOON = 30  # days; from then on renewing is the main thing to do
STEPS = [
    ("draft", gettext_lazy("Draft")),
    ("signing", gettext_lazy("Three signatures")),
    ("in_force", gettext_lazy("In force")),
    ("ended", gettext_lazy("Ended and filed")),
]


class AgreementList(OfficeList):
    right = "contracts.view"
    list_name = "agreements"
    title = gettext_lazy("Agreements")
    template_name = "contracts/agreement_list.html"
    filterset_class = AgreementFilter
    tab_choices = Agreement.State
    first_tab = Agreement.State.IN_FORCE
    columns = [
        Column(gettext_lazy("number"), lambda agreement: agreement.number),
        Column(gettext_lazy("client"), lambda agreement: mask_name(agreement.client.name)),
        Column(gettext_lazy("caregiver"), lambda agreement: str(agreement.caregiver)),
        Column(gettext_lazy("state"), lambda agreement: agreement.get_state_display()),
        Column(gettext_lazy("from"), lambda agreement: agreement.starts_on),
        Column(gettext_lazy("until"), lambda agreement: agreement.ends_on),
        Column(gettext_lazy("estimated fee per month"), lambda agreement: agreement.monthly_estimate),
    ]

    def rows(self):
        return listed_agreements()


def _get(agreement_pk):
    rows = Agreement.objects.select_related(
        "client", "guardian", "caregiver", "plan__assessment", "amends", "renews", "rate_approved_by"
    )
    return get_object_or_404(rows.select_related("document__file", "signed_document__file"), pk=agreement_pk)


def _back(agreement):
    return office_url("agreement_file", agreement.pk)


@may("contracts.view")
def agreement_file(request, agreement_pk):
    agreement = _get(agreement_pk)
    signatures = {row.party: row for row in agreement.signatures.select_related("image")}
    may_edit = has_perm("contracts.edit", request.membership)
    today = timezone.localdate()
    shows_links = may_edit and agreement.state == Agreement.State.SIGNING
    context = {
        "agreement": agreement,
        "steps": list(_steps(agreement.state)),
        "missing": actions.missing_for_signing(agreement) if agreement.state == Agreement.State.DRAFT else [],
        "parties": [(value, label, signatures.get(value)) for value, label in Signature.Party.choices],
        "links_sent": shows_links and signing.are_links_sent(agreement),
        "links": {
            party: signing.link_of(agreement, party)
            for party in LINK_PARTIES
            if shows_links and party not in signatures
        },
        "is_signed_by_nobody": not signatures,
        "charges": [
            (item or agreement.get_work_form_display(), charge, Price.Unit(charge.unit).label)
            for item, charge in charges_of(agreement)
        ],
        "departs": agreement.rate != agreement.list_rate,
        "handovers": agreement.handovers.all(),
        "replaced": without_handover().filter(pk=agreement.pk).exists(),
        "family": family_of(agreement).defer("terms"),
        "settlement": in_words(agreement.settlement),
        "may_renew": not renewal.against_renewal(agreement),
        "ends_soon": (agreement.ends_on - today).days <= ENDS_SOON,
        "rests": agreement.suspensions.filter(Q(period__upper_inf=True) | Q(period__endswith__gt=today)),
        "is_resting": agreement.suspensions.filter(period__upper_inf=True).exists(),
        "is_ahead": agreement.ended_on
        or agreement.suspensions.filter(period__startswith__gt=today, period__upper_inf=True).exists(),
        **_replacement(agreement),
        "follower": followers_of(agreement).exclude(state=Agreement.State.ENDED).first(),
        "may_sign_for_agency": has_perm("contracts.sign_for_agency", request.membership),
        "may_edit": may_edit,
        "may_approve": has_perm("contracts.approve", request.membership),
        "panels": panels_of("contracts.agreement", request.membership, agreement),
        "timeline": timeline_of("contracts.agreement", agreement),
    }
    return render(request, "contracts/agreement_file.html", context)


def _replacement(agreement):
    """Who comes for good although the agreement names somebody else, and the supplement that is under way."""
    if agreement.state not in OPEN:
        return {}
    supplement = open_supplement(agreement)
    return {
        "others": [(Weekday(slot.weekday).label, slot) for slot in by_others(agreement)],
        "supplement": supplement,
        "taker": None if supplement else taker_of(agreement),
    }


def _steps(state):
    """(label, whether done, whether now) for the row of steps on top of the page."""
    place = {"suspended": 2, "superseded": 3, "cancelled": -1}.get(state)
    names = [name for name, _label in STEPS]
    place = names.index(state) if place is None else place
    for number, (_name, label) in enumerate(STEPS):
        yield label, number < place, number == place


@may("contracts.edit")
def agreement_new(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    back = office_url("client_file", client.pk)
    if not ServicePlan.objects.filter(client=client, state=ServicePlan.State.AGREED).exists():
        messages.error(request, _("Write a service plan and agree it with the client first (7.3.1)."))
        return redirect(back)
    form = AgreementForm(request.POST or None, client=client)
    if agreement := submit(form, actions.create_agreement, client=client, by=request.user):
        messages.success(request, _("Agreement %(number)s drafted.") % {"number": agreement.number})
        return redirect(_back(agreement))
    return form_page(request, form=form, title=_("New agreement"), lead=str(client), back=back)


@may("contracts.edit")
def agreement_edit(request, agreement_pk):
    agreement = _get(agreement_pk)
    instance = Agreement.objects.get(pk=agreement.pk)
    form = AgreementForm(request.POST or None, instance=instance, client=agreement.client)
    return _verb(request, form, _("Change the draft"), agreement, actions.update_agreement)


def _verb(request, form, title, agreement, action, *, done="", **context):
    """A form that runs one action on an agreement and goes back to its file; an amendment goes to its own."""
    if result := submit(form, action, agreement=agreement, by=request.user):
        messages.success(request, done or _("Saved."))
        return redirect(_back(result if isinstance(result, Agreement) else agreement))
    return form_page(request, form=form, title=title, lead=agreement.number, back=_back(agreement), **context)


@may("contracts.edit")
def agreement_amend(request, agreement_pk):
    form = AmendForm(request.POST or None)
    return _verb(request, form, _("Amend the agreement"), _get(agreement_pk), actions.amend_agreement)


@may("contracts.edit")
@require_POST
def agreement_supplement(request, agreement_pk):
    """Draft the supplement that names who comes for good, and go there."""
    agreement, result = _get(agreement_pk), []
    caregiver = taker_of(agreement)
    if caregiver is None:
        messages.info(request, _("The caregiver whom the agreement names does the visits; no supplement is due."))
        return redirect(_back(agreement))
    words = {"named": agreement.caregiver, "other": caregiver}
    for text in refusals(
        lambda: result.append(
            replacing.draft_supplement(
                agreement=agreement, by=request.user, caregiver=caregiver, from_day=timezone.localdate(),
                reason=_("%(other)s instead of %(named)s.") % words,
            )
        )
    ):  # fmt: skip
        messages.error(request, text)
    if result:
        messages.success(
            request, _("Supplement %(number)s drafted: check it and send it out.") % {"number": result[0].number}
        )
    return redirect(_back(result[0] if result else agreement))


@may("contracts.edit")
def agreement_suspend(request, agreement_pk):
    form = SuspendForm(request.POST or None)
    return _verb(request, form, _("Suspend the agreement"), _get(agreement_pk), running.suspend_agreement)


@may("contracts.edit")
def agreement_resume(request, agreement_pk):
    form = ResumeForm(request.POST or None)
    return _verb(request, form, _("Resume the agreement"), _get(agreement_pk), running.resume_agreement)


@may("contracts.view")
def agreement_wording(request, text_pk):
    """The newest agreement of a form, read with a version of the agency's clauses; its blocks are marked."""
    text = get_object_or_404(ControlledText, pk=text_pk, kind__in=KINDS.values())
    mode = next(mode for mode, kind in KINDS.items() if kind == text.kind)
    rows = Agreement.objects.filter(amends=None).select_related(
        "client", "guardian", "caregiver", "plan__assessment", "renews"
    )
    agreement = rows.order_by("-created_at").first()
    if agreement is None:
        messages.info(request, _("Draft an agreement first; the clauses are shown in it."))
        return redirect(office_url("text_page", text.pk))
    agreement.mode = mode
    terms = agreement_terms(agreement) | of_version(text, mode)
    terms["blocks"] = {code: format_html("<mark>{}</mark>", body) for code, body in terms["blocks"].items()}
    terms["extra"] = [format_html("<mark>{}</mark>", line) for line in terms["extra"]]
    context = {"text": text, "t": terms, "wording": wording(terms["edition"]), "back": office_url("text_page", text.pk)}
    return render(request, "contracts/wording.html", {**context, "number": agreement.number})


@may("contracts.edit")
def agreement_renew(request, agreement_pk):
    agreement = _get(agreement_pk)
    starts_on = max(agreement.ends_on + ONE_DAY, timezone.localdate())
    ends_on = starts_on + (agreement.ends_on - agreement.starts_on)
    form = RenewForm(request.POST or None, initial={"starts_on": starts_on, "ends_on": ends_on})
    warnings = [_("The draft takes the newest plan and the prices of its first day; all three sign again.")]
    if agreement.rate != agreement.list_rate:
        text = _("%(number)s departs from the price list (%(reason)s); the renewal starts from the list again (4.1.5).")
        warnings.append(text % {"number": agreement.number, "reason": agreement.rate_reason})
    return _verb(
        request, form, _("Renew the agreement"), agreement, renewal.renew_agreement, warnings=warnings,
        done=_("The renewal is drafted. Look at it, then send it for signing."), button=_("Draft the renewal"),
    )  # fmt: skip


@may("contracts.view")
def agreement_compare(request, agreement_pk, other_agreement_pk):
    """Two versions of one agreement, side by side in words, the older on the left."""
    versions = family_of(_get(agreement_pk)).select_related("client", "guardian", "plan__assessment", "amends")
    pair = list(versions.filter(pk__in=[agreement_pk, other_agreement_pk]))
    if len(pair) != 2:
        raise Http404
    old, new = (version.terms or agreement_terms(version) for version in pair)
    rows = compare(agreement_subjects(old, new))
    context = {"old": pair[0], "new": pair[1], "rows": [row for row in rows if row.differs],
               "same": [row for row in rows if not row.differs], "back": office_url("agreement_file", agreement_pk)}  # fmt: skip
    return render(request, "contracts/compare.html", context)


@may("contracts.edit")
def agreement_end(request, agreement_pk):
    """First what would be owed, then the end itself; both from one form, so nothing is typed twice."""
    agreement = _get(agreement_pk)
    title = _("End the agreement")
    form, context = EndForm(request.POST or None), {"warnings": _what_ending_does(agreement)}
    if "work_out" in request.POST:
        if form.is_valid():
            told = {name: value for name, value in form.cleaned_data.items() if name != "end_note"}
            context["settlement"] = in_words(work_out(agreement, **told))
        context |= {"form": form, "title": title, "lead": agreement.number, "back": _back(agreement), "button": title}
        return render(request, "contracts/agreement_end.html", context)
    return _verb(
        request, form, title, agreement, running.end_agreement, button=title, template="contracts/agreement_end.html",
        done=_("Visits after the last day are cancelled. Now hand over (7.3.2 d) and settle the account."), **context,
    )  # fmt: skip


def _what_ending_does(agreement):
    ahead = Visit.objects.filter(
        agreement__in=versions_of(agreement), state=Visit.State.PLANNED, period__startswith__gt=timezone.now()
    ).count()
    text = _("%(count)s visits are planned ahead; those after the last day are cancelled.")
    yield text % {"count": ahead}
    yield _("The handover record opens; the papers are filed when it is back. The client is called once more.")
    if agreement.deposit_amount:
        text = _("A deposit is to be settled: %(kind)s ¥%(amount)s.")
        yield text % {"kind": agreement.get_deposit_kind_display(), "amount": agreement.deposit_amount}


@may("contracts.edit")
@require_POST
def agreement_call_off(request, agreement_pk):
    return _press(request, agreement_pk, running.call_off, _("Called off; the visits stand again."))


def _press(request, agreement_pk, action, done):
    agreement = _get(agreement_pk)
    return press(request, action, back=_back(agreement), done=done, agreement=agreement, by=request.user)


@may("contracts.approve")
@require_POST
def agreement_approve(request, agreement_pk):
    agreement = _get(agreement_pk)
    return press(
        request, actions.approve_price, back=_back(agreement), done=_("Price approved."), agreement=agreement,
        by=request.user, rate=typed(request.POST, "rate"),
    )  # fmt: skip


@may("contracts.edit")
@require_POST
def agreement_send(request, agreement_pk):
    return _press(
        request, agreement_pk, actions.send_for_signing, _("Out for signing; the text does not change any more.")
    )


@may("contracts.edit")
@require_POST
def agreement_withdraw(request, agreement_pk):
    return _press(request, agreement_pk, actions.withdraw_from_signing, _("Back to a draft."))


@may("contracts.edit")
@require_POST
def agreement_cancel(request, agreement_pk):
    return _press(request, agreement_pk, actions.cancel_agreement, _("Made void."))


@may("contracts.edit")
@require_POST
def agreement_links(request, agreement_pk):
    return _press(
        request, agreement_pk, signing.send_links, _("The links stand in the list of messages, ready to send.")
    )


@may("contracts.edit")
def signature_new(request, agreement_pk, party):
    """Sign on the screen of the office."""
    agreement = _get(agreement_pk)
    if party not in Signature.Party.values:
        raise Http404
    if party == Signature.Party.AGENCY and not has_perm("contracts.sign_for_agency", request.membership):
        raise PermissionDenied
    if agreement.state != Agreement.State.SIGNING:
        return _not_out(request, agreement)
    form = SignForm(request.POST or None, agreement=agreement, party=party)
    seen = _("Signed in as %(who)s") if party == Signature.Party.AGENCY else _("Identity paper seen by %(who)s")
    if form.is_valid() and _sign(request, form, agreement, party, seen % {"who": request.user.name}):
        messages.success(request, _("Signature recorded."))
        return redirect(_back(agreement))
    name, capacity = signing.signer_of(agreement, party, request.user)
    context = {"agreement": agreement, "party": Signature.Party(party).label, "name": name, "capacity": capacity}
    return render(request, "contracts/signature_form.html", {**context, "form": form, "back": _back(agreement)})


def _sign(request, form, agreement, party, identity_check):
    try:
        with transaction.atomic():
            return signing.sign_on_screen(
                agreement=agreement, party=party, way=Signature.Way.SCREEN, identity_check=identity_check,
                by=request.user, ip_address=client_address(request),
                user_agent=request.headers.get("User-Agent", "")[:300], **form.signed(),
            )  # fmt: skip
    except ValidationError as refusal:
        take_refusal(form, refusal)
    return None


def _not_out(request, agreement):
    text = _("This agreement is not out for signing (it is “%s”).")
    messages.error(request, text % agreement.get_state_display())
    return redirect(_back(agreement))


@may("contracts.edit")
def signature_paper(request, agreement_pk):
    agreement = _get(agreement_pk)
    if agreement.state != Agreement.State.SIGNING:
        return _not_out(request, agreement)
    signed = set(agreement.signatures.values_list("party", flat=True))
    if not has_perm("contracts.sign_for_agency", request.membership):
        signed.add(Signature.Party.AGENCY)
    parties = [party for party in Signature.Party.values if party not in signed]
    initial = {"terms_hash": agreement.terms_hash}
    form = PaperSignatureForm(request.POST or None, request.FILES or None, parties=parties, initial=initial)
    if rows := submit(form, signing.record_paper, agreement=agreement, by=request.user):
        if rows[0].paper_code == Signature.PaperCode.MATCHED:
            messages.success(
                request, _("Recorded. The code on the paper was read: it is this agreement and this text.")
            )
        else:
            text = _(
                "Recorded. The code on the paper could not be read; whether it is this text was not checked. Look at it."
            )
            messages.warning(request, text)
        return redirect(_back(agreement))
    return form_page(request, form=form, title=_("Signed on paper"), lead=agreement.number, back=_back(agreement))
