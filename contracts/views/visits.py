"""Office pages of visits: list, one visit, who could go."""

from django.contrib import messages
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.calendar import ONE_DAY
from agencies.findings import text_of
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import AgencySettings, Level
from agencies.pages import form_page, press, submit
from agencies.panels import timeline_of
from agencies.permissions import may
from agencies.privacy import mask_name
from caregivers.models import Caregiver
from clients.queries import told_risk_notes
from contracts.actions import attendance
from contracts.actions import visits as actions
from contracts.actions.gaps import findings_of
from contracts.forms.visits import (
    AfterwardsForm,
    CancelForm,
    MakeUpForm,
    MissedForm,
    NoteForm,
    VisitFilter,
)
from contracts.models import Visit
from contracts.queries.onsite import measurements_of
from contracts.queries.rota_changes import seen_as
from contracts.queries.suggesting import candidates
from contracts.queries.visits import badge_scans, is_first_meeting


class VisitList(OfficeList):
    right = "contracts.view_visits"
    list_name = "visits"
    title = gettext_lazy("Visits")
    template_name = "contracts/visit_list.html"
    filterset_class = VisitFilter
    tab_choices = Visit.State
    columns = [
        Column(gettext_lazy("from"), lambda visit: timezone.localtime(visit.period.lower).strftime("%Y-%m-%d %H:%M")),
        Column(gettext_lazy("until"), lambda visit: timezone.localtime(visit.period.upper).strftime("%Y-%m-%d %H:%M")),
        Column(gettext_lazy("client"), lambda visit: mask_name(visit.client.name)),
        Column(gettext_lazy("caregiver"), lambda visit: str(visit.caregiver or "")),
        Column(gettext_lazy("state"), lambda visit: visit.get_state_display()),
    ]

    @cached_property
    def params(self):
        """A bare address opens today; days back and ahead are a click away."""
        if set(self.request.GET) - {"page"}:
            return self.request.GET
        params = self.request.GET.copy()
        params["day_from"] = params["day_to"] = timezone.localdate().isoformat()
        return params

    def rows(self):
        """In order of time from a day on, else the latest first."""
        start = Lower("period")
        order = (start, "pk") if self.params.get("day_from") else (start.desc(), "-pk")
        return Visit.objects.select_related("client", "caregiver").order_by(*order)

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        spans = [
            (_("Yesterday"), today - ONE_DAY, today - ONE_DAY),
            (pgettext("the day", "Today"), today, today),
            (_("Tomorrow"), today + ONE_DAY, today + ONE_DAY),
            (_("Seven days ahead"), today, today + 6 * ONE_DAY),
        ]
        return {**super().get_context_data(**kwargs), "spans": spans}


def _get(visit_pk):
    related = ("client", "caregiver", "agreement", "recorded_by", "makes_up_for")
    return get_object_or_404(Visit.objects.select_related(*related), pk=visit_pk)


def _minutes(visit):
    """(served, agreed) of a visit that is over, in minutes."""
    if visit.checked_out_at is None:
        return None
    served, agreed = visit.checked_out_at - visit.checked_in_at, visit.period.upper - visit.period.lower
    return int(served.total_seconds() // 60), int(agreed.total_seconds() // 60)


def _back(visit):
    return office_url("visit_page", visit.pk)


@may("contracts.view_visits")
def visit_of_task(request, task_pk):
    """From a task that was counted to the visit it was done at."""
    return redirect(_back(get_object_or_404(Visit, tasks=task_pk)))


@may("contracts.view_visits")
def visit_page(request, visit_pk):
    visit = _get(visit_pk)
    context = {
        "visit": visit,
        "tasks": visit.tasks.select_related("service_item"),
        "care_notes": visit.care_notes.select_related("written_by"),
        "scans": badge_scans(visit)[:10],
        "lines": attendance.planned_lines(visit) if visit.state == Visit.State.PLANNED else [],
        "risks": told_risk_notes(visit.client, with_health=has_perm("clients.health", request.membership)),
        "contacts": visit.client.guardians.all(),
        "is_over": visit.period.lower < timezone.now(),
        "is_short": visit.state == Visit.State.DONE and attendance.is_short(visit, visit.checked_out_at),
        "minutes": _minutes(visit),
        "first_meeting": is_first_meeting(visit),
        **_onsite(visit, request.membership),
        "made_up_by": visit.made_up_by.exclude(state=Visit.State.CANCELLED).first(),
        "gaps": [text_of(finding) for gap in visit.gaps.all() for finding in findings_of(gap)],
        "told": visit.told.select_related("caregiver", "notice").order_by("-notice")[:10],
        "timeline": timeline_of("contracts.visit", visit),
        "may_edit": has_perm("contracts.edit", request.membership),
        "may_reveal": has_perm("agencies.reveal", request.membership),
    }
    return render(request, "contracts/visit_page.html", context)


def _onsite(visit, membership):
    """Proofs and signature; measurements and photos by right, the former with the consent."""
    proofs = list(visit.proofs.all())
    shows_health = has_perm("clients.health", membership)
    return {
        "proofs": proofs,
        "has_position": any(proof.latitude is not None for proof in proofs),
        "far": AgencySettings.objects.get().door_far_metres,
        "measurements": measurements_of(visit.client).filter(visit=visit, struck_at=None) if shows_health else [],
        "photos": visit.photos.all() if shows_health else [],
        "confirmation": visit.confirmations.first(),
    }


@may("contracts.edit")
def visit_assign(request, visit_pk):
    """Everybody who could go, and why the others cannot."""
    visit = _get(visit_pk)
    if request.method == "POST":
        caregiver = get_object_or_404(Caregiver, pk=_number(request.POST.get("caregiver")))
        done = _("%(caregiver)s goes to %(client)s.") % {"caregiver": caregiver, "client": visit.client.salutation}
        return press(
            request,
            actions.assign_visit,
            back=_back(visit),
            done=done,
            visit=visit,
            caregiver=caregiver,
            by=request.user,
            seen=request.POST.get("seen", ""),
        )
    found = candidates(visit)
    for candidate in found:
        level = candidate.caregiver.level
        candidate.level_label = "" if level is None else Level(level).label
        times = {"starts_at": timezone.localtime(visit.period.lower), "ends_at": timezone.localtime(visit.period.upper)}
        asked = {name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in times.items()}
        asked |= {"caregiver": candidate.caregiver.pk, "scope": "one"}
        candidate.move_url = f"{office_url('visit_move', visit.pk)}?{urlencode(asked)}"
    context = {"visit": visit, "candidates": found, "seen": seen_as(visit)}
    return render(request, "contracts/visit_assign.html", context)


def _number(text):
    return int(text) if (text or "").isdecimal() and len(text) < 19 else 0


@may("contracts.edit")
@require_POST
def visit_unassign(request, visit_pk):
    visit = _get(visit_pk)
    done = _("The visit stands with the unassigned.")
    return press(request, actions.unassign_visit, back=_back(visit), done=done, visit=visit, by=request.user)


def _verb(request, form, title, visit, action):
    if done := submit(form, action, visit=visit, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_back(done if isinstance(done, Visit) else visit))
    lead = f"{visit.client} · {visit.caregiver or _('unassigned')} · {_period(visit)}"
    return form_page(request, form=form, title=title, lead=lead, back=_back(visit))


def _period(visit):
    start, end = timezone.localtime(visit.period.lower), timezone.localtime(visit.period.upper)
    return f"{start:%Y-%m-%d %H:%M} – {end:%H:%M}"


@may("contracts.edit")
def visit_cancel(request, visit_pk):
    return _verb(request, CancelForm(request.POST or None), _("Cancel the visit"), _get(visit_pk), actions.cancel_visit)


@may("contracts.edit")
def visit_afterwards(request, visit_pk):
    visit = _get(visit_pk)
    end = min(visit.period.upper, timezone.now())
    initial = {"checked_in_at": visit.checked_in_at or visit.period.lower, "checked_out_at": end}
    form = AfterwardsForm(request.POST or None, initial=initial)
    return _verb(request, form, _("Enter the times afterwards"), visit, attendance.record_afterwards)


@may("contracts.edit")
def visit_missed(request, visit_pk):
    visit = _get(visit_pk)
    form = MissedForm(
        request.POST or None, initial={"missed_reason": visit.missed_reason, "missed_cause": visit.missed_cause}
    )
    return _verb(request, form, _("Why nobody came"), visit, attendance.explain_missed)


@may("contracts.edit")
def visit_make_up(request, visit_pk):
    """The same length of time tomorrow at the same hour, to be changed."""
    visit = _get(visit_pk)
    days = max((timezone.now() - visit.period.lower).days + 1, 1)
    initial = {
        "starts_at": visit.period.lower + days * ONE_DAY,
        "ends_at": visit.period.upper + days * ONE_DAY,
        "caregiver": visit.caregiver_id,
    }
    form = MakeUpForm(request.POST or None, initial=initial)
    return _verb(request, form, _("Make up for it"), visit, attendance.make_up)


@may("contracts.edit")
def visit_note(request, visit_pk):
    return _verb(request, NoteForm(request.POST or None), _("Add a note"), _get(visit_pk), attendance.write_care_note)
