"""Labour-protection supplies (7.2.4): handed out by the office, confirmed on the phone, listed and exported."""

import datetime as dt
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from agencies.exports import workbook
from agencies.models import Notice, Role, User
from caregivers.actions.supplies import confirm_supply, issue_supply
from caregivers.models import Caregiver, SupplyIssue
from tests.factories import make_member, make_one


@pytest.fixture
def wearer(maple, in_maple):
    user = make_member(maple, Role.CAREGIVER).user
    User.objects.filter(pk=user.pk).update(language="en")
    return make_one(Caregiver, user=user, name="王秀兰", number="0107", state="active", posted_on=timezone.localdate())


def hand_out(wearer, manager, **fields):
    data = {"item": "gloves", "quantity": 10, "issued_on": timezone.localdate(), **fields}
    return issue_supply(caregiver=wearer, by=manager, **data)


def test_what_is_handed_out_waits_for_the_caregivers_yes(wearer, manager):
    supply = hand_out(wearer, manager, note="丁腈手套")
    assert (supply.item, supply.quantity, supply.received_at, supply.issued_by) == ("gloves", 10, None, manager)
    notice = Notice.objects.get(user=wearer.user)
    assert (notice.title, notice.body) == ("Please confirm what you received", "Gloves × 10")


def test_every_problem_is_named_at_once(wearer, manager):
    Caregiver.objects.filter(pk=wearer.pk).update(state="left", left_on=timezone.localdate())
    wearer.refresh_from_db()
    with pytest.raises(ValidationError) as refusal:
        hand_out(wearer, manager, item="other", issued_on=timezone.localdate() + dt.timedelta(days=1))
    assert refusal.value.message_dict.keys() == {"issued_on", "note", "__all__"}
    assert not SupplyIssue.objects.exists()


def test_who_has_no_phone_account_is_served_all_the_same(in_maple, manager):
    hand_out(make_one(Caregiver), manager)
    assert not Notice.objects.exists()


def test_only_the_receipt_may_be_added_later(wearer, manager):
    supply = hand_out(wearer, manager)
    with pytest.raises(Error, match="insert-only"), transaction.atomic():
        SupplyIssue.objects.update(quantity=99)
    confirm_supply(supply=supply)
    with pytest.raises(ValidationError, match="confirmed this before"):
        confirm_supply(supply=supply)


def test_receipt_is_confirmed_on_the_phone(client, wearer, manager):
    hand_out(wearer, manager, item="apron", quantity=1, issued_on=timezone.localdate() - dt.timedelta(days=9))
    supply = hand_out(wearer, manager)
    client.force_login(wearer.user)
    assert "to confirm" in client.get("/me/mine/").content.decode()
    confirm = reverse("phone:supply_confirm", args=[supply.pk])
    assert confirm in client.get("/me/supplies/").content.decode()
    assert client.get(confirm).status_code == 405
    page = client.post(confirm, follow=True)
    assert "Confirmed. Thank you." in page.content.decode()
    assert [row.item for row in page.context["supplies"]] == ["apron", "gloves"]  # what is open comes first
    supply.refresh_from_db()
    assert timezone.localdate(supply.received_at) == timezone.localdate()


def test_a_colleagues_receipt_is_not_found(client, wearer, maple, manager):
    supply = hand_out(make_one(Caregiver), manager)
    client.force_login(wearer.user)
    assert client.post(reverse("phone:supply_confirm", args=[supply.pk])).status_code == 404
    assert client.get("/me/supplies/").context["supplies"] == []


def test_office_hands_out_through_the_form(client, wearer, manager):
    User.objects.filter(pk=manager.pk).update(language="en")
    client.force_login(manager)
    address = reverse("supply_new", args=["maple", wearer.pk])
    assert client.get(address).status_code == 200
    refused = client.post(address, {"item": "gloves", "quantity": 0, "issued_on": timezone.localdate()})
    assert refused.context["form"].errors.keys() == {"quantity"}
    client.post(address, {"item": "uniform", "quantity": 2, "issued_on": timezone.localdate().isoformat()})
    assert SupplyIssue.objects.values_list("item", "quantity").get() == ("uniform", 2)
    page = client.get(reverse("caregiver_file", args=["maple", wearer.pk])).content.decode()
    assert "Uniform × 2" in page


@pytest.mark.parametrize("role", [Role.QUALITY_OFFICER, Role.ARCHIVIST, Role.CAREGIVER])
def test_others_may_not_hand_out(client, maple, wearer, role):
    client.force_login(make_member(maple, role).user)
    assert client.post(reverse("supply_new", args=["maple", wearer.pk])).status_code == 403


def test_ledger_is_filtered_and_exported(client, wearer, manager):
    old = timezone.localdate() - dt.timedelta(days=40)
    confirm_supply(supply=hand_out(wearer, manager, item="uniform", quantity=2, issued_on=old))
    hand_out(wearer, manager)
    client.force_login(manager)
    page = reverse("supply_list", args=["maple"])

    def items(**query):
        return [row.item for row in client.get(page, query).context["object_list"]]

    assert items() == ["gloves", "uniform"]
    assert items(item="uniform") == ["uniform"]
    assert items(q="0107") == ["gloves", "uniform"]
    assert items(q="nobody") == []
    assert items(only="open") == ["gloves"]
    assert items(day_to=old.isoformat()) == ["uniform"]
    assert items(day_from=(old + dt.timedelta(days=1)).isoformat()) == ["gloves"]
    content, count = workbook("supplies", "item=uniform")
    rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
    assert count == 1
    assert rows[1][:5] == (str(old), "0107", "王秀兰", "Uniform", 2)
    assert rows[1][7] == str(timezone.localdate())
