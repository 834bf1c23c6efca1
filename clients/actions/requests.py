"""Requests about personal data are taken, answered within their time, and what was handed over is noted (PIPL 44 to 50)."""

import datetime as dt
import json

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.access import log_access
from agencies.actions.messages import members_with, notify
from agencies.calendar import ONE_DAY, add_working_days
from agencies.files import store_file
from agencies.links import office_url
from agencies.models import Role, StoredFile, User
from agencies.numbers import next_number
from agencies.panels import keeps_of
from archive.actions import request_document
from archive.models import Document
from clients.actions.consents import givers_of, withdraw_consent
from clients.models import Client, Consent, DataRequest, Guardian
from clients.standard import ANSWER_REQUESTS
from clients.subject_data import everything_about

Kind, State = DataRequest.Kind, DataRequest.State
KEEP_COPIES = dt.timedelta(days=30)  # after the answer, for questions about it (derived)


def take_request(
    *, client: Client, by: User, kind: str, means: str, wish: str, guardian: Guardian | None = None
) -> DataRequest:
    """Write down what is asked; for the client only who may see personal data. A copy is put together at once."""
    in_person, speakers = givers_of(client)
    if guardian is None and not in_person:
        raise ValidationError({"guardian": _("This client has a legal guardian, who has to ask.")})
    if guardian and guardian not in speakers:
        raise ValidationError(
            {"guardian": _("Only the client, the legal guardian or an agent for personal data may ask.")}
        )
    request = DataRequest.objects.create(
        number=next_number("GX"),
        client=client,
        kind=kind,
        means=means,
        wish=wish,
        guardian=guardian,
        received_by=by,
        answer_by=add_working_days(timezone.localdate(), ANSWER_REQUESTS),
    )
    if kind == Kind.ACCESS:
        collect(request=request, by=by)
    notify(
        users=members_with(Role.MANAGER, but=by),
        title=lambda: _("Request %(number)s about personal data") % {"number": request.number},
        url=office_url("data_request_page", request.pk),
    )
    return request


def collect(*, request: DataRequest, by: User) -> None:
    """Have everything held put together in the background: a paper to read, a file for programs, both anew."""
    from clients.tasks import collect_data

    asked = DataRequest.objects.filter(pk=request.pk, state=State.OPEN, kind=Kind.ACCESS)
    if not asked.update(data_file=None):
        raise ValidationError(_("Data is put together only for an open request to see and copy it."))
    title = f"个人信息副本 {request.number}"
    request_document(kind=Document.Kind.SUBJECT_ACCESS, subject_id=request.pk, title=title, by=by)
    collect_data.delay_on_commit(agency_id=request.agency_id, request_id=request.pk)


def write_data_file(*, request_id: int) -> None:
    """Write the file for programs; safe twice."""
    rows = DataRequest.objects.select_for_update(of=["self"]).select_related("client", "received_by")
    request = rows.get(pk=request_id)
    if request.data_file_id or request.state != State.OPEN:
        return
    content = json.dumps(
        {
            "number": request.number,
            "collected_at": timezone.now().isoformat(),
            **everything_about(request.client).plain(),
        },
        ensure_ascii=False,
        indent=1,
    ).encode()
    request.data_file = store_file(
        kind=StoredFile.Kind.SUBJECT_DATA,
        name=f"{request.number}.json",
        content=content,
        content_type="application/json",
        by=request.received_by,
    )
    request.save()


def hand_over_data(
    *, request: DataRequest, by: User, handed_to: str, handed_how: str, handed_on: dt.date, is_checked: bool
) -> DataRequest:
    """Note who received the copy; whoever hands it over has looked through it for what is said of others."""
    problems = {}
    if not is_checked:
        problems["is_checked"] = _("Look through the free texts first: what is said of others is blacked out.")
    if handed_on > timezone.localdate():
        problems["handed_on"] = _("This day lies in the future.")
    paper = papers_of(request).order_by("-requested_at", "-pk").first()
    if not request.data_file_id or paper is None or paper.state != Document.State.READY:
        problems["__all__"] = _("The copy is not ready yet.")
    if problems:
        raise ValidationError(problems)
    words = {"who": handed_to, "how": DataRequest.Handed(handed_how).label}
    outcome = _("Copy handed to %(who)s, %(how)s") % words
    given = {"handed_to": handed_to, "handed_how": handed_how, "handed_on": handed_on}
    _decide(request, by, State.DONE, outcome, **given)
    log_access(user=by, row=request.client, field="everything", reason=f"{request.number} {handed_to}"[:100])
    return request


def forget_copies() -> dict[str, int]:
    """Destroy copies a month after the answer, and those that were put together anew: all about somebody in one file."""
    limit = timezone.now() - KEEP_COPIES
    recent = DataRequest.objects.filter(kind=Kind.ACCESS).exclude(decided_at__lt=limit)
    papers = Document.objects.filter(kind=Document.Kind.SUBJECT_ACCESS, subject_id__in=recent.values("pk"))
    held = Q(pk__in=recent.exclude(data_file=None).values("data_file"))
    held |= Q(pk__in=papers.exclude(file=None).values("file"))
    old = StoredFile.objects.filter(kind=StoredFile.Kind.SUBJECT_DATA, destroyed_at=None, created_at__lt=limit)
    return {"copies": old.exclude(held).update(destroyed_at=timezone.now())}


def papers_of(request: DataRequest):
    return Document.objects.filter(kind=Document.Kind.SUBJECT_ACCESS, subject_id=request.pk).select_related("file")


def answer_request(*, request: DataRequest, by: User, is_granted: bool, outcome: str) -> DataRequest:
    """Say what was corrected, or why not; a refusal gives its reasons (PIPL 50).

    Erasure granted locks the file at once; the operator of the platform, who owns the tables, takes the rows out.
    """
    erases = request.kind == Kind.ERASURE and is_granted
    if erases and keeps_of("clients.client", request.client):
        raise ValidationError(_("What must still be kept is not erased; refuse with the reasons shown."))
    _decide(request, by, State.DONE if is_granted else State.REFUSED, outcome)
    if erases:
        _lock(request.client, by)
    return request


def _lock(client, by):
    """Kept and protected, and no more (PIPL 47)."""
    for consent in Consent.objects.filter(client=client, withdrawn_at=None).select_related("client"):
        withdraw_consent(consent=consent, by=by)


def refuse_erasure(*, request: DataRequest, by: User) -> DataRequest:
    """Refuse while something must be kept: the reasons, and the day from which it is possible.

    Where no service runs the file is locked at once: kept and protected, and no more (PIPL 47).
    """
    client = request.client
    keeps = keeps_of("clients.client", client)
    if not keeps:
        raise ValidationError(_("Nothing must be kept any more; it may be erased."))
    days = [keep.until for keep in keeps]
    possible_on = None if None in days else max(days) + ONE_DAY
    _decide(request, by, State.REFUSED, "\n".join(keep.text for keep in keeps)[:1000], possible_on=possible_on)
    if client.state != Client.State.ACTIVE:
        _lock(client, by)
    return request


def _decide(request, by, state, outcome, **fields):
    rows = DataRequest.objects.filter(pk=request.pk, state=State.OPEN)
    if not rows.update(state=state, outcome=outcome, decided_by=by, decided_at=timezone.now(), **fields):
        raise ValidationError(_("This request was answered before."))
    request.refresh_from_db()
    request.save()  # for its history
    return request


def print_answer(*, request: DataRequest, by: User) -> Document:
    """The answer on paper, with reasons and where to complain."""
    if request.state == State.OPEN:
        raise ValidationError(_("It is not answered yet."))
    title = f"个人信息请求答复 {request.number}"
    return request_document(kind=Document.Kind.REQUEST_ANSWER, subject_id=request.pk, title=title, by=by)
