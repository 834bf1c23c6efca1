"""Scheduled jobs about caregivers."""

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from agencies.jobs import AgencyJob, EveryAgency
from caregivers.actions import credentials, levels


@shared_task(base=AgencyJob, label=_("Papers that end"))
def credential_warnings():
    return credentials.warn_of_endings()


@shared_task(base=EveryAgency)
def credential_warnings_everywhere():
    return credential_warnings


@shared_task(base=AgencyJob, label=_("Promotions board"))
def level_standings():
    return levels.refresh_standings()


@shared_task(base=EveryAgency)
def level_standings_everywhere():
    return level_standings
