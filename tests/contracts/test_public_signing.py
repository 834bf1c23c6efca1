"""Signing from a link: the person is checked, everything wrong is named at once, and guessing ends soon."""

import base64
import datetime as dt
import io
from urllib.parse import urlsplit

import pytest
import time_machine
from PIL import Image

from agencies.files import PNG_PREFIX
from agencies.tenancy import agency_context
from archive.actions import render
from carecenter.demo import world as demo
from contracts.actions import agreements, running, signing
from contracts.actions.signing import link_of
from contracts.models import Signature
from tests.world import all_terms, make_world, sign_agreement, staff_up


def drawing() -> str:
    buffer = io.BytesIO()
    Image.new("RGBA", (60, 30), (0, 0, 0, 255)).save(buffer, "PNG")
    return PNG_PREFIX + base64.b64encode(buffer.getvalue()).decode()


@pytest.fixture
def link(db):
    """The caregiver's link to an agreement that is out for signing, and the right last digits."""
    world = make_world()
    with agency_context(world.agency):
        [caregiver] = staff_up(world, 1)
        client = demo.take_in(world, 8)[1]
        agreement = sign_agreement(world, caregiver, client, upto="draft")
        agreements.send_for_signing(agreement=agreement, by=world.coordinator)
        address = urlsplit(link_of(agreement, "caregiver")).path
        render(document_id=agreement.document_id)
    return world, agreement, address, caregiver.identity_number[-4:]


def signatures(world, agreement):
    with agency_context(world.agency):
        return [(row.party, row.way, row.ip_address) for row in Signature.objects.filter(agreement=agreement)]


def test_link_alone_shows_nobodys_data_and_no_paper(client, link):
    world, agreement, address, _digits = link
    page = client.get(address).content.decode()
    with agency_context(world.agency):
        assert agreement.client.name not in page
        assert agreement.caregiver.name not in page
    assert client.get(f"{address}paper/").headers["Location"] == address
    signed = client.post(address, {"agrees": "on", "signature": drawing()})
    assert set(signed.context["form"].errors) == {"last_digits"}
    assert signatures(world, agreement) == []


def test_missing_consent_and_an_empty_pad_are_named_together(client, link):
    world, agreement, address, digits = link
    client.post(address, {"last_digits": digits})
    form = client.post(address, {"signature": "", "terms_hash": agreement.terms_hash}).context["form"]
    assert set(form.errors) == {"agrees", "__all__"}
    assert signatures(world, agreement) == []


def test_right_digits_open_the_paper_and_a_drawing_signs_with_the_signers_own_address(client, link, settings):
    world, agreement, address, digits = link
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client.post(address, {"last_digits": digits.lower()}).headers["Location"] == address
    assert client.get(f"{address}paper/")["Content-Type"] == "application/pdf"
    data = {"agrees": "on", "signature": drawing(), "terms_hash": agreement.terms_hash}
    response = client.post(address, data, headers={"X-Forwarded-For": "198.51.100.7"}, follow=True)
    assert "You have signed" in response.content.decode()
    assert signatures(world, agreement) == [("caregiver", "link", "198.51.100.7")]


@pytest.fixture
def at_clients_link(client, link):
    """The client's own link, opened with the right digits."""
    world, agreement, _address, _digits = link
    with agency_context(world.agency):
        address = urlsplit(link_of(agreement, "client")).path
        signer = agreement.guardian or agreement.client
        client.post(address, {"last_digits": signer.identity_number[-4:]})
    return address


def test_client_reads_what_when_how_much_and_the_whole_text_above_the_pad(client, link, at_clients_link):
    _world, agreement, _address, _digits = link
    page = client.get(at_clients_link).content.decode()
    for part in ("pattern", "form_name"):
        assert agreement.terms["service"][part] in page
    assert [name in page for group in agreement.terms["services"] for name in group["names"]] == [True] * 6
    assert page.index("十七、争议解决") < page.index('class="pad"')
    assert agreement.terms["client"]["identity"] in page  # masked
    assert "¥1,950.00" in page  # 45 an hour, ten hours a week, 52/12 weeks


def test_client_confirms_each_key_term_and_loses_nothing_by_a_refusal(client, link, at_clients_link):
    world, agreement, _address, _digits = link
    keys, strokes = all_terms(agreement), drawing()
    assert len(keys) == 10
    data = {"agrees": "on", "signature": strokes, "terms_hash": agreement.terms_hash}
    refused = client.post(at_clients_link, {**data, "key_terms": keys[:8]})
    assert refused.context["form"].errors["key_terms"] == ["2 of these are not ticked yet."]
    page = refused.content.decode()
    assert (page.count(" checked"), strokes in page) == (9, True)  # eight terms and the consent
    assert signatures(world, agreement) == []
    client.post(at_clients_link, {**data, "key_terms": keys})
    with agency_context(world.agency):
        assert Signature.objects.get(party="client").confirmed == keys


def test_signer_gets_the_copy_for_a_month_after_saying_who_it_is(client, link, at_clients_link):
    world, agreement, _address, _digits = link
    data = {"agrees": "on", "signature": drawing(), "terms_hash": agreement.terms_hash}
    client.post(at_clients_link, {**data, "key_terms": all_terms(agreement)})
    assert f"{at_clients_link}paper/" in client.get(at_clients_link).content.decode()
    assert client.get(f"{at_clients_link}paper/")["Content-Type"] == "application/pdf"
    client.session.flush()
    client.cookies.clear()
    assert "last_digits" in client.get(at_clients_link).content.decode()
    assert client.get(f"{at_clients_link}paper/").headers["Location"] == at_clients_link
    with agency_context(world.agency):
        agreement.refresh_from_db()
        last = agreement.links_expire_at + dt.timedelta(days=30)
    for moment, text in [(last, "last_digits"), (last + dt.timedelta(seconds=1), "Ask the agency for another copy")]:
        with time_machine.travel(moment, tick=False):
            assert text in client.get(at_clients_link).content.decode()


def test_a_link_opened_again_after_signing_shows_the_copy_and_takes_no_second_signature(client, link):
    world, agreement, address, digits = link
    client.post(address, {"last_digits": digits})
    data = {"agrees": "on", "signature": drawing(), "terms_hash": agreement.terms_hash}
    client.post(address, data)
    assert "You have signed" in client.get(address).content.decode()
    assert "You have signed" in client.post(address, data).content.decode()
    assert len(signatures(world, agreement)) == 1


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ("superseded", "This agreement was replaced by an amendment."),
        ("cancelled", "cancelled before it came into force"),
    ],
)
def test_a_link_opened_after_the_amendment_or_the_end_of_it_says_so(client, link, state, text):
    world, agreement, address, digits = link
    client.post(address, {"last_digits": digits})
    client.post(address, {"agrees": "on", "signature": drawing(), "terms_hash": agreement.terms_hash})
    with agency_context(world.agency):
        agreement.refresh_from_db()
        if state == "superseded":
            for party in ("client", "agency"):
                signing.sign_on_screen(
                    agreement=agreement, party=party, signature=drawing(), way="screen", identity_check="x",
                    by=world.manager, terms_hash=agreement.terms_hash, confirmed=all_terms(agreement),
                )  # fmt: skip
            agreement.refresh_from_db()
            running.move(agreement, "superseded")
        else:
            agreements.cancel_agreement(agreement=agreement, by=world.manager)
    page = client.get(address).content.decode()
    assert text in page
    assert "As soon as all three have signed" not in page
    again = client.post(address, {"agrees": "on", "signature": drawing(), "terms_hash": agreement.terms_hash})
    assert text in again.content.decode()


def test_an_unsigned_link_of_a_withdrawn_text_is_closed_kindly(client, link):
    world, agreement, address, _digits = link
    with agency_context(world.agency):
        agreements.withdraw_from_signing(agreement=agreement, by=world.manager)
    assert "not out for signing any more" in client.get(address).content.decode()
    assert signatures(world, agreement) == []


def test_digits_of_one_party_do_not_open_the_link_of_the_other(client, link):
    world, agreement, address, digits = link
    client.post(address, {"last_digits": digits})
    with agency_context(world.agency):
        other = urlsplit(link_of(agreement, "client")).path
    assert client.get(f"{other}paper/").headers["Location"] == other


def test_after_five_wrong_tries_the_right_digits_are_refused_too(client, link):
    world, agreement, address, digits = link
    for _try in range(5):
        errors = client.post(address, {"last_digits": "0000"}).context["form"].errors["last_digits"]
        assert "not the last four" in errors[0]
    errors = client.post(address, {"last_digits": digits}).context["form"].errors["last_digits"]
    assert "Too many tries" in errors[0]
    assert signatures(world, agreement) == []
