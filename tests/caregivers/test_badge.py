"""Badges: printed, replaced, and the public page behind their code."""

import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from agencies.links import make_token
from agencies.models import AgencySettings, StoredFile, User
from agencies.tenancy import agency_context
from caregivers import public
from caregivers.actions import badge as actions
from caregivers.actions import files, posting
from caregivers.models import BadgeIssue, BadgeScan, Caregiver, Credential
from caregivers.queries.badge import badge_name, find_badge
from tests.caregivers import people
from tests.factories import make_member, make_one
from tests.past_the_rules import rewrite
from tests.test_lists import queries_of


@pytest.fixture
def bearer(course, manager):
    return people.posted(manager)


def token_of(caregiver, version=None):
    return make_token("badge", caregiver.pk, version or caregiver.badge_version)


def address(token, name="badge", agency="maple"):
    return reverse(f"public:{name}", args=[agency, token])


def picture_of(caregiver):
    with caregiver.photo.file.open() as file:
        return Image.open(io.BytesIO(file.read()))


def lights():
    return list(BadgeScan.objects.order_by("pk").values_list("light", flat=True))


def test_a_scan_shows_the_bearer_and_is_kept(client, bearer):
    page = client.get(address(token_of(bearer)))
    text = page.content.decode()
    assert page.status_code == 200
    assert "Works for us and may be let in" in text
    for shown in ("王秀兰", "0001", "Ordinary", "Maple居家养老服务有限公司", address(token_of(bearer), "badge_photo")):
        assert shown in text
    assert lights() == ["green"]
    assert page["Cache-Control"] == "private, no-store"


def test_nothing_private_stands_on_the_page(client, bearer):
    text = client.get(address(token_of(bearer))).content.decode()
    private = [bearer.identity_number, bearer.identity_number[-4:], bearer.phone, bearer.phone[-4:], "泺文路", "1985"]
    assert [word for word in private if word in text] == []


def test_the_light_is_computed_at_that_moment(client, bearer):
    today = timezone.localdate()
    insurance = Credential.objects.filter(kind="insurance")
    rewrite(insurance, expires_on=today - dt.timedelta(days=1))
    assert "Works for us; something has to be renewed" in client.get(address(token_of(bearer))).content.decode()
    rewrite(Credential.objects.filter(kind="health"), expires_on=today - dt.timedelta(days=1))
    text = client.get(address(token_of(bearer))).content.decode()
    assert "Please do not let in" in text
    assert "No valid health certificate" in text
    assert "王秀兰" in text
    assert lights() == ["yellow", "red"]


def test_who_left_is_red_and_shows_neither_face_nor_name(client, bearer, manager):
    posting.dismiss_caregiver(caregiver=bearer, by=manager, left_on=timezone.localdate(), left_reason="本人辞职")
    text = client.get(address(token_of(bearer))).content.decode()
    assert "Please do not let in" in text
    assert "Does not work for us at present" in text
    assert "王秀兰" not in text
    assert "<img" not in text.split("<main")[1]
    assert client.get(address(token_of(bearer), "badge_photo")).status_code == 404
    assert lights() == ["red"]


@pytest.mark.parametrize("state", ["onboarding", "suspended"])
def test_who_is_not_posted_is_red(client, bearer, state):
    Caregiver.objects.filter(pk=bearer.pk).update(state=state)
    assert "Please do not let in" in client.get(address(token_of(bearer))).content.decode()


def test_a_lost_badge_says_so_and_the_new_one_is_green(client, bearer, manager):
    old = token_of(bearer)
    actions.replace_badge(caregiver=bearer, by=manager)
    assert bearer.badge_version == 2
    text = client.get(address(old)).content.decode()
    assert "reported lost" in text
    assert "王秀兰" not in text
    assert client.get(address(old, "badge_photo")).status_code == 404
    assert "may be let in" in client.get(address(token_of(bearer))).content.decode()
    assert lights() == ["red", "green"]


def test_a_badge_is_replaced_once_by_two_who_press_at_once(bearer, manager):
    again = Caregiver.objects.get(pk=bearer.pk)
    actions.replace_badge(caregiver=bearer, by=manager)
    with pytest.raises(ValidationError, match="a moment ago"):
        actions.replace_badge(caregiver=again, by=manager)
    assert Caregiver.objects.get(pk=bearer.pk).badge_version == 2


def test_codes_that_are_not_ours_all_look_alike(client, bearer, birch):
    with agency_context(birch):
        theirs = make_one(Caregiver, state="left", left_on=dt.date(2026, 1, 1))
        foreign = token_of(theirs)
    nobody = make_token("badge", 999_999, 1)
    forged = token_of(bearer)[:-1] + ("A" if token_of(bearer)[-1] != "A" else "B")
    other_purpose = make_token("survey", bearer.pk, 1)
    pages = [client.get(address(token)) for token in (foreign, nobody, forged, other_purpose, "x", "1-1~")]
    assert {page.status_code for page in pages} == {404}
    assert len({page.content.split(b"<main")[1].split(b"</main>")[0] for page in pages}) == 1
    assert lights() == []


def test_looking_without_opening_keeps_no_scan_and_posting_is_refused(client, bearer):
    assert client.head(address(token_of(bearer))).status_code == 200
    assert client.post(address(token_of(bearer))).status_code == 405
    assert lights() == []


def test_the_bearers_own_look_is_no_evidence(client, maple, bearer):
    bearer.user = make_member(maple, "caregiver").user
    bearer.save()
    client.get(address(token_of(bearer)))
    client.force_login(bearer.user)
    assert client.get(address(token_of(bearer))).status_code == 200
    assert lights() == ["green"]


def test_an_address_that_asks_too_often_is_held_off(client, bearer, monkeypatch):
    monkeypatch.setattr(public, "PER_HOUR", 3)
    answers = [client.get(address(token)).status_code for token in (token_of(bearer), "x", "x", token_of(bearer), "x")]
    assert answers == [200, 404, 404, 429, 429]
    elsewhere = client.get(address(token_of(bearer)), REMOTE_ADDR="10.1.2.3")
    assert elsewhere.status_code == 200
    assert lights() == ["green", "green"]


def test_scans_are_never_changed(client, bearer):
    client.get(address(token_of(bearer)))
    with pytest.raises(Error, match="insert-only"), transaction.atomic():
        BadgeScan.objects.update(light="red")


def test_the_name_is_masked_on_badge_and_page_where_the_agency_says_so(client, bearer):
    AgencySettings.objects.update(badge_full_name=False)
    assert badge_name(bearer) == "王**"
    text = client.get(address(token_of(bearer))).content.decode()
    assert "王**" in text
    assert "王秀兰" not in text


def test_the_photo_is_served_by_the_code_alone(client, bearer):
    response = client.get(address(token_of(bearer), "badge_photo"))
    assert response["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(response.content)) as image:
        assert image.size == (480, 640)
    assert client.get(address("x", "badge_photo")).status_code == 404


def test_a_photo_is_cut_to_the_shape_of_a_badge_without_what_the_camera_wrote(in_maple, manager):
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    caregiver = people.open_file(manager, photo=people.photo((900, 600), exif=exif.tobytes()))
    with picture_of(caregiver) as image:
        assert image.size == (480, 640)
        assert not image.getexif()
    assert caregiver.photo.name == "face.jpg"


def test_a_photo_with_holes_is_laid_on_white_and_a_tiny_one_is_refused(in_maple, manager):
    buffer = io.BytesIO()
    Image.new("RGBA", (300, 400), (0, 0, 0, 0)).save(buffer, "PNG")
    caregiver = people.open_file(manager, photo=("face.png", buffer.getvalue(), "image/png"))
    with picture_of(caregiver) as image:
        assert image.getpixel((240, 320)) == (255, 255, 255)
    before = StoredFile.objects.count()
    with pytest.raises(ValidationError) as refusal:
        files.update_caregiver(caregiver=caregiver, by=manager, photo=people.photo((119, 400)))
    assert refusal.value.message_dict.keys() == {"photo"}
    files.update_caregiver(caregiver=caregiver, by=manager, photo=people.photo((120, 120)))
    assert StoredFile.objects.count() == before + 1


def test_printing_keeps_who_got_which_version(bearer, manager):
    first = actions.print_badge(caregiver=bearer, by=manager)
    actions.replace_badge(caregiver=bearer, by=manager)
    second = actions.print_sheet(caregivers=[bearer], by=manager)
    rows = BadgeIssue.objects.order_by("pk").values_list("version", "document", "document__kind", "issued_by")
    assert list(rows) == [(1, first.pk, "badge", manager.pk), (2, second.pk, "badge_sheet", manager.pk)]


def test_everybody_who_cannot_have_a_badge_is_named_at_once(bearer, manager):
    new = people.open_file(manager, name="李梅", identity_number="370102199003078827", phone="13605310222", photo=None)
    with pytest.raises(ValidationError) as refusal:
        actions.print_sheet(caregivers=[bearer, new], by=manager)
    assert refusal.value.messages == [
        "李梅 0002 is not posted; the badge comes with the last step of on-boarding.",
        "李梅 0002 has no photo; add one to the file first.",
    ]
    assert not BadgeIssue.objects.exists()


@pytest.mark.parametrize(("count", "message"), [(0, "Tick the caregivers"), (51, "At most 50")])
def test_a_sheet_has_one_to_fifty_badges(bearer, manager, count, message):
    with pytest.raises(ValidationError, match=message):
        actions.print_sheet(caregivers=[bearer] * count, by=manager)


@pytest.fixture
def office(client, manager):
    User.objects.filter(pk=manager.pk).update(language="en")
    client.force_login(manager)
    return client


def test_list_shows_what_is_printed_and_prints_what_is_ticked(office, bearer, manager):
    page = reverse("badge_list", args=["maple"])
    assert "not yet" in office.get(page).content.decode()
    back = office.post(reverse("badge_sheet", args=["maple"]), {"caregiver": [bearer.pk, "x", "9" * 30]}, follow=True)
    assert "The sheet is being prepared" in back.content.decode()
    [row] = office.get(page).context["object_list"]
    assert (row.printed_version, row.badge_version) == (1, 1)
    assert office.get(page, {"only": "to_print"}).context["object_list"].count() == 0
    office.post(reverse("badge_replace", args=["maple", bearer.pk]))
    assert "lost, to be printed anew" in office.get(page).content.decode()
    assert office.get(page, {"only": "to_print"}).context["object_list"].count() == 1
    assert office.get(page, {"only": "no_photo"}).context["object_list"].count() == 0


def test_list_costs_the_same_with_one_row_and_with_fifty(office, bearer):
    page = reverse("badge_list", args=["maple"])
    office.get(page)
    assert queries_of(office, page)[0] == 6
    for _row in range(49):
        make_one(Caregiver, state="active", posted_on=dt.date(2026, 1, 1))
    count, response = queries_of(office, page)
    assert (count, len(response.context["object_list"])) == (6, 50)


def test_file_page_shows_certificate_badge_and_last_scan(office, bearer, manager):
    actions.print_badge(caregiver=bearer, by=manager)
    actions.record_scan(badge=find_badge(token_of(bearer)))
    text = office.get(reverse("caregiver_file", args=["maple", bearer.pk])).content.decode()
    assert f"SG-{timezone.localdate().year}-0001" in text
    assert "Last scanned" in text
    assert "Everything in order" in text
