"""What the papers of this app say."""

from typing import Any

from django.utils import timezone, translation

from agencies.findings import text_of
from agencies.links import public_url
from agencies.privacy import mask_phone
from agencies.tenancy import current_agency
from archive.actions import builds
from archive.models import Document
from archive.texts import text_in_force
from clients.actions.consents import givers_of
from clients.consent_text import CONSENTS, NOTICE
from clients.home import GROUPS, groups
from clients.models import Client, DataRequest, Enquiry, HomeCheck
from clients.queries import missing_from_client, unproved_speakers
from clients.subject_data import everything_about


def _frame(document, number):
    return {
        "agency_name": current_agency().name,
        "agency": current_agency(),
        "number": number,
        "check": "",
        "mark": "",
        "verify_url": public_url("public:verify", document.verify_code),
    }


@builds(Document.Kind.CONSENT_SHEET)
def consent_sheet(document: Document) -> tuple[str, dict[str, Any]]:
    """The consents (知情同意书): who asks, what for, how long, one box each, to be signed by hand."""
    client = Client.objects.get(pk=document.subject_id)
    in_person, speakers = givers_of(client)
    text = text_in_force(CONSENTS)
    return "clients/pdf/consents.html", {
        **_frame(document, client.number),
        "version": text.version,
        "matters": [part for part in text.parts if part[0] != NOTICE],
        "notices": [part for part in text.parts if part[0] == NOTICE],
        "client": client,
        "in_person": in_person,
        "speakers": speakers,
    }


CHANNELS = {"phone": "电话", "hall": "来访", "wechat": "微信", "web": "网页", "fax": "传真或信函", "referral": "转介绍"}
MATTERS = {
    "service": "服务需求",
    "question": "咨询",
    "complaint": "投诉",
    "praise": "表扬",
    "suggestion": "建议",
    "press": "采访或询问",
}


@builds(Document.Kind.ENQUIRY_RECEIPT)
def enquiry_receipt(document: Document) -> tuple[str, dict[str, Any]]:
    """What the caller takes home: taken up, by whom and until when answered; or not taken up, why, and where to turn."""
    enquiry = Enquiry.objects.select_related("owner").get(pk=document.subject_id)
    return "clients/pdf/enquiry_receipt.html", {
        **_frame(document, enquiry.number),
        "enquiry": enquiry,
        "is_refused": enquiry.outcome == Enquiry.Outcome.OUT_OF_SCOPE,
        "phone": mask_phone(enquiry.phone),
        "channel": CHANNELS[enquiry.channel],
        "matter": MATTERS[enquiry.matter],
        "owner": enquiry.owner.name if enquiry.owner else "接待台",
        "status_url": public_url("public:enquiry_status"),
        "by": document.requested_by,
        "day": timezone.localdate(document.requested_at),
    }


ANSWERS = {"fine": "符合", "wrong": "需整改", "none": "无此项"}
WHO = {"client": "客户或家属", "agency": "机构", "caregiver": "服务员"}
REASONS = {
    "first": "上户前",
    "moved": "地址变更",
    "change": "身体状况或设备变化",
    "incident": "发生意外后",
    "regular": "复查",
}


@builds(Document.Kind.HOME_CHECK)
def home_check(document: Document) -> tuple[str, dict[str, Any]]:
    """The check of a home (7.2.3): each item, what is to be put right, by whom and until when."""
    check = HomeCheck.objects.select_related("client", "checked_by").get(pk=document.subject_id)
    findings = {finding.code: finding for finding in check.findings.all()}
    rows = [
        (
            GROUPS[group][0],
            [(item.name, ANSWERS.get(check.answers.get(item.code), ""), findings.get(item.code)) for item in items],
        )
        for group, items in groups()
    ]
    return "clients/pdf/home_check.html", {
        **_frame(document, check.client.number),
        "check_made": check,
        "reason": REASONS[check.reason],
        "rows": rows,
        "findings": [(finding, WHO[finding.by_whom]) for finding in findings.values()],
    }


@builds(Document.Kind.CLIENT_NOTICE)
def client_notice(document: Document) -> tuple[str, dict[str, Any]]:
    """The one notice (一次性告知单): all that is missing before an agreement, and what to bring."""
    client = Client.objects.get(pk=document.subject_id)
    with translation.override("zh-hans"):
        rows = [text_of(finding) for finding in missing_from_client(client)]
    return "clients/pdf/client_notice.html", {
        **_frame(document, client.number),
        "client": client,
        "rows": rows,
        "speakers": unproved_speakers(client),
        "by": document.requested_by,
        "day": timezone.localdate(document.requested_at),
    }


@builds(Document.Kind.SUBJECT_ACCESS)
def subject_access(document: Document) -> tuple[str, dict[str, Any]]:
    """Everything held about a client, table by table; what is said of third persons is masked (PIPL 45)."""
    request = DataRequest.objects.select_related("client").get(pk=document.subject_id)
    with translation.override("zh-hans"):
        sections = everything_about(request.client).in_words()
    return "clients/pdf/subject_access.html", {
        **_frame(document, request.number),
        "request": request,
        "client": request.client,
        "sections": sections,
        "day": timezone.localdate(document.requested_at),
    }


KINDS = {"access": "查阅、复制个人信息", "correction": "更正、补充个人信息", "erasure": "删除个人信息"}


@builds(Document.Kind.REQUEST_ANSWER)
def request_answer(document: Document) -> tuple[str, dict[str, Any]]:
    """The answer to a request: what was done, or the reasons against it and the day from which it is possible."""
    request = DataRequest.objects.select_related("client", "guardian", "decided_by").get(pk=document.subject_id)
    return "clients/pdf/request_answer.html", {
        **_frame(document, request.number),
        "request": request,
        "client": request.client,
        "asker": request.guardian.name if request.guardian else request.client.name,
        "kind": KINDS[request.kind],
        "is_refused": request.state == DataRequest.State.REFUSED,
    }
