"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaregiversConfig(AppConfig):
    name = "caregivers"
    verbose_name = _("Caregivers")

    def ready(self):
        from caregivers import documents, imports, panels, permissions, rule

        del documents, imports, panels, permissions, rule
