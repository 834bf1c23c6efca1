"""Licences: added with their scan, corrected, renewed, hidden, announced before they end (4.1.1)."""

import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from time_machine import travel

from agencies import licences
from agencies.models import Licence, Notice
from agencies.tenancy import agency_context
from tests.factories import make_member

pytestmark = pytest.mark.django_db
D = dt.date
FACTS = {"number": "PZRX01", "issuer": "泰山财产保险", "issued_on": D(2026, 1, 1), "expires_on": D(2026, 12, 31)}


@pytest.fixture(autouse=True)
def today():
    with travel(dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def manager(maple):
    return make_member(maple).user


@pytest.fixture
def in_maple(maple, manager):
    with agency_context(maple):
        yield maple


def png():
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(buffer, "PNG")
    return buffer.getvalue()


def add(by, **facts):
    facts = {"kind": "insurance", "is_public": True, "scan": ("证照.png", png(), "image/png"), **FACTS, **facts}
    return licences.add_licence(by=by, **facts)


def refused(call, *args, **kwargs):
    with pytest.raises(ValidationError) as caught:
        call(*args, **kwargs)
    return caught.value.message_dict


def test_everything_against_a_licence_is_named_at_once(in_maple, manager):
    add(manager)
    wrong = {"issued_on": D(2026, 11, 24), "expires_on": D(2026, 11, 23), "scan": None}
    assert refused(add, manager, **wrong).keys() == {"number", "issued_on", "expires_on", "scan"}
    assert add(manager, number="PZRX02", issued_on=D(2026, 11, 23), expires_on=D(2026, 11, 23))


@pytest.mark.parametrize(
    ("expires_on", "days"),
    [
        (D(2027, 2, 22), None),  # 91 days ahead
        (D(2027, 2, 21), 90),
        (D(2026, 12, 24), 90),  # 31
        (D(2026, 12, 23), 30),
        (D(2026, 12, 1), 30),  # 8
        (D(2026, 11, 30), 7),
        (D(2026, 11, 24), 7),
        (D(2026, 11, 23), 0),
        (D(2026, 11, 22), 0),
        (None, None),
    ],
)
def test_managers_are_told_at_each_step_once(in_maple, manager, expires_on, days):
    licence = add(manager, expires_on=expires_on)
    assert licences.warn_of_endings() == {"warned": 0 if days is None else 1}
    licence.refresh_from_db()
    assert licence.warned_days == days
    assert licences.warn_of_endings() == {"warned": 0}
    assert Notice.objects.filter(user=manager).count() == (days is not None)


def test_the_next_step_tells_again_and_a_new_end_starts_anew(in_maple, manager):
    licence = add(manager, expires_on=D(2026, 12, 23))
    assert licences.warn_of_endings() == {"warned": 1}
    with travel(dt.datetime(2026, 12, 16, 4, tzinfo=dt.UTC)):
        assert licences.warn_of_endings() == {"warned": 1}
    facts = {**FACTS, "kind": "insurance", "is_public": True, "expires_on": D(2026, 12, 20)}
    licences.correct_licence(licence=licence, by=manager, **facts)
    assert licences.warn_of_endings() == {"warned": 1}
    titles = set(Notice.objects.values_list("title", flat=True))
    assert "Liability insurance PZRX01 ends on 2026-12-20; renew it" in titles


def test_a_renewal_keeps_the_old_licence_and_its_number(in_maple, manager):
    old = add(manager)
    facts = {**FACTS, "is_public": True, "scan": ("新.png", png(), "image/png")}
    early = facts | {"issued_on": D(2025, 12, 31), "expires_on": D(2026, 12, 31)}
    assert refused(licences.renew_licence, licence=old, by=manager, **early).keys() == {"issued_on", "expires_on"}
    new = licences.renew_licence(
        licence=old, by=manager, **facts | {"issued_on": D(2026, 11, 20), "expires_on": D(2027, 12, 31)}
    )
    old.refresh_from_db()
    assert (old.is_replaced, new.is_replaced, new.number, new.kind) == (True, False, "PZRX01", "insurance")
    with pytest.raises(ValidationError, match="was renewed"):
        licences.renew_licence(licence=old, by=manager, **facts)
    assert licences.warn_of_endings() == {"warned": 0}


def test_the_public_page_shows_what_is_in_force_and_not_hidden(client, maple, manager):
    with agency_context(maple):
        add(manager, number="SHOWN")
        hidden = add(manager, number="HIDDEN", kind="food")
        licences.show_licence(licence=hidden, by=manager)
        Licence.objects.filter(pk=add(manager, number="OLD", kind="other").pk).update(is_replaced=True)
    page = client.get(reverse("public:agency", args=["maple"])).text
    assert ("SHOWN" in page, "HIDDEN" in page, "OLD" in page) == (True, False, False)
    assert client.get(reverse("public:licence_scan", args=["maple", hidden.pk])).status_code == 404


def test_nothing_is_shown_without_its_scan(in_maple, manager):
    licence = add(manager, is_public=False, scan=None)
    with pytest.raises(ValidationError, match="Add the scan"):
        licences.show_licence(licence=licence, by=manager)


def test_the_pages_add_renew_and_list_what_ends(client, maple, manager):
    client.force_login(manager)
    data = {"kind": "insurance", "number": "PZRX01", "issuer": "泰山财产保险", "is_public": "on"}
    data |= {"issued_on": "2026-01-01", "expires_on": "2026-12-10"}
    url = reverse("licence_new", args=["maple"])
    assert client.post(url, data).context["form"].errors.keys() == {"scan"}
    upload = SimpleUploadedFile("证照.png", png(), "image/png")
    assert client.post(url, data | {"scan": upload}).status_code == 302
    ending = reverse("licence_list", args=["maple"]) + "?only=30"
    [licence] = client.get(ending).context["object_list"]
    renewed = {"issued_on": "2026-11-20", "expires_on": "2027-12-10"}
    upload = SimpleUploadedFile("证照.png", png(), "image/png")
    client.post(reverse("licence_renew", args=["maple", licence.pk]), data | renewed | {"scan": upload})
    assert list(client.get(ending).context["object_list"]) == []
    with agency_context(maple):
        assert sorted(Licence.objects.values_list("is_replaced", "expires_on")) == [
            (False, D(2027, 12, 10)),
            (True, D(2026, 12, 10)),
        ]
