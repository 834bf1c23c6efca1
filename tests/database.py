"""One template database built by the owner; every worker gets a copy and connects as the production role."""

import hashlib
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from filelock import FileLock
from psycopg import sql
from pytest_django.live_server_helper import LiveServer

from carecenter import embedded
from tests import past_the_rules

TEST, TEMPLATE = "carecenter_test", "carecenter_template"
KEPT = ("django_migrations", "django_content_type", "auth_permission")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, worker_id, testrun_uid):
    """Build the template when migrations changed, copy it, and let every connection use the copy."""
    name = f"{TEST}_{testrun_uid[:8]}_{worker_id}"
    template = f"{TEMPLATE}_{_fingerprint()}"
    config = connection.settings_dict
    # The name tells other runs that this database is in use, also between two tests.
    with django_db_blocker.unblock(), owner(settings.DATABASES["default"]["OWNER"]["NAME"], name) as server:
        with FileLock(Path(embedded.ROOT) / "template.lock"):
            if template not in _databases(server, TEMPLATE):
                _build(server, template)
            _drop_left_over(server)
            _execute(server, "CREATE DATABASE {} TEMPLATE {}", name, template)
        config["NAME"] = config["TEST"]["NAME"] = name
        yield
        connections.close_all()
        with suppress(
            psycopg.errors.ObjectInUse
        ):  # a thread of a live server hangs on; the next run drops what is left
            _execute(server, "DROP DATABASE {}", name)


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker):
    """A database that really commits, for several connections at once; emptied by the owner afterwards."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        with owner(connection.settings_dict["NAME"]) as server:
            tables = server.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s)", [list(KEPT)]
            ).fetchall()
            names = sql.SQL(", ").join(sql.Identifier(table) for (table,) in tables)
            server.execute("SET lock_timeout = '10s'")  # a connection left open says so instead of hanging
            server.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))


@pytest.fixture
def live_server_url(committed_db):
    """The site on a port of its own, in threads that see what the test committed."""
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@contextmanager
def owner(database, application_name="tests"):
    """A connection as the role that owns the tables, past row security."""
    config = settings.DATABASES["default"]["OWNER"]
    options = {"host": config["HOST"], "port": config["PORT"], "user": config["USER"], "password": config["PASSWORD"]}
    known = {name: value for name, value in options.items() if value}
    with psycopg.connect(
        dbname=database, autocommit=True, application_name=application_name, **known, **config.get("OPTIONS", {})
    ) as server:
        yield server


def _fingerprint():
    digest = hashlib.sha256()
    base = settings.BASE_DIR
    others = ["agencies/tenancy.py", "agencies/roles.py", "tests/past_the_rules.py", "requirements.lock"]
    for path in [*sorted(base.glob("*/migrations/*.py")), *(base / other for other in others)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _build(server, template):
    """Migrate as the owner; half a template never carries the name, and one of older migrations is of no more use."""
    for old in _databases(server, TEMPLATE):
        _execute(server, "DROP DATABASE {}", old)
    new = f"{TEMPLATE}_new"
    _execute(server, "CREATE DATABASE {}", new)
    config, role = connection.settings_dict, settings.DATABASES["default"]["OWNER"]
    app = {key: config[key] for key in ("NAME", "USER", "PASSWORD")}
    config.update(NAME=new, USER=role["USER"], PASSWORD=role["PASSWORD"])
    try:
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(past_the_rules.FUNCTION)
    finally:
        connection.close()
        config.update(app)
    _execute(server, "ALTER DATABASE {} RENAME TO {}", new, template)


def _drop_left_over(server):
    """Databases of runs that were killed; a living run keeps a connection of that name."""
    used = {row[0] for row in server.execute("SELECT application_name FROM pg_stat_activity").fetchall()}
    for name in _databases(server, TEST):
        if name not in used:
            _execute(server, "DROP DATABASE IF EXISTS {}", name)


def _databases(server, prefix):
    rows = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{prefix}_"]).fetchall()
    return [name for (name,) in rows]


def _execute(server, statement, *names):
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
