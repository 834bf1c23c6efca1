"""Office pages of the agency's own details, of who works for it, and of programs that act for it."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agencies.actions.agency import edit_agency
from agencies.actions.members import add_member, change_roles, reset_password, revoke_key, switch_member
from agencies.forms import CleanForm
from agencies.links import office_url
from agencies.models import Agency, ApiKey, Membership, Role
from agencies.pages import form_page, press, refusals, revealed, submit
from agencies.permissions import may
from agencies.text import typed

OFFICE_ROLES = [choice for choice in Role.choices if choice[0] != Role.CAREGIVER]


def _back():
    return office_url("agency_settings")


class AgencyForm(CleanForm, forms.ModelForm):
    class Meta:
        model = Agency
        fields = ["name", "short_name", "legal_representative", "address", "phone", "complaint_phone"]


@may("agencies.manage")
def agency_edit(request):
    """What stands on papers and on the public page; the credit code and the short address stay."""
    form = AgencyForm(request.POST or None, instance=Agency.objects.get(pk=request.agency.pk))
    if submit(form, edit_agency, agency=request.agency, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_back())
    lead = _("Papers that were signed keep what they said.")
    return form_page(request, form=form, title=_("Details of the agency"), lead=lead, back=_back())


class MemberForm(CleanForm, forms.Form):
    phone = forms.CharField(label=gettext_lazy("mobile phone"), max_length=20)
    name = forms.CharField(label=gettext_lazy("name"), max_length=50)
    roles = forms.MultipleChoiceField(label=gettext_lazy("roles"), choices=Role, widget=forms.CheckboxSelectMultiple)


class RolesForm(CleanForm, forms.Form):
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("roles"), choices=OFFICE_ROLES, widget=forms.CheckboxSelectMultiple
    )


@may("agencies.manage")
def member_new(request):
    form = MemberForm(request.POST or None)
    if (password := submit(form, add_member, agency=request.agency)) is not None:
        value = password or _("Signs in with the password of the existing account.")
        return revealed(request, value, title=_("First password of %(name)s") % form.cleaned_data, back=_back())
    return form_page(request, form=form, title=_("New member of staff"), back=_back())


def _member(request, member_pk):
    return get_object_or_404(Membership.objects.select_related("user"), pk=member_pk, agency=request.agency)


@may("agencies.manage")
def member_edit(request, member_pk):
    member = _member(request, member_pk)
    form = RolesForm(request.POST or None, initial={"roles": member.roles})
    if submit(form, change_roles, member=member, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_back())
    return form_page(request, form=form, title=_("Roles of %(name)s") % {"name": member.user.name}, back=_back())


@may("agencies.manage")
@require_POST
def member_reset(request, member_pk):
    """Show a new password once."""
    member, shown = _member(request, member_pk), []
    problems = refusals(lambda: shown.append(reset_password(member=member, by=request.user)))
    for problem in problems:
        messages.error(request, problem)
    if problems:
        return redirect(_back())
    return revealed(request, shown[0], title=_("New password of %(name)s") % {"name": member.user.name}, back=_back())


@may("agencies.manage")
@require_POST
def member_switch(request, member_pk):
    return press(request, switch_member, back=_back(), member=_member(request, member_pk), by=request.user)


@may("agencies.manage")
@require_POST
def api_key_new(request):
    _key, secret = ApiKey.issue(membership=request.membership, name=typed(request.POST, "name", 100) or "API")
    return revealed(request, secret, title=_("New API key"), back=_back())


@may("agencies.manage")
@require_POST
def api_key_revoke(request, key_pk):
    key = get_object_or_404(ApiKey, pk=key_pk, membership__agency=request.agency)
    return press(request, revoke_key, back=_back(), key=key, by=request.user)
