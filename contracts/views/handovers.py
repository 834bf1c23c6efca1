"""Office pages of handover records."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from agencies.privacy import mask_name
from contracts.actions import handovers as actions
from contracts.forms.handovers import (
    FileHandoverForm,
    HandoverFilter,
    HandoverForm,
    HandoverSignForm,
    WaiveHandoverForm,
)
from contracts.models import Agreement, Handover, HandoverSignature
from contracts.queries.agreements import without_handover


class HandoverList(OfficeList):
    right = "contracts.view"
    list_name = "handovers"
    title = gettext_lazy("Handovers")
    template_name = "contracts/handover_list.html"
    filterset_class = HandoverFilter
    tab_choices = Handover.State
    columns = [
        Column(gettext_lazy("number"), lambda handover: handover.number),
        Column(gettext_lazy("agreement"), lambda handover: handover.agreement.number),
        Column(gettext_lazy("client"), lambda handover: mask_name(handover.agreement.client.name)),
        Column(gettext_lazy("state"), lambda handover: handover.get_state_display()),
        Column(gettext_lazy("returned to the agency on"), lambda handover: handover.returned_on),
    ]

    def rows(self):
        return Handover.objects.select_related("agreement__client", "caregiver").order_by("-number")

    def get_context_data(self, **kwargs):
        rows = without_handover().select_related("client", "caregiver").defer("terms").order_by("ended_on")
        started = Prefetch("handovers", Handover.objects.filter(state__in=actions.OPEN_STATES), to_attr="started")
        return {**super().get_context_data(**kwargs), "overdue": rows.prefetch_related(started)[:20]}


def _get(handover_pk):
    rows = Handover.objects.select_related("agreement__client", "caregiver", "next_caregiver", "document__file")
    return get_object_or_404(rows, pk=handover_pk)


def _back(handover):
    return office_url("handover_page", handover.pk)


@may("contracts.edit")
@require_POST
def handover_new(request, agreement_pk):
    agreement = get_object_or_404(Agreement.objects.select_related("client", "caregiver"), pk=agreement_pk)
    back = office_url("agreement_file", agreement.pk)
    response = press(request, actions.start_handover, back=back, agreement=agreement, by=request.user)
    handover = Handover.objects.filter(agreement=agreement, state__in=actions.OPEN_STATES).first()
    return redirect(office_url("handover_edit", handover.pk)) if handover else response


@may("contracts.view")
def handover_page(request, handover_pk):
    handover = _get(handover_pk)
    signatures = {row.party: row for row in handover.signatures.select_related("image")}
    context = {
        "handover": handover,
        "parties": [(value, label, signatures.get(value)) for value, label in HandoverSignature.Party.choices],
        "any_signed": bool(signatures),
        "all_signed": len(signatures) == len(HandoverSignature.Party),
        "may_edit": has_perm("contracts.edit", request.membership),
        "may_waive": has_perm("contracts.approve", request.membership) and handover.state in actions.OPEN_STATES,
        "contents": _contents(handover, request.membership),
    }
    return render(request, "contracts/handover_page.html", context)


def _verb(request, form, title, handover, action, template="form.html"):
    if submit(form, action, handover=handover, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_back(handover))
    context = {
        "lead": f"{handover.number} · {handover.agreement.client}",
        "back": _back(handover),
        "template": template,
    }
    return form_page(request, form=form, title=title, **context)


@may("contracts.edit")
def handover_edit(request, handover_pk):
    handover = _get(handover_pk)
    form = HandoverForm(request.POST or None, instance=Handover.objects.get(pk=handover.pk))
    return _verb(request, form, _("Handover record"), handover, actions.update_handover)


@may("contracts.edit")
@require_POST
def handover_open(request, handover_pk):
    handover = _get(handover_pk)
    done = _("Ready to be signed.")
    return press(request, actions.open_for_signing, back=_back(handover), done=done, handover=handover, by=request.user)


@may("contracts.edit")
@require_POST
def handover_back(request, handover_pk):
    handover = _get(handover_pk)
    done = _("Back to a draft.")
    return press(request, actions.back_to_draft, back=_back(handover), done=done, handover=handover, by=request.user)


@may("contracts.edit")
def handover_sign(request, handover_pk, party):
    """One party signs; the page shows what is signed."""
    handover = _get(handover_pk)
    if party not in HandoverSignature.Party.values:
        raise Http404
    signers = actions.signers_of(handover, party, request.user)
    form = HandoverSignForm(request.POST or None, signers=signers, text_hash=handover.text_hash)
    if submit(form, actions.sign_handover, handover=handover, by=request.user, party=party):
        messages.success(request, _("Saved."))
        return redirect(_back(handover))
    return form_page(
        request,
        form=form,
        title=HandoverSignature.Party(party).label,
        lead=f"{handover.number} · {handover.agreement.client}",
        back=_back(handover),
        template="contracts/handover_sign.html",
        contents=_contents(handover, request.membership),
        handover=handover,
    )


def _contents(handover, membership):
    return actions.contents_of(handover, with_health=has_perm("clients.health", membership))


@may("contracts.edit")
def handover_file(request, handover_pk):
    handover = _get(handover_pk)
    form = FileHandoverForm(request.POST or None, request.FILES or None)
    return _verb(request, form, _("The record is back at the agency"), handover, actions.file_handover)


@may("contracts.approve")
def handover_waive(request, handover_pk):
    """A manager writes why there will be no record."""
    form = WaiveHandoverForm(request.POST or None)
    return _verb(request, form, _("No handover record"), _get(handover_pk), actions.waive_handover)
