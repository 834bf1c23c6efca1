"""Reads of on-boarding: what the rules ask about anybody in one query, and who did what when."""

import datetime as dt

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import get_language

from agencies.models import AgencySettings
from caregivers.models import (
    Attendance,
    Caregiver,
    Course,
    Credential,
    ExamResult,
    OnboardingStep,
    PostingCertificate,
    RuleSetting,
    SupervisionAcknowledgement,
    SupplyIssue,
)
from caregivers.queries.files import PAPER_FIELDS, good_papers
from caregivers.standard.eligibility import Facts, limits_on
from caregivers.standard.onboarding import OnboardingFacts, Record, Step, Training


def sighted(day: dt.date) -> QuerySet[Credential]:
    """Papers whose original was sighted and that were not found false or withdrawn by then."""
    return Credential.objects.filter(Q(invalid_from=None) | Q(invalid_from__gt=day), verified_on__isnull=False)


def with_onboarding(caregivers: QuerySet[Caregiver]) -> QuerySet[Caregiver]:
    """Annotate everything onboarding_facts reads, so that fifty people cost one query."""
    here = {"agency": OuterRef("agency")}
    mine = {**here, "caregiver": OuterRef("pk")}
    before_posting = Course.Kind.BEFORE_POSTING
    papers = Credential.objects.filter(**mine, declined_reason="").order_by()
    modes = RuleSetting.objects.filter(**here).order_by()
    records = OnboardingStep.objects.filter(**mine).order_by("recorded_at", "id")
    courses = Course.objects.filter(**here, kind=before_posting, is_active=True).order_by("name")
    attended = Attendance.objects.filter(
        **mine, attended_at__isnull=False, session__course__kind=before_posting
    ).order_by()
    passed = ExamResult.objects.filter(**mine, is_passed=True, annulled_on=None, course__kind=before_posting).order_by()
    rules = AgencySettings.objects.filter(**here)
    explained = SupervisionAcknowledgement.objects.filter(**mine).order_by("acknowledged_on")
    return caregivers.annotate(
        papers_held=ArraySubquery(papers.values(json=JSONObject(**{name: name for name in PAPER_FIELDS}))),
        rule_modes=ArraySubquery(modes.values(json=JSONObject(rule="rule", mode="mode"))),
        steps_recorded=ArraySubquery(
            records.values(json=JSONObject(step="step", is_passed="is_passed", done_on="done_on", score="score"))
        ),
        courses_asked=ArraySubquery(courses.values(json=JSONObject(pk="pk", name="name"))),
        courses_attended=ArraySubquery(attended.values("session__course_id")),
        parts_passed=ArraySubquery(passed.values(json=JSONObject(course="course_id", part="part"))),
        acknowledged_on=Subquery(explained.values("acknowledged_on")[:1]),
        has_certificate=Exists(PostingCertificate.objects.filter(**mine, revoked_on=None)),
        has_uniform=Exists(SupplyIssue.objects.filter(**mine, item=SupplyIssue.Item.UNIFORM)),
        interview_mark=Subquery(rules.values("interview_mark")[:1]),
        max_age=Subquery(rules.values("caregiver_max_age")[:1]),
    )  # fmt: skip


def onboarding_facts(caregiver: Caregiver) -> OnboardingFacts:
    """What the rules ask about somebody annotated by with_onboarding, as of today."""
    today = timezone.localdate()
    return OnboardingFacts(
        person=_person(caregiver, today),
        limits=limits_on(today, max_age=caregiver.max_age, modes=_modes(caregiver)),
        interview_mark=caregiver.interview_mark,
        records={
            row["step"]: Record(row["is_passed"], _day(row["done_on"]), row["score"])
            for row in caregiver.steps_recorded  # the latest one of a step comes last
        },
        trainings=tuple(_training(caregiver, course) for course in caregiver.courses_asked),
        acknowledged_on=caregiver.acknowledged_on,
        has_certificate=caregiver.has_certificate,
        has_photo=caregiver.photo_id is not None,
        has_uniform=caregiver.has_uniform,
    )


def _modes(caregiver):
    return {row["rule"]: row["mode"] for row in caregiver.rule_modes}


def _person(caregiver, today):
    papers, unsighted = good_papers(
        [row["kind"], *(_day(row[name]) for name in PAPER_FIELDS[1:])] for row in caregiver.papers_held
    )
    return Facts(
        first_day=today,
        last_day=today,
        state=caregiver.state,
        birth_date=caregiver.birth_date,
        education=caregiver.education,
        level=None,
        work_forms=frozenset(caregiver.work_forms),
        work_form="",
        papers=papers,
        unsighted=unsighted,
        declared_no_history=caregiver.declared_no_history_on is not None,
        acknowledged_rule=caregiver.acknowledged_on is not None and caregiver.acknowledged_on <= today,
        age_exception=caregiver.age_exception,
    )


def _training(caregiver, course):
    passed = frozenset(row["part"] for row in caregiver.parts_passed if row["course"] == course["pk"])
    return Training(course["name"], course["pk"] in caregiver.courses_attended, passed)


def _day(text):
    return dt.date.fromisoformat(text) if text else None


def facts_for(caregiver: Caregiver) -> OnboardingFacts:
    """The same for one caregiver, read anew."""
    return onboarding_facts(with_onboarding(Caregiver.objects).get(pk=caregiver.pk))


def step_name(step: Step) -> str:
    """What a step is called in the reader's language."""
    return step.name_en if get_language() == "en" else step.name


def step_asks(step: Step) -> str:
    """What a step asks in the reader's language."""
    return step.asks_en if get_language() == "en" else step.asks


def in_onboarding() -> QuerySet[Caregiver]:
    """Everybody who is on the way, longest waiting first."""
    waiting = Caregiver.objects.filter(state=Caregiver.State.ONBOARDING).defer("identity_number")
    return with_onboarding(waiting).order_by("hired_on", "number")
