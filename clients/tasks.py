"""Scheduled jobs about clients."""

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from agencies.jobs import AgencyJob, EveryAgency
from clients.actions import enquiries


@shared_task(base=AgencyJob, label=_("Unanswered enquiries"))
def enquiry_limits():
    return enquiries.warn_of_unanswered()


@shared_task(base=EveryAgency)
def enquiry_limits_everywhere():
    return enquiry_limits
