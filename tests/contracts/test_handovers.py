"""The handover record: nobody hands over to themselves, everybody signs under their own name, the opinion is part of it."""

import base64
import datetime as dt
import io
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw

from agencies.models import Notice
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord
from carecenter.demo import world as demo
from caregivers.models import QualityRecord
from contracts.actions import agreements, running
from contracts.actions import handovers as actions
from contracts.models import Handover, HandoverSignature, Measurement, Visit
from contracts.queries.agreements import without_handover
from tests.factories import make_one
from tests.world import make_world, sign_agreement, staff_up

FULL = {
    "condition": "神志清楚",
    "medicines": "降压药余七天量",
    "risks": "无",
    "habits": "午睡",
    "open_matters": "无",
    "keys": "钥匙一把",
    "papers": "护理记录一本",
    "money": "无",
    "opinion": "satisfied",
}


def drawn():
    picture = Image.new("RGBA", (400, 200))
    ImageDraw.Draw(picture).line([(20, 150), (120, 40), (220, 160), (380, 60)], fill="black", width=4)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.first, world.second = staff_up(world, 2)
        world.client = demo.take_in(world, 8)[1]
        world.agreement = sign_agreement(world, world.first, world.client)
        world.handover = actions.start_handover(agreement=world.agreement, by=world.coordinator)
        yield world


def written(world, **changes):
    data = {"to": "caregiver", "next_caregiver": world.second, **FULL, **changes}
    return actions.update_handover(handover=world.handover, by=world.coordinator, **data)


def sign(world, party, name, by=None):
    text_hash = Handover.objects.get(pk=world.handover.pk).text_hash
    return actions.sign_handover(
        handover=world.handover, by=by or world.coordinator, party=party, signer_name=name, signature=drawn(),
        text_hash=text_hash,
    )  # fmt: skip


def test_the_caregiver_who_leaves_does_not_take_over(client, world):
    with pytest.raises(ValidationError) as refusal:
        written(world, next_caregiver=world.first)
    assert set(refusal.value.message_dict) == {"next_caregiver"}
    client.force_login(world.coordinator)
    form = client.get(reverse("handover_edit", args=["kangze", world.handover.pk])).context["form"]
    assert list(form.fields["next_caregiver"].queryset) == [world.second]


def test_the_newest_values_stand_in_a_fresh_record_while_health_data_may_be_kept(world):
    actions.drop_handovers(agreement=world.agreement, reason="x")
    visit = make_one(Visit, agreement=world.agreement, client=world.client)
    noon = timezone.make_aware(dt.datetime(2026, 11, 20, 12))
    values = [
        {"systolic": 150, "diastolic": 95, "pulse": None, "temperature": Decimal("36.6")},
        {"systolic": 132, "diastolic": 84, "pulse": 76},
        {"pulse": 180, "struck_at": noon, "struck_by": world.coordinator, "struck_reason": "看错"},
    ]
    for day, row in enumerate(values):
        taken_at = noon + dt.timedelta(days=day)
        make_one(Measurement, client=world.client, visit=visit, taken_at=taken_at, **{"pulse": None} | row)
    handover = actions.start_handover(agreement=world.agreement, by=world.coordinator)
    assert handover.condition == (
        "最近体征：血压 132/84 mmHg（11月21日），脉搏 76 次/分（11月21日），体温 36.6 ℃（11月20日）。"
    )
    actions.drop_handovers(agreement=world.agreement, reason="x")
    world.client.consents.filter(kind="health_data").update(withdrawn_at=timezone.now())
    assert actions.start_handover(agreement=world.agreement, by=world.coordinator).condition == ""


def test_everything_that_is_empty_is_named_before_signing(world):
    written(world, medicines="", keys="", papers="", opinion="")
    with pytest.raises(ValidationError) as refusal:
        actions.open_for_signing(handover=world.handover, by=world.coordinator)
    first, second = refusal.value.messages
    assert "medicines: name, dose, times, left, last given、keys, door codes and things、papers." in first
    assert "opinion" in second
    assert Handover.objects.get().state == "draft"


def test_each_party_signs_under_the_name_of_the_record(client, world):
    written(world)
    actions.open_for_signing(handover=world.handover, by=world.coordinator)
    names = {
        "outgoing": [world.first.name],
        "receiver": [world.second.name],
        "agency": [world.coordinator.name],
    }
    for party, signers in names.items():
        assert actions.signers_of(world.handover, party, world.coordinator) == signers
        with pytest.raises(ValidationError, match="Choose who signs"):
            sign(world, party, "任意姓名")
    client.force_login(world.coordinator)
    page = client.get(reverse("handover_sign", args=["kangze", world.handover.pk, "receiver"]))
    assert "钥匙一把" in page.content.decode()
    assert client.get(reverse("handover_sign", args=["kangze", world.handover.pk, "nobody"])).status_code == 404


def test_for_the_client_the_family_may_sign(world):
    written(world, to="client", next_caregiver=None)
    family = list(world.client.guardians.filter(is_active=True).values_list("name", flat=True))
    assert family
    assert actions.signers_of(world.handover, "receiver", world.coordinator) == [world.client.name, *family]


def test_it_is_filed_with_all_signatures_or_with_the_signed_paper(world):
    written(world)
    actions.open_for_signing(handover=world.handover, by=world.coordinator)
    assert world.handover.document.title.endswith("待签")
    sign(world, "outgoing", world.first.name)
    today = timezone.localdate()
    with pytest.raises(ValidationError, match="Signatures are missing: Receiver、Agency"):
        actions.file_handover(handover=world.handover, by=world.coordinator, returned_on=today)
    scan = ("交接.png", base64.b64decode(drawn().partition(",")[2]), "image/png")
    actions.file_handover(handover=world.handover, by=world.coordinator, returned_on=today, paper=scan)
    handover = Handover.objects.get()
    assert (handover.state, handover.opinion, HandoverSignature.objects.count()) == ("filed", "satisfied", 1)
    record = ArchiveRecord.objects.get(source="handover")
    assert record.title == f"交接记录 {handover.number}"
    assert {item.file.name for item in record.items.all()} == {
        f"{handover.number}-Caregiver who leaves.png",
        "交接.png",
    }


def test_the_text_stands_still_from_the_first_signature_on(world):
    written(world)
    actions.open_for_signing(handover=world.handover, by=world.coordinator)
    first = Handover.objects.get().text_hash
    actions.back_to_draft(handover=world.handover, by=world.coordinator)
    settle()
    written(world, keys="钥匙两把")
    actions.open_for_signing(handover=world.handover, by=world.coordinator)
    assert Handover.objects.get().text_hash not in ("", first)
    with pytest.raises(ValidationError, match="Read it again"):
        actions.sign_handover(
            handover=world.handover, by=world.coordinator, party="outgoing", signer_name=world.first.name,
            signature=drawn(), text_hash=first,
        )  # fmt: skip
    signature = sign(world, "outgoing", world.first.name)
    settle()
    assert signature.text_hash == Handover.objects.get().text_hash == actions.text_digest(world.handover)
    with pytest.raises(ValidationError, match="Somebody has signed"):
        actions.back_to_draft(handover=world.handover, by=world.coordinator)
    for change in ({"keys": "钥匙三把"}, {"state": "draft", "text_hash": ""}):
        with pytest.raises(IntegrityError, match="does not change"):
            forced(change)


def settle():
    """What the database checks at the end of a request."""
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def forced(change):
    with transaction.atomic():
        Handover.objects.update(**change)
        settle()


def signed_on_the_phone(client, world, person, name):
    client.force_login(person.user)
    address = reverse("phone:handover", args=[world.handover.pk])
    assert "钥匙一把" in client.get(address).content.decode()
    text_hash = Handover.objects.get().text_hash
    return client.post(address, {"signer_name": name, "signature": drawn(), "text_hash": text_hash})


def test_both_caregivers_sign_on_their_phones(client, world):
    written(world)
    actions.open_for_signing(handover=world.handover, by=world.coordinator)
    for person in (world.first, world.second):
        notice = Notice.objects.get(user=person.user, url=reverse("phone:handover", args=[world.handover.pk]))
        assert notice.title == f"Please read and sign handover record {world.handover.number}"
        client.force_login(person.user)
        assert world.handover.number in client.get(reverse("phone:today")).content.decode()
        refused = signed_on_the_phone(client, world, person, world.coordinator.name)
        assert refused.status_code == 200
        assert signed_on_the_phone(client, world, person, person.name).status_code == 302
        assert world.handover.number not in client.get(reverse("phone:today")).content.decode()
    with agency_context(world.agency):
        assert list(HandoverSignature.objects.order_by("recorded_at").values_list("party", "recorded_by")) == [
            ("outgoing", world.first.user_id),
            ("receiver", world.second.user_id),
        ]


def test_at_the_clients_home_the_family_signs_on_the_caregivers_phone(client, world):
    written(world, to="client", next_caregiver=None)
    address = reverse("phone:handover", args=[world.handover.pk])
    client.force_login(world.first.user)
    assert client.get(address).status_code == 404  # nothing to read before it is written
    actions.open_for_signing(handover=world.handover, by=world.coordinator)
    client.force_login(world.second.user)
    assert client.get(address).status_code == 404
    assert signed_on_the_phone(client, world, world.first, world.first.name).status_code == 302
    assert signed_on_the_phone(client, world, world.first, world.client.name).status_code == 302
    page = client.get(address).content.decode()
    assert "canvas" not in page
    assert "钥匙一把" not in page
    with agency_context(world.agency):
        parties = HandoverSignature.objects.values_list("party", flat=True)
        assert set(parties) == {"outgoing", "receiver"}


def test_the_end_opens_the_record_and_calling_it_off_gives_it_up(world):
    world.handover.delete()
    day = world.agreement.starts_on + dt.timedelta(days=3)
    last = Visit.objects.filter(period__startswith__date__lte=day).order_by("-period").first()
    running.end_agreement(
        agreement=world.agreement, by=world.coordinator, ended_on=day, end_reason="client", end_note="子女接走"
    )
    opened = Handover.objects.get()
    assert (opened.state, opened.to, opened.caregiver) == ("draft", "client", world.first)
    assert opened.handed_over_at == last.period.upper
    assert opened.medicines == world.client.medicines
    assert Notice.objects.filter(user=world.first.user, url=reverse("phone:today")).exists()
    running.call_off(agreement=world.agreement, by=world.coordinator)
    opened.refresh_from_db()
    assert (opened.state, opened.reason) == ("cancelled", "The end was called off.")


def test_what_somebody_has_signed_stays_although_the_end_is_called_off(world):
    written(world, to="client", next_caregiver=None)
    actions.open_for_signing(handover=world.handover, by=world.coordinator)
    sign(world, "outgoing", world.first.name)
    actions.drop_handovers(agreement=world.agreement, reason="x")
    world.handover.refresh_from_db()
    assert world.handover.state == "signing"


def test_another_caregiver_opens_it_to_them(world):
    world.handover.delete()
    amendment = agreements.amend_agreement(agreement=world.agreement, by=world.coordinator, change_summary="换人")
    starts = world.agreement.starts_on + dt.timedelta(days=2)
    amendment = agreements.update_agreement(
        agreement=amendment, by=world.coordinator, caregiver=world.second, starts_on=starts
    )
    demo.conclude(world, amendment)
    opened = Handover.objects.get()
    assert (opened.agreement, opened.to, opened.next_caregiver) == (world.agreement, "caregiver", world.second)


def ended(world):
    today = timezone.localdate()
    with time_machine.travel(timezone.now() + dt.timedelta(days=3), tick=False):
        running.end_agreement(
            agreement=world.agreement, by=world.coordinator, ended_on=timezone.localdate(), end_reason="client",
            end_note="子女接走",
        )  # fmt: skip
    world.agreement.refresh_from_db()
    assert world.agreement.state == "ended"
    return today + dt.timedelta(days=3)


def records():
    return list(ArchiveRecord.objects.filter(source="agreement").values_list("source_id", "clock_started_on"))


def test_an_agreement_is_not_closed_without_its_handover(world):
    day = ended(world)
    assert records() == []
    assert list(without_handover()) == [world.agreement]
    written(world, to="client", next_caregiver=None, handed_over_at=timezone.now())
    actions.open_for_signing(handover=world.handover, by=world.coordinator)
    scan = ("交接.png", base64.b64decode(drawn().partition(",")[2]), "image/png")
    actions.file_handover(handover=world.handover, by=world.coordinator, returned_on=timezone.localdate(), paper=scan)
    assert records() == [(world.agreement.pk, day)]
    assert not without_handover().exists()


def test_or_with_a_managers_written_reason(client, world):
    day = ended(world)
    url = reverse("handover_waive", args=["kangze", world.handover.pk])
    client.force_login(world.coordinator)
    assert client.get(url).status_code == 403
    client.force_login(world.manager)
    assert client.post(url, {"reason": ""}).context["form"].errors.keys() == {"reason"}
    client.post(url, {"reason": "服务员住院，已与家属当面清点"})
    world.handover.refresh_from_db()
    assert (world.handover.state, world.handover.reason) == ("waived", "服务员住院，已与家属当面清点")
    assert records() == [(world.agreement.pk, day)]
    with pytest.raises(IntegrityError, match="handover_state"), transaction.atomic():
        Handover.objects.filter(pk=world.handover.pk).update(reason="")


@pytest.mark.parametrize(("opinion", "points", "told"), [("satisfied", 3, 0), ("fair", 2, 2), ("dissatisfied", 1, 2)])
def test_the_clients_opinion_goes_to_quality(client, world, opinion, points, told):
    written(world, opinion=opinion)
    actions.open_for_signing(handover=world.handover, by=world.coordinator)
    scan = ("交接.png", base64.b64decode(drawn().partition(",")[2]), "image/png")
    actions.file_handover(handover=world.handover, by=world.coordinator, returned_on=timezone.localdate(), paper=scan)
    record = QualityRecord.objects.get(source="handover")
    assert (record.caregiver, record.kind, record.value) == (world.first, "rating", points)
    assert Notice.objects.filter(title__contains="at the handover").count() == told  # manager and quality officer
    client.force_login(world.manager)
    page = client.get(reverse("handover_list", args=["kangze"]) + "?only=unhappy")
    assert len(page.context["object_list"]) == bool(told)


def test_after_a_death_the_family_signs(world):
    written(world, to="client", next_caregiver=None)
    world.agreement.end_reason = "death"
    world.handover.agreement = world.agreement
    family = list(world.client.guardians.filter(is_active=True).values_list("name", flat=True))
    assert actions.signers_of(world.handover, "receiver", world.coordinator) == family
