"""The client's home and equipment are checked, and what was found is put right (7.2.3)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import User
from agencies.tenancy import current_agency
from archive.actions import request_document
from archive.models import Document
from clients.actions.files import refuse_sealed
from clients.home import BY_CODE, EDITION, ITEMS
from clients.models import Client, HomeCheck, HomeFinding
from clients.queries import address_of

Answer = HomeCheck.Answer


def check_home(
    *,
    client: Client,
    by: User,
    reason: str,
    checked_on: dt.date,
    with_whom: str,
    answers: Mapping[str, str],
    findings: Iterable[Mapping[str, Any]] = (),
    note: str = "",
) -> HomeCheck:
    """Keep a whole check of the address on file; each item that is wrong says what is to be put right, by whom, until when.

    findings: {code, text, by_whom, due_on}.
    """
    refuse_sealed(client)
    findings = list(findings)
    if problems := check_problems(checked_on, answers, findings):
        raise ValidationError(problems)
    check = HomeCheck.objects.create(
        client=client,
        edition=EDITION,
        reason=reason,
        checked_on=checked_on,
        checked_by=by,
        with_whom=with_whom,
        address=address_of(client),
        answers={code: answer for code, answer in answers.items() if code in BY_CODE},
        note=note,
    )
    rows = [HomeFinding(agency=current_agency(), check_made=check, **finding) for finding in findings]
    HomeFinding.objects.bulk_create(rows)
    return check


def check_problems(
    checked_on: dt.date | None, answers: Mapping[str, str], findings: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """What a check leaves open, by field; the form names it beside its own, where the day may be missing."""
    problems = {f"item_{item.code}": _("Choose an answer.") for item in ITEMS if answers.get(item.code) not in Answer}
    wrong = {code for code, answer in answers.items() if answer == Answer.WRONG}
    named = {finding["code"] for finding in findings if finding["text"]}
    problems |= {f"fix_{code}": _("Say what is to be put right.") for code in wrong - named}
    problems |= {f"item_{code}": _("Mark it as to be put right, or empty the words.") for code in named - wrong}
    if checked_on and checked_on > timezone.localdate():
        problems["checked_on"] = _("A check cannot lie in the future.")
    days = [finding["due_on"] for finding in findings]
    if wrong and any(day is None or (checked_on and day < checked_on) for day in days):
        problems["due_on"] = _("Say until when it is to be put right; not before the check.")
    return problems


def put_right(*, finding: HomeFinding, by: User, done_on: dt.date, done_note: str = "") -> None:
    """Note that it was put right, once."""
    if done_on > timezone.localdate():
        raise ValidationError({"done_on": _("This day lies in the future.")})
    still = HomeFinding.objects.filter(pk=finding.pk, done_on=None)
    if not still.update(done_on=done_on, done_note=done_note, done_by=by):
        raise ValidationError(_("This was put right before."))


def print_check(*, check: HomeCheck, by: User) -> Document:
    title = f"居家环境与设备检查表 {check.client.number} {check.checked_on}"
    return request_document(kind=Document.Kind.HOME_CHECK, subject_id=check.pk, title=title, by=by)
