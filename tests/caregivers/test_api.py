"""Caregivers, papers and levels by API: what the page refuses is refused, what is private stays behind."""

import datetime as dt

import pytest
from django.utils import timezone

from agencies.models import Role
from agencies.tenancy import agency_context
from caregivers.actions.credentials import decline_credential
from caregivers.models import (
    Attendance,
    Caregiver,
    Course,
    Credential,
    ExamResult,
    LevelGrant,
    SkillCheck,
    TrainingSession,
)
from caregivers.standard.skills import skills_on
from tests.factories import make_member, make_one

NEW = {
    "name": "赵春梅",
    "identity_type": "resident",
    "identity_number": "11010519491231002X",
    "phone": "13605310001",
    "home_address": "济南市历下区泺文路12号",
    "education": "junior_high",
    "employment": "full_time",
    "work_forms": ["hourly", "live_in"],
    "hired_on": "2026-11-02",
}


@pytest.fixture
def coordinator(client, maple):
    member = make_member(maple, Role.COORDINATOR)
    client.force_login(member.user)
    return member.user


def post(client, address, body):
    return client.post(f"/api/v1/{address}/", body, content_type="application/json")


def test_a_caregiver_is_taken_in_corrected_and_shown_masked(client, maple, coordinator):
    made = post(client, "caregivers", NEW)
    assert made.status_code == 201
    answer = made.json()
    assert (answer["number"], answer["state"], answer["level"]) == ("0001", "onboarding", None)
    assert (answer["birth_date"], answer["sex"], answer["work_forms"]) == (
        "1949-12-31",
        "female",
        ["hourly", "live_in"],
    )
    for private in ["11010519491231002X", "13605310001", "泺文路"]:
        assert private not in made.content.decode()
    address = f"/api/v1/caregivers/{answer['id']}/"
    changed = client.patch(address, {"phone": "13605310002"}, content_type="application/json")
    assert changed.status_code == 200
    with agency_context(maple):
        row = Caregiver.objects.get()
        assert (row.phone, row.identity_number, row.history.count()) == ("13605310002", NEW["identity_number"], 2)
        assert row.history.first().history_user == coordinator
    moments = client.get(f"{address}history/").json()
    assert [moment["by"] for moment in moments] == [coordinator.name] * 2


def test_every_problem_is_named_at_once_and_nothing_is_saved(client, maple, coordinator):
    body = NEW | {"name": "", "identity_number": "110105194912310021", "phone": "1360531", "work_forms": ["nothing"]}
    answer = post(client, "caregivers", body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"name", "identity_number", "phone", "work_forms"}
    assert post(client, "caregivers", []).status_code == 400
    assert post(client, "caregivers", NEW | {"work_forms": {"a": 1}, "name": ["x"]}).status_code == 400
    post(client, "caregivers", NEW)
    assert set(post(client, "caregivers", NEW).json()) == {"identity_number", "phone"}
    with agency_context(maple):
        assert Caregiver.objects.count() == 1


def test_a_paper_is_added_by_badge_number_and_sighted(client, maple, coordinator):
    post(client, "caregivers", NEW)
    paper = {
        "caregiver_number": "0001",
        "kind": "health",
        "number": "JK-1",
        "issuer": "济南市疾控中心",
        "issued_on": "2026-11-01",
        "expires_on": "2027-10-31",
    }
    wrong = post(client, "credentials", paper | {"caregiver_number": "0009", "expires_on": "2026-10-31"})
    assert set(wrong.json()) == {"caregiver_number", "expires_on"}
    made = post(client, "credentials", paper).json()
    assert (made["caregiver_number"], made["verified_on"]) == ("0001", None)
    assert set(post(client, "credentials", paper).json()) == {"number"}
    verified = post(client, f"credentials/{made['id']}/verify", {})
    assert (verified.status_code, verified.json()["verified_on"]) == (200, timezone.localdate().isoformat())
    assert post(client, f"credentials/{made['id']}/verify", {}).status_code == 400
    sighted = post(client, "credentials", paper | {"number": "JK-2", "original_sighted": True}).json()
    with agency_context(maple):
        row = Credential.objects.get(pk=sighted["id"])
        assert (row.verified_by, row.caregiver.number) == (coordinator, "0001")
        decline_credential(credential=Credential.objects.create(
            caregiver=row.caregiver, kind="health", issuer="x", issued_on=dt.date(2026, 1, 1)
        ), by=coordinator, reason="看不清")  # fmt: skip
    listed = client.get("/api/v1/credentials/", {"ends_before": "2027-10-31"}).json()["results"]
    assert listed == []
    listed = client.get("/api/v1/credentials/", {"ends_before": "2027-11-01"}).json()["results"]
    assert [row["number"] for row in listed] == ["JK-2", "JK-1"]
    assert client.get("/api/v1/credentials/").json()["results"][0]["declined_reason"] == "看不清"


def test_levels_are_read_as_of_any_day(client, maple, coordinator):
    with agency_context(maple):
        caregiver = make_one(Caregiver)
        days = dt.date(2025, 1, 1), dt.date(2026, 1, 1)
        for level, day in enumerate(days):
            LevelGrant.objects.create(
                caregiver=caregiver, level=level, granted_on=day, granted_by=coordinator, reason="入职时持证"
            )
    for day, level in [("2024-12-31", None), ("2025-12-31", 0), ("2026-01-01", 1)]:
        [row] = client.get("/api/v1/caregivers/", {"as_of": day}).json()["results"]
        assert row["level"] == level
    rows = client.get("/api/v1/levels/", {"caregiver": caregiver.pk}).json()["results"]
    assert [(row["level"], row["granted_on"]) for row in rows] == [(1, "2026-01-01"), (0, "2025-01-01")]


def test_rights_are_those_of_the_pages(client, maple):
    client.force_login(make_member(maple, Role.ARCHIVIST).user)
    assert post(client, "caregivers", NEW).status_code == 403
    assert post(client, "credentials", {}).status_code == 403
    assert client.get("/api/v1/levels/").status_code == 200
    client.force_login(make_member(maple, Role.CAREGIVER).user)
    for address in ("caregivers", "credentials", "levels"):
        assert client.get(f"/api/v1/{address}/").status_code == 403


@pytest.fixture
def quality_officer(client, maple):
    member = make_member(maple, Role.QUALITY_OFFICER)
    client.force_login(member.user)
    return member.user


@pytest.fixture
def caregiver(maple):
    with agency_context(maple):
        return make_one(Caregiver, number="0042", hired_on=dt.date(2026, 1, 5))


def test_a_skill_is_checked_and_listed(client, maple, quality_officer, caregiver):
    code = skills_on(timezone.localdate())[0].code
    body = {"caregiver_number": "0042", "skill": code, "is_mastered": True, "checked_on": "2026-11-02"}
    refused = post(client, "skill-checks", body | {"is_mastered": False, "checked_on": "2026-01-04"})
    assert refused.status_code == 400
    assert set(refused.json()) == {"checked_on", "note"}
    made = post(client, "skill-checks", body)
    assert made.status_code == 201
    assert made.json() == {"id": made.json()["id"], **body, "note": ""}
    listed = client.get(f"/api/v1/skill-checks/?caregiver={caregiver.pk}&skill={code}").json()
    assert [row["id"] for row in listed["results"]] == [made.json()["id"]]
    with agency_context(maple):
        assert SkillCheck.objects.get().assessor == quality_officer


def test_who_may_not_assess_reads_skills_only(client, coordinator, caregiver):
    assert client.get("/api/v1/skill-checks/").status_code == 200
    assert post(client, "skill-checks", {"caregiver_number": "0042"}).status_code == 403


def test_training_is_read_and_results_are_written(client, maple, coordinator, caregiver):
    with agency_context(maple):
        course = make_one(Course, name="消防演练", kind="further", level=None, hours=3, pass_mark=60)
        session = make_one(TrainingSession, course=course, state="held", outside_trainer="刘芳")
        make_one(Attendance, session=session, caregiver=caregiver, attended_at=timezone.now(), way="office")
        make_one(Attendance, session=session, caregiver=make_one(Caregiver))
    assert [row["name"] for row in client.get("/api/v1/courses/").json()["results"]] == ["消防演练"]
    sessions = client.get(f"/api/v1/training-sessions/?course={course.pk}").json()["results"]
    assert [(row["state"], row["came"]) for row in sessions] == [("held", [caregiver.pk])]
    body = {"caregiver_number": "0042", "course": course.pk, "part": "theory", "score": 60, "taken_on": "2026-11-02", "examiner": "刘芳"}  # fmt: skip
    for changes, fields in [
        ({"caregiver_number": "0099", "part": "oral"}, {"caregiver_number", "part"}),
        ({"score": 101, "taken_on": "2099-01-01"}, {"score", "taken_on"}),
    ]:
        wrong = post(client, "exam-results", body | changes)
        assert (wrong.status_code, set(wrong.json())) == (400, fields)
    made = post(client, "exam-results", body)
    assert made.status_code == 201
    assert (made.json()["score"], made.json()["is_passed"]) == (60, True)
    assert post(client, "exam-results", body).status_code == 400  # the same part on the same day
    with agency_context(maple):
        assert ExamResult.objects.get().recorded_by == coordinator
    for address in ("courses", "training-sessions"):
        assert post(client, address, {}).status_code == 403
