"""On-boarding in the database: recorded in order, posted with the last step, withdrawn, left, listed."""

import datetime as dt
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from agencies.exports import workbook
from agencies.models import AgencySettings, Role, StoredFile, User
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord, Document
from caregivers.actions import credentials, files, onboarding, posting
from caregivers.models import (
    Caregiver,
    Credential,
    ExamResult,
    LevelGrant,
    OnboardingStep,
    PostingCertificate,
    RuleSetting,
)
from caregivers.queries.onboarding import facts_for, in_onboarding, onboarding_facts
from caregivers.standard.onboarding import missing_by_step
from tests.caregivers import people
from tests.factories import make_member, make_one
from tests.past_the_rules import rewrite
from tests.test_lists import queries_of


@pytest.fixture
def newcomer(in_maple, manager, course):
    return people.open_file(manager)


def today():
    return timezone.localdate()


def lacking(caregiver):
    return {step: [one.code for one in found] for step, found in missing_by_step(facts_for(caregiver)).items()}


def test_a_new_file_lacks_every_step_but_what_the_form_said(newcomer):
    assert lacking(newcomer) == {
        "registration": ["not_registered"],
        "papers": ["no_identity_card", "no_certificate"],
        "background": ["no_background"],
        "health": ["no_health"],
        "interview": ["no_interview"],
        "training": ["untrained"],
        "exam": ["theory_open", "practice_open"],
        "rule": ["not_acknowledged"],
        "contract": ["no_contract", "no_cover"],
        "posting": ["no_certificate_of_posting"],
    }


def test_a_later_step_is_refused_with_all_that_stands_before_it(newcomer, manager):
    with pytest.raises(ValidationError) as refusal:
        onboarding.record_contract(caregiver=newcomer, by=manager, done_on=today(), nothing_withheld=False)
    problems = refusal.value.message_dict
    assert problems.keys() == {"__all__", "nothing_withheld", "note"}
    assert [text.rpartition(" (")[0] for text in problems["__all__"]] == [
        "The registration with the privacy notice is missing.",
        "No valid identity card on file.",
        "No valid domestic-service or elderly-care certificate on file.",
        "The background declaration is missing.",
        "No health certificate on file.",
        "The interview is still to come.",
        "Training before posting not attended yet: 岗前培训.",
        "Theory not passed yet: 岗前培训.",
        "Practice not passed yet: 岗前培训.",
        "Has not had the supervision rule explained.",
    ]
    assert not OnboardingStep.objects.exists()


def test_nothing_is_registered_without_the_privacy_notice(newcomer, manager):
    with pytest.raises(ValidationError) as refusal:
        onboarding.record_registration(
            caregiver=newcomer, by=manager, done_on=today() + dt.timedelta(days=1), is_informed=False
        )
    assert refusal.value.message_dict.keys() == {"is_informed", "done_on"}
    onboarding.record_registration(caregiver=newcomer, by=manager, done_on=today(), is_informed=True)
    with pytest.raises(ValidationError, match="done already"):
        onboarding.record_registration(caregiver=newcomer, by=manager, done_on=today(), is_informed=True)


@pytest.mark.parametrize(("score", "passes"), [(59, False), (60, True), (61, True)])
def test_an_interview_below_the_mark_is_kept_and_another_one_follows(newcomer, manager, score, passes):
    onboarding.record_registration(caregiver=newcomer, by=manager, done_on=today(), is_informed=True)
    people.add_papers(newcomer, manager)
    onboarding.record_interview(caregiver=newcomer, by=manager, done_on=today(), score=score)
    assert lacking(newcomer).get("interview") == (None if passes else ["interview_low"])
    if not passes:
        onboarding.record_interview(caregiver=newcomer, by=manager, done_on=today(), score=88)
        assert [row.score for row in newcomer.onboarding_steps.filter(step="interview")] == [59, 88]
        assert "interview" not in lacking(newcomer)


def test_the_mark_of_the_interview_is_the_agencys(newcomer, manager):
    AgencySettings.objects.update(interview_mark=80)
    onboarding.record_registration(caregiver=newcomer, by=manager, done_on=today(), is_informed=True)
    people.add_papers(newcomer, manager)
    row = onboarding.record_interview(caregiver=newcomer, by=manager, done_on=today(), score=79)
    assert not row.is_passed
    AgencySettings.objects.update(interview_mark=60)
    assert lacking(newcomer)["interview"] == ["interview_low"]  # judged by the mark of its day


@pytest.mark.parametrize("score", [-1, 101])
def test_a_score_is_of_a_hundred(newcomer, manager, score):
    with pytest.raises(ValidationError) as refusal:
        onboarding.record_interview(caregiver=newcomer, by=manager, done_on=today(), score=score)
    assert "score" in refusal.value.message_dict


def test_only_sighted_papers_count_and_only_while_they_hold(newcomer, manager):
    people.add_papers(newcomer, manager, kinds=["health"], original_sighted=False)
    assert lacking(newcomer)["health"] == ["no_health"]
    credentials.verify_credential(credential=Credential.objects.get(), by=manager)
    assert "health" not in lacking(newcomer)
    Credential.objects.update(invalid_from=today(), invalid_reason="forged")
    assert lacking(newcomer)["health"] == ["health_expired"]
    rewrite(Credential.objects.all(), invalid_from=today() + dt.timedelta(days=1))
    assert "health" not in lacking(newcomer)


def test_insurance_is_asked_unless_the_agency_does_not_ask_for_it_at_all(newcomer):
    assert lacking(newcomer)["contract"] == ["no_contract", "no_cover"]
    setting = make_one(RuleSetting, rule="is_insured", mode="warn", reason="x")
    assert lacking(newcomer)["contract"] == ["no_contract", "no_cover"]
    RuleSetting.objects.filter(pk=setting.pk).update(mode="silent")
    assert lacking(newcomer)["contract"] == ["no_contract"]


def test_a_rule_the_agency_only_warns_of_stops_no_step(newcomer):
    make_one(RuleSetting, rule="has_background", mode="warn", reason="x")
    assert "background" not in lacking(newcomer)


def test_every_course_offered_has_to_be_attended_and_passed(newcomer, manager, course):
    second = people.open_course("老年护理基础")
    people.train(newcomer, course, manager)
    people.train(newcomer, second, manager, parts=["theory"])
    assert "training" not in lacking(newcomer)
    assert lacking(newcomer)["exam"] == ["practice_open"]
    second.is_active = False
    second.save()
    assert "exam" not in lacking(newcomer)
    theory = ExamResult.objects.filter(part="theory", course=course)
    theory.update(annulled_on=today(), annulled_by=manager, annulled_reason="cheated")
    assert lacking(newcomer)["exam"] == ["theory_open"]


def test_the_last_step_is_refused_with_everything_that_is_missing(newcomer, manager):
    with pytest.raises(ValidationError) as refusal:
        posting.post_caregiver(caregiver=newcomer, by=manager)
    assert len(refusal.value.messages) == 12
    assert not PostingCertificate.objects.exists()
    assert Caregiver.objects.get(pk=newcomer.pk).state == "onboarding"


def test_the_last_step_grants_the_level_issues_the_certificate_and_opens_the_way(newcomer, manager, course):
    people.reach_the_last_step(newcomer, manager, course)
    assert posting.missing_for_posting(newcomer) == []
    certificate = posting.post_caregiver(caregiver=newcomer, by=manager)
    assert certificate.number == f"SG-{today().year}-0001"
    assert (certificate.issued_on, certificate.issued_by) == (today(), manager)
    assert certificate.document.kind == Document.Kind.POSTING_CERTIFICATE
    newcomer.refresh_from_db()
    assert (newcomer.state, newcomer.posted_on) == ("active", today())
    assert list(newcomer.level_grants.values_list("level", "granted_on")) == [(0, today())]
    assert lacking(newcomer) == {}
    with pytest.raises(ValidationError, match="changed meanwhile"):
        posting.post_caregiver(caregiver=newcomer, by=manager)
    assert PostingCertificate.objects.count() == 1
    assert LevelGrant.objects.count() == 1


def test_a_level_proved_at_entry_is_kept(newcomer, manager, course):
    people.add_papers(newcomer, manager, kinds=["elderly_care"], grade=4, number="YL-4", issued_on=today())
    files.grant_level(caregiver=newcomer, by=manager, level=2, granted_on=today(), reason="证书已核验")
    people.reach_the_last_step(newcomer, manager, course)
    posting.post_caregiver(caregiver=newcomer, by=manager)
    assert list(newcomer.level_grants.values_list("level", flat=True)) == [2]


def test_steps_are_closed_once_on_boarding_is_over(in_maple, manager, course):
    caregiver = people.posted(manager)
    with pytest.raises(ValidationError, match="On-boarding is over"):
        onboarding.record_interview(caregiver=caregiver, by=manager, done_on=today(), score=70)
    with pytest.raises(ValidationError, match="Nothing is missing"):
        onboarding.give_missing_notice(caregiver=caregiver, by=manager)


def test_steps_on_record_are_never_changed(newcomer, manager):
    onboarding.record_registration(caregiver=newcomer, by=manager, done_on=today(), is_informed=True)
    with pytest.raises(Error, match="insert-only"), transaction.atomic():
        OnboardingStep.objects.update(is_passed=False)


def test_a_withdrawn_certificate_suspends_and_coming_back_brings_a_new_one(client, in_maple, maple, manager, course):
    caregiver = people.posted(manager)
    certificate = caregiver.posting_certificates.get()
    posting.revoke_certificate(certificate=certificate, by=manager, reason="多次投诉属实")
    caregiver.refresh_from_db()
    assert caregiver.state == "suspended"
    assert (certificate.revoked_on, certificate.revoked_reason) == (today(), "多次投诉属实")
    with pytest.raises(ValidationError, match="withdrawn before"):
        posting.revoke_certificate(certificate=certificate, by=manager, reason="again")
    posting.reinstate_caregiver(caregiver=caregiver, by=manager)
    year = today().year
    numbers = list(caregiver.posting_certificates.order_by("number").values_list("number", flat=True))
    assert numbers == [f"SG-{year}-0001", f"SG-{year}-0002"]
    assert Caregiver.objects.get(pk=caregiver.pk).state == "active"


def test_who_comes_back_needs_papers_and_keeps_the_certificate_in_force(in_maple, manager, course):
    caregiver = people.posted(manager)
    posting.suspend_caregiver(caregiver=caregiver, by=manager)
    rewrite(Credential.objects.filter(kind="health"), expires_on=today() - dt.timedelta(days=1))
    with pytest.raises(ValidationError, match="health certificate is good until"):
        posting.reinstate_caregiver(caregiver=caregiver, by=manager)
    rewrite(Credential.objects.filter(kind="health"), expires_on=today())
    people.open_course("后来开的课")  # on-boarding is gone through once
    posting.reinstate_caregiver(caregiver=caregiver, by=manager)
    assert caregiver.posting_certificates.count() == 1


def test_who_leaves_loses_the_certificate_and_is_filed_with_the_clock_of_that_day(in_maple, manager, course):
    caregiver = people.open_file(manager)
    people.reach_the_last_step(caregiver, manager, course)
    people.add_papers(caregiver, manager, kinds=["education"], scan=people.photo())
    posting.post_caregiver(caregiver=caregiver, by=manager)
    posting.dismiss_caregiver(caregiver=caregiver, by=manager, left_on=today(), left_reason="本人辞职")
    assert caregiver.posting_certificates.get().revoked_on == today()
    record = ArchiveRecord.objects.get(source="caregiver", source_id=caregiver.pk)
    assert (record.archive_class, record.clock_started_on) == ("contracts", today())
    scan = caregiver.credentials.get(kind="education").scan_id
    assert list(record.items.values_list("file", flat=True)) == [scan]


def test_the_notice_is_asked_for_by_the_office_and_kept(newcomer, manager):
    document = onboarding.give_missing_notice(caregiver=newcomer, by=manager)
    assert (document.kind, document.subject_id, document.state) == ("missing_notice", newcomer.pk, "queued")


# Pages


@pytest.fixture
def office(client, maple):
    user = make_member(maple).user
    User.objects.filter(pk=user.pk).update(language="en")
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(name, args=["maple", *args])


def test_page_shows_who_did_what_when_and_what_is_missing(office, newcomer, manager):
    onboarding.record_registration(caregiver=newcomer, by=manager, done_on=today(), is_informed=True, note="现场报名")
    page = office.get(url("onboarding_page", newcomer.pk))
    lines = page.context["lines"]
    assert [line["stage"] for line in lines] == ["done", "now", *["open"] * 8]
    assert [(one.text, one.on, one.by) for one in lines[0]["evidence"]] == [("现场报名", today(), manager.name)]
    text = page.content.decode()
    assert "Derived" in text
    assert "No health certificate on file." in text
    assert url("onboarding_record", newcomer.pk, "interview") not in text  # not before the steps above it
    assert f"{url('credential_new', newcomer.pk)}?from=onboarding&amp;kind=health" in text
    assert f"{url('training_join', newcomer.pk)}?from=onboarding" in text
    assert "11 Meeting the client" in text
    assert "Placements: steps 11 and 12" in text
    assert "Follow-up: step 13" in text


def test_recording_through_the_page(office, newcomer):
    address = url("onboarding_record", newcomer.pk, "registration")
    assert office.get(address).status_code == 200
    refused = office.post(address, {"done_on": today().isoformat()})
    assert "is_informed" in refused.context["form"].errors
    assert office.post(address, {"done_on": today().isoformat(), "is_informed": "on"}).status_code == 302
    assert newcomer.onboarding_steps.count() == 1
    early = office.post(url("onboarding_record", newcomer.pk, "interview"), {"done_on": today(), "score": 70})
    assert "No health certificate on file." in str(early.context["form"].errors)
    assert office.get(url("onboarding_record", newcomer.pk, "papers")).status_code == 404


@pytest.mark.parametrize(
    ("role", "record", "post"),
    [
        (Role.MANAGER, 302, 302),
        (Role.COORDINATOR, 302, 403),
        (Role.QUALITY_OFFICER, 403, 403),
        (Role.ARCHIVIST, 403, 403),
        (Role.CAREGIVER, 403, 403),
    ],
)
def test_who_may_record_and_who_may_post(client, maple, newcomer, role, record, post):
    client.force_login(make_member(maple, role).user)
    data = {"done_on": today().isoformat(), "is_informed": "on"}
    assert client.post(url("onboarding_record", newcomer.pk, "registration"), data).status_code == record
    assert client.post(url("caregiver_post", newcomer.pk)).status_code == post


def test_last_step_shows_its_effects_before_it_is_taken(office, newcomer, manager, course):
    people.reach_the_last_step(newcomer, manager, course)
    page = office.get(url("caregiver_post", newcomer.pk)).content.decode()
    assert "Level at entry: Ordinary." in page
    assert Caregiver.objects.get(pk=newcomer.pk).state == "onboarding"
    office.post(url("caregiver_post", newcomer.pk))
    assert Caregiver.objects.get(pk=newcomer.pk).state == "active"
    certificate = PostingCertificate.objects.get()
    office.post(url("certificate_revoke", certificate.pk), {"reason": ""})
    assert PostingCertificate.objects.get().revoked_on is None
    office.post(url("certificate_revoke", certificate.pk), {"reason": "证件遗失"})
    assert PostingCertificate.objects.get().revoked_reason == "证件遗失"
    office.post(url("caregiver_reinstate", newcomer.pk))
    assert Caregiver.objects.get(pk=newcomer.pk).state == "active"


def test_a_withdrawn_certificate_says_so_to_whoever_verifies_it(client, maple, in_maple, manager, course):
    certificate = people.posted(manager).posting_certificates.get()
    Document.objects.update(state="ready", file=make_one(StoredFile))
    address = reverse("public:verify", args=["maple", certificate.document.verify_code])
    assert "This paper was made by this agency" in client.get(address).content.decode()
    posting.revoke_certificate(certificate=certificate, by=manager, reason="遗失")
    page = client.get(address).content.decode()
    assert f"It was withdrawn on {today()}." in page
    assert "遗失" not in page


def test_list_names_steps_left_and_costs_the_same_for_fifty(office, maple, in_maple, manager, course):
    half = people.open_file(manager)
    onboarding.record_registration(caregiver=half, by=manager, done_on=today(), is_informed=True)
    people.add_papers(half, manager)
    office.get(url("onboarding_list"))
    count, page = queries_of(office, url("onboarding_list"))
    assert count == 5
    [row] = page.context["object_list"]
    assert (row.done_count, row.remaining[0], len(row.remaining)) == (4, "Interview", 6)
    for _row in range(49):
        make_one(Caregiver)
    count, page = queries_of(office, url("onboarding_list"))
    assert (count, len(page.context["object_list"])) == (5, 50)


def test_list_is_exported_with_the_steps_left(in_maple, manager, course):
    people.open_file(manager)
    content, count = workbook("onboarding", "")
    rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
    assert count == 1
    assert rows[1][:2] == ("0001", "王秀兰")
    assert rows[1][3] == 10


def test_facts_of_many_come_in_one_query(in_maple, manager, course, django_assert_num_queries):
    for _row in range(5):
        make_one(Caregiver)
    with django_assert_num_queries(1):
        found = [missing_by_step(onboarding_facts(row)) for row in in_onboarding()]
    assert len(found) == 5


def test_another_agencys_courses_and_marks_do_not_count(maple, birch):
    with agency_context(birch):
        people.open_course("别家的课")
        AgencySettings.objects.update(interview_mark=99)
    with agency_context(maple):
        caregiver = people.open_file(make_member(maple).user)
        facts = facts_for(caregiver)
    assert (facts.trainings, facts.interview_mark) == ((), 60)
