"""The page of an assessment: scored by the server while it is filled in, everything missing named in one round."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from agencies.models import Notice, Role, User
from agencies.tenancy import agency_context
from clients.actions import assessments as actions
from clients.models import Assessment, Client, Consent
from clients.scales import GBT_42195
from clients.standard import Subtotal, subtotals
from tests.factories import make_member, make_one

BEST = {item.code: item.highest for item in GBT_42195}


def test_subtotals_of_an_empty_and_a_begun_form():
    assert subtotals("gbt_42195", {}) == [
        Subtotal("self_care", 0, 32, 8),
        Subtotal("movement", 0, 15, 4),
        Subtotal("mind", 0, 28, 9),
        Subtotal("senses", 0, 15, 5),
    ]
    begun = subtotals("gbt_42195", {"eating": 3, "toilet": 0, "sight": 2, "stairs": 4})  # stairs has no 4
    assert begun[0] == Subtotal("self_care", 3, 32, 6)
    assert begun[1] == Subtotal("movement", 0, 15, 4)
    assert begun[3] == Subtotal("senses", 2, 15, 4)


@pytest.fixture
def office(client, maple):
    """A coordinator who reads English, and a client who consents to health data."""
    with agency_context(maple):
        member = make_member(maple, Role.COORDINATOR)
        User.objects.filter(pk=member.user.pk).update(language="en")
        person = make_one(Client)
        make_one(Consent, client=person, kind=Consent.Kind.HEALTH_DATA)
    client.force_login(member.user)
    client.url = reverse("assessment_new", args=["maple", person.pk])
    return client


def facts(**more):
    return {"reason": "first", "assessed_on": timezone.localdate().isoformat(), "assessors": "周敏、何静", **more}


def test_everything_missing_is_named_in_one_round(office, maple):
    response = office.post(office.url, {"eating": "3", "assessors": "周敏"})
    found = response.context["form"].errors
    assert found.keys() == {"reason", "assessed_on", "assessors", *BEST} - {"eating"}
    page = response.content.decode()
    assert "25 items without an answer" in page
    assert page.count("Choose an answer") == 0
    [chosen] = [tag for tag in re.findall(r'<input[^>]* name="eating"[^>]*>', page) if "checked" in tag]
    assert 'value="3"' in chosen
    with agency_context(maple):
        assert not Assessment.objects.exists()


def score(office, **data):
    return office.post(office.url, facts(**data), headers={"HX-Request": "true"}).content.decode()


def words(page):
    return " ".join(page.replace("<b>", "").replace("</b>", "").split())


def test_score_while_it_is_filled_in(office, maple):
    begun = words(score(office, eating="3"))
    assert "3/90 · 25 items without an answer" in begun
    assert '<p class="muted" id="sum-self_care" hx-swap-oob="true"> 3/32 · 7 items without an answer </p>' in begun
    nearly = {**BEST}
    del nearly["company"]
    assert "86/90 · 1 item without an answer" in words(score(office, **nearly))
    assert "90/90 · Full ability · Able" in words(score(office, **BEST))
    assert "90/90 · Slight loss · Able" in words(score(office, **BEST, adjustments=["dementia"]))
    assert "88/90 · Slight loss · Unable" in words(score(office, **{**BEST, "eating": 2}))
    with agency_context(maple):
        assert not Assessment.objects.exists()


def test_only_a_manager_asks_for_able(office, client, maple):
    helped = {**BEST, "eating": 2, "override": "able", "override_reason": "复核"}
    assert office.post(office.url, facts(**helped)).context["form"].errors.keys() == {"override"}
    client.force_login(make_member(maple).user)
    assert client.post(office.url, facts(**helped)).status_code == 302
    with agency_context(maple):
        row = Assessment.objects.get()
    assert (row.self_care, row.override, row.override_decision) == ("unable", "able", "open")


def test_missing_consent_is_told_before_anything_is_typed(office, maple):
    with agency_context(maple):
        Consent.objects.update(withdrawn_at=timezone.now())
    page = office.get(office.url).content.decode()
    assert "First record the separate consent to keeping health data." in page


# Another status than the points say -----------------------------------------------------------------------------------


def recorded(client, by, answers, **more):
    facts = {"scale": "gbt_42195", "reason": "first", "assessed_on": timezone.localdate(), "assessors": "周敏、何静"}
    return actions.record_assessment(client=client, by=by, answers=answers, **facts, **more)


def test_able_counts_only_once_a_second_person_agreed(in_maple):
    asker, second = make_member(in_maple).user, make_member(in_maple, Role.QUALITY_OFFICER).user
    client = make_one(Client)
    make_one(Consent, client=client, kind="health_data")
    helped = {**BEST, "eating": 2}
    row = recorded(client, asker, helped, override="able", override_reason="复核时独立进食")
    assert (row.self_care, row.override_decision) == ("unable", "open")
    assert [notice.user for notice in Notice.objects.all()] == [second]
    with pytest.raises(ValidationError):
        actions.second_override(assessment=row, by=asker, agrees=True)
    actions.second_override(assessment=row, by=second, agrees=True)
    assert (row.self_care, row.override_decision, row.seconded_by) == ("able", "agreed", second)
    with pytest.raises(ValidationError):
        actions.second_override(assessment=row, by=second, agrees=False)


def test_not_agreed_leaves_it_at_the_points_and_unable_counts_at_once(in_maple):
    asker, second = make_member(in_maple).user, make_member(in_maple).user
    client = make_one(Client)
    make_one(Consent, client=client, kind="health_data")
    row = recorded(client, asker, {**BEST, "eating": 2}, override="able", override_reason="看着还行")
    actions.second_override(assessment=row, by=second, agrees=False)
    assert (row.self_care, row.override_decision) == ("unable", "refused")
    row = recorded(client, asker, BEST, override="unable", override_reason="夜间须有人")
    assert (row.self_care, row.override_decision) == ("unable", "")


def test_database_takes_no_second_sign_off_by_the_same_person(in_maple):
    row = make_one(Assessment, self_care="unable", override="able", override_decision="open")
    with pytest.raises(IntegrityError, match="assessment_by_two"), transaction.atomic():
        Assessment.objects.filter(pk=row.pk).update(
            override_decision="agreed", self_care="able", seconded_by=row.created_by, seconded_at=timezone.now()
        )


def test_page_of_an_assessment_offers_the_sign_off_to_the_second_person_alone(client, maple):
    asker, second = make_member(maple).user, make_member(maple).user
    with agency_context(maple):
        person = make_one(Client)
        make_one(Consent, client=person, kind="health_data")
        row = recorded(person, asker, {**BEST, "eating": 2}, override="able", override_reason="复核")
    page, sign = (reverse(name, args=["maple", row.pk]) for name in ("assessment_page", "assessment_second"))
    for user, is_offered in ((asker, False), (second, True)):
        client.force_login(user)
        assert (sign in client.get(page).content.decode()) is is_offered
    client.post(sign, {"agrees": "yes"})
    with agency_context(maple):
        row.refresh_from_db()
    assert row.self_care == "able"
