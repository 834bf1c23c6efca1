"""Everything held about a client, read off the tables themselves: a new table is in it by itself (PIPL 45).

What belongs to third persons is masked: names of family, staff and others, their phones and identity numbers.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agencies.models import AccessLog, StoredFile, User
from agencies.privacy import mask_identity, mask_name, mask_phone
from agencies.tenancy import AgencyModel
from clients.models import Client, DataRequest

# What is kept for the machinery, or says nothing about the person.
TECHNICAL = frozenset(
    (
        *("id", "agency", "pinyin", "identity_hash", "document_hash", "text_hash", "terms", "terms_hash", "warn_at"),
        *("key", "lookup_code", "verify_code", "facts"),
    )
)
# Fields that hold the name of somebody; of anybody but the client it is masked.
NAMES = frozenset(
    (
        *("name", "given_by", "signer_name", "spoke_with", "complainant_name", "caller", "said_by", "assessors"),
        *("with_whom", "handed_to", "recipient_name", "reply_to"),
    )
)


MOST_COLUMNS, MOST_LETTERS = 8, 30  # of a table that can still be read on A4


@dataclass
class Section:
    """A kind of record with its rows: each a list of (field, label, value for programs, words for people)."""

    code: str
    label: str
    rows: list[list[tuple[str, str, Any, str]]] = field(default_factory=list)


@dataclass
class Told:
    """A kind of record in words: a heading, and rows of (label, words)."""

    heading: str
    rows: list[list[tuple[str, str]]]

    @property
    def columns(self) -> list[str]:
        """Heads of one table for many short records of the same kind; none where each is better told on its own."""
        labels = list(dict.fromkeys(label for row in self.rows for label, _words in row))
        is_short = all(len(words) <= MOST_LETTERS for row in self.rows for _label, words in row)
        fits = len(self.rows) > 1 and 1 < len(labels) <= MOST_COLUMNS and is_short
        return labels if fits and all(len(dict(row)) == len(row) for row in self.rows) else []

    @property
    def cells(self) -> list[list[str]]:
        """The records under those heads."""
        return [[dict(row).get(label, "") for label in self.columns] for row in self.rows]


@dataclass
class Everything:
    """All of it, the client first."""

    client: Client
    sections: list[Section]

    def plain(self) -> dict[str, Any]:
        """For programs: {table: [{field: value}]}."""
        return {
            "client": self.client.number,
            "records": {
                section.code: [{name: value for name, _label, value, _words in row} for row in section.rows]
                for section in self.sections
            },
        }

    def in_words(self) -> list[Told]:
        """For people; what has no label or no content is left out."""
        return [
            Told(
                section.label,
                [[(label, words) for _name, label, _value, words in row if label and words] for row in section.rows],
            )
            for section in self.sections
        ]


def everything_about(client: Client) -> Everything:
    """Follow every key that points at the client, and at what points at the client, down to the last table."""
    found = {Client: {client.pk: client}}
    order, todo = [Client], [Client]
    while todo:
        parent = todo.pop(0)
        for model, key in keys_to(parent):
            rows = model.objects.filter(**{f"{key.name}__in": list(found[parent])})
            if shown := _shown_keys(model):  # without a name select_related() would follow every key there is
                rows = rows.select_related(*shown)
            known = found.setdefault(model, {})
            fresh = {row.pk: row for row in rows if row.pk not in known}
            known |= fresh
            if fresh:
                todo.append(model)
                order += [model] if model not in order else []
    sections = [_section(model, sorted(found[model].items()), client) for model in order]
    return Everything(client, [*sections, _looked_at(client)])


def keys_to(parent: type[models.Model]) -> Iterator[tuple[type[models.Model], models.ForeignKey]]:
    """The keys by which records of an agency hang on a model; requests themselves hold no further record."""
    for model in apps.get_models():
        if issubclass(model, AgencyModel) and parent is not DataRequest:
            for key in model._meta.concrete_fields:
                if isinstance(key, models.ForeignKey) and key.related_model is parent:
                    yield model, key


def _shown_keys(model):
    return [
        one.name
        for one in model._meta.concrete_fields
        if isinstance(one, models.ForeignKey) and (one.related_model in (User, StoredFile) or _has_number(one))
    ]


def _has_number(key):
    return any(one.name == "number" for one in key.related_model._meta.concrete_fields)


def _section(model, rows, client):
    section = Section(model._meta.label_lower, _heading(model))
    fields = [one for one in model._meta.concrete_fields if one.name not in TECHNICAL]
    for _pk, row in rows:
        section.rows.append([entry for one in fields if (entry := _entry(row, one, client))])
    return section


# Headings of the paper, which is Chinese; a table that is not named here stands under its own name.
HEADINGS = {
    "clients.client": "客户档案",
    "clients.guardian": "监护人、代理人和联系人",
    "clients.risknote": "风险提示",
    "clients.consent": "同意记录",
    "clients.assessment": "能力评估",
    "clients.enquiry": "咨询",
    "clients.enquiryentry": "咨询沟通记录",
    "clients.homecheck": "居家环境与设备检查",
    "clients.homefinding": "检查发现的问题",
    "clients.clientpaper": "证件和资料",
    "clients.datarequest": "个人信息请求",
    "contracts.serviceplan": "服务方案",
    "contracts.planline": "服务方案项目",
    "contracts.planslot": "周安排",
    "contracts.agreement": "三方协议",
    "contracts.signature": "协议签署",
    "contracts.suspension": "协议中止",
    "contracts.caregiverpreference": "服务员意愿",
    "contracts.visit": "上门服务",
    "contracts.assignmentgap": "派人条件提示",
    "contracts.visittask": "上门服务项目",
    "contracts.carenote": "护理记录",
    "contracts.handover": "交接记录",
    "contracts.handoversignature": "交接签署",
    "contracts.specialevent": "特殊情况",
    "contracts.specialtelling": "特殊情况告知记录",
    "contracts.door": "签到码与位置",
    "contracts.visitproof": "到场证明",
    "contracts.measurement": "测量记录",
    "contracts.visitphoto": "上门照片",
    "contracts.visitconfirmation": "上门签字确认",
    "supervision.incident": "突发事件",
    "supervision.incidententry": "突发事件处置记录",
    "supervision.returnvisit": "回访",
    "supervision.callattempt": "回访通话",
    "supervision.complaint": "投诉",
    "supervision.complaintentry": "投诉处理过程",
    "supervision.praise": "表扬",
    "supervision.surveyinvitation": "满意度调查",
    "supervision.surveyanswer": "满意度回答",
    "agencies.accesslog": "查看记录",
}


def _heading(model):
    return HEADINGS.get(model._meta.label_lower, str(model._meta.verbose_name))


def _entry(row, one, client):
    """(field, label, value for programs, words for people); None for a key that only joins tables."""
    label = capfirst(str(one.verbose_name)) if isinstance(one.verbose_name, Promise) else ""
    if isinstance(one, models.ForeignKey):
        return _named(row, one, label)
    value = _masked(getattr(row, one.attname), one, client, is_own=isinstance(row, Client))
    shown = getattr(row, f"get_{one.name}_display", None)
    words = shown() if shown else _in_words(value)
    return one.name, label, _plain(value), str(words)


def _named(row, key, label):
    if key.related_model is not User and key.related_model is not StoredFile and not _has_number(key):
        return None
    target = getattr(row, key.name)
    if target is None:
        words = ""
    elif isinstance(target, User):
        words = mask_name(target.name)
    else:
        words = target.name if isinstance(target, StoredFile) else target.number
    return key.name, label, words or None, words


def _masked(value, one, client, *, is_own):
    if is_own or not isinstance(value, str) or value in ("", client.name, client.phone):
        return value
    if one.name in NAMES:
        return mask_name(value)
    if one.name.endswith("phone"):
        return mask_phone(value)
    return mask_identity(value) if one.name == "identity_number" else value


def _plain(value):
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    if hasattr(value, "lower") and hasattr(value, "upper"):
        return [_plain(value.lower), _plain(value.upper)]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _in_words(value):
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "；".join(f"{name}：{words}" for name, words in value.items())
    if isinstance(value, list):
        return "、".join(map(str, value))
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if hasattr(value, "lower") and hasattr(value, "upper") and not isinstance(value, str):
        first, last = _in_words(value.lower), _in_words(value.upper)
        return f"{first} – {last.removeprefix(first.split(' ')[0] + ' ')}"  # the day once where both are of it
    return str(value)


def _looked_at(client):
    """Who had the full number or phone shown."""
    section = Section("agencies.accesslog", HEADINGS["agencies.accesslog"])
    for row in AccessLog.objects.filter(subject=f"clients.client:{client.pk}").select_related("user"):
        fields = [one for one in AccessLog._meta.concrete_fields if one.name in ("user", "at", "field", "reason")]
        section.rows.append([_entry(row, one, client) for one in fields])
    return section
