"""On-boarding in the demo world: each caregiver went through the steps in the weeks after the file was opened."""

import datetime as dt
import functools
import io

from django.utils import timezone
from PIL import Image, ImageDraw

from carecenter.demo.base import World, at
from caregivers.actions import badge, onboarding, posting, supplies
from caregivers.models import Attendance, BadgeScan, Caregiver, Course, ExamResult, TrainingSession
from contracts.models import Agreement, Visit

COURSES = [
    ("岗前培训一（礼仪与安全）", 8, "着装与礼仪、尊老敬老、隐私保护、突发疾病和火灾应急、环境保护"),
    ("岗前培训二（生活照料基础）", 16, "清洁、洗烫、做饭、测血压和体温、服药提醒、消毒常识"),
]
EVERY = 14  # days between two rounds of the courses
FACES = [("#f1c9a5", "#2d2420"), ("#eab98f", "#4a3a30"), ("#f5d3b3", "#57524e"), ("#e0ac80", "#1f1a17")]
CLOTHES = ["#0f766e", "#31577c", "#7a4b6b", "#55633a", "#8a5a2b"]


@functools.cache
def portrait(place: int) -> tuple[str, bytes, str]:
    """A drawn face as an upload; nobody in particular."""
    skin, hair = FACES[place % len(FACES)]
    image = Image.new("RGB", (480, 640), "#d7e3ea")
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 470, 420, 900), fill=CLOTHES[place % len(CLOTHES)])
    draw.rectangle((205, 400, 275, 520), fill=skin)
    draw.ellipse((120, 105, 360, 420), fill=hair)
    draw.ellipse((145, 150, 335, 440), fill=skin)
    draw.chord((135, 110, 345, 330), 180, 360, fill=hair)
    for left in (185, 265):
        draw.ellipse((left, 285, left + 28, 303), fill="#2b2320")
    draw.arc((195, 330, 285, 392), 20, 160, fill="#a3524a", width=6)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return "photo.jpg", buffer.getvalue(), "image/jpeg"


def courses(world: World) -> list[Course]:
    """The two courses before posting; opened with the first caregiver."""
    return [
        Course.objects.get_or_create(
            name=name, defaults={"kind": "before_posting", "hours": hours, "outline": outline, "pass_mark": 60}
        )[0]
        for name, hours, outline in COURSES
    ]


def register(world: World, caregiver: Caregiver, day: dt.date) -> None:
    with at(day, hour=10):
        onboarding.record_registration(caregiver=caregiver, by=world.manager, done_on=day, is_informed=True)


def interview(world: World, caregiver: Caregiver, day: dt.date, score: int) -> None:
    with at(day, hour=14):
        note = "普通话清楚，有照顾老人的经验，愿意做钟点工"
        onboarding.record_interview(caregiver=caregiver, by=world.manager, done_on=day, score=score, note=note)


def train(world: World, caregiver: Caregiver, after: dt.date) -> dt.date:
    """Attend the next round of the courses and pass both parts of each exam; the day of it."""
    day = after + dt.timedelta(days=-(after - dt.date(2020, 1, 6)).days % EVERY)
    for place, course in enumerate(courses(world)):
        start = timezone.make_aware(dt.datetime.combine(day, dt.time(8 if place == 0 else 14)))
        session, _created = TrainingSession.objects.get_or_create(
            course=course,
            starts_at=start,
            defaults={
                "ends_at": start + dt.timedelta(hours=4),
                "state": "held",
                "place": "机构培训教室",
                "outside_trainer": "刘芳（护理学校）",
                "created_by": world.manager,
            },
        )
        Attendance.objects.create(session=session, caregiver=caregiver, attended_at=start, way="office")
        for part in ExamResult.Part.values:
            ExamResult.objects.create(
                course=course, caregiver=caregiver, session=session, part=part, score=70 + caregiver.pk % 25,
                is_passed=True, taken_on=day, examiner="刘芳", recorded_by=world.manager,
            )  # fmt: skip
    return day


def finish(world: World, caregiver: Caregiver, hired: dt.date) -> None:
    """The steps from the interview to the posting certificate; papers and the supervision rule are on file."""
    interview(world, caregiver, hired + dt.timedelta(days=1), 68 + caregiver.pk % 30)
    train(world, caregiver, hired + dt.timedelta(days=2))
    with at(hired + dt.timedelta(days=18), hour=9):
        day = timezone.localdate()
        note = f"劳动合同 LD-{day.year}-{caregiver.number}"
        onboarding.record_contract(caregiver=caregiver, by=world.manager, done_on=day, nothing_withheld=True, note=note)
    with at(hired + dt.timedelta(days=20)):
        posting.post_caregiver(caregiver=caregiver, by=world.manager)


def equip(world: World, caregivers: list[Caregiver]) -> None:
    """Uniforms and gloves with their receipts, a sheet of badges, one badge lost."""
    for place, caregiver in enumerate(caregivers):
        for item, quantity in (("uniform", 2), ("gloves", 10)):
            with at(max(caregiver.posted_on, world.ago(200)), hour=15):
                supply = supplies.issue_supply(
                    caregiver=caregiver, by=world.manager, item=item, quantity=quantity, issued_on=timezone.localdate()
                )
            if place % 5:
                with at(max(caregiver.posted_on, world.ago(199)), hour=18):
                    supplies.confirm_supply(supply=supply)
    with at(world.ago(30), hour=10):
        badge.print_sheet(caregivers=caregivers[:10], by=world.manager)
    with at(world.ago(3), hour=9):
        badge.replace_badge(caregiver=caregivers[min(4, len(caregivers) - 1)], by=world.manager)


def scan_badges(world: World, signed: list[Agreement]) -> None:
    """Clients who checked the badge at the first visit."""
    for agreement in signed[::3]:
        visit = Visit.objects.filter(agreement=agreement, checked_in_at__isnull=False).order_by("period").first()
        if visit:
            local = timezone.localtime(visit.checked_in_at)
            with at(local.date(), hour=local.hour, minute=local.minute):
                BadgeScan.objects.create(caregiver_id=visit.caregiver_id, light="green")
