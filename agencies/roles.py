"""Database rights of web and workers: they read and write rows, own nothing and truncate nothing."""

from django.conf import settings


def grant_rows(apps, schema_editor):
    """Run by the owner, once, at the start of the first migration; later tables follow by default privileges."""
    role = schema_editor.quote_name(settings.APP_ROLE)
    rights = "SELECT, INSERT, UPDATE, DELETE"
    schema_editor.execute(f"GRANT {rights} ON ALL TABLES IN SCHEMA public TO {role}")
    schema_editor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}")
    schema_editor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON TABLES TO {role}")
    schema_editor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role}")
