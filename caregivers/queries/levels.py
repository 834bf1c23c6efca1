"""Reads of levels: what the rules of 6.1.1-6.4.1 ask about many caregivers at once, and the board."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.db.models import Min, Q, QuerySet

from agencies.models import AgencySettings
from agencies.tenancy import current_agency
from caregivers.models import (
    Caregiver,
    Credential,
    Evaluation,
    ExamResult,
    LevelGrant,
    LevelStanding,
    QualityRecord,
    RuleSetting,
)
from caregivers.models.levels import STAGE_RANK
from caregivers.queries.skills import skills_mastered
from caregivers.standard.levels import TOP, Grant, LevelFacts, Served, held_since

GRADUATE = (Caregiver.Education.COLLEGE, Caregiver.Education.BACHELOR)
PARTS = frozenset(ExamResult.Part.values)
STANDING_FIELDS = (
    "agency", "level", "next_level", "stage", "eligible_on", "missing", "figures", "lost", "computed_at",
    "caregiver__agency", "caregiver__number", "caregiver__name",
)  # fmt: skip

SERVED_SQL = """
    WITH asked AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(sinces)s::date[]) AS asked (caregiver_id, since)
    ), served AS (
        SELECT d.caregiver_id, a.since, d.day,
            lead(d.day, 1, %(today)s + 1) OVER (PARTITION BY d.caregiver_id ORDER BY d.day) AS following
        FROM caregivers_serviceday d JOIN asked a USING (caregiver_id)
        WHERE d.agency_id = %(agency)s AND d.caregiver_id = ANY (%(ids)s) AND d.day <= %(today)s
    ), away AS (
        SELECT DISTINCT b.caregiver_id, one::date AS day
        FROM caregivers_absence b JOIN asked USING (caregiver_id),
            generate_series((lower(b.period) AT TIME ZONE %(zone)s)::date,
                ((upper(b.period) - interval '1 second') AT TIME ZONE %(zone)s)::date, interval '1 day') AS one
        WHERE b.agency_id = %(agency)s AND b.caregiver_id = ANY (%(ids)s) AND b.state = 'approved'
    ), idle AS (
        SELECT s.caregiver_id, s.since, s.day, s.following - s.day - 1 AS idle, count(w.day) AS absent
        FROM served s
        LEFT JOIN away w ON w.caregiver_id = s.caregiver_id AND w.day > s.day AND w.day < s.following
        WHERE s.following - s.day > 1
        GROUP BY s.caregiver_id, s.since, s.day, s.following
    ), left_out AS (
        SELECT caregiver_id, sum(absent + greatest(0, idle - absent - %(gap)s)) AS ever,
            sum(absent + greatest(0, idle - absent - %(gap)s)) FILTER (WHERE day >= since) AS at_level
        FROM idle GROUP BY caregiver_id
    )
    SELECT s.caregiver_id, min(s.day) FILTER (WHERE s.day >= s.since), coalesce(max(l.at_level), 0),
        min(s.day), coalesce(max(l.ever), 0)
    FROM served s LEFT JOIN left_out l USING (caregiver_id)
    GROUP BY s.caregiver_id
"""

RATINGS_SQL = """
    SELECT q.caregiver_id, count(*), sum(q.value)
    FROM unnest(%(ids)s::bigint[], %(sinces)s::date[]) AS asked (caregiver_id, since)
    JOIN caregivers_qualityrecord q USING (caregiver_id)
    WHERE q.agency_id = %(agency)s AND q.caregiver_id = ANY (%(ids)s) AND q.kind = 'rating' AND q.happened_on BETWEEN asked.since AND %(today)s
    GROUP BY q.caregiver_id
"""


@dataclass
class Held:
    """Level and since when, by caregiver."""

    level: dict[int, int] = field(default_factory=dict)
    since: dict[int, dt.date] = field(default_factory=dict)


def levels_held(ids: Iterable[int], day: dt.date) -> Held:
    """The level each caregiver holds on a day; who has none is left out."""
    grants = defaultdict(list)
    rows = LevelGrant.objects.filter(caregiver__in=ids, granted_on__lte=day)
    for owner, granted_on, level, kind in rows.values_list("caregiver", "granted_on", "level", "kind"):
        grants[owner].append(Grant(granted_on, level, kind))
    held = Held()
    for owner, own in grants.items():
        held.level[owner], held.since[owner] = held_since(own)
    return held


def level_facts(caregivers: Iterable[Caregiver], day: dt.date) -> dict[int, LevelFacts]:
    """What check_promotion asks about everybody who can still rise, aimed at the next level; as many queries for one as for all."""
    people = {person.pk: person for person in caregivers}
    held = levels_held(people, day)
    ids = [pk for pk, level in held.level.items() if level < TOP]
    limits = AgencySettings.objects.get()
    asked = {
        "ids": ids,
        "sinces": [held.since[pk] for pk in ids],
        "today": day,
        "agency": current_agency().pk,
        "gap": limits.service_gap_days,
        "zone": settings.TIME_ZONE,
    }
    served = {row[0]: row[1:] for row in _select(SERVED_SQL, asked)}
    ratings = {row[0]: row[1:] for row in _select(RATINGS_SQL, asked)}
    exams, grades, fit = exams_passed(ids), grades_on(ids, day), _fitness(ids, held, day)
    mastered, modes = skills_mastered(ids), dict(RuleSetting.objects.values_list("rule", "mode"))
    facts = {}
    for pk in ids:
        first, left_out, ever_first, ever_left_out = served.get(pk, (None, 0, None, 0))
        count, total = ratings.get(pk, (0, 0))
        facts[pk] = LevelFacts(
            day=day,
            level=held.level[pk],
            to_level=held.level[pk] + 1,
            at_level=Served(first, int(left_out)) if first else None,
            in_service=Served(ever_first, int(ever_left_out)) if ever_first else None,
            ratings=count,
            rating_sum=int(total),
            exams=exams[pk],
            grade=grades.get(pk),
            fit=fit.get(pk),
            is_graduate=people[pk].education in GRADUATE,
            min_answers=limits.level_min_answers,
            mastered=mastered.get(pk, frozenset()),
            modes=modes,
        )
    return facts


def _select(sql, params):
    """Without nested loops: what the planner takes for a nearly empty table may hold a hundred thousand rows by now."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(sql, params)
        found = cursor.fetchall()
        cursor.execute("SET LOCAL enable_nestloop = on")
        return found


def exams_passed(ids: Iterable[int]) -> dict[int, frozenset[tuple[str, int]]]:
    """By caregiver the courses, as kind and level they lead to, of which every part is passed."""
    parts = defaultdict(set)
    rows = ExamResult.objects.filter(caregiver__in=ids, is_passed=True, annulled_on=None, course__level__isnull=False)
    for owner, course, kind, level, part in rows.values_list(
        "caregiver", "course", "course__kind", "course__level", "part"
    ):
        parts[owner, course, kind, level].add(part)
    passed = defaultdict(frozenset)
    for (owner, _course, kind, level), done in parts.items():
        if done >= PARTS:
            passed[owner] |= {(kind, level)}
    return passed


def valid_credentials(day: dt.date) -> QuerySet[Credential]:
    """Papers whose original was sighted, in date and not invalid on a day."""
    rows = Credential.objects.filter(verified_on__isnull=False, issued_on__lte=day)
    rows = rows.filter(Q(expires_on=None) | Q(expires_on__gte=day))
    return rows.filter(Q(invalid_from=None) | Q(invalid_from__gt=day))


def grades_on(ids: Iterable[int], day: dt.date) -> dict[int, int]:
    """The best elderly-care grade of each caregiver; one is the best, five the first."""
    rows = valid_credentials(day).filter(caregiver__in=ids, kind=Credential.Kind.ELDERLY_CARE, grade__isnull=False)
    return dict(rows.order_by().values_list("caregiver").annotate(best=Min("grade")))


def _fitness(ids, held, day):
    rows = Evaluation.objects.filter(caregiver__in=ids, evaluated_on__lte=day).order_by("evaluated_on", "id")
    return {
        owner: result != Evaluation.Result.NOT_FIT
        for owner, evaluated_on, result in rows.values_list("caregiver", "evaluated_on", "result")
        if evaluated_on >= held.since[owner]
    }


def promotions() -> QuerySet[LevelStanding]:
    """The promotions board: by stage, who may rise first, then by the day on which time is served, then who came first."""
    rows = LevelStanding.objects.select_related("caregiver").only(*STANDING_FIELDS)
    return rows.order_by(STAGE_RANK, "eligible_on", "caregiver_id")


def ratings_since(caregiver: Caregiver, since: dt.date) -> QuerySet[QualityRecord]:
    return caregiver.quality_records.filter(kind=QualityRecord.Kind.RATING, happened_on__gte=since)
