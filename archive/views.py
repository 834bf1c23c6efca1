"""Office pages of the archive: records and papers."""

import django_filters
from django import forms
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.forms import CleanForm
from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.pages import form_page, press
from agencies.permissions import may
from archive import actions
from archive.models import ArchiveClass, ArchiveRecord, Document


class ArchiveFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=gettext_lazy("Number or title"), method="search")
    source = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=ArchiveRecord.Source.choices)
    until = django_filters.DateFilter(
        label=gettext_lazy("Kept until, before"),
        field_name="retain_until",
        lookup_expr="lt",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    only = django_filters.ChoiceFilter(
        label=gettext_lazy("Only"),
        choices=[
            ("no_place", gettext_lazy("without a place")),
            ("over", gettext_lazy("kept long enough")),
            ("disposed", gettext_lazy("destroyed")),
        ],
        method="only_some",
    )

    class Meta:
        model = ArchiveRecord
        fields = []

    def only_some(self, queryset, name, value):
        if value == "disposed":
            return queryset.exclude(disposed_on=None)
        wanted = {"place": ""} if value == "no_place" else {"retain_until__lt": timezone.localdate()}
        return queryset.filter(disposed_on=None, **wanted)

    def search(self, queryset, name, value):
        return queryset.filter(Q(number__iexact=value) | Q(title__contains=value))


class ArchiveList(OfficeList):
    right = "archive.view"
    list_name = "archive"
    title = gettext_lazy("Archive")
    template_name = "archive/archive_list.html"
    filterset_class = ArchiveFilter
    tab_field = "archive_class"
    tab_choices = ArchiveClass
    columns = [
        Column(gettext_lazy("archive number"), lambda record: record.number),
        Column(gettext_lazy("class"), lambda record: record.get_archive_class_display()),
        Column(gettext_lazy("title"), lambda record: record.title),
        Column(gettext_lazy("clock started on"), lambda record: record.clock_started_on),
        Column(gettext_lazy("kept until"), lambda record: record.retain_until),
        Column(gettext_lazy("place of the paper"), lambda record: record.place),
    ]

    def rows(self):
        return ArchiveRecord.objects.order_by("-filed_at")


class PlaceForm(CleanForm, forms.Form):
    place = forms.CharField(label=gettext_lazy("place of the paper"), max_length=60)


@may("archive.view")
def archive_record(request, record_pk):
    record = get_object_or_404(ArchiveRecord.objects.select_related("filed_by"), pk=record_pk)
    context = {
        "record": record,
        "items": record.items.select_related("file"),
        "holds": record.holds.select_related("placed_by", "lifted_by").order_by("-placed_at"),
        "entries": record.disposal_entries.select_related("disposal_list", "decided_by").order_by("pk"),
        "may_keep": has_perm("archive.keep", request.membership),
        "today": timezone.localdate(),
    }
    return render(request, "archive/archive_record.html", context)


@may("archive.keep")
def archive_place(request, record_pk):
    record = get_object_or_404(ArchiveRecord, pk=record_pk)
    form = PlaceForm(request.POST or None, initial={"place": record.place})
    back = office_url("archive_record", record.pk)
    if form.is_valid():
        actions.set_place(record=record, **form.cleaned_data)
        return redirect(back)
    return form_page(request, form=form, title=_("Place of the paper"), lead=str(record), back=back)


class DocumentList(OfficeList):
    right = "archive.view"
    edit_right = "archive.keep"
    list_name = "documents"
    template_name = "archive/document_list.html"
    tab_choices = Document.State

    def rows(self):
        return Document.objects.select_related("file", "requested_by").order_by("-requested_at")


@may("archive.keep")
@require_POST
def document_retry(request, document_pk):
    document = get_object_or_404(Document, pk=document_pk)
    back = office_url("document_list")
    return press(request, actions.retry_document, back=back, done=_("In the queue again."), document=document)
