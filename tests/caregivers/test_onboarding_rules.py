"""The rules of on-boarding (7.2.2 d, Appendix A): every step alone, all at once, in order, on the boundary days."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.standard import CLAUSES
from caregivers.standard import eligibility
from caregivers.standard.eligibility import Facts, Paper, limits_on
from caregivers.standard.onboarding import (
    EDITIONS,
    LATER,
    STEP_OF,
    OnboardingFacts,
    Record,
    Training,
    day_problem,
    edition_on,
    missing_before,
    missing_by_step,
    progress,
    reminders,
)

DAY = dt.date(2026, 11, 23)
HIRED = dt.date(2026, 11, 2)
CODES = [
    "registration", "papers", "background", "health", "interview", "training", "exam", "rule", "contract", "posting",
]  # fmt: skip
KINDS = ("identity_card", "domestic_service", "background", "health", "insurance")

PERSON = Facts(
    first_day=DAY,
    last_day=DAY,
    state="onboarding",
    birth_date=dt.date(1985, 5, 1),
    education="junior_high",
    level=None,
    work_forms=frozenset({"hourly"}),
    work_form="",
    papers=tuple(Paper(kind, dt.date(2026, 1, 1), dt.date(2027, 1, 1)) for kind in KINDS),
    declared_no_history=True,
    acknowledged_rule=True,
)
DONE = OnboardingFacts(
    person=PERSON,
    limits=limits_on(DAY),
    interview_mark=60,
    records={
        "registration": Record(True, HIRED),
        "interview": Record(True, HIRED + dt.timedelta(days=3), 72),
        "contract": Record(True, HIRED + dt.timedelta(days=15)),
    },
    trainings=(Training("岗前培训", True, frozenset({"theory", "practice"})),),
    acknowledged_on=HIRED + dt.timedelta(days=12),
    has_certificate=True,
    has_photo=True,
    has_uniform=True,
)


def person(**changes):
    return replace(DONE, person=replace(PERSON, **changes))


def without(*kinds):
    return person(papers=tuple(paper for paper in PERSON.papers if paper.kind not in kinds))


def records(**changes):
    kept = {**DONE.records, **changes}
    return replace(DONE, records={step: record for step, record in kept.items() if record})


def training(**changes):
    return replace(DONE, trainings=(replace(DONE.trainings[0], **changes),))


def codes(facts):
    return {step: [finding.code for finding in found] for step, found in missing_by_step(facts).items()}


ALONE = [
    (records(registration=None), "registration", "not_registered"),
    (without("identity_card"), "papers", "no_identity_card"),
    (without("domestic_service"), "papers", "no_certificate"),
    (person(education="primary"), "papers", "schooling"),
    (person(birth_date=dt.date(1960, 1, 1)), "papers", "too_old"),
    (without("background"), "background", "no_background"),
    (without("health"), "health", "no_health"),
    (person(declared_no_history=False), "health", "no_declaration"),
    (records(interview=None), "interview", "no_interview"),
    (records(interview=Record(False, HIRED, 59)), "interview", "interview_low"),
    (replace(DONE, trainings=()), "training", "no_course"),
    (training(is_attended=False), "training", "untrained"),
    (training(passed=frozenset({"practice"})), "exam", "theory_open"),
    (training(passed=frozenset({"theory"})), "exam", "practice_open"),
    (person(acknowledged_rule=False), "rule", "not_acknowledged"),
    (records(contract=None), "contract", "no_contract"),
    (without("insurance"), "contract", "no_cover"),
    (replace(DONE, has_certificate=False), "posting", "no_certificate_of_posting"),
]


@pytest.mark.parametrize(("facts", "step", "code"), ALONE, ids=[row[2] for row in ALONE])
def test_each_missing_thing_alone_opens_its_step_and_no_other(facts, step, code):
    assert codes(facts) == {step: [code]}
    assert [(one.code, stage) for one, stage, _found in progress(facts) if stage != "done"] == [(step, "now")]


def test_nothing_is_missing_once_all_is_there():
    assert missing_by_step(DONE) == {}
    assert [stage for _step, stage, _found in progress(DONE)] == ["done"] * 10


def test_all_that_is_missing_is_named_at_once_in_the_order_of_the_steps():
    bare = replace(
        DONE,
        person=replace(
            PERSON,
            birth_date=dt.date(2009, 11, 24),
            education="primary",
            papers=(),
            declared_no_history=False,
            acknowledged_rule=False,
        ),
        records={},
        trainings=(Training("岗前培训"), Training("老年护理基础")),
        has_certificate=False,
        has_photo=False,
        has_uniform=False,
    )
    assert codes(bare) == {
        "registration": ["not_registered"],
        "papers": ["too_young", "schooling", "no_identity_card", "no_certificate"],
        "background": ["no_background"],
        "health": ["no_declaration", "no_health"],
        "interview": ["no_interview"],
        "training": ["untrained"],
        "exam": ["theory_open", "practice_open"],
        "rule": ["not_acknowledged"],
        "contract": ["no_contract", "no_cover"],
        "posting": ["no_certificate_of_posting"],
    }
    assert list(missing_by_step(bare)) == CODES
    [untrained] = missing_by_step(bare)["training"]
    assert untrained.params["courses"] == ("岗前培训", "老年护理基础")
    assert [finding.code for finding in reminders(bare)] == ["no_photo", "no_uniform"]
    assert [stage for _step, stage, _found in progress(bare)] == ["now"] + ["open"] * 9


@pytest.mark.parametrize(("ends", "is_open"), [(-1, True), (0, False), (1, False)])
def test_health_certificate_counts_up_to_and_with_its_last_day(ends, is_open):
    papers = [paper for paper in PERSON.papers if paper.kind != "health"]
    papers.append(Paper("health", dt.date(2026, 1, 1), DAY + dt.timedelta(days=ends)))
    assert codes(person(papers=tuple(papers))) == ({"health": ["health_expired"]} if is_open else {})


@pytest.mark.parametrize(
    ("born", "code"),
    [
        (dt.date(2008, 11, 24), "too_young"),  # eighteen tomorrow
        (dt.date(2008, 11, 23), ""),
        (dt.date(1970, 11, 24), ""),  # 55 until today
        (dt.date(1970, 11, 23), "too_old"),  # 56 today
        (dt.date(2008, 2, 29), ""),
    ],
)
def test_age_on_the_boundary_days(born, code):
    assert codes(person(birth_date=born)) == ({"papers": [code]} if code else {})


def test_work_forms_levels_and_leave_are_no_matter_of_on_boarding():
    assert missing_by_step(person(work_forms=frozenset(), is_absent=True, level=None, state="suspended")) == {}


def test_every_rule_of_an_assignment_belongs_to_a_step_or_to_the_work():
    asked = {
        finding.code
        for state in ("onboarding", "suspended", "left")
        for finding in eligibility.check_assignment(
            replace(
                PERSON, state=state, papers=(), acknowledged_rule=False, declared_no_history=False, is_absent=True,
                work_forms=frozenset(), education="primary", birth_date=dt.date(1960, 1, 1),
            )
        )
    }  # fmt: skip
    to_papers = {"too_young", "too_old", "schooling", "no_identity_card", "no_certificate"}
    assert asked - to_papers - {"not_insured"} <= STEP_OF.keys() | set(LATER)


def test_a_step_is_recorded_only_after_all_before_it():
    assert missing_before(DONE, "interview") == []
    bare = replace(without("health"), records={})
    assert [one.code for one in missing_before(bare, "registration")] == []
    assert [one.code for one in missing_before(bare, "interview")] == ["not_registered", "no_health"]
    assert [one.code for one in missing_before(bare, "contract")] == ["not_registered", "no_health", "no_interview"]
    assert [one.code for one in missing_before(bare, "posting")] == [
        *("not_registered", "no_health", "no_interview", "no_contract"),
    ]


@pytest.mark.parametrize(
    ("code", "day", "problem"),
    [
        ("interview", HIRED - dt.timedelta(days=1), "out_of_order"),  # before the registration
        ("interview", HIRED, None),
        ("contract", HIRED + dt.timedelta(days=11), "out_of_order"),  # before the rule was explained
        ("contract", HIRED + dt.timedelta(days=12), None),
        ("contract", DAY, None),
        ("contract", DAY + dt.timedelta(days=1), "future"),
        ("registration", HIRED - dt.timedelta(days=30), None),
    ],
)
def test_days_of_steps_follow_each_other(code, day, problem):
    found = day_problem(DONE, code, day, DAY)
    assert (found.code if found else None) == problem


def test_the_procedure_has_thirteen_steps_of_which_ten_come_before_work():
    edition = edition_on(DAY)
    assert (edition.number, len(edition.steps)) == ("2026-1", 13)
    assert [step.code for step in edition.before_work()] == CODES
    assert [step.code for step in edition.steps if step.is_recorded] == ["registration", "interview", "contract"]
    assert [step.number for step in edition.steps if step.per_placement] == [11, 12, 13]
    assert all(step.name and step.name_en and step.asks and step.asks_en and step.clauses for step in edition.steps)
    assert {clause for step in edition.steps for clause in step.clauses.split(", ")} <= CLAUSES.keys()
    assert edition_on(dt.date(2000, 1, 1)) is EDITIONS[0]


PARTS = st.sets(st.sampled_from(["theory", "practice"])).map(frozenset)
PEOPLE = st.builds(
    replace,
    st.just(DONE),
    person=st.builds(
        replace,
        st.just(PERSON),
        papers=st.sets(st.sampled_from(PERSON.papers)).map(tuple),
        acknowledged_rule=st.booleans(),
    ),
    records=st.sets(st.sampled_from(sorted(DONE.records))).map(lambda kept: {s: DONE.records[s] for s in kept}),
    trainings=st.builds(Training, st.just("岗前培训"), st.booleans(), PARTS).map(lambda one: (one,)),
    has_certificate=st.booleans(),
)


@given(PEOPLE, st.sampled_from(PERSON.papers))
def test_one_more_paper_never_opens_a_step(facts, paper):
    more = replace(facts, person=replace(facts.person, papers=(*facts.person.papers, paper)))
    assert missing_by_step(more).keys() <= missing_by_step(facts).keys()


@given(PEOPLE, st.sampled_from(["theory", "practice"]))
def test_one_more_exam_passed_never_opens_a_step(facts, part):
    [one] = facts.trainings
    more = replace(facts, trainings=(replace(one, passed=one.passed | {part}),))
    assert missing_by_step(more).keys() <= missing_by_step(facts).keys()
