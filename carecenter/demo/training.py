"""Training in the demo: sessions held and ahead, one on the screen today, exams, a judged effect, the plan of the year."""

import datetime as dt

from django.utils import timezone

from carecenter.demo.base import World, at
from caregivers.actions import exams, training, training_plan
from caregivers.models import Caregiver, Course
from caregivers.queries.training import trainers

REPEATED = [
    ("消防安全与突发事件处置", 4, 6, "火灾、燃气泄漏、老人走失、突发疾病的处置，灭火器实操"),
    ("服务礼仪与隐私保护", 3, 12, "上门礼仪、客户信息保密、投诉的正确应对"),
]


def train(world: World, people: list[Caregiver]) -> None:
    """Two sessions held, one to be judged, one today, one next week, and the plan of this year."""
    with at(world.ago(200)):
        repeated = [
            training.save_course(
                by=world.manager, name=name, kind="further", level=None, hours=hours, pass_mark=60,
                every_months=months, outline=outline,
            )
            for name, hours, months, outline in REPEATED
        ]  # fmt: skip
    trainer = trainers(world.today).order_by("posted_on").first()
    _hold(world, repeated[0], people[:8], days=60, trainer=None)
    judged = _hold(world, repeated[1], people[2:9], days=45, trainer=trainer if trainer in people else None)
    with at(world.ago(5)):
        training.judge_effect(
            session=judged, by=world.staff.get("quality_officer", world.manager), effect="good",
            method="考试成绩、培训前后客户评价对比、现场抽查 3 人",
        )  # fmt: skip
    promotion = Course.objects.filter(kind="promotion", level=1).first()
    ahead = _plan(world, promotion, world.today + dt.timedelta(days=6), hour=9, trainer=None)
    training.enrol(session=ahead, by=world.coordinator, caregivers=people[-6:])
    now = timezone.localtime(world.now)
    today = _plan(world, repeated[0], world.today, hour=max(8, min(now.hour, 18)), trainer=None)
    training.enrol(session=today, by=world.coordinator, caregivers=people[:6])
    with at(world.ago(30)):
        training_plan.propose_plan(year=world.today.year, by=world.manager)


def _plan(world, course, day, *, hour, trainer):
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
    return training.schedule_session(
        by=world.coordinator, course=course, starts_at=start, ends_at=start + dt.timedelta(hours=3), place="机构培训教室",
        trainer=trainer, outside_trainer="" if trainer else "刘芳（护理学校）", seats=30,
    )  # fmt: skip


def _hold(world, course, people, *, days, trainer):
    day = world.ago(days)
    with at(day - dt.timedelta(days=9)):
        session = _plan(world, course, day, hour=14, trainer=trainer)
        training.enrol(session=session, by=world.coordinator, caregivers=people)
    for place, caregiver in enumerate(people[:-1]):
        with at(day, hour=13, minute=45 + place):
            training.attend(session=session, caregiver=caregiver)
    with at(day, hour=17, minute=30):
        training.close_session(session=session, by=world.coordinator)
    with at(day + dt.timedelta(days=2), hour=10):
        for part in ("theory", "practice"):
            scores = {
                person.pk: 58 if place == 1 else world.rng.randint(70, 98) for place, person in enumerate(people[:-1])
            }
            exams.record_results(
                session=session, by=world.coordinator, part=part, taken_on=timezone.localdate(), examiner="刘芳",
                scores=scores,
            )  # fmt: skip
    return session
