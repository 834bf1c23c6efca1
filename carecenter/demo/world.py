"""Builds an agency of the demo world by the same actions people use, as of the days on which they would have used them."""

import base64
import datetime as dt
import functools
import io
from decimal import Decimal
from random import Random

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from PIL import Image, ImageDraw

from agencies import licences
from agencies.actions import agency as actions
from agencies.files import PNG_PREFIX
from agencies.models import (
    Licence,
    Membership,
    Price,
    PriceList,
    Role,
    ServiceItem,
    User,
)
from agencies.tenancy import agency_context
from archive.prices import publish_price_list
from archive.texts import keep_text
from carecenter.demo import onboarding, people
from carecenter.demo.base import World, at
from caregivers.actions import credentials, posting
from caregivers.actions import files as caregiver_actions
from caregivers.models import Caregiver
from caregivers.rule import RULE
from clients.actions import assessments, consents
from clients.actions import files as client_actions
from clients.consent_text import CONSENTS
from clients.models import Client
from clients.standard import GBT_42195
from contracts.actions import agreements, handovers, plans, running, signing, visits
from contracts.actions.quality import hand_down
from contracts.key_terms import key_terms
from contracts.models import Agreement, CareNote, ServicePlan, Visit, VisitTask
from contracts.standard import Slot, occurrences

PASSWORD = "demo-2026"  # noqa: S105 -- printed at every start
SLOTS = [dt.time(8, 30), dt.time(14), dt.time(10, 45), dt.time(16, 15)]
WEEKENDS = {1: (1, 3, 5, 6, 7)}  # who is visited in the afternoon also on weekends
# Unit, today's price, what it includes; earlier lists were cheaper by a twentieth each.
PRICES = {
    "hourly": ("hour", "45.00", "2 小时起；生活照料、测血压、提醒吃药、读报聊天"),
    "day": ("day", "260.00", "8 小时；午间休息 1 小时，不含餐"),
    "live_in": ("month", "6500.00", "每月 26 天；食宿由客户提供"),
}
HOLIDAYS = {"hourly": ("hour", "90.00"), "day": ("day", "520.00")}
EXTRAS = {
    "5.2-01": ("visit", "60.00", "每次 40 分钟"),
    "5.2-05": ("visit", "50.00", "每次 30 分钟"),
    "5.1-06": ("visit", "80.00", "半天；交通费按票据"),
}


def make_user(phone: str, name: str) -> User:
    user = User.objects.filter(phone=phone).first()
    return user or User.objects.create_user(phone, PASSWORD, name=name)


def signature_png(rng: Random) -> str:
    """A drawn squiggle as a signature pad would send it."""
    image = Image.new("RGBA", (360, 120), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    points = [(20 + 16 * n, 60 + rng.randint(-34, 34)) for n in range(20)]
    draw.line(points, fill=(20, 33, 61, 255), width=4, joint="curve")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return PNG_PREFIX + base64.b64encode(buffer.getvalue()).decode()


@functools.cache
def signed_sheet() -> tuple[str, bytes, str]:
    """A drawn sheet with four boxes ticked and a squiggle below, as an upload; nobody's hand."""
    image = Image.new("RGB", (600, 850), "#fdfcf8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((200, 50, 400, 66), fill="#333333")
    for row in range(5):
        top = 140 + row * 90
        draw.rectangle((60, top, 84, top + 24), outline="#333333", width=2)
        if row < 4:
            draw.line([(63, top + 12), (71, top + 22), (90, top - 6)], fill="#14213d", width=4)
        for line in range(3):
            draw.line([(110, top + 6 + line * 22), (540 - line * 60, top + 6 + line * 22)], fill="#9a9a9a", width=5)
    points = [(330 + 10 * n, 730 + (26 if n % 2 else -22) * (n % 5) // 3) for n in range(18)]
    draw.line(points, fill="#14213d", width=4, joint="curve")
    draw.line([(310, 770), (540, 770)], fill="#333333", width=2)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return "知情同意书.jpg", buffer.getvalue(), "image/jpeg"


def licence_scan(*words: str) -> tuple[str, bytes, str]:
    """A drawn sheet with a frame, a seal and lines instead of words; nobody's licence."""
    rng = Random("-".join(words))  # noqa: S311 -- the same sheet at every start
    image = Image.new("RGB", (840, 600), "#fffdf5")
    draw = ImageDraw.Draw(image)
    draw.rectangle((24, 24, 816, 576), outline="#b08d3c", width=10)
    draw.rectangle((260, 70, 580, 100), fill="#7a1f1f")
    for row in range(6):
        top = 170 + row * 50
        draw.rectangle((90, top, 210, top + 16), fill="#555555")
        draw.rectangle((240, top, 420 + rng.randint(40, 300), top + 16), fill="#999999")
    draw.ellipse((620, 410, 760, 550), outline="#c0392b", width=8)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return "证照.jpg", buffer.getvalue(), "image/jpeg"


def open_agency(
    *, slug: str, name: str, short_name: str, credit_code: str, phones: dict[str, tuple[str, str]]
) -> World:
    """Create an agency with its staff, settings, catalogue, licences and price list."""
    staff = {role: make_user(phone, person) for role, (phone, person) in phones.items()}
    agency, _password = actions.open_agency(
        slug=slug,
        name=name,
        short_name=short_name,
        credit_code=credit_code,
        legal_representative=phones["manager"][1],
        address="济南市历下区泺源大街88号",
        phone="0531-86000000",
        complaint_phone="0531-86000012",
        manager_phone=phones["manager"][0],
        manager_name=phones["manager"][1],
    )
    for role, user in staff.items():
        Membership.objects.get_or_create(agency=agency, user=user, defaults={"roles": [role]})
    staff.setdefault("coordinator", staff["manager"])
    world = World(agency, staff, seed=len(slug))
    with agency_context(agency):
        _licences(world)
        _price_lists(world)
        _staff_files(world)
        with at(world.ago(1500)):
            for kind in (RULE, CONSENTS):
                keep_text(kind)
    return world


POSTS = {"manager": "总经理", "coordinator": "客服主管", "quality_officer": "督导员"}


def _staff_files(world):
    """Files of the staff but for the archivist's, who came last week."""
    for role, post in POSTS.items():
        if role not in world.staff or (role != "manager" and world.staff[role] == world.manager):
            continue
        is_manager = role == "manager"
        with at(world.ago(700)):
            row = credentials.open_staff_file(
                by=world.manager, user=world.staff[role], post=post, is_manager=is_manager,
                education="college" if is_manager else "senior_high",
                managing_since=world.ago(2500) if is_manager else None, knows_law_on=world.ago(700),
            )  # fmt: skip
        for kind, days in (("identity_card", None), ("health", 300)):
            issued = world.ago(600) if days is None else world.ago(65)
            with at(issued + dt.timedelta(days=1)):
                credentials.add_credential(
                    by=world.manager, staff_file=row, kind=kind, number=f"{kind[:2].upper()}{world.next_serial():06}",
                    issuer="济南市公安局" if days is None else "济南市疾病预防控制中心", issued_on=issued,
                    expires_on=issued + dt.timedelta(days=days or 3650), original_sighted=True,
                )  # fmt: skip


def _licences(world):
    """Each shown with a drawn scan; the insurance was renewed once and ends soon."""
    rows = [
        ("business", world.agency.credit_code, "济南市市场监督管理局", 900, None),
        ("home_service", f"37JZ{world.next_serial():06}", "济南市商务局", 500, 230),
        ("elderly_care", f"YL370102{world.next_serial():06}", "历下区民政局", 300, 800),
        ("insurance", f"PZRX{world.next_serial():010}", "泰山财产保险", 705, -340),
    ]
    for kind, number, issuer, since, left in rows:
        with at(world.ago(since)):
            dates = {"issued_on": world.ago(since), "expires_on": left and world.ago(-left)}
            scan = licence_scan(Licence.Kind(kind).value, world.agency.slug)
            facts = {"number": number, "issuer": issuer, "is_public": True}
            licence = licences.add_licence(by=world.manager, kind=kind, scan=scan, **facts, **dates)
    dates = {"issued_on": world.ago(340), "expires_on": world.ago(-25)}
    facts["number"] = f"PZRX{world.next_serial():010}"
    with at(world.ago(340)):
        scan = licence_scan("insurance-2", world.agency.slug)
        licences.renew_licence(licence=licence, by=world.manager, scan=scan, **facts, **dates)


def _price_lists(world):
    items = {item.code: item for item in ServiceItem.objects.all()}
    for days, share in ((1500, "0.90"), (900, "0.95"), (200, "1.00")):
        price_list = PriceList.objects.create(name=f"{world.ago(days).year} 年价目表", effective_from=world.ago(days))
        rows = [
            *(
                {"work_form": form, "unit": unit, "amount": yuan, "note": note}
                for form, (unit, yuan, note) in PRICES.items()
            ),
            *(
                {"service_item": items[code], "unit": unit, "amount": yuan, "note": note}
                for code, (unit, yuan, note) in EXTRAS.items()
            ),
            *(
                {
                    "kind": "holiday",
                    "work_form": form,
                    "unit": unit,
                    "amount": yuan,
                    "note": "国务院公布的法定节假日当天",
                }
                for form, (unit, yuan) in HOLIDAYS.items()
            ),
        ]
        for row in rows:
            row["amount"] = (Decimal(row["amount"]) * Decimal(share)).quantize(Decimal("0.01"))
        Price.objects.bulk_create([Price(agency=world.agency, price_list=price_list, **row) for row in rows])
        with at(world.ago(days + 3)):
            publish_price_list(price_list=price_list, by=world.manager)


def hire(world: World, count: int, first_phone: str) -> list[Caregiver]:
    """Caregivers: most active with all papers, some on-boarding, suspended or gone; one with a paper about to end."""
    caregivers = []
    for place in range(count):
        hired = world.ago(1600 if place == count - 4 else world.rng.randint(300, 700))
        kind = "onboarding" if place in (count - 1, count - 2) else "left" if place == count - 3 else "active"
        if kind == "onboarding":
            hired = world.ago(16 if place == count - 2 else 3)
        with at(hired):
            caregiver = _file_of_caregiver(world, place, hired, first_phone)
        if place == count - 2:
            onboarding.register(world, caregiver, hired)
            _papers(world, caregiver, place, hired)
            onboarding.interview(world, caregiver, hired + dt.timedelta(days=4), 55)
        if kind != "onboarding":
            onboarding.register(world, caregiver, hired)
            _papers(world, caregiver, place, hired)
            _rule_and_level(world, caregiver, place, hired)
            onboarding.finish(world, caregiver, hired)
        if kind == "left":
            with at(world.ago(40)):
                posting.dismiss_caregiver(
                    caregiver=caregiver, by=world.manager, left_on=world.ago(40), left_reason="本人辞职"
                )
        caregivers.append(caregiver)
    return caregivers


def _file_of_caregiver(world, place, hired, first_phone):
    rng = world.rng
    sex = "male" if place % 9 == 8 else "female"
    birth = people.birth_date(rng, world.today, 34, 53)
    work_forms = ["hourly"] if place % 5 else ["hourly", "day", "live_in"]
    caregiver = caregiver_actions.create_caregiver(
        by=world.manager,
        name="王秀兰" if place == 0 else people.person_name(rng, people.CARER_GIVEN),
        identity_type="resident",
        identity_number=people.identity_number(rng, birth, sex, world.next_serial()),
        phone=f"{int(first_phone) + place}",
        home_address=f"济南市{rng.choice(people.DISTRICTS)}{rng.choice(people.STREETS)}{rng.randint(1, 99)}号",
        emergency_contact=people.person_name(rng, [*people.SONS, *people.DAUGHTERS]),
        emergency_phone=f"1360000{rng.randint(1000, 9999)}",
        education=rng.choice(["junior_high", "junior_high", "senior_high", "college"]),
        employment="part_time" if place % 6 == 5 else "full_time",
        work_forms=work_forms,
        declared_no_history_on=hired,
        hired_on=hired,
        photo=onboarding.portrait(place),
    )
    caregiver.user = make_user(caregiver.phone, caregiver.name)
    Membership.objects.get_or_create(agency=world.agency, user=caregiver.user, defaults={"roles": [Role.CAREGIVER]})
    caregiver.save()
    return caregiver


def _papers(world, caregiver, place, hired):
    health_left = {1: 5, 2: 20, 3: 60}.get(place, world.rng.randint(95, 340))
    rows = [
        ("identity_card", None, "济南市公安局历下分局", 3000, 4000),
        ("domestic_service", 5, "济南市人力资源和社会保障局", 800, None),
        ("elderly_care", 6 - place % 4 if place % 4 else 5 - place % 3, "济南市人力资源和社会保障局", 700, None),
        ("background", None, "本人提交，公安机关出具", 720, None),
        ("insurance", None, "泰山财产保险", 200, 165),
    ]
    for kind, grade, issuer, since, left in rows:
        with at(hired):
            credentials.add_credential(
                caregiver=caregiver,
                by=world.manager,
                kind=kind,
                grade=grade,
                number=f"{kind[:2].upper()}{world.next_serial():08}",
                issuer=issuer,
                issued_on=min(world.ago(since), hired),
                expires_on=world.today + dt.timedelta(days=left) if left else None,
                original_sighted=True,
            )
    ends = world.today + dt.timedelta(days=health_left)
    while ends > hired:
        issued = ends - dt.timedelta(days=365)
        with at(max(issued, hired)):
            credentials.add_credential(
                caregiver=caregiver, by=world.manager, kind="health", grade=None, number=f"JK{world.next_serial():08}",
                issuer="历下区疾病预防控制中心", issued_on=issued, expires_on=ends, original_sighted=True,
            )  # fmt: skip
        ends = issued


def _rule_and_level(world, caregiver, place, hired):
    acknowledged = hired + dt.timedelta(days=10)
    caregiver_actions.acknowledge_rule(caregiver=caregiver, by=world.manager, acknowledged_on=acknowledged)
    level = place % 4
    reason = "入职前已取得星级，证书已核验" if level else "岗前培训考核合格"
    caregiver_actions.grant_level(caregiver=caregiver, by=world.manager, level=level, granted_on=hired, reason=reason)


def take_in(world: World, count: int) -> list[Client]:
    """Clients with guardian, consents, health summary, risks and assessment; the newest few have only a file."""
    return [_take_in_one(world, place, count) for place in range(count)]


def take_in_on(world: World, day: dt.date) -> Client:
    """A client whose file was opened on a day long ago and who was assessed then."""
    return _take_in_one(world, 1, 100, day)


def _take_in_one(world, place, count, long_ago=None):
    """Files of those who may be served already are older than the oldest agreement that runs."""
    rng = world.rng
    day = long_ago or (world.ago(rng.randint(170, 420)) if place < count - 6 else world.ago(count - place))
    with at(day, hour=rng.randint(8, 17)):
        sex = rng.choice(["female", "female", "male"]) if place else "female"
        birth = people.birth_date(rng, world.today, 68, 93)
        name = (
            "李淑贞"
            if place == 0
            else people.person_name(rng, people.GRANDMOTHERS if sex == "female" else people.GRANDFATHERS)
        )
        client = client_actions.create_client(
            by=world.coordinator,
            name=name,
            salutation=name[0] + ("奶奶" if sex == "female" else "爷爷"),
            identity_type="resident",
            identity_number=people.identity_number(rng, birth, sex, world.next_serial()),
            **_phone(world, place),
            access_note=f"门口对讲 {rng.randint(1, 6)}0{rng.randint(1, 4)}",
            needs=rng.choice(people.NEEDS),
            means="phone",
            **people.home(rng),
        )
        if place >= count - 3:
            return client
        _consents_and_family(world, client)
        _health(world, client)
    last = world.ago(rng.randint(5, 150)) if place % 15 else world.ago(200)
    with at(long_ago or max(last, day), hour=18):
        _assess(world, client, is_able=place % 3 != 0)
    return client


def _speaker(client):
    """Who signs for the client."""
    return client.guardians.exclude(authority="contact").first()


def _phone(world, place):
    """Now and then somebody has none; the neighbour is called."""
    own = f"1350000{1000 + world.serial % 9000:04}"
    if place % 9 != 7:
        return {"phone": own}
    return {"phone": "", "contact": {"name": "赵玉兰", "relation": "邻居", "phone": own}}


def _consents_and_family(world, client):
    rng = world.rng
    given = rng.choice([*people.SONS, *people.DAUGHTERS])
    relation, sex = ("儿子", "male") if given in people.SONS else ("女儿", "female")
    birth = people.birth_date(rng, world.today, 38, 60)
    guardian = client_actions.add_guardian(
        client=client,
        by=world.coordinator,
        name=client.name[0] + given,
        relation=relation,
        phone=f"1370000{1000 + world.serial % 9000:04}",
        authority="agent",
        identity_type="resident",
        identity_number=people.identity_number(rng, birth, sex, world.next_serial()),
        is_emergency_contact=True,
        proof=signed_sheet(),
    )
    consents.give_consents(
        client=client,
        by=world.coordinator,
        kinds=["personal_data", "health_data", "sharing", "e_signature"],
        means="paper",
        guardian=guardian,
        paper=signed_sheet(),
    )


def _health(world, client):
    rng = world.rng
    facts = {"illnesses": rng.choice(people.ILLNESSES), "medicines": rng.choice(people.MEDICINES)}
    facts["allergies"] = rng.choice(["无", "青霉素"])
    client_actions.update_client(client=client, by=world.coordinator, **facts)
    for rank, (kind, text) in enumerate(rng.sample(people.RISKS, 3), 1):
        client_actions.add_risk_note(client=client, by=world.coordinator, kind=kind, text=text, rank=rank)


def _assess(world, client, *, is_able):
    answers = {item.code: item.highest for item in GBT_42195}
    weak = world.rng.sample([item.code for item in GBT_42195 if item.highest == 4], 4 if is_able else 11)
    for code in weak:
        answers[code] = 3 if is_able else world.rng.choice([1, 2, 2])
    assessments.record_assessment(
        client=client,
        by=world.coordinator,
        scale="gbt_42195",
        reason="first",
        assessed_on=timezone.localdate(),
        assessors="周敏、何静",
        answers=answers,
    )


def assess_before(world: World, client: Client, day: dt.date) -> None:
    """What is agreed on a day rests on an assessment made before it, here with the answers of a later one."""
    later = client.assessments.last()
    if later.assessed_on <= day:
        return
    with at(day, hour=9):
        assessments.record_assessment(
            client=client, by=world.coordinator, scale=later.scale, reason="first", assessed_on=day,
            assessors=later.assessors, answers=later.answers,
        )  # fmt: skip


def plan_for(
    world: World, client: Client, caregiver: Caregiver, *, work_form: str, slot: int, agreed_on: dt.date
) -> ServicePlan:
    """Write a plan that suits the client's status and the caregiver's level, and agree it."""
    assess_before(world, client, agreed_on)
    judged = client.assessments.filter(assessed_on__lte=agreed_on).first()
    needs_care = judged.self_care == "unable" and caregiver.level_grants.first().level > 0
    codes = ["5.1-02", "5.1-03", "5.1-04", "5.2-02", "5.2-04", "5.3-02"]
    if needs_care:
        codes += ["5.1-09", "5.1-12"]
    items = {item.code: item for item in ServiceItem.objects.filter(code__in=codes)}
    minutes = {"hourly": 120, "day": 480, "live_in": 1440}[work_form]
    days = range(1, 7) if work_form == "live_in" else WEEKENDS.get(slot, range(1, 6))
    start = {"hourly": SLOTS[slot], "day": dt.time(8), "live_in": dt.time(8)}[work_form]
    with at(agreed_on):
        plan = plans.save_plan(
            client=client,
            by=world.coordinator,
            work_form=work_form,
            mode="服务员上门服务",
            procedure="到达签到并问好；测血压；按清单服务；记录；与老人道别后签退。",
            equipment="电子血压计由机构配备，清洁用品由客户提供。",
            cautions="起身、洗浴时在旁照看。",
            slots=[{"weekday": day, "starts_at": start, "duration_minutes": minutes} for day in days],
            lines=[{"service_item": item, "weekdays": [], "minutes": None, "note": ""} for item in items.values()],
        )
        plans.agree_plan(
            plan=plan, by=world.coordinator, agreed_by=_speaker(client).name, agreed_on=agreed_on,
            agreed_means="face",
        )  # fmt: skip
    return plan


def sign_up(world: World, client, caregiver, plan, *, starts_on, ends_on, upto: str = "in_force") -> Agreement:
    """Draft an agreement and lead it to a state: draft, signing (one signature), in_force."""
    with at(starts_on - dt.timedelta(days=2), hour=10):
        agreement = agreements.create_agreement(
            client=client,
            by=world.coordinator,
            plan=plan,
            guardian=_speaker(client),
            caregiver=caregiver,
            mode="employee",
            starts_on=starts_on,
            ends_on=ends_on,
            trial_days=7,
            payment_day=5,
            insurance="机构为服务员投保人身意外险，保额五十万元",
            special_terms="服务员不能到岗时先告知机构，再告知甲方，机构三日内换人；突发疾病先拨打120，再告知紧急联系人和机构。",
            condition_disclosed=True,
        )
        if upto == "draft":
            return agreement
        agreements.send_for_signing(agreement=agreement, by=world.coordinator)
    parties = {"agency": world.manager, "client": None, "caregiver": None}
    for hour, (party, by) in enumerate(list(parties.items())[: 1 if upto == "signing" else 3], 14):
        with at(starts_on - dt.timedelta(days=2), hour=hour):
            _sign(world, agreement, party, by)
    agreement.refresh_from_db()
    return agreement


def conclude(world: World, agreement: Agreement) -> None:
    """Send a draft out and let all three sign it now."""
    agreements.send_for_signing(agreement=agreement, by=world.coordinator)
    sign_rest(world, agreement)


def sign_rest(world: World, agreement: Agreement) -> None:
    """All three sign what is out for signing now."""
    for party, by in {"agency": world.manager, "client": None, "caregiver": None}.items():
        _sign(world, agreement, party, by)
    agreement.refresh_from_db()


def _sign(world, agreement, party, by):
    signing.sign_on_screen(
        agreement=agreement,
        party=party,
        signature=signature_png(world.rng),
        terms_hash=agreement.terms_hash,
        way="screen" if by else "link",
        identity_check="当面核对身份证" if by else "签署链接与身份证号后四位",
        by=by,
        confirmed=[term.key for term in key_terms(agreement.terms)] if party == "client" else [],
    )


def live_through(world: World, agreement: Agreement, *, until: dt.date) -> None:
    """Fill in the visits of the last six weeks as they were done, a few missed; today's morning is under way."""
    plan = agreement.plan
    slots = [Slot(slot.weekday, slot.starts_at, slot.duration_minutes) for slot in plan.slots.all()]
    first = max(agreement.starts_on, world.ago(42))
    rows, now = [], world.now
    for start, end in occurrences(slots, first, min(until, world.today)):
        if start >= now:
            continue
        rows.append(_past_visit(world, agreement, start, end, now))
    if rows:
        rows[0].credentials_shown = True
    planned = Visit.objects.filter(agreement=agreement, state=Visit.State.PLANNED)
    planned.filter(period__startswith__lt=now).delete()  # what was planned when it was signed
    Visit.objects.bulk_create(rows)
    _tasks_and_notes(world, agreement, plan, [row for row in rows if row.checked_in_at])
    hand_down(rows)


def _past_visit(world, agreement, start, end, now):
    rng = world.rng
    visit = Visit(
        agency=world.agency, agreement=agreement, client_id=agreement.client_id, caregiver_id=agreement.caregiver_id,
        period=DateTimeTZRange(start, end), planned_start=start,
    )  # fmt: skip
    late = dt.timedelta(minutes=rng.choice([-6, -3, 0, 2, 4]))
    if end < now and rng.random() > 0.02:
        visit.state, visit.checked_in_at, visit.checked_out_at = "done", start + late, end + abs(late)
    elif end < now:
        visit.state = "missed"
        if start.date() < now.date() - dt.timedelta(days=2):
            visit.missed_reason, visit.missed_cause = rng.choice(
                [
                    ("老人临时外出，未提前告知", "client"),
                    ("服务员突发高烧，未找到替班", "caregiver"),
                    ("家属当天取消，未登记", "client"),
                ]
            )
    elif rng.random() > 0.25:
        visit.state, visit.checked_in_at = "in_progress", start + late
    else:
        visit.state = "planned"
    return visit


def _tasks_and_notes(world, agreement, plan, rows):
    rng = world.rng
    lines = list(plan.lines.all())
    tasks = []
    for visit in rows:
        for line in lines:
            outcome = "done" if visit.state == "done" else "open"
            reason = ""
            if outcome == "done" and rng.random() < 0.03:
                outcome, reason = rng.choice([("refused", "老人今天不想做"), ("not_applicable", "当天不需要")])
            tasks.append(
                VisitTask(
                    agency=world.agency,
                    visit=visit,
                    service_item_id=line.service_item_id,
                    outcome=outcome,
                    reason=reason,
                )
            )
    VisitTask.objects.bulk_create(tasks, batch_size=2000)
    notes = ["血压 136/82，精神好。", "午饭吃得少，已告知家属。", "散步二十分钟，情绪好。", "服药按时，已提醒喝水。"]
    written = [visit for visit in rows if visit.state == "done" and rng.random() < 0.3]
    author = agreement.caregiver.user
    CareNote.objects.bulk_create(
        [CareNote(agency=world.agency, visit=v, text=rng.choice(notes), written_by=author) for v in written]
    )


def finish(world: World, agreement: Agreement, ended_on: dt.date, reason: str, *, with_handover: bool) -> None:
    """End an agreement on a past day, with or without its handover record."""
    with at(ended_on, hour=17):
        note = "" if reason == "expiry" else "老人转入医养结合机构，家属提出结束。"
        running.end_agreement(
            agreement=agreement, by=world.coordinator, ended_on=ended_on, end_reason=reason, end_note=note,
            noticed_on=ended_on - dt.timedelta(days=4 if reason == "client" else 10),
        )  # fmt: skip
    if not with_handover:
        return
    with at(ended_on, hour=18):
        handover = handovers.start_handover(agreement=agreement, by=world.coordinator)
        handovers.update_handover(
            handover=handover, by=world.coordinator, to="client", next_caregiver=None,
            condition="神志清楚，情绪平稳，饮食睡眠正常，皮肤完好。", medicines="自服降压药，余七天量，交家属。",
            risks="起身时头晕，需扶。", habits="午睡一小时，饮食清淡。", open_matters="下周三复诊，已告知家属。",
            keys="门钥匙一把，已归还。", papers="护理记录一本", money="代买药余额 12.50 元，已退。",
            opinion="satisfied", opinion_text="服务周到，谢谢。",
        )  # fmt: skip
        handovers.open_for_signing(handover=handover, by=world.coordinator)
        names = {
            "outgoing": agreement.caregiver.name,
            "receiver": agreement.guardian.name,
            "agency": world.manager.name,
        }
        for party, name in names.items():
            handovers.sign_handover(
                handover=handover,
                by=world.manager,
                party=party,
                signer_name=name,
                signature=signature_png(world.rng),
                text_hash=handover.text_hash,
            )
        handovers.file_handover(
            handover=handover,
            by=world.coordinator,
            returned_on=ended_on,
        )


def absences(world: World, caregivers: list[Caregiver]) -> None:
    """Two people on leave in the days ahead."""
    for caregiver, days in zip(caregivers[5:7], (1, 3), strict=False):
        start = timezone.make_aware(dt.datetime.combine(world.today + dt.timedelta(days=days), dt.time()))
        caregiver_actions.record_absence(
            caregiver=caregiver,
            by=world.coordinator,
            kind="leave",
            starts_at=start,
            ends_at=start + dt.timedelta(days=2),
        )


def plan_ahead() -> None:
    visits.plan_visits()
