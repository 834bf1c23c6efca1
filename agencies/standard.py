"""What the standard itself lists: service items (5.1-5.3) and work forms (3.3, note), as data with clause and date."""

import datetime as dt
from dataclasses import dataclass

SINCE = dt.date(2009, 2, 1)


@dataclass(frozen=True)
class CatalogueItem:
    """A service item: who it is for (5) and the lowest level whose skills cover it (6.1.2-6.4.2)."""

    code: str
    clause: str
    group: str
    name: str
    name_en: str
    unable_only: bool = False
    level_needed: int = 0
    since: dt.date = SINCE


def _items(group: str, clause: str, rows: str) -> list[CatalogueItem]:
    items = []
    for place, row in enumerate(rows.strip().splitlines(), 1):
        name, name_en, *flags = (cell.strip() for cell in row.split("|"))
        level = max((int(flag) for flag in flags if flag.isdigit()), default=0)
        items.append(CatalogueItem(f"{clause}-{place:02}", clause, group, name, name_en, "unable" in flags, level))
    return items


CATALOGUE = [
    *_items(
        "living_care",
        "5.1",
        """
        洗衣 | Laundry
        做饭 | Cooking
        整理卫生 | Tidying up
        居室保洁 | Cleaning the rooms
        衣服熨烫 | Ironing
        陪同看病 | Going to the doctor together
        取药 | Fetching medicine
        代为购物 | Shopping
        帮助清理个人卫生 | Help with personal hygiene | unable | 1
        帮助大小便 | Help with toileting | unable | 1
        照顾睡眠 | Care for sleep | unable | 1
        照顾饮食 | Help with eating | unable | 1
        给药 | Giving medicine | unable | 1
        """,
    ),
    *_items(
        "health_care",
        "5.2",
        """
        按摩 | Massage | 2
        测血压 | Measuring blood pressure
        测体温 | Measuring temperature
        提醒吃药 | Reminding of medicine
        肢体康复 | Limb rehabilitation | 2
        """,
    ),
    *_items(
        "psychological",
        "5.3",
        """
        读报 | Reading the newspaper
        聊天 | Chatting
        倾听 | Listening
        沟通交流 | Talking things over
        """,
    ),
]

# Length of one working time in minutes: least, most (3.3, note). Between 5 and 8 h and 8 and 24 h nothing is defined.
WORK_FORM_MINUTES = {"hourly": (120, 300), "day": (480, 480), "live_in": (1440, 1440)}


def fits_work_form(work_form: str, minutes: int) -> bool:
    """Whether a visit's length is one of its work form (3.3, note)."""
    least, most = WORK_FORM_MINUTES[work_form]
    return least <= minutes <= most
