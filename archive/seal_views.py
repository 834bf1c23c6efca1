"""Office page of the certificate that seals papers: what is in use, another one, none any more."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import CleanForm
from agencies.links import office_url
from agencies.pages import form_page, submit
from agencies.permissions import may
from archive import certificates
from archive.models import Document, SealCertificate

MAX_BYTES = 100_000


class CertificateForm(CleanForm, forms.Form):
    file = forms.FileField(
        label=gettext_lazy("certificate with its key (.p12 or .pfx)"),
        widget=forms.FileInput(attrs={"accept": ".p12,.pfx,application/x-pkcs12"}),
    )
    passphrase = forms.CharField(
        label=gettext_lazy("passphrase"), max_length=200, required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("A certificate with its key is a small file; this is another one."))
        return file


class RetireForm(CleanForm, forms.Form):
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=200)


@may("agencies.manage")
def seal_settings(request):
    form = CertificateForm(request.POST or None, request.FILES or None)
    back = office_url("seal_settings")
    if submit(form, certificates.add_certificate, by=request.user):
        messages.success(request, _("Papers are sealed with this certificate from now on."))
        return redirect(back)
    return form_page(
        request, form=form, title=_("Seal of papers"), back=office_url("agency_settings"),
        template="archive/seal_settings.html", in_use=certificates.certificate_in_use(),
        certificates=SealCertificate.objects.select_related("added_by"),
        sealed_count=Document.objects.exclude(sealed_with=None).count(),
    )  # fmt: skip


@may("agencies.manage")
def seal_retire(request, certificate_pk):
    certificate = get_object_or_404(SealCertificate, pk=certificate_pk, retired_at=None)
    form = RetireForm(request.POST or None)
    back = office_url("seal_settings")
    if submit(form, certificates.retire_certificate, certificate=certificate, by=request.user):
        messages.success(request, _("It seals nothing any more."))
        return redirect(back)
    return form_page(request, form=form, title=_("Use it no more"), lead=str(certificate), back=back)
