"""Reads of special circumstances (7.3.2 e): who is still to be told, what is past its limit, who could step in."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from agencies.standard import Finding
from caregivers.models import Caregiver
from clients.models import Guardian
from contracts.models import Agreement, SpecialEvent, SpecialTelling, Visit
from contracts.queries.fit import Fit, fits
from contracts.standard import parties_to_tell

PROPOSED = 6


def open_events_of(caregiver: Caregiver) -> QuerySet[SpecialEvent]:
    return SpecialEvent.objects.filter(caregiver=caregiver, state=SpecialEvent.State.OPEN).select_related("client")


def told_parties(event: SpecialEvent) -> set[str]:
    return set(event.tellings.values_list("party", flat=True))


def still_to_tell(event: SpecialEvent) -> list[str]:
    """Parties of 7.3.2 e whom nobody has told yet."""
    guardians = Guardian.objects.filter(client=event.client_id, is_active=True)
    authorities = set(guardians.values_list("authority", flat=True))
    wanted = parties_to_tell(
        is_alive=event.kind != SpecialEvent.Kind.DEATH,
        has_family=bool(authorities),
        has_legal_guardian=Guardian.Authority.LEGAL_GUARDIAN in authorities,
    )
    told = told_parties(event)
    return [party for party in wanted if party not in told]


def proposals(event: SpecialEvent) -> list[Fit]:
    """Who could take the plan over from the first day, who fits best first, the caregiver it is about left out."""
    found = fits(event.agreement.plan, event.from_day)
    return [fit for fit in found if fit.caregiver.pk != event.caregiver_id][:PROPOSED]


def visits_touched(event: SpecialEvent) -> QuerySet[Visit]:
    """Planned visits under the agreement in the days it is about that have not begun, in order of time."""
    ahead = _ahead_in_days(event).filter(agreement=event.agreement_id)
    return ahead.select_related("client", "caregiver").order_by("period")


def visits_elsewhere(event: SpecialEvent) -> QuerySet[Visit]:
    """What the caregiver has planned at other clients in the same days."""
    return _ahead_in_days(event).filter(caregiver=event.caregiver_id).exclude(client=event.client_id)


def _ahead_in_days(event):
    ahead = Visit.objects.filter(
        state=Visit.State.PLANNED, period__startswith__gt=timezone.now(), period__startswith__date__gte=event.from_day
    )
    return ahead.filter(period__startswith__date__lte=event.until_day) if event.until_day else ahead


def kept_away(clients: Iterable[int]) -> dict[int, list[SpecialEvent]]:
    """By client the reports that a caregiver cannot go there, one query.

    They hold until they are settled, and to the last day that was named unless it goes on as before; where others took
    the visits until a supplement is signed, until then.
    """
    outcome = SpecialEvent.Outcome
    holds = (
        Q(state=SpecialEvent.State.OPEN)
        | Q(until_day__isnull=False) & ~Q(outcome=outcome.AS_BEFORE)
        | Q(outcome=outcome.VISITS, amendment__state__in=[Agreement.State.DRAFT, Agreement.State.SIGNING])
    )
    found = defaultdict(list)
    events = SpecialEvent.objects.filter(holds, client__in=list(clients), kind=SpecialEvent.Kind.CAREGIVER)
    for event in events.only("client", "caregiver", "number", "from_day", "until_day"):
        found[event.client_id].append(event)
    return found


def away_findings(events: Iterable[SpecialEvent], caregiver_id: int, day: dt.date) -> list[Finding]:
    """What a client's reports say against sending a caregiver there on a day."""
    found = []
    for event in events:
        if event.caregiver_id != caregiver_id or not event.from_day <= day <= (event.until_day or day):
            continue
        text = gettext_noop("%(number)s: cannot go to this client from %(first)s to %(last)s.")
        if event.until_day is None:
            text = gettext_noop("%(number)s: cannot go to this client from %(first)s on, until that is settled.")
        words = {"number": event.number, "first": f"{event.from_day}", "last": f"{event.until_day}"}
        found.append(Finding("7.3.2 e", "cannot_go", text, words))
    return found


def family_told() -> Exists:
    """For an outer query of events: whether client or family were told."""
    told = SpecialTelling.objects.filter(agency=OuterRef("agency"), event=OuterRef("pk"))
    return Exists(told.exclude(party=SpecialTelling.Party.AGENCY))


def past_limit(events: QuerySet[SpecialEvent]) -> QuerySet[SpecialEvent]:
    """Open ones about which client and family were not told in time, or that are not settled in time."""
    now = timezone.now()
    late = Q(settle_by__lte=now) | Q(tell_by__lte=now) & ~Q(family_told())
    return events.filter(late, state=SpecialEvent.State.OPEN)
