"""The two agencies of the demo, with everything a page could show."""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from agencies.models import Agency
from agencies.tenancy import agency_context
from carecenter import authority
from carecenter.demo import client_files, fees, onboarding, onsite, phone, preferences, reception, rota, wording
from carecenter.demo import world as demo
from carecenter.demo.careers import careers, judge
from carecenter.demo.supervision import supervise
from carecenter.demo.training import train
from contracts.actions import agreements, running

FREE = 2  # caregivers without clients of their own, who relieve others
FIRST = {
    "slug": "kangze",
    "name": "康泽居家养老服务有限公司",
    "short_name": "康泽居家养老",
    "credit_code": "91370102MA3T00001J",
    "phones": {
        "manager": ("13800000001", "周明"),
        "coordinator": ("13800000002", "周敏"),
        "quality_officer": ("13800000003", "何静"),
        "archivist": ("13800000004", "陈安"),
    },
}
SECOND = {
    "slug": "herui",
    "name": "和瑞家政服务有限公司",
    "short_name": "和瑞家政",
    "credit_code": "91370103MA3T000024",
    "phones": {"manager": ("13900000001", "郑岚"), "coordinator": ("13900000002", "宋洁")},
}


@transaction.atomic
def build_demo() -> None:
    """Build both agencies in one transaction, so that a broken start leaves nothing half-made."""
    with connection.cursor() as cursor:  # the web's limits would end it on a slow machine
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
    now = timezone.now()  # of this transaction, as the database plans by it
    build_agency(FIRST, now, caregivers=40, clients=120, first_phone="13800000101")
    build_agency(SECOND, now, caregivers=10, clients=30, first_phone="13900000101")


def is_empty() -> bool:
    return not Agency.objects.exists()


def build_agency(facts: dict, now: dt.datetime, *, caregivers: int, clients: int, first_phone: str) -> None:
    """An agency with agreements in every state; about two clients for each caregiver."""
    world = demo.open_agency(**facts)
    world.now = now
    with agency_context(world.agency):
        authority.issue()
        wording.word(world)
        staff = demo.hire(world, caregivers, first_phone)
        files = demo.take_in(world, clients)
        reception.receive(world, files)
        client_files.complete(world, files)
        active = [person for person in staff if person.state == "active"]
        careers(world, active)
        signed = _agreements(world, active, iter(files[:-3]))
        demo.absences(world, active)
        onboarding.equip(world, active)
        phone.by_phone(world, active)
        for agreement in signed:
            demo.live_through(world, agreement, until=world.today)
        onboarding.scan_badges(world, signed)
        demo.plan_ahead()
        fees.bill(world)
        supervise(world, signed)
        judge(world, active)
        train(world, active)
        _special_states(world, signed)
        wording.keep_templates(world, signed)
        wording.renew(world, signed)
        wording.draft_prices(world)
        preferences.note(world, signed)
        onsite.take_down(world, signed)
        onsite.happen(world, signed)
        rota.plan(world, active)


def _agreements(world, caregivers, files):
    """In force: two hourly clients for most caregivers, one day or live-in client for every fifth; two have time for more."""
    signed = []
    for place, caregiver in enumerate(caregivers[:-FREE]):
        if place % 5 == 0 and place:
            form = "live_in" if place % 10 == 0 else "day"
            signed.append(_one(world, caregiver, next(files), form, slot=0, place=place))
            continue
        for slot in (0, 1):
            client = next(files)
            agreement = _one(world, caregiver, client, "hourly", slot=slot, place=place + slot * 3)
            signed.append(agreement)
    _ended(world, caregivers, files)
    _not_in_force(world, caregivers, files)
    return signed


def _one(world, caregiver, client, form, *, slot, place):
    since = 20 + place * 7 % 140
    starts = world.ago(since)
    agreed_on = starts - dt.timedelta(days=3)
    plan = demo.plan_for(world, client, caregiver, work_form=form, slot=slot, agreed_on=agreed_on)
    ends = world.today + dt.timedelta(days=12 if place % 11 == 3 else 200)
    return demo.sign_up(world, client, caregiver, plan, starts_on=starts, ends_on=ends)


def _ended(world, caregivers, files):
    """Ended lately, with and without handover record, and one so long ago that its record has expired."""
    for place, (days, reason, handed) in enumerate(
        [(3 * 366 + 20, "expiry", True), (30, "expiry", True), (16, "client", False), (10, "hospital", True)]
    ):
        ended = world.ago(days)
        starts = ended - dt.timedelta(days=60)
        client = next(files) if days < 1000 else demo.take_in_on(world, starts - dt.timedelta(days=10))
        caregiver = caregivers[-1] if days > 1000 else caregivers[-5 + place]
        agreed_on = starts - dt.timedelta(days=3)
        plan = demo.plan_for(world, client, caregiver, work_form="hourly", slot=3, agreed_on=agreed_on)
        agreement = demo.sign_up(world, client, caregiver, plan, starts_on=starts, ends_on=ended)
        demo.live_through(world, agreement, until=ended)
        demo.finish(world, agreement, ended, reason, with_handover=handed)


def _not_in_force(world, caregivers, files):
    tomorrow = world.today + dt.timedelta(days=2)
    for place, upto in enumerate(["draft", "draft", "signing", "signing", "signing"]):
        client = next(file for file in files if file.assessments.first().assessed_on > world.ago(170))
        caregiver = caregivers[-1 - place % len(caregivers)]
        plan = demo.plan_for(world, client, caregiver, work_form="hourly", slot=2, agreed_on=world.ago(1))
        ends = tomorrow + dt.timedelta(days=180)
        demo.sign_up(world, client, caregiver, plan, starts_on=tomorrow, ends_on=ends, upto=upto)


def _special_states(world, signed):
    """One suspended, one being amended."""
    with demo.at(world.today, hour=8):
        running.suspend_agreement(
            agreement=signed[-1], by=world.coordinator, from_day=world.today, reason="老人住院，预计两周"
        )
        agreements.amend_agreement(agreement=signed[-2], by=world.coordinator, change_summary="每周增加周六一次")
