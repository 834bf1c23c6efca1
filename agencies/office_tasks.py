"""Tasks of the tenant app; tasks.py holds only their bases, which Celery imports before the apps are ready."""

from celery import shared_task

from agencies import actions, exports
from agencies.jobs import AgencyJob, EveryAgency


@shared_task
def make_export(export_id):
    exports.make_export(export_id=export_id)


@shared_task(base=AgencyJob)
def send_messages():
    return actions.send_due_messages()


@shared_task(base=EveryAgency)
def send_messages_everywhere():
    return send_messages
