"""The page of an assessment: scored by the server while it is filled in, everything missing named in one round."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.models import Role, User
from agencies.tenancy import agency_context
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


def test_only_a_manager_sets_the_status_to_able(office, client, maple):
    helped = {**BEST, "eating": 2, "override": "able", "override_reason": "复核"}
    assert office.post(office.url, facts(**helped)).context["form"].errors.keys() == {"override"}
    client.force_login(make_member(maple).user)
    assert client.post(office.url, facts(**helped)).status_code == 302
    with agency_context(maple):
        assert Assessment.objects.get().self_care == "able"


def test_missing_consent_is_told_before_anything_is_typed(office, maple):
    with agency_context(maple):
        Consent.objects.update(withdrawn_at=timezone.now())
    page = office.get(office.url).content.decode()
    assert "First record the separate consent to keeping health data." in page
