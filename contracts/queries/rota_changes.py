"""What a change of the rota would bring, visit by visit, before anything is written; and the last change of somebody."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agencies.calendar import ONE_DAY
from agencies.findings import text_of
from agencies.models import User
from agencies.standard import Finding, forbidding
from caregivers.models import Caregiver
from contracts.models import PlanSlot, RotaChange, RotaMove, Visit
from contracts.queries.placing import Placement, judge, stays

Scope = RotaChange.Scope
TIME_CODES = ("end_first", "too_long", "out_of_term", "rests", "past")  # no other caregiver would mend it
MOVE_FIELDS = (
    "agency", "change", "from_period", "to_period", "visit__agency", "visit__client__salutation",
    "from_caregiver__name", "from_caregiver__number", "to_caregiver__name", "to_caregiver__number",
)  # fmt: skip
FARTHEST = 6  # days that a visit may lie from its day of the pattern


def seen_as(visit: Visit) -> str:
    """What somebody saw of a visit's place in the rota; another text means that somebody else changed it."""
    start, end = (int(moment.timestamp()) for moment in (visit.period.lower, visit.period.upper))
    return f"{visit.caregiver_id or 0}.{start}.{end}.{visit.state}"


@dataclass
class Consequence:
    """Where one visit would go, what forbids it and what speaks against it, and where it goes in the end."""

    wanted: Placement
    findings: list[Finding]
    placement: Placement = field(init=False)

    def __post_init__(self):
        codes = {finding.code for finding in forbidding(self.findings)}
        if not codes:
            self.placement = self.wanted
        elif codes & set(TIME_CODES):
            self.placement = stays(self.wanted.visit)
        else:
            self.placement = self.wanted._replace(caregiver=None)

    @property
    def forbids(self) -> list[str]:
        return [text_of(finding) for finding in forbidding(self.findings)]

    @property
    def warns(self) -> list[str]:
        return [text_of(finding) for finding in self.findings if finding.severity == "warn"]

    @property
    def is_as_wanted(self) -> bool:
        return self.placement == self.wanted

    @property
    def stays_put(self) -> bool:
        return not self.placement.is_change


def slot_of(visit: Visit) -> PlanSlot | None:
    """The visit of the weekly pattern that this one comes from; a made-up one comes from none."""
    if visit.makes_up_for_id:
        return None
    start = timezone.localtime(visit.planned_start)
    slots = PlanSlot.objects.filter(plan=visit.agreement.plan_id, weekday=start.isoweekday())
    return slots.filter(starts_at=start.time()).first()


def others_of_slot(visit: Visit, scope: str) -> QuerySet[Visit]:
    """Further visits to come of the same place in the weekly pattern, from this one on or all."""
    start, now = timezone.localtime(visit.planned_start), timezone.now()
    rows = Visit.objects.filter(
        agreement=visit.agreement_id,
        state=Visit.State.PLANNED,
        makes_up_for=None,
        planned_start__iso_week_day=start.isoweekday(),
        planned_start__time=start.time(),
        period__startswith__gt=now,
    ).exclude(pk=visit.pk)
    if scope == Scope.LATER:
        rows = rows.filter(planned_start__gt=visit.planned_start)
    return rows.select_related("client", "agreement__caregiver", "caregiver").defer("agreement__terms").order_by("pk")


def day_shift(visit: Visit, starts: dt.datetime) -> int:
    """Days between the day of the pattern and the day on which the visit would begin."""
    return (timezone.localtime(starts).date() - timezone.localtime(visit.planned_start).date()).days


def consequences(
    visit: Visit, caregiver: Caregiver | None, starts: dt.datetime, ends: dt.datetime, *, others: list[Visit] = ()
) -> list[Consequence]:
    """What putting a visit somewhere brings, the visit itself first, then the others of its slot alike."""
    wanted = [Placement(visit, caregiver, starts, ends)]
    shift, clock = day_shift(visit, starts), timezone.localtime(starts).time()
    for other in others:
        day = timezone.localtime(other.planned_start).date() + shift * ONE_DAY
        start = timezone.make_aware(dt.datetime.combine(day, clock))
        wanted.append(Placement(other, caregiver, start, start + (ends - starts)))
    return [Consequence(*pair) for pair in zip(wanted, judge(wanted), strict=True)]


def lasting_findings(visit: Visit, caregiver: Caregiver | None, starts: dt.datetime) -> list[Finding]:
    """What stands against making a change last: no pattern to change, too far from it, somebody the agreement does not name."""
    found = []
    if slot_of(visit) is None:
        text = gettext_noop("This visit comes from no weekly pattern; only this one can be changed.")
        found.append(Finding("7.3.1", "no_pattern", text))
    elif abs(day_shift(visit, starts)) > FARTHEST:
        text = gettext_noop("A lasting change moves a visit by six days at most.")
        found.append(Finding("7.3.1", "too_far", text))
    if caregiver and caregiver.pk != visit.agreement.caregiver_id:
        text = gettext_noop("The agreement names %(caregiver)s: a lasting change goes with a replacement supplement.")
        words = {"caregiver": str(visit.agreement.caregiver)}
        found.append(Finding("7.3.2 b", "not_in_agreement", text, words, "warn"))
    return found


@dataclass
class Preview:
    """What a change would bring: the visit first, then its fellows, and what stands against making it last."""

    visit: Visit
    found: list[Consequence]
    lasting: list[Finding]

    @property
    def first(self) -> Consequence:
        return self.found[0]

    @property
    def forbids(self) -> list[Finding]:
        return forbidding([*self.first.findings, *self.lasting])

    @property
    def warns(self) -> list[str]:
        """Everything that speaks against it, each said once."""
        findings = [*self.first.findings, *self.lasting]
        findings += [finding for row in self.found[1:] if row.is_as_wanted for finding in row.findings]
        return list(dict.fromkeys(text_of(finding) for finding in findings if finding.severity == "warn"))

    @property
    def left_behind(self) -> list[Consequence]:
        """Fellows of the slot that cannot go along."""
        return [row for row in self.found[1:] if not row.is_as_wanted]

    @property
    def verdict(self) -> str:
        if self.forbids:
            return "forbidden"
        if not any(row.placement.is_change for row in self.found):
            return "nothing"
        return "warned" if self.warns or self.left_behind else "fine"


def preview(
    visit: Visit, caregiver: Caregiver | None, starts: dt.datetime, ends: dt.datetime, scope: str, others: list[Visit]
) -> Preview:
    """Judge a change without writing anything; others are the fellows of the slot, for a scope that lasts."""
    lasting = lasting_findings(visit, caregiver, starts) if scope != Scope.ONE else []
    return Preview(visit, consequences(visit, caregiver, starts, ends, others=others), lasting)


def last_change(user: User) -> RotaChange | None:
    """The newest change of somebody today that was not undone, with what it moved; two queries."""
    today = timezone.make_aware(dt.datetime.combine(timezone.localdate(), dt.time()))
    change = RotaChange.objects.filter(made_by=user, undone_at=None, made_at__gte=today).first()
    if change:
        moves = change.moves.select_related("visit__client", "from_caregiver", "to_caregiver")
        change.moved = list(moves.only(*MOVE_FIELDS))
    return change


def text_of_moves(moves: list[RotaMove]) -> str:
    """What a change did, in a line: the first move, and how many more."""
    first, *more = sorted(moves, key=lambda move: move.to_period.lower)
    return _said(first) + (" " + _("and %(more)s more") % {"more": len(more)} if more else "")


def _said(move):
    """From where to where, in a line."""
    who = [str(one or _("unassigned")) for one in (move.from_caregiver, move.to_caregiver)]
    when = [timezone.localtime(one.lower).strftime("%m-%d %H:%M") for one in (move.from_period, move.to_period)]
    parts = [who[0] if who[0] == who[1] else " → ".join(who), when[0] if when[0] == when[1] else " → ".join(when)]
    return f"{move.visit.client.salutation} · {' · '.join(parts)}"
