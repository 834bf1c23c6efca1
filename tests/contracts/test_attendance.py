"""What happens at a visit: nothing typed is lost, short and missed visits are told and put right by the office."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.models import AgencySettings, Notice
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from contracts.actions import attendance as actions
from contracts.actions.rota import give
from contracts.actions.visits import plan_visits
from contracts.models import Suspension, Visit
from contracts.queries.visits import short, unended, unexplained, without_papers
from tests.past_the_rules import rewrite
from tests.world import make_world, sign_agreement, staff_up

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.caregivers = staff_up(world, 2)
        world.client = demo.take_in(world, 8)[1]
        world.agreement = sign_agreement(world, world.caregivers[0], world.client)
        plan_visits()
        world.visit = Visit.objects.order_by("period").first()
        yield world


def at(moment):
    return time_machine.travel(moment, tick=False)


def arrived(visit, *, minutes=0, papers=True):
    with at(visit.period.lower + minutes * MINUTE):
        actions.check_in(
            visit=visit, by=visit.caregiver.user, credentials_shown=papers, reason="路上堵车" if minutes > 15 else ""
        )
    visit.refresh_from_db()
    return visit


def all_done(visit):
    return {task.pk: ("done", "") for task in visit.tasks.all()}


def leave(visit, *, minutes, **kwargs):
    with at(visit.period.lower + minutes * MINUTE):
        return actions.check_out(visit=visit, by=visit.caregiver.user, **kwargs)


def test_arriving_and_leaving_twice_is_once(world):
    visit = world.visit
    with at(visit.period.lower - 61 * MINUTE), pytest.raises(ValidationError, match="not the agreed time"):
        actions.check_in(visit=visit, by=world.manager)
    with at(visit.period.lower - 61 * MINUTE):
        actions.check_in(visit=visit, by=world.manager, reason="老人有事提前", credentials_shown=True)
        actions.check_in(visit=visit, by=world.manager, reason="again")
    visit.refresh_from_db()
    assert (visit.checked_in_at, visit.exception_reason) == (visit.period.lower - 61 * MINUTE, "老人有事提前")
    leave(visit, minutes=120, outcomes=all_done(visit))
    done = leave(visit, minutes=130)
    assert (done.state, done.checked_out_at) == ("done", visit.period.upper)


def test_leaving_names_everything_at_once_and_keeps_nothing(world):
    visit = arrived(world.visit)
    first, *others = visit.tasks.all()
    with pytest.raises(ValidationError) as refusal:
        leave(visit, minutes=1, outcomes={first.pk: ("refused", "")}, note="精神好")
    fields = {f"reason{first.pk}", "leave_reason", *(f"outcome{task.pk}" for task in others)}
    assert set(refusal.value.message_dict) == fields
    assert {task.outcome for task in visit.tasks.all()} == {"open"}
    assert not visit.care_notes.exists()
    done = leave(
        visit, minutes=1, outcomes=all_done(visit) | {first.pk: ("refused", "不想做")}, note="精神好",
        leave_reason="老人去医院",
    )  # fmt: skip
    assert (done.state, done.exception_reason) == ("done", "老人去医院")
    assert (visit.tasks.get(pk=first.pk).reason, visit.care_notes.get().text) == ("不想做", "精神好")


@pytest.mark.parametrize(("minutes", "is_short"), [(104, True), (105, False), (120, False)])
def test_a_visit_of_two_hours_may_be_shorter_by_fifteen_minutes(world, minutes, is_short):
    visit = arrived(world.visit)
    if is_short:
        with pytest.raises(ValidationError, match="before the agreed time"):
            leave(visit, minutes=minutes, outcomes=all_done(visit))
    leave(visit, minutes=minutes, outcomes=all_done(visit), leave_reason="老人要休息" if is_short else "")
    assert short(Visit.objects.all()).exists() == is_short


def test_the_phone_shows_again_what_was_filled_in(client, world):
    visit = arrived(world.visit)
    client.force_login(visit.caregiver.user)
    first, second = visit.tasks.all()[:2]
    with at(visit.period.lower + 5 * MINUTE):
        body = {f"outcome{first.pk}": "done", f"outcome{second.pk}": "refused", "note": "血压 136/82", "leave": "1"}
        page = client.post(reverse("phone:work", args=[visit.pk]), body)
        assert page.status_code == 200
        rows = {task.pk: (chosen, problems) for task, chosen, _reason, problems in page.context["work_form"].rows()}
        assert rows[first.pk] == ("done", [])
        assert rows[second.pk][0] == "refused"
        assert len(rows[second.pk][1]) == 1
        assert "血压 136/82" in page.content.decode()
        del body["leave"], body[f"outcome{second.pk}"]
        assert client.post(reverse("phone:work", args=[visit.pk]), body).status_code == 302
    visit.refresh_from_db()
    assert visit.state == "in_progress"
    assert [task.outcome for task in visit.tasks.all()[:2]] == ["done", "open"]
    assert visit.care_notes.get().text == "血压 136/82"


def test_a_first_meeting_without_papers_is_told_and_listed(world):
    first, second = Visit.objects.order_by("period")[:2]
    for visit in (arrived(first, papers=False), arrived(second, papers=False)):
        leave(visit, minutes=120, outcomes=all_done(visit))
    titles = [notice.title for notice in Notice.objects.filter(user=world.coordinator)]
    assert sum("without showing papers" in title for title in titles) == 2
    assert list(without_papers(Visit.objects.all())) == [first]
    rewrite(Visit.objects.filter(pk=second.pk), credentials_shown=True)
    assert not without_papers(Visit.objects.all()).exists()


def test_visits_over_without_check_in_are_missed_and_the_office_is_told(world):
    with at(world.visit.period.upper + MINUTE):
        assert actions.mark_missed() == {"missed": 1, "unended": 0}
        assert actions.mark_missed() == {"missed": 0, "unended": 0}
    visit = Visit.objects.get(pk=world.visit.pk)
    assert (visit.state, visit.history.first().state) == ("missed", "missed")
    title = f"Missed: {visit.client.salutation}, "
    assert Notice.objects.filter(user=world.coordinator, title__startswith=title).count() == 1


def test_a_visit_nobody_left_is_told_once(world):
    visit = arrived(world.visit)
    with at(visit.period.upper + 60 * MINUTE):
        assert actions.mark_missed()["unended"] == 0
    with at(visit.period.upper + 61 * MINUTE):
        assert list(unended(Visit.objects.all())) == [visit]
        assert [actions.mark_missed()["unended"] for _time in range(2)] == [1, 0]
    assert Notice.objects.filter(user=world.coordinator, title__startswith="Not checked out: ").count() == 1
    assert Notice.objects.filter(user=visit.caregiver.user, title__startswith="Please check out").count() == 1


def test_the_office_enters_the_times_of_a_visit_that_was_not_noted(world):
    visit = world.visit
    with at(visit.period.upper + MINUTE):
        actions.mark_missed()
        with pytest.raises(ValidationError) as refusal:
            actions.record_afterwards(
                visit=visit, by=world.coordinator, checked_in_at=visit.period.lower,
                checked_out_at=visit.period.upper + 2 * MINUTE, reason="",
            )  # fmt: skip
        assert set(refusal.value.message_dict) == {"checked_out_at", "reason"}
        done = actions.record_afterwards(
            visit=visit, by=world.coordinator, checked_in_at=visit.period.lower, checked_out_at=visit.period.upper,
            reason="手机没电，家属电话确认",
        )  # fmt: skip
    assert (done.state, done.recorded_by, done.exception_reason) == (
        "done",
        world.coordinator,
        "手机没电，家属电话确认",
    )
    assert {task.outcome for task in done.tasks.all()} == {"done"}
    with pytest.raises(ValidationError, match="on record"):
        actions.record_afterwards(
            visit=visit, by=world.coordinator, checked_in_at=visit.period.lower, checked_out_at=visit.period.upper,
            reason="x",
        )  # fmt: skip


def test_a_missed_visit_is_explained_and_made_up_for_once(world):
    visit = world.visit
    with at(visit.period.upper + MINUTE):
        with pytest.raises(ValidationError, match="Only a missed visit"):
            actions.explain_missed(visit=visit, by=world.coordinator, missed_reason="x", missed_cause="client")
        actions.mark_missed()
        assert list(unexplained(Visit.objects.all())) == [visit]
        actions.explain_missed(
            visit=visit, by=world.coordinator, missed_reason="服务员发烧，未能替班", missed_cause="caregiver"
        )
        assert not unexplained(Visit.objects.all()).exists()
        start = visit.period.lower + dt.timedelta(days=1, hours=6)
        times = {"starts_at": start, "ends_at": start + dt.timedelta(hours=2)}
        other = world.caregivers[1]
        further = actions.make_up(visit=visit, by=world.coordinator, caregiver=other, **times)
        assert (further.caregiver, further.makes_up_for, further.client) == (other, visit, visit.client)
        with pytest.raises(ValidationError, match="planned for this one already"):
            actions.make_up(visit=visit, by=world.coordinator, **times)


def test_a_visit_keeps_the_length_of_its_work_form_and_the_term(world):
    visit = world.visit
    start, after = visit.period.lower, world.agreement.ends_on + dt.timedelta(days=1)
    late = timezone.make_aware(dt.datetime.combine(after, dt.time(8)))
    Suspension.objects.create(
        agreement=world.agreement, created_by=world.manager, reason="住院",
        period=(after - dt.timedelta(days=3), after - dt.timedelta(days=1)),
    )  # fmt: skip
    for begin, hours, fields in [
        (start, 0.5, {"ends_at"}),
        (start, 24.5, {"ends_at", "__all__"}),  # it would run into the visit of the next morning, too
        (late, 2, {"starts_at"}),
        (late - dt.timedelta(days=3), 2, {"starts_at"}),
    ]:
        end = begin + dt.timedelta(hours=hours)
        with pytest.raises(ValidationError) as refusal:
            give(visit=visit, caregiver=visit.caregiver, by=world.manager, starts_at=begin, ends_at=end)
        assert set(refusal.value.message_dict) == fields


def test_the_office_pages_of_a_missed_visit(client, world):
    visit = world.visit
    with at(visit.period.upper + MINUTE):
        actions.mark_missed()
        client.force_login(world.coordinator)
        page = client.get(reverse("visit_page", args=["kangze", visit.pk])).content.decode()
        for name in ("visit_afterwards", "visit_missed", "visit_make_up"):
            address = reverse(name, args=["kangze", visit.pk])
            assert address in page
            assert client.get(address).status_code == 200
        listed = client.get(
            reverse("visit_list", args=["kangze"]), {"unassigned": "unexplained", "day_from": "2020-01-01"}
        )
        assert list(listed.context["object_list"]) == [visit]
        client.post(
            reverse("visit_missed", args=["kangze", visit.pk]),
            {"missed_reason": "老人临时外出", "missed_cause": "client"},
        )
    with agency_context(world.agency):
        assert Visit.objects.get(pk=visit.pk).missed_reason == "老人临时外出"
        assert AgencySettings.objects.get().short_by_minutes == 15
