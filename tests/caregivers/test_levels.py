"""Levels with rows: what is counted, two approvals, certificate, lost evidence, demotion and appeal."""

import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from agencies.models import AgencySettings, Notice, Role
from agencies.tenancy import agency_context
from archive.actions import render
from archive.models import ArchiveRecord
from caregivers.actions import levels as actions
from caregivers.actions.credentials import add_credential, invalidate_credential, set_rule
from caregivers.actions.evaluations import evaluate
from caregivers.actions.files import grant_level
from caregivers.actions.quality import Fact, keep_facts
from caregivers.actions.skills import record_checks
from caregivers.models import (
    Absence,
    Caregiver,
    Credential,
    Evaluation,
    ExamResult,
    LevelApplication,
    LevelGrant,
    LevelStanding,
    QualityRecord,
    ServiceDay,
)
from caregivers.queries.files import with_level
from caregivers.queries.levels import level_facts, levels_held, promotions
from caregivers.standard.levels import FORM, check_promotion, days_left_out, stage_of
from caregivers.standard.skills import skills_on
from caregivers.tasks import level_standings
from tests.caregivers.people import ago, ready
from tests.factories import make_member, make_one, make_user
from tests.past_the_rules import rewrite, strike

SCORES = {line.code: 4 for line in FORM}
TODAY = timezone.localdate


def granted(caregiver, level=1):
    application = actions.apply_for_level(caregiver=caregiver, by=make_user(), level=level, scores=SCORES)
    actions.approve_application(application=application, by=make_user())
    return application, actions.approve_application(application=application, by=make_user())


@pytest.mark.parametrize("gap_days", [30, 3])
def test_rows_are_counted_as_the_rule_counts_them(in_maple, gap_days):
    in_maple_settings(gap_days)
    caregiver = make_one(Caregiver, education="college")
    make_one(LevelGrant, caregiver=caregiver, level=0, granted_on=ago(200))
    days = [ago(back) for back in (250, 249, 199, 198, 190, 150, 100, 60, 59, 20)]
    ServiceDay.objects.bulk_create(
        [ServiceDay(agency=in_maple, caregiver=caregiver, day=day, minutes=60) for day in days]
    )
    away = [(ago(185), ago(170)), (ago(120), ago(95)), (ago(5), ago(-5))]
    for first, last in away:
        start = timezone.make_aware(dt.datetime.combine(first, dt.time()))
        end = timezone.make_aware(dt.datetime.combine(last + dt.timedelta(days=1), dt.time()))
        Absence.objects.create(caregiver=caregiver, kind="leave", period=DateTimeTZRange(start, end))
    Absence.objects.create(
        caregiver=caregiver, kind="leave", state="declined",
        period=DateTimeTZRange(timezone.now() - dt.timedelta(days=80), timezone.now() - dt.timedelta(days=70)),
    )  # fmt: skip
    facts = level_facts([caregiver], TODAY())[caregiver.pk]
    at_level = [day for day in days if day >= ago(200)]
    assert facts.at_level.first_day == ago(199)
    assert facts.at_level.left_out == days_left_out(at_level, away, until=TODAY(), gap_days=gap_days) > 0
    assert facts.in_service.first_day == ago(250)
    assert facts.in_service.left_out == days_left_out(days, away, until=TODAY(), gap_days=gap_days)
    assert facts.is_graduate


def in_maple_settings(gap_days):
    AgencySettings.objects.update(service_gap_days=gap_days)


def test_only_what_counts_is_counted(in_maple):
    caregiver = ready()
    ExamResult.objects.filter(course__kind="level", part="theory").update(
        annulled_on=TODAY(), annulled_reason="作弊", annulled_by=make_user()
    )
    rewrite(Credential.objects.all(), verified_on=None, verified_by=None)
    make_one(QualityRecord, caregiver=caregiver, kind="rating", value=1, source="x", happened_on=ago(900))
    facts = level_facts([caregiver], TODAY())[caregiver.pk]
    assert facts.exams == frozenset({("promotion", 1)})
    assert facts.grade is None
    assert (facts.ratings, facts.rating_sum) == (5, 15)


def test_what_is_older_than_the_level_and_what_is_no_rating_does_not_count(in_maple):
    caregiver = ready()
    make_one(QualityRecord, caregiver=caregiver, kind="punctuality", value=90, source="visit", happened_on=ago(3))
    facts = level_facts([caregiver], TODAY())[caregiver.pk]
    assert (facts.ratings, facts.rating_sum, facts.fit) == (5, 15, True)
    make_one(LevelGrant, caregiver=caregiver, level=0, kind="demotion", reason="x", granted_on=ago(5))
    facts = level_facts([caregiver], TODAY())[caregiver.pk]
    assert (facts.ratings, facts.rating_sum, facts.fit) == (0, 0, None)  # rated and evaluated before


def test_who_leaves_is_on_the_board_no_more(maple):
    with agency_context(maple):
        caregiver = ready()
    for state, left_on, count in [("active", None, 1), ("suspended", None, 1), ("left", TODAY(), 0)]:
        with agency_context(maple):
            Caregiver.objects.filter(pk=caregiver.pk).update(state=state, left_on=left_on)
        level_standings(agency_id=maple.pk)
        with agency_context(maple):
            assert LevelStanding.objects.count() == count


def test_queries_are_the_same_for_one_and_for_many(in_maple):
    ready()
    counts = []
    for more in (0, 4):
        for _one in range(more):
            ready()
        with CaptureQueriesContext(connection) as captured:
            level_facts(Caregiver.objects.all(), TODAY())
        counts.append(len(captured))
    assert counts == [14, 14]


def test_application_names_everything_and_leaves_nothing(in_maple):
    caregiver = make_one(Caregiver)
    make_one(LevelGrant, caregiver=caregiver, level=0, granted_on=ago(10))
    with pytest.raises(ValidationError) as refusal:
        actions.apply_for_level(caregiver=caregiver, by=make_user(), level=1, scores=SCORES | {"safety": 2})
    assert len(refusal.value.messages) == 7  # six conditions and a line of the form
    assert not LevelApplication.objects.exists()


def test_two_others_approve_and_the_level_stands_with_its_evidence(in_maple):
    caregiver, applicant, first, second = ready(), make_user(), make_user(), make_user()
    application = actions.apply_for_level(caregiver=caregiver, by=applicant, level=1, scores=SCORES)
    with pytest.raises(ValidationError, match="Who applied"):
        actions.approve_application(application=application, by=applicant)
    assert actions.approve_application(application=application, by=first) is None
    with pytest.raises(ValidationError, match="second person"):
        actions.approve_application(application=application, by=first)
    grant = actions.approve_application(application=application, by=second)
    assert (grant.level, grant.kind, grant.granted_on) == (1, "promotion", TODAY())
    assert len(grant.evidence["rating_records"]) == 5
    assert len(grant.evidence["exam_results"]) == 4
    assert levels_held([caregiver.pk], TODAY()).level[caregiver.pk] == 1
    assert levels_held([caregiver.pk], ago(1)).level[caregiver.pk] == 0
    application.refresh_from_db()
    assert application.state == "granted"
    assert ArchiveRecord.objects.filter(source="level_application", source_id=application.pk).exists()
    with pytest.raises(ValidationError, match="decided"):
        actions.reject_application(application=application, by=first, reason="x")


def test_nobody_proposes_approves_or_reinstates_themselves(in_maple):
    caregiver, own = ready(), make_user()
    Caregiver.objects.filter(pk=caregiver.pk).update(user=own)
    caregiver.refresh_from_db()
    with pytest.raises(ValidationError, match="Nobody judges themselves"):
        actions.apply_for_level(caregiver=caregiver, by=own, level=1, scores=SCORES)
    application = actions.apply_for_level(caregiver=caregiver, by=make_user(), level=1, scores=SCORES)
    with pytest.raises(ValidationError, match="Nobody judges themselves"):
        actions.approve_application(application=application, by=own)
    assert not application.approvals.exists()
    actions.reject_application(application=application, by=make_user(), reason="x")
    application.refresh_from_db()
    appeal = actions.raise_appeal(caregiver=caregiver, text="x", application=application)
    with pytest.raises(ValidationError, match="Nobody judges themselves"):
        actions.decide_appeal(appeal=appeal, by=own, is_upheld=True, decision="x")
    appeal.refresh_from_db()
    assert appeal.state == "open"


def test_database_refuses_a_promotion_with_one_approval(in_maple):
    caregiver = ready()
    application = actions.apply_for_level(caregiver=caregiver, by=make_user(), level=1, scores=SCORES)
    actions.approve_application(application=application, by=make_user())
    with pytest.raises(IntegrityError, match="two approvals"):
        _grant_past_the_action(caregiver, application)


def _grant_past_the_action(caregiver, application):
    with transaction.atomic(), connection.cursor() as cursor:
        LevelGrant.objects.create(
            caregiver=caregiver, kind="promotion", level=1, granted_on=TODAY(), reason="x", granted_by=make_user(),
            application=application, number="XJ-1",
        )  # fmt: skip
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_was_lost_meanwhile_stops_the_second_approval(in_maple):
    caregiver = ready()
    application = actions.apply_for_level(caregiver=caregiver, by=make_user(), level=1, scores=SCORES)
    actions.approve_application(application=application, by=make_user())
    Credential.objects.update(invalid_from=TODAY(), invalid_reason="伪造")
    with pytest.raises(ValidationError, match="certificate of grade 5"), transaction.atomic():
        actions.approve_application(application=application, by=make_user())
    assert application.approvals.count() == 1
    assert LevelGrant.objects.filter(kind="promotion").count() == 0


@pytest.mark.parametrize(
    ("lose", "code"),
    [
        (lambda: Credential.objects.update(invalid_from=TODAY(), invalid_reason="伪造"), "credentials"),
        (
            lambda: ExamResult.objects.update(annulled_on=TODAY(), annulled_reason="作弊", annulled_by=make_user()),
            "exam_results",
        ),
        (lambda: QualityRecord.objects.all().delete(), "rating_records"),
    ],
)
def test_evidence_lost_after_the_grant_is_shown(maple, lose, code):
    with agency_context(maple):
        caregiver = ready()
        granted(caregiver)
        assert LevelStanding.objects.get().lost == []
        lose()
    level_standings(agency_id=maple.pk)
    with agency_context(maple):
        assert LevelStanding.objects.get().lost == [code]


def test_evidence_of_the_highest_level_is_watched_too(maple):
    with agency_context(maple):
        caregiver = ready(level=3)
        granted(caregiver, level=3)
        standing = LevelStanding.objects.get()
        assert (standing.level, standing.next_level, standing.stage, standing.lost) == (3, None, "top", [])
        Credential.objects.update(invalid_from=TODAY(), invalid_reason="伪造")
    level_standings(agency_id=maple.pk)
    with agency_context(maple):
        assert (LevelStanding.objects.get().stage, LevelStanding.objects.get().lost) == ("top", ["credentials"])


def test_a_rejection_is_objected_to_and_decided_by_somebody_else(in_maple):
    caregiver, first, other = ready(), make_user(), make_user()
    application = actions.apply_for_level(caregiver=caregiver, by=make_user(), level=1, scores=SCORES)
    actions.reject_application(application=application, by=first, reason="记录不全")
    assert LevelApplication.objects.get().decided_by == first
    assert [row.state for row in application.history.order_by("history_id")] == ["submitted", "rejected"]
    appeal = actions.raise_appeal(caregiver=caregiver, application=application, text="记录已补齐")
    with pytest.raises(ValidationError, match="does not decide"):
        actions.decide_appeal(appeal=appeal, by=first, is_upheld=False, decision="x")
    actions.decide_appeal(appeal=appeal, by=other, is_upheld=True, decision="补齐属实，可再次申请")
    appeal.refresh_from_db()
    assert (appeal.state, appeal.decided_by) == ("upheld", other)
    assert LevelGrant.objects.count() == 1
    actions.apply_for_level(caregiver=caregiver, by=make_user(), level=1, scores=SCORES)


@pytest.mark.parametrize(("education", "is_graduate"), [("senior_high", False), ("college", True), ("bachelor", True)])
def test_graduates_are_those_of_a_college_or_above(in_maple, education, is_graduate):
    caregiver = make_one(Caregiver, education=education)
    make_one(LevelGrant, caregiver=caregiver, level=0, granted_on=ago(1))
    assert level_facts([caregiver], TODAY())[caregiver.pk].is_graduate is is_graduate


def test_board_says_who_may_rise_and_what_the_others_lack(client, maple):
    with agency_context(maple):
        fit = ready(name="王秀兰")
        short = ready(name="何梅")
        ServiceDay.objects.filter(caregiver=short, day__lt=ago(100)).delete()
        lacking = ready(name="胡爱华")
        strike(Credential.objects.filter(caregiver=lacking))
        top = make_one(Caregiver, state="active", posted_on=ago(1))
        make_one(LevelGrant, caregiver=top, level=3, granted_on=ago(1))
    level_standings(agency_id=maple.pk)
    level_standings(agency_id=maple.pk)
    with agency_context(maple):
        rows = {row.caregiver_id: (row.stage, row.missing) for row in LevelStanding.objects.all()}
        assert rows == {
            fit.pk: ("eligible", []), short.pk: ("waiting", ["time"]), lacking.pk: ("lacking", ["certificate"]),
            top.pk: ("top", []),
        }  # fmt: skip
    client.force_login(make_member(maple).user)
    page = client.get(reverse("promotion_list", args=["maple"]), {"tab": "eligible"}).content.decode()
    assert "王秀兰" in page
    assert "何梅" not in page
    file = client.get(reverse("caregiver_level", args=["maple", short.pk])).content.decode()
    assert "服务年限于" in file


def test_certificate_and_form_name_person_level_and_number(in_maple):
    caregiver = ready(name="王秀兰")
    application, grant = granted(caregiver)
    application.refresh_from_db()
    texts = []
    for document in (application.form, grant.certificate):
        render(document_id=document.pk)
        document.refresh_from_db()
        with document.file.file.open() as file:
            reader = PdfReader(io.BytesIO(file.read()))
        texts.append("".join(page.extract_text() for page in reader.pages).replace(" ", "").replace("\n", ""))
        assert len(reader.pages) == 1
    form, certificate = texts
    for words in ("星级评定表", "王秀兰", application.number, "5次评价，平均3.00分", "6.2.1", "一星级居家养老服务员"):
        assert words in form
    for words in ("居家养老服务员星级证书", "王秀兰", "一星级居家养老服务员", grant.number):
        assert words in certificate


def test_demotion_is_told_objected_to_and_given_back_by_somebody_else(client, maple):
    member = make_member(maple, Role.CAREGIVER)
    manager, other = make_user(), make_user()
    with agency_context(maple):
        caregiver = ready(level=2, user=member.user)
        with pytest.raises(ValidationError, match="below"):
            actions.demote(caregiver=caregiver, by=manager, level=1, reason="x")
        LevelGrant.objects.create(
            caregiver=caregiver, kind="demotion", level=0, granted_on=ago(2), granted_by=manager, reason="多次迟到"
        )
    client.force_login(member.user)
    page = client.get("/me/level/").content.decode()
    assert "多次迟到" in page
    with agency_context(maple):
        grant = LevelGrant.objects.get(kind="demotion")
    assert client.post(f"/me/level/grants/{grant.pk}/appeal/", {"text": "都提前请过假"}).status_code == 302
    with agency_context(maple):
        appeal = caregiver.level_appeals.get()
        with pytest.raises(ValidationError, match="does not decide"):
            actions.decide_appeal(appeal=appeal, by=manager, is_upheld=True, decision="x")
        actions.decide_appeal(appeal=appeal, by=other, is_upheld=True, decision="查有请假记录")
        assert levels_held([caregiver.pk], TODAY()).level[caregiver.pk] == 1
        assert levels_held([caregiver.pk], TODAY()).since[caregiver.pk] == ago(800)
        assert with_level(Caregiver.objects.filter(pk=caregiver.pk), ago(1)).get().level == 0
        assert Notice.objects.filter(user=member.user, title__contains="upheld").exists()
        with pytest.raises(ValidationError, match="decided before"):
            actions.decide_appeal(appeal=appeal, by=other, is_upheld=False, decision="x")


def test_nobody_objects_to_what_is_not_theirs(client, maple):
    member = make_member(maple, Role.CAREGIVER)
    with agency_context(maple):
        make_one(Caregiver, user=member.user)
        grant = make_one(LevelGrant, kind="demotion", reason="x", level=0)
    client.force_login(member.user)
    assert client.post(f"/me/level/grants/{grant.pk}/appeal/", {"text": "x"}).status_code == 404


def test_level_at_entry_is_granted_once_and_a_star_needs_its_proof(in_maple):
    caregiver, by = make_one(Caregiver), make_user()
    with pytest.raises(ValidationError, match="what proves"):
        grant_level(caregiver=caregiver, by=by, level=2, granted_on=TODAY())
    for grade, verified_on in ((5, ago(2)), (4, None)):  # one too low, one nobody has sighted
        make_one(Credential, caregiver=caregiver, kind="elderly_care", grade=grade, issued_on=ago(9), verified_on=verified_on, verified_by=by if verified_on else None)  # fmt: skip
        with pytest.raises(ValidationError, match="certificate that fits"):
            grant_level(caregiver=caregiver, by=by, level=2, granted_on=TODAY(), reason="自述")
    with pytest.raises(ValidationError, match="in the future"):
        grant_level(caregiver=caregiver, by=by, level=0, granted_on=ago(-1))
    grant_level(caregiver=caregiver, by=by, level=0, granted_on=ago(3))
    with pytest.raises(ValidationError, match="applied for"):
        grant_level(caregiver=caregiver, by=by, level=1, granted_on=TODAY(), reason="x")


def test_star_at_entry_rests_on_a_sighted_certificate_of_its_grade_and_shows_when_that_proves_false(in_maple):
    caregiver, by = make_one(Caregiver, state="active", posted_on=ago(5)), make_user()
    paper = make_one(
        Credential, caregiver=caregiver, kind="elderly_care", grade=4, issued_on=ago(9), verified_on=ago(2),
        verified_by=by,
    )  # fmt: skip
    grant = grant_level(caregiver=caregiver, by=by, level=2, granted_on=TODAY(), reason="证书已核验")
    assert (grant.level, grant.evidence) == (2, {"credentials": [paper.pk]})
    invalidate_credential(credential=paper, by=by, invalid_from=TODAY(), invalid_reason="伪造")
    assert LevelStanding.objects.get().lost == ["credentials"]


@pytest.mark.parametrize(("granted_on", "refused"), [(dt.date(1999, 1, 1), True), (ago(11), True), (ago(10), False)])
def test_level_at_entry_is_held_from_the_first_day_on(in_maple, granted_on, refused):
    caregiver = make_one(Caregiver, hired_on=ago(10))
    if not refused:
        assert grant_level(caregiver=caregiver, by=make_user(), level=0, granted_on=granted_on).level == 0
        return
    with pytest.raises(ValidationError) as refusal:
        grant_level(caregiver=caregiver, by=make_user(), level=2, granted_on=granted_on)
    assert refusal.value.message_dict.keys() == {"level", "reason", "granted_on"}


def test_an_agency_may_ask_for_every_skill_before_a_promotion(client, maple, in_maple):
    caregiver, by = ready(), make_user()
    assert stage_of(check_promotion(level_facts([caregiver], TODAY())[caregiver.pk])) == "eligible"
    set_rule(rule="masters_skills", mode="forbid", reason="总公司要求", by=by)
    assert LevelStanding.objects.get().missing == ["skills"]
    client.force_login(make_member(maple).user)
    page = client.get(f"/maple/caregivers/{caregiver.pk}/level/")
    asked = [skill.code for skill in skills_on(TODAY()) if skill.level <= 1]
    row = next(row for row in page.context["conditions"] if row["clause"] == "6.2.2")
    assert (row["is"], row["asked"], row["is_met"]) == ("0", f"须全部 {len(asked)} 项经考核并掌握", False)
    with pytest.raises(ValidationError, match="skills up to this level"):
        actions.apply_for_level(caregiver=caregiver, by=by, level=1, scores=SCORES)
    record_checks(caregiver=caregiver, by=by, checked_on=TODAY(), results=dict.fromkeys(asked, (True, "")))
    actions.apply_for_level(caregiver=caregiver, by=by, level=1, scores=SCORES)


def test_board_follows_certificate_evaluation_and_rating_at_once(in_maple):
    caregiver, by = ready(), make_user()
    strike(Credential.objects.all())
    make_one(Evaluation, caregiver=caregiver, number="KP-9", result="not_fit", evaluated_on=ago(5), scores={})
    QualityRecord.objects.latest("pk").delete()
    actions.refresh_standing(caregiver)

    def missing():
        return set(LevelStanding.objects.get().missing)

    assert missing() == {"certificate", "not_fit", "few_ratings"}
    add_credential(
        by=by, caregiver=caregiver, kind="elderly_care", grade=5, number="1", issuer="x", issued_on=ago(1),
        original_sighted=True,
    )  # fmt: skip
    assert missing() == {"not_fit", "few_ratings"}
    evaluate(caregiver=caregiver, by=by, starts_on=caregiver.hired_on, ends_on=TODAY(), scores=SCORES, result="fit")
    assert missing() == {"few_ratings"}
    keep_facts([Fact(caregiver.pk, "rating", "survey", 999_999, 4, TODAY())])
    assert missing() == set()
    invalidate_credential(credential=Credential.objects.get(), by=by, invalid_from=TODAY(), invalid_reason="伪造")
    assert missing() == {"certificate"}


@pytest.mark.parametrize(("days", "route"), [(400, "direct"), (800, "ladder")])
def test_the_way_that_was_used_is_what_is_written_down(in_maple, days, route):
    """A college graduate at two stars, for so many days, with 700 days in home care."""
    caregiver = ready(3, education="college", held_days=days)
    application = actions.apply_for_level(
        caregiver=caregiver, by=make_user(), level=3, scores={line.code: 4 for line in FORM}
    )
    assert (application.route, application.evidence["served_from"]) == (route, ago(700).isoformat())


def test_page_shows_each_condition_with_what_is_there_and_what_is_asked(client, maple, in_maple):
    caregiver = ready(1)
    QualityRecord.objects.filter(caregiver=caregiver).first().delete()
    client.force_login(make_member(maple).user)
    page = client.get(f"/maple/caregivers/{caregiver.pk}/level/")
    rows = {row["what"]: (row["is"], row["asked"], row["is_met"]) for row in page.context["conditions"]}
    assert rows["客户评价"] == ("3.00 (4)", "平均 3.00 分以上，不少于 5 条", False)
    assert rows["等级考试"] == ("合格", "合格", True)
    assert rows["养老护理员证书"][2] is True
    for words in ("<th>要求</th>", "未达到"):
        assert words in page.content.decode()
    assert page.context["skills"]["known"] == 0
    assert f"/maple/caregivers/{caregiver.pk}/skills/" in page.content.decode()


def test_weak_lines_are_named_in_the_readers_language(in_maple):
    scores = {line.code: 4 for line in FORM} | {"living_care": 2}
    with translation.override("zh-hans"), pytest.raises(ValidationError, match="生活照料技能"):
        actions.apply_for_level(caregiver=ready(1), by=make_user(), level=1, scores=scores)


def test_the_board_stands_by_stage_then_by_the_day_then_by_who_came_first(in_maple):
    days = [dt.date(2026, 3, 1), dt.date(2026, 1, 1), dt.date(2026, 1, 1)]
    stages = [("top", None), ("lacking", 1), ("waiting", 1), ("eligible", 1)]
    rows = {
        (stage, place): make_one(LevelStanding, stage=stage, next_level=next_level, eligible_on=day)
        for stage, next_level in stages
        for place, day in enumerate(days)
    }
    wanted = [rows[stage, place] for stage in ("eligible", "waiting", "lacking", "top") for place in (1, 2, 0)]
    assert list(promotions()) == wanted
