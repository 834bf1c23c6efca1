"""The rota: moved with everything that follows from it, for one or for good, undone, and never over somebody's head."""

import datetime as dt
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from agencies.models import AgencySettings, Notice
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.actions import files as caregiver_actions
from caregivers.actions.absences import set_availability
from contracts.actions import onsite
from contracts.actions import rota as actions
from contracts.actions.visits import cancel_visit, plan_visits
from contracts.models import AssignmentGap, Door, RotaChange, SlotChange, Visit, VisitNotice
from contracts.queries.rota_changes import preview, seen_as
from contracts.queries.suggesting import candidates
from tests.factories import make_one
from tests.past_the_rules import strike
from tests.world import make_world, sign_agreement, staff_up

ONE_DAY = dt.timedelta(days=1)
REFUSED_QUERIES = 31


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.caregivers = staff_up(world, 4)
        world.clients = demo.take_in(world, 8)[1:4]
        world.agreement = sign_agreement(world, world.caregivers[0], world.clients[0])
        plan_visits()
        world.visit = Visit.objects.order_by("period").first()
        yield world


def place(world, visit=None, **changes):
    visit = visit or world.visit
    given = {
        "caregiver": visit.caregiver, "starts_at": visit.period.lower, "ends_at": visit.period.upper,
        "by": world.coordinator, "reason": "家属同意",
    }  # fmt: skip
    return actions.place_visit(visit=visit, **{**given, **changes})


def refused(world, visit=None, **changes):
    with pytest.raises(ValidationError) as refusal, transaction.atomic():
        place(world, visit, **changes)
    return refusal.value


def fellows(visit):
    """Visits of the same weekday, in order."""
    day = timezone.localtime(visit.planned_start).isoweekday()
    rows = Visit.objects.filter(agreement=visit.agreement_id).order_by("planned_start")
    return [row for row in rows if timezone.localtime(row.planned_start).isoweekday() == day]


def test_a_visit_goes_to_somebody_else_and_both_are_told(world):
    other = world.caregivers[1]
    change = place(world, caregiver=other)
    world.visit.refresh_from_db()
    assert world.visit.caregiver == other
    kept = world.visit.history.first()
    assert (kept.history_user, kept.history_type) == (world.coordinator, "~")
    assert (kept.caregiver, kept.period, kept.agreement) == (other, world.visit.period, world.agreement)
    told = {row.caregiver: row.notice.title for row in VisitNotice.objects.filter(visit=world.visit)}
    assert told == {other: "New visit", world.caregivers[0]: "A visit was given to somebody else"}
    [move] = change.moves.all()
    assert (move.from_caregiver, move.to_caregiver) == (world.caregivers[0], other)
    assert change.reason == "家属同意"


def test_a_visit_taken_from_everybody_stands_with_the_unassigned(world):
    start = world.visit.period.lower + dt.timedelta(hours=3)
    place(world, caregiver=None, starts_at=start, ends_at=start + dt.timedelta(hours=2))
    world.visit.refresh_from_db()
    kept = world.visit.history.first()
    for row in (world.visit, kept):
        assert (row.caregiver, row.period.lower, row.period.upper) == (None, start, start + dt.timedelta(hours=2))
        assert (row.period.lower_inc, row.period.upper_inc) == (True, False)


def test_somebody_who_saw_an_older_rota_is_told_where_the_visit_is_now(world):
    seen = seen_as(world.visit)
    place(world, caregiver=world.caregivers[1], seen=seen)
    refusal = refused(world, caregiver=world.caregivers[2], seen=seen)
    [text] = refusal.messages
    assert "Somebody changed this visit meanwhile" in text
    assert str(world.caregivers[1]) in text
    world.visit.refresh_from_db()
    assert world.visit.caregiver == world.caregivers[1]


def test_what_only_speaks_against_it_needs_a_reason(world):
    ready_hours(world.caregivers[1], dt.time(13), dt.time(18))
    refusal = refused(world, caregiver=world.caregivers[1], reason="")
    assert set(refusal.message_dict) == {"reason"}
    shown = preview(world.visit, world.caregivers[1], world.visit.period.lower, world.visit.period.upper, "one", [])
    assert shown.verdict == "warned"
    assert "Is ready from 13:00 to 18:00 on this weekday. (7.3.2 c)" in shown.warns
    assert place(world, caregiver=world.caregivers[1], reason="当天改为上午").reason == "当天改为上午"


def ready_hours(person, starts, ends):
    set_availability(caregiver=person, hours=dict.fromkeys(range(1, 8), (starts, ends)))


def test_everything_that_forbids_it_is_named_at_once(world):
    start = world.visit.period.lower
    other = world.caregivers[1]
    strike(other.credentials.filter(kind="health"))
    away = {"starts_at": start - ONE_DAY, "ends_at": start + 9 * ONE_DAY, "kind": "leave"}
    caregiver_actions.record_absence(caregiver=other, by=world.manager, **away)
    far = world.agreement.ends_on + ONE_DAY - timezone.localtime(start).date()
    refusal = refused(world, caregiver=other, starts_at=start + far, ends_at=start + far + dt.timedelta(hours=1))
    assert set(refusal.message_dict) == {"__all__", "starts_at", "ends_at"}
    assert "does not cover this day" in refusal.message_dict["starts_at"][0]
    assert "2 to 5 hours" in refusal.message_dict["ends_at"][0]
    assert refusal.message_dict["__all__"] == [f"{other}: No health certificate on file. (4.2.1 c)"]
    refusal = refused(world, caregiver=other)
    assert f"{other}: Is on leave at that time. (7.3.2 c)" in refusal.message_dict["__all__"]
    assert RotaChange.objects.count() == 0


def test_a_time_that_is_over_is_refused_to_the_second(world, monkeypatch):
    start = world.visit.period.lower + dt.timedelta(hours=3)
    times = {"starts_at": start, "ends_at": start + dt.timedelta(hours=2)}
    for seconds, is_over in ((-1, False), (0, False), (1, True)):
        monkeypatch.setattr(
            "contracts.queries.placing.timezone.now", lambda at=seconds: start + dt.timedelta(seconds=at)
        )
        shown = preview(world.visit, world.caregivers[0], times["starts_at"], times["ends_at"], "one", [])
        assert ("past" in {finding.code for finding in shown.forbids}) == is_over
    monkeypatch.undo()


def test_this_and_later_follows_the_weekday_and_the_planner_keeps_it(world):
    mine = fellows(world.visit)
    second, other = mine[1], world.caregivers[3]
    start = second.period.lower + dt.timedelta(hours=5)
    change = place(
        world, second, caregiver=other, starts_at=start, ends_at=start + dt.timedelta(hours=3), scope="later"
    )
    assert change.moves.count() == len(mine) - 1
    kept = [[(one.caregiver, one.period) for one in row.history.order_by("-history_date")] for row in fellows(second)]
    assert [len(versions) for versions in kept] == [1] + [2] * (len(mine) - 1)
    assert [versions[0] for versions in kept[1:]] == [(row.caregiver, row.period) for row in fellows(second)[1:]]
    rows = fellows(world.visit)
    assert (rows[0].caregiver, rows[0].period) == (mine[0].caregiver, mine[0].period)
    for row in rows[1:]:
        assert row.caregiver == other
        assert row.period.lower == row.planned_start + dt.timedelta(hours=5)
        assert row.period.upper - row.period.lower == dt.timedelta(hours=3)
    AgencySettings.objects.update(horizon_days=42)
    plan_visits()
    planned = fellows(world.visit)
    assert len(planned) == len(rows) + 2
    for row in planned[len(rows) :]:
        assert row.caregiver == other
        assert row.period.lower - row.planned_start == dt.timedelta(hours=5)
    rest = Visit.objects.exclude(pk__in=[row.pk for row in planned])
    assert {row.caregiver_id for row in rest} == {world.caregivers[0].pk}
    assert all(row.period.lower == row.planned_start for row in rest)


def test_a_lasting_change_onto_another_day_is_kept_by_the_planner(world):
    wednesday = next(
        row for row in Visit.objects.order_by("period") if timezone.localtime(row.planned_start).isoweekday() == 5
    )
    start = wednesday.period.lower + ONE_DAY
    place(world, wednesday, starts_at=start, ends_at=start + dt.timedelta(hours=2), scope="all")
    AgencySettings.objects.update(horizon_days=49)
    assert plan_visits()["unassigned"] == 0
    rows = fellows(wednesday)
    assert len(rows) >= 6
    assert {row.period.lower - row.planned_start for row in rows} == {ONE_DAY}
    assert plan_visits() == {"assigned": 0, "unassigned": 0}


def test_a_fellow_that_cannot_go_along_stands_with_the_unassigned(world):
    mine, other = fellows(world.visit), world.caregivers[3]
    third = mine[2].period.lower
    caregiver_actions.record_absence(
        caregiver=other, by=world.manager, kind="sick", starts_at=third, ends_at=third + dt.timedelta(hours=1)
    )
    change = place(world, caregiver=other, scope="all")
    owners = [row.caregiver for row in fellows(world.visit)]
    assert owners == [other, other, None] + [other] * (len(mine) - 3)
    lost = VisitNotice.objects.filter(visit__in=mine, caregiver=world.caregivers[0])
    titles = set(lost.values_list("notice__title", flat=True))
    assert titles == {f"{len(mine) - 1} visits were given to somebody else", "A visit was taken back"}
    actions.undo_change(change=change, by=world.coordinator)
    assert {row.caregiver for row in fellows(world.visit)} == {world.caregivers[0]}


def test_lasting_changes_are_warned_of_when_the_agreement_names_somebody_else(world):
    assert set(refused(world, caregiver=world.caregivers[1], scope="later", reason="").message_dict) == {"reason"}
    shown = preview(world.visit, world.caregivers[1], world.visit.period.lower, world.visit.period.upper, "later", [])
    assert any(f"The agreement names {world.caregivers[0]}" in text for text in shown.warns)


def test_undo_puts_everything_back_once_and_the_planner_forgets(world):
    mine = fellows(world.visit)
    change = place(world, caregiver=world.caregivers[3], scope="later")
    with pytest.raises(ValidationError, match="somebody else made it"), transaction.atomic():
        actions.undo_change(change=change, by=world.manager)
    actions.undo_change(change=change, by=world.coordinator)
    assert [(row.caregiver, row.period) for row in fellows(world.visit)] == [
        (row.caregiver, row.period) for row in mine
    ]
    with pytest.raises(ValidationError, match="undone already"):
        actions.undo_change(change=change, by=world.coordinator)
    assert SlotChange.objects.count() == 1
    AgencySettings.objects.update(horizon_days=42)
    plan_visits()
    assert {row.caregiver for row in fellows(world.visit)} == {world.caregivers[0]}


def test_undo_is_refused_when_somebody_touched_it_since(world):
    change = place(world, caregiver=world.caregivers[1])
    world.visit.refresh_from_db()
    cancel_visit(visit=world.visit, by=world.manager, reason="老人外出")
    with pytest.raises(ValidationError, match="Somebody changed this visit meanwhile"), transaction.atomic():
        actions.undo_change(change=change, by=world.coordinator)
    assert RotaChange.objects.get(pk=change.pk).undone_at is None


def test_undo_keeps_the_rules(world):
    change = place(world, caregiver=world.caregivers[1])
    start = world.visit.period.lower
    caregiver_actions.record_absence(
        caregiver=world.caregivers[0], by=world.manager, kind="sick", starts_at=start, ends_at=start + ONE_DAY
    )
    with pytest.raises(ValidationError, match="Is on leave"), transaction.atomic():
        actions.undo_change(change=change, by=world.coordinator)


def test_what_was_changed_is_kept_by_the_database(world):
    change = place(world, caregiver=world.caregivers[1])
    with pytest.raises(Error, match="insert-only"), transaction.atomic():
        change.moves.update(to_caregiver=world.caregivers[2])
    with pytest.raises(Error, match="insert-only"), transaction.atomic():
        RotaChange.objects.filter(pk=change.pk).update(reason="anders")


def test_a_made_up_visit_comes_from_no_pattern(world):
    Visit.objects.filter(pk=world.visit.pk).update(state="missed")
    start = timezone.now() + 2 * ONE_DAY
    further = Visit.objects.create(
        agreement=world.agreement, client=world.clients[0], planned_start=start, makes_up_for=world.visit,
        period=DateTimeTZRange(start, start + dt.timedelta(hours=2)),
    )  # fmt: skip
    refusal = refused(world, further, caregiver=world.caregivers[1], scope="later")
    assert set(refusal.message_dict) == {"scope"}


def post(client, world, visit, **data):
    local = [
        timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") for moment in (visit.period.lower, visit.period.upper)
    ]
    fields = {
        "caregiver": visit.caregiver_id or "", "starts_at": local[0], "ends_at": local[1], "scope": "one",
        "seen": seen_as(visit), "reason": "", "rota": f"view=week&day={local[0][:10]}",
    }  # fmt: skip
    url = reverse("visit_move", args=["kangze", visit.pk])
    return client.post(url, {**fields, **data}, headers={"HX-Request": "true"})


def test_a_drag_shows_what_follows_and_saves_only_when_told(client, world):
    client.force_login(world.coordinator)
    local = [
        timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")
        for moment in (world.visit.period.lower, world.visit.period.upper)
    ]
    asked = {"caregiver": world.caregivers[1].pk, "starts_at": local[0], "ends_at": local[1], "scope": "later"}
    url = reverse("visit_move", args=["kangze", world.visit.pk])
    page = client.get(url, asked, headers={"HX-Request": "true"}).content.decode()
    assert f"The agreement names {world.caregivers[0]}".replace("The agreement names", "") in page
    world.visit.refresh_from_db()
    assert world.visit.caregiver == world.caregivers[0]
    answer = post(client, world, world.visit, caregiver=world.caregivers[1].pk, reason="家属同意")
    assert answer.status_code == 200
    assert f'id="v{world.visit.pk}"' in answer.json()["rows"]
    world.visit.refresh_from_db()
    assert world.visit.caregiver == world.caregivers[1]
    change = RotaChange.objects.get()
    assert reverse("rota_undo", args=["kangze", change.pk]) in answer.json()["last"]
    client.post(reverse("rota_undo", args=["kangze", change.pk]), {"rota": "view=week"})
    world.visit.refresh_from_db()
    assert world.visit.caregiver == world.caregivers[0]


def test_what_the_caregiver_lacked_goes_with_the_visit_that_moved(world):
    other = fellows(world.visit)[1]
    for visit in (world.visit, other):
        AssignmentGap.objects.create(visit=visit, reasons=[], found_at=timezone.now())
    place(world, caregiver=world.caregivers[1])
    assert [gap.visit_id for gap in AssignmentGap.objects.all()] == [other.pk]


def test_a_refused_move_keeps_what_was_typed(client, world):
    client.force_login(world.coordinator)
    seen = seen_as(world.visit)
    place(world, caregiver=world.caregivers[1])
    answer = post(client, world, world.visit, caregiver=world.caregivers[2].pk, reason="张阿姨熟悉", seen=seen)
    assert answer.status_code == 422
    assert "张阿姨熟悉" in answer.content.decode()


@pytest.mark.parametrize("scope", ["one", "later"])
def test_a_visit_that_is_nowhere_is_not_found(client, world, scope):
    client.force_login(world.coordinator)
    world.visit.pk += 10_000
    assert post(client, world, world.visit, scope=scope).status_code == 404
    assert RotaChange.objects.count() == 0


def test_a_move_that_needs_a_reason_comes_back_with_what_speaks_against_it(client, world, django_assert_num_queries):
    ready_hours(world.caregivers[1], dt.time(13), dt.time(18))
    client.force_login(world.coordinator)
    post(client, world, world.visit)
    with django_assert_num_queries(REFUSED_QUERIES):
        answer = post(client, world, world.visit, caregiver=world.caregivers[1].pk)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "这一天可上班时间是 13:00 至 18:00。" in text
    assert "请写明为什么仍要这样安排" in text
    assert world.clients[0].salutation in text
    empty = client.post(reverse("visit_move", args=["kangze", world.visit.pk]), headers={"HX-Request": "true"})
    assert empty.status_code == 422
    assert "请填写。" in empty.content.decode()
    assert RotaChange.objects.count() == 0


def test_the_answer_to_a_lasting_move_says_what_moved_and_how_many_more(client, world):
    client.force_login(world.coordinator)
    more = len(fellows(world.visit)) - 1
    answer = post(client, world, world.visit, caregiver=world.caregivers[1].pk, scope="later", reason="家属同意").json()
    start = timezone.localtime(world.visit.period.lower)
    line = f"{world.clients[0].salutation} · {world.caregivers[0]} → {world.caregivers[1]} · {start:%m-%d %H:%M}"
    assert f"{line} 等，另有 {more} 次" in answer["last"]
    assert answer["done"] == f"已保存：{more + 1} 次上门。"
    page = client.get(reverse("rota", args=["kangze"])).content.decode()
    assert f"{line} 等，另有 {more} 次" in page


@pytest.mark.parametrize("view", ["day", "week", "month"])
def test_each_view_shows_the_visit(client, world, view):
    client.force_login(world.coordinator)
    day = timezone.localtime(world.visit.period.lower).date()
    page = client.get(reverse("rota", args=["kangze"]), {"view": view, "day": day.isoformat()}).content.decode()
    if view == "month":
        assert f"?view=day&amp;day={day}" in page
    else:
        assert f'id="v{world.visit.pk}"' in page
        assert seen_as(world.visit) in page


def test_the_filter_says_in_words_what_an_empty_choice_means(client, world):
    client.force_login(world.coordinator)
    page = client.get(reverse("rota", args=["kangze"])).content.decode()
    empty = re.findall(r'<option value=""[^>]*>(.*?)</option>', page)
    assert empty == ["全部", "全部", "全部"]
    form = client.get(reverse("visit_move", args=["kangze", world.visit.pk])).content.decode()
    assert re.findall(r'<option value=""[^>]*>(.*?)</option>', form) == ["无人：未派人"]


def test_a_reader_may_look_but_moves_nothing(client, world):
    client.force_login(world.staff["quality_officer"])
    day = timezone.localtime(world.visit.period.lower).date()
    page = client.get(reverse("rota", args=["kangze"]), {"day": day.isoformat()}).content.decode()
    assert f'id="v{world.visit.pk}"' in page
    assert "data-seen" not in page
    assert post(client, world, world.visit).status_code == 403


def test_opening_the_visit_on_the_phone_is_a_receipt(client, world):
    place(world, caregiver=world.caregivers[1])
    notice = Notice.objects.get(user=world.caregivers[1].user, title="New visit")
    client.force_login(world.caregivers[1].user)
    client.get(reverse("phone:visit", args=[world.visit.pk]))
    notice.refresh_from_db()
    assert notice.read_at is not None
    client.force_login(world.coordinator)
    page = client.get(reverse("visit_page", args=["kangze", world.visit.pk])).content.decode()
    assert timezone.localtime(notice.read_at).strftime("%m-%d %H:%M") in page


def locate(world, client, latitude):
    place = {"latitude": latitude, "longitude": 117.0, "is_chinese_map": False}
    return onsite.locate_door(client=client, by=world.coordinator, **place)


def test_who_is_near_on_that_day_stands_higher_and_it_is_said_why(world, django_assert_num_queries):
    """A thousandth of a degree northward is 111 metres."""
    start, end = world.visit.period.lower, world.visit.period.upper
    near, far, nowhere, away = world.caregivers[1:4] + world.caregivers[:1]
    hour = dt.timedelta(hours=1)
    world.visit.caregiver = None
    world.visit.save()
    for client, latitude in zip(world.clients, (36.65, 36.66, 36.7), strict=True):
        locate(world, client, latitude)
    standing = [
        (near, world.clients[1], end + hour, end + 2 * hour),  # 1.1 km, afterwards
        (near, world.clients[2], start - 2 * hour, start - hour),  # 5.6 km, before
        (far, world.clients[2], start - 3 * hour, start - 2 * hour),
        (nowhere, world.clients[0], end + hour, end + 2 * hour),  # the same client is no way
        (away, world.clients[2], start - ONE_DAY, start - ONE_DAY + hour),
    ]
    for person, client, starts, ends in standing:
        Visit.objects.filter(caregiver=person, period__overlap=(starts, ends)).update(caregiver=None)
        make_one(
            Visit,
            agreement=world.agreement,
            client=client,
            caregiver=person,
            period=DateTimeTZRange(starts, ends),
            planned_start=starts + dt.timedelta(seconds=person.pk),
        )
    with django_assert_num_queries(13):
        found = {one.caregiver: one for one in candidates(world.visit)}
    said = {
        person: [words for words in found[person].speaks_for if " km " in words]
        for person in (near, far, nowhere, away)
    }
    assert said == {
        near: ["1.1 km from the client after"],
        far: ["5.6 km from the client before"],
        nowhere: [],
        away: [],
    }
    assert found[near].fit.kilometres == pytest.approx(1.112, abs=0.001)
    Door.objects.filter(client=world.clients[0]).update(latitude=None, longitude=None)
    assert {one.fit.kilometres for one in candidates(world.visit)} == {None}
