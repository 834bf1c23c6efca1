"""Office pages of requests about personal data: ledger, intake, one request to its answer."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.pages import form_page, press, submit
from agencies.panels import keeps_of
from agencies.permissions import may
from archive.models import Document
from clients.actions import requests as actions
from clients.forms.papers import AnswerForm, HandOverDataForm, RequestFilter, RequestForm
from clients.models import Client, DataRequest

Kind, State = DataRequest.Kind, DataRequest.State


class RequestList(OfficeList):
    right = "clients.requests"
    edit_right = "clients.requests"
    list_name = "data_requests"
    title = gettext_lazy("Requests about personal data")
    template_name = "clients/request_list.html"
    filterset_class = RequestFilter
    tab_choices = State
    first_tab = State.OPEN
    columns = [
        Column(gettext_lazy("number"), lambda row: row.number),
        Column(gettext_lazy("client"), lambda row: row.client.number),
        Column(gettext_lazy("what is asked for"), lambda row: row.get_kind_display()),
        Column(gettext_lazy("received at"), lambda row: timezone.localtime(row.received_at).strftime("%Y-%m-%d %H:%M")),
        Column(gettext_lazy("to be answered by"), lambda row: row.answer_by),
        Column(gettext_lazy("state"), lambda row: row.get_state_display()),
        Column(gettext_lazy("answer"), lambda row: row.outcome),
        Column(gettext_lazy("erasure is possible from"), lambda row: row.possible_on),
        Column(gettext_lazy("handed over on"), lambda row: row.handed_on),
    ]

    def rows(self):
        return DataRequest.objects.select_related("client", "decided_by").order_by("-number")


@may("clients.requests")
def data_request_new(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    form = RequestForm(request.POST or None, client=client)
    if row := submit(form, actions.take_request, client=client, by=request.user):
        messages.success(request, _("Request %(number)s is taken.") % {"number": row.number})
        return redirect(office_url("data_request_page", row.pk))
    lead = _("%(client)s. Check the identity of whoever asks first.") % {"client": client}
    back = office_url("client_file", client.pk)
    return form_page(request, form=form, title=_("Request about personal data"), lead=lead, back=back)


@may("clients.requests")
def data_request_page(request, request_pk):
    rows = DataRequest.objects.select_related("client", "guardian", "received_by", "decided_by", "data_file")
    row = get_object_or_404(rows, pk=request_pk)
    is_open = row.state == State.OPEN
    is_access, is_erasure = row.kind == Kind.ACCESS, row.kind == Kind.ERASURE
    keeps = keeps_of("clients.client", row.client) if is_open and is_erasure else []
    form = None
    if is_open and not keeps:
        data = request.POST or None
        form = HandOverDataForm(data) if is_access else AnswerForm(data, erases=is_erasure)
        action = actions.hand_over_data if is_access else actions.answer_request
        if submit(form, action, request=row, by=request.user):
            messages.success(request, _("Saved."))
            return redirect(office_url("data_request_page", row.pk))
    kinds = [Document.Kind.SUBJECT_ACCESS, Document.Kind.REQUEST_ANSWER]
    context = {
        "row": row,
        "is_open": is_open,
        "is_access": is_access,
        "keeps": keeps,
        "form": form,
        "papers": Document.objects.filter(kind__in=kinds, subject_id=row.pk).select_related("file"),
        "today": timezone.localdate(),
    }
    return render(request, "clients/request_page.html", context)


def _press(request, request_pk, action, done):
    row = get_object_or_404(DataRequest.objects.select_related("client"), pk=request_pk)
    back = office_url("data_request_page", row.pk)
    return press(request, action, back=back, done=done, request=row, by=request.user)


@may("clients.requests")
@require_POST
def data_request_refuse(request, request_pk):
    done = _("Refused for now; the reasons and the day stand in the answer.")
    return _press(request, request_pk, actions.refuse_erasure, done)


@may("clients.requests")
@require_POST
def data_request_collect(request, request_pk):
    return _press(request, request_pk, actions.collect, _("Everything is being put together anew."))


@may("clients.requests")
@require_POST
def data_request_print(request, request_pk):
    return _press(
        request, request_pk, actions.print_answer, _("The answer is being made; it stands below when it is ready.")
    )
