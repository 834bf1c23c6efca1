"""Application configuration."""

from django.apps import AppConfig


class CarecenterConfig(AppConfig):
    name = "carecenter"

    def ready(self):
        from carecenter import checks

        del checks
