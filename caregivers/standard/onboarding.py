"""The on-boarding procedure (上岗程序, 7.2.2 d, Appendix A): its steps in order, and what each still lacks.

Appendix A is a figure that is lost; the thirteen steps are read from the clauses around it (derived), and screens and
papers say so. Steps 1 to 10 are gone through once, 11 to 13 with every placement.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from agencies.standard import SINCE, Finding, Rulebook, forbidding, problem, warning
from agencies.standard import gettext_noop as _
from caregivers.standard.eligibility import Facts, Limits, check_assignment


@dataclass(frozen=True)
class Step:
    """One step: what it is called, what it asks, the clauses it is read from, and who answers it.

    A recorded step is written down by somebody; the others follow from papers, training, exams and certificates.
    """

    number: int
    code: str
    name: str
    name_en: str
    asks: str
    asks_en: str
    clauses: str
    is_recorded: bool
    per_placement: bool


@dataclass(frozen=True)
class Edition:
    """The procedure as it stands from a day on."""

    number: str
    since: dt.date
    steps: tuple[Step, ...]

    def before_work(self) -> list[Step]:
        """The steps that come once and before any work."""
        return [step for step in self.steps if not step.per_placement]


def _steps(rows: str) -> tuple[Step, ...]:
    steps = []
    for number, row in enumerate(rows.strip().splitlines(), 1):
        kind, code, *texts = (cell.strip() for cell in row.split("|"))
        steps.append(Step(number, code, *texts, is_recorded=kind == "recorded", per_placement=kind == "placement"))
    return tuple(steps)


# A newer edition is a further row; what was recorded before keeps its codes.
EDITIONS = [
    Edition(
        "2026-1",
        SINCE,
        _steps(
            """
            recorded | registration | 报名登记 | Registration | 填写登记表，阅读并同意个人信息处理告知书 | Registration form; privacy notice read and agreed to | 7.2.1
            follows | papers | 资料核验 | Papers checked | 身份证、职业资格证书交验原件（当场退还）；年龄、文化程度符合要求 | Originals of identity card and certificate sighted and given back; age and schooling fit | 4.2.1 a, 4.2.1 d, 4.2.2.2 b
            follows | background | 背景核查 | Background | 提交本人的无犯罪记录与信用查询结果 | Own declaration of crime record and credit, with the result of the query | 4.2.1 b
            follows | health | 健康体检 | Health check | 提交有效期内的健康证明，签署无精神病史和传染病声明 | Health certificate in date; declaration on psychiatric and infectious disease | 4.2.1 c, 4.2.2.2 c
            recorded | interview | 面试评估 | Interview | 参加面试：语言、态度、技能、意愿 | Language, attitude, skills and wishes, with a score | 4.2.1 b, 4.2.1 c, 4.2.3
            follows | training | 岗前培训 | Training before posting | 参加全部岗前培训课程 | Every course before posting attended | 7.2.2 b, 7.2.4, 7.2.5
            follows | exam | 岗前考核 | Exam | 通过岗前培训的理论和实操考核 | Theory and practice passed; a retake is a further record | 7.2.2 b, 6.1
            follows | rule | 监督考核制度告知 | Supervision rule explained | 听取监督考核制度的讲解并签字确认 | Explained and agreed to, before the contract | 7.4.1
            recorded | contract | 签订用工协议并投保 | Contract and insurance | 签订劳动合同或服务协议；意外伤害保险生效 | Labour contract or service agreement signed; accident insurance in force | 7.2.2 c, 7.2.4
            follows | posting | 定级、发上岗证 | Level and posting certificate | 评定入职级别，领取上岗证、工号牌和工装 | Level at entry, posting certificate, badge and uniform | 6, 6.1, 4.2.3
            placement | meeting | 推荐见面 | Meeting the client | 与客户见面并出示证件 | Papers shown at the first meeting; the client agrees | 7.3.2 b
            placement | agreement | 签订三方协议、上岗 | Tripartite agreement | 三方签字，交接并讲解服务方案 | Signed by all three; service plan handed over | 7.2.2 c, 7.3.1, 7.3.2 b
            placement | follow_up | 上岗跟踪 | Follow-up | 首次回访，试用结果 | First return visit and result of the trial | 7.4.2, 8.3, 7.2.2 e
            """
        ),
    )
]


def edition_on(day: dt.date) -> Edition:
    """The edition in force on a day."""
    return max((row for row in EDITIONS if row.since <= day), key=lambda row: row.since, default=EDITIONS[0])


@dataclass(frozen=True)
class Record:
    """The latest record of a step: whether it was passed, its day, and its score of 100 where it has one."""

    is_passed: bool
    done_on: dt.date
    score: int | None = None


@dataclass(frozen=True)
class Training:
    """A course before posting: whether it was attended, and which parts of its exam are passed."""

    name: str
    is_attended: bool = False
    passed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class OnboardingFacts:
    """What is known of somebody on the way to being posted; person is what every assignment asks, on one day."""

    person: Facts
    limits: Limits
    interview_mark: int
    records: Mapping[str, Record]
    trainings: tuple[Training, ...] = ()
    acknowledged_on: dt.date | None = None
    has_certificate: bool = False
    has_photo: bool = False
    has_uniform: bool = False

    def is_done(self, code: str) -> bool:
        return code in self.records and self.records[code].is_passed


RULES = Rulebook()


@RULES.clause("7.2.1")
def is_registered(facts: OnboardingFacts) -> Finding | None:
    if facts.is_done("registration"):
        return None
    return problem("not_registered", _("The registration with the privacy notice is missing."))


@RULES.clause("4.2.1 c")
def passed_the_interview(facts: OnboardingFacts) -> Finding | None:
    """The latest interview counts; the least score is a setting (derived)."""
    latest = facts.records.get("interview")
    if latest is None:
        return problem("no_interview", _("The interview is still to come."))
    if latest.is_passed:
        return None
    text = _("The interview came to %(score)s points; %(mark)s are needed.")
    return problem("interview_low", text, score=latest.score, mark=facts.interview_mark)


@RULES.clause("7.2.2 b")
def is_trained(facts: OnboardingFacts) -> Finding | None:
    if not facts.trainings:
        return problem("no_course", _("The agency offers no course before posting yet; open one."))
    missed = tuple(training.name for training in facts.trainings if not training.is_attended)
    text = _("Training before posting not attended yet: %(courses)s.")
    return problem("untrained", text, courses=missed) if missed else None


@RULES.clause("7.2.2 b")
def passed_theory(facts: OnboardingFacts) -> Finding | None:
    open_ones = _not_passed(facts, "theory")
    return problem("theory_open", _("Theory not passed yet: %(courses)s."), courses=open_ones) if open_ones else None


@RULES.clause("7.2.2 b")
def passed_practice(facts: OnboardingFacts) -> Finding | None:
    open_ones = _not_passed(facts, "practice")
    text = _("Practice not passed yet: %(courses)s.")
    return problem("practice_open", text, courses=open_ones) if open_ones else None


def _not_passed(facts, part):
    return tuple(training.name for training in facts.trainings if part not in training.passed)


@RULES.clause("7.2.2 c")
def has_contract(facts: OnboardingFacts) -> Finding | None:
    if facts.is_done("contract"):
        return None
    return problem("no_contract", _("The work contract or service agreement is not signed yet."))


@RULES.clause("7.2.4")
def is_covered(facts: OnboardingFacts) -> Finding | None:
    """Nobody begins without accident insurance (derived), unless the agency does not ask for it at all."""
    if facts.limits.modes.get("is_insured") == "silent":
        return None
    return None if facts.person.has("insurance") else problem("no_cover", _("Accident insurance is not in force."))


@RULES.clause("6.1")
def is_posted(facts: OnboardingFacts) -> Finding | None:
    if facts.has_certificate:
        return None
    return problem("no_certificate_of_posting", _("There is no posting certificate in force."))


@RULES.clause("4.2.3")
def has_photo(facts: OnboardingFacts) -> Finding | None:
    return None if facts.has_photo else warning("no_photo", _("There is no photo for the badge yet."))


@RULES.clause("4.2.3")
def has_uniform(facts: OnboardingFacts) -> Finding | None:
    return None if facts.has_uniform else warning("no_uniform", _("No uniform has been handed out yet."))


# Which step a finding belongs to; what a later rule adds to eligibility counts as a paper to be checked.
STEP_OF = {
    "not_registered": "registration",
    "no_background": "background",
    "no_health": "health",
    "health_expired": "health",
    "health_later": "health",
    "no_declaration": "health",
    "no_interview": "interview",
    "interview_low": "interview",
    "no_course": "training",
    "untrained": "training",
    "theory_open": "exam",
    "practice_open": "exam",
    "not_acknowledged": "rule",
    "no_contract": "contract",
    "no_cover": "contract",
    "no_certificate_of_posting": "posting",
    "no_photo": "posting",
    "no_uniform": "posting",
}
# What an assignment asks and on-boarding does not: it is about the work in question, or comes with the last step.
LATER = ("state_onboarding", "state_suspended", "state_left", "absent", "no_level", "level_too_low", "work_form")


def missing_by_step(facts: OnboardingFacts) -> dict[str, list[Finding]]:
    """Everything that is missing, by step in their order; steps that lack nothing are left out."""
    found = _of_person(facts) + forbidding(RULES.findings(facts, on=facts.person.first_day))
    codes = [step.code for step in edition_on(facts.person.first_day).before_work()]
    missing = {code: [one for one in found if STEP_OF.get(one.code, "papers") == code] for code in codes}
    return {code: findings for code, findings in missing.items() if findings}


def _of_person(facts):
    asked = forbidding(check_assignment(facts.person, facts.limits))
    return [finding for finding in asked if finding.code not in LATER]


def reminders(facts: OnboardingFacts) -> list[Finding]:
    """What is expected with the last step and stops nothing."""
    return [one for one in RULES.findings(facts, on=facts.person.first_day) if one.severity == "warn"]


def missing_before(facts: OnboardingFacts, code: str) -> list[Finding]:
    """What stands against recording a step: everything that earlier steps still lack."""
    missing = missing_by_step(facts)
    steps = edition_on(facts.person.first_day).before_work()
    place = next(step.number for step in steps if step.code == code)
    return [finding for step in steps if step.number < place for finding in missing.get(step.code, [])]


def progress(facts: OnboardingFacts) -> list[tuple[Step, str, list[Finding]]]:
    """Each step before work with "done", "now" or "open" and what it lacks; now is the first that is not done."""
    missing = missing_by_step(facts)
    first = next(iter(missing), "")
    return [
        (step, "now" if step.code == first else "open" if step.code in missing else "done", missing.get(step.code, []))
        for step in edition_on(facts.person.first_day).before_work()
    ]


def day_problem(facts: OnboardingFacts, code: str, day: dt.date, today: dt.date) -> Finding | None:
    """A step is recorded when it is done, not before the recorded steps it follows; the contract not before 7.4.1."""
    if day > today:
        return Finding("7.2.2 d", "future", _("A step cannot be done in the future."))
    earlier = [record.done_on for step, record in facts.records.items() if _number(step) < _number(code)]
    if code == "contract" and facts.acknowledged_on:
        earlier.append(facts.acknowledged_on)
    if earlier and day < max(earlier):
        text = _("The steps before this one were done on %(day)s.")
        return Finding("7.2.2 d", "out_of_order", text, {"day": max(earlier)})
    return None


def _number(code):
    return next(step.number for edition in EDITIONS for step in edition.steps if step.code == code)
