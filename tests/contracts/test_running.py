"""What is entered for a later day holds from that day: amendments, rests, ends. Until then the service runs as before."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from agencies.tenancy import agency_context
from archive.models import ArchiveRecord
from carecenter.demo import world as demo
from caregivers.models import Credential
from clients.models import Client
from contracts.actions import agreements, attendance, handovers, running, signing, visits
from contracts.models import Agreement, Handover, Visit
from contracts.queries.agreements import ending_by, without_handover
from supervision.actions.surveys import run_surveys
from supervision.models import SurveyInvitation
from tests.past_the_rules import rewrite
from tests.world import make_world, sign_agreement, staff_up

FRIDAY = dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)  # nine in the morning in Jinan


@pytest.fixture
def world(db):
    with time_machine.travel(FRIDAY, tick=False):
        world = make_world()
        with agency_context(world.agency):
            world.caregivers = staff_up(world, 2)
            world.client = demo.take_in(world, 8)[1]
            world.first = sign_agreement(world, world.caregivers[0], world.client, starts_on=dt.date(2026, 11, 23))
            yield world


def amend(world, previous, starts_on, *, sign=True, **changes):
    amendment = agreements.amend_agreement(agreement=previous, by=world.manager, change_summary="调整费用")
    amendment = agreements.update_agreement(agreement=amendment, by=world.manager, starts_on=starts_on, **changes)
    agreements.send_for_signing(agreement=amendment, by=world.coordinator)
    for party in ("agency", "client", "caregiver") if sign else ():
        signing.sign_on_screen(
            agreement=amendment, party=party, signature=demo.signature_png(world.rng), way="screen",
            identity_check="x", by=world.manager, terms_hash=amendment.terms_hash,
        )  # fmt: skip
    return amendment


def end(world, agreement, day, reason="death", note="客户去世"):
    running.end_agreement(agreement=agreement, by=world.manager, ended_on=day, end_reason=reason, end_note=note)


def close(world):
    """Say why there is no handover record; an agreement is not filed before."""
    assert not ArchiveRecord.objects.filter(source="agreement").exists()
    handovers.waive_handover(handover=Handover.objects.get(), by=world.manager, reason="家属自行照料")
    return ArchiveRecord.objects.get(source="agreement")


def states():
    return list(Agreement.objects.order_by("number").values_list("state", flat=True))


def planned(agreement=None):
    rows = Visit.objects.filter(state="planned").order_by("period")
    rows = rows.filter(agreement=agreement) if agreement else rows
    return [timezone.localtime(row.period.lower).date() for row in rows]


def test_first_version_stays_in_force_until_the_day_the_amendment_begins(world):
    amendment = amend(world, world.first, dt.date(2026, 12, 10))
    assert states() == ["in_force", "in_force"]
    assert max(planned(world.first)) == dt.date(2026, 12, 9)
    assert min(planned(amendment)) == dt.date(2026, 12, 10)
    with time_machine.travel(FRIDAY + dt.timedelta(days=19), tick=False):  # 9 December
        assert running.keep_states_true() == {"replaced": 0, "ended": 0}
    with time_machine.travel(FRIDAY + dt.timedelta(days=20), tick=False):
        assert running.keep_states_true() == {"replaced": 1, "ended": 0}
        assert running.keep_states_true() == {"replaced": 0, "ended": 0}
    assert states() == ["superseded", "in_force"]


def test_a_visit_that_runs_while_the_plan_changes_is_ended_as_it_began(world):
    monday = FRIDAY + dt.timedelta(days=3)  # nine o'clock, half an hour into the visit
    with time_machine.travel(monday, tick=False):
        visit = Visit.objects.order_by("period").first()
        attendance.check_in(visit=visit, by=visit.caregiver.user, reason="扫不了码", credentials_shown=True)
        tasks = list(visit.tasks.values_list("pk", flat=True))
        plan = demo.plan_for(
            world, world.client, world.caregivers[0], work_form="hourly", slot=1, agreed_on=monday.date()
        )
        amendment = amend(world, world.first, monday.date(), plan=plan)
        visit.refresh_from_db()
        assert (visit.state, visit.agreement) == ("in_progress", world.first)
        assert list(visit.tasks.values_list("pk", flat=True)) == tasks
        assert states() == ["superseded", "in_force"]
    with time_machine.travel(monday + dt.timedelta(minutes=90), tick=False):
        outcomes = dict.fromkeys(tasks, ("done", ""))
        attendance.check_out(visit=visit, by=visit.caregiver.user, outcomes=outcomes, leave_reason="到得晚")
    visit.refresh_from_db()
    assert visit.state == "done"
    ahead = [timezone.localtime(row.period.lower) for row in Visit.objects.filter(state="planned").order_by("period")]
    assert {start.hour for start in ahead} == {14}  # everything still to come follows the new plan
    assert ahead[0].date() == monday.date()
    assert set(Visit.objects.filter(state="planned").values_list("agreement", flat=True)) == {amendment.pk}


@pytest.mark.parametrize("through", ["first", "amendment"])
def test_end_before_the_amendment_begins_ends_both_and_files_one_record(world, through):
    amendment = amend(world, world.first, dt.date(2026, 12, 10))
    with time_machine.travel(FRIDAY + dt.timedelta(days=10), tick=False):  # 30 November
        end(world, world.first if through == "first" else amendment, dt.date(2026, 11, 30))
    assert states() == ["ended", "ended"]
    assert [day for day in planned() if day > dt.date(2026, 11, 30)] == []
    assert list(without_handover()) == [world.first]
    record = close(world)
    assert (record.source_id, record.clock_started_on) == (amendment.pk, dt.date(2026, 11, 30))
    assert record.items.count() == 6  # three signatures of each version; the papers join when they are ready
    assert Client.objects.get(pk=world.client.pk).state == "ended"
    assert not without_handover().exists()


def test_end_after_the_amendment_begins_leaves_the_first_to_be_replaced(world):
    amendment = amend(world, world.first, dt.date(2026, 12, 10))
    end(world, world.first, dt.date(2026, 12, 10))
    world.first.refresh_from_db()
    amendment.refresh_from_db()
    assert (world.first.ended_on, amendment.ended_on) == (None, dt.date(2026, 12, 10))
    assert max(planned()) == dt.date(2026, 12, 10)
    with time_machine.travel(FRIDAY + dt.timedelta(days=21), tick=False):  # 11 December
        running.keep_states_true()
    assert states() == ["superseded", "ended"]


def test_rest_before_the_amendment_begins_covers_both_versions(world):
    amendment = amend(world, world.first, dt.date(2026, 12, 10))
    running.suspend_agreement(agreement=amendment, by=world.manager, from_day=dt.date(2026, 11, 20), reason="住院")
    assert planned() == []
    assert states() == ["suspended", "suspended"]
    running.resume_agreement(agreement=world.first, by=world.manager, on_day=dt.date(2026, 12, 8))
    assert planned()[:3] == [dt.date(2026, 12, 8), dt.date(2026, 12, 9), dt.date(2026, 12, 10)]


def test_survey_asks_clients_between_signing_and_beginning_of_an_amendment(world):
    amend(world, world.first, dt.date(2027, 1, 10))
    with time_machine.travel(dt.datetime(2026, 12, 20, 1, 0, tzinfo=dt.UTC), tick=False):
        run_surveys()
    assert [row.agreement_id for row in SurveyInvitation.objects.all()] == [world.first.pk]


def test_rest_that_lies_ahead_leaves_the_agreement_in_force_until_its_day(world):
    running.suspend_agreement(agreement=world.first, by=world.manager, from_day=dt.date(2026, 12, 1), reason="住院")
    assert states() == ["in_force"]
    assert max(planned()) == dt.date(2026, 11, 30)
    with pytest.raises(ValidationError, match="open already"):
        running.suspend_agreement(agreement=world.first, by=world.manager, from_day=dt.date(2026, 12, 2), reason="x")
    for days, state in [(10, "in_force"), (11, "suspended")]:  # 30 November, 1 December
        with time_machine.travel(FRIDAY + dt.timedelta(days=days), tick=False):
            running.keep_states_true()
        assert states() == [state]


def test_rest_may_begin_on_the_last_day_of_the_term_and_not_after(world):
    last = world.first.ends_on
    late = {"agreement": world.first, "by": world.manager, "reason": "住院"}
    with pytest.raises(ValidationError) as refusal:
        running.suspend_agreement(from_day=last + dt.timedelta(days=1), **late)
    assert set(refusal.value.message_dict) == {"from_day"}
    running.suspend_agreement(from_day=last, **late)
    assert world.first.suspensions.get().period.lower == last


def test_rest_goes_on_until_the_day_it_ends(world):
    running.suspend_agreement(agreement=world.first, by=world.manager, from_day=dt.date(2026, 11, 20), reason="住院")
    running.resume_agreement(agreement=world.first, by=world.manager, on_day=dt.date(2026, 11, 25))
    assert min(planned()) == dt.date(2026, 11, 25)
    for days, state in [(4, "suspended"), (5, "in_force")]:  # 24, 25 November
        with time_machine.travel(FRIDAY + dt.timedelta(days=days), tick=False):
            running.keep_states_true()
        assert states() == [state]


def test_visits_given_back_after_a_rest_go_only_to_who_may_come(world):
    running.suspend_agreement(agreement=world.first, by=world.manager, from_day=dt.date(2026, 11, 25), reason="住院")
    last_good = dt.date(2026, 12, 4)
    rewrite(Credential.objects.filter(caregiver=world.first.caregiver, kind="identity_card"), expires_on=last_good)
    running.resume_agreement(agreement=world.first, by=world.manager, on_day=dt.date(2026, 12, 1))
    assert max(planned()) > last_good
    for visit in Visit.objects.filter(state="planned"):
        assert (visit.caregiver_id is not None) is (timezone.localdate(visit.period.lower) <= last_good)


def test_end_that_lies_ahead_ends_after_its_last_day(world):
    end(world, world.first, dt.date(2026, 12, 1), "client", "搬到女儿家")
    assert states() == ["in_force"]
    assert max(planned()) == dt.date(2026, 12, 1)
    assert Client.objects.get(pk=world.client.pk).state == "active"
    assert not ArchiveRecord.objects.filter(source="agreement").exists()
    assert visits.plan_visits() == {"assigned": 0, "unassigned": 0}
    assert list(ending_by(dt.date(2026, 12, 1))) == [world.first]
    for days, state in [(11, "in_force"), (12, "ended")]:  # 1, 2 December
        with time_machine.travel(FRIDAY + dt.timedelta(days=days), tick=False):
            running.keep_states_true()
        assert states() == [state]
    assert close(world).clock_started_on == dt.date(2026, 12, 1)
    assert Client.objects.get(pk=world.client.pk).state == "ended"
    past = list(world.client.history.order_by("history_date", "history_id").values_list("state", flat=True))
    assert (past[0], past[-2:]) == ("prospect", ["active", "ended"])


def test_end_and_rest_ahead_are_called_off_and_the_visits_stand_again(world):
    before = planned()
    end(world, world.first, dt.date(2026, 12, 1), "client", "搬到女儿家")
    running.call_off(agreement=world.first, by=world.manager)
    running.suspend_agreement(agreement=world.first, by=world.manager, from_day=dt.date(2026, 12, 1), reason="住院")
    running.call_off(agreement=world.first, by=world.manager)
    world.first.refresh_from_db()
    assert (world.first.state, world.first.ended_on, world.first.end_reason) == ("in_force", None, "")
    assert (planned(), world.first.suspensions.count()) == (before, 0)
    with pytest.raises(ValidationError, match="no end or rest ahead"):
        running.call_off(agreement=world.first, by=world.manager)


@pytest.mark.parametrize(("day", "is_allowed"), [
    (dt.date(2026, 11, 22), False), (dt.date(2026, 11, 23), True),
    (dt.date(2027, 5, 23), True), (dt.date(2027, 5, 24), False),
])  # fmt: skip
def test_amendment_follows_what_it_amends_without_a_gap(world, day, is_allowed):
    """The first runs from 23 November 2026 for 180 days, to 22 May 2027."""
    amendment = agreements.amend_agreement(agreement=world.first, by=world.manager, change_summary="延期")
    data = {"agreement": amendment, "by": world.manager, "starts_on": day, "ends_on": dt.date(2027, 11, 22)}
    if is_allowed:
        assert agreements.update_agreement(**data).starts_on == day
    else:
        with pytest.raises(ValidationError, match="between 2026-11-23 and 2027-05-23"):
            agreements.update_agreement(**data)


def test_end_cancels_an_open_amendment_and_a_set_end_refuses_new_ones(world):
    amendment = amend(world, world.first, dt.date(2026, 12, 10), sign=False)
    end(world, world.first, dt.date(2026, 12, 1))
    amendment.refresh_from_db()
    assert amendment.state == "cancelled"
    world.first.refresh_from_db()
    with pytest.raises(ValidationError, match="ends on 2026-12-01"):
        agreements.amend_agreement(agreement=world.first, by=world.manager, change_summary="x")


def test_amended_version_is_not_amended_again_beside_its_amendment(world):
    amendment = amend(world, world.first, dt.date(2026, 12, 10))
    world.first.refresh_from_db()
    with pytest.raises(ValidationError, match=f"Amend {amendment.number}"):
        agreements.amend_agreement(agreement=world.first, by=world.manager, change_summary="x")


def test_the_last_day_lies_within_the_time_that_is_planned(world):
    with pytest.raises(ValidationError) as refusal:
        end(world, world.first, dt.date(2026, 12, 19), reason="client", note="")
    assert set(refusal.value.message_dict) == {"ended_on", "end_note"}
    end(world, world.first, dt.date(2026, 12, 18), reason="client", note="家属搬来同住")
    assert Agreement.objects.get(pk=world.first.pk).ended_on == dt.date(2026, 12, 18)
