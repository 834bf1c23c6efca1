"""The scheduled jobs: two workers at once, and a worker killed half-way, leave the same rows as one clean run."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection, connections

from agencies.models import Agency, JobRun
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord, DisposalEntry
from archive.tasks import archive_expiry
from carecenter.demo import world as demo
from contracts.models import Visit
from contracts.tasks import plan_visits
from supervision.models import ReturnVisit, SurveyInvitation
from supervision.tasks import return_visits_due, satisfaction_surveys
from tests.factories import make_one
from tests.world import make_world, sign_agreement, staff_up


def count(model, **filters):
    return model.objects.filter(**filters).count()


JOBS = {
    "plan_visits": (plan_visits, lambda: count(Visit, state="planned")),
    "return_visits_due": (return_visits_due, lambda: count(ReturnVisit)),
    "satisfaction_surveys": (satisfaction_surveys, lambda: count(SurveyInvitation)),
    "archive_expiry": (archive_expiry, lambda: count(DisposalEntry)),
}


@pytest.fixture
def busy(committed_db) -> Agency:
    """An agency with three agreements in force, visits done, and two expired records of the archive."""
    world = make_world()
    with agency_context(world.agency):
        caregivers = staff_up(world, 3)
        clients = demo.take_in(world, 9)[1:4]
        starts_on = world.ago(20)
        for caregiver, client in zip(caregivers, clients, strict=True):
            agreement = sign_agreement(world, caregiver, client, starts_on=starts_on)
            demo.live_through(world, agreement, until=world.today)
        for _record in range(2):
            make_one(ArchiveRecord)
        Visit.objects.filter(state="planned").delete()
    return world.agency


def rows(agency, name):
    with agency_context(agency):
        return JOBS[name][1]()


@pytest.mark.parametrize("name", JOBS)
def test_job_runs_twice_at_once_and_leaves_one_set_of_rows(busy, name):
    job = JOBS[name][0]
    errors = []

    def work():
        try:
            job.delay(agency_id=busy.pk)
        except Exception as error:  # the assertion below names it
            errors.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _worker in range(2)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert errors == []
    once = rows(busy, name)
    assert once > 0
    job.delay(agency_id=busy.pk)
    assert rows(busy, name) == once
    with agency_context(busy):
        runs = JobRun.objects.filter(job=name)
        assert {run.state for run in runs} == {"done"}
        assert len([run for run in runs if not any(run.counts.values())]) <= 1  # of the empty ones the last is kept


KILLED = """
import django, sys
django.setup()
from django.db import transaction
from agencies.jobs import AgencyJob
from tests.test_jobs import JOBS
import agencies.jobs
def stop(*args, **kwargs):
    print("half-way", flush=True)
    sys.stdin.read()
agencies.jobs._finish = stop  # all rows are written, nothing is committed
JOBS[sys.argv[1]][0].delay(agency_id=int(sys.argv[2]))
"""


@pytest.mark.parametrize("name", JOBS)
def test_job_killed_half_way_leaves_nothing_and_the_next_run_does_it(busy, name):
    before = rows(busy, name)
    config = connection.settings_dict
    address = f"postgresql://{config['USER']}:{config['PASSWORD']}@{config['HOST']}:{config['PORT']}/{config['NAME']}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": address,
        "TEST_DATABASE_URL": address,
    }
    worker = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", KILLED, name, str(busy.pk)],
        env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert worker.stdout.readline() == "half-way\n"
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    assert worker.returncode == -signal.SIGKILL
    _wait_until_gone()
    assert rows(busy, name) == before
    JOBS[name][0].delay(agency_id=busy.pk)
    assert rows(busy, name) > before
    with agency_context(busy):
        assert sorted(JobRun.objects.filter(job=name).values_list("state", flat=True)) == ["done", "running"]


def _wait_until_gone():
    """The server notices a killed client when it next writes to it; until then its transaction is open."""
    for _look in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)
