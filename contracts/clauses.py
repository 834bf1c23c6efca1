"""The agency's own words in its agreements (7.2.2 c): standard wording of each form's blocks, and what no wording may say."""

from typing import Any

from django.core.exceptions import ValidationError

from agencies.findings import text_of
from archive.models import ControlledText
from archive.texts import Parts, checks, text_in_force, wording
from contracts.models import Agreement
from contracts.standard import void_words

Mode = Agreement.Mode
Kind = ControlledText.Kind
KINDS = {
    Mode.EMPLOYEE: Kind.TERMS_EMPLOYEE,
    Mode.INTERMEDIARY: Kind.TERMS_INTERMEDIARY,
    Mode.DISPATCH: Kind.TERMS_DISPATCH,
}
EXTRA = "extra"  # further clauses, one a line; the only part that may stay empty

INSURANCE = {
    Mode.EMPLOYEE: "乙方依法为丙方缴纳社会保险，并承担上述保险的保费。",
    Mode.INTERMEDIARY: "乙方应提示甲方、丙方投保意外伤害险和家政服务责任险，保费由投保人承担。",
    Mode.DISPATCH: "乙方为丙方投保意外伤害险或者雇主责任险并承担保费。",
}


def standard_blocks(mode: str) -> Parts:
    """(code, place and title, text) of each block an agency may word, in the order of the agreement."""
    training = "指导" if mode == Mode.INTERMEDIARY else "负责"
    return [
        ("payment", "五（二）付款方式", "付款方式为向乙方公示的收款账户转账、移动支付，或者到乙方经营场所支付现金。"),
        (
            "overtime",
            "五（五）超时和法定节假日",
            "经甲方同意的超时服务按前述标准折算；法定节假日服务的加价以附件二为准，附件二没有列明的不加价。",
        ),
        (
            "purchases",
            "五（六）代购、代缴和交通",
            "丙方代购物品、代缴费用的款项由甲方事先支付或凭票据当日结清；陪同外出的交通费由甲方承担。",
        ),
        ("insurance", "七（一）投保和保费", INSURANCE[mode]),
        (
            "home",
            "八（三）住所、财物和钥匙",
            (
                "如实告知服务对象和住所的情况，提供安全的服务环境和必要的用具；贵重物品、现金自行妥善保管，"
                "钥匙、门禁密码的交付应书面登记。"
            ),
        ),
        (
            "replacement",
            "九（三）换人",
            (
                "甲方有正当理由要求换人，或者丙方不能继续服务的，乙方应在三个工作日内提供合适的人选，三方另签补充协议；"
                "换人不另收费。"
            ),
        ),
        (
            "training",
            "九（四）培训和劳动保护",
            f"{training}丙方的培训、考核和安全教育，配备必要的劳动保护用品，制订应急预案并定期演练。",
        ),
        (
            "conduct",
            "十（三）丙方的操守",
            "保守甲方的隐私；不带外人进入甲方住所，不与甲方发生借贷，不索取、收受财物，不私自离岗，不私下变更服务。",
        ),
        (
            "renewal",
            "十四（二）续订",
            (
                "期满需要继续服务的，甲方在期满前十五日提出，三方另行续订；未续订而服务继续的，视为按原条件延续，"
                "任何一方可以提前七日通知终止。"
            ),
        ),
        (EXTRA, "十八（四）补充条款（每行一条，没有则不填）", ""),
    ]


def _register(mode, kind):
    @wording(kind, may_be_empty={EXTRA})
    def standard_wording() -> Parts:
        return standard_blocks(mode)

    @checks(kind)
    def says_nothing_void(texts: dict[str, str]) -> None:
        """Refuse words that the law makes void in a text an agency puts before its clients (Civil Code 496, 497, 506)."""
        problems = {code: [text_of(finding) for finding in void_words(text)] for code, text in texts.items()}
        if found := {code: words for code, words in problems.items() if words}:
            raise ValidationError(found)


for _mode, _kind in KINDS.items():
    _register(_mode, _kind)


def worded(mode: str) -> dict[str, Any]:
    """What the terms freeze of the agency's wording that is in force today: its version, its blocks, its further clauses."""
    return of_version(text_in_force(KINDS[mode]), mode)


def of_version(text: ControlledText, mode: str) -> dict[str, Any]:
    """What the terms say with a version of the agency's wording; a block that it lacks keeps the standard words."""
    blocks = {code: body for code, _title, body in [*standard_blocks(mode), *text.parts]}
    extra = [line.strip() for line in blocks.pop(EXTRA).splitlines() if line.strip()]
    approved = text.published_by.name if text.published_by else ""
    return {
        "template": {"version": text.version, "approved_by": approved, "effective_from": text.effective_from},
        "blocks": blocks,
        "extra": extra,
    }
