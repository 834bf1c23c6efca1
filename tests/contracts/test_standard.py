"""Plan and agreement by rule: the week, the money, what signing needs (3.3, 4.1.5, 5, 7.2.2 c, 7.3)."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.calendar import CHINA
from agencies.standard import CLAUSES, Finding
from contracts.standard import (
    SIGNING,
    TRANSITIONS,
    Extra,
    SigningFacts,
    Slot,
    items_not_allowed,
    may_go,
    missing_before_force,
    missing_before_signing,
    monthly_estimate,
    occurrences,
    overlapping,
    total_price,
)

D = dt.date
T = dt.time
TODAY = D(2026, 11, 23)  # a Monday


@dataclass(frozen=True)
class Item:
    name: str
    unable_only: bool = False

    def __str__(self):
        return self.name


def slot(weekday, start, minutes):
    return Slot(weekday, T.fromisoformat(start), minutes)


def shown(slots, first, last):
    return [f"{start:%m-%d %H:%M}–{end:%m-%d %H:%M}" for start, end in occurrences(slots, first, last)]


# The weekly pattern ------------------------------------------------------------------------------------------------


def test_visits_come_in_order_from_the_first_day_to_the_last():
    week = [slot(3, "14:00", 120), slot(1, "15:00", 120), slot(1, "08:30", 180)]
    assert shown(week, TODAY, D(2026, 11, 30)) == [
        "11-23 08:30–11-23 11:30",
        "11-23 15:00–11-23 17:00",
        "11-25 14:00–11-25 16:00",
        "11-30 08:30–11-30 11:30",
        "11-30 15:00–11-30 17:00",
    ]


def test_a_visit_over_midnight_belongs_to_the_day_it_starts_on():
    night = [slot(7, "22:00", 240)]
    assert shown(night, D(2026, 11, 22), D(2026, 11, 22)) == ["11-22 22:00–11-23 02:00"]
    assert shown(night, D(2026, 11, 23), D(2026, 11, 28)) == []


def test_live_in_days_follow_each_other_without_gap_or_overlap():
    live_in = [slot(day, "08:00", 1440) for day in range(1, 8)]
    times = list(occurrences(live_in, D(2026, 12, 30), D(2027, 1, 2)))
    assert shown(live_in, D(2026, 12, 31), D(2026, 12, 31)) == ["12-31 08:00–01-01 08:00"]
    assert len(times) == 4
    assert all(one[1] == two[0] for one, two in pairwise(times))


def test_the_times_are_those_of_china():
    [(start, end)] = occurrences([slot(1, "00:00", 480)], TODAY, TODAY)
    assert start == dt.datetime(2026, 11, 22, 16, 0, tzinfo=dt.UTC)
    assert (start.tzinfo, end - start) == (CHINA, dt.timedelta(hours=8))


@pytest.mark.parametrize(("first", "last"), [(D(2026, 11, 24), D(2026, 11, 23)), (D(2026, 11, 24), D(2026, 11, 29))])
def test_days_without_a_visit(first, last):
    assert shown([slot(1, "08:00", 120)], first, last) == []


slots = st.builds(Slot, st.integers(1, 7), st.times().map(lambda t: t.replace(second=0, microsecond=0)),
                  st.sampled_from([120, 300, 480, 1440]))  # fmt: skip
patterns = st.lists(slots, max_size=7)


@given(patterns, st.dates(D(2026, 1, 1), D(2027, 12, 31)), st.integers(0, 20))
def test_any_seven_days_hold_the_whole_pattern_once(pattern, first, weeks):
    times = list(occurrences(pattern, first, first + dt.timedelta(days=7 * weeks - 1)))
    assert len(times) == len(pattern) * weeks
    assert times == sorted(times, key=lambda time: time[0])
    assert all(first <= start.date() and start < end for start, end in times)


@given(patterns, st.dates(D(2026, 1, 1), D(2027, 12, 31)))
def test_a_pattern_without_overlap_never_books_a_moment_twice(pattern, first):
    times = list(occurrences(pattern, first, first + dt.timedelta(days=14)))
    clashes = any(two[0] < one[1] for one, two in pairwise(times))
    assert clashes == bool(overlapping(pattern))


@pytest.mark.parametrize(
    ("week", "pairs"),
    [
        ([slot(1, "08:00", 120)], []),
        ([slot(1, "08:00", 120), slot(1, "10:00", 120)], []),  # touching
        ([slot(1, "08:00", 121), slot(1, "10:00", 120)], [(0, 1)]),
        ([slot(1, "22:00", 240), slot(2, "01:59", 120)], [(0, 1)]),
        ([slot(1, "22:00", 240), slot(2, "02:00", 120)], []),
        ([slot(7, "22:00", 240), slot(1, "01:00", 120)], [(0, 1)]),  # Sunday night into Monday
        ([slot(7, "08:00", 1440), slot(1, "08:00", 1440)], []),
        ([slot(1, "08:00", 120), slot(1, "08:00", 120)], [(0, 1)]),
    ],
)
def test_visits_that_overlap(week, pairs):
    assert overlapping(week) == [(week[one], week[two]) for one, two in pairs]


# Money -------------------------------------------------------------------------------------------------------------

MORNINGS = [slot(day, "08:00", 120) for day in (1, 3, 5)]


@pytest.mark.parametrize(
    ("rate", "unit", "week", "fee"),
    [
        ("40", "hour", MORNINGS, "1040.00"),  # 6 h x 40 x 52 / 12
        ("35.50", "hour", [slot(1, "08:00", 150)], "384.58"),  # 2.5 h x 35.5 x 52 / 12 = 384.583
        ("85", "visit", MORNINGS, "1105.00"),
        ("200", "day", [slot(1, "08:00", 480), slot(2, "08:00", 480)], "1733.33"),
        ("100", "day", [slot(1, "08:00", 120), slot(1, "16:00", 120)], "433.33"),  # one day, two visits
        ("6800", "month", [slot(day, "08:00", 1440) for day in range(1, 8)], "6800.00"),
        ("0.03", "visit", [slot(1, "08:00", 120)], "0.13"),
        ("1.5", "visit", [slot(1, "08:00", 120)], "6.50"),
        ("0.015", "month", [], "0.02"),  # half a cent up
        ("40", "hour", [], "0.00"),
    ],
)
def test_the_fee_of_an_average_month(rate, unit, week, fee):
    assert str(monthly_estimate(Decimal(rate), unit, week)) == fee


def test_items_that_cost_extra():
    massage = Extra(Decimal(60), "visit", (MORNINGS[0],))  # 60 x 52 / 12 = 260
    rehabilitation = Extra(Decimal(80), "hour", tuple(replace(one, minutes=30) for one in MORNINGS))  # 1.5 h: 520
    supplies = Extra(Decimal(15), "month", tuple(MORNINGS))
    fee = monthly_estimate(Decimal(40), "hour", MORNINGS, [massage, rehabilitation, supplies])
    assert fee == Decimal("1835.00")  # 1040 + 260 + 520 + 15


@given(patterns, st.decimals(0, 1000, places=2), st.sampled_from(["hour", "visit", "day"]))
def test_a_further_visit_never_makes_it_cheaper(pattern, rate, unit):
    more = [*pattern, slot(1, "08:00", 120)]
    assert monthly_estimate(rate, unit, more) >= monthly_estimate(rate, unit, pattern) >= 0


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "total"),
    [
        (D(2026, 12, 1), D(2027, 11, 30), "12000.00"),
        (D(2026, 12, 1), D(2026, 12, 1), "32.88"),  # 1000 x 12 / 365
        (D(2026, 12, 1), D(2026, 12, 31), "1019.18"),
    ],
)
def test_what_the_whole_term_costs(starts_on, ends_on, total):
    assert str(total_price(Decimal(1000), starts_on, ends_on)) == total


# States ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "to", "may"),
    [
        ("draft", "signing", True),
        ("draft", "in_force", False),
        ("signing", "in_force", True),
        ("signing", "draft", True),
        ("signing", "ended", False),
        ("in_force", "suspended", True),
        ("in_force", "superseded", True),
        ("in_force", "draft", False),
        ("in_force", "cancelled", False),
        ("suspended", "in_force", True),
        ("ended", "in_force", False),
        ("superseded", "ended", False),
        ("cancelled", "draft", False),
    ],
)
def test_transitions(state, to, may):
    assert may_go(state, to) is may


def test_an_agreement_that_was_in_force_is_never_signed_again():
    reached, fresh = set(), {"in_force"}
    while fresh:
        reached |= fresh
        fresh = {to for state in fresh for to in TRANSITIONS[state]} - reached
    assert reached == {"in_force", "suspended", "ended", "superseded"}


# Signing -----------------------------------------------------------------------------------------------------------

READY = SigningFacts(
    today=TODAY,
    starts_on=D(2026, 12, 1),
    ends_on=D(2027, 11, 30),
    work_form="hourly",
    plan_state="agreed",
    plan_work_form="hourly",
    slots=tuple(MORNINGS),
    items=(Item("做饭"), Item("帮助大小便", unable_only=True)),
    self_care="unable",
    reassess_on=D(2027, 3, 1),
    condition_disclosed=True,
    health_consent=True,
    health_known=True,
    sharing_consent=True,
    has_emergency_contact=True,
    rate=Decimal(40),
    list_rate=Decimal(40),
    signer_proved=True,
    total=Decimal(12480),
    insurance="Accident insurance of the agency",
    dated=(D(2026, 11, 23), D(2026, 11, 20)),
    special_terms="If the caregiver cannot come, the agency is told first.",
)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"plan_state": ""}, [("7.3.1", "plan_not_agreed")]),
        ({"plan_state": "draft"}, [("7.3.1", "plan_not_agreed")]),
        ({"plan_state": "superseded"}, [("7.3.1", "plan_not_agreed")]),
        ({"plan_work_form": "day"}, [("3.3", "work_form_differs")]),
        ({"slots": (slot(1, "08:00", 120), slot(2, "08:00", 301))}, [("3.3", "duration")]),
        ({"self_care": None, "items": ()}, [("5", "not_assessed")]),
        ({"self_care": None}, [("5", "not_assessed"), ("5", "items_not_allowed")]),
        ({"self_care": "able"}, [("5", "items_not_allowed")]),
        ({"reassess_on": D(2026, 11, 22)}, [("5", "assessment_overdue")]),
        ({"reassess_on": D(2026, 11, 23)}, []),
        ({"ends_on": D(2026, 11, 30)}, [("7.3.2 b", "term")]),
        ({"ends_on": D(2026, 12, 1)}, []),
        ({"condition_disclosed": False}, [("7.3.2 b", "not_disclosed")]),
        ({"health_consent": False}, [("PIPL 29", "no_health_consent")]),
        ({"health_known": False}, [("7.3.2 b", "health_unknown")]),
        ({"sharing_consent": False}, [("PIPL 23", "no_sharing_consent")]),
        ({"is_plan_outdated": True}, [("7.3.1", "plan_outdated")]),
        ({"starts_on": D(2026, 11, 22)}, [("4.1.5", "starts_in_past")]),
        ({"starts_on": D(2026, 11, 23)}, []),
        ({"is_incapable": True}, [("Civil Code 21", "incapable")]),
        ({"is_incapable": True, "signer": "agent"}, [("Civil Code 21", "incapable")]),
        ({"is_incapable": True, "signer": "legal_guardian"}, []),
        ({"needs_guardian": True}, [("Civil Code 21", "no_guardian")]),
        ({"needs_guardian": True, "signer": "agent"}, [("Civil Code 21", "no_guardian")]),
        ({"needs_guardian": True, "signer": "legal_guardian"}, []),
        ({"signer": "agent"}, []),
        ({"signer": "agent", "signer_proved": False}, [("Civil Code 163", "no_proof")]),
        ({"signer": "legal_guardian", "signer_proved": False}, [("Civil Code 163", "no_proof")]),
        ({"signer_proved": False}, []),
        ({"insurance": " "}, [("7.3.2 b", "no_insurance")]),
        ({"dated": (D(2026, 11, 24), D(2026, 11, 20))}, [("7.3.2 b", "dated_ahead")]),
        ({"deposit": Decimal("0.01")}, [("Civil Code 586", "deposit_kind")]),
        ({"deposit_kind": "security"}, [("Civil Code 586", "deposit_kind")]),
        ({"deposit_kind": "security", "deposit": Decimal("0.01")}, []),
        ({"has_emergency_contact": False}, [("8.2", "no_contact")]),
        ({"list_rate": None}, [("4.1.5", "no_price_list")]),
        ({"rate": Decimal(39)}, [("4.1.5", "no_price_reason"), ("4.1.5", "price_not_approved")]),
        ({"rate": Decimal(39), "rate_reason": "Two clients in one house"}, [("4.1.5", "price_not_approved")]),
        ({"rate": Decimal(41), "rate_approved": True, "rate_reason": " "}, [("4.1.5", "no_price_reason")]),
        ({"rate": Decimal(41), "rate_approved": True, "rate_reason": "Far away"}, []),
        ({"deposit_kind": "earnest", "deposit": Decimal("2496.00")}, []),  # a fifth of 12,480
        ({"deposit_kind": "earnest", "deposit": Decimal("2496.01")}, [("Civil Code 586", "deposit_too_high")]),
        ({"deposit_kind": "security", "deposit": Decimal(5000)}, []),
        ({"special_terms": " \n"}, [("7.3.2 e", "no_special_terms")]),
    ],
)
def test_what_stands_against_signing(changed, found):
    findings = missing_before_signing(replace(READY, **changed))
    assert [(finding.clause, finding.code) for finding in findings] == found


def test_an_empty_draft_is_told_everything_at_once():
    empty = SigningFacts(today=TODAY, starts_on=TODAY, ends_on=TODAY, work_form="day")
    unfit = Finding("4.2.1 c", "no_health", "No health certificate on file.", about="王 0007")
    assert [str(finding) for finding in missing_before_signing(empty, [unfit])] == [
        "The service plan is not agreed with the client yet. (7.3.1)",
        "The client's self-care is not assessed. (5)",
        "Tick that the client's condition was disclosed and nobody objects. (7.3.2 b)",
        "The separate consent to keeping health data is missing. (PIPL 29)",
        "Ask for illnesses, medicines and allergies and write them down; where there are none, write so. (7.3.2 b)",
        "The consent to telling the caregiver what the visits need is missing. (PIPL 23)",
        "There is no emergency contact. (8.2)",
        "No published price list names this work form on the first day. (4.1.5)",
        "Write which insurance covers the service, or that there is none. (7.3.2 b)",
        "Write what is agreed for special circumstances. (7.3.2 e)",
        "王 0007: No health certificate on file. (4.2.1 c)",
    ]


def test_items_are_named():
    [finding] = missing_before_signing(replace(READY, self_care="able"))
    assert finding.params == {"names": ["帮助大小便"]}


@pytest.mark.parametrize(("self_care", "refused"), [("unable", []), ("able", ["给药"]), (None, ["给药"])])
def test_items_by_self_care(self_care, refused):
    assert [item.name for item in items_not_allowed([Item("洗衣"), Item("给药", True)], self_care)] == refused


def test_the_rules_cite_clauses_or_laws():
    laws = {"PIPL 23", "PIPL 29", "Civil Code 21", "Civil Code 163", "Civil Code 586"}
    assert {rule.clause for rule in SIGNING.rules} - set(CLAUSES) == laws


@pytest.mark.parametrize(
    ("signed", "ends_on", "codes"),
    [
        (["caregiver", "client", "agency"], D(2027, 11, 30), []),
        (["client", "caregiver"], D(2027, 11, 30), ["unsigned_agency"]),
        ([], D(2027, 11, 30), ["unsigned_client", "unsigned_agency", "unsigned_caregiver"]),
        (["client", "agency", "caregiver"], TODAY, []),
        (["client", "agency", "caregiver"], D(2026, 11, 22), ["term_over"]),
        (["client"], D(2026, 11, 22), ["unsigned_agency", "unsigned_caregiver", "term_over"]),
    ],
)
def test_what_stands_against_coming_into_force(signed, ends_on, codes):
    assert [finding.code for finding in missing_before_force(signed, ends_on, TODAY)] == codes


def test_a_caregiver_who_lapsed_meanwhile_stands_against_it():
    lapsed = Finding(
        "4.2.1 c", "health_expired", "The health certificate is good until %(on)s.", {"on": D(2026, 11, 20)}
    )
    assert missing_before_force(["client", "agency", "caregiver"], D(2027, 11, 30), TODAY, [lapsed]) == [lapsed]
