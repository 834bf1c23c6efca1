"""Self-care assessment and the status derived from it (DB37/T 1111-2008, 5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """An item of a scale: its points run from 0 to highest, in these steps."""

    code: str
    group: str
    name: str
    name_en: str
    steps: tuple[int, ...]

    @property
    def highest(self) -> int:
        return max(self.steps)


def _items(group: str, rows: str) -> list[Item]:
    items = []
    for row in rows.strip().splitlines():
        code, name, name_en, highest = (cell.strip() for cell in row.split("|"))
        items.append(Item(code, group, name, name_en, tuple(range(int(highest), -1, -1))))
    return items


# GB/T 42195-2022: 26 items in four groups, 90 points in all; more points, more able.
GBT_42195 = [
    *_items(
        "self_care",
        """
        eating | 进食 | Eating | 4
        grooming | 修饰 | Grooming | 4
        bathing | 洗澡 | Bathing | 4
        dressing_upper | 穿/脱上衣 | Upper garments | 4
        dressing_lower | 穿/脱裤子和鞋袜 | Trousers, socks and shoes | 4
        bladder | 小便控制 | Bladder control | 4
        bowels | 大便控制 | Bowel control | 4
        toilet | 如厕 | Using the toilet | 4
        """,
    ),
    *_items(
        "movement",
        """
        bed_mobility | 床上体位转移 | Turning in bed | 4
        transfer | 床椅转移 | Bed to chair | 4
        walking | 平地行走 | Walking on the level | 4
        stairs | 上下楼梯 | Stairs | 3
        """,
    ),
    *_items(
        "mind",
        """
        time | 时间定向 | Orientation in time | 4
        space | 空间定向 | Orientation in space | 4
        persons | 人物定向 | Orientation to persons | 4
        memory | 记忆 | Memory | 4
        understanding | 理解能力 | Understanding | 4
        expression | 表达能力 | Expression | 4
        aggression | 攻击行为 | Aggression | 1
        depression | 抑郁症状 | Depression | 1
        consciousness | 意识水平 | Consciousness | 2
        """,
    ),
    *_items(
        "senses",
        """
        sight | 视力 | Sight | 2
        hearing | 听力 | Hearing | 2
        errands | 执行日常事务 | Everyday affairs | 4
        transport | 使用交通工具外出 | Going out by transport | 3
        company | 社会交往能力 | Social contact | 4
        """,
    ),
]

# Barthel index: 10 items, 100 points in all.
BARTHEL = [
    Item("eating", "barthel", "进食", "Eating", (10, 5, 0)),
    Item("bathing", "barthel", "洗澡", "Bathing", (5, 0)),
    Item("grooming", "barthel", "修饰", "Grooming", (5, 0)),
    Item("dressing", "barthel", "穿衣", "Dressing", (10, 5, 0)),
    Item("bowels", "barthel", "大便控制", "Bowel control", (10, 5, 0)),
    Item("bladder", "barthel", "小便控制", "Bladder control", (10, 5, 0)),
    Item("toilet", "barthel", "如厕", "Using the toilet", (10, 5, 0)),
    Item("transfer", "barthel", "床椅转移", "Bed to chair", (15, 10, 5, 0)),
    Item("walking", "barthel", "平地行走", "Walking on the level", (15, 10, 5, 0)),
    Item("stairs", "barthel", "上下楼梯", "Stairs", (10, 5, 0)),
]

SCALES = {"gbt_42195": GBT_42195, "barthel": BARTHEL}

# What makes the ability level worse whatever the points say.
ADJUSTMENTS = {
    "coma": ("昏迷", "Coma"),
    "dementia": ("确诊认知障碍", "Dementia, diagnosed"),
    "mental": ("确诊其他精神和行为障碍", "Other mental disorder, diagnosed by a psychiatrist"),
    "events": ("30 天内发生 2 次及以上照护风险事件", "Two or more care-risk events within 30 days"),
}

LEVELS = (
    ("能力完好", "Full ability"),
    ("轻度失能", "Slight loss"),
    ("中度失能", "Moderate loss"),
    ("重度失能", "Severe loss"),
    ("完全失能", "Total loss"),
)

# First hands-on help in one of these makes a person unable (derived from the step words of GB/T 42195-2022).
HANDS_ON = frozenset(item.code for item in GBT_42195[:8]) | {"bed_mobility", "transfer", "walking"}


@dataclass(frozen=True)
class Result:
    """What an assessment says: points, ability level 0 (full) to 4 (none), self-care status."""

    total: int
    level: int
    self_care: str


def missing_answers(scale: str, answers: Mapping[str, int]) -> list[Item]:
    """Items without an answer or with one the scale does not know."""
    return [item for item in SCALES[scale] if answers.get(item.code) not in item.steps]


def assess(scale: str, answers: Mapping[str, int], adjustments: Iterable[str] = ()) -> Result:
    """Score a complete assessment.

    GB/T 42195-2022: 90 is level 0, 66 to 89 level 1, 46 to 65 level 2, 30 to 45 level 3, below 30 level 4. Coma is
    level 4 outright; dementia, another mental disorder or repeated care-risk events make it one level worse, once.
    Unable: level 2 or worse, or hands-on help (2 points or fewer) in self-care, turning, transfer or walking.
    Barthel: 61 and more is able unless eating, toilet, transfer or bowels are below full points (derived).
    """
    total = sum(answers[item.code] for item in SCALES[scale])
    if scale == "barthel":
        level = 0 if total == 100 else 1 if total > 60 else 2 if total > 40 else 3 if total > 20 else 4
        full = {"eating": 10, "toilet": 10, "transfer": 15, "bowels": 10}
        unable = total <= 60 or any(answers[code] < points for code, points in full.items())
    else:
        level = 0 if total == 90 else 1 if total >= 66 else 2 if total >= 46 else 3 if total >= 30 else 4
        unable = any(answers[code] <= 2 for code in HANDS_ON)
    reasons = set(adjustments)
    if "coma" in reasons:
        level = 4
    elif reasons:
        level = min(level + 1, 4)
    return Result(total, level, "unable" if unable or level >= 2 else "able")
