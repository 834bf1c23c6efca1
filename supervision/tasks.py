"""Scheduled jobs of supervision."""

from celery import shared_task

from agencies.jobs import AgencyJob, EveryAgency
from supervision.actions import complaints, return_visits, surveys


@shared_task(base=AgencyJob)
def return_visits_due():
    return return_visits.create_due_calls()


@shared_task(base=EveryAgency)
def return_visits_everywhere():
    return return_visits_due


@shared_task(base=AgencyJob)
def satisfaction_surveys():
    return surveys.run_surveys()


@shared_task(base=EveryAgency)
def surveys_everywhere():
    return satisfaction_surveys


@shared_task(base=AgencyJob)
def complaint_limits():
    return complaints.warn_of_limits()


@shared_task(base=EveryAgency)
def complaint_limits_everywhere():
    return complaint_limits
