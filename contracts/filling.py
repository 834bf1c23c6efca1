"""Who could take a week's unassigned visits: a greedy answer, and a better one by constraint programming (OR-Tools).

Plain data in, a choice out. What is hard is never broken: only pairs that may be, nobody at two places at once, half an
hour between two clients. What is soft is the score, the same for both answers:

    1,000 for each visit that finds somebody, and the points of the pair (contracts.rota_standard.points)
    - 40 for each caregiver a client gets to see in the week
    - 3 for each quarter of an hour that it adds beyond the hours of the week
    - 150 for each caregiver who loses the last day of rest
"""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from random import Random

from ortools.sat.python import cp_model

from agencies.calendar import ONE_DAY
from contracts.rota_standard import DAYS_IN_A_ROW, TRAVEL

FILLED, FACE, OVER_QUARTER, NO_REST = 1000, 40, 3, 150
QUARTER = 15  # minutes
BEST_FITTING = 8  # caregivers looked at for each visit, besides the one who has it now
GROUP, EFFORT = 12, 0.5  # caregivers solved for together at least, and the solver's own measure of how long at most
WORKERS = 4  # of the solver, side by side
SECONDS = 12


Choice = dict[int, int]  # visit -> caregiver


@dataclass(frozen=True)
class Open:
    """A visit that nobody is assigned to; minutes are those that count as hours of work, none when living in."""

    pk: int
    client: int
    starts: dt.datetime
    ends: dt.datetime
    minutes: int

    @property
    def day(self) -> dt.date:
        return self.starts.date()

    @property
    def days_around(self) -> tuple[dt.date, ...]:
        """Days on which a visit may begin that touches this one: none lasts longer than a day."""
        return self.day - ONE_DAY, self.day, self.day + ONE_DAY


@dataclass(frozen=True)
class Taken:
    """A time at which a caregiver is not free: a visit at a client, or an absence (no client)."""

    starts: dt.datetime
    ends: dt.datetime
    client: int | None = None


@dataclass(frozen=True)
class Hand:
    """A caregiver: what is taken already, minutes worked and allowed in the week, days worked."""

    pk: int
    allowed: int
    minutes: int = 0
    taken: tuple[Taken, ...] = ()
    days: frozenset[dt.date] = frozenset()


@dataclass
class Week:
    """Visits, caregivers, and for each pair that may be its points."""

    visits: list[Open]
    hands: list[Hand]
    points: dict[tuple[int, int], int]
    seen: set[tuple[int, int]] = field(default_factory=set)  # (client, caregiver) of visits that stand already

    def __post_init__(self):
        self.visit = {one.pk: one for one in self.visits}
        self.hand = {one.pk: one for one in self.hands}
        self.able: dict[int, list[int]] = defaultdict(list)
        for visit, hand in self.points:
            if not any(too_near(self.visit[visit], taken) for taken in self.hand[hand].taken):
                self.able[visit].append(hand)
        for visit, hands in self.able.items():
            hands.sort(key=lambda hand, visit=visit: (-self.points[visit, hand], hand))


def too_near(one: Open, other: Open | Taken) -> bool:
    """Whether one person cannot do both: they overlap, or lie at two clients with less than half an hour between."""
    if other.client is None or other.client == one.client:
        return one.starts < other.ends and other.starts < one.ends
    return one.starts < other.ends + TRAVEL and other.starts < one.ends + TRAVEL


def score(week: Week, choice: Choice) -> int:
    """What a choice is worth; see above."""
    total = sum(FILLED + week.points[pair] for pair in choice.items())
    faces = {(week.visit[visit].client, hand) for visit, hand in choice.items()} - week.seen
    return total - FACE * len(faces) - _strain(week, choice) + _strain(week, {})


def _strain(week, choice):
    """What long weeks and missing days of rest cost."""
    minutes, days = _loads(week, choice)
    quarters = sum(max(-(-(minutes[hand.pk] - hand.allowed) // QUARTER), 0) for hand in week.hands)
    return OVER_QUARTER * quarters + NO_REST * sum(len(days[hand.pk]) > DAYS_IN_A_ROW for hand in week.hands)


def _loads(week, choice):
    minutes = {hand.pk: hand.minutes for hand in week.hands}
    days = {hand.pk: set(hand.days) for hand in week.hands}
    for visit, hand in choice.items():
        minutes[hand] += week.visit[visit].minutes
        days[hand].add(week.visit[visit].day)
    return minutes, days


def broken(week: Week, choice: Choice) -> list[tuple[int, int]]:
    """Pairs of a choice that must never be; empty for every answer given here."""
    wrong = [pair for pair in choice.items() if pair[1] not in week.able[pair[0]]]
    by_hand = defaultdict(list)
    for visit, hand in choice.items():
        by_hand[hand].append(week.visit[visit])
    for mine in by_hand.values():
        wrong += [(one.pk, other.pk) for one, other in combinations(mine, 2) if too_near(one, other)]
    return wrong


def greedy(week: Week) -> Choice:
    """Visit after visit in order of time, each to the free caregiver who adds most to the score."""
    choice: Choice = {}
    by_day: dict[tuple[int, dt.date], list[Open]] = defaultdict(list)
    faces = set(week.seen)
    minutes, days = _loads(week, {})
    for visit in sorted(week.visits, key=lambda one: (one.starts, one.pk)):
        best = None
        for hand in week.able[visit.pk]:
            near = (other for day in visit.days_around for other in by_day[hand, day])
            if any(too_near(visit, other) for other in near):
                continue
            worth = week.points[visit.pk, hand] - FACE * ((visit.client, hand) not in faces)
            over = minutes[hand] + visit.minutes - week.hand[hand].allowed
            worth -= OVER_QUARTER * max(-(-min(over, visit.minutes) // QUARTER), 0)
            worth -= NO_REST * (visit.day not in days[hand] and len(days[hand]) == DAYS_IN_A_ROW)
            if best is None or worth > best[0]:
                best = (worth, hand)
        if best:
            hand = choice[visit.pk] = best[1]
            by_day[hand, visit.day].append(visit)
            faces.add((visit.client, hand))
            minutes[hand] += visit.minutes
            days[hand].add(visit.day)
    return choice


@dataclass(frozen=True)
class Answer:
    choice: Choice
    score: int
    greedy_score: int
    is_best: bool  # proved, among the caregivers that were looked at for each visit


def fill(week: Week, seconds: float = SECONDS) -> Answer:
    """The greedy answer, and what the solver makes of it in so many seconds; never worse than the greedy one."""
    first = greedy(week)
    choice, is_best = _improved(week, first, time.monotonic() + seconds)
    return Answer(choice, score(week, choice), score(week, first), is_best)


def _improved(week, choice, until):
    """Solve anew for a group of caregivers, their visits and those of nobody, while the others keep theirs; again and again.

    The score falls into one part for each caregiver, so whatever a group gains the whole week gains. A week with few
    caregivers is one group, and its answer is the best there is.
    """
    pool = sorted(hand.pk for hand in week.hands)
    if not week.points:
        return choice, True
    if len(pool) <= GROUP:
        return _solve(week, choice, set(pool), until)
    rng = Random(1)  # noqa: S311 -- no secret, the same groups every time
    while time.monotonic() < until:
        found, _proved = _solve(week, choice, _group(week, choice, pool, rng), until, EFFORT)
        if score(week, found) >= score(week, choice):
            choice = found
    return choice, False


def _group(week, choice, pool, rng):
    """Caregivers between whom a change might pay: who goes to some clients now, and who fits them well."""
    group: set[int] = set()
    while len(group) < GROUP:
        client = rng.choice(week.visits).client
        near = set(rng.sample(pool, 1))
        for visit in week.visits:
            if visit.client == client:
                near |= {choice[visit.pk]} if visit.pk in choice else set()
                near |= set(week.able[visit.pk][:3])
        group |= near
    return group


def _solve(week, choice, group, until, effort=None):
    """The best choice in which only these caregivers take other visits, and whether it is proved."""
    model = cp_model.CpModel()
    taken = _pairs(model, week, choice, group)
    worth = [(FILLED + week.points[pair]) * var for pair, var in taken.items()]
    by_visit, by_hand = defaultdict(list), defaultdict(list)
    for (visit, hand), var in taken.items():
        by_visit[visit].append(var)
        by_hand[hand].append((week.visit[visit], var))
    for variables in by_visit.values():
        model.add_at_most_one(variables)
    for pk, mine in by_hand.items():
        _apart(model, mine)
        chosen = [visit for visit, _var in mine if choice.get(visit.pk) == pk]
        worth += _rest(model, week.hand[pk], mine, chosen) + _hours(model, week.hand[pk], mine, chosen)
        worth += _faces(model, week, pk, mine, chosen)
    model.maximize(sum(worth))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(until - time.monotonic(), 0.1)
    solver.parameters.num_workers = WORKERS
    if effort:
        solver.parameters.max_deterministic_time = effort
    solver.parameters.random_seed = 1
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return choice, False
    kept = {visit: hand for visit, hand in choice.items() if hand not in group}
    return kept | {visit: hand for (visit, hand), var in taken.items() if solver.value(var)}, status == cp_model.OPTIMAL


def _pairs(model, week, choice, group):
    """One yes or no for each pair within the group; what is chosen now is where the solver begins."""
    taken = {}
    for visit in week.visits:
        hand_now = choice.get(visit.pk)
        if hand_now is not None and hand_now not in group:
            continue
        hands = [hand for hand in week.able[visit.pk] if hand in group][:BEST_FITTING]
        for hand in dict.fromkeys([*hands, *([hand_now] if hand_now else [])]):
            taken[visit.pk, hand] = var = model.new_bool_var("")
            model.add_hint(var, hand_now == hand)
    return taken


def _apart(model, mine: Iterable):
    """Nobody is at two places at once: visits under way at one moment as a group, near ones pair by pair."""
    mine = sorted(mine, key=lambda pair: pair[0].starts)
    for place, (one, var) in enumerate(mine):
        group = [var]
        for other, another in mine[place + 1 :]:
            if other.starts >= one.ends + TRAVEL:
                break
            if too_near(one, other):
                model.add_at_most_one([var, another])
        group += [another for other, another in mine[:place] if other.ends > one.starts]
        if len(group) > 2:
            model.add_at_most_one(group)


def _rest(model, hand, mine, chosen):
    """A day counts when a visit of it is taken; the seventh of the week costs."""
    days = defaultdict(list)
    for visit, var in mine:
        days[visit.day].append(var)
    fresh = {day: variables for day, variables in days.items() if day not in hand.days}
    if len(hand.days) + len(fresh) <= DAYS_IN_A_ROW:
        return []
    worked = []
    begun = {visit.day for visit in chosen}
    for day, variables in fresh.items():
        is_worked = model.new_bool_var("")
        model.add_max_equality(is_worked, variables)
        model.add_hint(is_worked, day in begun)
        worked.append(is_worked)
    tired = model.new_bool_var("")
    model.add_hint(tired, len(begun | hand.days) > DAYS_IN_A_ROW)
    model.add(sum(worked) + len(hand.days) <= DAYS_IN_A_ROW + len(worked) * tired)
    return [-NO_REST * tired]


def _hours(model, hand, mine, chosen):
    """Quarters of an hour beyond the hours of the week."""
    most = sum(visit.minutes for visit, _var in mine)
    if hand.minutes + most <= hand.allowed:
        return []
    over = model.new_int_var(0, -(-(hand.minutes + most) // QUARTER), "")
    spent = hand.minutes + sum(visit.minutes for visit in chosen) - hand.allowed
    model.add_hint(over, max(-(-spent // QUARTER), 0))
    model.add(QUARTER * over >= sum(visit.minutes * var for visit, var in mine) + hand.minutes - hand.allowed)
    return [-OVER_QUARTER * over]


def _faces(model, week, hand, mine, chosen):
    """A client's new face costs once, however often it comes."""
    clients = defaultdict(list)
    for visit, var in mine:
        if (visit.client, hand) not in week.seen:
            clients[visit.client].append(var)
    costs, known = [], {visit.client for visit in chosen}
    for client, variables in clients.items():
        face = model.new_bool_var("")
        model.add_hint(face, client in known)
        for var in variables:
            model.add_implication(var, face)
        costs.append(-FACE * face)
    return costs
