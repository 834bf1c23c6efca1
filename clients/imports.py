"""Excel files of clients: a row is the page's form, saved by the page's action, under consent by word of mouth."""

from django.utils.translation import gettext_lazy as _

from agencies.imports import Importer
from clients.actions.files import create_client
from clients.forms.files import NewClientForm
from clients.models import Consent

PHONE = Consent.Means.PHONE


class ClientRow(NewClientForm):
    """A client who consented in person or by somebody with a resident identity card; signed paper is filed afterwards."""

    paper = None

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
            "district",
            "address",
        ),
        *("access_note", "needs", "dialect", "diet", "caregiver_wishes", "consent_by"),
        *("speaker_name", "speaker_relation", "speaker_phone", "speaker_identity_number", "means"),
    ),
    action=create_client,
    key=lambda data: data["identity_number"],
)
