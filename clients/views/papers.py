"""Office pages of a client's papers: all of them with their end, filing, who saw them, the notice of what is missing."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import AccessLog
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from clients.actions import papers as actions
from clients.forms.papers import SOON, PaperFilter, PaperForm
from clients.models import Client, ClientPaper
from clients.queries import listed_papers


class PaperList(OfficeList):
    right = "clients.health"
    edit_right = "clients.edit"
    list_name = "client_papers"
    title = gettext_lazy("Papers of clients")
    template_name = "clients/paper_list.html"
    filterset_class = PaperFilter
    columns = [
        Column(gettext_lazy("client"), lambda row: row.client.number),
        Column(gettext_lazy("kind"), lambda row: row.get_kind_display()),
        Column(gettext_lazy("title"), lambda row: row.title),
        Column(gettext_lazy("issued on"), lambda row: row.issued_on),
        Column(gettext_lazy("expires on"), lambda row: row.expires_on),
    ]

    def rows(self):
        return listed_papers().order_by("expires_on", "-id")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {**context, "soon": context["today"] + SOON}


@may("clients.edit")
def paper_new(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    back = office_url("client_file", client.pk)
    form = PaperForm(request.POST or None, request.FILES or None)
    if submit(form, actions.add_paper, client=client, by=request.user):
        messages.success(request, _("Filed."))
        return redirect(back)
    return form_page(request, form=form, title=_("File a paper"), lead=str(client), back=back)


@may("clients.health")
def paper_page(request, paper_pk):
    """One paper with everybody who opened it."""
    paper = get_object_or_404(listed_papers().select_related("added_by"), pk=paper_pk)
    seen = AccessLog.objects.filter(subject=f"agencies.storedfile:{paper.file_id}").select_related("user")
    return render(request, "clients/paper_page.html", {"paper": paper, "seen": seen[:100]})


@may("clients.edit")
@require_POST
def paper_remove(request, paper_pk):
    paper = get_object_or_404(ClientPaper, pk=paper_pk)
    back = office_url("client_file", paper.client_id)
    return press(request, actions.remove_paper, back=back, done=_("Taken off the file."), paper=paper, by=request.user)


@may("clients.edit")
@require_POST
def client_notice(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    back = office_url("client_file", client.pk)
    done = _("The notice is being made; it stands on the file when it is ready.")
    return press(request, actions.give_notice, back=back, done=done, client=client, by=request.user)
