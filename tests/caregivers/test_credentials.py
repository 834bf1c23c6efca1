"""Papers from the first photo to the last warning, and how strictly rules are kept."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.models import AccessLog, Notice, Role
from agencies.tenancy import agency_context
from caregivers.actions import credentials as actions
from caregivers.models import (
    Caregiver,
    Credential,
    CredentialWarning,
    RuleSetting,
    StaffFile,
    SupervisionAcknowledgement,
)
from caregivers.queries.credentials import listed_credentials, staff_facts
from caregivers.queries.files import agency_limits, facts_of, with_next_expiry
from caregivers.standard.eligibility import check_assignment
from caregivers.standard.staff import check_staff
from caregivers.tasks import credential_warnings
from caregivers.views.credentials import shown_credentials
from tests.factories import make_member, make_one, make_user

ISSUED = dt.date(2026, 1, 5)


def paper(caregiver, kind="health", **values):
    values = {"issued_on": ISSUED, "verified_on": ISSUED, "verified_by": make_user(), **values}
    return make_one(Credential, caregiver=caregiver, kind=kind, **values)


def codes(caregiver):
    now = timezone.now()
    facts = facts_of([caregiver], start=now, end=now + dt.timedelta(hours=1), work_form="hourly", level_needed=0)
    findings = check_assignment(facts[caregiver.pk], agency_limits(timezone.localdate()))
    return {(finding.code, finding.severity) for finding in findings}


def test_facts_of_one_and_of_many_are_one_read_and_know_a_rule_acknowledged_from_its_day_on(
    in_maple, django_assert_num_queries
):
    people = [make_one(Caregiver) for _place in range(3)]
    for person in people:
        make_one(SupervisionAcknowledgement, caregiver=person, acknowledged_on=ISSUED)
    for asked in (people[:1], people):
        for day, is_known in [(ISSUED - dt.timedelta(days=1), False), (ISSUED, True)]:
            start = dt.datetime.combine(day, dt.time(9), dt.timezone(dt.timedelta(hours=8)))
            with django_assert_num_queries(1):
                found = facts_of(asked, start=start, end=start, work_form="hourly", level_needed=0)
            assert {pk: one.acknowledged_rule for pk, one in found.items()} == {one.pk: is_known for one in asked}


def test_paper_counts_once_it_was_sighted_and_no_more_once_it_proved_false(in_maple):
    caregiver, by = make_one(Caregiver), make_user()
    credential = paper(caregiver, verified_on=None, verified_by=None)
    assert ("no_health", "forbid") in codes(caregiver)
    actions.verify_credential(credential=credential, by=by)
    assert ("no_health", "forbid") not in codes(caregiver)
    today = timezone.localdate()
    actions.invalidate_credential(credential=credential, by=by, invalid_from=today, invalid_reason="伪造")
    assert {code for code, _severity in codes(caregiver)} & {"no_health", "health_expired"}
    with pytest.raises(ValidationError, match="no more already"):
        actions.invalidate_credential(credential=credential, by=by, invalid_from=today, invalid_reason="x")


def test_every_step_of_a_paper_stands_in_its_history(in_maple):
    by, today = make_user(), timezone.localdate()
    credential, other = (paper(make_one(Caregiver), verified_on=None, verified_by=None) for _one in range(2))
    actions.verify_credential(credential=credential, by=by)
    actions.invalidate_credential(credential=credential, by=by, invalid_from=today, invalid_reason="伪造")
    past = credential.history.order_by("history_id").values_list("verified_on", "invalid_from")
    assert list(past) == [(None, None), (today, None), (today, today)]
    actions.decline_credential(credential=other, by=by, reason="看不清")
    assert [row.declined_reason for row in other.history.order_by("history_id")] == ["", "看不清"]


def test_photo_from_the_phone_waits_and_is_sent_back_with_the_reason(in_maple):
    caregiver = make_one(Caregiver)
    manager = make_member(in_maple).user
    data = {"kind": "health", "issuer": "疾控中心", "issued_on": ISSUED}
    credential = actions.submit_credential(caregiver=caregiver, by=make_user(), scan=None, **data)
    assert Notice.objects.filter(user=manager).count() == 1
    actions.decline_credential(credential=credential, by=manager, reason="看不清")
    assert Notice.objects.get(user=credential.submitted_by).body == "看不清"
    with pytest.raises(ValidationError, match="sent back, before"):
        actions.verify_credential(credential=credential, by=manager)
    assert list(listed_credentials()) == []


def test_both_wrong_days_of_a_paper_are_named_at_once(in_maple):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(ValidationError) as refusal:
        actions.add_credential(
            caregiver=make_one(Caregiver), by=make_user(), kind="health", issuer="x", issued_on=tomorrow,
            expires_on=ISSUED,
        )  # fmt: skip
    assert set(refusal.value.message_dict) == {"issued_on", "expires_on"}


@pytest.mark.parametrize(
    ("left", "step"), [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-5, 0), (-31, None)]
)
def test_ending_is_said_at_its_step(maple, left, step):
    today = timezone.localdate()
    with agency_context(maple):
        paper(make_one(Caregiver), expires_on=today + dt.timedelta(days=left), issued_on=today - dt.timedelta(days=365))
    credential_warnings(agency_id=maple.pk)
    credential_warnings(agency_id=maple.pk)
    with agency_context(maple):
        assert list(CredentialWarning.objects.values_list("days", flat=True)) == ([] if step is None else [step])


def test_warning_reaches_manager_and_caregiver_once_and_stops_with_the_new_paper(maple):
    today = timezone.localdate()
    member = make_member(maple, Role.CAREGIVER)
    manager = make_member(maple).user
    with agency_context(maple):
        caregiver = make_one(Caregiver, user=member.user, name="王秀兰")
        paper(caregiver, expires_on=today + dt.timedelta(days=7))
        paper(caregiver, "insurance", expires_on=today + dt.timedelta(days=7))
        paper(caregiver, "insurance", issued_on=today, expires_on=today + dt.timedelta(days=300))
        paper(make_one(Caregiver, state="left", left_on=today), expires_on=today + dt.timedelta(days=7))
    credential_warnings(agency_id=maple.pk)
    with agency_context(maple):
        [told] = Notice.objects.filter(user=manager)
        assert "王秀兰" in told.title
        assert Notice.objects.filter(user=member.user).count() == 1


@pytest.mark.parametrize(
    ("newer", "is_renewed"),
    [
        ({}, True),
        ({"verified_on": None, "verified_by": None}, False),  # a photo nobody has compared with the original
        ({"verified_on": None, "verified_by": None, "declined_reason": "看不清"}, False),
        ({"invalid_from": dt.date(2026, 6, 2), "invalid_reason": "伪造"}, False),
    ],
)
def test_only_a_newer_paper_that_counts_takes_the_place_of_the_old_one(maple, newer, is_renewed):
    today = timezone.localdate()
    near, far = today + dt.timedelta(days=7), today + dt.timedelta(days=300)
    with agency_context(maple):
        caregiver = make_one(Caregiver)
        old = paper(caregiver, expires_on=near)
        paper(caregiver, **{"issued_on": dt.date(2026, 6, 1), "expires_on": far, **newer})
    credential_warnings(agency_id=maple.pk)
    with agency_context(maple):
        assert (old in listed_credentials()) is not is_renewed
        assert with_next_expiry(Caregiver.objects).get().next_expiry == (far if is_renewed else near)
        assert CredentialWarning.objects.filter(credential=old).exists() is not is_renewed


def test_rule_that_leaves_room_is_kept_as_the_agency_says_and_others_are_not(in_maple):
    caregiver, by = make_one(Caregiver), make_user()
    assert {("not_insured", "warn"), ("no_background", "forbid"), ("no_health", "forbid")} <= codes(caregiver)
    with pytest.raises(ValidationError, match="Say why"):
        actions.set_rule(rule="is_insured", mode="forbid", reason="", by=by)
    actions.set_rule(rule="is_insured", mode="forbid", reason="总公司要求", by=by)
    actions.set_rule(rule="has_background", mode="silent", reason="由派出所统一核查", by=by)
    found = codes(caregiver)
    assert ("not_insured", "forbid") in found
    assert "no_background" not in {code for code, _severity in found}
    RuleSetting.objects.create(rule="has_health_certificate", mode="silent", reason="x")
    assert ("no_health", "forbid") in codes(caregiver)


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"education": "college"}, []),
        ({"education": "senior_high"}, ["not_schooled"]),
        ({"education": "senior_high", "managing_since": dt.date(2023, 11, 24)}, ["not_schooled"]),
        ({"education": "senior_high", "managing_since": dt.date(2023, 11, 23)}, []),
        ({"education": "senior_high", "is_manager": False}, []),
        ({"education": "college", "knows_law_on": None}, ["not_instructed"]),
    ],
)
def test_managers_need_schooling_or_years(in_maple, values, missing):
    values = {"is_manager": True, "knows_law_on": ISSUED, **values}
    row = make_one(StaffFile, **values)
    make_one(
        Credential, caregiver=None, staff_file=row, kind="health", issued_on=ISSUED, verified_on=ISSUED,
        verified_by=make_user(),
    )  # fmt: skip
    assert [finding.code for finding in check_staff(staff_facts(row, dt.date(2026, 11, 23)))] == missing


def test_renewed_paper_is_not_shown_as_ended(client, maple):
    today = timezone.localdate()
    with agency_context(maple):
        caregiver = make_one(Caregiver)
        paper(caregiver, issued_on=today - dt.timedelta(days=400), expires_on=today - dt.timedelta(days=35))
        paper(caregiver, issued_on=today - dt.timedelta(days=35), expires_on=today + dt.timedelta(days=330))
    client.force_login(make_member(maple).user)
    page = client.get(reverse("caregiver_file", args=["maple", caregiver.pk])).content.decode()
    assert "已换新" in page
    assert "已过期" not in page


def test_former_papers_are_folded_but_one_sent_back_without_a_successor_is_not(in_maple):
    today = timezone.localdate()
    caregiver = make_one(Caregiver)
    old = paper(caregiver, issued_on=today - dt.timedelta(days=400), expires_on=today - dt.timedelta(days=35))
    blurred = paper(
        caregiver, issued_on=today - dt.timedelta(days=36), verified_on=None, verified_by=None, declined_reason="看不清"
    )
    in_use = paper(caregiver, issued_on=today - dt.timedelta(days=35), expires_on=today + dt.timedelta(days=330))
    card = paper(
        caregiver, kind="identity", issued_on=today, verified_on=None, verified_by=None, declined_reason="看不清"
    )
    shown = {row.pk: row.is_past for row in shown_credentials(caregiver.credentials)}
    assert shown == {old.pk: True, blurred.pk: True, in_use.pk: False, card.pk: False}
    assert list(shown.values()) == [False, False, True, True]


def test_emergency_contact_and_address_are_masked_and_shown_on_request(client, maple):
    with agency_context(maple):
        caregiver = make_one(
            Caregiver,
            emergency_contact="王建国",
            emergency_phone="13912345678",
            home_address="济南市历下区经十路1号2单元301",
        )
    client.force_login(make_member(maple).user)
    page = client.get(reverse("caregiver_file", args=["maple", caregiver.pk])).content.decode()
    assert "王建国 139****5678" in page
    assert "2单元301" not in page
    for field, value in (("emergency_phone", "13912345678"), ("home_address", "济南市历下区经十路1号2单元301")):
        shown = client.post(reverse("caregiver_reveal", args=["maple", caregiver.pk, field]))
        assert shown.context["value"] == value
    with agency_context(maple):
        assert set(AccessLog.objects.values_list("field", flat=True)) == {"emergency_phone", "home_address"}
    assert client.post(reverse("caregiver_reveal", args=["maple", caregiver.pk, "pinyin"])).status_code == 404
