"""Set-based changes of visits with a row of history for each."""

from django.db import connection
from django.utils import timezone

from agencies.tenancy import current_agency
from contracts.models import Visit


def update_with_history(visits, cause="", **fields):
    """Change many visits in two statements: the rows, then their history."""
    ids = list(visits.select_for_update(of=["self"]).values_list("pk", flat=True))
    Visit.objects.filter(pk__in=ids).update(**fields)
    write_history(ids, cause)
    return len(ids)


def write_history(ids, cause="", by=None):
    """Add a row of history to visits that were just changed by statements."""
    columns = ", ".join(f'"{f.column}"' for f in Visit._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO contracts_historicalvisit
            ({columns}, history_date, history_type, history_change_reason, history_user_id)
            SELECT {columns}, %s, '~', %s, %s FROM contracts_visit WHERE agency_id = %s AND id = ANY (%s)""",  # noqa: S608
            [timezone.now(), cause or None, by and by.pk, current_agency().pk, ids],
        )
