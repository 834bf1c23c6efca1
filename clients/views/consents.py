"""Office pages of consents: record, print to sign, withdraw."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from agencies.links import office_url
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from archive.models import Document
from archive.texts import text_in_force
from clients.actions import consents as actions
from clients.consent_text import CONSENTS
from clients.forms.consents import ConsentForm
from clients.models import Client, Consent

# What withdrawing brings about.
EFFECTS = {
    Consent.Kind.PERSONAL_DATA: gettext_noop("The file is kept and protected, and nothing in it can be changed."),
    Consent.Kind.HEALTH_DATA: gettext_noop(
        "Health summary, assessment and risks about health are locked: nobody reads or changes them."
    ),
    Consent.Kind.SHARING: gettext_noop("The caregiver's phone no longer shows risks about health."),
    Consent.Kind.E_SIGNATURE: gettext_noop("Agreements are signed on paper."),
    Consent.Kind.PHOTOS: gettext_noop("No more photos are taken."),
}


@may("clients.edit")
def consent_new(request, client_pk):
    """Everything consented to at one time; the sheet to sign is printed here."""
    client = get_object_or_404(Client, pk=client_pk)
    form = ConsentForm(request.POST or None, request.FILES or None, client=client)
    back = office_url("client_file", client.pk)
    if submit(form, actions.give_consents, client=client, by=request.user):
        messages.success(request, _("Consents recorded."))
        return redirect(back)
    sheets = Document.objects.filter(kind=Document.Kind.CONSENT_SHEET, subject_id=client.pk)
    context = {"title": _("Record consents"), "lead": str(client), "client": client, "sheets": sheets[:3]}
    context["text"] = text_in_force(CONSENTS)
    return form_page(request, form=form, back=back, template="clients/consent_form.html", **context)


@may("clients.edit")
@require_POST
def consent_print(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    back = office_url("consent_new", client.pk)
    done = _("The sheet is being prepared; reload in a moment.")
    return press(request, actions.print_consents, back=back, done=done, client=client, by=request.user)


@may("clients.edit")
def consent_withdraw(request, consent_pk):
    """Withdraw a consent, after a look at what that brings about."""
    consent = get_object_or_404(Consent.objects.select_related("client"), pk=consent_pk)
    client = consent.client
    back = office_url("client_file", client.pk)
    if request.method == "POST":
        return press(
            request, actions.withdraw_consent, back=back, done=_("Withdrawn."), consent=consent, by=request.user
        )
    effects = [_(EFFECTS[consent.kind])]
    if client.state == Client.State.ACTIVE:
        effects.append(_("Managers and coordinators are told to suspend or end what is running, or to ask again."))
    title = _("Withdraw: %(kind)s") % {"kind": consent.get_kind_display()}
    return form_page(
        request, form=None, title=title, lead=str(client), back=back, button=_("Withdraw the consent"),
        template="ui/confirm.html", effects=effects, is_final=True,
    )  # fmt: skip
