"""Visits of caregivers at the time of a training session, told to the floor below."""

from caregivers.models import TrainingSession
from caregivers.queries.training import knows_who_is_busy
from contracts.models import Visit
from contracts.queries.visits import hours_of


@knows_who_is_busy
def visits_at(session: TrainingSession, ids: list[int]) -> dict[int, list[str]]:
    """By caregiver the client and the hours of each visit that overlaps a session."""
    span = (session.starts_at, session.ends_at)
    visits = Visit.objects.filter(caregiver__in=ids, period__overlap=span).exclude(state=Visit.State.CANCELLED)
    found: dict[int, list[str]] = {}
    for visit in visits.select_related("client").order_by("period"):
        found.setdefault(visit.caregiver_id, []).append(f"{visit.client.salutation} {hours_of(visit)}")
    return found
