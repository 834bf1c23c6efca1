"""One template database built by the owner; every worker gets a copy and connects as the production role."""

import hashlib
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from filelock import FileLock
from psycopg import sql

from carecenter import embedded

KEPT = ("django_migrations", "django_content_type", "auth_permission")


def _owner(database):
    config = settings.DATABASES["default"]["OWNER"]
    options = {"host": config["HOST"], "port": config["PORT"], "user": config["USER"], "password": config["PASSWORD"]}
    known = {name: value for name, value in options.items() if value}
    return psycopg.connect(dbname=database, autocommit=True, **known, **config.get("OPTIONS", {}))


def _fingerprint():
    digest = hashlib.sha256()
    for path in sorted(settings.BASE_DIR.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    digest.update((settings.BASE_DIR / "agencies/tenancy.py").read_bytes())
    return digest.hexdigest()[:12]


def _exists(server, name):
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()


def _build_template(name):
    config = connection.settings_dict
    app = {key: config[key] for key in ("NAME", "USER", "PASSWORD")}
    owner = settings.DATABASES["default"]["OWNER"]
    config.update(NAME=name, USER=owner["USER"], PASSWORD=owner["PASSWORD"])
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        config.update(app)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, worker_id):
    """Build the template when migrations changed, copy it, and let every connection use the copy."""
    name = f"test_carecenter_{worker_id}"
    template = f"template_{_fingerprint()}"
    lock = FileLock(Path(embedded.ROOT) / "template.lock")
    maintenance = settings.DATABASES["default"]["OWNER"]["NAME"]
    with django_db_blocker.unblock(), lock, _owner(maintenance) as server:
        if not _exists(server, template):
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"{template}_new")))
            _build_template(f"{template}_new")
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            server.execute(rename.format(sql.Identifier(f"{template}_new"), sql.Identifier(template)))
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
    connection.settings_dict["NAME"] = name
    connection.settings_dict["TEST"]["NAME"] = name
    yield
    connections.close_all()
    with _owner(maintenance) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker):
    """A database that really commits, for several connections at once; emptied by the owner afterwards."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        with _owner(connection.settings_dict["NAME"]) as server:
            tables = server.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s)", [list(KEPT)]
            ).fetchall()
            names = sql.SQL(", ").join(sql.Identifier(table) for (table,) in tables)
            server.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
