"""Excel files of clients: a row is the page's form, saved by the page's action, under consent by word of mouth."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.imports import Importer
from clients.actions.files import create_client
from clients.forms.files import NewClientForm
from clients.models import Consent

PHONE = Consent.Means.PHONE


class ClientRow(NewClientForm):
    """A client who consented in person or by somebody with a resident identity card; signed paper is filed afterwards."""

    paper = None
    contact_name = forms.CharField(label=_("whom to call instead: name"), max_length=50, required=False)
    contact_relation = forms.CharField(label=_("whom to call instead: relation"), max_length=20, required=False)
    contact_phone = forms.CharField(label=_("whom to call instead: mobile phone"), max_length=20, required=False)
    speaker_name = forms.CharField(label=_("name of who consents"), max_length=50, required=False)
    speaker_relation = forms.CharField(label=_("their relation to the client"), max_length=20, required=False)
    speaker_phone = forms.CharField(label=_("their mobile phone"), max_length=20, required=False)
    speaker_identity_number = forms.CharField(label=_("their resident identity number"), max_length=30, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["means"].choices = [(PHONE, PHONE.label)]


Importer(
    name="clients",
    title=_("Clients"),
    right="clients.edit",
    form=ClientRow,
    columns=(
        *(
            "name",
            "salutation",
            "identity_type",
            "identity_number",
            "birth_date",
            "sex",
            "phone",
            "contact_name",
            "contact_relation",
            "contact_phone",
            "district",
            "address",
        ),
        *("access_note", "needs", "dialect", "diet", "caregiver_wishes", "consent_by"),
        *("speaker_name", "speaker_relation", "speaker_phone", "speaker_identity_number", "means"),
    ),
    action=create_client,
    key=lambda data: data["identity_number"],
)
