"""Office pages of holds and disposal: lists, appraisal, the two signatures."""

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.forms import CleanForm
from agencies.links import office_url
from agencies.lists import OfficeList
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from archive import disposal
from archive.models import ArchiveRecord, DisposalEntry, DisposalList, Document, LegalHold

Decision = DisposalEntry.Decision


class HoldForm(CleanForm, forms.Form):
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=200)


@may("archive.keep")
def hold_place(request, record_pk):
    record = get_object_or_404(ArchiveRecord, pk=record_pk)
    form = HoldForm(request.POST or None)
    back = office_url("archive_record", record.pk)
    if submit(form, disposal.place_hold, record=record, by=request.user):
        messages.success(request, _("The record is held."))
        return redirect(back)
    return form_page(request, form=form, title=_("Hold this record"), lead=str(record), back=back)


@may("archive.keep")
@require_POST
def hold_lift(request, hold_pk):
    hold = get_object_or_404(LegalHold, pk=hold_pk)
    back = office_url("archive_record", hold.record_id)
    return press(request, disposal.lift_hold, back=back, done=_("The hold is lifted."), hold=hold, by=request.user)


class DisposalLists(OfficeList):
    right = "archive.view"
    list_name = "disposal_lists"
    template_name = "archive/disposal_lists.html"
    tab_choices = DisposalList.State

    def rows(self):
        return DisposalList.objects.order_by("-proposed_on", "-pk")

    def get_context_data(self, **kwargs):
        expired = ArchiveRecord.objects.filter(proposed_on=None, retain_until__lt=timezone.localdate())
        tonight = expired.exclude(holds__lifted_at=None, holds__isnull=False).count()
        context = super().get_context_data(**kwargs)
        _count_entries(context["object_list"])
        return {**context, "tonight": tonight}


def _count_entries(lists):
    """How many records a list has and how many of them go; in one query for the page."""
    goes = Count("pk", filter=Q(decision__in=[Decision.OPEN, Decision.DISPOSE]))
    entries = DisposalEntry.objects.filter(disposal_list__in=[row.pk for row in lists]).order_by()
    counts = {pk: rest for pk, *rest in entries.values_list("disposal_list").annotate(n=Count("pk"), goes=goes)}
    for row in lists:
        row.n, row.to_destroy = counts.get(row.pk, (0, 0))


@may("archive.view")
def disposal_page(request, disposal_pk):
    row = get_object_or_404(DisposalList.objects.select_related("appraised_by"), pk=disposal_pk)
    state = DisposalList.State
    signatures = list(row.signatures.select_related("user"))
    is_appraised = row.state != state.OPEN
    is_over = row.state in (state.DISPOSED, state.CLOSED)
    papers = Document.objects.filter(kind__in=["disposal_list", "disposal_certificate"], subject_id=row.pk)
    context = {
        "row": row,
        "entries": row.entries.select_related("record", "decided_by"),
        "signatures": signatures,
        "papers": papers.select_related("file"),
        "steps": [
            (_("Proposal"), True, False),
            (_("Appraisal"), is_appraised, not is_appraised),
            (_("Two signatures"), len(signatures) == disposal.SIGNERS, row.state == state.APPRAISED),
            (_("Destruction"), row.state == state.DISPOSED, False),
        ],
        "may_keep": has_perm("archive.keep", request.membership) and not is_over,
        "may_sign": row.state == state.APPRAISED
        and has_perm("archive.keep", request.membership)
        and request.user.pk not in {signature.user_id for signature in signatures},
    }
    return render(request, "archive/disposal_page.html", context)


class KeepForm(CleanForm, forms.Form):
    keep_until = forms.DateField(label=gettext_lazy("keep until"))
    reason = forms.CharField(label=gettext_lazy("what it is still needed for"), max_length=200)


@may("archive.keep")
def keep(request, entry_pk):
    entry = get_object_or_404(DisposalEntry.objects.select_related("record"), pk=entry_pk)
    form = KeepForm(request.POST or None)
    back = office_url("disposal_page", entry.disposal_list_id)
    if submit(form, disposal.keep_longer, entry=entry, by=request.user):
        messages.success(request, _("Kept, and off the list."))
        return redirect(back)
    return form_page(request, form=form, title=_("Keep longer"), lead=str(entry.record), back=back)


class MethodForm(CleanForm, forms.Form):
    method = forms.ChoiceField(label=gettext_lazy("how it will be destroyed"), choices=DisposalList.Method)


@may("archive.keep")
def appraised(request, disposal_pk):
    row = get_object_or_404(DisposalList, pk=disposal_pk)
    form = MethodForm(request.POST or None)
    back = office_url("disposal_page", row.pk)
    if submit(form, disposal.finish_appraisal, disposal_list=row, by=request.user):
        messages.success(request, _("Appraised."))
        return redirect(back)
    n = row.entries.filter(decision__in=[Decision.OPEN, Decision.DISPOSE]).count()
    effects = [
        _("%(n)s records are to be destroyed; those kept longer or held are off the list.") % {"n": n},
        _("The list is printed, and two people are asked to sign. Until the second has signed, nothing is destroyed."),
    ]
    return form_page(
        request, form=form, title=_("Finish the appraisal"), lead=row.number, back=back,
        button=_("Finish the appraisal"), template="ui/confirm.html", effects=effects,
    )  # fmt: skip


@may("archive.keep")
def sign(request, disposal_pk):
    """The last look before a signature; with the second the files are gone."""
    row = get_object_or_404(DisposalList, pk=disposal_pk)
    back = office_url("disposal_page", row.pk)
    if request.method == "POST":
        done = _("Signed.")
        return press(request, disposal.sign_disposal, back=back, done=done, disposal_list=row, by=request.user)
    n = row.entries.filter(decision=Decision.DISPOSE).count()
    signed = row.signatures.count()
    effects = [_("You have checked the %(n)s records of this list, one by one, and answer for it.") % {"n": n}]
    if signed == disposal.SIGNERS - 1:
        effects.append(
            _("Yours is the second signature: the electronic files are deleted at once and cannot come back.")
        )
        effects.append(_("Destroy the paper together, on the same day: %(how)s.") % {"how": row.get_method_display()})
        effects.append(_("Numbers, titles, dates and checksums stay, and a certificate is printed and kept for ever."))
    return form_page(
        request, form=None, title=_("Sign the disposal"), lead=row.number, back=back, button=_("Sign"),
        template="ui/confirm.html", effects=effects, is_final=True,
    )  # fmt: skip
