"""The draft of an agreement: its deposit, its price with the manager's word, who may sign, and the page that ends it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from agencies.models import Notice, User
from agencies.panels import timeline_of
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from clients.actions import files
from clients.models import Guardian
from contracts.actions import agreements
from contracts.models import Agreement
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        [world.caregiver] = staff_up(world, 1)
        world.client = demo.take_in(world, 8)[1]
        User.objects.update(language="en")
        yield world


@pytest.fixture
def draft(world):
    return sign_agreement(world, world.caregiver, world.client, upto="draft")


@pytest.mark.parametrize(
    ("kind", "amount", "is_taken"),
    [("none", 0, True), ("none", 1, False), ("earnest", 0, False), ("earnest", 1, True), ("security", -5, False)],
)
def test_deposit_has_a_kind_and_an_amount_or_neither(world, draft, kind, amount, is_taken):
    change = {"agreement": draft, "by": world.coordinator, "deposit_kind": kind, "deposit_amount": Decimal(amount)}
    if is_taken:
        assert agreements.update_agreement(**change).deposit_amount == amount
        return
    with pytest.raises(ValidationError) as refusal:
        agreements.update_agreement(**change)
    assert set(refusal.value.message_dict) == {"deposit_amount"}


def test_manager_is_told_of_a_price_to_look_at_once_a_price_and_the_file_says_who_approved(world, draft):
    change = {"agreement": draft, "by": world.coordinator, "rate": Decimal(40), "rate_reason": "老客户"}
    draft = agreements.update_agreement(**change)
    draft = agreements.update_agreement(**{**change, "agreement": draft})
    [notice] = Notice.objects.filter(title__contains=draft.number)
    assert (notice.user, notice.body) == (world.manager, "老客户")
    agreements.approve_price(agreement=draft, by=world.manager, rate=str(draft.rate))
    moments = [(moment.text, moment.by) for moment in timeline_of("contracts.agreement", draft)]
    assert ("Price approved: ¥40.00", world.manager.name) in moments


def test_signer_without_proof_stands_against_sending_out_until_it_is_filed(world, draft):
    Guardian.objects.update(proof=None, proof_seen_by=None, proof_seen_on=None)
    draft = Agreement.objects.select_related("guardian").get(pk=draft.pk)
    [problem] = agreements.missing_for_signing(draft)
    assert problem.startswith("File the power of attorney")
    files.prove_authority(guardian=draft.guardian, by=world.coordinator, proof=demo.signed_sheet())
    assert agreements.missing_for_signing(draft) == []
    draft.guardian.refresh_from_db()
    assert (draft.guardian.proof_seen_by, draft.guardian.proof_seen_on) == (world.coordinator, timezone.localdate())


def test_contact_has_nothing_to_prove(world, draft):
    Guardian.objects.update(authority="contact", scopes=[])
    with pytest.raises(ValidationError, match="nothing to prove"):
        files.prove_authority(guardian=Guardian.objects.first(), by=world.coordinator, proof=demo.signed_sheet())


def test_assessment_made_after_today_is_not_what_the_agreement_prints(world, draft):
    first = draft.client.assessments.last().assessed_on
    for day, is_missing in [(first - dt.timedelta(days=1), True), (first, False)]:
        with demo.at(day, hour=12):
            problems = agreements.missing_for_signing(draft)
        assert ("The client's self-care is not assessed. (5)" in problems) == is_missing
        assert any("dated after today" in problem for problem in problems)  # the plan was agreed later


def test_page_that_ends_says_what_it_does_and_offers_no_reason_beforehand(world, client):
    agreement = sign_agreement(world, world.caregiver, world.client)
    client.force_login(world.coordinator)
    page = client.get(f"/kangze/agreements/{agreement.pk}/end/")
    count = agreement.visits.filter(state="planned", period__startswith__gt=timezone.now()).count()
    assert f"{count} visits are planned ahead" in page.content.decode()
    assert '<option value="" selected>' in page.content.decode()
    client.post(f"/kangze/agreements/{agreement.pk}/end/", {"ended_on": timezone.localdate(), "end_note": "x"})
    agreement.refresh_from_db()
    assert (agreement.state, agreement.ended_on) == ("in_force", None)


@pytest.mark.parametrize("address", ["paper/", "sign/client/", "sign/agency/"])
def test_agreement_that_is_signed_by_all_is_not_signed_again(world, client, address):
    agreement = sign_agreement(world, world.caregiver, world.client)
    client.force_login(world.manager)
    page = client.get(f"/kangze/agreements/{agreement.pk}/{address}", follow=True)
    assert page.redirect_chain == [(f"/kangze/agreements/{agreement.pk}/", 302)]
    assert "not out for signing" in page.content.decode()
