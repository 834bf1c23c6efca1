"""A database of another line of versions is refused before a table is touched."""

from django.core.checks import Tags, run_checks
from django.db.migrations.recorder import MigrationRecorder


def test_database_of_this_version_is_taken(db):
    assert run_checks(tags=[Tags.database], databases=["default"]) == []


def test_steps_that_this_version_does_not_have_are_named(db, monkeypatch):
    applied = MigrationRecorder.applied_migrations
    gone = {
        ("agencies", "0013_first_password"): None,
        ("clients", "0002_reception_desk"): None,
        ("plugin", "0001"): None,
    }
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda recorder: applied(recorder) | gone)
    [error] = run_checks(tags=[Tags.database], databases=["default"])
    assert error.id == "carecenter.E001"
    assert error.msg.endswith(": agencies.0013_first_password, clients.0002_reception_desk.")
