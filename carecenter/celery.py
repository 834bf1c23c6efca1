"""The Celery application and the timetable of its jobs."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carecenter.settings")

app = Celery("carecenter", task_cls="agencies.tasks:AgencyTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["agencies"], related_name="office_tasks")
