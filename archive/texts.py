"""Texts people acknowledge or consent to, in versions an agency writes itself; begun with a standard wording (7.5.1)."""

import datetime as dt
from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import User
from archive.actions import file_record, request_document
from archive.models import ArchiveClass, ArchiveRecord, ControlledText, Document

Kind, State = ControlledText.Kind, ControlledText.State
Parts = list[tuple[str, str, str]]
TITLES = {
    Kind.SUPERVISION_RULE: "监督与考核制度",
    Kind.CONSENTS: "个人信息处理同意事项",
    Kind.CALL_SCRIPT: "接待用语",
    Kind.TERMS_EMPLOYEE: "三方协议条款（员工制）",
    Kind.TERMS_INTERMEDIARY: "三方协议条款（中介制）",
    Kind.TERMS_DISPATCH: "三方协议条款（派遣制）",
}
STANDARD = "2026-1"  # the version that the standard wording is kept as

_wordings: dict[str, Callable[[], Parts]] = {}
_may_be_empty: dict[str, frozenset[str]] = {}
_checks: dict[str, Callable[[dict[str, str]], None]] = {}
_readers: dict[str, Callable[[ControlledText], None]] = {}


def wording(kind: Kind, may_be_empty: Iterable[str] = ()) -> Callable:
    """Register the function that writes the standard wording of a text, with the agency's own figures in it."""
    _may_be_empty[kind] = frozenset(may_be_empty)
    return lambda function: _wordings.setdefault(kind, function)


def checks(kind: Kind) -> Callable:
    """Register the function that refuses what a text of this kind must not say: texts by part -> ValidationError."""
    return lambda function: _checks.setdefault(kind, function)


def may_be_empty(kind: Kind) -> frozenset[str]:
    """The parts that a version may leave empty."""
    return _may_be_empty[kind]


def when_published(kind: Kind) -> Callable:
    """Register the function that tells those concerned that a new version of a text was published."""
    return lambda function: _readers.setdefault(kind, function)


def text_in_force(kind: Kind, day: dt.date | None = None) -> ControlledText:
    """The version in force on a day; before any was kept, the standard wording, not saved."""
    day = day or timezone.localdate()
    published = ControlledText.objects.filter(kind=kind, state=State.PUBLISHED)
    found = published.filter(effective_from__lte=day).order_by("-effective_from").first()
    return found or published.order_by("effective_from").first() or _standard(kind, day)


def _standard(kind, day):
    parts = [list(part) for part in _wordings[kind]()]
    return ControlledText(kind=kind, version=STANDARD, parts=parts, effective_from=day, state=State.PUBLISHED)


def keep_text(kind: Kind, day: dt.date | None = None) -> ControlledText:
    """The version in force, which somebody acknowledges now: the standard wording is kept as it stands today."""
    text = text_in_force(kind, day)
    if text.pk:
        return text
    text, created = ControlledText.objects.get_or_create(
        kind=kind,
        version=STANDARD,
        defaults={
            "parts": text.parts,
            "effective_from": text.effective_from,
            "state": State.PUBLISHED,
            "published_at": timezone.now(),
        },
    )
    if created:
        _file(text, None)
    return text


def draft_text(*, kind: Kind, by: User) -> ControlledText:
    """Start a new version from the one in force; who has a draft goes on with it."""
    if draft := ControlledText.objects.filter(kind=kind, state=State.DRAFT).first():
        return draft
    newest = keep_text(kind)
    day = timezone.localdate() + dt.timedelta(days=1)
    taken = set(ControlledText.objects.filter(kind=kind).values_list("version", flat=True))
    version = next(name for n in range(1, 1000) if (name := f"{day.year}-{n}") not in taken)
    return ControlledText.objects.create(
        kind=kind, version=version, parts=newest.parts, effective_from=day, drafted_by=by
    )


def save_draft(
    *, text: ControlledText, by: User, texts: dict[str, str], change: str, effective_from: dt.date
) -> ControlledText:
    """Write a draft's parts; their order and titles stay, since forms and papers point at them."""
    text = ControlledText.objects.select_for_update().get(pk=text.pk)
    if text.state != State.DRAFT:
        raise ValidationError(_("A published text does not change; start a new version."))
    if check := _checks.get(text.kind):
        check(texts)
    text.parts = [[code, title, texts[code]] for code, title, _old in text.parts]
    text.change, text.effective_from, text.drafted_by = change, effective_from, by
    text.save()
    return text


def publish_text(*, text: ControlledText, by: User) -> None:
    """Approve a version before it is used: it is frozen, printed, filed for ever, and its readers are told."""
    text = ControlledText.objects.select_for_update().get(pk=text.pk)
    problems = []
    if text.state != State.DRAFT:
        problems.append(_("This version was published before."))
    if text.effective_from < timezone.localdate():
        problems.append(_("A text cannot be in force from a day that has passed."))
    published = ControlledText.objects.filter(kind=text.kind, state=State.PUBLISHED)
    if published.filter(effective_from__gte=text.effective_from).exists():
        problems.append(_("Another version is in force from that day or a later one."))
    if not text.change:
        problems.append(_("Say what is new in this version."))
    if problems:
        raise ValidationError(problems)
    text.state, text.published_by, text.published_at = State.PUBLISHED, by, timezone.now()
    text.save()
    _file(text, by)
    if tell := _readers.get(text.kind):
        tell(text)


def _file(text, by):
    title = f"{TITLES[text.kind]} {text.version}"
    file_record(
        archive_class=ArchiveClass.STANDARDS,
        source=ArchiveRecord.Source.CONTROLLED_TEXT,
        source_id=text.pk,
        title=title,
        clock_started_on=timezone.localdate(),
        by=by,
    )
    request_document(kind=Document.Kind.CONTROLLED_TEXT, subject_id=text.pk, title=title, by=by)
