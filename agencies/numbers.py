"""Numbers people read, such as HT-2026-0001: one series an agency, without gaps after a rollback."""

from django.db import connection
from django.utils import timezone

from agencies.models import Counter
from agencies.tenancy import current_agency


def take_numbers(series: str, count: int = 1) -> range:
    """Reserve the next numbers of a series; the row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {Counter._meta.db_table} AS c (agency_id, series, value) VALUES (%s, %s, %s)
            ON CONFLICT (agency_id, series) DO UPDATE SET value = c.value + excluded.value RETURNING value""",  # noqa: S608
            [current_agency().pk, series, count],
        )
        [last] = cursor.fetchone()
    return range(last - count + 1, last + 1)


def next_number(prefix: str, *, yearly: bool = True, digits: int = 4) -> str:
    """The next number with this prefix: HT-2026-0001, or KH-0001 when the series does not start anew each year."""
    series = f"{prefix}-{timezone.localdate().year}" if yearly else prefix
    [number] = take_numbers(series)
    return f"{series}-{number:0{digits}}"
