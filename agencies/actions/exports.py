"""Lists asked for as Excel."""

import datetime as dt

from django.utils import timezone

from agencies.models import (
    Export,
    User,
)
from agencies.tenancy import current_agency


def request_export(*, list_name: str, query: str, by: User) -> Export:
    """Put a list in the queue as an Excel file."""
    from agencies.office_tasks import make_export  # tasks import actions

    export = Export.objects.create(list_name=list_name, query=query, requested_by=by)
    make_export.delay_on_commit(agency_id=current_agency().pk, export_id=export.pk)
    return export


def redeliver_exports() -> None:
    """Ring again for files that wait although they were asked for minutes ago; the broker may have forgotten."""
    from agencies.office_tasks import make_export

    since = timezone.now() - dt.timedelta(minutes=2)
    for pk in Export.objects.filter(state=Export.State.QUEUED, requested_at__lt=since).values_list("pk", flat=True)[
        :50
    ]:
        make_export.delay_on_commit(agency_id=current_agency().pk, export_id=pk)
