"""The Chinese words of choices and times on contract papers, frozen with the terms and never translated."""

import datetime as dt
from decimal import Decimal
from itertools import groupby

from agencies.models import Price

MODES = {"employee": "员工制", "intermediary": "中介制", "dispatch": "派遣制"}
SEXES = {"female": "女", "male": "男"}
IDENTITY_TYPES = {
    "resident": "居民身份证号",
    "hmt_residence": "港澳台居民居住证号",
    "foreign_residence": "外国人永久居留证号",
    "passport": "护照号",
}
AUTHORITIES = {"agent": "代理人", "legal_guardian": "监护人", "contact": "联系人"}
LEVELS = {0: "普通", 1: "一星级", 2: "二星级", 3: "三星级"}
PAPERS = {"health": "健康证明", "elderly_care": "养老护理员", "domestic_service": "家政服务员"}
GRADES = {5: "五级", 4: "四级", 3: "三级", 2: "二级", 1: "一级"}
SCALES = {"gbt_42195": "GB/T 42195—2022《老年人能力评估规范》", "barthel": "巴塞尔（Barthel）指数量表"}
ABILITY_LEVELS = {0: "能力完好", 1: "轻度失能", 2: "中度失能", 3: "重度失能", 4: "完全失能"}
RISKS = {
    "fall": "跌倒",
    "choking": "噎食、呛咳",
    "wandering": "走失",
    "diet": "饮食",
    "medicine": "用药",
    "pressure_sore": "压疮",
    "temper": "情绪和行为",
    "home": "居家环境和设备",
    "other": "其他",
}
SELF_CARE = {"able": "能自理", "unable": "不能自理"}
GROUPS = {"living_care": "生活照料", "health_care": "保健护理", "psychological": "心理疏导"}
WORK_FORMS = {"hourly": "钟点工（每次 2～5 小时）", "day": "日工（每日 8 小时）", "live_in": "全日制工（24 小时）"}
FORM_NAMES = {"hourly": "钟点工", "day": "日工", "live_in": "全日制工"}
QUANTITIES = {"hour": "小时", "visit": "次", "day": "天", "month": "月"}
UNITS = {"hour": "/ 小时", "visit": "/ 次", "day": "/ 天", "month": "/ 月", "once": "（一次性）"}
MEANS = {"paper": "纸质签署", "screen": "屏幕签署", "phone": "电话确认（工作人员记录）"}
WAYS = {"screen": "现场屏幕签署", "link": "本人手机签署", "paper": "纸质签署"}
DISPUTES = {"court": "向服务地人民法院起诉", "arbitration": "提交仲裁委员会仲裁"}
DEPOSITS = {"earnest": "定金", "security": "保证金"}
OPINIONS = {"very_satisfied": "非常满意", "satisfied": "满意", "fair": "基本满意", "dissatisfied": "不满意"}
RECEIVERS = {"client": "客户或者其家属", "agency": "机构", "caregiver": "接任服务员"}
END_REASONS = {
    "expiry": "服务期满",
    "client": "客户要求",
    "caregiver": "服务员原因",
    "agency": "机构终止",
    "hospital": "住院或者入住机构",
    "death": "服务对象死亡",
    "breach": "违约解除",
}
# What goes from hand to hand: its name on paper, what to write there, the field that holds it.
HANDOVER = [
    ("服务对象的状况", "意识、饮食、睡眠、皮肤、活动、体征", "condition"),
    ("用药", "药名、剂量、时间、余量、末次与下次、过敏", "medicines"),
    ("风险", "跌倒、噎食、走失、火和燃气", "risks"),
    ("习惯和禁忌", "作息、饮食、康复训练", "habits"),
    ("未完成的事项", "就诊预约、代购、维修、投诉", "open_matters"),
    ("钥匙和物品", "钥匙、门禁密码、设备、代管和借用物品", "keys"),
    ("资料", "护理记录、服务方案、病历资料的份数", "papers"),
    ("款项", "垫付与余额、费用结清日、工装工牌", "money"),
]
SPECIAL = {
    "caregiver": "服务员不能继续服务",
    "client": "客户不再需要服务",
    "away": "客户住院或者外出",
    "death": "服务对象死亡",
    "other": "其他特殊情况",
}
SPECIAL_OUTCOMES = {
    "supplement": "签订换人补充协议",
    "visits": "另派人或者改时间",
    "rest": "暂停服务",
    "end": "终止服务",
    "as_before": "照原约定继续",
}
SPECIAL_PARTIES = {"agency": "机构", "client": "客户", "guardian": "家属或者监护人"}
SPECIAL_MEANS = {"phone": "电话", "in_person": "当面", "message": "微信、短信", "page": "本系统记录"}
PLAN_STATES = {"draft": "（待客户签字确认）", "agreed": "（客户已确认）", "superseded": "（已被新版代替）"}
WEEKDAYS = "一二三四五六日"


def day(iso: str) -> str:
    """2026-11-03 -> 2026年11月3日"""
    value = dt.date.fromisoformat(iso)
    return f"{value.year}年{value.month}月{value.day}日"


def yuan(amount: str) -> str:
    """1980.00 -> ¥1,980.00"""
    return f"¥{Decimal(amount):,.2f}"


def deposit(kind: str, amount: str) -> str:
    """保证金 ¥500.00, or that there is none."""
    return f"{DEPOSITS[kind]} {yuan(amount)}" if kind in DEPOSITS else "不收取"


def days(weekdays: list[int]) -> str:
    """[1, 2, 3, 4, 5] -> 周一至周五; [1, 3] -> 周一、周三; all seven -> 每天."""
    wanted = sorted(set(weekdays))
    if len(wanted) == len(WEEKDAYS):
        return "每天"
    runs = [[day for _, day in run] for _, run in groupby(enumerate(wanted), lambda pair: pair[1] - pair[0])]
    return "、".join(_run(run) for run in runs)


def _run(run):
    names = [f"周{WEEKDAYS[day - 1]}" for day in run]
    return f"{names[0]}至{names[-1]}" if len(names) > 2 else "、".join(names)


def length(minutes: int) -> str:
    """90 -> 1.5 小时, 45 -> 45 分钟."""
    if minutes < 60 or minutes % 30:
        return f"{minutes} 分钟"
    return f"{minutes / 60:g} 小时"


def _times(starts_at, minutes):
    if minutes >= 24 * 60:
        return f"{starts_at:%H:%M} 起 {length(minutes)}"
    end = dt.datetime.combine(dt.date.min, starts_at) + dt.timedelta(minutes=minutes)
    return f"{starts_at:%H:%M}–{'次日 ' if end.date() > dt.date.min else ''}{end:%H:%M}"


def slots(pattern: list[tuple[int, dt.time, int]]) -> list[dict[str, str]]:
    """Visits of a week, gathered by time: the days, from when to when, how long."""
    by_time: dict[tuple[dt.time, int], list[int]] = {}
    for weekday, starts_at, minutes in pattern:
        by_time.setdefault((starts_at, minutes), []).append(weekday)
    rows = sorted(by_time.items(), key=lambda item: (min(item[1]), item[0]))
    return [{"day": days(on), "time": _times(*time), "length": length(time[1])} for time, on in rows]


def pattern(visits: list[tuple[int, dt.time, int]]) -> str:
    """The week in one line: 周一至周五 08:30–10:30."""
    return "；".join(f"{slot['day']} {slot['time']}" for slot in slots(visits))


def priced(price: Price) -> str:
    """What a price is for, as the annex names it."""
    if price.kind == Price.Kind.FEE:
        return "中介服务费"
    name = WORK_FORMS[price.work_form] if price.work_form else price.service_item.name
    return f"{name}，法定节假日" if price.kind == Price.Kind.HOLIDAY else name
