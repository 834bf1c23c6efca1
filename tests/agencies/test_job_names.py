"""What the page of jobs says: each job and each of its counts by a name the office knows."""

import os
import subprocess
import sys

import pytest
from celery import current_app
from django.conf import settings
from django.urls import reverse

from agencies.jobs import COUNTS, AgencyJob, job_labels
from agencies.models import JobRun
from agencies.tenancy import agency_context
from tests.factories import make_member

JOBS = {name.rpartition(".")[2] for name, task in current_app.tasks.items() if isinstance(task, AgencyJob)}


def test_every_job_has_a_name(db):
    assert set(job_labels()) >= JOBS
    assert all(job_labels().values())


def test_names_are_known_to_a_process_that_imported_no_task():
    code = "import django; django.setup(); from agencies.jobs import job_labels; print(*sorted(job_labels()))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        env=dict(os.environ),
        check=True,
    )
    assert {"mark_missed", "send_messages", "plan_visits"} <= set(done.stdout.split())


@pytest.mark.parametrize("name", sorted(job_labels()))
def test_every_count_has_a_name(maple, name):
    [job] = [task for full, task in current_app.tasks.items() if full.rpartition(".")[2] == name]
    assert set(job(agency_id=maple.pk)) <= set(COUNTS)


def test_page_shows_names(client, maple):
    client.force_login(make_member(maple).user)
    with agency_context(maple):
        JobRun.objects.create(job="mark_missed", state="done", counts={"missed": 2, "unended": 1})
    page = client.get(reverse("job_list", args=["maple"])).content.decode()
    assert "mark_missed" not in page
    assert "unended" not in page
