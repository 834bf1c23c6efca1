"""What the papers of this app say."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.links import public_url
from agencies.models import Price, PriceList
from agencies.queries import in_order, included_items, price_list_on
from agencies.tenancy import current_agency
from archive.actions import builds, tells_standing
from archive.models import ArchiveClass, ControlledText, DisposalEntry, DisposalList, Document
from archive.texts import TITLES

CLASSES = {ArchiveClass.CONTRACTS: "合同协议类", ArchiveClass.OTHER: "其他类"}
FORMS = {"hourly": "钟点工（2～5 小时）", "day": "日工（8 小时）", "live_in": "全日制工（24 小时）"}
UNITS = {"hour": "每小时", "visit": "每次", "day": "每天", "month": "每月", "once": "一次性"}
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


@builds(Document.Kind.PRICE_BOARD)
def price_board(document: Document) -> tuple[str, dict[str, Any]]:
    """The prices to hang up (4.1.5): what, how much for which unit, what it includes; and what costs nothing extra."""
    price_list = PriceList.objects.select_related("published_by").get(pk=document.subject_id)
    rows = [(_priced(row), row.amount, UNITS[row.unit], row.note) for row in in_order(price_list.prices)]
    included = included_items(price_list)
    return "archive/pdf/price_board.html", {
        "agency_name": current_agency().name,
        "number": price_list.name,
        "check": "",
        "mark": "",
        "verify_url": public_url("public:verify", document.verify_code),
        "agency": current_agency(),
        "list": price_list,
        "rows": rows,
        "included": "、".join(item.name for item in included if not item.unable_only),
        "unable": "、".join(item.name for item in included if item.unable_only),
    }


@tells_standing(Document.Kind.PRICE_BOARD)
def price_board_standing(document: Document) -> str:
    """Whether the prices are those of today."""
    price_list = PriceList.objects.get(pk=document.subject_id)
    current = price_list_on(timezone.localdate())
    if price_list.effective_from > timezone.localdate():
        return _("These prices are in force from %(day)s.") % {"day": price_list.effective_from.isoformat()}
    if current and current.pk != price_list.pk:
        return _("Other prices are in force since %(day)s.") % {"day": current.effective_from.isoformat()}
    return ""


def _priced(price):
    if price.kind == Price.Kind.FEE:
        return "中介服务费"
    name = FORMS[price.work_form] if price.work_form else price.service_item.name
    return f"{name}，法定节假日" if price.kind == Price.Kind.HOLIDAY else name
