"""Reads of caregiver files."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from agencies.calendar import ONE_DAY
from agencies.fields import lookup_hash
from agencies.identity import normalise_identity
from agencies.tenancy import current_agency
from caregivers.models import Caregiver, Credential, LevelGrant
from caregivers.queries.credentials import with_renewed
from caregivers.standard.eligibility import Facts, Limits, Paper, limits_on

# What good_papers reads of a credential, in this order.
PAPER_FIELDS = ("kind", "issued_on", "expires_on", "invalid_from", "verified_on")
# Whatever speaks for or against somebody at a time, in one read, for a booking waits for it. What each row says, its
# columns in order: a text, four days, two moments; of a paper PAPER_FIELDS.
FACTS_SQL = """
    SELECT caregiver_id, 'paper', kind, issued_on, expires_on, invalid_from, verified_on,
        NULL::timestamptz, NULL::timestamptz
    FROM caregivers_credential
    WHERE agency_id = %(agency)s AND caregiver_id = ANY (%(people)s) AND declined_reason = ''
    UNION ALL
    SELECT caregiver_id, 'level', level::text, granted_on, NULL, NULL, NULL, NULL, NULL
    FROM caregivers_levelgrant WHERE agency_id = %(agency)s AND caregiver_id = ANY (%(people)s)
    UNION ALL
    SELECT caregiver_id, 'informed', '', acknowledged_on, NULL, NULL, NULL, NULL, NULL
    FROM caregivers_supervisionacknowledgement WHERE agency_id = %(agency)s AND caregiver_id = ANY (%(people)s)
"""
AWAY_SQL = """
    SELECT caregiver_id, 'absence', '', NULL, NULL, NULL, NULL, lower(period), upper(period)
    FROM caregivers_absence
    WHERE agency_id = %(agency)s AND caregiver_id = ANY (%(people)s) AND state = 'approved'
        AND period && tstzrange(%(first)s, %(last)s)
    UNION ALL
    SELECT a.caregiver_id, 'training', '', NULL, NULL, NULL, NULL, s.starts_at, s.ends_at
    FROM caregivers_attendance a JOIN caregivers_trainingsession s ON s.agency_id = a.agency_id AND s.id = a.session_id
    WHERE a.agency_id = %(agency)s AND a.caregiver_id = ANY (%(people)s) AND s.state = 'planned'
        AND s.starts_at < %(last)s AND s.ends_at > %(first)s
"""
KEPT_SQL = """
    SELECT '', caregiver_max_age::text FROM agencies_agencysettings WHERE agency_id = %(agency)s
    UNION ALL SELECT rule, mode FROM caregivers_rulesetting WHERE agency_id = %(agency)s
"""


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


def kept_rules() -> tuple[int, dict[str, str]]:
    """The greatest age and, by rule, how strictly it is kept, as the open agency says; one query."""
    kept = dict(_read(KEPT_SQL, {}))
    return int(kept.pop("")), kept


def agency_limits(day: dt.date) -> Limits:
    """The limits in force on a day as the open agency keeps them."""
    max_age, modes = kept_rules()
    return limits_on(day, max_age=max_age, modes=modes)


def facts_of(
    caregivers: Iterable[Caregiver], *, start: dt.datetime, end: dt.datetime, work_form: str, level_needed: int
) -> dict[int, Facts]:
    """What check_assignment asks about each caregiver for one time; one query for any number."""
    asked = [Assignment(person, start, end, work_form, level_needed) for person in caregivers]
    return {one.caregiver.pk: facts for one, facts in zip(asked, assignment_facts(asked), strict=True)}


def assignment_facts(asked: list[Assignment]) -> list[Facts]:
    """What check_assignment asks about each assignment, in their order; one query for any number."""
    known = defaultdict(lambda: defaultdict(list))
    if asked:
        first = min(one.start for one in asked)
        last = max(first, *(one.end for one in asked))  # a range that ends before it begins is none
        people = list({one.caregiver.pk for one in asked})
        for owner, what, *row in _read(
            f"{FACTS_SQL} UNION ALL {AWAY_SQL}", {"people": people, "first": first, "last": last}
        ):
            known[owner][what].append(row)
    return [_facts(one, known[one.caregiver.pk]) for one in asked]


def _read(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, {"agency": current_agency().pk, **params})
        return cursor.fetchall()


def _facts(one, known):
    person = one.caregiver
    good, unsighted = good_papers(paper[: len(PAPER_FIELDS)] for paper in known["paper"])
    first, last = _days(one.start, one.end)
    held = [(granted_on, int(level)) for level, granted_on, *_rest in known["level"] if granted_on <= first]
    return Facts(
        first_day=first,
        last_day=last,
        state=person.state,
        birth_date=person.birth_date,
        education=person.education,
        level=max(held)[1] if held else None,
        work_forms=frozenset(person.work_forms),
        work_form=one.work_form,
        level_needed=one.level_needed,
        papers=good,
        unsighted=unsighted,
        declared_no_history=person.declared_no_history_on is not None,
        acknowledged_rule=any(day <= first for _text, day, *_rest in known["informed"]),
        age_exception=person.age_exception,
        is_absent=_is_met(one, known["absence"]),
        in_training=_is_met(one, known["training"]),
    )


def _is_met(one, times):
    """Whether the work meets one of these times, both half-open."""
    return any(start < one.end and one.start < end for *_rest, start, end in times)


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


def away_between(
    people: Iterable[int], first: dt.datetime, last: dt.datetime
) -> list[tuple[int, str, dt.datetime, dt.datetime]]:
    """(caregiver, "absence" or "training", start, end): approved leave and planned sessions that touch a time; one query."""
    rows = _read(AWAY_SQL, {"people": list(people), "first": first, "last": last})
    return [(owner, what, start, end) for owner, what, *_rest, start, end in rows]


def _days(start, end):
    return timezone.localtime(start).date(), timezone.localtime(end - dt.timedelta(seconds=1)).date()
