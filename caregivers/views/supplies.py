"""Office pages of labour-protection supplies: the ledger and the form."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.pages import form_page, submit
from agencies.permissions import may
from caregivers.actions.supplies import issue_supplies, issue_supply
from caregivers.forms.onboarding import SuppliesForm, SupplyFilter, SupplyForm
from caregivers.models import Caregiver, SupplyIssue


def _received_on(row):
    return timezone.localdate(row.received_at) if row.received_at else None


class SupplyList(OfficeList):
    """Everything that was handed out, the latest first."""

    right = "caregivers.view"
    edit_right = "caregivers.edit"
    list_name = "supplies"
    title = gettext_lazy("Supplies")
    template_name = "caregivers/supply_list.html"
    filterset_class = SupplyFilter
    columns = [
        Column(gettext_lazy("handed out on"), lambda row: row.issued_on),
        Column(gettext_lazy("badge number"), lambda row: row.caregiver.number),
        Column(gettext_lazy("name"), lambda row: row.caregiver.name),
        Column(gettext_lazy("item"), lambda row: row.get_item_display()),
        Column(gettext_lazy("quantity"), lambda row: row.quantity),
        Column(gettext_lazy("note"), lambda row: row.note),
        Column(gettext_lazy("handed out by"), lambda row: row.issued_by.name),
        Column(gettext_lazy("receipt confirmed on"), _received_on),
    ]

    def rows(self):
        return SupplyIssue.objects.select_related("caregiver", "issued_by").order_by("-issued_on", "-id")


@may("caregivers.edit")
def supplies_new(request):
    """Hand the same out to several people at once."""
    form = SuppliesForm(request.POST or None)
    back = office_url("supply_list")
    if issued := submit(form, issue_supplies, by=request.user):
        messages.success(request, _("Noted for %(count)s people; they are asked to confirm.") % {"count": len(issued)})
        return redirect(back)
    return form_page(request, form=form, title=_("Supplies handed out"), back=back)


@may("caregivers.edit")
def supply_new(request, caregiver_pk):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    form = SupplyForm(request.POST or None)
    back = office_url("caregiver_file", caregiver_pk)
    if submit(form, issue_supply, caregiver=caregiver, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=_("Supplies handed out"), lead=str(caregiver), back=back)
