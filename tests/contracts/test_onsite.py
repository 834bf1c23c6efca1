"""At the door and the bedside (7.3.2 c, 5.2): codes, places, limits, consents, signatures; an exception is never a block."""

import base64
import datetime as dt
import io
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw

from agencies.models import AccessLog, AgencySettings, Notice
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from caregivers.actions.posting import dismiss_caregiver
from clients.models import Consent
from contracts.actions import attendance
from contracts.actions import onsite as actions
from contracts.actions.visits import plan_visits
from contracts.models import Door, Measurement, PlanLine, Visit, VisitConfirmation, VisitPhoto, VisitProof
from contracts.place import from_chinese_map, metres_between
from contracts.queries.onsite import door_url
from contracts.queries.visits import with_exception
from contracts.standard import outside_limits
from tests.past_the_rules import strike
from tests.world import make_world, sign_agreement, staff_up

HOME = (36.651216, 117.120095)
LIMITS = {
    "systolic": (90, 160),
    "diastolic": (60, 100),
    "pulse": (50, 100),
    "temperature": (Decimal("35.5"), Decimal("37.3")),
}


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.first, world.second = staff_up(world, 2)
        world.client, world.other = demo.take_in(world, 8)[1:3]
        world.agreement = sign_agreement(world, world.first, world.client)
        plan_visits()
        world.visit = Visit.objects.order_by("period").first()
        world.start = world.visit.period.lower
        with time_machine.travel(world.start, tick=False):
            yield world


def code_of(client):
    return door_url(Door.objects.get_or_create(client=client)[0]).rstrip("/").rpartition("/")[2]


def hang(world, client=None):
    client = client or world.client
    actions.print_door_card(client=client, by=world.coordinator)
    return actions.hang_door_card(client=client, by=world.coordinator, hung_on=timezone.localdate())


def arrive(world, **kwargs):
    return attendance.check_in(visit=world.visit, by=world.first.user, credentials_shown=True, **kwargs)


def leave(world, **kwargs):
    outcomes = {task.pk: ("done", "") for task in world.visit.tasks.all()}
    with time_machine.travel(world.visit.period.upper, tick=False):
        return attendance.check_out(visit=world.visit, by=world.first.user, outcomes=outcomes, **kwargs)


def drawn():
    picture = Image.new("RGBA", (300, 120))
    ImageDraw.Draw(picture).line([(20, 90), (120, 30), (280, 80)], fill="black", width=4)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


# Places ------------------------------------------------------------------------------------------------------------


def test_a_hundredth_of_a_degree_of_latitude_is_1112_metres():
    assert metres_between((36, 117), (36.01, 117)) == 1112  # 6,371 km * pi / 180 / 100
    assert metres_between(HOME, HOME) == 0


def test_chinese_maps_show_places_aside():
    assert from_chinese_map(39.908903, 116.403473) == pytest.approx((39.9075, 116.39723), abs=2e-5)  # Tiananmen
    assert 300 < metres_between(HOME, from_chinese_map(*HOME)) < 800


def test_the_office_locates_the_door_from_a_map(client, world):
    client.force_login(world.coordinator)
    url = reverse("door_locate", args=["kangze", world.client.pk])
    for text in ("no place", "36.65", "1, 2"):
        assert client.post(url, {"place": text, "is_chinese_map": "0"}).context["form"].errors
    client.post(url, {"place": "117.120095，36.651216", "is_chinese_map": "0"})
    door = Door.objects.get(client=world.client)
    assert (door.latitude, door.longitude) == (Decimal("36.651216"), Decimal("117.120095"))
    client.post(url, {"place": "36.651216, 117.120095", "is_chinese_map": "1"})
    door.refresh_from_db()
    assert door.latitude != Decimal("36.651216")


# Codes and positions -------------------------------------------------------------------------------------------------


def test_where_a_card_hangs_a_check_in_without_it_needs_a_reason_and_is_no_block(world):
    hang(world)
    with pytest.raises(ValidationError) as refusal:
        arrive(world)
    assert "code at the door" in refusal.value.message_dict["reason"][0]
    visit = arrive(world, reason="码被撕掉了")
    assert (visit.state, visit.exception_reason) == ("in_progress", "码被撕掉了")
    assert list(with_exception(Visit.objects)) == [visit]
    assert not VisitProof.objects.exists()


def test_the_code_is_the_proof_and_another_clients_is_refused(world):
    hang(world)
    with pytest.raises(ValidationError, match="another client"):
        arrive(world, door=code_of(world.other), reason="扫错")
    arrive(world, door=code_of(world.client))
    leave(world, door=code_of(world.client))
    assert list(VisitProof.objects.values_list("moment", "is_scanned", "latitude")) == [
        ("in", True, None),
        ("out", True, None),
    ]
    world.visit.refresh_from_db()
    assert world.visit.exception_reason == ""


def test_a_lost_card_is_worth_nothing(world):
    hang(world)
    old = code_of(world.client)
    door = actions.renew_door_code(client=world.client, by=world.coordinator)
    assert (door.version, door.hung_on, door.document) == (2, None, None)
    with pytest.raises(ValidationError, match="not valid any more"):
        arrive(world, door=old)
    with pytest.raises(ValidationError, match="Print the card first"):
        actions.hang_door_card(client=world.client, by=world.coordinator, hung_on=timezone.localdate())
    assert arrive(world).state == "in_progress"  # nothing hangs now


@pytest.mark.parametrize(("days", "kept"), [(29, True), (30, True), (31, False)])
def test_a_position_is_kept_for_thirty_days_and_the_distance_for_good(world, days, kept):
    Door.objects.create(client=world.client, latitude=36.65, longitude=117.12)
    arrive(world, latitude=36.66, longitude=117.12, accuracy=12.4)
    proof = VisitProof.objects.get()
    assert (proof.distance, proof.accuracy) == (1112, 12)
    with time_machine.travel(proof.taken_at + dt.timedelta(days=days), tick=False):
        assert actions.forget_positions() == {"forgotten": int(not kept)}
    proof.refresh_from_db()
    assert (proof.latitude is not None, proof.distance) == (kept, 1112)


def test_the_place_of_a_visit_becomes_the_place_of_the_door(world):
    with pytest.raises(ValidationError, match="No position"):
        actions.locate_by_visit(visit=world.visit, by=world.coordinator)
    arrive(world, latitude=HOME[0], longitude=HOME[1], accuracy=5)
    assert VisitProof.objects.get().distance is None  # nobody had located the address
    door = actions.locate_by_visit(visit=world.visit, by=world.coordinator)
    assert (float(door.latitude), float(door.longitude)) == HOME


def test_a_scan_leads_to_the_own_visit_there(client, world):
    hang(world)
    hang(world, world.other)
    client.force_login(world.first.user)
    answer = client.get(reverse("phone:door", args=[code_of(world.client)]))
    assert answer.url.startswith(reverse("phone:visit", args=[world.visit.pk]))
    page = client.get(answer.url)
    assert "reason" not in page.context["check_in_form"].fields
    client.post(
        reverse("phone:check_in", args=[world.visit.pk]), {"door": code_of(world.client), "credentials_shown": "on"}
    )
    assert VisitProof.objects.get().is_scanned
    elsewhere = client.get(reverse("phone:door", args=[code_of(world.other)])).content.decode()
    assert world.other.name not in elsewhere
    assert world.other.salutation not in elsewhere
    assert client.get(reverse("phone:door", args=["x~y"])).status_code == 404
    client.logout()
    assert client.get(reverse("phone:door", args=[code_of(world.client)])).status_code == 302


# Measurements --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"systolic": 160, "diastolic": 100}, []),
        ({"systolic": 161, "diastolic": 101}, ["systolic_high", "diastolic_high"]),
        ({"systolic": 90, "diastolic": 60}, []),
        ({"systolic": 89, "diastolic": 59}, ["systolic_low", "diastolic_low"]),
        ({"pulse": 50}, []),
        ({"pulse": 49}, ["pulse_low"]),
        ({"pulse": 101}, ["pulse_high"]),
        ({"temperature": Decimal("37.3")}, []),
        ({"temperature": Decimal("37.4")}, ["temperature_high"]),
        ({"temperature": Decimal("35.4")}, ["temperature_low"]),
    ],
)
def test_limits_have_both_ends_in(values, codes):
    assert outside_limits(values, LIMITS) == codes


def test_what_lies_outside_warns_caregiver_and_office(client, world):
    arrive(world)
    client.force_login(world.first.user)
    url = reverse("phone:measure", args=[world.visit.pk])
    client.post(url, {"systolic": "120", "diastolic": "80", "pulse": "", "temperature": ""})
    assert not Notice.objects.exclude(user=world.first.user).filter(title__contains=world.client.number).exists()
    page = client.post(url, {"systolic": "172", "diastolic": "104"}, follow=True)
    assert "warning" in [message.level_tag for message in page.context["messages"]]
    row = Measurement.objects.get(systolic=172)
    assert row.outside == ["systolic_high", "diastolic_high"]
    told = Notice.objects.filter(title__contains=world.client.number).values_list("user", flat=True)
    assert set(told) == {world.manager.pk, world.coordinator.pk, world.staff["quality_officer"].pk}


def test_slips_of_the_finger_are_named_all_at_once(world):
    arrive(world)
    with pytest.raises(ValidationError) as refusal:
        actions.measure(visit=world.visit, by=world.first.user, systolic=1200, temperature=Decimal("3.7"), pulse=500)
    assert set(refusal.value.message_dict) == {"systolic", "diastolic", "pulse", "temperature"}
    with pytest.raises(ValidationError) as refusal:
        actions.measure(visit=world.visit, by=world.first.user, systolic=80, diastolic=120)
    assert set(refusal.value.message_dict) == {"diastolic"}
    with pytest.raises(ValidationError, match="at least one"):
        actions.measure(visit=world.visit, by=world.first.user)
    with pytest.raises(IntegrityError, match="measurement_values"), transaction.atomic():
        Measurement.objects.create(
            client=world.client, visit=world.visit, pulse=500, taken_at=timezone.now(), taken_by=world.manager
        )


def test_without_the_consent_nothing_is_written_or_shown(client, world):
    arrive(world)
    actions.measure(visit=world.visit, by=world.first.user, pulse=72)
    Consent.objects.filter(client=world.client, kind="health_data").update(withdrawn_at=timezone.now())
    with pytest.raises(ValidationError, match="consent"):
        actions.measure(visit=world.visit, by=world.first.user, pulse=72)
    client.force_login(world.manager)
    page = client.get(reverse("measurement_list", args=["kangze", world.client.pk]))
    assert page.context["rows"] == []


def test_a_wrong_value_is_struck_out_and_stays(client, world):
    arrive(world)
    for pulse in (70, 72, 170):
        actions.measure(visit=world.visit, by=world.first.user, pulse=pulse)
    wrong = Measurement.objects.get(pulse=170)
    client.force_login(world.coordinator)
    client.post(reverse("measurement_strike", args=["kangze", wrong.pk]), {"reason": "多按了一个1"})
    page = client.get(reverse("measurement_list", args=["kangze", world.client.pk]))
    [chart] = page.context["charts"]
    assert chart.words == "70, 72"
    assert "多按了一个1" in page.content.decode()
    assert AccessLog.objects.filter(field="measurements", user=world.coordinator).exists()
    with pytest.raises(ValidationError, match="struck out already"):
        actions.strike_measurement(measurement=wrong, by=world.coordinator, reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Measurement.objects.filter(pk=wrong.pk).update(pulse=70)


@pytest.mark.parametrize(("hours", "is_allowed"), [(23, True), (24, True), (25, False)])
def test_something_may_be_added_for_a_day(world, hours, is_allowed):
    arrive(world)
    done = leave(world)
    with time_machine.travel(done.checked_out_at + dt.timedelta(hours=hours), tick=False):
        if is_allowed:
            assert actions.measure(visit=done, by=world.first.user, pulse=72).pulse == 72
            return
        with pytest.raises(ValidationError, match="within a day"):
            actions.measure(visit=done, by=world.first.user, pulse=72)


# Photos and signature ------------------------------------------------------------------------------------------------


def photo(name="a.jpg"):
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(buffer, "JPEG", exif=exif)
    return SimpleUploadedFile(name, buffer.getvalue(), "image/jpeg")


def test_photos_need_the_consent_and_lose_what_the_camera_wrote(client, world):
    arrive(world)
    client.force_login(world.first.user)
    url = reverse("phone:photo", args=[world.visit.pk])
    Consent.objects.filter(client=world.client, kind="photos").update(withdrawn_at=timezone.now())
    client.post(url, {"photo": photo(), "caption": "厨房"})
    assert not VisitPhoto.objects.exists()
    Consent.objects.create(
        client=world.client, kind="photos", text_version="1", given_by="李女士", means="paper", given_at=timezone.now()
    )
    client.post(url, {"photo": photo(), "caption": "厨房"})
    row = VisitPhoto.objects.get()
    with row.file.file.open() as file:
        assert not Image.open(file).getexif()
    client.post(url, {"photo": SimpleUploadedFile("a.jpg", b"no picture"), "caption": "厨房"})
    assert VisitPhoto.objects.count() == 1
    client.force_login(world.staff["quality_officer"])
    assert client.get(reverse("file_view", args=["kangze", row.file_id])).status_code == 200


def test_where_the_client_signs_nobody_leaves_without_it_or_the_reason(world):
    AgencySettings.objects.update(client_signs=True)
    arrive(world)
    with pytest.raises(ValidationError, match="Let the client sign"):
        leave(world)
    with pytest.raises(ValidationError) as refusal:
        actions.confirm_visit(visit=world.visit, by=world.first.user)
    assert set(refusal.value.message_dict) == {"signer_name"}
    with pytest.raises(ValidationError, match="sign in the box"):
        actions.confirm_visit(visit=world.visit, by=world.first.user, signer_name=world.client.name)
    row = actions.confirm_visit(visit=world.visit, by=world.first.user, unable="resting", signer_name="x")
    assert (row.unable, row.image, row.signer_name) == ("resting", None, "")
    with pytest.raises(ValidationError, match="signed for already"):
        actions.confirm_visit(visit=world.visit, by=world.first.user, signer_name="李女士", signature=drawn())
    assert leave(world).state == "done"


def test_the_client_signs_on_the_phone_and_what_was_ticked_stays(client, world):
    arrive(world)
    client.force_login(world.first.user)
    task = world.visit.tasks.first()
    answer = client.post(
        reverse("phone:work", args=[world.visit.pk]), {f"outcome{task.pk}": "done", "note": "精神好", "then": "confirm"}
    )
    assert answer.url == reverse("phone:confirm", args=[world.visit.pk])
    task.refresh_from_db()
    assert task.outcome == "done"
    client.post(answer.url, {"signer_name": world.client.name, "signature": drawn(), "unable": ""})
    row = VisitConfirmation.objects.get()
    assert (row.signer_name, row.unable, row.image.kind) == (world.client.name, "", "signature")


# A plan that changes, days that change ----------------------------------------------------------------------------------


def test_a_running_visit_keeps_the_tasks_it_began_with(world):
    arrive(world)
    before = set(world.visit.tasks.values_list("service_item", flat=True))
    strike(PlanLine.objects.filter(plan=world.agreement.plan))
    done = leave(world)
    assert set(done.tasks.values_list("service_item", flat=True)) == before
    assert before


def test_a_visit_over_the_new_year_counts_its_minutes_once(world):
    start = dt.datetime(2026, 12, 31, 22, tzinfo=timezone.get_default_timezone())
    visit = Visit.objects.create(
        agreement=world.agreement, client=world.client, caregiver=world.second, planned_start=start,
        period=(start, start + dt.timedelta(hours=4)),
    )  # fmt: skip
    with time_machine.travel(start, tick=False):
        attendance.check_in(visit=visit, by=world.second.user, credentials_shown=True)
    with time_machine.travel(start + dt.timedelta(hours=4), tick=False):
        done = attendance.check_out(
            visit=visit, by=world.second.user, outcomes={t.pk: ("done", "") for t in visit.tasks.all()}
        )
    assert done.checked_out_at - done.checked_in_at == dt.timedelta(hours=4)
    assert [(day.day.isoformat(), day.minutes) for day in world.second.service_days.all()] == [("2026-12-31", 240)]
    later = Visit.objects.create(
        agreement=world.agreement, client=world.client, caregiver=world.second,
        planned_start=start + dt.timedelta(hours=4), period=(start + dt.timedelta(hours=4), start + dt.timedelta(hours=6)),
    )  # fmt: skip
    assert later.pk  # begins when the other ends: no overlap


def test_who_leaves_with_sixty_visits_ahead_keeps_none_and_the_office_is_told(world):
    first = timezone.now() + dt.timedelta(days=40)
    rows = [
        Visit(
            agency=world.agency, agreement=world.agreement, client=world.client, caregiver=world.second,
            planned_start=first + dt.timedelta(days=day),
            period=(first + dt.timedelta(days=day), first + dt.timedelta(days=day, hours=2)),
        )
        for day in range(60)
    ]  # fmt: skip
    Visit.objects.bulk_create(rows)
    dismiss_caregiver(caregiver=world.second, by=world.manager, left_on=timezone.localdate(), left_reason="回老家")
    assert not Visit.objects.filter(caregiver=world.second, state="planned").exists()
    assert Visit.objects.filter(caregiver=None, pk__in=[row.pk for row in rows]).count() == 60
    assert Notice.objects.filter(title__contains="60", url__contains="unassigned=1", user=world.manager).exists()
