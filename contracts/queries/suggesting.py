"""Who fits a visit best: everybody judged by the rules of the rota, those who may go ranked, with what speaks for them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.findings import text_of
from agencies.standard import Finding, forbidding
from caregivers.models import Caregiver
from caregivers.queries.files import with_level
from contracts.models import CaregiverPreference, Visit
from contracts.place import metres_between
from contracts.queries.onsite import places_of
from contracts.queries.placing import Judge, Placement
from contracts.rota_standard import WEEK_HOURS, Booking, Fit, hours_in_week, points

KNOWN_SINCE = dt.timedelta(days=365)


@dataclass
class Candidate:
    """A caregiver, everything that stands against sending them to a visit, and what speaks for it."""

    caregiver: Caregiver
    findings: list[Finding]
    fit: Fit
    reasons: list[str] = field(init=False)

    def __post_init__(self):
        self.reasons = [text_of(finding) for finding in forbidding(self.findings)]

    @property
    def is_free(self) -> bool:
        return not self.reasons

    @property
    def is_preferred(self) -> bool:
        return self.fit.is_preferred

    @property
    def knows_client(self) -> bool:
        return self.fit.visits_here > 0

    @property
    def warns(self) -> list[str]:
        return [text_of(finding) for finding in self.findings if finding.severity == "warn"]

    @property
    def points(self) -> int:
        return points(self.fit)

    @property
    def speaks_for(self) -> list[str]:
        """Why they stand where they stand, in words."""
        fit, words = self.fit, []
        if fit.is_agreed:
            words.append(_("named in the agreement"))
        if fit.visits_here:
            text = ngettext("knows the client: %(n)s visit", "knows the client: %(n)s visits", fit.visits_here)
            words.append(text % {"n": fit.visits_here})
        if fit.spare_levels:
            words.append(_("level higher than needed"))
        if fit.kilometres is not None:
            text = _("%(km)s km from the client before") if fit.is_from_last else _("%(km)s km from the client after")
            words.append(text % {"km": f"{max(fit.kilometres, 0.1):.1f}"})
        words.append(_("%(hours)s of %(limit)s h this week") % {"hours": f"{fit.hours:g}", "limit": fit.limit})
        return words


def visits_done(clients: Iterable[int], caregivers: Iterable[int]) -> dict[tuple[int, int], int]:
    """(client, caregiver): how many visits were done there in a year; one query."""
    done = Visit.objects.filter(
        client__in=list(clients), caregiver__in=list(caregivers), state=Visit.State.DONE,
        period__startswith__gte=timezone.now() - KNOWN_SINCE,
    )  # fmt: skip
    rows = done.order_by().values_list("client_id", "caregiver_id").annotate(n=Count("pk"))
    return {(client, caregiver): count for client, caregiver, count in rows}


def candidates(visit: Visit, least_level: int | None = None) -> list[Candidate]:
    """Every caregiver, who may go first, the best of them on top; a fixed number of queries however many there are.

    With a least level only who works and holds it is looked at.
    """
    day = timezone.localtime(visit.period.lower).date()
    people = with_level(Caregiver.objects.exclude(state=Caregiver.State.LEFT), day)
    if least_level is not None:
        people = people.filter(state=Caregiver.State.ACTIVE, level__gte=least_level)
    placements = [Placement(visit, person, visit.period.lower, visit.period.upper) for person in people]
    judge = Judge(placements)
    findings = judge.findings()
    done = visits_done([visit.client_id], [row.caregiver.pk for row in placements])
    around = {booking.client_id for person in people for _pk, booking in judge.of_caregiver[person.pk]}
    places = places_of({visit.client_id, *around})
    found = [
        Candidate(row.caregiver, against, fit_of(judge, row, against, done, places))
        for row, against in zip(placements, findings, strict=True)
    ]
    return sorted(found, key=_order)


def fit_of(judge: Judge, row: Placement, findings: list[Finding], done: dict, places: dict) -> Fit:
    """What speaks for one placement, from what the judge knows."""
    visit, person = row.visit, row.caregiver
    preference = judge.preferences[visit.client_id].get(person.pk)
    standing = tuple(booking for pk, booking in judge.of_caregiver[person.pk] if pk != visit.pk)
    kilometres, is_from_last = _way(row, standing, places)
    return Fit(
        is_preferred=preference is not None and preference.kind == CaregiverPreference.Kind.PREFERRED,
        is_agreed=visit.agreement.caregiver_id == person.pk,
        visits_here=done.get((visit.client_id, person.pk), 0),
        spare_levels=max((person.level or 0) - judge.levels[visit.pk], 0),
        hours=hours_in_week(standing, timezone.localtime(row.starts).date()),
        limit=WEEK_HOURS[person.employment],
        warnings=sum(finding.severity == "warn" for finding in findings),
        kilometres=kilometres,
        is_from_last=is_from_last,
    )


def _way(row: Placement, standing: tuple[Booking, ...], places: dict) -> tuple[float | None, bool]:
    """Kilometres to the client just before or just after on the day, whoever is nearer, and whether it is the one before.

    A caregiver's own address is no matter of the rota. Without a located door at both ends nothing is said.
    """
    here, day = places.get(row.visit.client_id), timezone.localtime(row.starts).date()
    today = [one for one in standing if one.starts.date() == day]
    before = max((one for one in today if one.ends <= row.starts), key=lambda one: one.ends, default=None)
    after = min((one for one in today if one.starts >= row.ends), key=lambda one: one.starts, default=None)
    ways = [
        (metres_between(here, places[one.client_id]) / 1000, one is before)
        for one in (before, after)
        if here and one and one.client_id != row.visit.client_id and one.client_id in places
    ]
    return min(ways, key=lambda way: way[0], default=(None, False))


def _order(one):
    return len(one.reasons), not one.is_preferred, -one.points, one.caregiver.number
