"""The Celery application and the timetable of its jobs."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carecenter.settings")

app = Celery("carecenter", task_cls="agencies.tasks:AgencyTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["agencies"], related_name="office_tasks")

# The database is the record of what is due; these only ring the bell. Times are China's.
app.conf.beat_schedule = {
    "plan-visits": {"task": "contracts.tasks.plan_visits_everywhere", "schedule": crontab(hour=1, minute=10)},
    "archive-expiry": {"task": "archive.tasks.archive_expiry_everywhere", "schedule": crontab(hour=3, minute=10)},
    "return-visits": {"task": "supervision.tasks.return_visits_everywhere", "schedule": crontab(hour=1, minute=40)},
    "surveys": {"task": "supervision.tasks.surveys_everywhere", "schedule": crontab(hour=2, minute=10)},
    "level-standings": {"task": "caregivers.tasks.level_standings_everywhere", "schedule": crontab(hour=2, minute=40)},
    "credentials": {"task": "caregivers.tasks.credential_warnings_everywhere", "schedule": crontab(hour=0, minute=40)},
    "licences": {"task": "agencies.office_tasks.licence_warnings_everywhere", "schedule": crontab(hour=0, minute=50)},
    "expiry": {"task": "contracts.tasks.tell_of_endings_everywhere", "schedule": crontab(hour=0, minute=20)},
    "assignments": {"task": "contracts.tasks.recheck_assignments_everywhere", "schedule": crontab(hour=4, minute=10)},
    "fees": {"task": "contracts.tasks.draft_statements_everywhere", "schedule": crontab(hour=4, minute=40)},
    "limits": {"task": "supervision.tasks.complaint_limits_everywhere", "schedule": crontab(minute="*")},
    "incidents": {"task": "supervision.tasks.incident_limits_everywhere", "schedule": crontab(minute="*")},
    "positions": {"task": "contracts.tasks.forget_positions_everywhere", "schedule": crontab(hour=4, minute=40)},
    "copies": {"task": "clients.tasks.forget_copies_everywhere", "schedule": crontab(hour=2, minute=50)},
    "special": {"task": "contracts.tasks.special_limits_everywhere", "schedule": crontab(minute="*")},
    "enquiries": {"task": "clients.tasks.enquiry_limits_everywhere", "schedule": crontab(minute="*/10")},
    "missed-visits": {"task": "contracts.tasks.mark_missed_everywhere", "schedule": crontab(minute="*/10")},
    "papers": {"task": "archive.tasks.redeliver_everywhere", "schedule": crontab(minute="*")},
    "exports": {"task": "agencies.office_tasks.redeliver_exports_everywhere", "schedule": crontab(minute="*")},
    "outbox": {"task": "agencies.office_tasks.send_messages_everywhere", "schedule": crontab(minute="*")},
}
