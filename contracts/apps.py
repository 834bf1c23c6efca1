"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    name = "contracts"
    verbose_name = _("Agreements and visits")

    def ready(self):
        from contracts import documents, panels, permissions
        from contracts.actions import gaps
        from contracts.queries import busy

        del busy, documents, gaps, panels, permissions
