"""A caregiver's file: what is refused, the phone account, leaving, the rule that was explained."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from agencies.models import AccessLog, Membership, User
from caregivers.actions import files, levels, posting, supplies
from caregivers.actions.badge import print_badge
from caregivers.actions.levels import refresh_standings
from caregivers.models import Caregiver, Credential, LevelGrant, ServiceDay, StaffFile, SupplyIssue
from caregivers.queries.credentials import listed_credentials
from tests.caregivers import people
from tests.factories import make_one
from tests.past_the_rules import rewrite

OTHER = "370102199003078827"
POSTED = {
    "active": {"posted_on": dt.date(2026, 1, 5)},
    "left": {"posted_on": dt.date(2026, 1, 5), "left_on": dt.date(2026, 5, 1)},
}


def today():
    return timezone.localdate()


def url(name, *args):
    return reverse(name, args=["maple", *args])


def test_number_phone_and_days_that_cannot_be_are_refused_at_once(in_maple, manager):
    people.open_file(manager)
    with pytest.raises(ValidationError) as refusal:
        people.open_file(manager, hired_on=people.ago(-61), declared_no_history_on=people.ago(-1))
    assert refusal.value.message_dict == {
        "identity_number": ["王秀兰 0001 has this identity number already; open that file."],
        "phone": ["王秀兰 0001 has this phone number already; everybody signs in with their own."],
        "hired_on": ["This day lies more than 60 days ahead."],
        "declared_no_history_on": ["This day lies in the future."],
    }
    assert Caregiver.objects.count() == 1
    people.open_file(manager, identity_number=OTHER, phone="13605310222", hired_on=people.ago(-60))


def test_a_phone_that_somebody_signs_in_with_opens_no_second_account(in_maple, manager):
    first = people.open_file(manager)
    password = files.open_account(caregiver=first, by=manager)
    assert User.objects.get(phone=first.phone).has_first_password
    assert len(password) == 8
    second = people.open_file(manager, identity_number=OTHER, phone="13605310222")
    Caregiver.objects.filter(pk=second.pk).update(phone=first.phone)
    second.refresh_from_db()
    with pytest.raises(ValidationError, match="王秀兰 0001 signs in with this phone number"):
        files.open_account(caregiver=second, by=manager)


def test_the_page_of_a_new_account_can_be_handed_over(client, in_maple, manager):
    caregiver = people.open_file(manager)
    client.force_login(manager)
    page = client.post(url("account_open", caregiver.pk)).content.decode()
    assert caregiver.phone in page
    assert "/me/" in page
    assert "登录页二维码" in page
    assert AccessLog.objects.filter(field="phone", user=manager).count() == 1
    assert client.post(url("account_open", caregiver.pk)).status_code == 302


def test_leaving_asks_why_and_shows_what_follows(client, in_maple, manager, course):
    caregiver = people.posted(manager)
    files.open_account(caregiver=caregiver, by=manager)
    client.force_login(manager)
    page = client.get(url("caregiver_dismiss", caregiver.pk)).content.decode()
    assert "作废" in page
    assert "停用本机构的手机账号" in page
    refused = client.post(url("caregiver_dismiss", caregiver.pk), {"left_on": today()})
    assert "left_reason" in refused.context["form"].errors
    client.post(url("caregiver_dismiss", caregiver.pk), {"left_on": today(), "left_reason": "本人辞职"})
    caregiver.refresh_from_db()
    assert (caregiver.state, caregiver.left_reason) == ("left", "本人辞职")
    assert not Membership.objects.get(user=caregiver.user).is_active


def test_who_comes_back_signs_in_with_the_same_phone_and_with_nothing_that_was_switched_off(in_maple, manager):
    earlier = people.open_file(manager)
    files.open_account(caregiver=earlier, by=manager)
    Membership.objects.filter(user=earlier.user).update(roles=["coordinator", "caregiver"], is_active=False)
    posting.dismiss_caregiver(caregiver=earlier, by=manager, left_on=today(), left_reason="本人辞职")
    again = people.open_file(manager)
    assert files.open_account(caregiver=again, by=manager) == ""
    membership = Membership.objects.get(user=earlier.user)
    assert (again.user, membership.roles, membership.is_active) == (earlier.user, ["caregiver"], True)


def test_nobody_leaves_before_a_visit_that_is_done(in_maple, manager):
    caregiver = people.open_file(manager, hired_on=today() - dt.timedelta(days=20))
    ServiceDay.objects.create(caregiver=caregiver, day=today() - dt.timedelta(days=3), minutes=120)
    leave = {"caregiver": caregiver, "by": manager, "left_reason": "本人辞职"}
    with pytest.raises(ValidationError, match="visit done on"):
        posting.dismiss_caregiver(**leave, left_on=today() - dt.timedelta(days=4))
    posting.dismiss_caregiver(**leave, left_on=today() - dt.timedelta(days=3))
    assert caregiver.state == "left"


def test_everything_wrong_with_a_new_file_is_named_in_one_round(client, in_maple, manager):
    known = people.open_file(manager)
    client.force_login(manager)
    far = today() + dt.timedelta(days=61)
    data = {"name": "", "identity_type": "resident", "identity_number": people.IDENTITY, "phone": known.phone, "sex": "male",
            "hired_on": far, "declared_no_history_on": far, "education": "junior_high", "employment": "full_time"}  # fmt: skip
    found = client.post(url("caregiver_new"), data).context["form"].errors
    wrong = {"name", "identity_number", "phone", "sex", "hired_on", "declared_no_history_on", "work_forms"}
    assert found.keys() == wrong


@pytest.mark.parametrize("days", [-1, 1])
def test_nobody_leaves_before_they_came_or_tomorrow(in_maple, manager, days):
    caregiver = people.open_file(manager)
    with pytest.raises(ValidationError, match="left_on"):
        posting.dismiss_caregiver(
            caregiver=caregiver, by=manager, left_on=today() + dt.timedelta(days=days), left_reason="未录用"
        )


def test_rule_that_was_explained_keeps_the_signed_page(client, in_maple, manager):
    caregiver = people.open_file(manager)
    client.force_login(manager)
    page = client.get(f"{url('rule_acknowledge', caregiver.pk)}?from=onboarding").content.decode()
    assert "本人已听取以上制度的讲解并同意遵守" in page
    refused = client.post(url("rule_acknowledge", caregiver.pk), {"acknowledged_on": today()})
    assert "scan" in refused.context["form"].errors
    row = files.acknowledge_rule(caregiver=caregiver, by=manager, acknowledged_on=today(), scan=people.photo())
    assert row.paper.kind == "signed_paper"
    assert url("file_view", row.paper_id) in client.get(url("caregiver_file", caregiver.pk)).content.decode()


@pytest.mark.parametrize(
    ("kind", "fields", "wrong"),
    [
        ("health", {}, {"expires_on"}),
        ("insurance", {}, {"expires_on"}),
        ("identity_card", {}, set()),
        ("domestic_service", {"grade": "5"}, {"number"}),
        ("domestic_service", {"grade": "5", "number": "JZ-1"}, set()),
    ],
)
def test_what_a_paper_needs_follows_from_its_kind(client, in_maple, manager, kind, fields, wrong):
    caregiver = people.open_file(manager)
    client.force_login(manager)
    address = f"{url('credential_new', caregiver.pk)}?from=onboarding&kind={kind}"
    assert client.get(address).context["form"].initial == {"kind": kind}
    answer = client.post(address, {"kind": kind, "issuer": "济南市", "issued_on": people.ago(10), **fields})
    if wrong:
        assert set(answer.context["form"].errors) == wrong
    else:
        assert answer.url == url("onboarding_page", caregiver.pk)


def test_a_paper_counts_until_its_successor_was_sighted(in_maple, manager):
    caregiver = people.open_file(manager)
    old = make_one(
        Credential,
        caregiver=caregiver,
        kind="health",
        issued_on=people.ago(300),
        verified_on=people.ago(299),
        verified_by=manager,
    )
    new = make_one(Credential, caregiver=caregiver, kind="health", issued_on=people.ago(3))
    assert set(listed_credentials()) == {old, new}
    rewrite(Credential.objects.filter(pk=new.pk), verified_on=today(), verified_by=manager)
    assert list(listed_credentials()) == [new]


def test_supplies_are_handed_to_several_at_once_or_to_nobody(client, in_maple, manager):
    staff = [
        make_one(Caregiver, number=f"000{n}", state=state, **POSTED[state])
        for n, state in enumerate(("active", "active", "left"), 1)
    ]
    client.force_login(manager)
    given = {"item": "gloves", "quantity": "2", "issued_on": today()}
    assert "caregivers" in client.post(url("supplies_new"), given).context["form"].errors
    assert "0009" in client.post(url("supplies_new"), {**given, "caregivers": "1, 9"}).content.decode()
    client.post(url("supplies_new"), {**given, "caregivers": "1 3"})
    assert not SupplyIssue.objects.exists()
    client.post(url("supplies_new"), {**given, "everybody": "on"})
    assert sorted(row.caregiver.number for row in SupplyIssue.objects.all()) == ["0001", "0002"]
    with pytest.raises(ValidationError, match="has left"):
        supplies.issue_supplies(caregivers=staff, by=manager, item="gloves", quantity=1, issued_on=today())


def test_an_absence_is_noted_from_the_list(client, in_maple, manager):
    caregiver = make_one(Caregiver, number="0007", state="active", posted_on=today())
    client.force_login(manager)
    given = {"kind": "leave", "starts_at": f"{today()}T08:00", "ends_at": f"{today()}T18:00"}
    assert "people" in client.post(url("absence_add"), {**given, "people": "7 8"}).context["form"].errors
    client.post(url("absence_add"), {**given, "people": "7"})
    assert caregiver.absences.count() == 1


def test_accounts_without_a_staff_file_are_named(client, in_maple, manager):
    client.force_login(manager)
    assert [row.user for row in client.get(url("staff_file_list")).context["without"]] == [manager]
    make_one(StaffFile, user=manager)
    assert client.get(url("staff_file_list")).context["without"] == []


def test_a_rule_is_changed_on_its_own_page_with_what_holds_chosen(client, in_maple, manager):
    client.force_login(manager)
    page = url("rule_setting", "is_insured")
    assert client.get(page).context["form"].initial == {"mode": "warn"}
    assert "reason" in client.post(page, {"mode": "forbid"}).context["form"].errors
    client.post(page, {"mode": "forbid", "reason": "保险公司要求"})
    text = client.get(url("rule_settings")).content.decode()
    assert "保险公司要求" in text
    assert manager.name in text
    assert client.get(page).context["form"].initial == {"mode": "forbid"}
    assert client.get(url("rule_setting", "is_posted")).status_code == 404


def test_own_badge_is_on_the_phone_of_who_is_at_work(client, in_maple, manager, course):
    caregiver = people.posted(manager)
    files.open_account(caregiver=caregiver, by=manager)
    User.objects.filter(pk=caregiver.user_id).update(has_first_password=False)
    client.force_login(caregiver.user)
    page = client.get("/me/badge/").content.decode()
    assert "王秀兰" in page
    assert "工号牌二维码" in page
    assert client.get("/me/photo/").status_code == 200
    posting.suspend_caregiver(caregiver=caregiver, by=manager)
    assert client.get("/me/badge/").status_code == 404


def test_a_candidate_reads_on_the_phone_what_to_bring(client, in_maple, manager):
    caregiver = people.open_file(manager)
    files.open_account(caregiver=caregiver, by=manager)
    User.objects.filter(pk=caregiver.user_id).update(has_first_password=False)
    client.force_login(caregiver.user)
    assert "没有健康证明" in client.get("/me/").content.decode()


def test_a_badge_whose_level_has_changed_is_to_be_printed_anew(client, in_maple, manager, course):
    caregiver = people.posted(manager)
    client.force_login(manager)
    with travel(timezone.now() - dt.timedelta(days=1)):
        print_badge(caregiver=caregiver, by=manager)

    def to_print():
        return len(client.get(f"{url('badge_list')}?only=to_print").context["object_list"])

    assert to_print() == 1  # posted today, printed yesterday: the level came after the badge
    print_badge(caregiver=caregiver, by=manager)
    assert to_print() == 0
    with travel(timezone.now() + dt.timedelta(days=1)):
        make_one(LevelGrant, caregiver=caregiver, level=1, granted_on=today())
        assert to_print() == 1
        assert "级别已变，需重印" in client.get(url("badge_list")).content.decode()


def test_an_objection_stands_on_the_board_and_its_page_says_what_it_is_about(client, in_maple, manager):
    caregiver = people.ready(1)
    refresh_standings()
    grant = make_one(LevelGrant, caregiver=caregiver, kind="demotion", level=0, reason="两次未到岗", granted_by=manager, granted_on=today())  # fmt: skip
    appeal = levels.raise_appeal(caregiver=caregiver, text="当天在医院", grant=grant)
    client.force_login(manager)
    assert len(client.get(f"{url('promotion_list')}?appeal=open").context["object_list"]) == 1
    page = client.get(url("appeal_decide", appeal.pk)).content.decode()
    assert "两次未到岗" in page
    assert "须由他人处理异议" in page
