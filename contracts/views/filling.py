"""Office pages of the draft for a week: asked for, looked at, accepted in whole or in part."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.calendar import ONE_DAY
from agencies.links import office_url
from agencies.models import Level
from agencies.pages import refusals
from agencies.permissions import may
from caregivers.models import Caregiver
from caregivers.queries.files import with_level
from contracts.actions import filling as actions
from contracts.models import RotaProposal
from contracts.views.rota import day_of


@may("contracts.edit")
@require_POST
def rota_fill(request):
    """Have the week's unassigned visits worked out."""
    day = day_of(request.POST.get("day"))
    made = []
    problems = refusals(lambda **kwargs: made.append(actions.ask_for_proposal(**kwargs)), day=day, by=request.user)
    for problem in problems:
        messages.error(request, problem)
    if problems:
        open_one = RotaProposal.objects.filter(monday=day - day.weekday() * ONE_DAY, state=RotaProposal.State.RUNNING)
        running = open_one.first()
        return redirect(office_url("proposal_page", running.pk) if running else _week(day))
    return redirect(office_url("proposal_page", made[0].pk))


def _week(day):
    return f"{office_url('rota')}?view=week&day={day.isoformat()}"


@may("contracts.view_visits")
def proposal_page(request, proposal_pk):
    """The draft: each visit with who is proposed, to be ticked and changed; afterwards what came of it."""
    proposal = get_object_or_404(RotaProposal.objects.select_related("asked_by"), pk=proposal_pk)
    may_edit = has_perm("contracts.edit", request.membership)
    if request.method == "POST":
        if not may_edit:
            raise PermissionDenied
        return _accept(request, proposal)
    lines = list(
        proposal.lines.select_related("visit__client", "visit__agreement", "caregiver")
        .defer("visit__agreement__terms")
        .order_by("visit__period", "pk")
    )
    ids = {pk for line in lines for pk in (*line.others, line.caregiver_id) if pk}
    people = with_level(Caregiver.objects.filter(pk__in=ids), proposal.monday).defer("identity_number")
    names = {person.pk: _name(person) for person in people}
    for line in lines:
        line.choices = [(pk, names[pk]) for pk in (line.caregiver_id, *line.others) if pk in names]
    filled = sum(line.caregiver_id is not None for line in lines)
    context = {
        "proposal": proposal,
        "lines": lines,
        "filled": filled,
        "open": len(lines) - filled,
        "better": proposal.score - proposal.greedy_score,
        "sunday": proposal.monday + 6 * ONE_DAY,
        "back": _week(proposal.monday),
        "may_edit": may_edit,
    }
    return render(request, "contracts/proposal_page.html", context)


def _name(person):
    return f"{person} · {Level(person.level).label}" if person.level is not None else str(person)


def _accept(request, proposal):
    """The ticked lines, each with whom the list beside it says."""
    picked = {}
    for text in request.POST.getlist("visit"):
        hand = request.POST.get(f"caregiver-{text}", "")
        if text.isdecimal() and hand.isdecimal() and len(text) < 19 and len(hand) < 19:
            picked[int(text)] = int(hand)
    people = Caregiver.objects.in_bulk(set(picked.values()))
    chosen = {visit: people[hand] for visit, hand in picked.items() if hand in people}
    counts = []
    problems = refusals(
        lambda **kwargs: counts.append(actions.accept_proposal(**kwargs)),
        proposal=proposal, by=request.user, chosen=chosen,
    )  # fmt: skip
    for problem in problems:
        messages.error(request, problem)
    if counts and not problems:
        is_whole = not counts[0]["refused"]
        (messages.success if is_whole else messages.warning)(request, actions.said(counts[0]))
        return redirect(_week(proposal.monday) if is_whole else office_url("proposal_page", proposal.pk))
    return redirect(office_url("proposal_page", proposal.pk))
