"""Forms of the client file, and the filter of the list."""

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.calendar import ONE_DAY
from agencies.files import UploadField
from agencies.forms import CleanForm
from agencies.identity import identity_problems, normalise_identity
from agencies.models import IdentityType
from agencies.privacy import mask_identity, mask_phone
from clients.forms.consents import MEANS
from clients.forms.enquiries import ask_about_phone
from clients.models import Client, Consent, Enquiry, Guardian, RiskNote, SelfCare
from clients.queries import find_clients, overdue_assessments, without_home_check
from clients.standard import HEALTH_RISKS


class ClientForm(CleanForm, forms.ModelForm):
    class Meta:
        model = Client
        fields = [
            "name", "salutation", "identity_type", "identity_number", "birth_date", "sex", "phone", "district",
            "address", "access_note", "needs", "dialect", "diet", "caregiver_wishes", "preferred_call_from",
            "preferred_call_until",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("birth_date", "sex"):
            self.fields[name].required = False
            self.fields[name].help_text = _("Read from a resident identity number; needed for other papers.")
        self.mask_kept(identity_number=mask_identity, phone=mask_phone)

    def clean(self):
        self.clean_identity()
        data = self.cleaned_data
        if data.get("identity_type") in ("passport", "foreign_residence"):
            for name in ("birth_date", "sex"):
                if not data.get(name):
                    self.add_error(name, _("Needed with this kind of identity paper."))
        first, last = data.get("preferred_call_from"), data.get("preferred_call_until")
        if first and last and first >= last:
            self.add_error("preferred_call_until", _("The end lies before the start."))
        if data.get("birth_date") and data["birth_date"] > timezone.localdate():
            self.add_error("birth_date", _("A date of birth cannot lie in the future."))
        return data

    def validate_unique(self):
        """The action says which file has the number already."""


class NewClientForm(ClientForm):
    """The form of a new file, filled with what an enquiry knows."""

    is_new = forms.BooleanField(label=_("Looked at it: this is another person"), required=False)
    contact_name = forms.CharField(label=_("name"), max_length=50, required=False)
    contact_relation = forms.CharField(label=_("relation"), max_length=20, required=False)
    contact_phone = forms.CharField(label=_("mobile phone"), max_length=20, required=False)
    consent_by = forms.ChoiceField(
        label=_("who consents"),
        choices=[("self", _("The client")), *Guardian.Authority.choices[1:]],
        widget=forms.RadioSelect,
        initial="self",
        required=False,
    )
    speaker_name = forms.CharField(label=_("name"), max_length=50, required=False)
    speaker_relation = forms.CharField(label=_("relation"), max_length=20, required=False)
    speaker_phone = forms.CharField(label=_("mobile phone"), max_length=20, required=False)
    speaker_identity_number = forms.CharField(label=_("resident identity number"), max_length=30, required=False)
    means = forms.ChoiceField(label=_("how"), choices=MEANS, widget=forms.RadioSelect)
    paper = UploadField(label=_("Photo or scan of the signed paper"), required=False)
    contact_fields = ("contact_name", "contact_relation", "contact_phone")
    speaker_fields = ("speaker_name", "speaker_relation", "speaker_phone", "speaker_identity_number")

    def __init__(self, *args, enquiry: Enquiry | None = None, **kwargs):
        if enquiry:
            kwargs["initial"] = _known(enquiry)
        super().__init__(*args, **kwargs)
        ask_about_phone(self, "is_new", enquiry)
        order = list(self.fields)
        if "is_new" in order:
            order.insert(order.index("phone") + 1, order.pop(order.index("is_new")))
        self.order_fields(order)

    def facts(self):
        """The fields about the client."""
        return [self[name] for name in self.fields if name in (*self.Meta.fields, "is_new")]

    def contact(self):
        """The fields about who is called for a client without a phone."""
        return [self[name] for name in self.contact_fields]

    def speaker(self):
        """The fields about who consents for the client."""
        return [self[name] for name in self.speaker_fields]

    def clean(self):
        data = super().clean()
        if data.get("means") == Consent.Means.PAPER and not data.get("paper") and "paper" not in self.errors:
            self.add_error("paper", _("Add the photo or scan of the signed paper."))
        authority = data.pop("consent_by", "") or "self"
        speaker = {name: data.pop(name, "") for name in self.speaker_fields}
        data["speaker"] = None if authority == "self" else self._speaker(authority, speaker)
        contact = {name: data.pop(name, "") for name in self.contact_fields}
        asks = not (data.get("phone") or data["speaker"] or "phone" in self.errors)
        data["contact"] = self._contact(contact) if asks else None
        return data

    def _contact(self, contact):
        """Whom to call for somebody without a phone."""
        if any(contact.values()):
            for name, value in contact.items():
                if not value and name not in self.errors:
                    self.add_error(name, _("Needed of whom to call instead."))
            return {name.removeprefix("contact_"): value for name, value in contact.items()}
        self.add_error("phone", _("Without a phone of their own, say whom to call instead."))
        return None

    def _speaker(self, authority, speaker):
        number = normalise_identity(speaker["speaker_identity_number"])
        for name, value in speaker.items():
            if not value and name not in self.errors:
                self.add_error(name, _("Needed of whoever consents for the client."))
        if number and (problems := identity_problems(IdentityType.RESIDENT, number, today=timezone.localdate())):
            self.add_error("speaker_identity_number", problems)
        return {
            "name": speaker["speaker_name"],
            "relation": speaker["speaker_relation"],
            "phone": speaker["speaker_phone"],
            "authority": authority,
            "identity_type": IdentityType.RESIDENT,
            "identity_number": number,
        }


def _known(enquiry):
    """What an enquiry says already; who called for somebody else is the one who speaks for them."""
    known = {
        "salutation": enquiry.salutation or enquiry.caller,
        "district": enquiry.district,
        "needs": enquiry.need,
    }
    if enquiry.salutation:
        caller = {"name": enquiry.caller, "phone": enquiry.phone}
        return known | {f"{who}_{name}": value for who in ("speaker", "contact") for name, value in caller.items()}
    return {**known, "phone": enquiry.phone}


class HealthForm(CleanForm, forms.ModelForm):
    class Meta:
        model = Client
        fields = ["illnesses", "medicines", "allergies"]


class ProofForm(CleanForm, forms.Form):
    proof = UploadField(
        label=_("power of attorney or proof of guardianship"),
        help_text=_("A photo or scan; by saving it you confirm that you saw the original."),
    )


class GuardianForm(CleanForm, forms.ModelForm):
    proof = UploadField(
        label=_("power of attorney or proof of guardianship"), required=False,
        help_text=_("For whoever signs: a photo or scan; by saving it you confirm that you saw the original."),
    )  # fmt: skip

    scopes = forms.MultipleChoiceField(
        label=_("what an agent may do"), choices=Guardian.Scope.choices, required=False,
        initial=list(Guardian.Scope), widget=forms.CheckboxSelectMultiple,
        help_text=_("As the power of attorney says; a legal guardian may everything, a contact nothing."),
    )  # fmt: skip

    class Meta:
        model = Guardian
        fields = [
            "name", "relation", "phone", "authority", "scopes", "valid_until", "identity_type", "identity_number",
            "is_emergency_contact",
        ]  # fmt: skip

    def _post_clean(self):
        """The action fills and checks the row; the form only cleans."""

    def clean(self):
        self.clean_identity()
        return self.cleaned_data


class RiskNoteForm(CleanForm, forms.ModelForm):
    """Without the consent to health data only what says nothing about health can be noted."""

    class Meta:
        model = RiskNote
        fields = ["kind", "text", "rank"]

    def __init__(self, *args, about_health: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        if not about_health:
            self.fields["kind"].choices = [row for row in self.fields["kind"].choices if row[0] not in HEALTH_RISKS]


class ClientFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, pinyin, phone, number"), method="search")
    self_care = django_filters.ChoiceFilter(label=_("Self-care"), choices=SelfCare.choices)
    overdue = django_filters.ChoiceFilter(
        label=_("Assessment"),
        choices=[("1", _("missing or overdue")), ("30", _("due within 30 days"))],
        method="only_overdue",
    )
    home = django_filters.ChoiceFilter(label=_("Home"), choices=[("due", _("to be checked"))], method="only_unchecked")

    class Meta:
        model = Client
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(pk__in=find_clients(value)) if value else queryset

    def only_overdue(self, queryset, name, value):
        ahead = 30 * ONE_DAY if value == "30" else 0 * ONE_DAY
        return overdue_assessments(queryset, timezone.localdate() + ahead)

    def only_unchecked(self, queryset, name, value):
        return without_home_check(queryset)
