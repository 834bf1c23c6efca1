"""The scheduled jobs: two workers at once, and a worker killed half-way, leave the same rows as one clean run."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal

import pytest
import time_machine
from django.db import connection, connections
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from agencies.jobs import job_labels
from agencies.models import Agency, JobRun, Licence, Notice, StoredFile
from agencies.office_tasks import licence_warnings
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord, DisposalEntry
from archive.tasks import archive_expiry
from carecenter.demo import world as demo
from caregivers.models import Caregiver, Credential, LevelGrant, LevelStanding
from caregivers.tasks import credential_warnings, level_standings
from clients.models import Enquiry
from clients.tasks import enquiry_limits, forget_copies
from contracts.models import Agreement, AssignmentGap, FeeStatement, SpecialEvent, Visit, VisitProof
from contracts.tasks import (
    draft_statements,
    forget_positions,
    mark_missed,
    plan_visits,
    recheck_assignments,
    special_limits,
    tell_of_endings,
)
from supervision.models import Complaint, Incident, ReturnVisit, SurveyInvitation
from supervision.tasks import complaint_limits, incident_limits, return_visits_due, satisfaction_surveys
from tests.conftest import make_agency
from tests.factories import make_member, make_one, make_user
from tests.past_the_rules import rewrite
from tests.world import make_world, sign_agreement, staff_up


def count(model, **filters):
    return model.objects.filter(**filters).count()


BUSY_JOBS = {
    "plan_visits": (plan_visits, lambda: count(Visit, state="planned")),
    "tell_of_endings": (tell_of_endings, lambda: count(Notice, title__contains="renew it or prepare")),
    "return_visits_due": (return_visits_due, lambda: count(ReturnVisit)),
    "satisfaction_surveys": (satisfaction_surveys, lambda: count(SurveyInvitation)),
    "draft_statements": (draft_statements, lambda: count(FeeStatement)),
    "archive_expiry": (archive_expiry, lambda: count(DisposalEntry)),
}
# Jobs that need less of an agency; where people are told something, it is notices that are counted.
QUIET_JOBS = {
    "recheck_assignments": (recheck_assignments, lambda: count(AssignmentGap)),
    "level_standings": (level_standings, lambda: count(LevelStanding)),
    "mark_missed": (mark_missed, lambda: count(Notice)),
    "credential_warnings": (credential_warnings, lambda: count(Notice)),
    "licence_warnings": (licence_warnings, lambda: count(Notice)),
    "complaint_limits": (complaint_limits, lambda: count(Notice)),
    "enquiry_limits": (enquiry_limits, lambda: count(Notice)),
    "special_limits": (special_limits, lambda: count(Notice)),
    "incident_limits": (incident_limits, lambda: count(Notice)),
    "forget_positions": (forget_positions, lambda: count(VisitProof, latitude=None)),
    "forget_copies": (forget_copies, lambda: count(StoredFile, destroyed_at__isnull=False)),
}
JOBS = BUSY_JOBS | QUIET_JOBS


def test_every_job_is_tried():
    assert job_labels().keys() - JOBS.keys() == {"send_messages"}  # what was sent cannot be taken back by a rollback


@pytest.fixture
def busy(committed_db) -> Agency:
    """An agency with three agreements in force, visits done, and two expired records of the archive."""
    world = make_world()
    with agency_context(world.agency):
        caregivers = staff_up(world, 3)
        clients = demo.take_in(world, 9)[1:4]
        starts_on = world.ago(40)
        for caregiver, client in zip(caregivers, clients, strict=True):
            agreement = sign_agreement(world, caregiver, client, starts_on=starts_on)
            demo.live_through(world, agreement, until=world.today)
        for _record in range(2):
            make_one(ArchiveRecord)
        Visit.objects.filter(state="planned").delete()
        rewrite(Agreement.objects.filter(pk=agreement.pk), ends_on=world.ago(-25))
    return world.agency


@pytest.fixture
def quiet(committed_db) -> Agency:
    """An agency where one thing of each kind is due."""
    agency = make_agency("maple", "Maple", "91370102MA3T00001X")
    make_member(agency)
    now, today, hour = timezone.now(), timezone.localdate(), dt.timedelta(hours=1)
    with agency_context(agency):
        for start in (now + 48 * hour, now - 24 * hour):
            period = DateTimeTZRange(start, start + 2 * hour)
            make_one(Visit, caregiver=make_one(Caregiver), period=period, planned_start=start)
        caregiver = make_one(Caregiver, state="active", posted_on=today)
        make_one(LevelGrant, caregiver=caregiver, granted_on=today)
        make_one(
            Credential, caregiver=caregiver, issued_on=today - dt.timedelta(days=300), verified_on=today,
            verified_by=make_user(), expires_on=today + dt.timedelta(days=7),
        )  # fmt: skip
        make_one(Licence, issued_on=today - dt.timedelta(days=300), expires_on=today + dt.timedelta(days=7))
        make_one(Complaint, limit_on=today - dt.timedelta(days=1), acknowledge_by=now - hour)
        make_one(Enquiry, reply_by=now - hour, warn_at=now - 2 * hour)
        make_one(SpecialEvent, tell_by=now - hour)
        make_one(Incident, take_up_by=now - hour)
        with time_machine.travel(now - 960 * hour, tick=False):  # forty days
            make_one(VisitProof, latitude=Decimal("36.65"), longitude=Decimal("117.12"))
            make_one(StoredFile, kind="subject_data")
    return agency


@pytest.fixture
def agency(request, name) -> Agency:
    return request.getfixturevalue("busy" if name in BUSY_JOBS else "quiet")


def rows(agency, name):
    with agency_context(agency):
        return JOBS[name][1]()


@pytest.mark.parametrize("name", JOBS)
def test_job_runs_twice_at_once_and_leaves_one_set_of_rows(agency, name):
    job = JOBS[name][0]
    errors = []

    def work():
        try:
            job.delay(agency_id=agency.pk)
        except Exception as error:  # the assertion below names it
            errors.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _worker in range(2)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert errors == []
    once = rows(agency, name)
    assert once > 0
    with agency_context(agency):
        told = count(Notice)
    job.delay(agency_id=agency.pk)
    assert rows(agency, name) == once
    with agency_context(agency):
        assert count(Notice) == told
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
def test_job_killed_half_way_leaves_nothing_and_the_next_run_does_it(agency, name):
    before = rows(agency, name)
    config = connection.settings_dict
    address = f"postgresql://{config['USER']}:{config['PASSWORD']}@{config['HOST']}:{config['PORT']}/{config['NAME']}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": address,
        "TEST_DATABASE_URL": address,
    }
    worker = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", KILLED, name, str(agency.pk)],
        env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert worker.stdout.readline() == "half-way\n"
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    assert worker.returncode == -signal.SIGKILL
    _wait_until_gone()
    assert rows(agency, name) == before
    JOBS[name][0].delay(agency_id=agency.pk)
    assert rows(agency, name) > before
    with agency_context(agency):
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
