"""Tasks of the tenant app; tasks.py holds only their bases, which Celery imports before the apps are ready."""

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from agencies import exports, imports, licences
from agencies.actions import exports as export_actions
from agencies.actions.messages import send_due_messages
from agencies.jobs import AgencyJob, EveryAgency
from agencies.tasks import RowTask


@shared_task(base=RowTask, fail=staticmethod(exports.fail_export))
def make_export(export_id):
    exports.make_export(export_id=export_id)


WHOLE_FILE = {"soft_time_limit": 1800, "time_limit": 1860}  # 5,000 rows on a busy machine


@shared_task(base=RowTask, fail=staticmethod(imports.fail_import), **WHOLE_FILE)
def check_import(import_id):
    imports.check_import(import_id=import_id)


@shared_task(base=RowTask, fail=staticmethod(imports.fail_import), **WHOLE_FILE)
def save_import(import_id):
    imports.save_import(import_id=import_id)


@shared_task
def redeliver_exports():
    export_actions.redeliver_exports()
    imports.tend_imports()


@shared_task(base=EveryAgency)
def redeliver_exports_everywhere():
    return redeliver_exports


@shared_task(base=AgencyJob, label=_("Send messages"))
def send_messages():
    return send_due_messages()


@shared_task(base=EveryAgency)
def send_messages_everywhere():
    return send_messages


@shared_task(base=AgencyJob, label=_("Licences that end"))
def licence_warnings():
    return licences.warn_of_endings()


@shared_task(base=EveryAgency)
def licence_warnings_everywhere():
    return licence_warnings
