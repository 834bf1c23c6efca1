"""Signing in by phone number and password; accounts are opened by an agency, not by strangers."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.account.signals import password_changed
from django import forms
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from agencies.models import User


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The mobile phone or the password is wrong."),
    }

    def is_open_for_signup(self, request) -> bool:
        return False


@receiver(password_changed)
def own_password(sender, request, user, **kwargs):
    """From now on only this person knows it."""
    User.objects.filter(pk=user.pk).update(has_first_password=False)


class LoginForm(BaseLoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Mobile phone"),
            widget=forms.TextInput(attrs={"autocomplete": "username", "inputmode": "tel", "autofocus": True}),
        )
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)

    def clean_login(self) -> str:
        digits = self.cleaned_data["login"].replace(" ", "").replace("-", "")
        return digits.removeprefix("+86")
