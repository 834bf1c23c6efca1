"""The code on a signed paper that is uploaded: read, matched to the agreement and its text, or said to be unchecked."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from PIL import Image, ImageFilter

from agencies.links import public_url
from agencies.models import User
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from contracts.actions import agreements, signing
from contracts.models import Signature
from tests.world import make_world, sign_agreement, staff_up


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.caregivers = staff_up(world, 2)
        world.clients = demo.take_in(world, 8)[1:3]
        world.first, world.second = (
            sign_agreement(world, caregiver, client, upto="draft")
            for caregiver, client in zip(world.caregivers, world.clients, strict=True)
        )
        for agreement in (world.first, world.second):
            agreements.send_for_signing(agreement=agreement, by=world.coordinator)
        yield world


def photo(text, kind="JPEG"):
    """A page with a code on it, laid a little aslant and out of focus, as a telephone takes it."""
    import segno

    code = io.BytesIO()
    segno.make(text).save(code, kind="png", scale=4)
    page = Image.new("L", (1240, 1754), 250)
    page.paste(Image.open(code).convert("L"), (960, 1300))
    page = page.rotate(4, expand=True, fillcolor=90).filter(ImageFilter.GaussianBlur(1))
    target = io.BytesIO()
    page.convert("RGB").save(target, kind)
    return target.getvalue()


def upload(text, kind="JPEG"):
    return f"scan.{kind}".lower(), photo(text, kind), "application/pdf" if kind == "PDF" else "image/jpeg"


def address_of(agreement):
    return public_url("public:verify", agreement.document.verify_code)


def record(world, scan, parties=("client", "agency", "caregiver")):
    return signing.record_paper(
        agreement=world.first, parties=parties, scan=scan, signed_on=timezone.localdate(),
        terms_hash=world.first.terms_hash, by=world.manager,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["JPEG", "PDF"])
def test_one_paper_signed_by_all_three_is_matched_and_brings_the_agreement_into_force(world, kind):
    rows = record(world, upload(address_of(world.first), kind))
    assert [(row.party, row.way, row.paper_code) for row in rows] == [
        ("client", "paper", "matched"), ("agency", "paper", "matched"), ("caregiver", "paper", "matched"),
    ]  # fmt: skip
    assert len({row.image_id for row in rows}) == 1
    world.first.refresh_from_db()
    assert world.first.state == "in_force"


def test_the_paper_of_another_agreement_is_refused_by_its_name(world):
    with pytest.raises(ValidationError) as refusal:
        record(world, upload(address_of(world.second)))
    [text] = refusal.value.message_dict["scan"]
    assert world.second.number in text
    assert f"not to {world.first.number}" in text
    assert not Signature.objects.exists()


def test_a_text_that_was_withdrawn_is_refused(world):
    old = address_of(world.first)
    agreements.withdraw_from_signing(agreement=world.first, by=world.manager)
    agreements.send_for_signing(agreement=world.first, by=world.manager)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")  # as at the end of a request
    with pytest.raises(ValidationError, match="earlier text"):
        record(world, upload(old))
    assert record(world, upload(address_of(world.first)), ["client"])[0].paper_code == "matched"


def test_the_code_of_another_agency_is_refused_and_a_strange_one_passed_over(world):
    with pytest.raises(ValidationError, match="another agency"):
        record(world, upload(address_of(world.first).replace("/kangze/", "/herui/")))
    assert record(world, upload("https://example.com/pay"), ["client"])[0].paper_code == "unread"


def test_a_paper_without_a_readable_code_is_taken_and_the_page_says_so(world, client):
    User.objects.update(language="en")
    client.force_login(world.manager)
    address = f"/kangze/agreements/{world.first.pk}/paper/"
    name, content, kind = demo.signed_sheet()
    data = {"parties": ["client", "caregiver"], "signed_on": timezone.localdate().isoformat()}
    hidden = {"terms_hash": world.first.terms_hash}
    page = client.post(address, {**data, **hidden, "scan": _file(name, content, kind)}, follow=True).content.decode()
    assert "could not be read" in page
    assert page.count("code not readable, match unchecked") == 2


def test_a_wrong_paper_keeps_what_was_typed(world, client):
    client.force_login(world.manager)
    name, content, kind = upload(address_of(world.second))
    data = {"parties": ["client"], "signed_on": timezone.localdate().isoformat(), "terms_hash": world.first.terms_hash}
    page = client.post(f"/kangze/agreements/{world.first.pk}/paper/", {**data, "scan": _file(name, content, kind)})
    assert world.second.number in page.context["form"].errors["scan"][0]
    assert page.context["form"]["parties"].value() == ["client"]


def _file(name, content, kind):
    file = io.BytesIO(content)
    file.name, file.content_type = name, kind
    return file
