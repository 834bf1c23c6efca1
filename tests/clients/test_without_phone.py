"""Old people without a phone: somebody is called instead, everywhere, and never nobody."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from agencies.models import User
from agencies.tenancy import agency_context
from clients.actions import files as actions
from clients.models import Client, Guardian
from clients.queries import known_by_phone, whom_to_call
from supervision.models import ReturnVisit
from tests.factories import make_member, make_one

NEW = {
    "name": "李淑贞", "salutation": "李奶奶", "identity_type": "resident", "identity_number": "11010519491231002X",
    "phone": "", "district": "历下区", "address": "泺文路12号", "consent_by": "self", "means": "phone",
}  # fmt: skip
SON = {"contact_name": "李建国", "contact_relation": "儿子", "contact_phone": "13700005678"}


@pytest.fixture
def office(client, maple):
    user = make_member(maple).user
    User.objects.filter(pk=user.pk).update(language="en")
    client.force_login(user)
    return client


def send(office, **changes):
    return office.post(reverse("client_new", args=["maple"]), NEW | changes)


def problems(response):
    return {name: [str(text) for text in texts] for name, texts in response.context["form"].errors.items()}


def test_a_file_without_a_phone_asks_whom_to_call_instead(office, maple):
    assert problems(send(office)) == {"phone": ["Without a phone of their own, say whom to call instead."]}
    half = send(office, contact_name="李建国")
    needed = ["Needed of whom to call instead."]
    assert problems(half) == {"contact_relation": needed, "contact_phone": needed}
    assert "李建国" in half.content.decode()  # nothing typed is lost
    assert set(problems(send(office, **SON | {"contact_phone": "1370000567"}))) == {"contact_phone"}
    assert send(office, **SON).status_code == 302
    with agency_context(maple):
        client = Client.objects.get()
        [son] = client.guardians.all()
        assert (client.phone, son.name, son.relation, son.phone) == ("", "李建国", "儿子", "13700005678")
        assert (son.authority, son.is_emergency_contact, whom_to_call(client)) == ("contact", True, son)
    page = office.get(reverse("client_file", args=["maple", client.pk])).content.decode()
    assert "none of their own" in page
    assert "137****5678" in page


def test_the_emergency_contact_is_called_first_then_who_speaks_for_the_client(maple):
    with agency_context(maple):
        person = make_one(Client, phone="")
        agent = make_one(Guardian, client=person, authority="agent", is_active=True, phone="13700005678")
        assert whom_to_call(person) == agent
        contact = make_one(Guardian, client=person, is_active=True, is_emergency_contact=True)
        assert whom_to_call(person) == contact
        assert whom_to_call(make_one(Client, phone="13500001234")).phone == "13500001234"


def test_two_without_a_phone_are_no_double(office, maple):
    with agency_context(maple):
        make_one(Client, phone="")
        assert known_by_phone("") == []
    assert send(office, **SON).status_code == 302


def test_the_last_one_who_answers_is_not_removed(in_maple):
    by = make_member(in_maple).user
    person = make_one(Client, phone="")
    son = make_one(Guardian, client=person, is_active=True)
    with pytest.raises(ValidationError, match="add somebody else to call first"):
        actions.remove_guardian(guardian=son)
    make_one(Guardian, client=person, is_active=True)
    actions.remove_guardian(guardian=son)
    Guardian.objects.update(is_active=False)
    with pytest.raises(ValidationError, match="say whom to call instead"):
        actions.update_client(client=person, by=by, diet="清淡")


def test_the_caller_sees_who_answers(office, maple):
    with agency_context(maple):
        person = make_one(Client, phone="", salutation="李奶奶")
        make_one(Guardian, client=person, is_active=True, name="李建国", relation="儿子", phone="13700005678")
        call = make_one(ReturnVisit, client=person, state="due")
    page = office.get(reverse("return_visit_call", args=["maple", call.pk])).content.decode()
    assert "李建国 儿子 137****5678" in page
    shown = office.post(reverse("return_visit_phone", args=["maple", call.pk])).content.decode()
    assert "13700005678" in shown
    assert "李建国（儿子）" in shown
