"""A whole agreement with everything its paper prints, for the tests of papers. The people are invented."""

import datetime as dt
import io
import secrets
from decimal import Decimal

from PIL import Image, ImageDraw

from agencies.fields import lookup_hash
from agencies.files import store_file
from agencies.models import Price, PriceList, ServiceItem, StoredFile
from archive.models import Document
from caregivers.models import Caregiver, Credential, LevelGrant, SupervisionAcknowledgement
from clients.models import Assessment, Client, Consent, Guardian, RiskNote
from contracts.documents import agreement_terms, terms_digest
from contracts.key_terms import key_terms
from contracts.models import Agreement, Handover, HandoverSignature, PlanLine, PlanSlot, ServicePlan, Signature
from tests.factories import make_one

NOON = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
ITEMS = [
    ("5.1-02", "living_care", "做饭", [], 40, "低盐低糖，软烂，少量多餐"),
    ("5.1-03", "living_care", "整理卫生、居室保洁", [1, 3, 5], 30, ""),
    ("5.1-10", "living_care", "帮助清理个人卫生", [], 25, "水温先试，扶稳再转身"),
    ("5.1-11", "living_care", "照顾饮食", [], 20, "坐直进食，防呛咳"),
    ("5.2-02", "health_care", "测血压", [], 5, "早饭前，记入护理记录"),
    ("5.2-04", "health_care", "提醒吃药", [], None, "二甲双胍随餐"),
    ("5.2-05", "health_care", "肢体康复", [2, 4], 20, "按康复医师的训练单"),
    ("5.3-02", "psychological", "读报、聊天", [], None, ""),
]
IDENTITY = "370102194405062348"
GUARDIAN_IDENTITY = "370102197003081231"
CAREGIVER_IDENTITY = "370112197803154422"


def _identified(model, identity, values, **defaults):
    identity = values.pop("identity_number", identity)
    row = {**defaults, **values, "identity_number": identity, "identity_hash": lookup_hash(identity)}
    return make_one(model, identity_type="resident", **row)


def make_client(**values):
    client = _identified(
        Client,
        IDENTITY,
        values,
        number="KH-2026-0001",
        name="李淑贞",
        sex="female",
        birth_date=dt.date(1944, 5, 6),
        phone="13853100001",
        district="济南市历下区",
        address="文化东路 88 号 3 号楼 2 单元 501 室",
        illnesses="2 型糖尿病，脑梗死后遗症（左侧肢体无力）",
        medicines="二甲双胍 0.5 g 每日两次，阿司匹林 100 mg 每晚一次",
        allergies="青霉素",
    )
    make_one(RiskNote, client=client, kind="fall", text="起身先坐稳半分钟，走路扶左侧", rank=1, is_active=True)
    make_one(RiskNote, client=client, kind="choking", text="进食坐直，汤水加稠", rank=2, is_active=True)
    make_one(
        Consent, client=client, kind="health_data", given_by="李建国", means="screen", given_at=NOON, text_version="1"
    )
    return client


def make_guardian(client, **values):
    return _identified(
        Guardian,
        GUARDIAN_IDENTITY,
        values,
        client=client,
        name="李建国",
        relation="儿子",
        authority="agent",
        phone="13953100002",
        is_emergency_contact=True,
    )


def make_caregiver(**values):
    caregiver = _identified(
        Caregiver,
        CAREGIVER_IDENTITY,
        values,
        number="0107",
        name="王秀兰",
        sex="female",
        phone="13605310107",
        home_address="济南市天桥区北园大街 12 号",
        emergency_contact="赵大勇",
        emergency_phone="13705310108",
        posted_on=dt.date(2025, 3, 10),
        state="active",
        work_forms=["hourly"],
    )
    make_one(LevelGrant, caregiver=caregiver, level=2, granted_on=dt.date(2026, 5, 1))
    for kind, grade, number, issuer, expires_on in [
        ("health", None, "JK-2026-03315", "济南市历下区疾病预防控制中心", dt.date(2027, 3, 8)),
        ("elderly_care", 4, "S000037010000244", "山东省职业技能鉴定指导中心", None),
    ]:
        make_one(
            Credential,
            caregiver=caregiver,
            kind=kind,
            grade=grade,
            number=number,
            issuer=issuer,
            issued_on=dt.date(2026, 3, 9),
            expires_on=expires_on,
        )
    make_one(SupervisionAcknowledgement, caregiver=caregiver, version="2026-1", acknowledged_on=dt.date(2026, 3, 1))
    return caregiver


def make_plan(client, *, version=1, hour=8):
    plan = make_one(
        ServicePlan,
        client=client,
        version=version,
        state="agreed",
        assessment=make_one(
            Assessment,
            client=client,
            scale="gbt_42195",
            level=2,
            self_care="unable",
            assessed_on=dt.date(2026, 11, 18),
        ),
        work_form="hourly",
        mode="定时上门，固定服务员",
        procedure="进门出示证件、洗手、问候；测血压并记录；个人卫生；做早饭、照顾饮食、提醒吃药；居室保洁或者肢体康复；"
        "交代注意事项，请客户确认。",
        equipment="血压计（客户家中，上臂式）；防滑拖鞋；一次性手套由机构配发。",
        cautions="左侧肢体无力，转移时站在左侧；出门关好燃气；客户听力差，说话面对面、慢一些。",
        agreed_on=dt.date(2026, 11, 19),
        agreed_by="李建国",
    )
    for weekday in range(1, 6):
        make_one(PlanSlot, plan=plan, weekday=weekday, starts_at=dt.time(hour, 30), duration_minutes=120)
    make_one(PlanSlot, plan=plan, weekday=6, starts_at=dt.time(16), duration_minutes=150)
    for code, group, name, weekdays, minutes, note in ITEMS:
        item = ServiceItem.objects.filter(code=code).first() or make_one(ServiceItem, code=code, group=group, name=name)
        make_one(PlanLine, plan=plan, service_item=item, weekdays=weekdays, minutes=minutes, note=note)
    return plan


def make_price_list():
    prices = make_one(PriceList, name="2026 年服务价目表", effective_from=dt.date(2026, 1, 1))
    massage = make_one(ServiceItem, code="5.2-01", group="health_care", name="按摩")
    hospital = make_one(ServiceItem, code="5.1-07", group="living_care", name="陪同看病")
    for work_form, item, unit, amount, note in [
        ("hourly", None, "hour", 45, "2 小时起，含生活照料、测血压、提醒吃药、读报聊天"),
        ("day", None, "day", 260, "8 小时，不含餐"),
        ("live_in", None, "month", 6800, "每月 26 天，食宿由客户提供"),
        ("", massage, "visit", 60, "每次 40 分钟"),
        ("", hospital, "visit", 120, "半天，交通费另计"),
    ]:
        values = {"work_form": work_form, "service_item": item, "unit": unit, "amount": Decimal(amount), "note": note}
        make_one(Price, price_list=prices, **values)
    prices.state, prices.published_at = "published", NOON
    prices.save()
    return prices


def make_agreement(**values):
    client = values.pop("client", None) or make_client()
    guardian = client.guardians.first() or make_guardian(client)
    if not PriceList.objects.exists():
        make_price_list()
    defaults = {
        "client": client,
        "guardian": guardian,
        "caregiver": values.pop("caregiver", None) or make_caregiver(),
        "plan": values.pop("plan", None) or make_plan(client),
        "number": "HT-2026-0001",
        "mode": "employee",
        "state": "draft",
        "starts_on": dt.date(2026, 11, 24),
        "ends_on": dt.date(2027, 11, 23),
        "trial_days": 7,
        "work_form": "hourly",
        "rate": Decimal(45),
        "list_rate": Decimal(45),
        "rate_unit": "hour",
        "monthly_estimate": Decimal(1980),
        "payment_day": 5,
        "insurance": "居家养老服务责任险，保单号 PZAT2026370100001，每人限额 20 万元，保险人为平安养老（虚构）",
        "condition_disclosed": True,
        "special_terms": "客户住院期间服务中止，出院前一天由代理人通知机构恢复。",
    }
    return make_one(Agreement, **{**defaults, **values})


def send_out(agreement):
    """Freeze the terms as the action does."""
    terms = agreement_terms(agreement)
    agreement.terms, agreement.terms_hash, agreement.state = terms, terms_digest(terms), "signing"
    agreement.save()
    return agreement


def signature_picture(seed=0) -> bytes:
    image = Image.new("RGBA", (600, 220), (0, 0, 0, 0))
    points = [(40 + x * 26, 110 + ((x * (37 + seed)) % 90) - 45) for x in range(20)]
    ImageDraw.Draw(image).line(points, fill=(15, 20, 60, 255), width=6, joint="curve")
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def store_signature(seed=0) -> StoredFile:
    content = signature_picture(seed)
    return store_file(kind=StoredFile.Kind.SIGNATURE, name="签名.png", content=content, content_type="image/png")


def sign(agreement, *, confirmed=None, **ways):
    """Three signatures, on screen unless said otherwise; the client confirmed every key term unless told which."""
    if confirmed is None:
        confirmed = [term.key for term in key_terms(agreement.terms)]
    signers = [("client", "李建国", "委托代理人"), ("agency", "周明", "经办人"), ("caregiver", "王秀兰", "")]
    for seed, (party, name, capacity) in enumerate(signers):
        make_one(
            Signature,
            agreement=agreement,
            party=party,
            way=ways.get(party, "screen"),
            signer_name=name,
            signer_capacity=capacity,
            identity_check="当面核对居民身份证原件",
            document_hash=agreement.terms_hash,
            image=store_signature(seed),
            signed_on=dt.date(2026, 11, 20),
            confirmed=confirmed if party == "client" else [],
        )
    agreement.state, agreement.in_force_at = "in_force", NOON
    agreement.save()
    return agreement


def make_document(kind, subject):
    return make_one(Document, kind=kind, subject_id=subject.pk, state="queued", verify_code=secrets.token_hex(8))


def make_handover(agreement, **values):
    defaults = {
        "number": "JJ-2026-0001",
        "agreement": agreement,
        "caregiver": agreement.caregiver,
        "to": "client",
        "state": "draft",
        "handed_over_at": NOON,
        "place": "客户家中",
        "condition": "意识清楚，情绪平稳；夜间醒 1～2 次；进食坐位，偶有呛咳；大小便正常；骶尾部皮肤完整；"
        "扶助行器可走 20 米。末次血压 138/82 mmHg（11 月 20 日 08:40）。",
        "medicines": "二甲双胍 0.5 g，早晚随餐，余 26 片，末次今日 08:50，下次 18:00；"
        "阿司匹林 100 mg 睡前，余 14 片。青霉素过敏。",
        "risks": "跌倒（起身）、呛咳（稀汤）；燃气灶用后关总阀。",
        "habits": "午睡 12:30–14:00，不吃羊肉；周二、周四下肢训练 20 分钟。",
        "open_matters": "11 月 26 日 09:00 内分泌科复诊，挂号单在抽屉。",
        "keys": "入户钥匙 1 把交还，门禁密码已更换；血压计 1 台；借用轮椅 1 辆。",
        "papers": "护理记录 1 本（至第 48 页）、服务方案 1 份、病历 1 册。",
        "money": "代购备用金 200.00 元，已用 146.50 元，余 53.50 元当面退还；服务费结清至 11 月 20 日。",
    }
    return make_one(Handover, **{**defaults, **values})


def sign_handover(handover):
    for seed, (party, name) in enumerate([("outgoing", "王秀兰"), ("receiver", "李建国"), ("agency", "周明")]):
        make_one(HandoverSignature, handover=handover, party=party, signer_name=name, image=store_signature(seed))
    return handover
