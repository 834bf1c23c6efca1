"""Opening an agency from the command line: whole or not at all, every problem named."""

import re

import pytest
from django.core.management import CommandError, call_command

from agencies.models import Agency, Membership, ServiceItem, User
from agencies.standard import CATALOGUE
from agencies.tenancy import agency_context

GIVEN = {
    "slug": "anxin",
    "name": "安心居家养老服务有限公司",
    "short_name": "安心",
    "credit_code": "91370102MA3T00005Y",
    "legal_representative": "周安",
    "address": "济南市历下区经十路2号",
    "phone": "0531-82000000",
    "complaint_phone": "0531-82000001",
    "manager_phone": "13700000777",
    "manager_name": "周安",
}


def test_opens_with_catalogue_settings_and_a_manager_who_can_sign_in(db, capsys, client):
    call_command("open_agency", **GIVEN)
    password = re.search(r"first password (\d{8})$", capsys.readouterr().out.strip()).group(1)
    agency = Agency.objects.get(slug="anxin")
    member = Membership.objects.get(agency=agency)
    assert (member.user.name, member.user.phone, member.roles) == ("周安", "13700000777", ["manager"])
    with agency_context(agency):
        assert ServiceItem.objects.count() == len(CATALOGUE)
    client.post("/accounts/login/", {"login": "13700000777", "password": password})
    change = "/accounts/password/change/"
    assert client.get("/anxin/").url == change  # somebody else knows this password
    own = {"oldpassword": password, "password1": "yun-men-7788", "password2": "yun-men-7788"}
    assert client.post(change, {**own, "oldpassword": "0"}).status_code == 200
    assert client.get("/anxin/").url == change
    assert client.post(change, own).status_code == 302
    assert client.get("/anxin/").status_code == 200


def test_every_problem_at_once_and_nothing_half_opened(db):
    with pytest.raises(CommandError) as refusal:
        call_command(
            "open_agency", **GIVEN | {"slug": "api", "credit_code": "91370102MA3T00005X", "manager_phone": "12"}
        )
    lines = str(refusal.value).splitlines()
    assert {line.split(":")[0] for line in lines} >= {"credit_code", "manager_phone"}
    assert any("agency_slug_free" in line or line.startswith(("slug", "__all__")) for line in lines)
    assert not Agency.objects.exists()
    assert not User.objects.exists()


def test_second_agency_under_the_same_code_is_refused(db):
    call_command("open_agency", **GIVEN)
    with pytest.raises(CommandError):
        call_command("open_agency", **GIVEN | {"slug": "anxin2", "manager_phone": "13700000778"})
    assert Agency.objects.count() == 1
