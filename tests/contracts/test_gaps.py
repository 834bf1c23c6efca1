"""Visits ahead whose caregiver lacks something: found, named, gone when mended; the search misses nobody."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from agencies.calendar import months_later
from agencies.models import Notice
from agencies.standard import forbidding
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.actions import credentials, files, posting
from caregivers.models import (
    Absence,
    Attendance,
    Caregiver,
    Credential,
    LevelGrant,
    SupervisionAcknowledgement,
    TrainingSession,
)
from caregivers.queries.files import Assignment, agency_limits, assignment_facts
from caregivers.standard.eligibility import LIMITS, check_assignment
from contracts.actions.gaps import findings_of, refresh_gaps, suspect_visits
from contracts.actions.visits import plan_visits
from contracts.models import AssignmentGap, Visit
from tests.caregivers import people
from tests.factories import make_one, make_user
from tests.past_the_rules import rewrite
from tests.world import make_world, sign_agreement, staff_up

TODAY = timezone.localdate


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        [world.caregiver] = staff_up(world, 1)
        client = demo.take_in(world, 8)[1]
        world.agreement = sign_agreement(world, world.caregiver, client)
        yield world


def gaps():
    return {gap.visit_id: [finding.code for finding in findings_of(gap)] for gap in AssignmentGap.objects.all()}


def test_nothing_is_found_while_everything_is_in_order(world):
    assert Visit.objects.filter(state="planned", caregiver=world.caregiver).count() > 0
    assert refresh_gaps() == {"gaps": 0}


def test_paper_that_proves_false_shows_at_once_and_a_new_one_mends_it(world):
    health = Credential.objects.filter(caregiver=world.caregiver, kind="health").order_by("-issued_on").first()
    credentials.invalidate_credential(
        credential=health, by=world.manager, invalid_from=TODAY(), invalid_reason="医院未出具"
    )
    ahead = set(Visit.objects.filter(state="planned", caregiver=world.caregiver).values_list("pk", flat=True))
    assert gaps() == {key: ["health_expired"] for key in ahead}
    credentials.add_credential(
        caregiver=world.caregiver, by=world.manager, kind="health", issuer="疾控中心", issued_on=TODAY(),
        original_sighted=True,
    )  # fmt: skip
    assert gaps() == {}


def test_original_sighted_leave_noted_and_file_corrected_show_at_once(world):
    ahead = Visit.objects.filter(state="planned", caregiver=world.caregiver, period__startswith__gt=timezone.now())
    ahead = set(ahead.values_list("pk", flat=True))
    health = Credential.objects.filter(caregiver=world.caregiver, kind="health")
    rewrite(health, verified_on=None, verified_by=None)
    files.update_caregiver(caregiver=world.caregiver, by=world.manager, emergency_contact="何建华")
    assert gaps() == {key: ["no_health"] for key in ahead}
    for paper in health:
        credentials.verify_credential(credential=paper, by=world.manager)
    assert gaps() == {}
    start = timezone.now()
    files.record_absence(
        caregiver=world.caregiver, by=world.manager, kind="sick", starts_at=start, ends_at=start + dt.timedelta(days=60)
    )
    assert gaps() == {key: ["absent"] for key in ahead}


def test_suspension_takes_every_visit_ahead_back_and_says_so(world):
    ahead = Visit.objects.filter(state="planned", period__startswith__gt=timezone.now())
    count = ahead.filter(caregiver=world.caregiver).count()
    posting.suspend_caregiver(caregiver=world.caregiver, by=world.manager)
    assert ahead.filter(caregiver=None).count() == count > 0
    assert gaps() == {}
    assert Notice.objects.filter(user=world.coordinator, title__contains=str(count)).exists()


def test_what_is_planned_anew_is_not_given_to_whom_the_rules_refuse(world):
    Visit.objects.filter(state="planned").delete()
    rewrite(
        Credential.objects.filter(caregiver=world.caregiver, kind="identity_card"),
        expires_on=TODAY() + dt.timedelta(days=5),
    )
    plan_visits()
    last_good = TODAY() + dt.timedelta(days=5)
    for visit in Visit.objects.filter(state="planned"):
        is_given = visit.caregiver_id == world.caregiver.pk
        assert is_given is (timezone.localdate(visit.period.lower) <= last_good)
    assert gaps() == {}


def test_running_it_twice_leaves_the_same_rows(world):
    posting.suspend_caregiver(caregiver=world.caregiver, by=world.manager)
    once = gaps()
    refresh_gaps()
    assert gaps() == once


def years_before(years, day):
    return months_later(day, -12 * years)


def train(person):
    start = Visit.objects.filter(caregiver=person, state="planned").order_by("period").first().period.lower
    times = {"starts_at": start, "ends_at": start + dt.timedelta(hours=1)}
    make_one(Attendance, session=make_one(TrainingSession, state="planned", **times), caregiver=person)


def hand_over(person, phone, *, level=2, is_informed=True):
    """Give the visits to somebody new who has every paper, and what else is said."""
    by = make_user()
    other = people.open_file(by, phone=f"136{phone[-8:]}", hired_on=TODAY())
    Caregiver.objects.filter(pk=other.pk).update(state="active", posted_on=TODAY())
    people.add_papers(other, by)
    if level is not None:
        make_one(LevelGrant, caregiver=other, level=level, granted_on=TODAY())
    if is_informed:
        make_one(SupervisionAcknowledgement, caregiver=other, acknowledged_on=TODAY())
    Visit.objects.filter(caregiver=person, state="planned").update(caregiver=other)


SPOIL = {
    "suspended": lambda person: Caregiver.objects.filter(pk=person.pk).update(state="suspended"),
    "too_old": lambda person: Caregiver.objects.filter(pk=person.pk).update(birth_date=dt.date(1960, 1, 1)),
    "too_young": lambda person: Caregiver.objects.filter(pk=person.pk).update(birth_date=dt.date(2015, 1, 1)),
    "schooling": lambda person: Caregiver.objects.filter(pk=person.pk).update(education="primary"),
    "no_declaration": lambda person: Caregiver.objects.filter(pk=person.pk).update(declared_no_history_on=None),
    "work_form": lambda person: Caregiver.objects.filter(pk=person.pk).update(work_forms=["live_in"]),
    "unsighted": lambda person: rewrite(
        Credential.objects.filter(caregiver=person), verified_on=None, verified_by=None
    ),
    "declined": lambda person: rewrite(Credential.objects.filter(caregiver=person), declined_reason="x"),
    "ending": lambda person: rewrite(
        Credential.objects.filter(caregiver=person, kind="health"), expires_on=TODAY() + dt.timedelta(days=3)
    ),
    "later": lambda person: rewrite(
        Credential.objects.filter(caregiver=person, kind="identity_card"),
        issued_on=TODAY() + dt.timedelta(days=5),
        expires_on=None,
    ),
    "no_certificate": lambda person: rewrite(
        Credential.objects.filter(caregiver=person, kind__in=["domestic_service", "elderly_care"]),
        invalid_from=TODAY() + dt.timedelta(days=10),
        invalid_reason="x",
    ),
    "no_background": lambda person: rewrite(
        Credential.objects.filter(caregiver=person, kind="background"), expires_on=TODAY() - dt.timedelta(days=1)
    ),
    "absent": lambda person: Absence.objects.create(
        caregiver=person, kind="leave", period=(timezone.now(), timezone.now() + dt.timedelta(days=9))
    ),
    "eighteen_soon": lambda person: Caregiver.objects.filter(pk=person.pk).update(
        birth_date=years_before(18, TODAY() + dt.timedelta(days=5))
    ),
    "too_old_soon": lambda person: Caregiver.objects.filter(pk=person.pk).update(
        birth_date=years_before(56, TODAY() + dt.timedelta(days=5))
    ),
    "in_training": train,
    "no_level": lambda person: hand_over(person, "20000000001", level=None),
    "not_informed": lambda person: hand_over(person, "20000000002", is_informed=False),
    "nothing": lambda _person: None,
    "somebody_new": lambda person: hand_over(person, "20000000003"),
}
IN_ORDER = ("nothing", "somebody_new")


@pytest.mark.parametrize("spoiled", SPOIL)
def test_search_misses_no_visit_that_the_rules_refuse(world, spoiled):
    SPOIL[spoiled](world.caregiver)
    suspects = {row[0]: row for row in suspect_visits()}
    visits = list(
        Visit.objects.filter(state="planned", caregiver__isnull=False).select_related("caregiver", "agreement")
    )
    asked = [Assignment(v.caregiver, v.period.lower, v.period.upper, v.agreement.work_form) for v in visits]
    refused = {
        visit.pk
        for visit, facts in zip(visits, assignment_facts(asked), strict=True)
        if forbidding(check_assignment(facts, agency_limits(facts.first_day)))
    }
    assert refused <= suspects.keys()
    refresh_gaps()
    assert gaps().keys() == refused
    assert bool(refused) is (spoiled not in IN_ORDER)


def test_search_follows_the_limits_of_a_newer_edition(world, monkeypatch):
    stricter = replace(LIMITS[-1], since=TODAY(), min_age=30, least_education="bachelor")
    assert refresh_gaps() == {"gaps": 0}
    monkeypatch.setattr("caregivers.standard.eligibility.LIMITS", [*LIMITS, stricter])
    monkeypatch.setattr("contracts.actions.gaps.LIMITS", [*LIMITS, stricter])
    Caregiver.objects.filter(pk=world.caregiver.pk).update(education="college")
    assert refresh_gaps()["gaps"] > 0
    Caregiver.objects.filter(pk=world.caregiver.pk).update(education="bachelor")
    assert refresh_gaps() == {"gaps": 0}
    Caregiver.objects.filter(pk=world.caregiver.pk).update(birth_date=years_before(29, TODAY()))
    assert refresh_gaps()["gaps"] > 0
