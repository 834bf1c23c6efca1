"""The office page of an assessment."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from rules import has_perm

from agencies.links import office_url
from agencies.pages import form_page, submit
from agencies.permissions import may
from clients.actions import assessments as actions
from clients.forms.assessments import AssessmentForm
from clients.models import Assessment, Client, Consent
from clients.queries import current_assessment, has_consent
from clients.scales import SCALES


@may("clients.edit")
def assessment_new(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    scale = request.GET.get("scale", "gbt_42195")
    if scale not in SCALES:
        raise Http404
    latest = current_assessment(client)
    reason = Assessment.Reason.REGULAR if latest else Assessment.Reason.FIRST
    form = AssessmentForm(
        request.POST or None,
        scale=scale,
        may_set_able=has_perm("agencies.manage", request.membership),
        initial={"reason": reason},
    )
    if request.htmx:
        return render(request, "clients/_score.html", {"score": form.score(), "is_update": True})
    back = office_url("client_file", client.pk)
    if request.method == "POST" and submit(form, actions.record_assessment, client=client, by=request.user):
        messages.success(request, _("Assessment recorded."))
        return redirect(back)
    context = {
        "client": client,
        "lead": str(client),
        "scale": scale,
        "score": form.score(),
        "may_assess": has_consent(client, Consent.Kind.HEALTH_DATA),
        "template": "clients/assessment_form.html",
    }
    return form_page(request, form=form, title=_("Self-care assessment"), back=back, **context)
