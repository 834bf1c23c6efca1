"""Tasks about clients."""

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from agencies.jobs import AgencyJob, EveryAgency
from clients.actions import enquiries, requests


@shared_task(base=AgencyJob, label=_("Unanswered enquiries"))
def enquiry_limits():
    return enquiries.warn_of_replies()


@shared_task(base=EveryAgency)
def enquiry_limits_everywhere():
    return enquiry_limits


@shared_task(base=AgencyJob, label=_("Copies of personal data forgotten"))
def forget_copies():
    return requests.forget_copies()


@shared_task(base=EveryAgency)
def forget_copies_everywhere():
    return forget_copies


@shared_task
def collect_data(request_id):
    requests.write_data_file(request_id=request_id)
