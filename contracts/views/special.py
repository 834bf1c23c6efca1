"""Office pages of special circumstances (7.3.2 e): list, report, one record with what is still to be done."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import Level
from agencies.pages import form_page, press, refusals, submit
from agencies.permissions import may
from agencies.privacy import mask_name
from archive.models import Document
from archive.queries import papers_of
from caregivers.models import Caregiver
from contracts.actions import special as actions
from contracts.forms.special import ReportForm, SettleForm, SpecialFilter, TellForm
from contracts.models import Agreement, SpecialEvent, SpecialTelling
from contracts.queries.special import proposals, still_to_tell, visits_elsewhere, visits_touched

SHOWN_VISITS = 14


class SpecialList(OfficeList):
    right = "contracts.view"
    list_name = "special"
    title = gettext_lazy("Special circumstances")
    template_name = "contracts/special_list.html"
    filterset_class = SpecialFilter
    tab_choices = SpecialEvent.State
    columns = [
        Column(gettext_lazy("number"), lambda row: row.number),
        Column(gettext_lazy("reported at"), lambda row: timezone.localtime(row.reported_at).strftime("%Y-%m-%d %H:%M")),
        Column(gettext_lazy("kind"), lambda row: row.get_kind_display()),
        Column(gettext_lazy("client"), lambda row: mask_name(row.client.name)),
        Column(gettext_lazy("caregiver"), lambda row: str(row.caregiver)),
        Column(gettext_lazy("state"), lambda row: row.get_state_display()),
        Column(gettext_lazy("how it went on"), lambda row: row.get_outcome_display()),
    ]

    def rows(self):
        return SpecialEvent.objects.select_related("client", "caregiver", "owner").order_by("-number")

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "now": timezone.now()}


def _get(event_pk):
    rows = SpecialEvent.objects.select_related("agreement__plan", "client", "caregiver", "owner", "amendment")
    return get_object_or_404(rows.defer("agreement__terms"), pk=event_pk)


def _back(event):
    return office_url("special_page", event.pk)


@may("contracts.edit")
def special_new(request, agreement_pk):
    agreement = get_object_or_404(Agreement.objects.select_related("client", "caregiver"), pk=agreement_pk)
    form = ReportForm(request.POST or None)
    if event := submit(form, actions.report_event, agreement=agreement, by=request.user):
        messages.success(request, _("%(number)s is on record. Now tell those it concerns.") % {"number": event.number})
        return redirect(_back(event))
    return form_page(
        request, form=form, title=_("Special circumstances"), back=office_url("agreement_file", agreement.pk),
        lead=f"{agreement.number} · {agreement.client} · {agreement.caregiver}",
        warnings=[
            _("Who cannot go on loses the visits of these days at once; they stand with the unassigned."),
            _("After a death every planned visit is cancelled and the client's agreements end."),
        ],
    )  # fmt: skip


@may("contracts.view")
def special_page(request, event_pk):
    event = _get(event_pk)
    is_open = event.state == SpecialEvent.State.OPEN
    is_about_caregiver = is_open and event.kind == SpecialEvent.Kind.CAREGIVER
    touched = visits_touched(event)
    found = proposals(event) if is_about_caregiver else []
    for fit in found:
        fit.caregiver.level_label = "" if fit.caregiver.level is None else Level(fit.caregiver.level).label
    now = timezone.now()
    context = {
        "event": event,
        "elsewhere": visits_elsewhere(event).count() if is_about_caregiver else 0,
        "is_open": is_open,
        "tellings": event.tellings.select_related("recorded_by"),
        "untold": [(party, SpecialTelling.Party(party).label) for party in still_to_tell(event)] if is_open else [],
        "tell_late": event.tell_by <= now,
        "settle_late": event.settle_by <= now,
        "visits": touched[:SHOWN_VISITS] if is_open else [],
        "visit_count": touched.count() if is_open else 0,
        "proposals": found,
        "papers": papers_of(Document.Kind.SPECIAL_RECORD, event.pk),
        "contacts": event.client.guardians.filter(is_active=True),
        "may_edit": has_perm("contracts.edit", request.membership),
        "may_reveal": has_perm("agencies.reveal", request.membership),
    }
    return render(request, "contracts/special_page.html", context)


@may("contracts.edit")
@require_POST
def special_print(request, event_pk):
    """Ask for the record on paper."""
    event = _get(event_pk)
    done = _("The paper is being prepared.")
    return press(request, actions.print_event, back=_back(event), done=done, event=event, by=request.user)


def _verb(request, form, title, event, action):
    if submit(form, action, event=event, by=request.user):
        messages.success(request, _saved(event))
        return redirect(_back(event))
    lead = f"{event.number} · {event.client} · {event.get_kind_display()}"
    return form_page(request, form=form, title=title, lead=lead, back=_back(event))


@may("contracts.edit")
def special_tell(request, event_pk):
    event = _get(event_pk)
    party = request.GET.get("party", "")
    guardian = event.client.guardians.filter(is_active=True).first()
    names = {"client": event.client.name, "guardian": guardian.name if guardian else ""}
    initial = {"party": party, "name": names.get(party, ""), "means": "phone"}
    return _verb(request, TellForm(request.POST or None, initial=initial), _("Somebody was told"), event, actions.tell)


@may("contracts.edit")
def special_settle(request, event_pk):
    return _verb(request, SettleForm(request.POST or None), _("Settle"), _get(event_pk), actions.settle_event)


def _saved(event):
    """Where a supplement was drafted, the way there."""
    draft = SpecialEvent.objects.get(pk=event.pk).amendment
    if draft is None or draft.state != Agreement.State.DRAFT:
        return _("Saved.")
    text = _("Supplement %(number)s drafted: check it and send it out.") % {"number": draft.number}
    return format_html('{} <a href="{}">{}</a>', _("Saved."), office_url("agreement_file", draft.pk), text)


@may("contracts.edit")
@require_POST
def special_take(request, event_pk):
    event = _get(event_pk)
    done = _("You are in charge of it.")
    return press(request, actions.take_up, back=_back(event), done=done, event=event, by=request.user)


def _chosen(request):
    text = request.POST.get("caregiver", "")
    return get_object_or_404(Caregiver, pk=int(text) if text.isdecimal() and len(text) < 19 else 0)


@may("contracts.edit")
@require_POST
def special_visits(request, event_pk):
    """Give the visits of the days to somebody; what they cannot take is named."""
    event, caregiver, result = _get(event_pk), _chosen(request), []
    problems = refusals(lambda: result.extend(actions.give_visits(event=event, by=request.user, caregiver=caregiver)))
    if result:
        given, problems = result
        messages.success(request, _("%(caregiver)s takes %(count)s visits.") % {"caregiver": caregiver, "count": given})
    for text in problems:
        messages.error(request, text)
    return redirect(_back(event))


@may("contracts.edit")
@require_POST
def special_supplement(request, event_pk):
    """Draft the supplement with another caregiver and go there."""
    event, caregiver, result = _get(event_pk), _chosen(request), []
    for text in refusals(
        lambda: result.append(actions.draft_supplement(event=event, by=request.user, caregiver=caregiver))
    ):
        messages.error(request, text)
    if not result:
        return redirect(_back(event))
    messages.success(
        request, _("Supplement %(number)s drafted: check it and send it out.") % {"number": result[0].number}
    )
    return redirect(office_url("agreement_file", result[0].pk))
