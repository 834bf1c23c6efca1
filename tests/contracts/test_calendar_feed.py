"""A caregiver's calendar: own visits behind an address that can be made worthless, no address and no name in it."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from agencies.tenancy import agency_context
from caregivers.models import Caregiver
from clients.models import Client
from contracts import icalendar
from contracts.actions.calendar_feeds import feed_url, open_feed
from contracts.icalendar import Event
from contracts.models import Visit
from tests.factories import make_member, make_one


@pytest.fixture
def person(maple):
    with agency_context(maple):
        member = make_member(maple, "caregiver")
        person = make_one(Caregiver, user=member.user, state="active", posted_on=dt.date(2026, 1, 5))
        start = timezone.now().replace(microsecond=0) + dt.timedelta(days=1)
        client = make_one(Client, name="李淑芬", salutation="李奶奶", address="泺文路 8 号")
        for owner in (person, make_one(Caregiver, state="active", posted_on=dt.date(2026, 1, 5))):
            make_one(
                Visit, caregiver=owner, client=client, period=DateTimeTZRange(start, start + dt.timedelta(hours=2))
            )
        person.start = start
        yield person


def test_own_visits_stand_in_it_without_name_and_address(client, person):
    open_feed(caregiver=person)
    text = client.get(feed_url(person).replace("http://testserver", "")).content.decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert f"DTSTART:{person.start.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}\r\n" in text
    assert "SUMMARY:李奶奶\r\n" in text
    assert "李淑芬" not in text
    assert "泺文路" not in text


def test_a_new_address_makes_the_old_one_worthless_and_closing_every_one(client, person):
    client.force_login(person.user)
    page = reverse("phone:calendar")
    client.post(page, {"open": "1"})
    old = feed_url(person)
    client.post(page, {"renew": "1"})
    new = feed_url(person)
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    client.post(page, {"close": "1"})
    assert (feed_url(person), client.get(new).status_code) == ("", 404)


def test_whoever_is_suspended_has_no_visits_in_it(client, person):
    open_feed(caregiver=person)
    Caregiver.objects.filter(pk=person.pk).update(state="suspended")
    assert "BEGIN:VEVENT" not in client.get(feed_url(person)).content.decode()


def test_an_address_of_another_agency_or_a_cut_one_opens_nothing(client, person, birch):
    open_feed(caregiver=person)
    url = feed_url(person)
    for wrong in (url.replace("/maple/", "/birch/"), url.replace(".ics", "x.ics"), url.replace("~", "~x")):
        assert client.get(wrong).status_code == 404


def test_lines_are_folded_between_characters_and_signs_are_escaped():
    start = dt.datetime(2026, 12, 31, 22, tzinfo=dt.UTC)
    event = Event("1", start, start + dt.timedelta(hours=8), "李奶奶，" * 30 + "; a,b\\\nc", start)
    lines = icalendar.calendar("康泽", [event]).split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = "".join(line[1:] if line.startswith(" ") else f"\n{line}" for line in lines)
    assert f"SUMMARY:{'李奶奶，' * 30}\\; a\\,b\\\\\\nc" in whole
    assert "DTEND:20270101T060000Z" in whole
