"""Reads of training: sessions with their counts, who needs a course, what a session brought, the plan of a year."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Avg, Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.links import make_token, read_token
from agencies.models import AgencySettings
from caregivers.models import (
    Absence,
    Attendance,
    Caregiver,
    Course,
    EffectEvaluation,
    ExamResult,
    LevelStanding,
    QualityRecord,
    TrainingPlanLine,
    TrainingSession,
)
from caregivers.queries.files import with_level
from caregivers.standard.training import MEASURED_DAYS, TRAINER_LEVEL, Need, code_number

PURPOSE = "training"
LACKS = {Course.Kind.LEVEL: "level_exam", Course.Kind.PROMOTION: "promotion_exam"}  # codes of the promotions board
State = TrainingSession.State


def listed_sessions() -> QuerySet[TrainingSession]:
    """Sessions with what a row of the list shows."""
    return TrainingSession.objects.select_related("course", "trainer").order_by("-starts_at", "-pk")


def with_counts(sessions: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    """Annotate how many are down for a session, and how many came."""
    rows = Attendance.objects.filter(agency=OuterRef("agency"), session=OuterRef("pk")).order_by().values("session")
    down, came = rows.annotate(n=Count("pk")), rows.annotate(n=Count("attended_at"))
    return sessions.annotate(
        signed=Coalesce(Subquery(down.values("n")), 0), came=Coalesce(Subquery(came.values("n")), 0)
    )


def effect_due(sessions: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    """Held so long ago that what they brought should be judged, and nobody has."""
    limit = timezone.now() - dt.timedelta(days=AgencySettings.objects.get().effect_after_days)
    judged = EffectEvaluation.objects.filter(agency=OuterRef("agency"), session=OuterRef("pk"))
    return sessions.filter(~Exists(judged), state=State.HELD, ends_at__lte=limit)


def to_close(sessions: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    """Over by the clock, and nobody has said who came."""
    return sessions.filter(state=State.PLANNED, ends_at__lt=timezone.now())


def trainers(day: dt.date) -> QuerySet[Caregiver]:
    """Who may train the others (6.4.2 d)."""
    return with_level(Caregiver.objects.filter(state=Caregiver.State.ACTIVE), day).filter(level=TRAINER_LEVEL)


def who_needs(course: Course) -> QuerySet[Caregiver]:
    """Who lacks a course: by the promotions board, or on the way to being posted; nobody for further training."""
    people = Caregiver.objects.exclude(state=Caregiver.State.LEFT)
    if course.kind in LACKS:
        mine = {"agency": OuterRef("agency"), "caregiver": OuterRef("pk")}
        lacking = LevelStanding.objects.filter(**mine, next_level=course.level, missing__contains=[LACKS[course.kind]])
        return people.filter(Exists(lacking))
    if course.kind == Course.Kind.BEFORE_POSTING:
        been = Attendance.objects.filter(
            agency=OuterRef("agency"), caregiver=OuterRef("pk"), session__course=course, attended_at__isnull=False
        )
        return people.filter(~Exists(been), state=Caregiver.State.ONBOARDING)
    return people.none()


def sessions_for(caregiver: Caregiver) -> QuerySet[TrainingSession]:
    """Planned sessions ahead that somebody is not down for; on the way to being posted, of the courses before posting."""
    ahead = TrainingSession.objects.filter(state=State.PLANNED, starts_at__gt=timezone.now()).select_related("course")
    if caregiver.state == Caregiver.State.ONBOARDING:
        ahead = ahead.filter(course__kind=Course.Kind.BEFORE_POSTING)
    return ahead.exclude(attendances__caregiver=caregiver).order_by("starts_at")


def elsewhere(session: TrainingSession, ids: Iterable[int]) -> dict[int, list[str]]:
    """By caregiver what keeps them from a session for sure: another one at that time, or leave."""
    found = defaultdict(list)
    others = Attendance.objects.filter(caregiver__in=ids, session__state=State.PLANNED).exclude(session=session.pk)
    others = others.filter(session__starts_at__lt=session.ends_at, session__ends_at__gt=session.starts_at)
    for row in others.select_related("session__course"):
        start, end = timezone.localtime(row.session.starts_at), timezone.localtime(row.session.ends_at)
        words = {"course": row.session.course, "time": f"{start:%H:%M}–{end:%H:%M}"}
        found[row.caregiver_id].append(_("is down for %(course)s, %(time)s") % words)
    span = (session.starts_at, session.ends_at)
    for row in Absence.objects.filter(caregiver__in=ids, state=Absence.State.APPROVED, period__overlap=span):
        found[row.caregiver_id].append(_("is on leave at that time"))
    return found


_busy: list[Callable[[TrainingSession, list[int]], dict[int, list[str]]]] = []


def knows_who_is_busy(function: Callable) -> Callable:
    """Register what an upper app knows: (session, caregivers) -> texts by caregiver, such as their visits at that time."""
    _busy.append(function)
    return function


def busy_at(session: TrainingSession, ids: Iterable[int]) -> dict[int, list[str]]:
    """By caregiver everything they have at the time of a session, visits included."""
    ids = list(ids)
    found = elsewhere(session, ids)
    for function in _busy:
        for owner, texts in function(session, ids).items():
            found[owner] += texts
    return found


def needs() -> list[Need]:
    """What the plan of a year is proposed from: who lacks which course, and what is repeated for everybody."""
    active = Caregiver.objects.filter(state=Caregiver.State.ACTIVE).count()
    return [
        Need(course.pk, active if course.every_months else who_needs(course).count(), course.every_months)
        for course in Course.objects.filter(is_active=True)
    ]


# The code on the screen ---------------------------------------------------------------------------------------------


def code_url(session: TrainingSession) -> str:
    """The address in the code that hangs on the screen now; the next one comes within minutes."""
    token = make_token(PURPOSE, session.pk, code_number(timezone.now()))
    return settings.SITE_URL + reverse("phone:attend", args=[token])


def find_code(token: str) -> tuple[TrainingSession, int] | None:
    """The session behind a code and which code it was; None for whatever is not ours."""
    found = read_token(PURPOSE, token)
    session = TrainingSession.objects.select_related("course").filter(pk=found[0]).first() if found else None
    return (session, found[1]) if session else None


# What a session brought ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Brought:
    """What is on record of those who came: exams after it, clients' ratings and their number before and after."""

    came: int
    examined: int
    passed: int
    ratings_before: int
    mean_before: float | None
    ratings_after: int
    mean_after: float | None


def brought(session: TrainingSession) -> Brought:
    """Counted from exam results of this session and ratings of ninety days before and after it."""
    day = timezone.localdate(session.starts_at)
    span = dt.timedelta(days=MEASURED_DAYS)
    came = session.attendances.filter(attended_at__isnull=False)
    results = ExamResult.objects.filter(session=session, annulled_on=None)
    ratings = QualityRecord.objects.filter(
        kind=QualityRecord.Kind.RATING,
        caregiver__in=came.values("caregiver"),
        happened_on__range=(day - span, day + span),
    ).order_by()
    before, after = Q(happened_on__lt=day), Q(happened_on__gt=day)
    figures = ratings.aggregate(
        ratings_before=Count("pk", filter=before),
        mean_before=Avg("value", filter=before),
        ratings_after=Count("pk", filter=after),
        mean_after=Avg("value", filter=after),
    )
    counts = results.aggregate(
        examined=Count("caregiver", distinct=True),
        passed=Count("caregiver", distinct=True, filter=Q(is_passed=True)),
    )
    return Brought(came=came.count(), **counts, **figures)


# The plan -----------------------------------------------------------------------------------------------------------


def plan_of(year: int) -> list[TrainingPlanLine]:
    """The lines of a year, each with the sessions of its course in its month, and later ones up to the next line of it."""
    lines = list(TrainingPlanLine.objects.filter(year=year).select_related("course").order_by("month", "course__name"))
    sessions = TrainingSession.objects.filter(starts_at__year=year).exclude(state=State.CANCELLED)
    for line in lines:
        line.sessions = []
    for session in with_counts(sessions).order_by("starts_at"):
        month = timezone.localtime(session.starts_at).month
        before = [line for line in lines if line.course_id == session.course_id and line.month <= month]
        if before:
            before[-1].sessions.append(session)
    return lines
