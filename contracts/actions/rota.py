"""Changes of the rota (7.3.2 c): one way in for everything that gives a visit to somebody or another time, and back."""

import datetime as dt
from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.findings import text_of
from agencies.models import User
from agencies.standard import forbidding
from caregivers.models import Caregiver
from contracts.actions import replacing
from contracts.actions.history import place_with_history
from contracts.actions.telling import tell_caregiver
from contracts.models import Agreement, RotaChange, RotaMove, SlotChange, Visit
from contracts.queries.ability import able_for_visit, could_do_it, lacks_level
from contracts.queries.placing import Placement, judge, stays
from contracts.queries.rota_changes import Preview, day_shift, others_of_slot, preview, seen_as

State = Visit.State
Scope = RotaChange.Scope
BOOKING_LOCK = 7301  # class of the advisory locks that let bookings of one caregiver go one after the other
READ = (
    *(field.name for field in Visit._meta.concrete_fields),
    "client__agency", "client__number", "client__name", "client__salutation",
    "agreement__agency", "agreement__caregiver", "agreement__plan", "agreement__work_form", "agreement__starts_on",
    "agreement__ends_on", "agreement__ended_on",
    "caregiver__agency", "caregiver__number", "caregiver__name", "caregiver__user",
)  # fmt: skip
FIELDS = {
    "end_first": "ends_at", "too_long": "ends_at", "duration": "ends_at",
    "out_of_term": "starts_at", "rests": "starts_at", "past": "starts_at",
    "no_pattern": "scope", "too_far": "scope",
}  # fmt: skip


def lock_visit(visit: Visit) -> Visit:
    """The row as it stands, ours until the transaction ends; of client, agreement and caregiver what a visit asks for."""
    rows = Visit.objects.select_for_update(of=["self"]).select_related("client", "agreement", "caregiver")
    return rows.only(*READ).get(pk=visit.pk)


def take_turns(caregivers: set[int]) -> None:
    """Whoever books one of these caregivers waits until we are done; always in the same order, so nobody waits in a ring."""
    with connection.cursor() as cursor:
        for pk in sorted(caregivers):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [BOOKING_LOCK, pk % 2**31])


def place_visit(
    *, visit: Visit, by: User, caregiver: Caregiver | None, starts_at: dt.datetime, ends_at: dt.datetime,
    scope: str = Scope.ONE, reason: str = "", seen: str = "",
) -> RotaChange:  # fmt: skip
    """Put a visit with somebody, or nobody, at a time; with a wider scope its fellows of the weekly pattern as well.

    What forbids it is named at once; what only speaks against it needs a reason. Of the fellows, one that may not go
    along stands with the unassigned, or stays where it is when it is the time that is wrong. A lasting change is kept
    by the planner for visits that are not planned yet; where it gives the service to another caregiver than the
    agreement names, the supplement is drafted. Of the visit given only the key counts: it is read when it is its turn.
    """
    shown = decide(visit=visit, caregiver=caregiver, starts_at=starts_at, ends_at=ends_at, scope=scope, seen=seen)
    if shown.verdict == "warned" and not reason:
        raise ValidationError({"reason": _("Something speaks against it: say why it is right all the same.")})
    change = write_change([row.placement for row in shown.found], by=by, scope=scope, reason=reason)
    if scope != Scope.ONE:
        kept = _keep_lasting(change, shown.visit, shown.first.wanted)
        replacing.follow_up(agreement=shown.visit.agreement, by=by, from_day=kept.holds_from, reason=reason)
    return change


def decide(
    *, visit: Visit, caregiver: Caregiver | None, starts_at: dt.datetime, ends_at: dt.datetime, scope: str, seen: str = ""
) -> Preview:  # fmt: skip
    """Lock what is concerned and judge it; refuses what is forbidden, with every reason."""
    if scope == Scope.ONE:
        visit, others = lock_visit(visit), []
    else:
        serving = Visit.objects.values_list("agreement", flat=True).get(pk=visit.pk)
        agreement = Agreement.objects.select_for_update(of=["self"]).defer("terms").get(pk=serving)
        visit = lock_visit(visit)
        visit.agreement = agreement  # all but its terms: a supplement may have to be drafted from it
        others = list(others_of_slot(visit, scope).select_for_update(of=["self"]))
    take_turns({caregiver.pk} if caregiver else set())
    if seen and seen != seen_as(visit):
        raise ValidationError(_meanwhile(visit))
    shown = preview(visit, caregiver, starts_at, ends_at, scope, others)
    problems = defaultdict(list)
    if visit.state != State.PLANNED:
        problems["__all__"].append(_("Only a planned visit can be moved."))
    elif shown.verdict == "nothing":
        problems["__all__"].append(_("This is where it stands already."))
    for finding in shown.forbids:
        problems[FIELDS.get(finding.code, "__all__")].append(_named(caregiver, finding))
    if lacks_level(shown.forbids):
        problems["__all__"].append(could_do_it(able_for_visit(visit)))
    if problems:
        raise ValidationError(dict(problems))
    return shown


def _named(caregiver, finding):
    """What a caregiver lacks is said with the name."""
    is_about_time = finding.code in FIELDS
    return text_of(finding) if is_about_time or not caregiver else f"{caregiver}: {text_of(finding)}"


def _meanwhile(visit):
    start, end = timezone.localtime(visit.period.lower), timezone.localtime(visit.period.upper)
    words = {
        "client": visit.client.salutation,
        "caregiver": visit.caregiver or _("nobody"),
        "state": visit.get_state_display(),
        "time": f"{start:%m-%d %H:%M}–{end:%H:%M}",
    }
    text = _("Somebody changed this visit meanwhile. Now: %(client)s, %(time)s, %(caregiver)s, %(state)s. Look again.")
    return text % words


def write_change(placements: list[Placement], *, by: User, scope: str = Scope.ONE, reason: str = "") -> RotaChange:
    """Write what was judged: visits, their history, the change that can be undone, and what caregivers are told.

    What comes back has the moves at hand, as moved. A refusal leaves the transaction broken, so that nothing stays half-written:
    whoever goes on after one runs this in an `atomic()` of its own.
    """
    moved = [row for row in placements if row.is_change]
    change = RotaChange.objects.create(scope=scope, reason=reason, made_by=by)
    before = [stays(row.visit) for row in moved]
    change.moved = RotaMove.objects.bulk_create(_move(change, old, new) for old, new in zip(before, moved, strict=True))
    _put(moved, by)
    _tell(before, moved)
    return change


def _move(change, old, new):
    return RotaMove(
        agency=change.agency,
        change=change,
        visit=new.visit,
        from_caregiver=old.caregiver,
        from_period=DateTimeTZRange(old.starts, old.ends),
        to_caregiver=new.caregiver,
        to_period=DateTimeTZRange(new.starts, new.ends),
    )


def _put(placements, by):
    for row in placements:
        row.visit.caregiver = row.caregiver
        row.visit.period = DateTimeTZRange(row.starts, row.ends)
    names = sorted({str(row.caregiver) for row in placements if row.caregiver})
    try:
        place_with_history(placements, by=by)
    except IntegrityError as error:
        if "visit_no_double_booking" not in str(error):
            raise
        text = _("%(caregiver)s is at another client at that time; look at the rota again.")
        raise ValidationError(text % {"caregiver": ", ".join(names)}) from None


def _tell(before, after):
    """One notice for each caregiver and kind of news, however many visits it is about."""
    news = defaultdict(list)
    for old, new in zip(before, after, strict=True):
        if old.caregiver == new.caregiver:
            news[new.caregiver, "time"].append((old, new))
            continue
        news[new.caregiver, "new"].append((old, new))
        news[old.caregiver, "given" if new.caregiver else "back"].append((old, new))
    for (caregiver, kind), pairs in news.items():
        if caregiver:
            tell_caregiver(caregiver, _title(kind, pairs), *(new.visit for _old, new in pairs))


def _title(kind, pairs):
    count, words = len(pairs), {"count": len(pairs)}
    if kind == "time":
        start = timezone.localtime(pairs[0][0].starts)
        words["before"] = f"{start:%m-%d %H:%M}"
        one, many = _("A visit of %(before)s has another time"), ngettext(
            "%(count)s visit has another time", "%(count)s visits have another time", count)  # fmt: skip
    elif kind == "new":
        one, many = _("New visit"), ngettext("%(count)s new visit", "%(count)s new visits", count)
    elif kind == "given":
        one = _("A visit was given to somebody else")
        many = ngettext(
            "%(count)s visit was given to somebody else", "%(count)s visits were given to somebody else", count
        )
    else:
        one = _("A visit was taken back")
        many = ngettext("%(count)s visit was taken back", "%(count)s visits were taken back", count)
    return (one if count == 1 else many) % words


def _keep_lasting(change, visit, wanted):
    """Note it for the planner: from this visit's day of the pattern, or from today on."""
    pattern, start = timezone.localtime(visit.planned_start), timezone.localtime(wanted.starts)
    return SlotChange.objects.create(
        change=change,
        agreement=visit.agreement,
        weekday=pattern.isoweekday(),
        pattern_starts_at=pattern.time(),
        holds_from=pattern.date() if change.scope == Scope.LATER else timezone.localdate(),
        caregiver=wanted.caregiver,
        day_shift=day_shift(visit, wanted.starts),
        starts_at=start.time(),
        minutes=(wanted.ends - wanted.starts).total_seconds() // 60,
    )


def undo_change(*, change: RotaChange, by: User) -> None:
    """Put everything back where it stood, if nobody touched it since and the rules still allow it; once.

    Like write_change it leaves the moves at hand.
    """
    claimed = RotaChange.objects.filter(pk=change.pk, undone_at=None, made_by=by)
    if not claimed.update(undone_at=timezone.now(), undone_by=by):
        raise ValidationError(_("This change was undone already, or somebody else made it."))
    moves = change.moved = list(change.moves.select_related("from_caregiver", "to_caregiver").order_by("visit"))
    rows = Visit.objects.filter(pk__in=[move.visit_id for move in moves]).select_for_update(of=["self"])
    visits = {row.pk: row for row in rows.select_related("client", "agreement", "caregiver").order_by("pk")}
    take_turns({move.from_caregiver_id for move in moves if move.from_caregiver_id})
    back = [
        Placement(visits[move.visit_id], move.from_caregiver, move.from_period.lower, move.from_period.upper)
        for move in moves
    ]
    problems = [
        _meanwhile(row.visit) for row, move in zip(back, moves, strict=True)
        if row.visit.state != State.PLANNED or (row.visit.caregiver_id, row.visit.period) != (move.to_caregiver_id, move.to_period)
    ]  # fmt: skip
    for row, findings in zip(back, judge(back), strict=True):
        problems += [f"{_short(row)}: {text_of(finding)}" for finding in forbidding(findings)]
    if problems:
        raise ValidationError(problems)
    before = [stays(row.visit) for row in back]
    _put(back, by)
    _tell(before, back)
    replacing.take_back(change=change, by=by)


def _short(row):
    return f"{row.visit.client.salutation} {timezone.localtime(row.starts):%m-%d %H:%M}"


def give(*, visit: Visit, caregiver: Caregiver | None, by: User, starts_at=None, ends_at=None, seen: str = "") -> Visit:
    """Place one visit where only what forbids counts: for actions in which nobody is asked for a reason."""
    times = {"starts_at": starts_at or visit.period.lower, "ends_at": ends_at or visit.period.upper}
    shown = decide(visit=visit, caregiver=caregiver, scope=Scope.ONE, seen=seen, **times)
    write_change([shown.first.placement], by=by)
    return shown.visit
