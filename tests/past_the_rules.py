"""Rows changed past the rules of the database, for what in life only time, or another version, brings about."""

import psycopg
from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery

# Made by the owner in the template of the tests alone; triggers of the table are off while the statement runs.
FUNCTION = """
    CREATE FUNCTION past_the_rules(name regclass, statement text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ BEGIN
        SET CONSTRAINTS ALL IMMEDIATE;
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', name);
        EXECUTE statement;
        SET CONSTRAINTS ALL IMMEDIATE;
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', name);
        SET CONSTRAINTS ALL DEFERRED;
    END $$"""


def rewrite(rows: QuerySet, **values) -> None:
    """As rows.update(**values), whatever the database says against it."""
    query = rows.order_by().query.chain(UpdateQuery)
    query.add_update_values(values)
    _run(rows, *query.get_compiler(connection=connection).as_sql())


def strike(rows: QuerySet) -> None:
    """Delete rows, whatever the database says against it."""
    _run(
        rows, f"DELETE FROM {rows.model._meta.db_table} WHERE id = ANY (%s)", [list(rows.values_list("pk", flat=True))]
    )


def _run(rows, statement, params):
    with connection.cursor() as cursor:
        text = psycopg.ClientCursor(connection.connection).mogrify(statement, params)
        cursor.execute("SELECT past_the_rules(%s::regclass, %s)", [rows.model._meta.db_table, text])
