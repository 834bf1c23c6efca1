"""The project: settings, addresses, jobs, paper, demo world, and the pages that read every app."""

from carecenter.celery import app as celery_app

__all__ = ["celery_app"]
