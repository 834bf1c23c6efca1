"""Office pages of licences: the list, add, correct, renew, show or hide."""

import django_filters
from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agencies import licences
from agencies.files import UploadField
from agencies.forms import CleanForm
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import Licence
from agencies.pages import form_page, press, submit
from agencies.permissions import may


class LicenceFilter(django_filters.FilterSet):
    only = django_filters.ChoiceFilter(
        label=gettext_lazy("Only"),
        choices=[
            ("30", gettext_lazy("ended, or ending within 30 days")),
            ("hidden", gettext_lazy("not shown to the public")),
            ("replaced", gettext_lazy("renewed")),
        ],
        method="only_some",
    )

    class Meta:
        model = Licence
        fields = []

    def only_some(self, queryset, name, value):
        wanted = {"30": licences.ending_within(30), "hidden": {"is_public": False, "is_replaced": False}}.get(value)
        if value == "30":
            return queryset.filter(wanted)
        return queryset.filter(**(wanted or {"is_replaced": True}))


class LicenceList(OfficeList):
    right = "agencies.manage"
    edit_right = "agencies.manage"
    list_name = "licences"
    title = gettext_lazy("Licences")
    template_name = "agencies/licence_list.html"
    filterset_class = LicenceFilter
    columns = [
        Column(gettext_lazy("kind"), lambda row: row.get_kind_display()),
        Column(gettext_lazy("number"), lambda row: row.number),
        Column(gettext_lazy("issued by"), lambda row: row.issuer),
        Column(gettext_lazy("issued on"), lambda row: row.issued_on),
        Column(gettext_lazy("expires on"), lambda row: row.expires_on),
    ]

    def rows(self):
        return Licence.objects.select_related("scan").order_by("is_replaced", "kind", "-issued_on")


class LicenceForm(CleanForm, forms.ModelForm):
    scan = UploadField(label=gettext_lazy("scan"), required=False)

    class Meta:
        model = Licence
        fields = ["kind", "number", "issuer", "issued_on", "expires_on", "is_public"]


class RenewForm(LicenceForm):
    class Meta(LicenceForm.Meta):
        fields = ["number", "issuer", "issued_on", "expires_on", "is_public"]


@may("agencies.manage")
def licence_new(request):
    form = LicenceForm(request.POST or None, request.FILES or None)
    back = office_url("licence_list")
    if submit(form, licences.add_licence, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=_("New licence"), back=back)


@may("agencies.manage")
def licence_edit(request, licence_pk):
    licence = get_object_or_404(Licence, pk=licence_pk)
    form = LicenceForm(request.POST or None, request.FILES or None, instance=Licence.objects.get(pk=licence.pk))
    back = office_url("licence_list")
    if submit(form, licences.correct_licence, licence=licence, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=_("Correct the licence"), lead=str(licence), back=back)


@may("agencies.manage")
def licence_renew(request, licence_pk):
    licence = get_object_or_404(Licence, pk=licence_pk)
    known = {"number": licence.number, "issuer": licence.issuer, "is_public": licence.is_public}
    form = RenewForm(request.POST or None, request.FILES or None, initial=known)
    back = office_url("licence_list")
    if submit(form, licences.renew_licence, licence=licence, by=request.user):
        messages.success(request, _("Renewed. The old licence stays on file."))
        return redirect(back)
    return form_page(request, form=form, title=_("Renew the licence"), lead=str(licence), back=back)


@may("agencies.manage")
@require_POST
def licence_show(request, licence_pk):
    licence = get_object_or_404(Licence, pk=licence_pk)
    back = office_url("licence_list")
    return press(request, licences.show_licence, back=back, done=_("Saved."), licence=licence, by=request.user)
