"""The scales of self-care assessment as data, with the steps of each item in our own words.

The official form decides where a word is in doubt: GB/T 42195-2022, annex B. More points, more able.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """An answer: its points and what it means."""

    points: int
    text: str
    text_en: str


@dataclass(frozen=True)
class Item:
    """An item of a scale with its possible answers, the best first."""

    code: str
    group: str
    name: str
    name_en: str
    words: tuple[Step, ...]

    @property
    def steps(self) -> tuple[int, ...]:
        return tuple(step.points for step in self.words)

    @property
    def highest(self) -> int:
        return max(self.steps)


GROUPS = {
    "self_care": ("自理能力", "Self-care"),
    "movement": ("基础运动能力", "Movement"),
    "mind": ("精神状态", "Mind"),
    "senses": ("感知觉与社会参与", "Senses and social life"),
    "barthel": ("日常生活活动", "Activities of daily living"),
}

# Steps shared by most items of self-care and movement.
COMMON = """
    4 | 独立完成，不用帮助 | Alone, without help
    3 | 有人提示或指导就能完成 | With prompting or guidance
    2 | 需要人帮，自己做大部分 | With some help, mostly alone
    1 | 大部分靠人帮，自己能配合 | Mostly by others, helps along
    0 | 完全靠人，不能配合 | Wholly by others
"""


def _items(group: str, rows: str) -> list[Item]:
    """Items are separated by an empty line: the head, then its steps, or the common ones where none are given."""
    items = []
    for block in rows.strip().split("\n\n"):
        head, *steps = block.strip().splitlines()
        code, name, name_en = _cells(head)
        words = steps or COMMON.strip().splitlines()
        items.append(Item(code, group, name, name_en, tuple(_step(row) for row in words)))
    return items


def _step(row):
    points, text, text_en = _cells(row)
    return Step(int(points), text, text_en)


def _cells(row):
    return [cell.strip() for cell in row.split("|")]


# 26 items in four groups, 90 points in all.
GBT_42195 = [
    *_items(
        "self_care",
        """
        eating | 进食 | Eating
        4 | 自己用餐具吃完，不呛咳 | Eats alone without choking
        3 | 有人提示，或自己用辅具，不呛咳 | With prompting or aids, without choking
        2 | 需要少量帮助，或偶尔呛咳 | Some help, or chokes now and then
        1 | 需要大量帮助，或经常呛咳 | Much help, or chokes often
        0 | 完全靠人喂，吞咽困难，或留置胃管 | Fed by others, cannot swallow, or feeding tube

        grooming | 修饰（洗脸、刷牙、梳头、剃须） | Grooming

        bathing | 洗澡 | Bathing

        dressing_upper | 穿脱上衣 | Upper garments

        dressing_lower | 穿脱裤子和鞋袜 | Trousers, socks and shoes

        bladder | 小便控制 | Bladder control
        4 | 白天夜间都能控制 | In control day and night
        3 | 白天能控制，夜间差一些；或自己会用尿垫 | In control by day; or uses pads alone
        2 | 白天大多能控制，每周有几次失禁；或用尿垫要人帮一点 | A few accidents a week; or some help with pads
        1 | 白天大多不能控制，每天失禁；或用尿垫大多要人帮 | Accidents every day; or much help with pads
        0 | 完全失禁，或留置导尿管 | No control, or catheter

        bowels | 大便控制 | Bowel control
        4 | 能正常控制 | In control
        3 | 每周不到一次便秘或失禁；或自己会用开塞露、尿垫 | Less than weekly trouble; or uses aids alone
        2 | 每周有几次便秘或失禁；或用辅助用品要人帮一点 | Trouble a few times a week; or some help with aids
        1 | 每天便秘或失禁；或用辅助用品大多要人帮 | Trouble every day; or much help with aids
        0 | 完全失禁，或排便和清洁都靠人 | No control, or wholly by others

        toilet | 如厕 | Using the toilet
        """,
    ),
    *_items(
        "movement",
        """
        bed_mobility | 床上体位转移（翻身、坐起） | Turning and sitting up in bed

        transfer | 床椅转移 | Bed to chair

        walking | 平地行走（约 50 米） | Walking on the level, about 50 m
        4 | 独自走，没有跌倒风险 | Alone, without risk of falling
        3 | 需要人看着，或用拐杖、助行器 | Watched, or with stick or frame
        2 | 需要人少量搀扶 | With some support
        1 | 需要人大量搀扶 | With much support
        0 | 不能行走 | Cannot walk

        stairs | 上下楼梯（10–15 级） | Stairs, 10 to 15 steps
        3 | 独自上下 | Alone
        2 | 需要人看着，或扶扶手、用拐杖 | Watched, or with handrail or stick
        1 | 需要人少量帮助 | With some help
        0 | 需要人大量帮助，或不能 | With much help, or not at all
        """,
    ),
    *_items(
        "mind",
        """
        time | 时间定向 | Orientation in time
        4 | 年、月、日都清楚 | Knows year, month and day
        3 | 年月清楚，日期或星期会差一点 | Slightly off with day or weekday
        2 | 年月日不清，知道季节或上下半年 | Knows season or half of the year
        1 | 只知道上午下午或白天黑夜 | Knows only the time of day
        0 | 没有时间概念 | No sense of time

        space | 空间定向 | Orientation in space
        4 | 能独自在住处附近外出 | Goes out alone near home
        3 | 不能独自外出，能准确说出住址 | Stays in, tells the address exactly
        2 | 知道较多的住址信息 | Knows most of the address
        1 | 只知道很少的住址信息 | Knows little of the address
        0 | 没有空间概念 | No sense of place

        persons | 人物定向 | Orientation to persons
        4 | 认识同住的人，知道彼此关系 | Knows everybody at home and how related
        3 | 认识大部分同住的人 | Knows most
        2 | 认识一部分亲人或照护者 | Knows some
        1 | 只认识自己或极少数亲人 | Knows hardly anybody
        0 | 谁也不认识 | Knows nobody

        memory | 记忆 | Memory
        4 | 与年龄相称，能完整回忆 | As fits the age
        3 | 轻度：刚听到的话过几分钟记不住 | Slight loss: not what was just said
        2 | 中度：记不得上一顿饭吃了什么 | Middle loss: not the last meal
        1 | 重度：记不得老朋友 | Severe loss: not old friends
        0 | 完全不能正确回忆 | Remembers nothing rightly

        understanding | 理解能力 | Understanding
        4 | 能正确理解别人的话 | Understands
        3 | 能理解，但需要多一点时间 | Understands with more time
        2 | 需要反复或简化地说 | Needs repeating or simple words
        1 | 很困难，要大量帮助 | With great difficulty
        0 | 完全不能理解 | Does not understand

        expression | 表达能力 | Expression
        4 | 能正常表达自己的意思 | Says what is meant
        3 | 能表达，但需要多一点时间 | With more time
        2 | 常要人猜，或只能简短表达 | Short words, others must guess
        1 | 很困难，只能表达吃喝等基本需要 | Only basic needs
        0 | 完全不能表达 | Cannot express anything

        aggression | 攻击行为（近一个月） | Aggression, last month
        1 | 没有 | None
        0 | 有过打骂、毁物等 | Hit, scolded or broke things

        depression | 抑郁症状（近一个月） | Depression, last month
        1 | 没有 | None
        0 | 有过情绪低落、不愿说话、自伤念头等 | Low, silent or thoughts of self-harm

        consciousness | 意识水平 | Consciousness
        2 | 清醒，对周围反应正确 | Awake, reacts rightly
        1 | 嗜睡，能叫醒 | Drowsy, can be woken
        0 | 昏睡或昏迷 | Stupor or coma
        """,
    ),
    *_items(
        "senses",
        """
        sight | 视力（戴平时的眼镜） | Sight, with usual glasses
        2 | 正常 | Normal
        1 | 看不清书报，能辨认物体 | Sees things, not print
        0 | 只有光感，或失明 | Light only, or blind

        hearing | 听力（戴平时的助听器） | Hearing, with usual aids
        2 | 正常 | Normal
        1 | 要大声或在安静处才听得清 | Needs loud voice or quiet
        0 | 大声也只听到一部分，或失聪 | Hears little, or deaf

        errands | 执行日常事务（用钱、服药、打电话） | Everyday affairs
        4 | 自己安排并完成 | Plans and does them alone
        3 | 需要人提醒或指导 | With reminding or guidance
        2 | 需要少量帮助 | With some help
        1 | 需要大量帮助 | With much help
        0 | 完全靠人 | Wholly by others

        transport | 使用交通工具外出 | Going out by transport
        3 | 自己骑车或坐公交 | Rides or takes the bus alone
        2 | 会打车，不会坐公交 | Takes taxis, not the bus
        1 | 有人陪可以坐公交 | Takes the bus with somebody
        0 | 只能由人陪着坐小车，或不出门 | Only by car with somebody, or stays in

        company | 社会交往能力 | Social contact
        4 | 待人接物恰当 | At ease with others
        3 | 主动接触人，复杂的话听不懂 | Seeks others, misses finer meaning
        2 | 被动接触，常说不合适的话 | Answers others, often unsuitably
        1 | 勉强接触，话说不清 | Hardly in contact, unclear speech
        0 | 不能与人交往 | No contact
        """,
    ),
]

# 10 items, 100 points in all.
BARTHEL = _items(
    "barthel",
    """
    eating | 进食 | Eating
    10 | 独立 | Alone
    5 | 需要帮助 | With help
    0 | 完全依赖 | By others

    bathing | 洗澡 | Bathing
    5 | 独立 | Alone
    0 | 需要帮助 | With help

    grooming | 修饰 | Grooming
    5 | 独立 | Alone
    0 | 需要帮助 | With help

    dressing | 穿衣 | Dressing
    10 | 独立 | Alone
    5 | 需要帮助 | With help
    0 | 完全依赖 | By others

    bowels | 大便控制 | Bowel control
    10 | 能控制 | In control
    5 | 偶尔失禁 | Accidents now and then
    0 | 失禁 | No control

    bladder | 小便控制 | Bladder control
    10 | 能控制 | In control
    5 | 偶尔失禁 | Accidents now and then
    0 | 失禁，或留置导尿管 | No control, or catheter

    toilet | 如厕 | Using the toilet
    10 | 独立 | Alone
    5 | 需要帮助 | With help
    0 | 完全依赖 | By others

    transfer | 床椅转移 | Bed to chair
    15 | 独立 | Alone
    10 | 少量帮助或看护 | Little help or watched
    5 | 大量帮助 | Much help
    0 | 完全依赖 | By others

    walking | 平地行走（45 米） | Walking on the level, 45 m
    15 | 独立，可用辅具 | Alone, aids allowed
    10 | 一人帮助 | With one person's help
    5 | 自己用轮椅 | Alone in a wheelchair
    0 | 不能 | Cannot

    stairs | 上下楼梯 | Stairs
    10 | 独立 | Alone
    5 | 需要帮助 | With help
    0 | 不能 | Cannot
    """,
)

SCALES = {"gbt_42195": GBT_42195, "barthel": BARTHEL}
