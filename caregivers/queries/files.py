"""Reads of caregiver files."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from agencies.calendar import ONE_DAY
from agencies.fields import lookup_hash
from agencies.identity import normalise_identity
from agencies.models import AgencySettings
from caregivers.models import (
    Absence,
    Attendance,
    Caregiver,
    Credential,
    LevelGrant,
    RuleSetting,
    SupervisionAcknowledgement,
    TrainingSession,
)
from caregivers.queries.credentials import with_renewed
from caregivers.standard.eligibility import Facts, Limits, Paper, limits_on


def with_level(caregivers: QuerySet[Caregiver], day: dt.date) -> QuerySet[Caregiver]:
    """Annotate the level held on a day; None before the first grant."""
    grants = LevelGrant.objects.filter(agency=OuterRef("agency"), caregiver=OuterRef("pk"), granted_on__lte=day)
    return caregivers.annotate(level=Subquery(grants.order_by("-granted_on").values("level")[:1]))


def with_next_expiry(caregivers: QuerySet[Caregiver]) -> QuerySet[Caregiver]:
    """Annotate the first day on which a paper that counts and was not renewed ends."""
    papers = Credential.objects.filter(
        agency=OuterRef("agency"),
        caregiver=OuterRef("pk"),
        expires_on__isnull=False,
        verified_on__isnull=False,
        invalid_from=None,
    )
    first = with_renewed(papers).filter(is_renewed=False).order_by("expires_on").values("expires_on")[:1]
    return caregivers.annotate(next_expiry=Subquery(first))


def find_caregivers(text: str) -> QuerySet[Caregiver]:
    """By name, pinyin or its initials, badge number, last digits of the phone, or the whole identity number."""
    text = text.strip()
    found = Q(name__contains=text) | Q(number__iexact=text) | Q(pinyin__contains=text.lower())
    if text.isdigit() and len(text) >= 4:
        found |= Q(phone__endswith=text)
    if len(text) >= 15:
        found |= Q(identity_hash=lookup_hash(normalise_identity(text)))
    return Caregiver.objects.filter(found)


@dataclass(frozen=True)
class Assignment:
    """A caregiver and the work in question: a half-open time, its form, the level it needs."""

    caregiver: Caregiver
    start: dt.datetime
    end: dt.datetime
    work_form: str
    level_needed: int = 0


def agency_limits(day: dt.date) -> Limits:
    """The limits in force on a day as the open agency keeps them."""
    modes = dict(RuleSetting.objects.values_list("rule", "mode"))
    return limits_on(day, max_age=AgencySettings.objects.get().caregiver_max_age, modes=modes)


def facts_of(
    caregivers: Iterable[Caregiver], *, start: dt.datetime, end: dt.datetime, work_form: str, level_needed: int
) -> dict[int, Facts]:
    """What check_assignment asks about each caregiver for one time; five queries for any number."""
    asked = [Assignment(person, start, end, work_form, level_needed) for person in caregivers]
    return {one.caregiver.pk: facts for one, facts in zip(asked, assignment_facts(asked), strict=True)}


def assignment_facts(asked: list[Assignment]) -> list[Facts]:
    """What check_assignment asks about each assignment, in their order; five queries for any number."""
    ids = {one.caregiver.pk for one in asked}
    papers, levels, informed = _papers(ids), _levels(ids), _informed(ids)
    absences, trainings = _absences(ids, asked), _trainings(ids, asked)
    return [_facts(one, papers, levels, absences, trainings, informed) for one in asked]


def _facts(one, papers, levels, absences, trainings, informed):
    person = one.caregiver
    good, unsighted = good_papers(papers[person.pk])
    first, last = _days(one.start, one.end)
    held = [level for granted_on, level in levels[person.pk] if granted_on <= first]
    return Facts(
        first_day=first,
        last_day=last,
        state=person.state,
        birth_date=person.birth_date,
        education=person.education,
        level=held[-1] if held else None,
        work_forms=frozenset(person.work_forms),
        work_form=one.work_form,
        level_needed=one.level_needed,
        papers=good,
        unsighted=unsighted,
        declared_no_history=person.declared_no_history_on is not None,
        acknowledged_rule=any(day <= first for day in informed[person.pk]),
        age_exception=person.age_exception,
        is_absent=any(period.lower < one.end and one.start < period.upper for period in absences[person.pk]),
        in_training=any(start < one.end and one.start < end for start, end in trainings[person.pk]),
    )


# What good_papers reads of a credential, in this order.
PAPER_FIELDS = ("kind", "issued_on", "expires_on", "invalid_from", "verified_on")


def _papers(ids):
    papers = defaultdict(list)
    rows = Credential.objects.filter(caregiver__in=ids, declined_reason="")
    for owner, *paper in rows.values_list("caregiver_id", *PAPER_FIELDS):
        papers[owner].append(paper)
    return papers


def good_papers(rows: Iterable[Sequence]) -> tuple[tuple[Paper, ...], frozenset[str]]:
    """Sighted papers, each good until it proved invalid, and the kinds that wait to be sighted; see PAPER_FIELDS."""
    good, unsighted = [], set()
    for kind, issued, expires, invalid, verified in rows:
        if invalid:
            expires = min(expires or dt.date.max, invalid - ONE_DAY)
        if verified is None:
            unsighted.add(kind)
        elif expires is None or expires >= issued:
            good.append(Paper(kind, issued, expires))
    return tuple(good), frozenset(unsighted)


def _levels(ids):
    levels = defaultdict(list)
    rows = LevelGrant.objects.filter(caregiver__in=ids).order_by("granted_on")
    for owner, granted_on, level in rows.values_list("caregiver_id", "granted_on", "level"):
        levels[owner].append((granted_on, level))
    return levels


def _absences(ids, asked):
    absences = defaultdict(list)
    if not asked:
        return absences
    span = (min(one.start for one in asked), max(one.end for one in asked))
    rows = Absence.objects.filter(caregiver__in=ids, state=Absence.State.APPROVED, period__overlap=span)
    for owner, period in rows.values_list("caregiver_id", "period"):
        absences[owner].append(period)
    return absences


def _trainings(ids, asked):
    trainings = defaultdict(list)
    if not asked:
        return trainings
    first, last = min(one.start for one in asked), max(one.end for one in asked)
    for owner, start, end in trainings_between(ids, first, last):
        trainings[owner].append((start, end))
    return trainings


def trainings_between(
    ids: Iterable[int], first: dt.datetime, last: dt.datetime
) -> QuerySet[Attendance, tuple[int, dt.datetime, dt.datetime]]:
    """(caregiver, start, end) of planned sessions that touch a time and that these caregivers are down for."""
    rows = Attendance.objects.filter(caregiver__in=list(ids), session__state=TrainingSession.State.PLANNED)
    rows = rows.filter(session__starts_at__lt=last, session__ends_at__gt=first)
    return rows.order_by().values_list("caregiver_id", "session__starts_at", "session__ends_at")


def _informed(ids):
    informed = defaultdict(list)
    rows = SupervisionAcknowledgement.objects.filter(caregiver__in=ids)
    for owner, day in rows.values_list("caregiver_id", "acknowledged_on"):
        informed[owner].append(day)
    return informed


def _days(start, end):
    return timezone.localtime(start).date(), timezone.localtime(end - dt.timedelta(seconds=1)).date()
