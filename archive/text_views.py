"""Office pages of controlled texts: what is in force, earlier versions, a draft, approval."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.forms import CleanForm
from agencies.links import office_url
from agencies.pages import form_page, press, submit
from agencies.panels import panels_of
from agencies.permissions import may
from archive import texts
from archive.models import ArchiveRecord, ControlledText, Document


@may("archive.view")
def text_list(request):
    versions = list(ControlledText.objects.select_related("published_by", "drafted_by"))
    kinds = [
        (value, label, texts.text_in_force(value), [row for row in versions if row.kind == value])
        for value, label in ControlledText.Kind.choices
    ]
    context = {"kinds": kinds, "may_keep": has_perm("archive.keep", request.membership), "today": timezone.localdate()}
    return render(request, "archive/text_list.html", context)


@may("archive.view")
def text_page(request, text_pk):
    text = get_object_or_404(ControlledText.objects.select_related("published_by", "drafted_by"), pk=text_pk)
    context = {
        "text": text,
        "is_current": texts.text_in_force(text.kind).pk == text.pk,
        "papers": Document.objects.filter(kind="controlled_text", subject_id=text.pk).select_related("file"),
        "record": ArchiveRecord.objects.filter(source="controlled_text", source_id=text.pk).first(),
        "panels": panels_of("archive.text", request.membership, text),
        "may_keep": has_perm("archive.keep", request.membership),
        "may_publish": has_perm("archive.approve", request.membership),
    }
    return render(request, "archive/text_page.html", context)


@may("archive.keep")
@require_POST
def text_draft(request, kind):
    if kind not in ControlledText.Kind.values:
        raise Http404
    return redirect(office_url("text_edit", texts.draft_text(kind=kind, by=request.user).pk))


class TextForm(CleanForm, forms.Form):
    effective_from = forms.DateField(label=gettext_lazy("in force from"))
    change = forms.CharField(label=gettext_lazy("what is new"), max_length=200, required=False)

    def __init__(self, *args, text, **kwargs):
        self.codes = [code for code, _title, _body in text.parts]
        super().__init__(*args, **kwargs)
        may_be_empty = texts.may_be_empty(text.kind)
        for code, title, body in text.parts:
            area = forms.Textarea(attrs={"rows": 5})
            required = code not in may_be_empty
            self.fields[code] = forms.CharField(label=title, initial=body, widget=area, required=required)
        self.initial |= {"effective_from": text.effective_from, "change": text.change}

    def clean(self):
        data = super().clean()
        written = {code: data[code] for code in self.codes if code in data}
        return {name: data[name] for name in ("effective_from", "change") if name in data} | {"texts": written}


@may("archive.keep")
def text_edit(request, text_pk):
    text = get_object_or_404(ControlledText, pk=text_pk, state=ControlledText.State.DRAFT)
    form = TextForm(request.POST or None, text=text)
    back = office_url("text_page", text.pk)
    if submit(form, texts.save_draft, text=text, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=str(text), lead=_("Draft"), back=back)


@may("archive.approve")
@require_POST
def text_publish(request, text_pk):
    text = get_object_or_404(ControlledText, pk=text_pk)
    back = office_url("text_page", text.pk)
    return press(request, texts.publish_text, back=back, done=_("Published."), text=text, by=request.user)
