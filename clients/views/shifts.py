"""Office pages of the desk's shifts: notes handed over, and the note of today."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from clients.actions import shifts as actions
from clients.forms.enquiries import ShiftForm
from clients.models import ShiftNote


class ShiftList(OfficeList):
    right = "clients.view"
    edit_right = "clients.edit"
    list_name = "shifts"
    title = gettext_lazy("Shift handovers")
    template_name = "clients/shift_list.html"
    columns = [
        Column(
            gettext_lazy("handed over at"), lambda row: timezone.localtime(row.handed_at).strftime("%Y-%m-%d %H:%M")
        ),
        Column(gettext_lazy("handed over by"), lambda row: row.handed_by.name),
        Column(gettext_lazy("taken over by"), lambda row: row.handed_to.name),
        Column(
            gettext_lazy("taken over at"),
            lambda row: timezone.localtime(row.taken_at).strftime("%Y-%m-%d %H:%M") if row.taken_at else "",
        ),
        Column(gettext_lazy("open enquiries"), lambda row: len(row.enquiries)),
        Column(gettext_lazy("what the next shift must know"), lambda row: row.note),
    ]

    def rows(self):
        return ShiftNote.objects.select_related("handed_by", "handed_to").order_by("-handed_at", "-id")


@may("clients.edit")
def shift_new(request):
    """What is open with whoever goes, to be ticked where it goes to the next."""
    rows = actions.open_enquiries_of(request.user)
    form = ShiftForm(request.POST or None, by=request.user, rows=rows)
    if submit(form, actions.hand_over_shift, by=request.user):
        messages.success(request, _("Handed over; the next shift is told."))
        return redirect(office_url("shift_list"))
    lead = _("All that is open with you or with nobody stands in the note; what you tick changes hands.")
    back = office_url("shift_list")
    return form_page(request, form=form, title=_("Hand the desk over"), lead=lead, back=back, button=_("Hand over"))


@may("clients.edit")
@require_POST
def shift_take(request, shift_pk):
    shift = get_object_or_404(ShiftNote, pk=shift_pk)
    back = office_url("shift_list")
    return press(request, actions.take_over_shift, back=back, done=_("Taken over."), shift=shift, by=request.user)
