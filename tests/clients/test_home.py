"""The home and its equipment are checked before service and after a move; what was found is put right (7.2.3)."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from agencies.models import Role
from agencies.panels import timeline_of
from agencies.tenancy import agency_context
from clients.actions import consents, files
from clients.actions import home as actions
from clients.home import GROUPS, ITEMS
from clients.models import Client, HomeCheck, HomeFinding
from clients.queries import missing_at_home, without_home_check
from clients.standard import HOME, HomeFacts
from tests.clients.papers import text_of
from tests.factories import make_member, make_one

TODAY = dt.date(2026, 11, 23)
FINE = {f"item_{item.code}": "fine" for item in ITEMS}


def codes(**facts):
    return [finding.code for finding in HOME.findings(HomeFacts(today=TODAY, **facts), on=TODAY)]


def test_list_has_each_item_once_under_a_known_group():
    assert len({item.code for item in ITEMS}) == len(ITEMS) == 26
    assert {item.group for item in ITEMS} == set(GROUPS)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, ["home_not_checked"]),
        ({"checked_on": TODAY}, []),
        ({"checked_on": TODAY, "is_same_address": False}, ["home_moved"]),
        ({"checked_on": TODAY, "overdue": 1}, ["home_overdue"]),
    ],
)
def test_what_a_home_lacks(facts, found):
    assert codes(**facts) == found


@pytest.fixture
def office(client, maple):
    user = make_member(maple, Role.COORDINATOR).user
    client.force_login(user)
    client.user = user
    return client


def form(**more):
    return {"reason": "first", "checked_on": timezone.localdate(), "with_whom": "女儿", **FINE, **more}


def test_page_names_everything_at_once(office, maple):
    with agency_context(maple):
        person = make_one(Client)
    url = reverse("home_check_new", args=["maple", person.pk])
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    wrong = form(item_mat="wrong", item_bed="", fix_floor="铺防滑垫", checked_on=tomorrow, with_whom="")
    errors = office.post(url, wrong).context["form"].errors
    assert set(errors) == {"item_bed", "fix_mat", "item_floor", "checked_on", "due_on", "with_whom"}
    with agency_context(maple):
        assert not HomeCheck.objects.exists()


def test_findings_are_kept_put_right_once_and_told_on_the_file(office, maple):
    due = timezone.localdate()
    with agency_context(maple):
        person = make_one(Client, state="active", district="历下区", address="泺文路12号")
    url = reverse("home_check_new", args=["maple", person.pk])
    office.post(url, form(item_mat="wrong", fix_mat="铺防滑垫", who_mat="agency", due_on=due))
    with agency_context(maple):
        check, finding = HomeCheck.objects.get(), HomeFinding.objects.get()
        assert (check.address, check.checked_by) == ("历下区 泺文路12号", office.user)
        assert (finding.code, finding.text, finding.by_whom, finding.due_on) == ("mat", "铺防滑垫", "agency", due)
        assert missing_at_home(person) == []
    page = office.get(reverse("client_file", args=["maple", person.pk])).content.decode()
    assert "铺防滑垫" in page
    late = due + dt.timedelta(days=1)
    done = reverse("home_finding_done", args=["maple", finding.pk])
    assert "done_on" in office.post(done, {"done_on": late}).context["form"].errors
    answer = office.post(done, {"done_on": due, "done_note": "已铺"})
    assert answer.headers.get("Location") == reverse("home_check_page", args=["maple", check.pk])
    assert office.post(done, {"done_on": due}).context["form"].non_field_errors()
    with agency_context(maple):
        finding.refresh_from_db()
        assert (finding.done_on, finding.done_by) == (due, office.user)
        assert any("铺防滑垫" in moment.text for moment in timeline_of("clients.client", person))


@pytest.mark.parametrize(("days", "found"), [(0, []), (1, ["home_overdue"])])
def test_what_is_not_put_right_in_time_stands_on_the_file(in_maple, days, found):
    client = make_one(Client, district="a", address="b")
    same = make_one(HomeCheck, client=client, address="a b", checked_on=timezone.localdate())
    make_one(HomeFinding, check_made=same, due_on=timezone.localdate() - dt.timedelta(days=days))
    assert [finding.code for finding in missing_at_home(client)] == found


def test_a_move_asks_for_another_check_and_the_list_shows_it(in_maple):
    user = make_member(in_maple).user
    client = make_one(Client, district="历下区", address="泺文路12号")
    answers = {item.code: "fine" for item in ITEMS}
    facts = {"client": client, "by": user, "checked_on": timezone.localdate(), "with_whom": "本人", "answers": answers}
    assert list(without_home_check(Client.objects.all())) == [client]
    actions.check_home(reason="first", **facts)
    assert list(without_home_check(Client.objects.all())) == []
    files.update_client(client=client, by=user, address="泺文路13号")
    assert [finding.code for finding in missing_at_home(client)] == ["home_moved"]
    assert list(without_home_check(Client.objects.all())) == [client]
    actions.check_home(reason="moved", **facts)
    assert missing_at_home(client) == []


def test_check_is_never_changed(in_maple):
    check = make_one(HomeCheck)
    with pytest.raises(Error), transaction.atomic():
        HomeCheck.objects.filter(pk=check.pk).update(note="x")


def test_paper_holds_every_item_and_what_is_to_be_put_right(in_maple):
    user = make_member(in_maple).user
    client = make_one(Client, name="李淑贞")
    answers = {item.code: "fine" for item in ITEMS} | {"mat": "wrong"}
    finding = {"code": "mat", "text": "铺防滑垫", "by_whom": "client", "due_on": timezone.localdate()}
    check = actions.check_home(
        client=client, by=user, reason="first", checked_on=timezone.localdate(), with_whom="女儿", answers=answers,
        findings=[finding],
    )  # fmt: skip
    text = text_of(actions.print_check(check=check, by=user))
    for words in ("居家环境与设备检查表", "7.2.3", "李淑贞", "铺防滑垫", "客户或家属", *(item.name for item in ITEMS)):
        assert words.replace(" ", "") in text


def test_sealed_file_is_not_checked(in_maple):
    user = make_member(in_maple).user
    client = make_one(Client)
    consents.give_consents(client=client, by=user, kinds=["personal_data"], means="phone")
    consents.withdraw_consent(consent=client.consents.get(), by=user)
    with pytest.raises(ValidationError):
        actions.check_home(
            client=client, by=user, reason="first", checked_on=timezone.localdate(), with_whom="x", answers={}
        )
