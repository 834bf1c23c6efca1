"""Set-based changes of visits with a row of history for each."""

from django.db import connection
from django.utils import timezone

from agencies.models import User
from agencies.tenancy import current_agency
from contracts.models import Visit
from contracts.queries.placing import Placement


def update_with_history(visits, cause="", **fields):
    """Change many visits in two statements: the rows, then their history."""
    ids = list(visits.select_for_update(of=["self"]).values_list("pk", flat=True))
    Visit.objects.filter(pk__in=ids).update(**fields)
    _write("", "contracts_visit WHERE agency_id = %s AND id = ANY (%s)", [current_agency().pk, ids], cause=cause)
    return len(ids)


def place_with_history(placements: list[Placement], *, by: User) -> None:
    """Give visits their caregiver and time: rows, history, and the end of what the caregiver lacked; one statement."""
    visits = [row.visit.pk for row in placements]
    caregivers = [row.caregiver and row.caregiver.pk for row in placements]
    starts, ends = [row.starts for row in placements], [row.ends for row in placements]
    placed = """WITH placed AS (
        UPDATE contracts_visit SET caregiver_id = new.caregiver, period = tstzrange(new.starts, new.ends)
        FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
            AS new (visit, caregiver, starts, ends)
        WHERE contracts_visit.agency_id = %s AND contracts_visit.id = new.visit RETURNING contracts_visit.*
    ), mended AS (
        DELETE FROM contracts_assignmentgap g USING placed WHERE g.agency_id = placed.agency_id AND g.visit_id = placed.id
    ) """
    _write(placed, "placed", [], before=[visits, caregivers, starts, ends, current_agency().pk], by=by)


def _write(changing, source, params, *, before=(), cause="", by=None):
    """Copy visits as they are now into their history, after a statement that changes them."""
    columns = ", ".join(f'"{f.column}"' for f in Visit._meta.concrete_fields)
    sql = f"""{changing}INSERT INTO contracts_historicalvisit
        ({columns}, history_date, history_type, history_change_reason, history_user_id)
        SELECT {columns}, %s, '~', %s, %s FROM {source}"""  # noqa: S608 -- names of our own columns
    with connection.cursor() as cursor:
        cursor.execute(sql, [*before, timezone.now(), cause or None, by and by.pk, *params])
