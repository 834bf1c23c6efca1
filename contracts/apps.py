"""Application configuration."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "contracts"

    def ready(self):
        from contracts import documents  # noqa: F401 -- registers its papers with the archive
