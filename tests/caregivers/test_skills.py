"""Skill checks: recorded by an assessor, the latest one counts."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from agencies.models import User
from caregivers.actions.skills import record_checks
from caregivers.models import SkillCheck
from caregivers.queries.skills import latest_checks
from caregivers.standard.skills import SKILLS
from tests.caregivers import people
from tests.factories import make_member
from tests.test_lists import queries_of

HELP = "6.1.2a-01"
TURN = "6.2.2a-02"


def today():
    return timezone.localdate()


@pytest.fixture
def caregiver(in_maple, manager):
    return people.open_file(manager, hired_on=today() - dt.timedelta(days=30))


def check(caregiver, by, results, days_ago=0):
    day = today() - dt.timedelta(days=days_ago)
    return record_checks(caregiver=caregiver, by=by, checked_on=day, results=results)


def test_the_latest_check_counts(caregiver, manager):
    check(caregiver, manager, {HELP: (True, ""), TURN: (False, "翻身手法要练")}, days_ago=5)
    check(caregiver, manager, {TURN: (True, "")}, days_ago=1)
    check(caregiver, manager, {HELP: (False, "忘了步骤")}, days_ago=9)  # an older paper, entered later
    latest = latest_checks(caregiver)
    assert {code: row.is_mastered for code, row in latest.items()} == {HELP: True, TURN: True}
    assert SkillCheck.objects.count() == 4


def test_of_two_checks_of_one_day_the_later_entry_counts(caregiver, manager):
    check(caregiver, manager, {HELP: (True, "")})
    check(caregiver, manager, {HELP: (False, "口腔清洁漏了")})
    assert latest_checks(caregiver)[HELP].is_mastered is False


@pytest.mark.parametrize(
    ("results", "days_ago", "wanted"),
    [
        ({}, 0, {"__all__"}),
        ({"6.9.9a-01": (True, "")}, 0, {"__all__"}),
        ({HELP: (False, "")}, 0, {f"note_{HELP}"}),
        ({HELP: (True, "")}, -1, {"checked_on"}),
        ({HELP: (True, "")}, 30, None),
        ({HELP: (True, "")}, 31, {"checked_on"}),
        ({HELP: (False, ""), "x": (True, "")}, -1, {"checked_on", f"note_{HELP}", "__all__"}),
    ],
)
def test_what_is_wrong_is_named_at_once(caregiver, manager, results, days_ago, wanted):
    if wanted is None:
        assert len(check(caregiver, manager, results, days_ago)) == 1
        return
    with pytest.raises(ValidationError) as refusal:
        check(caregiver, manager, results, days_ago)
    assert refusal.value.message_dict.keys() == wanted
    assert not SkillCheck.objects.exists()


def test_nobody_checks_their_own_skills_or_of_somebody_gone(caregiver, manager):
    caregiver.user = manager
    with pytest.raises(ValidationError, match="own skills"):
        check(caregiver, manager, {HELP: (True, "")})
    caregiver.user, caregiver.state = None, "left"
    with pytest.raises(ValidationError, match="has left"):
        check(caregiver, manager, {HELP: (True, "")})


def test_a_check_is_never_changed(caregiver, manager):
    check(caregiver, manager, {HELP: (True, "")})
    with pytest.raises(Error, match="insert-only"), transaction.atomic():
        SkillCheck.objects.update(is_mastered=False)


def test_the_page_shows_the_whole_list_and_what_is_missing(client, maple, caregiver, manager):
    check(caregiver, manager, {skill.code: (True, "") for skill in SKILLS if skill.level == 0})
    check(caregiver, manager, {TURN: (False, "翻身手法要练")})
    User.objects.update(language="en")
    client.force_login(manager)
    page = client.get(reverse("skill_page", args=["maple", caregiver.pk])).content.decode()
    assert all(skill.code in page for skill in SKILLS)
    assert "10 of 10 mastered" in page
    assert "11 of 21 skills up to this level are not mastered yet. (6.2.2)" in page
    assert "翻身手法要练" in page
    assert "all skills mastered up to: Ordinary" in page


def test_the_page_costs_the_same_with_one_check_and_with_all(client, maple, caregiver, manager):
    client.force_login(manager)
    url = reverse("skill_page", args=["maple", caregiver.pk])
    check(caregiver, manager, {HELP: (True, "")})
    client.get(url)
    assert queries_of(client, url)[0] == 5
    check(caregiver, manager, {skill.code: (True, "") for skill in SKILLS})
    assert queries_of(client, url)[0] == 5


def test_a_level_is_checked_in_one_form(client, maple, caregiver, manager):
    client.force_login(manager)
    url = reverse("skill_check", args=["maple", caregiver.pk])
    assert "6.2.2a-01" in client.get(url).content.decode()  # the next level by itself
    assert client.get(f"{url}?level=9").status_code == 404
    answer = client.post(f"{url}?level=1", {"checked_on": today(), f"result_{TURN}": "no"})
    assert answer.context["form"].errors.keys() == {f"note_{TURN}"}
    data = {"checked_on": today(), f"result_{TURN}": "yes", "result_6.2.2b-05": "no", "note_6.2.2b-05": "字迹不清"}
    assert client.post(f"{url}?level=1", data).status_code == 302
    rows = SkillCheck.objects.values_list("skill", "is_mastered", "note", "assessor")
    assert set(rows) == {(TURN, True, "", manager.pk), ("6.2.2b-05", False, "字迹不清", manager.pk)}


@pytest.mark.parametrize(("role", "status"), [("coordinator", 403), ("quality_officer", 200), ("caregiver", 403)])
def test_managers_and_quality_officers_assess(client, maple, caregiver, role, status):
    client.force_login(make_member(maple, role).user)
    assert client.get(reverse("skill_check", args=["maple", caregiver.pk])).status_code == status
