"""Scheduled jobs of supervision."""

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from agencies.jobs import AgencyJob, EveryAgency
from supervision.actions import incidents, limits, return_visits, surveys


@shared_task(base=AgencyJob, label=_("Write return visits"))
def return_visits_due():
    return return_visits.create_due_calls()


@shared_task(base=EveryAgency)
def return_visits_everywhere():
    return return_visits_due


@shared_task(base=AgencyJob, label=_("Satisfaction surveys"))
def satisfaction_surveys():
    return surveys.run_surveys()


@shared_task(base=EveryAgency)
def surveys_everywhere():
    return satisfaction_surveys


@shared_task(base=AgencyJob, label=_("Limits of complaints"))
def complaint_limits():
    return limits.warn_of_limits()


@shared_task(base=EveryAgency)
def complaint_limits_everywhere():
    return complaint_limits


@shared_task(base=AgencyJob, label=_("Incidents nobody sees to"))
def incident_limits():
    return incidents.warn_of_unseen()


@shared_task(base=EveryAgency)
def incident_limits_everywhere():
    return incident_limits
