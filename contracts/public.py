"""Behind a link, no account: signing an agreement on the signer's own phone, a caregiver's calendar."""

import datetime as dt

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import CleanForm, take_refusal
from agencies.limits import client_address, forget, is_over_limit
from agencies.links import read_token
from agencies.pages import unknown_link
from agencies.views import serve
from archive.actions import why_void
from contracts import icalendar
from contracts.actions import signing
from contracts.actions.calendar_feeds import caregiver_of_feed
from contracts.actions.signing import LINK_PARTIES
from contracts.documents import agreement_text
from contracts.forms.agreements import SignForm
from contracts.icalendar import Event
from contracts.models import Agreement, Signature
from contracts.queries.rota import calendar_visits

TRIES = 5
KNOWN_SECONDS = 3600
COPY = dt.timedelta(days=30)  # after the link ran out


class PersonForm(CleanForm, forms.Form):
    last_digits = forms.CharField(
        label=gettext_lazy("Last four characters of your identity number"), max_length=4, min_length=4
    )


def _open(request, token, party):
    """The agreement behind a link, none for links that were never ours, and why it cannot be signed now."""
    if request.agency is None or party not in LINK_PARTIES:
        raise Http404
    found = read_token(f"sign-{party}", token)
    rows = Agreement.objects.select_related(
        "client", "guardian", "caregiver", "document__file", "signed_document__file"
    )
    agreement = rows.filter(pk=found[0]).first() if found else None
    if agreement is None:
        return None, ""
    if _has_signed(agreement, party):
        late = timezone.now() > _copy_until(agreement)
        return agreement, _("You have signed this agreement. Ask the agency for another copy.") if late else ""
    if agreement.state != Agreement.State.SIGNING or found[1] != agreement.link_version:
        return agreement, _("This agreement is not out for signing any more. Ask the agency.")
    if agreement.links_expire_at < timezone.now():
        return agreement, _("This link has expired. Ask the agency for a new one.")
    if party == Signature.Party.CLIENT and signing.authority_problems(agreement, timezone.localdate()):
        return agreement, _("Your authority does not cover signing this agreement today. Ask the agency.")
    return agreement, ""


def _has_signed(agreement, party):
    return agreement.signatures.filter(party=party).exists()


def _copy_until(agreement):
    return agreement.links_expire_at + COPY


@login_not_required
def sign(request, token, party):
    """First who is there, then the text, the paper and the pad: a link alone shows nothing about anybody.

    Who has signed gets their copy here for a month.
    """
    agreement, closed = _open(request, token, party)
    if agreement is None:
        return unknown_link(request)
    if closed:
        return render(request, "public/closed.html", {"text": closed})
    signer = _signer(agreement, party)
    context = {"agreement": agreement, "signer": signer, "label": Signature.Party(party).label}
    if not _is_known(request, agreement, party):
        form = PersonForm(request.POST or None)
        if form.is_valid() and _check_person(form, signer, agreement, party):
            request.session.cycle_key()
            request.session[_known_key(agreement, party)] = timezone.now().timestamp()
            return redirect(request.path)
        return render(request, "public/sign_who.html", {**context, "form": form})
    context |= {"token": token, "party": party}
    if _has_signed(agreement, party):
        paper = agreement.signed_document or agreement.document
        context |= {"until": _copy_until(agreement), "standing": why_void(paper) if paper else ""}
        return render(request, "public/signed.html", context)
    form = SignForm(request.POST or None, agreement=agreement, party=party)
    if form.is_valid() and _sign(request, form, agreement, party):
        return redirect(request.path)
    return render(request, "public/sign.html", {**context, **agreement_text(agreement), "form": form})


def _signer(agreement, party):
    if party == Signature.Party.CAREGIVER:
        return agreement.caregiver
    return agreement.guardian or agreement.client


def _known_key(agreement, party):
    signer = _signer(agreement, party)
    return f"signer:{agreement.agency_id}:{agreement.pk}:{party}:{signer._meta.model_name}:{signer.pk}"


def _is_known(request, agreement, party):
    """Whether the last four characters were right in this browser within the hour."""
    return timezone.now().timestamp() - request.session.get(_known_key(agreement, party), 0) < KNOWN_SECONDS


def _check_person(form, signer, agreement, party):
    """Compare the last four characters; each try counts before it is looked at, so that a flood gains nothing."""
    tries = f"sign:{agreement.pk}:{party}"
    if is_over_limit(tries, limit=TRIES):
        form.add_error("last_digits", _("Too many tries. Wait an hour or ask the agency."))
    elif signer.identity_number[-4:].upper() != form.cleaned_data["last_digits"].upper():
        form.add_error("last_digits", _("These are not the last four characters of your identity number."))
    else:
        forget(tries)
        return True
    return False


def _sign(request, form, agreement, party):
    try:
        with transaction.atomic():
            return signing.sign_on_screen(
                agreement=agreement,
                party=party,
                way=Signature.Way.LINK,
                identity_check=_("Link sent to the signer, last four characters of the identity number"),
                by=None,
                ip_address=client_address(request),
                user_agent=request.headers.get("User-Agent", "")[:300],
                **form.signed(),
            )
    except ValidationError as refusal:
        take_refusal(form, refusal)
        return None


@login_not_required
def sign_paper(request, token, party):
    """The PDF, signed by all where it is, for the signer alone."""
    agreement, closed = _open(request, token, party)
    if agreement is None or closed:
        raise Http404
    if not _is_known(request, agreement, party):
        return redirect("public:sign", request.agency.slug, token, party)
    papers = (agreement.signed_document, agreement.document)
    paper = next((paper.file for paper in papers if paper and paper.file), None)
    if paper is None:
        raise Http404
    return serve(paper)


@login_not_required
def calendar(request, token):
    """A caregiver's visits for the calendar on their phone: when and at whose, no address and no surname (8.2)."""
    caregiver = caregiver_of_feed(token) if request.agency else None
    if caregiver is None:
        return unknown_link(request)
    events = [
        Event(
            uid=f"visit-{visit.pk}@{request.agency.slug}",
            starts=visit.period.lower,
            ends=visit.period.upper,
            summary=visit.client.salutation,
            changed=visit.changed_at or visit.period.lower,
            url=settings.SITE_URL + reverse("phone:visit", args=[visit.pk]),
        )
        for visit in calendar_visits(caregiver)
    ]
    text = icalendar.calendar(f"{request.agency.short_name} · {caregiver.name}", events)
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")
