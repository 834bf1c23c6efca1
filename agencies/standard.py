"""What all rules share: findings, the register of clauses, service items (5.1-5.3), work forms (3.3, note)."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

NO_MODES: Mapping[str, str] = {}
SINCE = dt.date(2009, 2, 1)  # DB37/T 1111-2008 is in force from this day


def gettext_noop(message: str) -> str:
    """Mark a text for translation; whoever shows it translates it."""
    return message


_ = gettext_noop


@dataclass(frozen=True)
class Finding:
    """What stands against something: the clause, a code, an English text with %(names)s and what they stand for.

    "forbid" stops it, "warn" is shown and may be passed over; about names the person, where the reader needs it.
    """

    clause: str
    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    severity: str = "forbid"
    about: str = ""

    def __str__(self):
        return f"{self.about}{': ' * bool(self.about)}{self.message % self.params} ({self.clause})"


def problem(code: str, message: str, **params: object) -> Finding:
    """A finding whose clause the rulebook fills in."""
    return Finding("", code, message, params)


def warning(code: str, message: str, **params: object) -> Finding:
    return Finding("", code, message, params, "warn")


@dataclass(frozen=True)
class Rule:
    """A check and the clause it answers, asked from a day on until a newer rule takes its place.

    Where the standard leaves room, an agency may have it silent, warn or forbid; default is what it does by itself.
    """

    clause: str
    since: dt.date
    until: dt.date | None
    check: Callable[..., Finding | None]
    default: str = ""

    @property
    def name(self) -> str:
        return self.check.__name__

    def ask(self, facts: tuple, modes: Mapping[str, str]) -> Finding | None:
        mode = modes.get(self.name, self.default) if self.default else ""
        finding = None if mode == "silent" else self.check(*facts)
        return replace(finding, clause=self.clause, severity=mode or finding.severity) if finding else None

    def is_in_force(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


class Rulebook:
    """Rules that are asked together, so that everything missing is named at once."""

    def __init__(self):
        self.rules: list[Rule] = []

    def clause(
        self, number: str, *, since: dt.date = SINCE, until: dt.date | None = None, default: str = ""
    ) -> Callable:
        """Register a check under its clause: @RULES.clause("4.2.2.2 b"). A default lets agencies set it otherwise."""

        def register(check):
            self.rules.append(Rule(number, since, until, check, default))
            return check

        return register

    def findings(self, *facts: object, on: dt.date, modes: Mapping[str, str] = NO_MODES) -> list[Finding]:
        """What the rules in force on a day find, in their order; modes are the agency's own, by the rule's name."""
        asked = (rule.ask(facts, modes) for rule in self.rules if rule.is_in_force(on))
        return [finding for finding in asked if finding]


def forbidding(findings: list[Finding]) -> list[Finding]:
    """Those that stop it."""
    return [finding for finding in findings if finding.severity == "forbid"]


@dataclass(frozen=True)
class Clause:
    """A clause by number, with a title in our words."""

    number: str
    title: str
    title_en: str


def _clauses(rows: str) -> dict[str, Clause]:
    cells = ([cell.strip() for cell in row.split("|")] for row in rows.strip().splitlines())
    return {number: Clause(number, title, title_en) for number, title, title_en in cells}


CLAUSES = _clauses(
    """
    3.3 | 服务员与工作时间形式 | Caregivers and work forms
    4.1.1 | 合法经营与证照公示 | Licences held and shown
    4.1.2 | 人员与业务相适应 | Staff matched to the business
    4.1.3 | 固定场所与环境卫生 | Fixed and clean premises
    4.1.4 | 公共标识 | Public signs
    4.1.5 | 明码标价 | Prices shown, true and clear
    4.2.1 a | 从业资格 | Right to work
    4.2.1 b | 职业道德与守法 | Ethics and obedience to the law
    4.2.1 c | 文化、健康与语言 | Schooling, health proof and language
    4.2.1 d | 职业资格证书 | Qualification certificate
    4.2.2.1 | 管理人员的岗位技能 | Skills of managers
    4.2.2.2 a | 服务员的岗位技能 | Skills of caregivers
    4.2.2.2 b | 年龄与文化程度 | Age and schooling
    4.2.2.2 c | 无精神病史和传染病 | No psychiatric or infectious disease
    4.2.3 | 行为规范 | Conduct
    5 | 自理程度与服务内容 | Self-care status decides the service
    5.1 | 生活护理 | Living care
    5.2 | 保健护理 | Health care
    5.3 | 心理疏导 | Psychological support
    6 | 服务员级别 | Levels of caregivers
    6.1 | 普通服务员 | Ordinary caregiver
    6.1.1 a | 培训与经验 | Training and experience
    6.1.1 b | 家政服务员证书与上岗证 | Domestic-service and posting certificates
    6.1.2 | 普通级技能 | Skills of an ordinary caregiver
    6.2 | 一星级服务员 | One star
    6.2.1 a | 普通岗位六个月以上 | Six months as ordinary caregiver
    6.2.1 b | 用户评价满意以上 | Clients satisfied or more
    6.2.1 c | 初级证书与升星培训 | Junior certificate and promotion training
    6.2.2 | 一星级技能 | Skills of one star
    6.3 | 二星级服务员 | Two stars
    6.3.1 a | 一星岗位一年以上 | One year with one star
    6.3.1 b | 用户评价满意以上 | Clients satisfied or more
    6.3.1 c | 中级证书与升星培训 | Intermediate certificate and promotion training
    6.3.2 | 二星级技能 | Skills of two stars
    6.4 | 三星级服务员 | Three stars
    6.4.1 a | 二星岗位一年半以上，或大专直升 | Eighteen months with two stars, or directly as a graduate
    6.4.1 b | 用户评价满意以上 | Clients satisfied or more
    6.4.1 c | 高级证书与升星培训 | Senior certificate and promotion training
    6.4.2 | 三星级技能 | Skills of three stars
    7.1.1 | 组织机构与岗位职责 | Organisation, posts and duties
    7.1.2 | 沟通渠道 | Channels of communication
    7.1.3 | 岗位流程与技术规范 | Process and technical rules per post
    7.1.4 | 服务质量管理体系 | Quality system
    7.2.1 | 资源策划 | Resources planned
    7.2.2 a | 意识与能力 | Awareness and competence
    7.2.2 b | 培训与效果评价 | Training and its effect
    7.2.2 c | 三方无异议 | Three parties without objection
    7.2.2 d | 上岗程序 | On-boarding procedure
    7.2.2 e | 评价与定级 | Evaluation fixes the level
    7.2.3 | 基础设施与环境 | Infrastructure and surroundings
    7.2.4 | 安全与应急预案 | Safety and emergency plans
    7.2.5 | 环境保护 | Environment
    7.2.6 | 信息资源 | Information gathered and answered
    7.3.1 | 服务方案 | Service plan
    7.3.2 a | 接待与登记 | Reception and bookings
    7.3.2 b | 签订服务协议 | Signing the agreement
    7.3.2 c | 按约定及时服务 | Service as agreed and in time
    7.3.2 d | 服务结束与交接 | End of service and handover
    7.3.2 e | 特殊情况处理 | Special circumstances
    7.4.1 | 监督考核制度与告知 | Supervision rule, explained
    7.4.2 | 监督形式与记录 | Ways of supervision and records
    7.4.3 | 不合格服务 | Nonconforming service
    7.4.4 | 持续改进 | Improvement from information
    7.5.1 | 文件管理 | Document control
    7.5.2 | 记录管理 | Record control
    7.5.3 | 档案分类与保存期 | Archive classes and retention
    7.6 | 沟通与交流平台 | Platform for communication
    8.1 | 满意度调查 | Satisfaction surveys
    8.2 | 客户档案与保密 | Client file, kept confidential
    8.3 | 客户回访 | Return visits
    8.4 | 投诉处理 | Complaints
    """
)


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


# The levels are read from the skill lists (derived): care of bedridden people, swallowing and giving medicine begin
# at one star (6.2.2), limb rehabilitation at two (6.3.2 c). Massage is named nowhere and counted with rehabilitation;
# reading aloud and chatting count as the conversation an ordinary caregiver holds (6.1.2 a).
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
WORK_FORM_BOUNDS = {"hourly": (120, 300), "day": (480, 480), "live_in": (1440, 1440)}
DURATION_TEXTS = {
    "hourly": _("An hourly visit takes 2 to 5 hours, not %(minutes)s minutes."),
    "day": _("A day visit takes 8 hours, not %(minutes)s minutes."),
    "live_in": _("A live-in day takes 24 hours, not %(minutes)s minutes."),
}


def check_duration(work_form: str, minutes: int) -> Finding | None:
    """Whether a visit's length is one of its work form (3.3, note); the bounds themselves are in ("以上", "以内")."""
    least, most = WORK_FORM_BOUNDS[work_form]
    if least <= minutes <= most:
        return None
    return Finding("3.3", "duration", DURATION_TEXTS[work_form], {"minutes": minutes})
