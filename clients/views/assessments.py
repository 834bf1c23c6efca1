"""The office page of an assessment."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from rules import has_perm

from agencies.links import office_url
from agencies.pages import form_page, submit
from agencies.permissions import may
from clients.actions import assessments as actions
from clients.forms.assessments import AssessmentForm
from clients.models import Client
from clients.scales import SCALES


@may("clients.edit")
def assessment_new(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    scale = request.GET.get("scale", "gbt_42195")
    if scale not in SCALES:
        raise Http404
    form = AssessmentForm(request.POST or None, scale=scale)
    back = office_url("client_file", client.pk)
    if (
        form.is_valid()
        and form.cleaned_data["override"] == "able"
        and not has_perm("agencies.manage", request.membership)
    ):
        form.add_error("override", _("Only a manager may set the status to able."))
    if request.method == "POST" and submit(form, actions.record_assessment, client=client, by=request.user):
        messages.success(request, _("Assessment recorded."))
        return redirect(back)
    template = "clients/assessment_form.html"
    title = _("Self-care assessment")
    return form_page(
        request, form=form, title=title, lead=str(client), back=back, template=template, client=client, scale=scale
    )
