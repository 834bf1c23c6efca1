"""The light of a badge: each reason alone, the boundary days, all at once."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caregivers.standard.badge import BadgeFacts, check_badge, light_of, lights_by_group
from caregivers.standard.eligibility import Paper

DAY = dt.date(2026, 11, 23)
KINDS = ("identity_card", "health", "insurance")
FAR = DAY + dt.timedelta(days=200)
GOOD = BadgeFacts(
    day=DAY,
    state="active",
    is_current=True,
    has_certificate=True,
    papers=tuple(Paper(kind, dt.date(2026, 1, 1), FAR) for kind in KINDS),
)


def ending(kind, days):
    others = [paper for paper in GOOD.papers if paper.kind != kind]
    return replace(GOOD, papers=(*others, Paper(kind, dt.date(2026, 1, 1), DAY + dt.timedelta(days=days))))


def seen(facts):
    found = check_badge(facts)
    return light_of(found), [finding.code for finding in found]


def test_green_when_identified_insured_healthy_and_employed():
    assert seen(GOOD) == ("green", [])
    assert lights_by_group([]) == {"identity": "green", "papers": "green", "employment": "green"}


@pytest.mark.parametrize(
    ("facts", "light", "code", "group"),
    [
        (replace(GOOD, is_current=False), "red", "badge_replaced", "employment"),
        (replace(GOOD, state="onboarding"), "red", "not_employed", "employment"),
        (replace(GOOD, state="suspended"), "red", "not_employed", "employment"),
        (replace(GOOD, state="left"), "red", "not_employed", "employment"),
        (replace(GOOD, has_certificate=False), "red", "not_employed", "employment"),
        (ending("identity_card", -1), "red", "not_identified", "identity"),
        (ending("health", -1), "red", "no_health", "papers"),
        (ending("insurance", -1), "yellow", "not_insured", "papers"),
        (replace(GOOD, papers=GOOD.papers[:2]), "yellow", "not_insured", "papers"),
        (replace(GOOD, papers=GOOD.papers[1:]), "red", "not_identified", "identity"),
        (replace(GOOD, papers=GOOD.papers[::2]), "red", "no_health", "papers"),
    ],
)
def test_each_reason_alone(facts, light, code, group):
    assert seen(facts) == (light, [code])
    groups = lights_by_group(check_badge(facts))
    assert groups.pop(group) == light
    assert set(groups.values()) == {"green"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("days", "codes"), [(0, ["ends_soon"]), (6, ["ends_soon"]), (7, []), (8, [])])
def test_a_paper_is_due_a_week_before_it_ends(kind, days, codes):
    assert seen(ending(kind, days)) == ("yellow" if codes else "green", codes)


def test_a_renewal_that_begins_in_time_keeps_the_light_green():
    renewed = Paper("health", DAY + dt.timedelta(days=3), FAR)
    facts = ending("health", 2)
    assert seen(replace(facts, papers=(*facts.papers, renewed))) == ("green", [])


def test_a_paper_without_limit_and_one_that_begins_later():
    others = tuple(paper for paper in GOOD.papers if paper.kind != "identity_card")
    assert seen(replace(GOOD, papers=(*others, Paper("identity_card", DAY))))[0] == "green"
    assert seen(replace(GOOD, papers=(*others, Paper("identity_card", DAY + dt.timedelta(days=1)))))[0] == "red"


def test_all_reasons_are_named_at_once():
    light, codes = seen(BadgeFacts(DAY, "left", is_current=False, has_certificate=False))
    assert light == "red"
    assert codes == ["badge_replaced", "not_employed", "not_identified", "no_health", "not_insured"]


RANK = {"green": 0, "yellow": 1, "red": 2}
PEOPLE = st.builds(
    BadgeFacts,
    day=st.just(DAY),
    state=st.sampled_from(["onboarding", "active", "suspended", "left"]),
    is_current=st.booleans(),
    has_certificate=st.booleans(),
    papers=st.lists(
        st.builds(
            lambda kind, begins, lasts: Paper(
                kind, DAY + dt.timedelta(days=begins), DAY + dt.timedelta(days=begins + lasts)
            ),
            st.sampled_from(KINDS),
            st.integers(-400, 20),
            st.integers(0, 400),
        ),
        max_size=5,
    ).map(tuple),
)


@given(PEOPLE)
def test_losing_a_paper_never_improves_the_light(facts):
    before = RANK[light_of(check_badge(facts))]
    for place in range(len(facts.papers)):
        fewer = replace(facts, papers=facts.papers[:place] + facts.papers[place + 1 :])
        assert RANK[light_of(check_badge(fewer))] >= before
