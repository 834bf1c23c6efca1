"""Office pages of papers, staff files and how strictly rules are kept."""

from django.contrib import messages
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agencies.findings import text_of
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import Membership
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from caregivers.actions import credentials as actions
from caregivers.forms.credentials import (
    CredentialFilter,
    CredentialForm,
    InvalidForm,
    ReasonForm,
    RuleForm,
    StaffFileForm,
)
from caregivers.models import Caregiver, Credential, RuleSetting, StaffFile
from caregivers.queries.credentials import listed_credentials, staff_facts, with_renewed
from caregivers.standard.staff import check_staff


def standing_of(credential: Credential, today) -> tuple[str, str]:
    """How a paper stands, as state and words; the steps are 90, 30, 7 and 0 days."""
    if credential.declined_reason:
        return "rejected", _("sent back: %(why)s") % {"why": credential.declined_reason}
    if credential.invalid_from:
        return "lost", _("counts no more: %(why)s") % {"why": credential.invalid_reason}
    if credential.verified_on is None:
        return "missing", _("to be sighted")
    if getattr(credential, "is_renewed", False):
        return "open_later", _("renewed")
    if credential.expires_on is None:
        return "done", _("without limit")
    days = (credential.expires_on - today).days
    if days < 0:
        return "expired", _("ended %(days)s days ago") % {"days": -days}
    if days <= 90:
        return "warn" if days > 7 else "late", _("%(days)s days left") % {"days": days}
    return "done", _("valid")


def shown_credentials(rows) -> list[Credential]:
    """Papers of one person with how they stand; those in use first, then those that are past."""
    today = timezone.localdate()
    found = list(with_renewed(rows.select_related("scan", "verified_by")))
    for credential in found:
        credential.standing = standing_of(credential, today)
        standing = credential.standing[0]
        credential.is_past = standing in ("open_later", "lost") or (standing == "rejected" and credential.is_renewed)
    return sorted(found, key=lambda row: row.is_past)


class CredentialList(OfficeList):
    """Papers of everybody: what ends next, what waits to be sighted."""

    right = "caregivers.view"
    edit_right = "caregivers.edit"
    list_name = "credentials"
    title = gettext_lazy("Credentials")
    template_name = "caregivers/credential_list.html"
    filterset_class = CredentialFilter
    columns = [
        Column(gettext_lazy("whose"), lambda row: str(row.caregiver or row.staff_file)),
        Column(gettext_lazy("kind"), lambda row: row.get_kind_display()),
        Column(gettext_lazy("grade"), lambda row: row.grade),
        Column(gettext_lazy("issued by"), lambda row: row.issuer),
        Column(gettext_lazy("issued on"), lambda row: row.issued_on),
        Column(gettext_lazy("expires on"), lambda row: row.expires_on),
        Column(gettext_lazy("original sighted on"), lambda row: row.verified_on),
    ]

    def rows(self):
        return listed_credentials()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for row in context["object_list"]:
            row.standing = standing_of(row, context["today"])
        return context


def _back(credential):
    if credential.caregiver_id:
        return office_url("caregiver_file", credential.caregiver_id)
    return office_url("staff_file", credential.staff_file_id)


def _get(credential_pk):
    return get_object_or_404(Credential.objects.select_related("caregiver", "staff_file__user"), pk=credential_pk)


@may("caregivers.edit")
def credential_new(request, caregiver_pk):
    """Add a paper; a kind in the address is chosen already, and whoever came from the on-boarding page goes back there."""
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    page = "onboarding_page" if request.GET.get("from") == "onboarding" else "caregiver_file"
    return _new(request, office_url(page, caregiver.pk), caregiver, caregiver=caregiver)


@may("agencies.manage")
def staff_credential_new(request, staff_file_pk):
    staff_file = get_object_or_404(StaffFile, pk=staff_file_pk)
    return _new(request, office_url("staff_file", staff_file.pk), staff_file, staff_file=staff_file)


def _new(request, back, owner, **kwargs):
    kind = request.GET.get("kind", "")
    initial = {"kind": kind} if kind in Credential.Kind.values else None
    form = CredentialForm(request.POST or None, request.FILES or None, initial=initial)
    if submit(form, actions.add_credential, by=request.user, **kwargs):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=_("Add a credential"), lead=str(owner), back=back)


@may("caregivers.edit")
@require_POST
def credential_verify(request, credential_pk):
    credential = _get(credential_pk)
    return press(
        request,
        actions.verify_credential,
        back=_back(credential),
        done=_("Saved."),
        credential=credential,
        by=request.user,
    )


@may("caregivers.edit")
def credential_decline(request, credential_pk):
    credential = _get(credential_pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        return press(
            request,
            actions.decline_credential,
            back=_back(credential),
            done=_("Sent back."),
            credential=credential,
            by=request.user,
            **form.cleaned_data,
        )
    lead = f"{credential.caregiver or credential.staff_file} · {credential.get_kind_display()}"
    return form_page(request, form=form, title=_("Send the paper back"), lead=lead, back=_back(credential))


@may("caregivers.grant")
def credential_invalidate(request, credential_pk):
    credential = _get(credential_pk)
    form = InvalidForm(request.POST or None)
    if form.is_valid():
        return press(
            request,
            actions.invalidate_credential,
            back=_back(credential),
            done=_("This paper counts no more; look at the assignments."),
            credential=credential,
            by=request.user,
            **form.cleaned_data,
        )
    lead = f"{credential.caregiver or credential.staff_file} · {credential.get_kind_display()}"
    return form_page(request, form=form, title=_("The paper counts no more"), lead=lead, back=_back(credential))


class StaffFileList(OfficeList):
    """Managers and staff with what their posts ask (4.2.2.1)."""

    right = "agencies.manage"
    list_name = "staff_files"
    title = gettext_lazy("Staff files")
    template_name = "caregivers/staff_file_list.html"
    columns = [
        Column(gettext_lazy("name"), lambda row: row.person),
        Column(gettext_lazy("post"), lambda row: row.post),
        Column(gettext_lazy("education"), lambda row: row.get_education_display()),
    ]

    def rows(self):
        return StaffFile.objects.annotate(person=F("user__name")).prefetch_related("credentials").order_by("pk")

    def get_context_data(self, **kwargs):
        members = Membership.objects.filter(agency=self.request.agency, is_active=True).exclude(roles=["caregiver"])
        without = members.exclude(user__in=StaffFile.objects.values("user")).select_related("user").order_by("pk")
        context = super().get_context_data(**kwargs)
        for row in context["object_list"]:
            row.missing = [text_of(one) for one in check_staff(staff_facts(row, timezone.localdate()))]
        return {**context, "without": list(without)}


@may("agencies.manage")
def staff_file(request, staff_file_pk):
    row = get_object_or_404(StaffFile.objects.select_related("user"), pk=staff_file_pk)
    findings = check_staff(staff_facts(row, timezone.localdate()))
    context = {
        "staff_file": row,
        "missing": [text_of(finding) for finding in findings],
        "credentials": shown_credentials(row.credentials),
        "may_edit": True,
    }
    return render(request, "caregivers/staff_file.html", context)


@may("agencies.manage")
def staff_file_new(request):
    initial = {"user": request.GET.get("user")}
    form = StaffFileForm(request.POST or None, agency=request.agency, initial=initial)
    if row := submit(form, actions.open_staff_file, by=request.user):
        return redirect(office_url("staff_file", row.pk))
    return form_page(request, form=form, title=_("New staff file"), back=office_url("staff_file_list"))


@may("agencies.manage")
def staff_file_edit(request, staff_file_pk):
    row = get_object_or_404(StaffFile, pk=staff_file_pk)
    form = StaffFileForm(request.POST or None, agency=request.agency, instance=StaffFile.objects.get(pk=row.pk))
    back = office_url("staff_file", row.pk)
    if submit(form, actions.update_staff_file, staff_file=row, by=request.user):
        return redirect(back)
    return form_page(request, form=form, title=_("Correct the file"), lead=str(row), back=back)


@may("agencies.manage")
def rule_settings(request):
    """Rules the standard leaves to the agency: silent, warning or forbidding, with the reason, since when and by whom."""
    settings = {row.rule: row for row in RuleSetting.objects.all()}
    latest = RuleSetting.history.select_related("history_user").order_by("id", "-history_date").distinct("id")
    changed = {row.rule: row for row in latest}
    modes = dict(RuleSetting.Mode.choices)
    lines = []
    for rule in actions.ADJUSTABLE:
        setting = settings.get(rule.name)
        mode = modes[setting.mode if setting else rule.default]
        lines.append((rule, _(rule.text), mode, setting, changed.get(rule.name)))
    return render(request, "caregivers/rule_settings.html", {"lines": lines})


@may("agencies.manage")
def rule_setting(request, rule):
    """Keep one rule more or less strictly; what holds now is chosen already."""
    adjustable = next((one for one in actions.ADJUSTABLE if one.name == rule), None)
    if adjustable is None:
        raise Http404
    setting = RuleSetting.objects.filter(rule=rule).first()
    form = RuleForm(request.POST or None, initial={"mode": setting.mode if setting else adjustable.default})
    back = office_url("rule_settings")
    if form.is_valid():
        return press(
            request, actions.set_rule, back=back, done=_("Saved."), rule=rule, by=request.user, **form.cleaned_data
        )
    return form_page(request, form=form, title=_(adjustable.text), lead=adjustable.clause, back=back)
