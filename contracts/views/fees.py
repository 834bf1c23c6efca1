"""Office pages of fee statements and of the hours that caregivers are paid for."""

import datetime as dt
from decimal import Decimal

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.calendar import months_later
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import Price, ServiceItem
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from agencies.privacy import mask_name
from caregivers.models import Caregiver
from contracts.actions import fees as actions
from contracts.forms.fees import AdjustForm, HoursFilter, MonthForm, StatementFilter, VoidForm
from contracts.models import FeeStatement
from contracts.queries.fees import month_days, with_hours

State = FeeStatement.State


class StatementList(OfficeList):
    right = "contracts.view"
    edit_right = "contracts.edit"
    list_name = "fee_statements"
    title = gettext_lazy("Fee statements")
    template_name = "contracts/fee_list.html"
    filterset_class = StatementFilter
    tab_choices = State
    columns = [
        Column(gettext_lazy("number"), lambda row: row.number),
        Column(gettext_lazy("month"), lambda row: f"{row.month:%Y-%m}"),
        Column(gettext_lazy("agreement"), lambda row: row.agreement.number),
        Column(gettext_lazy("client"), lambda row: mask_name(row.agreement.client.name)),
        Column(gettext_lazy("client number"), lambda row: row.agreement.client.number),
        Column(gettext_lazy("caregiver"), lambda row: str(row.agreement.caregiver)),
        Column(gettext_lazy("total"), lambda row: float(row.total)),
        Column(gettext_lazy("to be paid by"), lambda row: row.due_on),
        Column(gettext_lazy("state"), lambda row: row.get_state_display()),
    ]

    def rows(self):
        related = ("agreement__client", "agreement__caregiver")
        return FeeStatement.objects.select_related(*related).defer("agreement__terms").order_by("-month", "-number")


@may("contracts.edit")
def statements_prepare(request):
    """Make the drafts of a month by hand; last month's come by themselves."""
    last_month = months_later(timezone.localdate().replace(day=1), -1)
    form = MonthForm(request.POST or None, initial={"month": last_month})
    back = office_url("fee_list")
    if counts := submit(form, actions.prepare_statements):
        text = _("%(count)s statements were drafted.") % {"count": counts["statements"]}
        messages.success(request, text)
        return redirect(f"{back}?tab=draft&month={form.cleaned_data['month']:%Y-%m}")
    lead = _("Counted from the visits that were made; who has a statement of the month already keeps it.")
    return form_page(
        request,
        form=form,
        title=_("Draft the statements of a month"),
        lead=lead,
        back=back,
        button=_("Make the drafts"),
    )


def _get(statement_pk):
    related = ("agreement__client", "agreement__caregiver", "approved_by", "document__file")
    return get_object_or_404(FeeStatement.objects.select_related(*related), pk=statement_pk)


def _back(statement):
    return office_url("fee_page", statement.pk)


@may("contracts.view")
def fee_page(request, statement_pk):
    statement = _get(statement_pk)
    first, last = month_days(statement.month)
    is_draft = statement.state == State.DRAFT
    visits = f"client={statement.agreement.client.number}&day_from={first}&day_to={last}"
    context = {
        "statement": statement,
        "agreement": statement.agreement,
        "lines": lines_of(statement),
        "adjustments": [{**row, "amount": Decimal(row["amount"])} for row in statement.adjustments],
        "problems": actions.missing_for_approval(statement) if is_draft else [],
        "visits_url": f"{office_url('visit_list')}?tab=done&{visits}",
        "may_edit": is_draft and has_perm("contracts.edit", request.membership),
        "may_approve": is_draft and has_perm("contracts.approve", request.membership),
        "may_void": statement.state != State.VOID and has_perm("contracts.approve", request.membership),
        "total": f"{statement.total:.2f}",
    }
    return render(request, "contracts/fee_page.html", context)


def lines_of(statement: FeeStatement) -> list[dict]:
    """The charges with their words: what for, at which unit."""
    items = ServiceItem.objects.in_bulk([row["item"] for row in statement.charges if row["item"]])
    form = statement.agreement.get_work_form_display()
    return [
        {
            **row,
            "rate": Decimal(row["rate"]),
            "amount": Decimal(row["amount"]),
            "name": str(items[row["item"]]) if row["item"] else form,
            "unit": Price.Unit(row["unit"]).label,
        }
        for row in statement.charges
    ]


@may("contracts.edit")
@require_POST
def fee_count(request, statement_pk):
    statement = _get(statement_pk)
    done = _("Counted again.")
    return press(request, actions.count_again, back=_back(statement), done=done, statement=statement, by=request.user)


@may("contracts.edit")
def fee_adjust(request, statement_pk):
    statement = _get(statement_pk)
    form = AdjustForm(request.POST or None)

    if submit(form, actions.adjust, statement=statement, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(_back(statement))
    lead = f"{statement.number} · {statement.agreement.client}"
    return form_page(request, form=form, title=_("Adjust the fee"), lead=lead, back=_back(statement))


@may("contracts.edit")
@require_POST
def fee_take_back(request, statement_pk, place):
    statement = _get(statement_pk)
    return press(
        request, actions.take_back, back=_back(statement), done=_("Saved."), statement=statement, by=request.user, place=place
    )  # fmt: skip


@may("contracts.approve")
@require_POST
def fee_approve(request, statement_pk):
    statement = _get(statement_pk)
    total = request.POST.get("total", "")
    done = _("Approved; the paper is being made.")
    return press(
        request, actions.approve_statement, back=_back(statement), done=done, statement=statement, by=request.user, total=total
    )  # fmt: skip


@may("contracts.approve")
def fee_void(request, statement_pk):
    statement = _get(statement_pk)
    form = VoidForm(request.POST or None)

    if submit(form, actions.void_statement, statement=statement, by=request.user):
        messages.success(request, _("The statement is void."))
        return redirect(_back(statement))
    effects = [
        _("It does not count any more; its paper says so when its code is checked."),
        _("A new statement of the month can be drafted."),
    ]
    context = {"lead": statement.number, "effects": effects, "is_final": True, "template": "ui/confirm.html"}
    title = _("Void the statement")
    return form_page(request, form=form, title=title, back=_back(statement), button=title, **context)


class HoursList(OfficeList):
    """What caregivers worked in a month, for pay: by visits that were made."""

    right = "contracts.view"
    list_name = "caregiver_hours"
    title = gettext_lazy("Hours worked")
    template_name = "contracts/hours_list.html"
    filterset_class = HoursFilter
    columns = [
        Column(gettext_lazy("number"), lambda row: row.number),
        Column(gettext_lazy("name"), lambda row: row.name),
        Column(gettext_lazy("visits made"), lambda row: row.visits_made or 0),
        Column(gettext_lazy("days"), lambda row: row.days_worked or 0),
        Column(gettext_lazy("agreed hours"), lambda row: hours(row.agreed_time)),
        Column(gettext_lazy("hours on the spot"), lambda row: hours(row.served_time)),
        Column(gettext_lazy("of them on statutory holidays"), lambda row: hours(row.holiday_time)),
        Column(gettext_lazy("missed by their own doing"), lambda row: row.visits_missed or 0),
    ]

    @cached_property
    def month(self) -> dt.date:
        """The month of the address, else the last one."""
        form = MonthForm(self.request.GET)
        last = months_later(timezone.localdate().replace(day=1), -1)
        return form.cleaned_data["month"] if form.is_valid() else last

    @cached_property
    def params(self):
        return {**self.request.GET.dict(), "month": f"{self.month:%Y-%m}"}

    def rows(self):
        people = with_hours(Caregiver.objects.all(), self.month)
        return people.exclude(visits_made=None, visits_missed=None).order_by("number")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        first, last = month_days(self.month)
        for row in context["object_list"]:
            row.agreed, row.served, row.holiday = map(hours, (row.agreed_time, row.served_time, row.holiday_time))
            row.visits_url = (
                f"{office_url('visit_list')}?tab=done&caregiver={row.number}&day_from={first}&day_to={last}"
            )
        return {**context, "month": self.month}


def hours(time: dt.timedelta | None) -> float:
    """Hours with two places."""
    return round(time.total_seconds() / 3600, 2) if time else 0
