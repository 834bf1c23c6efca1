"""Office pages of on-boarding: who is on the way, one person's steps, recording them, the last step."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.findings import text_of
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import Level
from agencies.pages import form_page, press, submit
from agencies.panels import panels_of
from agencies.permissions import may
from archive.models import Document
from caregivers.actions import onboarding as actions
from caregivers.actions import posting
from caregivers.forms.credentials import ReasonForm
from caregivers.forms.files import PeopleFilter
from caregivers.forms.onboarding import ContractForm, InterviewForm, RegistrationForm
from caregivers.models import Caregiver, PostingCertificate
from caregivers.queries.onboarding import (
    in_onboarding,
    onboarding_facts,
    step_asks,
    step_name,
    with_onboarding,
)
from caregivers.queries.onboarding_evidence import evidence_of
from caregivers.standard.onboarding import edition_on, missing_before, missing_by_step, progress, reminders

# A recorded step: its form and its action.
RECORDED = {
    "registration": (RegistrationForm, actions.record_registration),
    "interview": (InterviewForm, actions.record_interview),
    "contract": (ContractForm, actions.record_contract),
}
# Where a step that follows from other records is seen to.
ELSEWHERE = {
    "papers": ("credential_new", gettext_lazy("Add a paper"), ""),
    "background": ("credential_new", gettext_lazy("Add a paper"), "&kind=background"),
    "health": ("credential_new", gettext_lazy("Add a paper"), "&kind=health"),
    "training": ("training_join", gettext_lazy("Put down for training"), ""),
    "exam": ("result_new", gettext_lazy("Enter the result"), ""),
    "rule": ("rule_acknowledge", gettext_lazy("Record"), ""),
}
IN_THE_FILE = {"schooling", "too_young", "too_old", "no_declaration"}  # what the file itself says, no paper
SHOWN = 4  # pieces of evidence a step; older ones stand on the file
# Where what the last step expects is seen to.
REMINDED = {"no_photo": "caregiver_edit", "no_uniform": "supply_new"}


def _remaining(row):
    """The names of the steps a row of the list still lacks."""
    missing = missing_by_step(onboarding_facts(row))
    return [step_name(step) for step in edition_on(timezone.localdate()).before_work() if step.code in missing]


class OnboardingList(OfficeList):
    """Everybody who is on the way, with the steps left."""

    right = "caregivers.view"
    edit_right = "caregivers.edit"
    list_name = "onboarding"
    title = gettext_lazy("On-boarding procedure")
    template_name = "caregivers/onboarding_list.html"
    filterset_class = PeopleFilter
    columns = [
        Column(gettext_lazy("number"), lambda row: row.number),
        Column(gettext_lazy("name"), lambda row: row.name),
        Column(gettext_lazy("started on"), lambda row: row.hired_on),
        Column(gettext_lazy("steps left"), lambda row: len(_remaining(row))),
        Column(gettext_lazy("which"), lambda row: "、".join(_remaining(row))),
    ]

    def rows(self):
        return in_onboarding()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        total = len(edition_on(timezone.localdate()).before_work())
        for row in context["object_list"]:
            row.remaining = _remaining(row)
            row.done_count = total - len(row.remaining)
            row.waiting_days = (timezone.localdate() - row.hired_on).days
        return {**context, "total": total}


@may("caregivers.view")
def onboarding_page(request, caregiver_pk):
    """Steps done, now and open, who saw to them and when; the last step; placements since."""
    caregiver = get_object_or_404(with_onboarding(Caregiver.objects), pk=caregiver_pk)
    facts = onboarding_facts(caregiver)
    evidence = evidence_of(caregiver)
    lines = [_line(caregiver, *row, evidence) for row in progress(facts)]
    edition = edition_on(timezone.localdate())
    notices = Document.objects.filter(kind=Document.Kind.MISSING_NOTICE, subject_id=caregiver.pk)
    context = {
        "caregiver": caregiver,
        "lines": lines,
        "done_count": sum(line["stage"] == "done" for line in lines),
        "is_open": caregiver.state == Caregiver.State.ONBOARDING,
        "is_posted": caregiver.state == Caregiver.State.ACTIVE,
        "has_badge": caregiver.badge_issues.filter(version=caregiver.badge_version).exists(),
        "is_ready": not missing_before(facts, "posting"),
        "reminders": [(text_of(one), office_url(REMINDED[one.code], caregiver.pk)) for one in reminders(facts)],
        "edition": edition,
        "placement_steps": [(step.number, step_name(step)) for step in edition.steps if step.per_placement],
        "notices": notices.select_related("requested_by")[:10],
        "certificates": caregiver.posting_certificates.select_related("issued_by", "document"),
        "may_edit": has_perm("caregivers.edit", request.membership),
        "may_grant": has_perm("caregivers.grant", request.membership),
        "panels": panels_of("caregivers.onboarding", request.membership, caregiver),
    }
    return render(request, "caregivers/onboarding_page.html", context)


def _line(caregiver, step, stage, findings, evidence):
    links = []
    if stage == "now" and step.is_recorded:
        links = [(office_url("onboarding_record", caregiver.pk, step.code), _("Record"))]
    elif stage != "done" and step.code in ELSEWHERE:
        name, verb, query = ELSEWHERE[step.code]
        links = [(f"{office_url(name, caregiver.pk)}?from=onboarding{query}", verb)]
    codes = {finding.code for finding in findings}
    if stage != "done" and codes & IN_THE_FILE:
        links = [*(links if codes - IN_THE_FILE else []), (office_url("caregiver_edit", caregiver.pk), _("Correct"))]
    return {
        "number": step.number,
        "name": step_name(step),
        "asks": _("%(text)s (%(clause)s)") % {"text": step_asks(step), "clause": step.clauses},
        "stage": stage,
        "missing": [text_of(finding) for finding in findings],
        "evidence": evidence.get(step.code, [])[:SHOWN],
        "links": links,
    }


def _back(caregiver_pk):
    return office_url("onboarding_page", caregiver_pk)


@may("caregivers.edit")
def onboarding_record(request, caregiver_pk, step):
    """Write down a step that somebody carried out; before the earlier ones it is refused with all they lack."""
    if step not in RECORDED:
        raise Http404
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    form_class, action = RECORDED[step]
    form = form_class(request.POST or None, request.FILES or None)
    if row := submit(form, action, caregiver=caregiver, by=request.user):
        done = _("Recorded.") if row.is_passed else _("Recorded; it was not passed, another one has to follow.")
        messages.success(request, done)
        return redirect(_back(caregiver_pk))
    named = next(one for one in edition_on(timezone.localdate()).steps if one.code == step)
    return form_page(request, form=form, title=step_name(named), lead=str(caregiver), back=_back(caregiver_pk))


@may("caregivers.edit")
@require_POST
def missing_notice(request, caregiver_pk):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    done = _("The notice is being prepared; reload in a moment.")
    return press(
        request, actions.give_missing_notice, back=_back(caregiver_pk), done=done, caregiver=caregiver, by=request.user
    )


@may("caregivers.grant")
def caregiver_post(request, caregiver_pk):
    """The last step, after one more look at what it brings about."""
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    if request.method == "POST":
        done = _("On-boarding is finished; the posting certificate is being prepared.")
        return press(
            request, posting.post_caregiver, back=_back(caregiver_pk), done=done, caregiver=caregiver, by=request.user
        )
    grant = caregiver.level_grants.first()
    level = grant.get_level_display() if grant else Level.ORDINARY.label
    return form_page(
        request,
        form=None,
        title=_("Finish on-boarding"),
        lead=str(caregiver),
        back=_back(caregiver_pk),
        button=_("Finish on-boarding"),
        template="ui/confirm.html",
        effects=[
            _("Level at entry: %(level)s.") % {"level": level},
            _("The posting certificate is issued and printed."),
            _("From now on the caregiver may be sent to clients."),
        ],
    )


@may("caregivers.grant")
@require_POST
def caregiver_reinstate(request, caregiver_pk):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    back = office_url("caregiver_file", caregiver_pk)
    done = _("May be sent to clients now.")
    return press(request, posting.reinstate_caregiver, back=back, done=done, caregiver=caregiver, by=request.user)


@may("caregivers.grant")
def certificate_revoke(request, certificate_pk):
    rows = PostingCertificate.objects.select_related("caregiver", "document")
    certificate = get_object_or_404(rows, pk=certificate_pk)
    form = ReasonForm(request.POST or None)
    back = _back(certificate.caregiver_id)
    if form.is_valid():
        done = _("Withdrawn; the caregiver is suspended.")
        return press(
            request, posting.revoke_certificate, back=back, done=done, certificate=certificate, by=request.user,
            **form.cleaned_data,
        )  # fmt: skip
    title = _("Withdraw posting certificate %(number)s") % {"number": certificate.number}
    return form_page(
        request,
        form=form,
        title=title,
        lead=str(certificate.caregiver),
        back=back,
        button=_("Withdraw the certificate"),
        template="ui/confirm.html",
        is_final=True,
        effects=[
            _("The caregiver is suspended and cannot be given visits."),
            _("Whoever checks the paper's code is told that it was withdrawn."),
        ],
    )
