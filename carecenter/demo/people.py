"""Invented people of the demo world: names, addresses, identity numbers that check but belong to nobody."""

import datetime as dt
from random import Random

from agencies.identity import check_digit

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GRANDMOTHERS = ["淑贞", "桂英", "秀兰", "玉珍", "凤英", "素琴", "惠芳", "月娥", "金凤", "翠云"]
GRANDFATHERS = ["建国", "德福", "国强", "志远", "文彬", "永年", "长顺", "振华"]
CARER_GIVEN = [
    "秀兰",
    "桂芳",
    "梅",
    "凤英",
    "丽",
    "春燕",
    "红霞",
    "玉兰",
    "海燕",
    "爱华",
    "翠萍",
    "雪梅",
    "金花",
    "志强",
    "建军",
    "小红",
]
SONS = ["建华", "晓东", "志明", "海涛", "雪峰", "国栋"]
DAUGHTERS = ["丽娟", "晓燕", "文静", "雅琴"]
DISTRICTS = ["历下区", "市中区", "槐荫区", "天桥区", "历城区"]
STREETS = ["泺文路", "解放路", "经七路", "文化东路", "燕子山路", "历山路", "舜耕路", "花园路", "山大路", "和平路"]
NEEDS = [
    "早饭要软，不吃辣。",
    "喜欢听吕剧，下午要午睡一小时。",
    "爱看报，眼镜放在床头。",
    "爱喝热茶，饭后散步半小时。",
    "养了一只猫，进出随手关门。",
]
ILLNESSES = ["高血压", "2 型糖尿病", "高血压、冠心病", "脑梗死后遗症，右侧肢体活动不便", "帕金森病", "骨质疏松"]
MEDICINES = ["氨氯地平 每日一次", "二甲双胍 每日两次", "阿司匹林肠溶片 每日一次", "美多芭 每日三次", "钙片 每日一次"]
RISKS = [
    ("fall", "起身要扶，夜里开小灯"),
    ("diet", "糖尿病，少糖"),
    ("choking", "吃饭要慢，坐直"),
    ("home", "门口对讲按房号"),
    ("medicine", "午饭后药要看着吃下"),
    ("temper", "不喜欢被催，先打招呼"),
]


def person_name(rng: Random, given: list[str]) -> str:
    return rng.choice(SURNAMES) + rng.choice(given)


def identity_number(rng: Random, birth: dt.date, sex: str, serial: int) -> str:
    """An 18-digit number with a right check digit; the serial keeps it unique in the demo world."""
    last = serial * 2 % 1000 + (1 if sex == "male" else 0)
    first = f"370102{birth:%Y%m%d}{last % 1000:03}"
    return first + check_digit(first + "0")


def birth_date(rng: Random, today: dt.date, youngest: int, oldest: int) -> dt.date:
    days = rng.randint(youngest * 365 + 30, oldest * 365)
    return today - dt.timedelta(days=days)


def home(rng: Random) -> dict[str, str]:
    address = (
        f"{rng.choice(STREETS)}{rng.randint(1, 180)}号{rng.randint(1, 6)}单元{rng.randint(1, 6)}0{rng.randint(1, 4)}"
    )
    return {"district": rng.choice(DISTRICTS), "address": address}
