"""Forms of agreements: the draft, the ways to sign, and what may happen to one in force."""

import datetime as dt

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_scopes.forms import SafeModelChoiceField

from agencies.files import UploadField
from agencies.forms import CleanForm
from agencies.models import Level
from caregivers.models import Caregiver
from clients.models import Guardian
from clients.queries import find_clients
from contracts.actions.signing import drawing
from contracts.key_terms import key_terms
from contracts.models import Agreement, ServicePlan, Signature
from contracts.queries.agreements import (
    ending_by,
    prices_to_approve,
    to_sign_for_agency,
    with_outdated_plan,
    without_handover,
    without_their_caregiver,
)
from contracts.queries.fit import fits
from contracts.queries.replacing import without_supplement

SPECIAL_TERMS = _(
    "If the caregiver cannot come or cannot go on, the agency is told first, then the client; the agency sends somebody "
    "else within three days.\nIf the client falls ill suddenly, 120 is called at once, then the emergency contact, then "
    "the agency.\nIf the client needs no service on a day, the agency is told a day before."
)


def _label(fit):
    level = fit.caregiver.level
    parts = [str(fit.caregiver), str(Level(level).label) if level is not None else _("no level")]
    if fit.is_preferred:
        parts.append(_("preferred by the client"))
    if fit.busy:
        parts.append(_("taken at %(busy)s of %(times)s times") % {"busy": fit.busy, "times": fit.times})
    parts += fit.reasons[:2]
    return " · ".join(map(str, parts))


class AgreementForm(CleanForm, forms.ModelForm):
    rate = forms.DecimalField(
        label=_("price"), required=False, min_value=0, max_digits=10, decimal_places=2,
        help_text=_("Empty: the price of the list in force on the first day."),
    )  # fmt: skip

    class Meta:
        model = Agreement
        fields = [
            "plan", "guardian", "caregiver", "mode", "starts_on", "ends_on", "trial_days", "rate", "rate_reason",
            "payment_day", "deposit_kind", "deposit_amount", "insurance", "dispute", "special_terms",
            "condition_disclosed",
        ]  # fmt: skip

        field_classes = dict.fromkeys(["plan", "guardian", "caregiver"], SafeModelChoiceField)
        help_texts = {"insurance": _("Which insurance covers the service; write 无 where there is none.")}
        labels = {
            "plan": _("service plan"),
            "caregiver": _("caregiver"),
            "starts_on": _("service begins on"),
            "ends_on": _("service ends on"),
        }

    def __init__(self, *args, client, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = ServicePlan.objects.filter(client=client, state=ServicePlan.State.AGREED)
        self.fields["plan"].empty_label = None
        signers = Guardian.objects.filter(client=client, is_active=True)
        self.fields["guardian"].queryset = signers.exclude(authority=Guardian.Authority.CONTACT)
        self.fields["guardian"].help_text = _(
            "An agent whose power of attorney covers agreements, or the legal guardian."
        )
        self.fields["guardian"].empty_label = _("the client in person")
        self._offer_caregivers()
        if not self.instance.pk:
            self.fields["special_terms"].initial = SPECIAL_TERMS

    def _offer_caregivers(self):
        """Who fits the newest plan and is free stands first, the others with what stands against them."""
        field = self.fields["caregiver"]
        field.queryset = Caregiver.objects.filter(state=Caregiver.State.ACTIVE)
        plan = self.fields["plan"].queryset.prefetch_related("slots", "lines").order_by("-version").first()
        if plan is None:
            return
        found = fits(plan, self.instance.starts_on or timezone.localdate())
        groups = [
            (_("Fit and free"), [(fit.caregiver.pk, _label(fit)) for fit in found if fit.is_fit]),
            (_("Something stands against it"), [(fit.caregiver.pk, _label(fit)) for fit in found if not fit.is_fit]),
        ]
        field.choices = [("", _("Please choose")), *(group for group in groups if group[1])]
        text = _("For plan version %(version)s over the first four weeks; looked at again before signing.")
        field.help_text = text % {"version": plan.version}

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""


class SignForm(CleanForm, forms.Form):
    """What a signer ticks and draws; the client confirms each key term, the agency's own signer nothing."""

    key_terms = forms.MultipleChoiceField(
        label=_("These terms weigh on you. Tick each one after reading it"), widget=forms.CheckboxSelectMultiple,
        required=False,
    )  # fmt: skip
    agrees = forms.BooleanField(
        label=_("I have read the agreement and agree to sign it on screen (Electronic Signature Law 3)."),
        error_messages={"required": _("Tick this once you have read the agreement.")},
    )
    signature = forms.CharField(widget=forms.HiddenInput, max_length=400_000, required=False)
    terms_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args, agreement, party, **kwargs):
        super().__init__(*args, initial={"terms_hash": agreement.terms_hash}, **kwargs)
        self.terms = key_terms(agreement.terms) if party == Signature.Party.CLIENT else []
        words = [(term.key, format_html("<span><b>{}</b><br>{}</span>", term.title, term.says)) for term in self.terms]
        self.fields["key_terms"].choices = words
        if not words:
            del self.fields["key_terms"]
        if party == Signature.Party.AGENCY:
            del self.fields["agrees"]

    def clean(self):
        """Everything that is missing is named together, before the action asks again."""
        ticked = self.cleaned_data.get("key_terms", [])
        if left := len(self.terms) - len(ticked):
            self.add_error("key_terms", _("%(count)s of these are not ticked yet.") % {"count": left})
        try:
            drawing(self.cleaned_data.get("signature", ""))
        except ValidationError as refusal:
            self.add_error(None, refusal.messages)
        return self.cleaned_data

    def signed(self):
        """What the action wants to know."""
        names = ("signature", "terms_hash")
        return {name: self.cleaned_data[name] for name in names} | {"confirmed": self.cleaned_data.get("key_terms", [])}


class PaperSignatureForm(CleanForm, forms.Form):
    parties = forms.MultipleChoiceField(
        label=_("who signed this paper"), choices=Signature.Party, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick who signed this paper.")},
    )  # fmt: skip
    signed_on = forms.DateField(label=_("date under the signature"), initial=timezone.localdate)
    scan = UploadField(
        label=_("photo or scan of the signed paper"),
        help_text=_("With the page of the signatures; its QR code is read and tells whether it is the right text."),
    )
    terms_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args, parties, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parties"].choices = [choice for choice in Signature.Party.choices if choice[0] in parties]


class AmendForm(CleanForm, forms.Form):
    change_summary = forms.CharField(label=_("what changes and why"), max_length=500, widget=forms.Textarea)


class SuspendForm(CleanForm, forms.Form):
    from_day = forms.DateField(label=_("rests from"), initial=timezone.localdate)
    reason = forms.CharField(label=_("reason"), max_length=150)


class ResumeForm(CleanForm, forms.Form):
    on_day = forms.DateField(label=_("goes on from"), initial=timezone.localdate)


class EndForm(CleanForm, forms.Form):
    ended_on = forms.DateField(label=_("last day of service"), initial=timezone.localdate)
    end_reason = forms.ChoiceField(label=_("reason"), choices=[("", ""), *Agreement.EndReason.choices])
    end_note = forms.CharField(label=_("in a sentence"), max_length=500, required=False, widget=forms.Textarea)
    noticed_on = forms.DateField(
        label=_("notice was given on"), required=False,
        help_text=_("Seven days before the end by the client, fifteen by the agency; without it a penalty is due (16)."),
    )  # fmt: skip
    broken_by = forms.ChoiceField(
        label=_("who broke the agreement"), required=False,
        choices=[("", _("nobody, or another reason")), ("client", _("the client")), ("agency", _("the agency or the caregiver"))],
    )  # fmt: skip
    prepaid = forms.DecimalField(
        label=_("paid in advance and not used (¥)"), required=False, min_value=0, max_digits=10, decimal_places=2
    )


class RenewForm(CleanForm, forms.Form):
    starts_on = forms.DateField(label=_("service begins on"))
    ends_on = forms.DateField(label=_("service ends on"))


class AgreementFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Number, client, caregiver"), method="search")
    only = django_filters.ChoiceFilter(
        label=_("Only"),
        choices=[
            ("ending", _("ending within 30 days")),
            ("no_handover", _("ended without handover record")),
            ("agency", _("waiting for the agency's signature")),
            ("price", _("price to be approved")),
            ("outdated", _("plan older than the condition")),
            ("gone", _("caregiver left or suspended")),
            ("supplement", _("another caregiver for good, no supplement")),
        ],
        method="only_some",
    )

    class Meta:
        model = Agreement
        fields = []

    def search(self, queryset, name, value):
        mine = Q(number__icontains=value) | Q(caregiver__name__contains=value) | Q(client__in=find_clients(value))
        return queryset.filter(mine)

    def only_some(self, queryset, name, value):
        month = timezone.localdate() + dt.timedelta(days=30)
        rows = {
            "ending": lambda: ending_by(month),
            "no_handover": without_handover,
            "agency": to_sign_for_agency,
            "price": prices_to_approve,
            "outdated": with_outdated_plan,
            "gone": without_their_caregiver,
            "supplement": without_supplement,
        }
        return queryset.filter(pk__in=rows[value]().values("pk"))
