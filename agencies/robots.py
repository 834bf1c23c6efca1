"""What tells people from machines on a public form, with no puzzle: a field nobody sees, and the time it takes to type."""

import datetime as dt

from django import forms
from django.core.signing import BadSignature, TimestampSigner
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import CleanForm
from agencies.tenancy import current_agency

LEAST = dt.timedelta(seconds=3)  # nobody reads and fills in a form faster
MOST = dt.timedelta(days=1)  # an older page may be copied


class PublicForm(CleanForm):
    """Mixed into forms without an account; is_trapped says that the unseen field was filled in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["website"] = forms.CharField(label=gettext_lazy("Leave this empty"), required=False)
        self.fields["stamp"] = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def signed_time(self) -> str:
        """When the page was opened, signed: the one that came with the form while it is good, else a new one."""
        given = self.data.get("stamp", "") if self.is_bound else ""
        return given if _is_younger(given, MOST) else _signer().sign("form")

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("website"))

    def clean(self):
        data = super().clean() or self.cleaned_data
        data.pop("website", None)
        stamp = data.pop("stamp", "")
        if _is_younger(stamp, LEAST) or not _is_younger(stamp, MOST):
            self.add_error(None, _("Please look it over and send it once more."))
        return data


def _signer():
    return TimestampSigner(salt=f"{current_agency().pk}:public-form")


def _is_younger(stamp, age):
    try:
        return bool(_signer().unsign(stamp, max_age=age))
    except BadSignature:
        return False
