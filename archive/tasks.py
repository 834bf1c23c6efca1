"""Tasks of the archive."""

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from agencies.jobs import AgencyJob, EveryAgency
from agencies.tasks import RowTask
from archive import actions, certificates, disposal


@shared_task(base=RowTask, fail=staticmethod(actions.fail_document))
def render_document(document_id):
    actions.render(document_id=document_id)


@shared_task(base=AgencyJob, label=_("Archive: what may go"))
def archive_expiry():
    disposal.delete_destroyed()
    return disposal.propose_expired() | {"certificates": certificates.warn_of_endings()}


@shared_task(base=EveryAgency)
def archive_expiry_everywhere():
    return archive_expiry


@shared_task
def redeliver():
    actions.redeliver_documents()


@shared_task(base=EveryAgency)
def redeliver_everywhere():
    return redeliver
