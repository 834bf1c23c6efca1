"""Who works here: roles, passwords forgotten, shutting out; the agency's own details; signing in."""

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from agencies.actions import members as actions
from agencies.models import AccessLog, Agency, Membership, Notice, Role
from agencies.tenancy import agency_context
from tests.factories import make_member


@pytest.fixture
def manager(maple):
    return make_member(maple)


def roles_of(member):
    return Membership.objects.get(pk=member.pk).roles


def test_manager_gives_other_roles_and_a_caregiver_stays_one(client, maple, manager):
    member = make_member(maple, Role.COORDINATOR, Role.CAREGIVER)
    client.force_login(manager.user)
    address = reverse("member_edit", args=["maple", member.pk])
    assert client.post(address, {"roles": ["archivist", "quality_officer"]}).status_code == 302
    assert roles_of(member) == ["archivist", "quality_officer", "caregiver"]
    assert client.post(address, {"roles": ["caregiver"]}).status_code == 200
    assert client.post(address, {}).status_code == 200
    assert roles_of(member) == ["archivist", "quality_officer", "caregiver"]


def test_nobody_takes_their_own_rights_away(in_maple, manager):
    make_member(in_maple)
    for refused in (
        lambda: actions.change_roles(member=manager, by=manager.user, roles=["archivist"]),
        lambda: actions.switch_member(member=manager, by=manager.user),
    ):
        with pytest.raises(ValidationError, match="take your own rights away"):
            refused()
    actions.change_roles(member=manager, by=manager.user, roles=["manager", "archivist"])
    assert roles_of(manager) == ["manager", "archivist"]


def test_another_manager_may_be_demoted_but_not_the_last(in_maple, manager):
    other = make_member(in_maple)
    actions.change_roles(member=other, by=manager.user, roles=["archivist"])
    assert roles_of(other) == ["archivist"]
    with pytest.raises(ValidationError, match="at least one manager"):
        actions.switch_member(member=manager, by=other.user)


def test_shut_out_and_let_in_again(client, maple, manager):
    member = make_member(maple, Role.ARCHIVIST)
    client.force_login(manager.user)
    address = reverse("member_switch", args=["maple", member.pk])
    for active in (False, True):
        client.post(address)
        assert Membership.objects.get(pk=member.pk).is_active is active


def test_nobody_learns_whose_a_phone_number_is_by_adding_it(client, maple, birch, manager):
    theirs = make_member(birch, Role.COORDINATOR).user
    client.force_login(manager.user)
    address = reverse("member_new", args=["maple"])
    typed = {"phone": theirs.phone, "name": "猜一个", "roles": ["archivist"]}
    form = client.post(address, typed).context["form"]
    assert "phone" in form.errors
    assert theirs.name not in str(form.errors)
    assert theirs.name not in client.get("/maple/settings/").content.decode()
    assert client.post(address, typed | {"name": theirs.name}).status_code == 200
    assert Membership.objects.get(agency=maple, user=theirs).roles == ["archivist"]


def test_new_password_is_shown_once_ends_sessions_and_is_logged(client, maple, manager):
    member, other = make_member(maple, Role.COORDINATOR), make_member(maple)
    client.force_login(member.user)
    assert client.get("/maple/").status_code == 200
    session = client.cookies["sessionid"].value
    client.force_login(manager.user)
    page = client.post(reverse("member_reset", args=["maple", member.pk]))
    password = page.context["value"]
    member.user.refresh_from_db()
    assert len(password) == 8
    assert member.user.check_password(password)
    with agency_context(maple):
        [entry] = AccessLog.objects.all()
        notices = Notice.objects.filter(title="manager of Maple 给 coordinator of Maple 设了新密码")
        assert {notice.user for notice in notices} == {member.user, other.user}
    assert (entry.user, entry.field) == (manager.user, "password")
    client.cookies["sessionid"] = session
    assert client.get("/maple/").status_code == 302


def test_new_password_is_refused_with_every_reason(in_maple, birch, manager):
    member = make_member(in_maple, Role.COORDINATOR)
    Membership.objects.create(agency=birch, user=member.user, roles=["manager"])
    Membership.objects.filter(pk=member.pk).update(is_active=False)
    member.refresh_from_db()
    before = member.user.password
    with pytest.raises(ValidationError) as refusal:
        actions.reset_password(member=member, by=manager.user)
    assert refusal.value.messages == [
        "This person is shut out; let them in again first.",
        "This person works for another agency too; ask the operator of the platform.",
    ]
    with pytest.raises(ValidationError, match="your own password"):
        actions.reset_password(member=manager, by=manager.user)
    member.user.refresh_from_db()
    assert member.user.password == before


def test_member_of_another_agency_does_not_exist_here(client, maple, birch, manager):
    stranger = make_member(birch)
    client.force_login(manager.user)
    for name in ("member_edit", "member_reset", "member_switch"):
        assert client.post(reverse(name, args=["maple", stranger.pk]), {"roles": ["archivist"]}).status_code == 404
    assert roles_of(stranger) == ["manager"]


def test_details_of_the_agency_change_and_the_other_managers_are_told(client, maple, manager):
    other = make_member(maple)
    client.force_login(manager.user)
    data = {
        "name": "枫林居家养老服务有限公司",
        "short_name": "Maple",
        "legal_representative": "周明",
        "address": "济南市历下区经十路1号",
        "phone": "0531-80000000",
        "complaint_phone": "0531-1",
    }
    address = reverse("agency_edit", args=["maple"])
    page = client.post(address, data)
    assert "complaint_phone" in page.context["form"].errors
    assert client.post(address, data | {"complaint_phone": "0531-86660000"}).status_code == 302
    agency = Agency.objects.get(pk=maple.pk)
    assert (agency.name, agency.complaint_phone, agency.slug) == (data["name"], "0531-86660000", "maple")
    with agency_context(maple):
        [notice] = Notice.objects.all()
    assert notice.user == other.user
    assert "0531-86660000" in client.get("/p/maple/").content.decode()


def test_wrong_password_names_the_field_of_the_page(client, db):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.post("/accounts/login/", {"login": "13800000009", "password": "wrong"})
    [error] = page.context["form"].non_field_errors()
    assert error == "The mobile phone or the password is wrong."


@pytest.mark.parametrize(("elsewhere", "shown"), [(False, False), (True, True)])
def test_other_places_are_offered_to_whom_has_some(client, maple, birch, manager, elsewhere, shown):
    if elsewhere:
        Membership.objects.create(agency=birch, user=manager.user, roles=["archivist"])
    client.force_login(manager.user)
    assert ("?choose=1" in client.get("/maple/").content.decode()) is shown
