"""The form of consents."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.files import UploadField
from agencies.forms import CleanForm
from clients.actions.consents import givers_of
from clients.models import Client, Consent

# On screen a person consents on their own page.
MEANS = [choice for choice in Consent.Means.choices if choice[0] != Consent.Means.SCREEN]
# What each consent means, in a line.
MEANINGS = {
    Consent.Kind.PERSONAL_DATA: _("name, identity number, phone and address, to prepare and carry out the agreement."),
    Consent.Kind.HEALTH_DATA: _("illnesses, medicines, allergies, assessment and risks, to plan safe care."),
    Consent.Kind.SHARING: _("the caregiver sees address, phone, risks and plan around each visit."),
    Consent.Kind.E_SIGNATURE: _("agreements may be signed on a screen or by link instead of on paper."),
    Consent.Kind.PHOTOS: _("photos of the work done, only when needed, kept in the file."),
}


class ConsentForm(CleanForm, forms.Form):
    """What somebody consented to at one time, whoever may."""

    giver = forms.ChoiceField(label=_("given by"), widget=forms.RadioSelect)
    kinds = forms.MultipleChoiceField(
        label=_("consents to"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("Only what was said.")
    )
    means = forms.ChoiceField(label=_("how"), choices=MEANS, widget=forms.RadioSelect)
    given_on = forms.DateField(label=_("given on"), initial=timezone.localdate)
    paper = UploadField(label=_("Photo or scan of the signed paper"), required=False)

    def __init__(self, *args, client: Client, **kwargs):
        super().__init__(*args, **kwargs)
        in_person, speakers = givers_of(client)
        self.speakers = {str(row.pk): row for row in speakers}
        in_words = [
            (pk, f"{row.name} · {row.relation} · {row.get_authority_display()}") for pk, row in self.speakers.items()
        ]
        self.fields["giver"].choices = [*([("self", _("%s, in person") % client.name)] if in_person else []), *in_words]
        means = dict(client.consents.filter(withdrawn_at=None).values_list("kind", "means"))
        self.fields["kinds"].choices = [
            (kind, _described(kind, label, kind in means))
            for kind, label in Consent.Kind.choices
            if means.get(kind) != Consent.Means.PAPER
        ]

    def clean(self):
        self.cleaned_data["guardian"] = self.speakers.get(self.cleaned_data.pop("giver", ""))
        return self.cleaned_data


def _described(kind, label, is_given):
    text = _("%(label)s: %(meaning)s") % {"label": label, "meaning": MEANINGS[kind]}
    return _("%s (by word of mouth so far; the paper replaces it)") % text if is_given else text
