"""Office pages of clients: list, file, forms."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.actions.access import log_access
from agencies.calendar import age_on
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.pages import form_page, press, revealed, submit
from agencies.panels import panels_of, shortcuts_of, steps_of, timeline_of
from agencies.permissions import may
from agencies.privacy import mask_name, mask_phone
from agencies.text import typed
from archive.models import Document
from clients.actions import files as actions
from clients.forms.files import (
    ClientFilter,
    ClientForm,
    GuardianForm,
    HealthForm,
    NewClientForm,
    ProofForm,
    RiskNoteForm,
)
from clients.models import Client, Consent, Enquiry, Guardian, RiskNote, SelfCare
from clients.queries import (
    current_assessment,
    current_home_check,
    has_consent,
    listed_papers,
    shown_risk_notes,
    with_status,
    withdrawn_on,
)
from clients.standard import LEVELS, OLD_AGE


class ClientList(OfficeList):
    right = "clients.view"
    edit_right = "clients.edit"
    list_name = "clients"
    title = gettext_lazy("Clients")
    template_name = "clients/client_list.html"
    filterset_class = ClientFilter
    tab_choices = Client.State
    first_tab = Client.State.ACTIVE
    columns = [
        Column(gettext_lazy("number"), lambda client: client.number),
        Column(gettext_lazy("name"), lambda client: mask_name(client.name)),
        Column(gettext_lazy("state"), lambda client: client.get_state_display()),
        Column(gettext_lazy("phone"), lambda client: mask_phone(client.phone)),
        Column(gettext_lazy("district"), lambda client: client.district),
        Column(gettext_lazy("salutation"), lambda client: client.salutation),
        Column(gettext_lazy("sex"), lambda client: client.get_sex_display()),
        Column(gettext_lazy("year of birth"), lambda client: client.birth_date.year),
        Column(
            gettext_lazy("self-care status"),
            lambda client: str(SelfCare(client.self_care).label) if client.self_care else "",
        ),
        Column(gettext_lazy("file opened on"), lambda client: timezone.localdate(client.created_at)),
        Column(gettext_lazy("reassess on"), lambda client: client.reassess_on),
    ]

    def rows(self):
        return with_status(Client.objects.order_by("-number")).defer("identity_number", "needs", "illnesses")

    def get_context_data(self, **kwargs):
        member = self.request.membership
        seen = {"sees_health": "clients.health", "sees_requests": "clients.requests"}
        return {**super().get_context_data(**kwargs), **{name: has_perm(right, member) for name, right in seen.items()}}


def _file(client):
    return redirect(office_url("client_file", client.pk))


@may("clients.view")
def client_file(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    assessment = current_assessment(client)
    may_edit = has_perm("clients.edit", request.membership)
    may_assess = has_consent(client, Consent.Kind.HEALTH_DATA)
    locked_on = withdrawn_on(client, Consent.Kind.HEALTH_DATA)
    sees_health = has_perm("clients.health", request.membership)
    context = {
        "client": client,
        "age": age_on(client.birth_date, timezone.localdate()),
        "assessment": assessment if may_assess else None,
        "may_assess": may_assess,
        "level": _level_name(assessment),
        "locked_on": locked_on,
        "is_sealed": withdrawn_on(client, Consent.Kind.PERSONAL_DATA) is not None,
        "sees_health": sees_health,
        "may_edit": may_edit,
        "may_reveal": has_perm("agencies.reveal", request.membership),
        "guardians": client.guardians.filter(is_active=True),
        "risk_notes": shown_risk_notes(client, with_health=sees_health),
        "consents": client.consents.filter(is_replaced=False)
        .select_related("paper", "guardian")
        .order_by("-given_at", "id"),
        "steps": steps_of("clients.client", request.membership, client),
        "shortcuts": shortcuts_of("clients.client", request.membership, client) if may_edit else [],
        "panels": panels_of("clients.client", request.membership, client),
        "timeline": timeline_of("clients.client", client),
        **_on_file(request.membership, client),
    }
    return render(request, "clients/client_file.html", context)


def _on_file(membership, client):
    """Home, papers, earlier assessments and requests, as far as the member may see them."""
    sees_health = has_perm("clients.health", membership)
    home = current_home_check(client)
    return {
        "home": home,
        "home_findings": home.findings.filter(done_on=None) if home else [],
        "papers": listed_papers().filter(client=client) if sees_health else [],
        "notices": Document.objects.filter(kind=Document.Kind.CLIENT_NOTICE, subject_id=client.pk)
        .select_related("file")
        .order_by("-requested_at")[:3],
        "assessments": client.assessments.all()[:6] if sees_health else [],
        "requests": client.data_requests.all()[:5] if has_perm("clients.requests", membership) else None,
        "today": timezone.localdate(),
    }


def _level_name(assessment):
    return LEVELS[assessment.level][get_language() == "en"] if assessment else ""


@may("clients.edit")
def client_new(request):
    """Open a file, from an enquiry with what the caller said already."""
    enquiry = _asked(request)
    form = NewClientForm(request.POST or None, request.FILES or None, enquiry=enquiry)
    if client := submit(form, actions.create_client, by=request.user, enquiry=enquiry):
        messages.success(request, _("File %(number)s opened.") % {"number": client.number})
        if (age := age_on(client.birth_date, timezone.localdate())) < OLD_AGE:
            text = _("%(age)s years: not an old person yet (under %(least)s). Check the date of birth.")
            messages.warning(request, text % {"age": age, "least": OLD_AGE})
        return _file(client)
    back = office_url("enquiry_page", enquiry.pk) if enquiry else office_url("client_list")
    lead = (
        _("From enquiry %(number)s.") % {"number": enquiry.number}
        if enquiry
        else _("Search first: a person has one file.")
    )
    template = "clients/client_new.html"
    return form_page(request, form=form, title=_("New client"), lead=lead, back=back, template=template)


def _asked(request):
    """The open enquiry the address names."""
    pk = request.GET.get("enquiry", "")
    return Enquiry.objects.filter(pk=pk, state=Enquiry.State.OPEN).first() if pk.isdecimal() and len(pk) < 19 else None


def _verb(request, form, title, client, action, **context):
    back = office_url("client_file", client.pk)
    if request.method == "POST" and submit(form, action, client=client, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=title, lead=str(client), back=back, **context)


@may("clients.edit")
def client_edit(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    form = ClientForm(request.POST or None, instance=Client.objects.get(pk=client.pk))
    return _verb(request, form, _("Correct the file"), client, actions.update_client)


@may("clients.edit")
def client_health(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    if not has_consent(client, Consent.Kind.HEALTH_DATA):
        messages.warning(request, _("Record the separate consent to keeping health data first (PIPL 29)."))
        return redirect(office_url("consent_new", client.pk))
    form = HealthForm(request.POST or None, instance=Client.objects.get(pk=client.pk))
    return _verb(request, form, _("Health summary"), client, actions.update_client)


@may("clients.edit")
def guardian_new(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    form = GuardianForm(request.POST or None, request.FILES or None)
    return _verb(request, form, _("Add a guardian or contact"), client, actions.add_guardian)


@may("clients.edit")
def guardian_proof(request, guardian_pk):
    guardian = get_object_or_404(Guardian.objects.select_related("client"), pk=guardian_pk)
    form = ProofForm(request.POST or None, request.FILES or None)
    title = _("Proof that %(who)s may sign") % {"who": guardian.name}
    back = office_url("client_file", guardian.client_id)
    if submit(form, actions.prove_authority, guardian=guardian, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=title, lead=str(guardian.client), back=back)


@may("clients.edit")
def risk_note_new(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    about_health = has_consent(client, Consent.Kind.HEALTH_DATA)
    form = RiskNoteForm(request.POST or None, about_health=about_health)
    warnings = []
    if not about_health:
        text = _("Falls, diet, medicines and the like wait for the separate consent to keeping health data.")
        link = office_url("consent_new", client.pk)
        warnings = [format_html('{} <a href="{}">{}</a>', text, link, _("Record it"))]
    return _verb(request, form, _("Add a risk note"), client, actions.add_risk_note, warnings=warnings)


@may("clients.edit")
@require_POST
def guardian_remove(request, guardian_pk):
    guardian = get_object_or_404(Guardian, pk=guardian_pk)
    back = office_url("client_file", guardian.client_id)
    return press(request, actions.remove_guardian, back=back, done=_("Removed."), guardian=guardian)


@may("clients.edit")
@require_POST
def risk_note_remove(request, note_pk):
    note = get_object_or_404(RiskNote, pk=note_pk)
    back = office_url("client_file", note.client_id)
    return press(request, actions.remove_risk_note, back=back, done=_("Removed."), note=note)


@may("agencies.reveal")
@require_POST
def client_reveal(request, client_pk, field):
    """Show one masked value in full, once, and log who saw it."""
    client = get_object_or_404(Client, pk=client_pk)
    return _reveal(request, client, field, client.pk)


@may("agencies.reveal")
@require_POST
def guardian_reveal(request, guardian_pk, field):
    guardian = get_object_or_404(Guardian, pk=guardian_pk)
    return _reveal(request, guardian, field, guardian.client_id)


def _reveal(request, row, field, client_pk):
    if field not in ("identity_number", "phone"):
        raise Http404
    log_access(user=request.user, row=row, field=field, reason=typed(request.POST, "reason", 100))
    return revealed(request, getattr(row, field), title=str(row), back=office_url("client_file", client_pk))
