"""Office pages of the rota: week, day and month, and moving a visit with what follows from it."""

import datetime as dt
from urllib.parse import parse_qsl

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.calendar import ONE_DAY, holiday_name, is_working_day
from agencies.findings import text_of
from agencies.links import office_url
from agencies.pages import press, refusals, submit
from agencies.permissions import may
from caregivers.models import Caregiver
from contracts.actions import rota as actions
from contracts.actions.calendar_feeds import close_feed
from contracts.forms.rota import PlaceForm, RotaFilter
from contracts.models import RotaChange, Visit
from contracts.queries.replacing import open_supplement
from contracts.queries.rota import Span, month_of, rota_people, rota_rows, week_of
from contracts.queries.rota_changes import Scope, last_change, others_of_slot, preview, seen_as, text_of_moves
from contracts.rota_html import DAY_FROM, DAY_UNTIL, Sheet

FAR_DAYS = 3650
ROTA_ROWS = 300  # caregivers on a page
VIEWS = ("week", "day", "month")


def day_of(text: str | None) -> dt.date:
    """A day of an address, when it is one and lies within some years of today; else today."""
    today = timezone.localdate()
    try:
        day = parse_date(text or "")
    except ValueError:
        return today
    return day if day and abs((day - today).days) < FAR_DAYS else today


class _Page:
    """What an address asks the rota to show."""

    def __init__(self, params, membership):
        self.view = params.get("view") if params.get("view") in VIEWS else "week"
        self.day = day_of(params.get("day") or params.get("week"))
        spans = {"week": week_of, "month": month_of, "day": lambda day: Span(day, day)}
        self.span = spans[self.view](self.day)
        self.params = params
        self.may_edit = has_perm("contracts.edit", membership)
        self.sheet = Sheet(self.span, self.view, may_edit=self.may_edit)

    @cached_property
    def filter(self):
        return RotaFilter(self.params)

    @cached_property
    def chosen(self):
        return self.filter.chosen if any(map(self.params.get, RotaFilter.base_fields)) else {}

    def address(self, **changes):
        """The same page with something else chosen."""
        params = {"view": self.view, "day": self.day.isoformat(), **self.chosen, **changes}
        return "?" + urlencode(params)

    def people(self, among=None):
        return rota_people(self.span, self.chosen, among)

    def body(self, people):
        return self.sheet.body(rota_rows(self.span, people, self.chosen))


@may("contracts.view_visits")
def rota(request):
    """Caregivers down, days or hours across, the unassigned on top."""
    shown = _Page(request.GET, request.membership)
    page = Paginator(shown.people(), ROTA_ROWS).get_page(request.GET.get("page"))
    people = list(page.object_list)
    rows = rota_rows(shown.span, people, shown.chosen)
    today, span = timezone.localdate(), shown.span
    before, after = span.first - ONE_DAY, span.last + ONE_DAY
    context = {
        "shown": shown,
        "query": request.GET.urlencode(),
        "rows": rows,
        "body": shown.sheet.body(rows),
        "page_obj": page,
        "heads": [] if shown.view == "day" else [_head(day, today) for day in span.days],
        "hours": range(DAY_FROM, DAY_UNTIL),
        "holiday": _(name) if (name := holiday_name(span.first)) and shown.view == "day" else "",
        "before": shown.address(day=before.isoformat()),
        "after": shown.address(day=after.isoformat()),
        "now": shown.address(day=today.isoformat()),
        "views": [
            (name, label, shown.address(view=name), name == shown.view)
            for name, label in (
                ("day", pgettext("rota", "Day")),
                ("week", pgettext("rota", "Week")),
                ("month", pgettext("rota", "Month")),
            )
        ],
        "as_list": _as_list(shown),
        "people_count": page.paginator.count,
        "visit_count": sum(getattr(item, "chip", "") != "" for row in rows for cell in row.days for item in cell),
        "open_count": sum(hasattr(item, "chip") for cell in rows[0].days for item in cell if shown.view == "week"),
        **(_last(last_change(request.user)) if shown.may_edit else {}),
    }
    return render(request, "contracts/rota.html", context)


def _last(change):
    """The change that can be taken back, and what it did."""
    return {"last": change, "last_text": text_of_moves(change.moved) if change else ""}


def _head(day, today):
    """A day above its column: the holiday it is, or that it is worked although it is a weekend."""
    name = holiday_name(day)
    note = _(name) if name else (_("worked") if day.weekday() >= 5 and is_working_day(day) else "")
    return {"day": day, "is_today": day == today, "holiday": bool(name), "note": note}


def _as_list(shown):
    params = {"day_from": shown.span.first, "day_to": shown.span.last}
    params |= {
        there: shown.chosen[here] for here, there in (("q", "caregiver"), ("client", "client")) if here in shown.chosen
    }
    return f"{office_url('visit_list')}?{urlencode(params)}"


def get_visit(visit_pk):
    related = ("client", "caregiver", "agreement__caregiver")
    return get_object_or_404(Visit.objects.select_related(*related).defer("agreement__terms"), pk=visit_pk)


@may("contracts.edit")
def visit_move(request, visit_pk):
    """Another caregiver or time: what follows from it is shown before anything is saved."""
    if request.method == "POST":
        form, asked = PlaceForm(request.POST), Visit(pk=visit_pk)  # the action reads the row when it is its turn
        try:
            change = submit(form, actions.place_visit, visit=asked, by=request.user)
        except Visit.DoesNotExist:
            raise Http404 from None
        if change:
            return _moved(request, asked, change)
    visit = get_visit(visit_pk)
    if request.method != "POST":
        initial = {
            "caregiver": visit.caregiver_id, "starts_at": visit.period.lower, "ends_at": visit.period.upper,
            "scope": Scope.ONE, "seen": seen_as(visit),
        }  # fmt: skip
        form = PlaceForm(request.GET if "starts_at" in request.GET else None, initial=initial)
    context = {"visit": visit, "form": form, "back": _back(request, visit), "query": _query(request)}
    if form.is_bound and not {"starts_at", "ends_at", "caregiver"} & set(form.errors):
        context |= _preview(visit, form)
    if request.htmx:
        status = 422 if request.method == "POST" else 200
        return render(request, "contracts/_rota_move.html", context, status=status)
    return render(request, "contracts/rota_move.html", context)


def _preview(visit, form):
    """What the form asks for, judged; with a few words for each visit that moves along or stays behind."""
    asked = form.cleaned_data
    scope = asked.get("scope") or Scope.ONE
    if asked.get("starts_at") is None or asked.get("ends_at") is None:
        return {}
    others = list(others_of_slot(visit, scope)) if scope != Scope.ONE else []
    shown = preview(visit, asked.get("caregiver"), asked["starts_at"], asked["ends_at"], scope, others)
    return {
        "shown": shown,
        "forbids": [text_of(finding) for finding in shown.forbids],
        "along": [row for row in shown.found if row.is_as_wanted and row.placement.is_change],
        "asks_reason": shown.verdict == "warned",
    }


def _back(request, visit):
    """The rota from which somebody came, else the visit's page."""
    query = _query(request)
    return f"{office_url('rota')}?{query}" if query else office_url("visit_page", visit.pk)


def _query(request):
    """What the rota showed from which somebody came."""
    return request.POST.get("rota") or request.GET.get("rota", "")


def _moved(request, visit, change):
    count = len(change.moved)
    done = _("Saved: %(count)s visits.") % {"count": count} if count > 1 else _("Saved.")
    supplement = open_supplement(change.moved[0].visit.agreement) if change.scope != Scope.ONE else None
    if request.htmx:
        return _changed_rows(request, change, done, last=change, supplement=supplement)
    if supplement:
        url = office_url("agreement_file", supplement.pk)
        text = _("Supplement %(number)s drafted: check it and send it out.") % {"number": supplement.number}
        done = format_html('{} <a href="{}">{}</a>', done, url, text)
    messages.success(request, done)
    return redirect(_back(request, visit))


def _changed_rows(request, change, done, *, last, supplement=None):
    """The rows of the rota that a change touched, for the page that asked; last is what can be undone now."""
    shown = _Page(dict(parse_qsl(request.POST.get("rota", ""))), request.membership)
    ids = {pk for move in change.moved for pk in (move.from_caregiver_id, move.to_caregiver_id) if pk}
    body = shown.body(shown.people(among=ids))
    context = {**_last(last), "query": _query(request), "supplement": supplement}
    last = render_to_string("contracts/_rota_last.html", context, request)
    return JsonResponse({"rows": body, "last": last, "done": done})


@may("contracts.edit")
@require_POST
def rota_undo(request, change_pk):
    """Take back one's own last change, as a whole."""
    change = get_object_or_404(RotaChange, pk=change_pk)
    problems = refusals(actions.undo_change, change=change, by=request.user)
    if request.htmx:
        if problems:
            return JsonResponse({"problems": problems}, status=422)
        return _changed_rows(request, change, _("Undone."), last=last_change(request.user))
    for problem in problems:
        messages.error(request, problem)
    if not problems:
        messages.success(request, _("Undone."))
    return redirect(f"{office_url('rota')}?{request.POST.get('rota', '')}")


@may("contracts.edit")
@require_POST
def calendar_close(request, caregiver_pk):
    """Make the address of a caregiver's calendar worthless, for a phone that was lost."""
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    back, done = office_url("caregiver_file", caregiver.pk), _("The address of the calendar is worthless now.")
    return press(request, close_feed, back=back, done=done, caregiver=caregiver)
