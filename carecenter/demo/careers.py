"""Earlier service, exams and evaluations, so that the promotions board has something true to show."""

import datetime as dt

from carecenter.demo.base import World, at
from caregivers.actions import evaluations, levels, skills
from caregivers.models import (
    Caregiver,
    Course,
    Credential,
    ExamResult,
    LevelGrant,
    ServiceDay,
)
from caregivers.standard.levels import FORM
from caregivers.standard.skills import skills_on

NAMES = {1: "一星级", 2: "二星级", 3: "三星级"}
HOURS = {1: 40, 2: 60, 3: 80}
VISITED = 42  # days for which visits are on record
PROMISING = (1, 2, 4, 13, 14, 22)  # lack nothing but, some of them, time


def careers(world: World, caregivers: list[Caregiver]) -> None:
    """Everybody has served before the visits on record; some have every exam, some lack one."""
    world.praised = {caregivers[place].pk for place in PROMISING if place < len(caregivers)}
    courses = {
        (kind, level): Course.objects.create(
            name=f"{NAMES[level]}{words}", kind=kind, level=level, hours=HOURS[level], pass_mark=60
        )
        for level in NAMES
        for kind, words in (("level", "等级专业培训"), ("promotion", "升星培训"))
    }
    for place, caregiver in enumerate(caregivers):
        _serve(world, caregiver)
        held = LevelGrant.objects.filter(caregiver=caregiver).order_by("-granted_on").first()
        _check_skills(world, caregiver, held.level, place)
        if held.level == 3:
            continue
        for kind in ("level", "promotion")[: 2 if place % 3 else 1]:
            _pass(world, caregiver, courses[kind, held.level + 1])
        if place % 4 == 0 or place in PROMISING:
            _certify(world, caregiver, 5 - held.level)
    levels.refresh_standings()


def judge(world: World, caregivers: list[Caregiver]) -> None:
    """Most were evaluated from what is on record, most of them have read it; one has just risen."""
    for place, caregiver in enumerate(caregivers):
        if place % 9 != 8:
            _evaluate(world, caregiver, place)
    levels.refresh_standings()
    _raise_one(world, caregivers)
    levels.refresh_standings()


def _serve(world, caregiver):
    first = max(caregiver.hired_on + dt.timedelta(days=22), world.ago(500))
    days = [first + dt.timedelta(days=n) for n in range((world.ago(VISITED) - first).days)]
    ServiceDay.objects.bulk_create(
        [
            ServiceDay(agency=world.agency, caregiver=caregiver, day=day, minutes=240)
            for day in days
            if day.isoweekday() < 6
        ],
        ignore_conflicts=True,
    )


def _check_skills(world, caregiver, level, place):
    """Everything up to the own level is mastered, but for one skill of every sixth; of the next level the first two."""
    listed = [skill for skill in skills_on(world.today) if skill.level <= level + 1]
    known = [skill.code for skill in listed if skill.level <= level]
    results = dict.fromkeys(known, (True, "")) | dict.fromkeys(
        [skill.code for skill in listed if skill.level == level + 1][:2], (True, "")
    )
    if place % 6 == 5:
        results[known[-1]] = (False, "操作步骤不完整，一个月后复查")
    by = world.staff.get("quality_officer", world.manager)
    skills.record_checks(caregiver=caregiver, by=by, checked_on=world.ago(10), results=results)


def _pass(world, caregiver, course):
    for part in ExamResult.Part.values:
        ExamResult.objects.create(
            course=course, caregiver=caregiver, part=part, score=world.rng.randint(72, 96), is_passed=True,
            taken_on=world.ago(60), examiner="济南市家政服务业协会", recorded_by=world.manager,
        )  # fmt: skip


def _evaluate(world, caregiver, place):
    """Of the half year before; the first has not read it yet, the eighth was weak in one thing, the tenth answered."""
    scores = {line.code: world.rng.choice([4, 4, 5]) for line in FORM}
    result, weaknesses = "excellent" if place % 6 == 5 else "fit", ""
    if place == 7:
        scores["records"], weaknesses = 2, "护理记录过于简单，一个月内补训并复查"
        result = "fit"
    with at(world.ago(15), hour=15):
        evaluation = evaluations.evaluate(
            caregiver=caregiver, by=world.staff.get("quality_officer", world.manager),
            starts_on=max(caregiver.hired_on, world.ago(200)), ends_on=world.ago(16), scores=scores, result=result,
            strengths="守时、耐心，与老人沟通好", weaknesses=weaknesses,
        )  # fmt: skip
    if place:
        with at(world.ago(13), hour=19):
            evaluations.answer_evaluation(evaluation=evaluation, text="希望多安排技能培训。" if place == 9 else "")


def _certify(world, caregiver, grade):
    Credential.objects.create(
        caregiver=caregiver, kind="elderly_care", grade=grade, issued_as="skill_level", issuer="济南市家政服务业协会",
        number=f"YL{world.next_serial():08}", issued_on=world.ago(90), verified_on=world.ago(80), verified_by=world.manager,
    )  # fmt: skip


def _raise_one(world, caregivers):
    """The first who may rise does: proposed by the coordinator, approved by manager and quality officer."""
    scores = {line.code: world.rng.choice([4, 5]) for line in FORM}
    for caregiver in caregivers[1:]:
        standing = caregiver.standings.first()
        if standing and standing.stage == "eligible" and "quality_officer" in world.staff:
            with at(world.today, hour=8):
                application = levels.apply_for_level(
                    caregiver=caregiver, by=world.coordinator, level=standing.next_level, scores=scores,
                    comment="服务细致，客户评价好，建议晋升。",
                )  # fmt: skip
                levels.approve_application(application=application, by=world.manager)
                levels.approve_application(application=application, by=world.staff["quality_officer"])
            return
