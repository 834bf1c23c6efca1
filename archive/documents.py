"""What the papers of this app say."""

from typing import Any

from agencies.links import public_url
from agencies.tenancy import current_agency
from archive.actions import builds
from archive.models import ArchiveClass, ControlledText, DisposalEntry, DisposalList, Document
from archive.texts import TITLES

CLASSES = {ArchiveClass.CONTRACTS: "合同协议类", ArchiveClass.OTHER: "其他类"}
METHODS = {
    "shredded": "纸质档案粉碎，电子文件删除",
    "pulped": "纸质档案化浆，电子文件删除",
    "electronic": "电子文件删除（无纸质档案）",
}


def _frame(document):
    disposal_list = DisposalList.objects.select_related("appraised_by").get(pk=document.subject_id)
    entries = disposal_list.entries.filter(decision=DisposalEntry.Decision.DISPOSE).select_related("record")
    return {
        "agency_name": current_agency().name,
        "number": disposal_list.number,
        "check": "",
        "mark": "",
        "verify_url": public_url("public:verify", document.verify_code),
        "list": disposal_list,
        "method": METHODS[disposal_list.method],
        "rows": [(entry.record, CLASSES[entry.record.archive_class]) for entry in entries],
    }


@builds(Document.Kind.DISPOSAL_LIST)
def disposal_list(document: Document) -> tuple[str, dict[str, Any]]:
    """The list (销毁清册) for the two to check the records against before they sign."""
    return "archive/pdf/disposal_list.html", _frame(document)


@builds(Document.Kind.DISPOSAL_CERTIFICATE)
def disposal_certificate(document: Document) -> tuple[str, dict[str, Any]]:
    """The certificate (销毁证明): what was destroyed, when, how, and who answers for it."""
    context = _frame(document)
    signatures = context["list"].signatures.select_related("user")
    return "archive/pdf/disposal_certificate.html", {**context, "signatures": signatures}


@builds(Document.Kind.CONTROLLED_TEXT)
def controlled_text(document: Document) -> tuple[str, dict[str, Any]]:
    """A published version of a text, as it is acknowledged: title, version, who approved it, its parts."""
    text = ControlledText.objects.select_related("published_by").get(pk=document.subject_id)
    return "archive/pdf/controlled_text.html", {
        "agency_name": current_agency().name,
        "number": text.version,
        "check": "",
        "mark": "",
        "verify_url": public_url("public:verify", document.verify_code),
        "text": text,
        "heading": TITLES[text.kind],
    }
