"""Office pages of home checks: the list to tick, one check with what is to be put right."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.links import office_url
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from archive.models import Document
from clients.actions import home as actions
from clients.forms.home import HomeCheckForm, PutRightForm
from clients.home import GROUPS, groups
from clients.models import Client, HomeCheck, HomeFinding
from clients.queries import address_of, current_home_check


@may("clients.edit")
def home_check_new(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    before = current_home_check(client)
    reason = HomeCheck.Reason.FIRST
    if before:
        is_same = before.address == address_of(client)
        reason = HomeCheck.Reason.REGULAR if is_same else HomeCheck.Reason.MOVED
    form = HomeCheckForm(request.POST or None, initial={"reason": reason})
    if check := submit(form, actions.check_home, client=client, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(office_url("home_check_page", check.pk))
    lead = f"{client} · {address_of(client)}"
    back = office_url("client_file", client.pk)
    template = "clients/home_check_form.html"
    return form_page(request, form=form, title=_("Check the home (7.2.3)"), lead=lead, back=back, template=template)


@may("clients.view")
def home_check_page(request, check_pk):
    check = get_object_or_404(HomeCheck.objects.select_related("client", "checked_by"), pk=check_pk)
    findings = {finding.code: finding for finding in check.findings.select_related("done_by")}
    is_english = get_language() == "en"
    labels = dict(HomeCheck.Answer.choices)
    rows = [
        (
            GROUPS[group][is_english],
            [
                (
                    item.name_en if is_english else item.name,
                    check.answers.get(item.code, ""),
                    labels.get(check.answers.get(item.code), ""),
                    findings.get(item.code),
                )
                for item in items
            ],
        )
        for group, items in groups()
    ]
    papers = Document.objects.filter(kind=Document.Kind.HOME_CHECK, subject_id=check.pk).select_related("file")
    context = {
        "check": check,
        "rows": rows,
        "papers": papers,
        "is_current": current_home_check(check.client) == check,
        "may_edit": has_perm("clients.edit", request.membership),
        "today": timezone.localdate(),
    }
    return render(request, "clients/home_check_page.html", context)


@may("clients.edit")
def home_finding_done(request, finding_pk):
    finding = get_object_or_404(HomeFinding.objects.select_related("check_made__client"), pk=finding_pk)
    back = office_url("home_check_page", finding.check_made_id)
    form = PutRightForm(request.POST or None)
    if submit(form, actions.put_right, finding=finding, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    lead = f"{finding.check_made.client} · {finding.text}"
    return form_page(request, form=form, title=_("Put right"), lead=lead, back=back)


@may("clients.edit")
@require_POST
def home_check_print(request, check_pk):
    check = get_object_or_404(HomeCheck.objects.select_related("client"), pk=check_pk)
    back = office_url("home_check_page", check.pk)
    done = _("The paper is being made; it stands below when it is ready.")
    return press(request, actions.print_check, back=back, done=done, check=check, by=request.user)
