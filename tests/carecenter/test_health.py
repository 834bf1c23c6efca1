"""GET /health/ names what is wrong and nothing else."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from carecenter import health
from tests.database import owner


@pytest.fixture(autouse=True)
def _not_checked_yet(monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)


def test_well(client, db):
    response = client.get("/health/")
    assert (response.status_code, response.json()) == (200, {"ok": True, "problems": []})


def test_migrations_are_read_once(client, db, django_assert_num_queries):
    client.get("/health/")
    with django_assert_num_queries(1):
        client.get("/health/")


def test_names_a_broker_that_does_not_answer(client, db, settings):
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    response = client.get("/health/")
    assert (response.status_code, response.json()) == (503, {"ok": False, "problems": ["broker"]})


def test_names_an_unapplied_migration(client, committed_db):
    table = MigrationRecorder.Migration._meta.db_table
    with owner(connection.settings_dict["NAME"]) as server:
        row = server.execute(f"DELETE FROM {table} WHERE app = 'supervision' RETURNING app, name, applied").fetchone()
        try:
            response = client.get("/health/")
        finally:
            server.execute(f"INSERT INTO {table} (app, name, applied) VALUES (%s, %s, %s)", row)
    assert (response.status_code, response.json()) == (503, {"ok": False, "problems": ["migrations"]})


def test_names_a_database_that_does_not_answer(client, committed_db):
    connection.close()
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = "1"
    try:
        response = client.get("/health/")
    finally:
        connection.settings_dict["PORT"] = port
        connection.close()
    assert (response.status_code, response.json()) == (503, {"ok": False, "problems": ["database", "migrations"]})


def test_needs_neither_session_nor_cache(client, db, monkeypatch):
    monkeypatch.setattr(cache, "get", lambda *_args, **_options: pytest.fail("the cache was read"))
    assert client.get("/health/").status_code == 200


def test_browsers_find_an_icon_where_they_look_for_it(client, db):
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert answer.content.startswith(b"<svg")
    assert "max-age=86400" in answer["Cache-Control"]
