"""GET /health/: 200 when the database, its migrations and the broker are well."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from redis import Redis, RedisError

_migrated = False


@login_not_required
def health(request):
    problems = [name for name, check in CHECKS.items() if not check()]
    return JsonResponse({"ok": not problems, "problems": problems}, status=503 if problems else 200)


def _database():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrations():
    global _migrated  # noqa: PLW0603 -- a schema that is whole stays whole while this process runs
    if not _migrated:
        try:
            executor = MigrationExecutor(connection)
        except DatabaseError:
            return False
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _broker():
    try:
        return Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2).ping()
    except RedisError:
        return False


CHECKS = {"database": _database, "migrations": _migrations, "broker": _broker}
