"""Pages and papers of training, and the plan of the year."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.models import Role
from caregivers.actions import training, training_plan
from caregivers.actions.exams import annul_result
from caregivers.actions.levels import refresh_standings
from caregivers.models import Attendance, Caregiver, Course, ExamResult, TrainingPlanLine, TrainingSession
from caregivers.queries.training import needs
from tests.caregivers import people
from tests.caregivers.test_papers import render, sizes, text_of
from tests.caregivers.test_training import held, plan
from tests.factories import make_member, make_one
from tests.test_lists import queries_of


@pytest.fixture
def further(in_maple):
    return make_one(Course, name="消防演练", kind="further", level=None, hours=3, pass_mark=60)


@pytest.fixture
def office(client, manager):
    client.force_login(manager)
    return client


def annul(manager, results):
    """Leave these people without the exam, on the promotions board too."""
    for result in results.filter(part="theory"):
        annul_result(result=result, by=manager, reason="替考")
    refresh_standings()


def url(name, *args):
    return reverse(name, args=["maple", *args])


def test_from_a_course_to_results_in_the_browser_forms(office, in_maple, manager):
    office.post(
        url("course_new"), {"name": "急救", "kind": "further", "hours": "3", "pass_mark": "60", "is_active": "on"}
    )
    course = Course.objects.get()
    start = timezone.localtime() - dt.timedelta(hours=4)
    answer = office.post(url("session_new"), {
        "course": course.pk, "starts_at": f"{start:%Y-%m-%dT%H:%M}", "ends_at": f"{start + dt.timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "place": "教室", "outside_trainer": "刘芳", "seats": "5",
    })  # fmt: skip
    session = TrainingSession.objects.get()
    assert answer.url == url("session_enrol", session.pk)
    make_one(Caregiver, name="王秀兰", number="0001", state="active", posted_on=people.ago(300))
    page = office.post(url("session_enrol", session.pk), {"others": "1 0077"})
    assert "0077" in page.content.decode()  # typed numbers stay, the unknown one is named
    assert not Attendance.objects.exists()
    office.post(url("session_enrol", session.pk), {"others": "1"})
    row = Attendance.objects.get()
    office.post(url("session_attendance", session.pk), {"present": [row.pk]})
    office.post(url("session_close", session.pk))
    session.refresh_from_db()
    assert session.state == "held"
    given = {
        "part": "theory",
        "taken_on": f"{timezone.localdate()}",
        "examiner": "刘芳",
        f"score_{row.caregiver_id}": "101",
    }
    assert 'value="101"' in office.post(url("session_exam", session.pk), given).content.decode()
    office.post(url("session_exam", session.pk), {**given, f"score_{row.caregiver_id}": "88"})
    result = ExamResult.objects.get()
    assert (result.score, result.is_passed, result.session) == (88, True, session)
    office.post(url("result_annul", result.pk), {"reason": "登记错误"})
    result.refresh_from_db()
    assert (result.annulled_reason, result.annulled_by) == ("登记错误", manager)


def test_who_lacks_a_course_is_offered_by_name(office, in_maple, manager):
    caregiver = people.ready(level=1)
    annul(manager, ExamResult.objects.filter(course__kind="promotion"))
    session = plan(Course.objects.get(kind="promotion"), manager)
    page = office.get(url("session_enrol", session.pk)).content.decode()
    assert str(caregiver) in page
    office.post(url("session_enrol", session.pk), {"people": [caregiver.pk]})
    assert Attendance.objects.get().caregiver == caregiver


def test_a_session_page_costs_the_same_for_one_and_for_many(office, further, manager):
    session = held(further, manager, [make_one(Caregiver, name="王秀兰", state="active", posted_on=people.ago(300))])
    office.get(url("session_page", session.pk))
    few, _page = queries_of(office, url("session_page", session.pk))
    for n in range(20):
        other = make_one(Caregiver, name=f"李梅{n}", state="active", posted_on=people.ago(300))
        make_one(Attendance, session=session, caregiver=other)
        make_one(ExamResult, course=further, session=session, caregiver=other)
    many, page = queries_of(office, url("session_page", session.pk))
    assert (few, many) == (12, 12)
    assert "李梅19" in page.content.decode()


def test_the_code_is_shown_large_and_changes(office, further, manager):
    session = plan(further, manager)
    page = office.get(url("session_code", session.pk)).content.decode()
    assert "data:image/svg+xml" in page
    assert 'http-equiv="refresh"' in page


@pytest.mark.parametrize("role", [Role.ARCHIVIST, Role.CAREGIVER])
def test_only_who_plans_the_work_trains(client, maple, further, manager, role):
    session = plan(further, manager)
    client.force_login(make_member(maple, role).user)
    for name in (
        "session_code",
        "session_enrol",
        "session_attendance",
        "session_exam",
        "session_effect",
        "session_edit",
    ):
        assert client.get(url(name, session.pk)).status_code in (403, 404)


def test_only_a_manager_annuls(client, maple, further):
    result = make_one(ExamResult, course=further)
    client.force_login(make_member(maple, Role.COORDINATOR).user)
    assert client.get(url("result_annul", result.pk)).status_code == 403


# The plan -----------------------------------------------------------------------------------------------------------


def lacking(manager, count):
    """People who lack the promotion course of level one, and one who lacks nothing."""
    for n in range(count + 1):
        people.ready(level=1, name=f"李梅{n}")
    ready = Caregiver.objects.order_by("pk").first()
    annul(manager, ExamResult.objects.filter(course__kind="promotion").exclude(caregiver=ready))


def test_the_plan_is_proposed_from_the_board_and_proposing_again_adds_nothing(in_maple, manager):
    lacking(manager, 3)
    year = timezone.localdate().year + 1
    assert {need.people for need in needs()} == {0, 3}
    assert training_plan.propose_plan(year=year, by=manager) == 1
    line = TrainingPlanLine.objects.get()
    assert (line.year, line.month, line.course.kind, line.seats, line.reason) == (
        year,
        1,
        "promotion",
        3,
        "3 people lack it",
    )
    with pytest.raises(ValidationError, match="Nothing is missing"):
        training_plan.propose_plan(year=year, by=manager)
    make_one(Course, name="消防", kind="further", level=None, hours=2, every_months=6)
    assert training_plan.propose_plan(year=year, by=manager) == 2
    months = TrainingPlanLine.objects.filter(course__name="消防").values_list("month", "seats")
    assert list(months) == [(1, 4), (7, 4)]


def test_no_plan_for_the_past(in_maple, manager):
    with pytest.raises(ValidationError, match="this year or the next"):
        training_plan.propose_plan(year=timezone.localdate().year - 1, by=manager)


def test_a_line_is_changed_by_hand_and_stands_once_a_month(office, further, manager):
    year = timezone.localdate().year
    given = {"month": "6", "course": further.pk, "seats": "20", "reason": "夏季防火"}
    office.post(url("plan_line_new", year), given)
    line = TrainingPlanLine.objects.get()
    assert (
        "change that line" in office.post(url("plan_line_new", year), given).content.decode()
        or TrainingPlanLine.objects.count() == 1
    )
    office.post(url("plan_line_edit", year, line.pk), {**given, "seats": "25"})
    line.refresh_from_db()
    assert line.seats == 25
    office.post(url("plan_line_remove", year, line.pk))
    assert not TrainingPlanLine.objects.exists()
    assert TrainingPlanLine.history.count() == 3


def test_the_plan_stands_beside_what_was_held(office, further, manager):
    session = held(
        further, manager, [make_one(Caregiver, name="王秀兰", state="active", posted_on=people.ago(300))], days_ago=1
    )
    day = timezone.localdate(session.starts_at)
    training_plan.save_line(by=manager, year=day.year, month=day.month, course=further, seats=30, reason="")
    page = office.get(url("training_plan", day.year)).content.decode()
    assert url("session_page", session.pk) in page


# Papers -------------------------------------------------------------------------------------------------------------


def test_the_sheet_has_room_to_sign_before_and_says_who_came_after(further, manager):
    caregiver = make_one(Caregiver, name="王秀兰", number="0107", state="active", posted_on=people.ago(300))
    before = plan(further, manager)
    training.enrol(session=before, by=manager, caregivers=[caregiver])
    content = render(training.print_sheet(session=before, by=manager))
    text = text_of(content)
    assert sizes(content) == [[210, 297]]
    for expected in ("培训签到表", "消防演练", "继续培训", "0107", "王秀兰", "应到1人", "签名", "刘芳"):
        assert expected in text
    assert "实到" not in text
    session = held(further, manager, [caregiver])
    text = text_of(render(training.print_sheet(session=session, by=manager)))
    assert "实到1人" in text
    assert "已到（机构登记）" in text


def test_the_plan_on_paper(further, manager):
    year = timezone.localdate().year
    with pytest.raises(ValidationError, match="empty"):
        training_plan.print_plan(year=year, by=manager)
    training_plan.save_line(by=manager, year=year, month=6, course=further, seats=20, reason="夏季防火")
    text = text_of(render(training_plan.print_plan(year=year, by=manager)))
    for expected in (
        f"{year}年度培训计划",
        "6月",
        "消防演练（3小时）",
        "继续培训",
        "20",
        "夏季防火",
        "全年共1项，20人次，3课时",
    ):
        assert expected in text
