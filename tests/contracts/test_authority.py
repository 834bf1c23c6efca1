"""Who signs for a client: an agent only while the power of attorney lasts and covers agreements (Civil Code 165, 173)."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from agencies.tenancy import agency_context
from carecenter.board import due
from carecenter.demo import world as demo
from caregivers.models import Caregiver
from clients.models import Guardian
from contracts.actions import agreements, renewal, signing
from contracts.models import Agreement, Signature
from contracts.queries.agreements import without_their_caregiver
from tests.world import all_terms, make_world, sign_agreement, staff_up

ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        [world.caregiver] = staff_up(world, 1)
        world.client = demo.take_in(world, 8)[1]
        world.draft = sign_agreement(world, world.caregiver, world.client, upto="draft")
        world.agent = world.draft.guardian
        yield world


def limit(agent, **fields):
    Guardian.objects.filter(pk=agent.pk).update(**fields)


def reread(world):
    return Agreement.objects.get(pk=world.draft.pk)


def sign(world, agreement):
    return signing.sign_on_screen(
        agreement=agreement, party="client", signature=demo.signature_png(world.rng), way="screen", identity_check="x",
        terms_hash=agreement.terms_hash, by=None, confirmed=all_terms(agreement),
    )  # fmt: skip


def test_everything_that_is_wrong_with_it_is_named_at_once_and_nothing_goes_out(world):
    today = timezone.localdate()
    limit(world.agent, scopes=["care", "money"], valid_until=today - ONE_DAY)
    missing = agreements.missing_for_signing(reread(world))
    scope, end = missing
    assert scope.startswith(f"The authority of {world.agent} does not cover agreements: ")
    assert scope.endswith("(Civil Code 165)")
    assert end.startswith(f"The authority of {world.agent} ended on {today - ONE_DAY}: ")
    assert end.endswith("(Civil Code 173)")
    with pytest.raises(ValidationError) as refusal:
        agreements.send_for_signing(agreement=reread(world), by=world.coordinator)
    assert refusal.value.messages == missing


@pytest.mark.parametrize(("days", "count"), [(-1, 1), (0, 0), (1, 0), (None, 0)])
def test_authority_holds_on_its_last_day(world, days, count):
    until = None if days is None else timezone.localdate() + days * ONE_DAY
    limit(world.agent, valid_until=until)
    assert len(agreements.missing_for_signing(reread(world))) == count


@pytest.mark.parametrize(
    "fields",
    [
        {"scopes": ["care"]},
        {"authority": "contact", "scopes": []},
        {"is_active": False},
        {"valid_until": dt.date(2020, 1, 1)},
    ],
)
def test_nobody_else_is_chosen_as_signer(world, fields):
    limit(world.agent, **fields)
    agent = Guardian.objects.get(pk=world.agent.pk)
    with pytest.raises(ValidationError) as refusal:
        agreements.update_agreement(
            agreement=world.draft, by=world.coordinator, guardian=agent, ends_on=world.draft.starts_on - ONE_DAY
        )
    assert set(refusal.value.message_dict) == {"guardian", "ends_on"}


def test_a_legal_guardian_needs_no_scope(world):
    limit(world.agent, authority="legal_guardian", scopes=[])
    assert agreements.missing_for_signing(reread(world)) == []


def test_authority_that_ended_after_it_went_out_signs_nothing_more(world):
    agreements.send_for_signing(agreement=world.draft, by=world.coordinator)
    limit(world.agent, scopes=["money"])
    agreement = reread(world)
    with pytest.raises(ValidationError, match="does not cover agreements"):
        sign(world, agreement)
    with pytest.raises(ValidationError, match="does not cover agreements"):
        signing.send_links(agreement=agreement, by=world.coordinator)
    limit(world.agent, scopes=["agreements"])
    assert sign(world, reread(world)).signer_name == world.agent.name


def test_a_paper_counts_on_the_day_under_the_signature(world):
    agreements.send_for_signing(agreement=world.draft, by=world.coordinator)
    today = timezone.localdate()
    limit(world.agent, valid_until=today)
    with time_machine.travel(timezone.now() + ONE_DAY, tick=False):
        kept = {"parties": ["client"], "scan": demo.signed_sheet(), "terms_hash": world.draft.terms_hash}
        with pytest.raises(ValidationError) as refusal:
            signing.record_paper(agreement=reread(world), signed_on=today + ONE_DAY, by=world.coordinator, **kept)
        assert set(refusal.value.message_dict) == {"parties"}
        kept["scan"] = demo.signed_sheet()
        signing.record_paper(agreement=reread(world), signed_on=today, by=world.coordinator, **kept)
    assert Signature.objects.get().signed_on == today


def test_the_link_shows_nothing_to_who_may_not_sign(world, client):
    agreements.send_for_signing(agreement=world.draft, by=world.coordinator)
    address = urlsplit(signing.link_of(world.draft, "client")).path
    assert "last_digits" in client.get(address).content.decode()
    limit(world.agent, valid_until=timezone.localdate() - ONE_DAY)
    page = client.get(address).content.decode()
    assert "last_digits" not in page
    with agency_context(world.agency):
        assert world.agent.name not in page


def test_a_renewal_is_drafted_and_says_what_its_signer_lacks(world):
    demo.conclude(world, world.draft)
    limit(world.agent, scopes=["care"])
    starts_on = world.draft.ends_on + ONE_DAY
    draft = renewal.renew_agreement(
        agreement=reread(world), by=world.coordinator, starts_on=starts_on, ends_on=starts_on + 90 * ONE_DAY
    )
    assert draft.guardian == world.agent
    assert any("does not cover agreements" in text for text in agreements.missing_for_signing(draft))


TODAY = dt.date.today()


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"state": "active"}, 0),
        ({"state": "suspended"}, 1),
        ({"state": "left", "left_on": TODAY, "left_reason": "x"}, 1),
    ],
)
def test_an_agreement_whose_caregiver_is_gone_is_listed_until_it_ends(world, client, fields, count):
    demo.conclude(world, world.draft)
    Caregiver.objects.filter(pk=world.caregiver.pk).update(**fields)
    assert without_their_caregiver().count() == count
    member = world.coordinator.memberships.get()
    figure = next(figure for figure in due(member) if "only=gone" in figure[3])
    assert figure[1] == count
    client.force_login(world.coordinator)
    page = client.get(figure[3])
    assert [row.number for row in page.context["object_list"]] == [world.draft.number] * count
    Agreement.objects.filter(pk=world.draft.pk).update(ended_on=timezone.localdate(), end_reason="caregiver")
    assert without_their_caregiver().count() == 0
