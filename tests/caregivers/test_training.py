"""Courses, sessions, attendance by code, exams, effect: what is written, what is refused, who is told."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from agencies.links import make_token
from agencies.models import Notice, Role
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord, Document
from caregivers.actions import exams, training
from caregivers.models import (
    Absence,
    Attendance,
    Caregiver,
    Course,
    EffectEvaluation,
    ExamResult,
    LevelGrant,
    LevelStanding,
    TrainingPlanLine,
    TrainingSession,
)
from caregivers.queries.files import facts_of
from caregivers.queries.training import brought, code_url, effect_due, find_code, plan_of, to_close, who_needs
from caregivers.standard.eligibility import check_assignment
from tests.caregivers import people
from tests.factories import make_member, make_one

TODAY = timezone.localdate
NINE = dt.time(9)


def at_nine(days=0):
    return timezone.make_aware(dt.datetime.combine(TODAY() + dt.timedelta(days=days), NINE))


@pytest.fixture
def course(in_maple):
    return make_one(Course, name="消防演练", kind="further", level=None, hours=3, pass_mark=60)


@pytest.fixture
def caregiver(maple, in_maple):
    user = make_member(maple, Role.CAREGIVER).user
    return make_one(Caregiver, name="王秀兰", number="0001", state="active", posted_on=people.ago(300), user=user)


def plan(course, by, days=2, **fields):
    start = at_nine(days)
    data = {
        "course": course, "starts_at": start, "ends_at": start + dt.timedelta(hours=3), "place": "培训教室",
        "outside_trainer": "刘芳", "seats": 2,
    }  # fmt: skip
    return training.schedule_session(by=by, **{**data, **fields})


def held(course, by, caregivers, days_ago=40):
    """A session of the past to which these people came."""
    with time_machine.travel(at_nine(-days_ago - 1)):
        session = plan(course, by, days=1, seats=30)
        training.enrol(session=session, by=by, caregivers=caregivers)
    with time_machine.travel(at_nine(-days_ago) + dt.timedelta(hours=4)):
        training.note_attendance(session=session, by=by, present=session.attendances.all())
        training.close_session(session=session, by=by)
    session.refresh_from_db()
    return session


def refused(action, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        action(**kwargs)
    return refusal.value


# Courses ------------------------------------------------------------------------------------------------------------


def course_data(**fields):
    return {"name": "新课", "kind": "further", "level": None, "hours": 2, "pass_mark": 60, **fields}


@pytest.mark.parametrize(
    ("kind", "level", "is_right"),
    [
        ("level", 1, True), ("promotion", 3, True), ("further", None, True), ("before_posting", None, True),
        ("level", None, False), ("promotion", 0, False), ("further", 2, False), ("before_posting", 1, False),
    ],
)  # fmt: skip
def test_only_courses_for_a_level_have_one(in_maple, manager, kind, level, is_right):
    if is_right:
        assert training.save_course(by=manager, **course_data(kind=kind, level=level)).pk
    else:
        assert "level" in refused(training.save_course, by=manager, **course_data(kind=kind, level=level)).error_dict


def test_a_name_is_used_once_and_a_course_with_results_keeps_its_kind(manager, course, caregiver):
    assert "name" in refused(training.save_course, by=manager, **course_data(name="消防演练")).error_dict
    make_one(ExamResult, course=course, caregiver=caregiver)
    changed = course_data(name="消防演练", kind="level", level=1)
    assert "kind" in refused(training.save_course, by=manager, course=course, **changed).error_dict
    renamed = training.save_course(by=manager, course=course, **course_data(name="消防与急救"))
    assert Course.objects.get().name == renamed.name == "消防与急救"


# Sessions -----------------------------------------------------------------------------------------------------------


def test_a_trainer_of_the_agency_holds_three_stars_on_that_day(manager, course, caregiver):
    make_one(LevelGrant, caregiver=caregiver, level=2, granted_on=people.ago(100))
    text = refused(plan, course=course, by=manager, trainer=caregiver, outside_trainer="").message_dict["trainer"][0]
    assert text == "王秀兰 0001 does not hold three stars on that day (6.4.2 d)."
    make_one(LevelGrant, caregiver=caregiver, level=3, granted_on=TODAY())
    assert plan(course, manager, trainer=caregiver, outside_trainer="").trainer == caregiver
    clash = refused(plan, course=course, by=manager, trainer=caregiver, outside_trainer="")
    assert "gives another session" in clash.message_dict["trainer"][0]
    assert plan(course, manager, days=3, trainer=caregiver, outside_trainer="").pk


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"ends_at": dt.timedelta(0)}, {"ends_at"}),
        ({"ends_at": dt.timedelta(hours=12, seconds=1)}, {"ends_at"}),
        ({"outside_trainer": ""}, {"trainer"}),
        ({"outside_trainer": "", "ends_at": dt.timedelta(hours=-1)}, {"trainer", "ends_at"}),
    ],
)
def test_everything_wrong_with_a_session_is_named_at_once(manager, course, fields, wanted):
    if "ends_at" in fields:
        fields = {**fields, "ends_at": at_nine(2) + fields["ends_at"]}
    assert set(refused(plan, course=course, by=manager, **fields).error_dict) == wanted


def test_twelve_hours_are_not_too_long(manager, course):
    assert plan(course, manager, ends_at=at_nine(2) + dt.timedelta(hours=12)).pk


def test_seats_run_out_and_nobody_is_put_down_twice(manager, course, caregiver):
    session = plan(course, manager)
    other, third = (
        make_one(Caregiver, name=name, state="active", posted_on=people.ago(300)) for name in ("李梅", "张燕")
    )
    assert training.enrol(session=session, by=manager, caregivers=[caregiver, other]) == 2
    assert refused(training.enrol, session=session, by=manager, caregivers=[caregiver]).messages == [
        "Choose at least one person who is not down for this session yet."
    ]
    assert refused(training.enrol, session=session, by=manager, caregivers=[caregiver, third]).messages == [
        "Only 0 of 2 seats are free."
    ]
    assert session.attendances.count() == 2
    assert Notice.objects.get(user=caregiver.user).title == "You are down for a training session"
    assert "seats" in refused(training.change_session, session=session, by=manager, seats=1).error_dict


def test_who_has_left_is_not_put_down(manager, course):
    gone = make_one(Caregiver, name="李梅", state="left", posted_on=people.ago(300), left_on=TODAY())
    assert (
        "has left" in refused(training.enrol, session=plan(course, manager), by=manager, caregivers=[gone]).messages[0]
    )


def test_a_change_of_time_is_told_and_another_is_not(manager, course, caregiver):
    session = plan(course, manager)
    training.enrol(session=session, by=manager, caregivers=[caregiver])
    Notice.objects.all().delete()
    training.change_session(session=session, by=manager, seats=9)
    assert not Notice.objects.exists()
    training.change_session(session=session, by=manager, place="二楼会议室")
    assert Notice.objects.get().title == "A training session has changed"


def test_a_cancelled_session_is_told_and_stays_as_it_is(manager, course, caregiver):
    session = plan(course, manager)
    training.enrol(session=session, by=manager, caregivers=[caregiver])
    training.cancel_session(session=session, by=manager, reason="培训师生病")
    session.refresh_from_db()
    assert (session.state, session.cancel_reason) == ("cancelled", "培训师生病")
    assert Notice.objects.filter(title="A training session is cancelled").count() == 1
    for action, more in [
        (training.change_session, {"place": "x"}), (training.cancel_session, {"reason": "x"}),
        (training.enrol, {"caregivers": [caregiver]}), (training.close_session, {}),
    ]:  # fmt: skip
        assert "nothing about it changes" in refused(action, session=session, by=manager, **more).messages[0]


# Attendance ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "counts"), [(-31, False), (-30, True), (180, True), (181, False)])
def test_the_code_counts_around_the_session_only(manager, course, caregiver, minutes, counts):
    session = plan(course, manager)
    with time_machine.travel(session.starts_at + dt.timedelta(minutes=minutes), tick=False):
        if counts:
            row = training.attend(session=session, caregiver=caregiver)
            assert (row.way, row.attended_at) == ("qr", timezone.now())
        else:
            assert "half an hour" in refused(training.attend, session=session, caregiver=caregiver).messages[0]
            assert not Attendance.objects.exists()


def test_who_was_not_put_down_takes_a_free_seat_and_scanning_again_changes_nothing(manager, course, caregiver):
    session = plan(course, manager, seats=1)
    with time_machine.travel(session.starts_at):
        row = training.attend(session=session, caregiver=caregiver)
    with time_machine.travel(session.starts_at + dt.timedelta(hours=1)):
        assert training.attend(session=session, caregiver=caregiver).attended_at == row.attended_at
        late = make_one(Caregiver, name="李梅", state="active", posted_on=people.ago(300))
        assert "Every seat" in refused(training.attend, session=session, caregiver=late).messages[0]


def test_the_office_says_who_came_and_a_scanned_code_keeps_its_time(manager, course, caregiver):
    session = plan(course, manager)
    other = make_one(Caregiver, name="李梅", state="active", posted_on=people.ago(300))
    training.enrol(session=session, by=manager, caregivers=[caregiver, other])
    early = refused(training.note_attendance, session=session, by=manager, present=session.attendances.all())
    assert "half an hour" in early.messages[0]
    with time_machine.travel(session.starts_at + dt.timedelta(minutes=2), tick=False):
        scanned = training.attend(session=session, caregiver=caregiver).attended_at
        training.note_attendance(session=session, by=manager, present=session.attendances.all())
        ways = dict(session.attendances.values_list("caregiver__name", "way"))
        assert ways == {"王秀兰": "qr", "李梅": "office"}
        assert session.attendances.get(caregiver=caregiver).attended_at == scanned
        training.note_attendance(session=session, by=manager, present=session.attendances.filter(caregiver=other))
        assert session.attendances.get(caregiver=caregiver).attended_at is None
        assert (
            "has attended"
            in refused(training.strike, attendance=session.attendances.get(caregiver=other), by=manager).messages[0]
        )
        training.strike(attendance=session.attendances.get(caregiver=caregiver), by=manager)
    assert session.attendances.count() == 1


def test_a_session_is_closed_once_it_is_over_and_somebody_came_and_then_filed(manager, course, caregiver):
    session = plan(course, manager)
    assert refused(training.close_session, session=session, by=manager).messages == [
        "The session is not over yet.", "Say who came first, or cancel the session.",
    ]  # fmt: skip
    session = held(course, manager, [caregiver])
    assert session.state == "held"
    record = ArchiveRecord.objects.get(source="training_session", source_id=session.pk)
    assert record.clock_started_on == TODAY() - dt.timedelta(days=40)
    assert Document.objects.get(kind="training_sheet").subject_id == session.pk
    assert "nothing about it" in refused(training.close_session, session=session, by=manager).messages[0]


def test_lists_of_what_waits(manager, course, caregiver):
    every = TrainingSession.objects.all()
    plan(course, manager)
    old = held(course, manager, [caregiver], days_ago=31)
    held(course, manager, [caregiver], days_ago=29)
    with time_machine.travel(at_nine(-3)):
        over = plan(course, manager, days=1)
    assert list(effect_due(every)) == [old]
    assert list(to_close(every)) == [over]


# The code on the phone ----------------------------------------------------------------------------------------------


@pytest.fixture
def phone(client, caregiver):
    client.force_login(caregiver.user)
    return client


def path_of(session):
    return "/me/" + code_url(session).split("/me/")[1]


def test_scanning_asks_and_pressing_attends(phone, manager, course, caregiver):
    session = plan(course, manager)
    with time_machine.travel(session.starts_at):
        path = path_of(session)
        assert phone.get(path).status_code == 200
        assert not Attendance.objects.filter(attended_at__isnull=False).exists()
        assert phone.post(path).url == reverse("phone:training")
    row = Attendance.objects.get()
    assert (row.caregiver, row.way, row.session) == (caregiver, "qr", session)


def test_a_code_that_was_sent_on_is_stale(phone, manager, course):
    session = plan(course, manager)
    with time_machine.travel(session.starts_at):
        path = path_of(session)
    with time_machine.travel(session.starts_at + dt.timedelta(minutes=10)):
        page = phone.post(path).content.decode()
    assert "risk" in page
    assert not Attendance.objects.exists()


def test_a_code_of_another_agency_or_none_is_not_found(phone, manager, course, birch):
    session = plan(course, manager)
    with agency_context(birch):
        foreign = make_token("training", session.pk, 1)
    for token in (foreign, "1-1~x", make_token("badge", session.pk, 1)):
        assert phone.get(reverse("phone:attend", args=[token])).status_code == 404
    assert find_code(make_token("training", 10**9, 1)) is None


# Exams --------------------------------------------------------------------------------------------------------------


def test_scores_of_a_session_are_written_together_or_not_at_all(manager, course, caregiver):
    other = make_one(Caregiver, name="李梅", number="0002", state="active", posted_on=people.ago(300))
    stranger = make_one(Caregiver, name="张燕", state="active", posted_on=people.ago(300))
    session = held(course, manager, [caregiver, other])
    given = {"session": session, "by": manager, "part": "theory", "taken_on": TODAY(), "examiner": "刘芳"}
    problems = refused(exams.record_results, **given, scores={caregiver.pk: 101, stranger.pk: 70}).message_dict
    assert set(problems) == {f"score_{caregiver.pk}", "__all__"}
    assert not ExamResult.objects.exists()
    results = exams.record_results(**given, scores={caregiver.pk: 60, other.pk: 59})
    assert [(row.caregiver_id, row.score, row.is_passed) for row in results] == [
        (caregiver.pk, 60, True), (other.pk, 59, False),
    ]  # fmt: skip
    again = refused(exams.record_results, **given, scores={other.pk: 80}).message_dict
    assert list(again) == [f"score_{other.pk}"]


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"taken_on": 1}, "taken_on"), ({"taken_on": -41}, "taken_on"), ({"examiner": ""}, "examiner"),
        ({"examiner": "王秀兰"}, "examiner"), ({"scores": {}}, "__all__"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_exam_is_named(manager, course, caregiver, fields, wanted):
    session = held(course, manager, [caregiver])
    if "taken_on" in fields:
        fields = {"taken_on": TODAY() + dt.timedelta(days=fields["taken_on"])}
    given = {"taken_on": TODAY(), "examiner": "刘芳", "scores": {caregiver.pk: 80}, **fields}
    assert set(refused(exams.record_results, session=session, by=manager, part="theory", **given).error_dict) == {
        wanted
    }


def test_a_result_is_never_changed_a_retake_is_a_further_one(manager, course, caregiver):
    given = {"caregiver": caregiver, "by": manager, "course": course, "part": "theory", "examiner": "协会"}
    with time_machine.travel(at_nine(-3)):
        first = exams.record_result(**given, score=40, taken_on=TODAY())
    exams.record_result(**given, score=75, taken_on=TODAY())
    assert list(ExamResult.objects.order_by("taken_on").values_list("score", flat=True)) == [40, 75]
    with pytest.raises(Error), transaction.atomic():
        ExamResult.objects.filter(pk=first.pk).update(score=90)


def test_an_annulled_result_counts_no_more_and_may_be_taken_again_that_day(manager, in_maple):
    risen = people.ready(level=1)
    from caregivers.actions.levels import refresh_standings

    refresh_standings()
    assert LevelStanding.objects.get().stage == "eligible"
    result = ExamResult.objects.filter(course__kind="promotion", part="practice").get()
    exams.annul_result(result=result, by=manager, reason="替考")
    standing = LevelStanding.objects.get()
    assert (standing.stage, standing.missing) == ("lacking", ["promotion_exam"])
    assert list(who_needs(result.course)) == [risen]
    assert "annulled before" in refused(exams.annul_result, result=result, by=manager, reason="x").messages[0]
    exams.record_result(
        caregiver=risen, by=manager, course=result.course, part="practice", score=80, taken_on=result.taken_on,
        examiner="协会",
    )  # fmt: skip
    assert LevelStanding.objects.get().stage == "eligible"


# Effect -------------------------------------------------------------------------------------------------------------


def rate(caregiver, value, days_ago, n):
    from caregivers.models import QualityRecord

    make_one(QualityRecord, caregiver=caregiver, kind="rating", value=value, source="x", source_id=n, happened_on=people.ago(days_ago))  # fmt: skip


def test_what_a_session_brought_is_counted_from_those_who_came(manager, course, caregiver):
    absent = make_one(Caregiver, name="李梅", state="active", posted_on=people.ago(300))
    session = held(course, manager, [caregiver])
    for n, (value, days_ago) in enumerate([(2, 41), (3, 130), (1, 131), (4, 39), (4, 1), (1, 40)]):
        rate(caregiver, value, days_ago, n)
    rate(absent, 1, 20, 9)
    exams.record_results(
        session=session, by=manager, part="theory", taken_on=TODAY(), examiner="刘芳", scores={caregiver.pk: 70}
    )
    found = brought(session)
    assert (found.came, found.examined, found.passed) == (1, 1, 1)
    assert (found.ratings_before, found.mean_before) == (2, 2.5)  # 90 days before, the day itself left out
    assert (found.ratings_after, found.mean_after) == (2, 4)


@pytest.mark.parametrize(("days_ago", "is_due"), [(29, False), (30, True), (31, True)])
def test_an_effect_is_judged_once_some_weeks_after(manager, course, caregiver, days_ago, is_due):
    session = held(course, manager, [caregiver], days_ago=days_ago)
    given = {"session": session, "by": manager, "method": "抽查", "effect": "good"}
    if not is_due:
        assert "judged from" in refused(training.judge_effect, **given).messages[0]
        return
    effect = training.judge_effect(**given)
    assert effect.figures["came"] == 1
    assert "judged already" in refused(training.judge_effect, **given).messages[0]


def test_an_aim_that_was_missed_asks_what_follows(manager, course, caregiver):
    session = held(course, manager, [caregiver])
    given = {"session": session, "by": manager, "method": "抽查", "effect": "partly"}
    assert "follow_up" in refused(training.judge_effect, **given).error_dict
    assert training.judge_effect(**given, follow_up="下月补训").follow_up == "下月补训"
    assert EffectEvaluation.objects.count() == 1


def test_nobody_is_down_for_two_sessions_at_once_or_for_one_while_on_leave(course, caregiver, manager):
    training.enrol(session=plan(course, manager), by=manager, caregivers=[caregiver])
    after = plan(
        course, manager, starts_at=at_nine(2) + dt.timedelta(hours=3), ends_at=at_nine(2) + dt.timedelta(hours=5)
    )
    training.enrol(session=after, by=manager, caregivers=[caregiver])  # the one ends when the other begins
    other = plan(course, manager, outside_trainer="周芳")
    make_one(Absence, caregiver=caregiver, state="approved", period=DateTimeTZRange(at_nine(2), at_nine(3)))
    with pytest.raises(ValidationError) as refusal:
        training.enrol(session=other, by=manager, caregivers=[caregiver])
    assert refusal.value.messages == [
        "王秀兰 0001: is down for 消防演练, 09:00–12:00",
        "王秀兰 0001: is on leave at that time",
    ]


def test_who_is_in_training_is_not_sent_to_clients_then(course, caregiver, manager):
    session = plan(course, manager)
    training.enrol(session=session, by=manager, caregivers=[caregiver])

    def in_training(start, end):
        facts = facts_of([caregiver], start=start, end=end, work_form="hourly", level_needed=0)[caregiver.pk]
        return "in_training" in {finding.code for finding in check_assignment(facts)}

    hour = dt.timedelta(hours=1)
    assert not in_training(session.starts_at - 2 * hour, session.starts_at)
    assert in_training(session.starts_at - hour, session.starts_at + dt.timedelta(seconds=1))
    assert in_training(session.ends_at - dt.timedelta(seconds=1), session.ends_at + hour)
    assert not in_training(session.ends_at, session.ends_at + hour)
    training.cancel_session(session=session, by=manager, reason="讲师生病")
    assert not in_training(session.starts_at, session.ends_at)


def test_time_of_a_session_stays_once_somebody_is_there(course, caregiver, manager):
    session = plan(course, manager)
    training.enrol(session=session, by=manager, caregivers=[caregiver])
    with time_machine.travel(session.starts_at):
        training.attend(session=session, caregiver=caregiver)
    fields = {"course": course, "place": "培训教室", "outside_trainer": "刘芳", "trainer": None, "seats": 2}
    moved = {"starts_at": session.starts_at, "ends_at": session.ends_at - dt.timedelta(hours=2)}
    with pytest.raises(ValidationError, match="the time stays"):
        training.change_session(session=session, by=manager, **fields, **moved)


def test_problems_of_time_trainer_and_seats_are_named_together(client, maple, course, manager):
    client.force_login(manager)
    start = at_nine(2)
    given = {
        "course": course.pk, "starts_at": f"{start:%Y-%m-%dT%H:%M}", "place": "教室", "seats": "0",
        "ends_at": f"{start - dt.timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    page = client.post(reverse("session_new", args=["maple"]), given)
    assert set(page.context["form"].errors) == {"seats", "ends_at", "trainer"}


def test_courses_are_counted_once_however_often_they_are_given(client, maple, course, manager):
    for days in (2, 3, 4):
        plan(course, manager, days=days)
    client.force_login(manager)
    page = client.get(reverse("course_list", args=["maple"]))
    assert [tab.count for tab in page.context["tabs"] if tab.value in ("all", "further")] == [1, 1]
    assert [row.given for row in page.context["object_list"]] == [3]


def test_a_session_of_a_later_month_belongs_to_the_line_before_it(course, manager):
    with time_machine.travel(dt.datetime(2026, 3, 1, 4, tzinfo=dt.UTC)):
        make_one(TrainingPlanLine, course=course, year=2026, month=4)
        make_one(TrainingPlanLine, course=course, year=2026, month=9)
        for month in (3, 6, 9):
            start = timezone.make_aware(dt.datetime(2026, month, 20, 9))
            plan(course, manager, starts_at=start, ends_at=start + dt.timedelta(hours=3))
    held_in = {line.month: [timezone.localtime(one.starts_at).month for one in line.sessions] for line in plan_of(2026)}
    assert held_in == {4: [6], 9: [9]}
