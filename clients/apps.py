"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClientsConfig(AppConfig):
    name = "clients"
    verbose_name = _("Clients")

    def ready(self):
        from clients import call_script, consent_text, documents, imports, panels, permissions

        del call_script, consent_text, documents, imports, panels, permissions
