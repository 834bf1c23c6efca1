"""Skills of each level (6.1.2-6.4.2): what a caregiver of a level masters, cumulative upward, as data with a first day.

The labels are ours; the clause and the place in it say where the skill stands in the standard.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agencies.standard import SINCE, Finding
from agencies.standard import gettext_noop as _

GROUPS = {
    "living_care": _("Living care"),
    "nursing": _("Technical nursing"),
    "rehabilitation": _("Rehabilitation"),
    "psychological": _("Psychological support"),
    "guidance": _("Training and guidance"),
}


@dataclass(frozen=True)
class Skill:
    """One skill: the level that asks for it first, its group, and from when until when a list holds it."""

    code: str
    level: int
    group: str
    label: str
    label_en: str
    since: dt.date = SINCE
    until: dt.date | None = None

    @property
    def clause(self) -> str:
        return self.code.split("-")[0]

    def is_asked_on(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def _skills(clause: str, level: int, group: str, rows: str) -> list[Skill]:
    lines = [[cell.strip() for cell in row.split("|")] for row in rows.strip().splitlines()]
    return [Skill(f"{clause}-{place:02}", level, group, *line) for place, line in enumerate(lines, 1)]


# A newer edition ends rows and adds others; checks made before keep their code.
SKILLS = [
    *_skills(
        "6.1.2a",
        0,
        "living_care",
        """
        协助个人清洁：口腔、指（趾）甲、洗头、洗澡、更衣 | Help with personal hygiene: mouth, nails, hair, bath, clothes
        衣物洗涤、熨烫与收纳 | Washing, ironing and keeping clothes
        居室、厨卫、家电与玻璃的清洁 | Cleaning rooms, kitchen, bathroom, appliances and windows
        制作适合老人的家常饭菜 | Cooking plain meals that suit the client
        代购日用品和常用药 | Shopping for daily goods and common medicine
        观察身心变化，日常沟通 | Noticing changes of body and mood, everyday talk
        护理安全与意外的预防处理 | Safety in care, preventing and handling accidents
        """,
    ),
    *_skills(
        "6.1.2b",
        0,
        "nursing",
        """
        遵医嘱协助服药 | Helping with medicine as the doctor ordered
        使用血压计和体温计 | Using blood-pressure meter and thermometer
        居室和用品的常规消毒与简单隔离 | Everyday disinfection of rooms and things, simple isolation
        """,
    ),
    *_skills(
        "6.2.2a",
        1,
        "living_care",
        """
        床上洗漱擦浴、更换床单，预防褥疮，晨晚间照料 | Washing and changing sheets in bed, preventing pressure sores, morning and evening care
        变换卧位，找出睡不好的一般原因 | Turning in bed, finding common causes of bad sleep
        吞咽困难者的喂食 | Feeding people who swallow with difficulty
        协助大小便，使用便器和纸尿裤 | Help with toileting, bedpans and pads
        使用轮椅、拐杖，防跌倒等意外 | Wheelchairs and walking aids, preventing falls
        居室清洁与合理布置 | Cleaning and sensible arrangement of the room
        """,
    ),
    *_skills(
        "6.2.2b",
        1,
        "nursing",
        """
        保管口服药，协助口服给药 | Keeping oral medicine and helping to take it
        测血压体温、记出入量，观察皮肤和指甲 | Blood pressure, temperature, intake and output, skin and nails
        便器等用品的消毒 | Disinfecting bedpans and the like
        使用热水袋和冰袋 | Hot-water bottles and ice packs
        写简单的护理记录 | Writing simple care records
        """,
    ),
    *_skills(
        "6.3.2a",
        2,
        "living_care",
        """
        不能自理者的口腔护理，照料已有褥疮的老人 | Mouth care of dependent people, care of existing pressure sores
        疼痛护理，分析失眠原因并助眠 | Care in pain, reasons of sleeplessness and help with it
        营养配餐并协助进餐 | Balanced meals and help with eating
        不能自理者的排泄照料，按要求留取标本 | Toileting of dependent people, collecting samples as asked
        正确搬移老人 | Moving and lifting people the right way
        居室布置与花卉养护 | Arranging the room and keeping plants
        """,
    ),
    *_skills(
        "6.3.2b",
        2,
        "nursing",
        """
        用药常识，协助医护换药 | Common knowledge of medicine, assisting with dressings
        测量体征并据此判断状况 | Measuring vital signs and judging by them
        消毒隔离的操作，物理和化学方法 | Disinfection and isolation by physical and chemical means
        温水擦浴和湿热敷 | Tepid sponging and moist heat
        看懂护理文件并正确填写 | Reading care papers and filling them in correctly
        吸氧、吸痰等急救知识，轻伤烫伤的初步处理 | Oxygen, suction and first aid, small injuries and burns
        配合医护照料常见慢性病 | Working with doctors and nurses on common chronic illness
        """,
    ),
    *_skills(
        "6.3.2c",
        2,
        "rehabilitation",
        """
        协助肢体康复，指导使用健身器材 | Exercises of the limbs, guiding the use of exercise equipment
        陪伴读书、散步、聊天等休闲活动 | Company in leisure: reading, walking, talking
        """,
    ),
    *_skills(
        "6.3.2d", 2, "psychological", "观察情绪，有针对性地沟通引导 | Observing moods, talking and guiding to the point"
    ),
    *_skills(
        "6.4.2a",
        3,
        "nursing",
        """
        心肺复苏，止血、包扎、固定和搬运 | Resuscitation, stopping bleeding, dressing, splinting and carrying
        协助观察和护理危重老人 | Helping to observe and nurse the gravely ill
        指导老年病预防和健康习惯 | Guidance on illnesses of age and healthy habits
        """,
    ),
    *_skills(
        "6.4.2b",
        3,
        "rehabilitation",
        """
        协助完成康复计划 | Helping to carry out a rehabilitation plan
        陪同参加兴趣和文体活动 | Going along to hobbies, sports and culture
        """,
    ),
    *_skills(
        "6.4.2c",
        3,
        "psychological",
        "情感交流，疏导忧虑、恐惧和焦虑 | Emotional exchange, easing worry, fear and anxiety",
    ),
    *_skills("6.4.2d", 3, "guidance", "给各级服务员做培训和指导 | Training and guiding caregivers of every level"),
]


def skills_on(day: dt.date) -> list[Skill]:
    """The list in force on a day."""
    return [skill for skill in SKILLS if skill.is_asked_on(day)]


def skills_up_to(level: int, day: dt.date) -> list[Skill]:
    """What a caregiver of a level masters: its own skills and those of every level below."""
    return [skill for skill in skills_on(day) if skill.level <= level]


def missing_skills(level: int, mastered: Iterable[str], day: dt.date) -> list[Skill]:
    """Skills up to a level that were not found mastered."""
    known = set(mastered)
    return [skill for skill in skills_up_to(level, day) if skill.code not in known]


def mastered_codes(checks: Mapping[str, bool]) -> frozenset[str]:
    """The codes whose latest check found them mastered."""
    return frozenset(code for code, is_mastered in checks.items() if is_mastered)


def level_mastered(mastered: Iterable[str], day: dt.date) -> int | None:
    """The highest level of which everything, and everything below, is mastered."""
    known = set(mastered)
    reached = None
    for level in sorted({skill.level for skill in skills_on(day)}):
        if missing_skills(level, known, day):
            break
        reached = level
    return reached


def check_skills(level: int, mastered: Iterable[str], day: dt.date) -> Finding | None:
    """Whether all skills up to a level are mastered (6.1.2-6.4.2, cumulative by 6)."""
    missing = missing_skills(level, mastered, day)
    if not missing:
        return None
    text = _("%(count)s of %(total)s skills up to this level are not mastered yet.")
    params = {"count": len(missing), "total": len(skills_up_to(level, day))}
    return Finding(f"6.{level + 1}.2", "skills", text, params)
