"""Application configuration."""

from django.apps import AppConfig


class CarecenterConfig(AppConfig):
    name = "carecenter"
