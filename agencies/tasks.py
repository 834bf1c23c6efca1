"""Bases of the Celery tasks; AgencyTask is the default, set in carecenter/celery.py."""

from collections.abc import Callable

import structlog
from celery.contrib.django.task import DjangoTask

from agencies.tenancy import agency_context


class AgencyTask(DjangoTask):
    """Takes agency_id as a keyword and runs inside that agency, in one transaction."""

    abstract = True
    typing = False  # agency_id is ours, the body does not take it

    def __call__(self, *args, agency_id, **kwargs):
        from agencies.models import Agency  # the app registry is not ready when Celery imports this

        bound = structlog.contextvars.bound_contextvars(agency=agency_id)
        with bound, agency_context(Agency.objects.get(pk=agency_id)):
            return self.run(*args, **kwargs)


class RowTask(AgencyTask):
    """Works on one row that somebody waits for; when it fails, fail(**kwargs, error=...) notes it on the row."""

    abstract = True
    fail: Callable

    def __call__(self, *args, agency_id, **kwargs):
        try:
            return super().__call__(*args, agency_id=agency_id, **kwargs)
        except Exception as error:
            from agencies.models import Agency

            with agency_context(Agency.objects.get(pk=agency_id)):
                self.fail(**kwargs, error=type(error).__name__)
            raise


class GlobalTask(DjangoTask):
    """About no single agency. Every one is named in tests/test_isolation.py."""

    abstract = True
