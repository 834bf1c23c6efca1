"""Reads of on-boarding: what the rules ask about anybody in one query, and who did what when."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agencies.links import office_url
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

# Which step a sighted paper is evidence of.
STEP_OF_PAPER = {
    Credential.Kind.IDENTITY_CARD: "papers",
    Credential.Kind.DOMESTIC_SERVICE: "papers",
    Credential.Kind.ELDERLY_CARE: "papers",
    Credential.Kind.EDUCATION: "papers",
    Credential.Kind.BACKGROUND: "background",
    Credential.Kind.HEALTH: "health",
    Credential.Kind.INSURANCE: "contract",
}


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


@dataclass(frozen=True)
class Evidence:
    """One thing a step rests on: what, when, who saw to it, and the file that shows it."""

    text: str
    on: dt.date
    by: str
    url: str = ""


def evidence_of(caregiver: Caregiver) -> dict[str, list[Evidence]]:
    """By step everything on record, the latest first; seven queries."""
    found = defaultdict(list)
    for step, one in [*_recorded(caregiver), *_papers(caregiver), *_trained(caregiver), *_issued(caregiver)]:
        found[step].append(one)
    return {step: sorted(rows, key=lambda row: row.on, reverse=True) for step, rows in found.items()}


def _file(stored_file_id):
    return office_url("file_view", stored_file_id) if stored_file_id else ""


def _recorded(caregiver):
    for row in caregiver.onboarding_steps.select_related("done_by"):
        text = row.note
        if row.score is not None:
            words = {"score": row.score, "result": _("passed") if row.is_passed else _("not passed"), "note": row.note}
            text = (_("%(score)s points, %(result)s %(note)s") % words).strip()
        yield row.step, Evidence(text or _("Recorded"), row.done_on, row.done_by.name, _file(row.evidence_id))


def _papers(caregiver):
    rows = sighted(timezone.localdate()).filter(caregiver=caregiver).select_related("verified_by")
    for row in rows:
        text = _("%(paper)s, original sighted") % {"paper": row.get_kind_display()}
        yield STEP_OF_PAPER[row.kind], Evidence(text, row.verified_on, row.verified_by.name, _file(row.scan_id))


def _trained(caregiver):
    attended = caregiver.attendances.filter(attended_at__isnull=False, session__course__kind="before_posting")
    for row in attended.select_related("session__course", "session__trainer"):
        trainer = row.session.trainer.name if row.session.trainer else row.session.outside_trainer
        yield "training", Evidence(row.session.course.name, timezone.localdate(row.attended_at), trainer)
    results = caregiver.exam_results.filter(annulled_on=None, course__kind="before_posting").select_related("course")
    for row in results:
        words = {"course": row.course.name, "part": row.get_part_display(), "score": row.score}
        text = _("%(course)s, %(part)s: %(score)s points") % words
        yield "exam", Evidence(text, row.taken_on, row.examiner)
    for row in caregiver.acknowledgements.select_related("explained_by"):
        text = _("Version %(version)s explained and agreed to") % {"version": row.version}
        yield "rule", Evidence(text, row.acknowledged_on, row.explained_by.name)


def _issued(caregiver):
    for row in caregiver.level_grants.select_related("granted_by"):
        yield "posting", Evidence(row.get_level_display(), row.granted_on, row.granted_by.name)
    for row in caregiver.posting_certificates.select_related("issued_by", "document"):
        url = _file(row.document.file_id) if row.document else ""
        yield "posting", Evidence(f"{_('Posting certificate')} {row.number}", row.issued_on, row.issued_by.name, url)


def step_name(step: Step) -> str:
    """What a step is called in the reader's language."""
    return step.name_en if get_language() == "en" else step.name


def in_onboarding() -> QuerySet[Caregiver]:
    """Everybody who is on the way, longest waiting first."""
    waiting = Caregiver.objects.filter(state=Caregiver.State.ONBOARDING).defer("identity_number")
    return with_onboarding(waiting).order_by("hired_on", "number")
