"""Office pages of return visits: the call list, one call with its script."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.actions.access import log_access
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import AgencySettings
from agencies.pages import press, revealed, submit
from agencies.permissions import may
from agencies.privacy import mask_name
from clients.queries import whom_to_call
from supervision.actions import return_visits as actions
from supervision.forms import AttemptForm, CallFilter, ResultForm
from supervision.models import ReturnVisit
from supervision.queries import before_calling, listed_calls
from supervision.standard import next_permitted_moment


class ReturnVisitList(OfficeList):
    right = "supervision.view"
    list_name = "return_visits"
    title = gettext_lazy("Return visits")
    template_name = "supervision/return_visit_list.html"
    filterset_class = CallFilter
    tab_choices = ReturnVisit.State
    first_tab = ReturnVisit.State.DUE
    columns = [
        Column(gettext_lazy("client"), lambda row: mask_name(row.client.name)),
        Column(gettext_lazy("kind"), lambda row: row.get_kind_display()),
        Column(gettext_lazy("state"), lambda row: row.get_state_display()),
        Column(gettext_lazy("due"), lambda row: timezone.localtime(row.due_at).strftime("%Y-%m-%d %H:%M")),
        Column(gettext_lazy("overall"), lambda row: row.get_satisfaction_display()),
        Column(gettext_lazy("what was said"), lambda row: row.summary),
    ]

    def rows(self):
        return listed_calls()

    def get_context_data(self, **kwargs):
        now = timezone.now()
        permitted = next_permitted_moment(now, AgencySettings.objects.get())
        wait = permitted if permitted > now else None
        return {**super().get_context_data(**kwargs), "now": now, "wait_until": wait}


def _get(call_pk):
    rows = ReturnVisit.objects.select_related("client", "agreement__caregiver", "done_by")
    return get_object_or_404(rows, pk=call_pk)


@may("supervision.view")
def return_visit_call(request, call_pk):
    """The script beside the form: either the result, or why the client was not reached."""
    call = _get(call_pk)
    may_call = has_perm("supervision.call", request.membership)
    odd_hour = may_call and call.state == ReturnVisit.State.DUE and actions.is_odd_hour(call, timezone.now())
    attempt = AttemptForm(request.POST if "outcome" in request.POST else None)
    result = ResultForm(request.POST if "spoke_with" in request.POST else None, is_odd_hour=odd_hour)
    if request.method == "POST" and may_call:
        form, action = (attempt, actions.record_attempt) if attempt.is_bound else (result, actions.complete_call)
        if row := submit(form, action, return_visit=call, by=request.user):
            messages.success(request, _("Saved."))
            if row.has_problem:
                return redirect(f"{office_url('complaint_new')}?call={call.pk}")
            return redirect(office_url("return_visit_list"))
    context = {
        "call": call,
        "called": whom_to_call(call.client),
        "attempt": attempt,
        "result": result,
        "attempts": call.attempts.select_related("made_by"),
        "guardians": call.client.guardians.filter(is_active=True),
        "odd_hour": odd_hour,
        "before": before_calling(call, with_health=has_perm("clients.health", request.membership)),
        "may_call": may_call and call.state == ReturnVisit.State.DUE,
        "may_reveal": has_perm("agencies.reveal", request.membership),
    }
    return render(request, "supervision/return_visit_call.html", context)


@may("supervision.call")
@require_POST
def return_visit_cancel(request, call_pk):
    back = office_url("return_visit_list")
    return press(
        request, actions.cancel_call, back=back, done=_("Cancelled."), return_visit=_get(call_pk), by=request.user
    )


@may("supervision.call")
@require_POST
def return_visit_phone(request, call_pk):
    """Show the number to call, logged."""
    call = get_object_or_404(ReturnVisit.objects.select_related("client"), pk=call_pk, state=ReturnVisit.State.DUE)
    log_access(user=request.user, row=call.client, field="phone", reason=_("return visit"))
    back = office_url("return_visit_call", call.pk)
    called = whom_to_call(call.client)
    title = call.client.salutation if called == call.client else f"{called.name}（{called.relation}）"
    return revealed(request, called.phone, title=title, back=back)
