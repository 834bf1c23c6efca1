"""The terms that weigh on the client (Civil Code 496), told in plain words, each to be confirmed on its own."""

from dataclasses import dataclass
from typing import Any

from contracts.paper_words import DISPUTES, deposit, yuan


@dataclass(frozen=True)
class KeyTerm:
    """A term's key, its place in the agreement, and what it says; Chinese like the paper."""

    key: str
    title: str
    says: str


LIABILITY = {
    "employee": "服务员在工作中造成您或者他人损害的，由机构赔偿；服务员因工受伤的，由机构承担，您有过错的承担相应责任。",
    "dispatch": "服务员在工作中造成您或者他人损害的，由机构先行赔偿；服务员受伤的，由机构按约定和法律承担，您有过错的承担相应责任。",
    "intermediary": "您与服务员之间是个人劳务关系：服务员造成他人损害的，由您先承担；服务员受伤的，您与服务员按各自的过错承担。",
}
DEPOSITS = {
    "none": "不收取定金和保证金。",
    "earnest": "收取{}，履行后抵作服务费；您违约致使不能继续的不退，机构违约的双倍返还。",
    "security": "收取{}，协议终止并结清后五个工作日内退还，只可抵扣您书面确认的欠费和损失。",
}


def key_terms(terms: dict[str, Any]) -> list[KeyTerm]:
    """The terms an agreement asks the client to confirm; none while it is a draft, and a change of it has none of its own."""
    if not terms or terms["amends"]:
        return []
    fees, is_intermediary = terms["fees"], terms["mode"] == "intermediary"
    penalty = "仍应按价目表支付居间报酬" if is_intermediary else "应支付相当于一个月估算服务费的违约金"
    pay = f"每月约 {yuan(fees['monthly_estimate'])}，按您确认的服务记录结算，次月 {fees['payment_day']} 日前付给机构。"
    pay += "" if is_intermediary else "服务员不得另行收费。"
    clauses = "；".join(text.rstrip("。；") for text in terms.get("extra") or [])
    extra = [KeyTerm("extra", "十八（四）补充条款", f"{clauses}。")] if clauses else []
    return [
        KeyTerm("condition", "二（四）如实告知身体状况", "您已如实告知疾病、用药、过敏、传染病和精神状况；有变化的，二十四小时内告知。"),
        KeyTerm("excluded", "三（二）服务不包括的事项", "不做打针、输液、换药、导尿、鼻饲置管等医疗护理，也不做协议以外的劳动。"),
        KeyTerm("payment", "五（二）（三）费用的结算和支付", pay),
        KeyTerm("deposit", "六　定金或者保证金", DEPOSITS[fees["deposit_kind"]].format(deposit(fees["deposit_kind"], fees["deposit"]))),
        KeyTerm("liability", "七（二）至（四）损害责任", LIABILITY[terms["mode"]]),
        KeyTerm("rescue", "十一（二）呼救、送医的授权", "病情危急又联系不上家属时，可以先呼救并送医；医疗决定由家属或者医院作出，费用由您承担。"),
        KeyTerm("ending", "十五（二）（三）解除协议的条件", "您可以提前七日通知解除；隐瞒病情、侮辱骚扰、拖欠费用超过十五日等情形，机构可以立即解除。"),
        KeyTerm("penalty", "十六（一）至（三）违约金", f"逾期付款每日万分之五；绕开机构私下雇用服务员的，{penalty}；无理由也不提前通知而解除的，付未履行部分的百分之十，最多一个月。"),
        KeyTerm("dispute", "十七　争议解决的方式", f"先协商、调解；不成的，{DISPUTES[terms['dispute']]}。"),
        KeyTerm("health", "十二　健康信息的单独同意", "疾病、用药、过敏、评估结果只用于评估、护理和急救，由有权限的工作人员和上门的服务员使用；可以随时撤回。"),
        *extra,
    ]  # fmt: skip
