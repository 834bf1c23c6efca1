"""Somebody on the way to being posted, for the tests of on-boarding and badges. The people are invented."""

import datetime as dt
import io

from django.utils import timezone
from PIL import Image

from caregivers.actions import credentials, files, onboarding, posting
from caregivers.models import (
    Attendance,
    Caregiver,
    Course,
    Credential,
    Evaluation,
    ExamResult,
    LevelGrant,
    QualityRecord,
    ServiceDay,
    TrainingSession,
)
from tests.factories import make_one, make_user

IDENTITY = "370102198505121245"  # a woman born on 12 May 1985
PAPERS = ("identity_card", "domestic_service", "background", "health", "insurance")


def photo(size=(600, 800), form="JPEG", **options):
    """An upload as UploadField cleans it."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "#c8d8e0").save(buffer, form, **options)
    return f"face.{form.lower()}", buffer.getvalue(), f"image/{form.lower()}"


def open_file(by, **fields) -> Caregiver:
    """A new file, complete but for what on-boarding asks."""
    today = timezone.localdate()
    data = {
        "name": "王秀兰",
        "identity_type": "resident",
        "identity_number": IDENTITY,
        "phone": "13605310107",
        "home_address": "济南市历下区泺文路12号",
        "education": "junior_high",
        "employment": "full_time",
        "work_forms": ["hourly"],
        "declared_no_history_on": today,
        "hired_on": today,
        "photo": photo(),
    }
    return files.create_caregiver(by=by, **{**data, **fields})


def add_papers(caregiver, by, kinds=PAPERS, **fields):
    today = timezone.localdate()
    dates = {"issued_on": today - dt.timedelta(days=30), "expires_on": today + dt.timedelta(days=300)}
    for kind in kinds:
        paper = {"kind": kind, "issuer": "济南市", "original_sighted": True, **dates, **fields}
        credentials.add_credential(caregiver=caregiver, by=by, **paper)


def open_course(name="岗前培训"):
    return make_one(Course, name=name, kind="before_posting", pass_mark=60, hours=16)


def train(caregiver, course, by, parts=("theory", "practice")):
    session = make_one(TrainingSession, course=course, state="held", outside_trainer="刘芳")
    make_one(Attendance, session=session, caregiver=caregiver, attended_at=timezone.now(), way="office")
    for part in parts:
        make_one(
            ExamResult, course=course, caregiver=caregiver, session=None, part=part, score=82, is_passed=True,
            taken_on=timezone.localdate(), examiner="刘芳", recorded_by=by,
        )  # fmt: skip


def reach_the_last_step(caregiver, by, course):
    """Everything of steps 1 to 9."""
    today = timezone.localdate()
    onboarding.record_registration(caregiver=caregiver, by=by, done_on=today, is_informed=True)
    add_papers(caregiver, by)
    onboarding.record_interview(caregiver=caregiver, by=by, done_on=today, score=75, note="普通话清楚")
    train(caregiver, course, by)
    files.acknowledge_rule(caregiver=caregiver, by=by, acknowledged_on=today)
    onboarding.record_contract(caregiver=caregiver, by=by, done_on=today, nothing_withheld=True, note="劳动合同 LD-1")


def posted(by, **fields) -> Caregiver:
    """A caregiver who went through every step today."""
    caregiver = open_file(by, **fields)
    course = Course.objects.filter(kind="before_posting").first() or open_course()
    reach_the_last_step(caregiver, by, course)
    posting.post_caregiver(caregiver=caregiver, by=by)
    return caregiver


def ago(days):
    return timezone.localdate() - dt.timedelta(days=days)


def ready(level=1, name="王秀兰", held_days=800, **values):
    """A caregiver who has everything for a level: half a year at the ordinary one, ratings, exams, paper, evaluation."""
    caregiver = make_one(Caregiver, name=name, state="active", posted_on=ago(300), work_forms=["hourly"], **values)
    make_one(LevelGrant, caregiver=caregiver, level=level - 1, granted_on=ago(held_days))
    for day in range(0, 700, 7):
        ServiceDay.objects.create(caregiver=caregiver, day=ago(700 - day), minutes=120)
    for source in range(5):
        make_one(QualityRecord, caregiver=caregiver, kind="rating", value=3, source="survey", source_id=caregiver.pk * 10 + source, happened_on=ago(30))  # fmt: skip
    for kind in ("level", "promotion"):
        course = Course.objects.get_or_create(
            name=f"{kind}{level}", defaults={"kind": kind, "level": level, "hours": 8}
        )[0]
        for part in ("theory", "practice"):
            make_one(ExamResult, caregiver=caregiver, course=course, part=part, is_passed=True, taken_on=ago(20))
    make_one(Credential, caregiver=caregiver, kind="elderly_care", grade=6 - level, issued_on=ago(400), verified_on=ago(390), verified_by=make_user())  # fmt: skip
    make_one(Evaluation, caregiver=caregiver, result="fit", evaluated_on=ago(10), scores={})
    return caregiver
