"""Office pages of Excel files read in: what may be read, the file's own page, and what is done with it."""

import rules
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agencies import imports
from agencies.exports import XLSX
from agencies.forms import CleanForm
from agencies.imports import Importer
from agencies.links import office_url
from agencies.models import Import
from agencies.pages import form_page, press, submit
from agencies.permissions import may

SHOWN = 100  # wrong rows on the page; the marked file holds all


class SheetForm(CleanForm, forms.Form):
    sheet = forms.FileField(label=gettext_lazy("Excel file (.xlsx)"), widget=forms.FileInput(attrs={"accept": ".xlsx"}))


def _importer_of(request, name):
    importer = Importer.by_name.get(name)
    if importer is None:
        raise Http404
    if not rules.has_perm(importer.right, request.membership):
        raise PermissionDenied
    return importer


def _title(importer):
    return _("Excel: %(list)s") % {"list": importer.title}


def _run_of(request, import_pk):
    """A file of one's own: it holds names and numbers that nobody else asked for."""
    run = get_object_or_404(Import, pk=import_pk, requested_by=request.user)
    return run, _importer_of(request, run.importer)


@may("agencies.office")
def import_list(request):
    runs = list(Import.objects.filter(requested_by=request.user).defer("rows", "problems")[:50])
    for run in runs:
        run.title = Importer.by_name[run.importer].title
    importers = [one for one in Importer.by_name.values() if rules.has_perm(one.right, request.membership)]
    return render(request, "agencies/import_list.html", {"runs": runs, "importers": importers})


@may("agencies.office")
def import_new(request, importer):
    importer = _importer_of(request, importer)
    form = SheetForm(request.POST or None, request.FILES or None)

    def start(*, by, sheet):
        return imports.start_import(importer=importer, name=sheet.name, content=sheet.read(), by=by)

    if run := submit(form, start, by=request.user):
        return redirect(office_url("import_page", run.pk))
    context = {"importer": importer, "template": "agencies/import_new.html", "button": _("Read and check")}
    return form_page(request, form=form, title=_title(importer), back=office_url("import_list"), **context)


def _download(content, name):
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@may("agencies.office")
def import_template(request, importer):
    importer = _importer_of(request, importer)
    return _download(importer.template(), f"{importer.title}.xlsx")


@may("agencies.office")
def import_page(request, import_pk):
    run, importer = _run_of(request, import_pk)
    found = imports.findings_of(run, SHOWN)
    context = {"run": run, "title": _title(importer), "found": found, "more": (run.wrong_count or 0) - len(found)}
    return render(request, "agencies/import_page.html", context)


@may("agencies.office")
def import_marked(request, import_pk):
    run, importer = _run_of(request, import_pk)
    if not run.problems:
        raise Http404
    return _download(imports.marked_file(run), f"{importer.title} {_('To mend')}.xlsx")


@may("agencies.office")
@require_POST
def import_save(request, import_pk):
    run, _importer = _run_of(request, import_pk)
    return press(request, imports.confirm_import, back=office_url("import_page", run.pk), run=run, by=request.user)


@may("agencies.office")
@require_POST
def import_drop(request, import_pk):
    run, _importer = _run_of(request, import_pk)
    done = _("The file was forgotten; nothing was saved.")
    return press(request, imports.drop_import, back=office_url("import_list"), done=done, run=run, by=request.user)
