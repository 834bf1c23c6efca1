"""What the papers of supervision say: the records of a complaint (投诉处理记录) and of an incident (突发事件记录)."""

from typing import Any

from agencies.links import public_url
from agencies.tenancy import current_agency
from archive.actions import builds
from archive.models import Document
from supervision.models import Complaint, ComplaintEntry, Incident
from supervision.standard import RECOURSE

CHANNELS = {
    "phone": "电话",
    "visit": "当面",
    "web": "公开网页",
    "return_visit": "回访",
    "survey": "满意度调查",
    "authority": "主管部门、媒体转办",
}
SEVERITIES = {"ordinary": "普通投诉", "serious": "重大投诉"}
STATES = {"received": "已收到", "accepted": "处理中", "replied": "已答复", "closed": "已办结"}
FINDINGS = {"founded": "投诉成立", "partly": "部分成立", "unfounded": "不成立"}
MEANS = {
    "phone": "电话告知",
    "message": "微信、短信告知",
    "in_person": "当面告知",
    "letter": "书面告知",
    "page": "网页查询",
    "impossible": "匿名，无法告知",
}
OPINIONS = {"very_satisfied": "非常满意", "satisfied": "满意", "fair": "基本满意", "dissatisfied": "不满意"}
STEPS = {
    "note": "处理",
    "received": "受理登记",
    "acknowledged": "告知已收到",
    "in_charge": "指定责任人",
    "limit": "调整时限",
    "replied": "告知处理结果",
    "closed": "办结",
    "closed_unasked": "办结",
}
INCIDENTS = {
    "illness": "客户突发疾病",
    "theft": "失窃",
    "fire": "火灾、爆炸",
    "injury": "服务员受伤",
    "other": "其他突发事件",
}
INCIDENT_STATES = {"reported": "已报告", "in_hand": "处置中", "closed": "已结束"}
TOLD = {
    "ambulance": "120 急救",
    "police": "110 报警",
    "fire_brigade": "119 火警",
    "agency": "机构",
    "family": "客户家属",
    "own_family": "服务员家属",
    "insurer": "保险公司",
    "authority": "主管部门",
}


def _paper(document, number, **context):
    return {
        "agency_name": current_agency().name,
        "number": number,
        "check": "",
        "verify_url": public_url("public:verify", document.verify_code),
        **context,
    }


@builds(Document.Kind.COMPLAINT_FILE)
def complaint_record(document: Document) -> tuple[str, dict[str, Any]]:
    """From receipt to close: who, what, when it was told and how, what was found, the limits, the log (8.4)."""
    rows = Complaint.objects.select_related("client", "agreement", "caregiver", "owner", "acknowledged_by", "evidence")
    complaint = rows.get(pk=document.subject_id)
    is_closed = complaint.state == Complaint.State.CLOSED
    return "supervision/pdf/complaint.html", _paper(
        document,
        complaint.number,
        mark="" if is_closed else "未办结",
        complaint=complaint,
        channel=CHANNELS[complaint.channel],
        severity=SEVERITIES[complaint.severity],
        state=STATES[complaint.state],
        acknowledged=MEANS.get(complaint.acknowledged_how, ""),
        findings=list(FINDINGS.items()),
        told=MEANS.get(complaint.reply_how, ""),
        opinions=list(OPINIONS.items()),
        recourse=[way.text for way in RECOURSE],
        entries=[_line(entry) for entry in complaint.entries.select_related("written_by")],
    )


def _line(entry: ComplaintEntry) -> tuple[Any, str, str, str]:
    return entry.written_at, STEPS[entry.step], _said(entry), entry.written_by.name if entry.written_by else "公开网页"


def _said(entry):
    facts = entry.facts
    words = {
        "received": CHANNELS.get(facts.get("channel"), ""),
        "acknowledged": MEANS.get(facts.get("how"), ""),
        "in_charge": facts.get("who", ""),
        "limit": f"由 {facts.get('old')} 改为 {facts.get('new')}",
        "replied": f"{FINDINGS.get(facts.get('finding'), '')}；{facts.get('whom')}，{MEANS.get(facts.get('how'), '')}",
        "closed": f"投诉人对结果{OPINIONS.get(facts.get('outcome'), '')}",
        "closed_unasked": "投诉人匿名，未能征求意见",
    }
    return "：".join(part for part in (words.get(entry.step, ""), entry.text) if part)


@builds(Document.Kind.INCIDENT_RECORD)
def incident_record(document: Document) -> tuple[str, dict[str, Any]]:
    """What happened, who was told when, what was done, why it happened and what prevents it (7.2.4)."""
    rows = Incident.objects.select_related("client", "caregiver", "visit", "owner", "reported_by")
    incident = rows.get(pk=document.subject_id)
    entries = incident.entries.select_related("written_by")
    return "supervision/pdf/incident.html", _paper(
        document,
        incident.number,
        mark="" if incident.state == Incident.State.CLOSED else "未结束",
        incident=incident,
        kind=INCIDENTS[incident.kind],
        state=INCIDENT_STATES[incident.state],
        entries=[(row.at, TOLD.get(row.told, ""), row.name, row.text, row.written_by.name) for row in entries],
    )
