"""Doors, proofs, measurements, special circumstances and incidents of the demo world."""

import datetime as dt
from decimal import Decimal

import time_machine
from django.utils import timezone

from agencies.models import AgencySettings
from carecenter.demo.base import World, at
from contracts.actions import onsite, special
from contracts.models import Agreement, Measurement, Visit, VisitConfirmation, VisitProof
from contracts.queries.onsite import may_measure, vital_limits
from contracts.standard import outside_limits
from supervision.actions import incidents

CENTRE = (Decimal("36.651216"), Decimal("117.120095"))  # of Jinan


def take_down(world: World, signed: list[Agreement]) -> None:
    """Most addresses are located, a third of the doors have a card; at some clients blood pressure is taken at every visit."""
    for place, agreement in enumerate(signed):
        if place % 5 != 4 or place % 3 == 0:
            _locate(world, agreement, place)
        if place % 3 == 0:
            _card(world, agreement, place)
        if place % 4 == 0 and may_measure(agreement.client):
            _measure(world, agreement)
    _confirm(world, signed[0])


def _locate(world, agreement, place):
    shift = Decimal(place) / 1000
    onsite.locate_door(
        client=agreement.client, by=world.coordinator, latitude=float(CENTRE[0] + shift),
        longitude=float(CENTRE[1] - shift), is_chinese_map=False,
    )  # fmt: skip


def _card(world, agreement, place):
    client, shift = agreement.client, Decimal(place) / 1000
    onsite.print_door_card(client=client, by=world.coordinator)
    onsite.hang_door_card(client=client, by=world.coordinator, hung_on=world.ago(20))
    done = agreement.visits.filter(state=Visit.State.DONE).order_by("-period")[:3]
    for visit, metres in zip(done, (18, 1240, 35), strict=False):
        with time_machine.travel(visit.checked_in_at, tick=False):
            VisitProof.objects.create(
                visit=visit, moment="in", is_scanned=metres < 100, latitude=CENTRE[0] + shift, longitude=CENTRE[1] - shift,
                accuracy=15, distance=metres,
            )  # fmt: skip


def _measure(world, agreement):
    """Blood pressure, pulse and temperature of the last visits; one evening it was too high."""
    limits = vital_limits(AgencySettings.objects.get())
    rows = []
    for number, visit in enumerate(agreement.visits.filter(state=Visit.State.DONE).order_by("-period")[:14]):
        high = 28 if number == 2 else 0
        values = {
            "systolic": 132 + world.rng.randint(-8, 12) + high,
            "diastolic": 78 + world.rng.randint(-6, 8) + high,
            "pulse": 72 + world.rng.randint(-6, 9),
            "temperature": Decimal("36.4") + Decimal(world.rng.randint(0, 4)) / 10,
        }
        rows.append(
            Measurement(
                agency=world.agency,
                client_id=agreement.client_id,
                visit=visit,
                taken_by=visit.caregiver.user,
                taken_at=visit.checked_in_at + dt.timedelta(minutes=20),
                outside=outside_limits(values, limits),
                **values,
            )
        )
    Measurement.objects.bulk_create(rows)


def _confirm(world, agreement):
    for visit in agreement.visits.filter(state=Visit.State.DONE).order_by("-period")[:2]:
        with time_machine.travel(visit.checked_out_at, tick=False):
            VisitConfirmation.objects.create(visit=visit, unable="resting", recorded_by=visit.caregiver.user)


def happen(world: World, signed: list[Agreement]) -> None:
    """One caregiver cannot come this week, one client is in hospital, an old matter is settled; three incidents."""
    some = [signed[place % len(signed)] for place in range(10)]
    _settled(world, some[9])
    _past_its_limit(world, some[7])
    _reported_today(world, some[5])
    _incidents(world, some)


def _reported_today(world, agreement):
    moment = min(
        timezone.make_aware(dt.datetime.combine(world.today, dt.time(7, 20))), world.now - dt.timedelta(minutes=40)
    )
    with time_machine.travel(moment, tick=True):
        special.report_event(
            agreement=agreement, by=agreement.caregiver.user, kind="caregiver", text="昨晚腰扭伤，医生让休息两周。",
            from_day=world.today, until_day=world.today + dt.timedelta(days=13), by_phone=True,
        )  # fmt: skip


def _past_its_limit(world, agreement):
    with at(world.ago(2), hour=16):
        event = special.report_event(
            agreement=agreement, by=world.coordinator, kind="away", text="社区说老人去女儿家住，回来时间没定。",
            from_day=world.ago(1),
        )  # fmt: skip
        special.tell(event=event, by=world.coordinator, party="client", name=agreement.client.name, means="phone")


def _settled(world, agreement):
    with at(world.ago(18), hour=9):
        event = special.report_event(
            agreement=agreement, by=world.coordinator, kind="other", text="楼里停水一天，做饭改为带餐。",
            from_day=world.ago(18), until_day=world.ago(18),
        )  # fmt: skip
        for party, name in (("client", agreement.client.name), ("guardian", agreement.guardian.name)):
            special.tell(event=event, by=world.coordinator, party=party, name=name, means="phone")
        special.settle_event(event=event, by=world.coordinator, outcome="as_before", outcome_note="第二天恢复供水。")


def _incidents(world, signed):
    ill, hurt, now = signed[2], signed[4], signed[6]
    with at(world.ago(14), hour=10):
        incident = incidents.report_incident(
            by=ill.caregiver.user, kind="illness", client=ill.client, caregiver=ill.caregiver, by_phone=True,
            text="老人起身时头晕摔坐在地上。",
        )  # fmt: skip
        incidents.take_up(incident=incident, by=world.coordinator)
        incidents.add_entry(incident=incident, by=ill.caregiver.user, told="ambulance")
        incidents.add_entry(incident=incident, by=world.coordinator, told="family", name=ill.guardian.name)
        incidents.close_incident(
            incident=incident, by=world.manager, text="老人起身时头晕摔坐在地上，送医检查无骨折，当晚回家。",
            cause="早上没有吃降压药，起身过快。", prevention="到达后先提醒服药；起身前坐一分钟，床边加扶手。",
        )  # fmt: skip
    with at(world.ago(1), hour=11):
        incident = incidents.report_incident(
            by=hurt.caregiver.user, kind="injury", client=hurt.client, caregiver=hurt.caregiver, by_phone=True,
            text="切菜时割伤手指，已包扎。",
        )  # fmt: skip
        incidents.take_up(incident=incident, by=world.coordinator)
    with time_machine.travel(world.now - dt.timedelta(minutes=25), tick=True):
        incidents.report_incident(
            by=now.caregiver.user, kind="other", client=now.client, caregiver=now.caregiver, by_phone=True,
            text="家里闻到煤气味，已关阀开窗，带老人在楼下。",
        )  # fmt: skip
