"""A draft for a week's unassigned visits: asked for, worked out in the background, accepted in whole or in part."""

import datetime as dt
from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.actions.messages import notify
from agencies.findings import text_of
from agencies.links import office_url
from agencies.models import User
from agencies.standard import forbidding
from agencies.tenancy import current_agency
from caregivers.models import Caregiver
from contracts.actions.rota import take_turns, write_change
from contracts.filling import SECONDS, fill
from contracts.models import ProposalLine, RotaChange, RotaProposal, Visit
from contracts.queries.filling import open_visits, placed, week_to_fill
from contracts.queries.placing import Placement, judge
from contracts.queries.rota import week_of

State = RotaProposal.State
Outcome = ProposalLine.Outcome
LOST_AFTER = dt.timedelta(minutes=5)  # a draft that is worked out for longer will not come any more
OTHERS = 5  # further caregivers offered for a visit
NOTE_LENGTH = ProposalLine._meta.get_field("note").max_length


def ask_for_proposal(*, day: dt.date, by: User) -> RotaProposal:
    """Have a draft worked out for the week of a day; one at a time for each week."""
    from contracts.tasks import fill_week  # the tasks call these actions

    monday = week_of(day).first
    if not open_visits(monday).exists():
        raise ValidationError(_("No visit ahead in this week is without somebody."))
    stale = RotaProposal.objects.filter(monday=monday, state=State.RUNNING, asked_at__lt=timezone.now() - LOST_AFTER)
    stale.update(state=State.FAILED, finished_at=timezone.now(), error="lost")
    RotaProposal.objects.filter(monday=monday, state=State.READY).update(state=State.CLOSED)
    try:
        with transaction.atomic():
            proposal = RotaProposal.objects.create(monday=monday, asked_by=by)
    except IntegrityError:
        raise ValidationError(_("A draft for this week is being worked out already.")) from None
    fill_week.delay_on_commit(agency_id=current_agency().pk, proposal_id=proposal.pk)
    return proposal


def work_out(*, proposal_id: int, seconds: float = SECONDS) -> None:
    """Fill in the lines; a second run changes nothing. What the rules forbid is left out even if it was chosen."""
    proposal = RotaProposal.objects.select_for_update().filter(pk=proposal_id, state=State.RUNNING).first()
    if proposal is None:
        return
    week, visits, people = week_to_fill(proposal.monday)
    answer = fill(week, seconds)
    choice = placed(visits, people, answer.choice)
    notes, left_out = {}, set()
    for row, findings in zip(choice, judge(choice), strict=True):
        if forbidding(findings):
            left_out.add(row.visit.pk)
        notes[row.visit.pk] = " ".join(text_of(finding) for finding in findings if finding.severity == "warn")
    chosen = {visit: hand for visit, hand in answer.choice.items() if visit not in left_out}
    ProposalLine.objects.bulk_create(
        ProposalLine(
            agency=proposal.agency,
            proposal=proposal,
            visit=visit,
            caregiver_id=chosen.get(pk),
            others=[hand for hand in week.able[pk] if hand != chosen.get(pk)][:OTHERS],
            note=notes.get(pk, "")[:NOTE_LENGTH],
        )
        for pk, visit in visits.items()
    )
    proposal.state, proposal.finished_at = State.READY, timezone.now()
    proposal.score, proposal.greedy_score, proposal.is_best = answer.score, answer.greedy_score, answer.is_best
    proposal.save()
    _tell(proposal, len(chosen), len(visits))


def _tell(proposal, filled, asked):
    def title():
        words = {"filled": filled, "asked": asked}
        return _("The draft for the week is ready: %(filled)s of %(asked)s visits found somebody") % words

    notify(users=[proposal.asked_by], title=title, url=office_url("proposal_page", proposal.pk))


def fail_proposal(*, proposal_id: int, error: str) -> None:
    rows = RotaProposal.objects.filter(pk=proposal_id, state=State.RUNNING)
    rows.update(state=State.FAILED, finished_at=timezone.now(), error=error[:100])


def accept_proposal(*, proposal: RotaProposal, by: User, chosen: dict[int, Caregiver]) -> dict[str, int]:
    """Give the ticked visits to whom the draft, or the coordinator, says; the others stay as they are.

    Everything is judged again: what the rules forbid by now is left with the reason on its line, the rest is written as
    one change of the rota, which can be undone. Returns how many of each.
    """
    claimed = RotaProposal.objects.filter(pk=proposal.pk, state=State.READY)
    if not claimed.update(state=State.CLOSED):
        raise ValidationError(_("This draft was dealt with already, or a newer one took its place."))
    lines = {line.visit_id: line for line in proposal.lines.filter(visit__in=chosen)}
    rows = Visit.objects.filter(pk__in=lines).select_related("client", "agreement").defer("agreement__terms")
    visits = list(rows.select_for_update(of=["self"]).order_by("pk"))
    take_turns({caregiver.pk for caregiver in chosen.values()})
    wanted = [Placement(one, chosen[one.pk], one.period.lower, one.period.upper) for one in visits]
    good, counts = [], defaultdict(int)
    for row, findings in zip(wanted, judge(wanted), strict=True):
        line = lines[row.visit.pk]
        texts = [text_of(finding) for finding in forbidding(findings)]
        if row.visit.state != Visit.State.PLANNED or row.visit.caregiver_id:
            texts.append(_("Somebody changed this visit meanwhile."))
        line.outcome = Outcome.REFUSED if texts else Outcome.ACCEPTED
        line.note = " ".join(texts)[:NOTE_LENGTH] if texts else line.note
        line.caregiver = row.caregiver
        counts[line.outcome] += 1
        if not texts:
            good.append(row)
    ProposalLine.objects.bulk_update(lines.values(), ["outcome", "note", "caregiver"], batch_size=200)
    proposal.lines.filter(outcome=Outcome.OPEN).update(outcome=Outcome.LEFT)
    if good:
        write_change(good, by=by, scope=RotaChange.Scope.ONE, reason=_("Draft for the week accepted"))
    return {"accepted": counts[Outcome.ACCEPTED], "refused": counts[Outcome.REFUSED]}


def said(counts: dict[str, int]) -> str:
    """What came of a draft, in a sentence."""
    text = ngettext("%(n)s visit was given away.", "%(n)s visits were given away.", counts["accepted"])
    text %= {"n": counts["accepted"]}
    if counts["refused"]:
        more = ngettext("%(n)s could not be done any more; see why.", "%(n)s could not be done any more; see why.",
            counts["refused"])  # fmt: skip
        text = f"{text} {more % {'n': counts['refused']}}"
    return text
