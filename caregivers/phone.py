"""The caregiver's phone: messages, own file, papers, level, absences, the rule. Each sees only their own."""

import datetime as dt
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.actions.messages import read_notices
from agencies.models import AgencySettings, Level, Notice
from agencies.pages import press, submit
from agencies.permissions import may
from agencies.views import serve
from archive.texts import text_in_force
from caregivers.actions import levels as actions
from caregivers.actions.absences import request_absence, set_availability, take_back_absence
from caregivers.actions.credentials import submit_credential
from caregivers.actions.evaluations import answer_evaluation
from caregivers.actions.files import acknowledge_rule
from caregivers.actions.supplies import confirm_supply
from caregivers.forms.credentials import OwnCredentialForm
from caregivers.forms.evaluations import AnswerForm
from caregivers.forms.levels import AppealForm
from caregivers.forms.phone import AvailabilityForm, OwnAbsenceForm, hours_of
from caregivers.models import Caregiver, LevelApplication, LevelGrant, SupplyIssue
from caregivers.queries.badge import badge_name, badge_url
from caregivers.queries.conditions import conditions_of
from caregivers.queries.files import with_level
from caregivers.queries.levels import level_facts
from caregivers.queries.phone import with_open_matters
from caregivers.queries.score_card import card_start, score_cards, shown
from caregivers.queries.skills import skills_known
from caregivers.rule import RULE
from caregivers.standard.levels import best_way
from caregivers.views.absences import days_of
from caregivers.views.credentials import shown_credentials
from caregivers.views.evaluations import what_it_says

TO_RENEW = ("expired", "late", "warn", "rejected")  # how a paper stands that a new photo would mend


def own(view: Callable) -> Callable:
    """Guard a phone page and hand the view the caregiver who signed in."""

    @may("agencies.phone")
    @wraps(view)
    def guarded(request, *args, **kwargs):
        caregiver = Caregiver.objects.filter(user=request.user).exclude(state=Caregiver.State.LEFT).first()
        if caregiver is None:
            raise Http404
        return view(request, caregiver, *args, **kwargs)

    return guarded


def phone_page(request: HttpRequest, template: str, **context) -> HttpResponse:
    """A page of the phone with the count of unread messages in its tab."""
    unread = Notice.objects.filter(user=request.user, read_at=None).count()
    return render(request, template, {"unread": unread, **context})


@own
def messages_page(request, caregiver):
    notices = list(Notice.objects.filter(user=request.user)[:50])
    read_notices(user=request.user)
    return phone_page(request, "phone/messages.html", notices=notices)


@own
def mine(request, caregiver):
    """Who I am, what waits for me, and the way to everything else of mine."""
    rows = with_open_matters(with_level(Caregiver.objects, timezone.localdate()), text_in_force(RULE).version)
    caregiver = rows.get(pk=caregiver.pk)
    papers = [row for row in shown_credentials(caregiver.credentials) if row.standing[0] in TO_RENEW]
    context = {
        "caregiver": caregiver,
        "level": "" if caregiver.level is None else Level(caregiver.level).label,
        "papers": papers,
    }
    return phone_page(request, "phone/mine.html", **context)


@own
def badge(request, caregiver):
    """What is shown at the door when the badge is forgotten: photo, number, level, and the code that is checked now."""
    if caregiver.state != Caregiver.State.ACTIVE:
        raise Http404
    rows = with_level(Caregiver.objects, timezone.localdate())
    level = rows.get(pk=caregiver.pk).level
    context = {
        "caregiver": caregiver,
        "name": badge_name(caregiver),
        "level": "" if level is None else Level(level).label,
        "code": badge_url(caregiver, caregiver.badge_version),
        "certificate": caregiver.posting_certificates.filter(revoked_on=None).select_related("document").first(),
    }
    return phone_page(request, "phone/badge.html", **context)


@own
def photo(request, caregiver):
    if caregiver.photo is None:
        raise Http404
    return serve(caregiver.photo)


@own
def papers(request, caregiver):
    """Own papers with how they stand; what ends or was sent back is renewed by a photo."""
    rows = shown_credentials(caregiver.credentials)
    for row in rows:
        row.may_renew = row.standing[0] in TO_RENEW
    return phone_page(request, "phone/papers.html", papers=rows)


@own
def paper_new(request, caregiver):
    """Send a photo of a paper; it counts once the office has sighted the original."""
    kind = request.GET.get("kind", "")
    latest = caregiver.credentials.filter(kind=kind, declined_reason="").first()
    initial = {"kind": kind}
    if latest:  # a renewal often keeps issuer, number and grade
        initial |= {"grade": latest.grade, "number": latest.number, "issuer": latest.issuer}
    form = OwnCredentialForm(request.POST or None, request.FILES or None, initial=initial)
    if submit(form, submit_credential, caregiver=caregiver, by=request.user):
        messages.success(request, _("Sent. Show the original at the office; the paper counts from then on."))
        return redirect("phone:papers")
    return phone_page(request, "phone/paper_new.html", form=form)


@own
def paper_photo(request, caregiver, credential_pk):
    return serve(get_object_or_404(caregiver.credentials, pk=credential_pk, scan__isnull=False).scan)


@own
def absences(request, caregiver):
    """Ask for leave, and see what the office answered."""
    form = OwnAbsenceForm(request.POST or None)
    if submit(form, request_absence, caregiver=caregiver):
        messages.success(request, _("Asked. The office answers; until then your visits stay as they are."))
        return redirect("phone:absences")
    since = timezone.now() - dt.timedelta(days=90)
    rows = caregiver.absences.filter(period__endswith__gte=since).order_by("-period")[:50]
    for row in rows:
        row.first_day, row.last_day = days_of(row)
    return phone_page(request, "phone/absences.html", form=form, absences=rows)


@require_POST
@own
def absence_back(request, caregiver, absence_pk):
    absence = get_object_or_404(caregiver.absences, pk=absence_pk)
    return press(request, take_back_absence, back="phone:absences", done=_("Taken back."), absence=absence)


@own
def availability(request, caregiver):
    """The hours of each weekday in which the caregiver is ready to work."""
    form = AvailabilityForm(request.POST or None, initial=hours_of(caregiver.availability.all()))
    if request.method == "POST" and form.is_valid():
        return press(
            request,
            set_availability,
            back="phone:availability",
            done=_("Saved. The office sees it when it plans."),
            caregiver=caregiver,
            **form.cleaned_data,
        )
    return phone_page(request, "phone/availability.html", form=form)


@own
def figures(request, caregiver):
    """One's own score card, and the evaluations."""
    today = timezone.localdate()
    rules = AgencySettings.objects.get()
    since = card_start(today, rules)
    lines = shown(score_cards([caregiver.pk], since, today, rules)[caregiver.pk])
    evaluations = caregiver.evaluations.annotate(is_read=Count("replies"))[:20]
    return phone_page(request, "phone/figures.html", since=since, lines=lines, evaluations=evaluations)


@own
def evaluation(request, caregiver, evaluation_pk):
    """Read an evaluation, confirm that, and answer it."""
    evaluation = get_object_or_404(caregiver.evaluations.select_related("evaluated_by"), pk=evaluation_pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        here = reverse("phone:evaluation", args=[evaluation_pk])
        done = _("Confirmed. Thank you.")
        return press(request, answer_evaluation, back=here, done=done, evaluation=evaluation, **form.cleaned_data)
    return phone_page(request, "phone/evaluation.html", **what_it_says(evaluation), form=form)


@own
def rule(request, caregiver):
    """How the work is supervised and judged (7.4.1): read it here, and confirm."""
    if request.method == "POST":
        return press(
            request,
            acknowledge_rule,
            back="phone:rule",
            done=_("Confirmed. Thank you."),
            caregiver=caregiver,
            by=request.user,
            acknowledged_on=timezone.localdate(),
        )
    text = text_in_force(RULE)
    known = caregiver.acknowledgements.filter(version=text.version).select_related("explained_by").first()
    return phone_page(request, "phone/rule.html", known=known, text=text)


@own
def supplies(request, caregiver):
    """What was handed out; what is not confirmed yet comes first."""
    rows = sorted(caregiver.supplies.all()[:100], key=lambda row: row.received_at is not None)
    return phone_page(request, "phone/supplies.html", supplies=rows)


@require_POST
@own
def supply_confirm(request, caregiver, supply_pk):
    supply = get_object_or_404(SupplyIssue, pk=supply_pk, caregiver=caregiver)
    return press(request, confirm_supply, back="phone:supplies", done=_("Confirmed. Thank you."), supply=supply)


@own
def level(request, caregiver):
    """Own level, what is missing for the next one, and decisions that may be objected to."""
    facts = level_facts([caregiver], timezone.localdate()).get(caregiver.pk)
    way, findings = best_way(facts) if facts else (None, [])
    context = {
        "grants": caregiver.level_grants.select_related("certificate"),
        "next_level": Level(way.to_level).label if way else "",
        "missing": bool(findings),
        "conditions": conditions_of(way, {finding.code for finding in findings}) if way else [],
        "skills": skills_known(caregiver, way.to_level, timezone.localdate()) if way else None,
        "lowered": caregiver.level_grants.filter(kind=LevelGrant.Kind.DEMOTION, appeals=None),
        "rejected": caregiver.level_applications.filter(state=LevelApplication.State.REJECTED, appeals=None),
        "appeals": caregiver.level_appeals.all(),
    }
    return phone_page(request, "phone/level.html", **context)


@own
def grant_appeal(request, caregiver, grant_pk):
    grant = get_object_or_404(caregiver.level_grants.filter(kind=LevelGrant.Kind.DEMOTION), pk=grant_pk)
    return _appeal(request, caregiver, about=f"{grant.get_level_display()}: {grant.reason}", grant=grant)


@own
def application_appeal(request, caregiver, application_pk):
    rejected = caregiver.level_applications.filter(state=LevelApplication.State.REJECTED)
    application = get_object_or_404(rejected, pk=application_pk)
    about = f"{application.number}: {application.decision_note}"
    return _appeal(request, caregiver, about=about, application=application)


def _appeal(request, caregiver, *, about, **subject):
    form = AppealForm(request.POST or None)
    if submit(form, actions.raise_appeal, caregiver=caregiver, **subject):
        messages.success(request, _("Your objection has arrived. Somebody who did not take the decision looks at it."))
        return redirect("phone:level")
    return phone_page(request, "phone/appeal.html", form=form, about=about)
