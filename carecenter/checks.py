"""Refuses to migrate a database whose tables come from another line of versions."""

from django.core.checks import Error, Tags, register
from django.db import connections
from django.db.migrations.loader import MigrationLoader


@register(Tags.database)
def migrations_are_known(app_configs, databases, **kwargs):
    """Steps that this version does not have were taken: going on would leave tables that are neither old nor new."""
    problems = []
    for alias in databases or []:
        loader = MigrationLoader(connections[alias])
        unknown = sorted(
            f"{app}.{name}"
            for app, name in set(loader.applied_migrations) - set(loader.disk_migrations)
            if app in loader.migrated_apps
        )
        if unknown:
            names = ", ".join(unknown[:3]) + (f" and {len(unknown) - 3} more" if unknown[3:] else "")
            problems.append(
                Error(
                    f"Another version of carecenter made the tables of this database: {names}.",
                    hint="Run that version with it, or begin with an empty database (for the demo: delete .local).",
                    id="carecenter.E001",
                )
            )
    return problems
