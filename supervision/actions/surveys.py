"""Satisfaction surveys (8.1): rounds open, invite, remind and close by themselves; each client answers once."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.calendar import months_later
from agencies.links import make_token, public_url
from agencies.models import AgencySettings, Message, User
from agencies.tenancy import current_agency
from archive.actions import file_record
from archive.models import ArchiveClass, ArchiveRecord
from clients.models import Guardian
from contracts.models import Agreement
from supervision.actions.quality import hand_down_answers
from supervision.models import SurveyAnswer, SurveyInvitation, SurveyRound
from supervision.standard import SATISFACTION

State = SurveyRound.State
BATCH = 1000

INVITE_SQL = """
    INSERT INTO supervision_surveyinvitation (agency_id, round_id, client_id, agreement_id, caregiver_id)
    SELECT DISTINCT ON (a.client_id) a.agency_id, %(round)s, a.client_id, a.id, a.caregiver_id
    FROM contracts_agreement a
    WHERE a.agency_id = %(agency)s AND a.state = 'in_force' AND a.starts_on <= %(today)s
    ORDER BY a.client_id, a.id DESC
    ON CONFLICT (agency_id, round_id, client_id) DO NOTHING
"""


def run_surveys() -> dict[str, int]:
    """The nightly job.

    1. Close the round whose last day has passed and file it. 2. Open the next one when its month has come. 3. Invite
    every client in service, once. 4. Put the links, later the reminders, in the outbox, once each.
    """
    today = timezone.localdate()
    rules = AgencySettings.objects.get()
    counts = {"closed": _close(today), "opened": _open(today, rules), "invited": 0, "sent": 0, "reminded": 0}
    current = SurveyRound.objects.filter(state=State.OPEN).first()
    if current:
        counts["invited"] = _invite(current, today)
        counts["sent"] = _send(current)
        if today >= current.opened_on + dt.timedelta(days=rules.survey_remind_after_days):
            counts["reminded"] = _remind(current)
    return counts


def _close(today):
    over = list(SurveyRound.objects.filter(state=State.OPEN, closes_on__lt=today))
    for row in over:
        if SurveyRound.objects.filter(pk=row.pk, state=State.OPEN).update(state=State.CLOSED):
            file_record(
                archive_class=ArchiveClass.OTHER,
                source=ArchiveRecord.Source.SURVEY_ROUND,
                source_id=row.pk,
                title=row.name,
                clock_started_on=row.closes_on,
            )
    return len(over)


def _open(today, rules):
    latest = SurveyRound.objects.order_by("-opened_on").first()
    is_due = latest is None or (
        latest.state == State.CLOSED and months_later(latest.opened_on, rules.survey_every_months) <= today
    )
    if not is_due or not Agreement.objects.filter(state=Agreement.State.IN_FORCE).exists():
        return 0
    row = SurveyRound(
        agency=current_agency(),
        name=f"{today.year}年{today.month}月满意度调查",
        opened_on=today,
        closes_on=today + dt.timedelta(days=rules.survey_open_days),
    )
    SurveyRound.objects.bulk_create([row], ignore_conflicts=True)
    return 1


def _invite(current, today):
    with connection.cursor() as cursor:
        cursor.execute(INVITE_SQL, {"agency": current_agency().pk, "round": current.pk, "today": today})
        return cursor.rowcount


def link_of(invitation: SurveyInvitation) -> str:
    """The address at which this client answers."""
    return public_url("public:survey", make_token("survey", invitation.pk, 1))


def _send(current):
    waiting = SurveyInvitation.objects.filter(round=current, sent_at=None)
    text = _("Please tell us how satisfied you are, it takes two minutes:")
    return _write(waiting, "survey", current.name, text, "sent_at")


def _remind(current):
    waiting = SurveyInvitation.objects.filter(round=current, sent_at__isnull=False, reminded_at=None, answers=None)
    waiting = waiting.exclude(agreement__end_reason=Agreement.EndReason.DEATH)
    text = _("A friendly reminder: your answer still helps us:")
    return _write(waiting, "survey-reminder", current.name, text, "reminded_at")


def _write(waiting, kind, subject, text, stamp):
    """Queue one message for each invitation and stamp it, in batches."""
    rows = list(waiting.select_for_update(of=["self"], skip_locked=True).select_related("client").order_by("pk"))
    now = timezone.now()
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        speakers = _speakers(row.client_id for row in batch)
        messages = []
        for row in batch:
            person = speakers.get(row.client_id, row.client)
            messages.append(
                Message(
                    agency=current_agency(),
                    key=f"{kind}:{row.pk}",
                    channel=Message.Channel.BY_HAND,
                    recipient_name=person.name,
                    address=person.phone,
                    subject=subject,
                    body=f"{text} {link_of(row)}",
                    due_at=now,
                )
            )
        Message.objects.bulk_create(messages, ignore_conflicts=True)
        SurveyInvitation.objects.filter(pk__in=[row.pk for row in batch]).update(**{stamp: now})
    return len(rows)


def _speakers(client_ids: Iterable[int]) -> dict[int, Guardian]:
    """Whoever speaks for each client; clients without anybody are asked themselves, without a phone by whom one calls."""
    guardians = Guardian.objects.filter(client__in=list(client_ids), is_active=True).select_related("client")
    contact = Guardian.Authority.CONTACT
    found: dict[int, Guardian] = {}
    for guardian in sorted(guardians, key=lambda one: one.authority == contact):  # else as they stand in the file
        if guardian.authority != contact or not guardian.client.phone:
            found.setdefault(guardian.client_id, guardian)
    return found


def answer_survey(
    *,
    invitation: SurveyInvitation,
    way: str,
    overall: str,
    scores: dict[str, str],
    comment: str = "",
    by: User | None = None,
) -> SurveyAnswer:
    """Keep an answer, once; only while the round is open."""
    if invitation.round.state != State.OPEN or invitation.round.closes_on < timezone.localdate():
        raise ValidationError(_("This survey is closed. Thank you all the same; call us at any time."))
    if overall not in SATISFACTION:
        raise ValidationError({"overall": _("Please answer this one question at least.")})
    known = {code: step for code, step in scores.items() if step in SATISFACTION}
    try:
        with transaction.atomic():
            answer = SurveyAnswer.objects.create(
                invitation=invitation, way=way, overall=overall, scores=known, comment=comment, entered_by=by
            )
    except IntegrityError:
        raise ValidationError(_("You have answered already. Thank you!")) from None
    hand_down_answers([answer])
    return answer
