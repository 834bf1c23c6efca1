"""Base of the scheduled jobs: one run per agency, in one transaction, with a record the office can see."""

import functools

from celery import current_app
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.tasks import AgencyTask, GlobalTask
from agencies.tenancy import agency_context

COUNTS = {
    "acknowledge": _("not told in time"),
    "answered": _("answered"),
    "assigned": _("planned with a caregiver"),
    "cancelled": _("cancelled"),
    "closed": _("closed"),
    "copies": _("copies destroyed"),
    "ended": _("ended"),
    "replaced": _("replaced"),
    "events": _("after a complaint or an end"),
    "failed": _("failed"),
    "forgotten": _("positions forgotten"),
    "gaps": _("visits missing requirements"),
    "invited": _("invited"),
    "missed": _("missed"),
    "near": _("near the limit"),
    "opened": _("opened"),
    "passed": _("past the limit"),
    "certificates": _("sealing certificates about to end"),
    "proposed": _("proposed for disposal"),
    "reminded": _("reminded"),
    "running": _("for running agreements"),
    "sent": _("sent"),
    "standings": _("caregivers on the board"),
    "warned": _("warned"),
    "statements": _("statements drafted"),
    "told": _("agreements about to end"),
    "unassigned": _("planned without a caregiver"),
    "unended": _("not checked out"),
}


@functools.cache
def job_labels() -> dict[str, str]:
    """What each job is called in the office; the web process has not imported the tasks by itself."""
    current_app.loader.import_default_modules()
    return {name.rpartition(".")[2]: task.label for name, task in current_app.tasks.items() if hasattr(task, "label")}


class AgencyJob(AgencyTask):
    """A job for one agency, with a label for the office.

    The body returns its counts, named in COUNTS; a killed run leaves only its record, as running.
    """

    abstract = True
    label = ""

    def __call__(self, *args, agency_id, **kwargs):
        from agencies.models import Agency, JobRun

        agency = Agency.objects.get(pk=agency_id)
        with agency_context(agency):
            record = JobRun.objects.create(job=self.name.rpartition(".")[2])
        try:
            with agency_context(agency):
                counts = self.run(*args, **kwargs)
                _finish(record, JobRun.State.DONE, counts=counts)
                _forget_empty_runs(record, counts)
        except Exception as error:
            with agency_context(agency):
                _finish(record, JobRun.State.FAILED, error=type(error).__name__)
            raise
        return counts


def _forget_empty_runs(record, counts):
    """Of the runs of a day that had nothing to do the last one is enough; some jobs run every minute."""
    if any(counts.values()):
        return
    runs = type(record).objects.filter(job=record.job, state=record.State.DONE, counts=counts)
    runs.filter(started_at__date=timezone.localdate(), started_at__lt=record.started_at).delete()


def _finish(record, state, **fields):
    type(record).objects.filter(pk=record.pk).update(state=state, finished_at=timezone.now(), **fields)


class EveryAgency(GlobalTask):
    """Sends one task per active agency; the body returns the task to send."""

    abstract = True

    def __call__(self, *args, **kwargs):
        from agencies.models import Agency

        task = self.run()
        for pk in Agency.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True):
            task.delay(agency_id=pk)
