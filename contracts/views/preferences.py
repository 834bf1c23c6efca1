"""Office pages of preferred and never-send caregivers; the list stands on the client's file."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from agencies.links import office_url
from agencies.pages import form_page, submit
from agencies.permissions import may
from clients.models import Client
from contracts.actions import preferences as actions
from contracts.forms.preferences import EndPreferenceForm, PreferenceForm
from contracts.models import CaregiverPreference


@may("contracts.edit")
def preference_new(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    back = office_url("client_file", client.pk)
    form = PreferenceForm(request.POST or None)
    if submit(form, actions.note_preference, client=client, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=_("Preferred or never-send caregiver"), lead=str(client), back=back)


@may("contracts.edit")
def preference_end(request, preference_pk):
    rows = CaregiverPreference.objects.select_related("client", "caregiver")
    preference = get_object_or_404(rows, pk=preference_pk)
    back = office_url("client_file", preference.client_id)
    form = EndPreferenceForm(request.POST or None)
    if submit(form, actions.end_preference, preference=preference, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    lead = f"{preference.client} · {preference}"
    return form_page(request, form=form, title=_("It no longer holds"), lead=lead, back=back)
