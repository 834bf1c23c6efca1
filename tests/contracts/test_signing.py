"""Three signatures under one frozen text, in any order; the database itself refuses anything less."""

import base64
import datetime as dt
import io
from decimal import Decimal
from itertools import permutations

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw

from agencies import files
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord
from carecenter.demo import world as demo
from caregivers.models import Absence, Attendance, Course, TrainingSession
from clients.models import Client, Consent
from contracts.actions import agreements, handovers, running, signing
from contracts.actions.visits import plan_visits
from contracts.models import Agreement, Signature, Visit
from tests.factories import make_one
from tests.world import all_terms, make_world, sign_agreement, staff_up


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.caregivers = staff_up(world, 2)
        world.clients = demo.take_in(world, 8)[1:4]
        yield world


@pytest.fixture
def agreement(world):
    """An agreement out for signing, with nobody's signature yet."""
    agreement = sign_agreement(world, world.caregivers[0], world.clients[0], upto="draft")
    agreements.send_for_signing(agreement=agreement, by=world.coordinator)
    return agreement


def sign(world, agreement, party):
    by = world.manager if party == "agency" else None
    return signing.sign_on_screen(
        agreement=agreement,
        party=party,
        signature=demo.signature_png(world.rng),
        terms_hash=agreement.terms_hash,
        way="screen",
        identity_check="x",
        by=by,
        confirmed=all_terms(agreement) if party == "client" else [],
    )


@pytest.mark.parametrize("order", list(permutations(["client", "agency", "caregiver"])))
def test_in_force_only_with_the_third_signature_in_any_order(world, agreement, order):
    for party in order:
        agreement.refresh_from_db()
        assert agreement.state == "signing"
        sign(world, agreement, party)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.in_force_at is not None) == ("in_force", True)
    assert Client.objects.get(pk=agreement.client_id).state == "active"
    assert Visit.objects.filter(agreement=agreement, state="planned").count() > 0
    assert {row.document_hash for row in Signature.objects.all()} == {agreement.terms_hash}


def test_nobody_signs_twice_and_the_pad_must_not_be_empty(world, agreement):
    sign(world, agreement, "client")
    with pytest.raises(ValidationError, match="has signed already"):
        sign(world, agreement, "client")
    for nothing in ("", "data:image/png;base64,", "data:image/png;base64,AAAA", "<svg>"):
        with pytest.raises(ValidationError):
            signing.sign_on_screen(
                agreement=agreement,
                party="agency",
                signature=nothing,
                terms_hash=agreement.terms_hash,
                way="screen",
                identity_check="",
                by=world.manager,
            )
    assert Signature.objects.count() == 1


def refused_by_the_database(statement, *params):
    with pytest.raises(Error) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE", params)
    return str(refusal.value)


def test_database_refuses_force_without_three_signatures(world, agreement):
    sign(world, agreement, "client")
    sign(world, agreement, "agency")
    text = refused_by_the_database(
        f"UPDATE contracts_agreement SET state = 'in_force', in_force_at = now() WHERE id = {agreement.pk}"
    )
    assert "only with three signatures" in text


def test_database_refuses_another_text_and_a_lost_signature(world, agreement):
    sign(world, agreement, "client")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")  # as at the end of a request
    other = f"UPDATE contracts_agreement SET terms_hash = repeat('0', 64) WHERE id = {agreement.pk}"
    assert "does not change" in refused_by_the_database(other)
    assert "insert-only" in refused_by_the_database("DELETE FROM contracts_signature")
    assert "insert-only" in refused_by_the_database("UPDATE contracts_signature SET signer_name = 'x'")


def test_draft_with_everything_missing_names_all_of_it(world):
    agreement = sign_agreement(world, world.caregivers[0], world.clients[0], upto="draft")
    Agreement.objects.filter(pk=agreement.pk).update(
        condition_disclosed=False, rate=40, rate_reason="老客户", special_terms=""
    )
    agreement.refresh_from_db()
    with pytest.raises(ValidationError) as refusal:
        agreements.send_for_signing(agreement=agreement, by=world.coordinator)
    text = " ".join(refusal.value.messages)
    assert len(refusal.value.messages) == 3
    for clause in ("7.3.2 b", "4.1.5", "7.3.2 e"):
        assert clause in text
    agreement.refresh_from_db()
    assert (agreement.state, agreement.terms) == ("draft", None)


@pytest.mark.parametrize(("day", "is_allowed"), [(0, False), (1, True), (28, True), (29, False)])
def test_the_payment_day_exists_in_every_month(client, world, day, is_allowed):
    agreement = sign_agreement(world, world.caregivers[0], world.clients[0], upto="draft")
    client.force_login(world.coordinator)
    url = reverse("agreement_edit", args=["kangze", agreement.pk])
    form = client.get(url).context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = client.post(url, {**typed, "payment_day": day, "trial_days": 30})
    agreement.refresh_from_db()
    if is_allowed:
        assert (answer.status_code, agreement.payment_day) == (302, day)
        return
    assert list(answer.context["form"].errors) == ["payment_day"]
    assert agreement.payment_day == 5
    assert "agreement_payment_day" in refused_by_the_database(f"UPDATE contracts_agreement SET payment_day = {day}")


def test_a_training_or_leave_on_the_first_morning_does_not_stop_the_agreement(world):
    agreement = sign_agreement(world, world.caregivers[0], world.clients[0], upto="draft")
    starts_at = timezone.make_aware(dt.datetime.combine(agreement.starts_on, dt.time(8)))
    ends_at = starts_at + dt.timedelta(hours=3)
    course = make_one(Course, name="消防演练", kind="further", level=None, hours=3, pass_mark=60)
    session = make_one(TrainingSession, course=course, starts_at=starts_at, ends_at=ends_at, outside_trainer="刘芳")
    make_one(Attendance, session=session, caregiver=world.caregivers[0])
    make_one(Absence, caregiver=world.caregivers[0], state="approved", period=DateTimeTZRange(starts_at, ends_at))
    agreements.send_for_signing(agreement=agreement, by=world.coordinator)
    agreement.refresh_from_db()
    assert agreement.state == "signing"


FORBIDDEN = [
    ("draft", "suspend"), ("draft", "end"), ("draft", "amend"), ("signing", "suspend"), ("signing", "end"),
    ("in_force", "send"), ("in_force", "cancel"), ("in_force", "withdraw"), ("in_force", "resume"),
]  # fmt: skip
VERBS = {
    "send": lambda a, by: agreements.send_for_signing(agreement=a, by=by),
    "cancel": lambda a, by: agreements.cancel_agreement(agreement=a, by=by),
    "withdraw": lambda a, by: agreements.withdraw_from_signing(agreement=a, by=by),
    "amend": lambda a, by: agreements.amend_agreement(agreement=a, by=by, change_summary="x"),
    "suspend": lambda a, by: running.suspend_agreement(agreement=a, by=by, from_day=timezone.localdate(), reason="x"),
    "resume": lambda a, by: running.resume_agreement(agreement=a, by=by, on_day=timezone.localdate()),
    "end": lambda a, by: running.end_agreement(
        agreement=a, by=by, ended_on=a.starts_on, end_reason="client", end_note="x"
    ),
}


@pytest.mark.parametrize(("state", "verb"), FORBIDDEN)
def test_forbidden_step_is_refused_and_changes_nothing(world, state, verb):
    agreement = sign_agreement(world, world.caregivers[0], world.clients[0], upto=state)
    with pytest.raises(ValidationError):
        VERBS[verb](agreement, world.manager)
    agreement.refresh_from_db()
    assert agreement.state == state
    assert Agreement.objects.count() == 1


def test_suspension_and_resumption_move_the_visits(world):
    agreement = sign_agreement(world, world.caregivers[0], world.clients[0])
    planned = Visit.objects.filter(state="planned").count()
    running.suspend_agreement(agreement=agreement, by=world.manager, from_day=timezone.localdate(), reason="住院")
    assert Visit.objects.filter(state="planned").count() == 0
    assert Visit.objects.filter(state="cancelled").count() == planned
    day = timezone.localdate() + dt.timedelta(days=3)
    running.resume_agreement(agreement=agreement, by=world.manager, on_day=day)
    back = Visit.objects.filter(state="planned").order_by("period").first()
    assert timezone.localtime(back.period.lower).date() >= day
    agreement.refresh_from_db()
    assert agreement.state == "suspended"  # until that day


def test_end_files_the_papers_for_three_years_and_ends_the_visits(world):
    today = timezone.localdate()
    starts_on = today - dt.timedelta(days=60)
    agreement = sign_agreement(world, world.caregivers[0], world.clients[0], starts_on=starts_on)
    plan_visits()
    ahead = Visit.objects.filter(agreement=agreement, state="planned", period__startswith__gt=timezone.now())
    assert ahead.exists()
    running.end_agreement(agreement=agreement, by=world.manager, ended_on=today, end_reason="client", end_note="搬家")
    handovers.waive_handover(handover=agreement.handovers.get(), by=world.manager, reason="家属自行照料")
    record = ArchiveRecord.objects.get(source="agreement", source_id=agreement.pk)
    assert (record.archive_class, record.clock_started_on) == ("contracts", today)
    last = min(today.day, 28) if today.month == 2 else today.day
    assert record.retain_until == dt.date(today.year + 3, today.month, last)
    assert record.items.count() == 3  # the signatures; the paper joins when it is ready
    assert Client.objects.get(pk=agreement.client_id).state == "ended"
    assert not ahead.filter(period__startswith__date__gt=today).exists()


def test_amendment_in_force_replaces_the_first_from_its_day(world):
    first = sign_agreement(world, world.caregivers[0], world.clients[0])
    amendment = agreements.amend_agreement(agreement=first, by=world.manager, change_summary="换人")
    assert amendment.number == f"{first.number}-B1"
    agreements.update_agreement(agreement=amendment, by=world.manager, caregiver=world.caregivers[1])
    agreements.send_for_signing(agreement=amendment, by=world.coordinator)
    for party in ("agency", "client", "caregiver"):
        sign(world, amendment, party)
    first.refresh_from_db()
    amendment.refresh_from_db()
    assert (first.state, amendment.state) == ("superseded", "in_force")
    assert set(Visit.objects.filter(state="planned").values_list("agreement", flat=True)) == {amendment.pk}


def test_approval_of_a_price_ends_with_the_price(world):
    agreement = sign_agreement(world, world.caregivers[0], world.clients[0], upto="draft")
    agreement = agreements.update_agreement(
        agreement=agreement, by=world.coordinator, rate=Decimal(44), rate_reason="老客户"
    )
    agreements.approve_price(agreement=agreement, by=world.manager, rate=str(agreement.rate))
    agreement.refresh_from_db()
    assert agreement.rate_approved_by == world.manager
    agreement = agreements.update_agreement(agreement=agreement, by=world.coordinator, rate=Decimal(1))
    agreement.refresh_from_db()
    assert agreement.rate_approved_by is None
    with pytest.raises(ValidationError, match="manager"):
        agreements.send_for_signing(agreement=agreement, by=world.coordinator)


def test_client_signs_on_the_offices_screen_only_with_every_key_term_and_the_consent_to_it(world, agreement):
    Consent.objects.filter(client=agreement.client, kind="e_signature").update(withdrawn_at=timezone.now())
    common = {"agreement": agreement, "party": "client", "signature": demo.signature_png(world.rng), "by": world.manager,
              "terms_hash": agreement.terms_hash, "identity_check": "x"}  # fmt: skip
    with pytest.raises(ValidationError) as refusal:
        signing.sign_on_screen(**common, way="screen", confirmed=all_terms(agreement)[1:])
    assert refusal.value.message_dict == {
        "key_terms": ["Confirm these terms as well: 二（四）如实告知身体状况."],
        "agrees": ["The consent to signing on screen was withdrawn: sign on paper, or record it anew."],
    }
    signature = signing.sign_on_screen(**common, way="link", confirmed=all_terms(agreement))  # agrees there anew
    assert len(signature.confirmed) == 10


@pytest.mark.parametrize(("days", "is_taken"), [(-1, False), (0, True), (1, False)])
def test_paper_is_signed_between_the_day_it_went_out_and_today(world, agreement, days, is_taken):
    scan = ("scan.png", base64.b64decode(demo.signature_png(world.rng).split(",")[1]), "image/png")
    data = {"agreement": agreement, "parties": ["client"], "scan": scan, "terms_hash": agreement.terms_hash,
            "signed_on": timezone.localdate() + dt.timedelta(days=days), "by": world.manager}  # fmt: skip
    if is_taken:
        [signature] = signing.record_paper(**data)
        assert (signature.confirmed, signature.paper_code) == ([], "unread")
        return
    with pytest.raises(ValidationError, match="in the future" if days > 0 else "nobody signed it before"):
        signing.record_paper(**data)


def test_coordinator_is_not_offered_the_agencys_signature_on_paper_or_screen(world, agreement, client):
    client.force_login(world.coordinator)
    page = client.get(f"/kangze/agreements/{agreement.pk}/paper/")
    assert [value for value, _label in page.context["form"].fields["parties"].choices] == ["client", "caregiver"]
    assert client.get(f"/kangze/agreements/{agreement.pk}/sign/agency/").status_code == 403


def test_empty_paper_around_a_drawing_is_cut_away_and_a_blank_one_is_none():
    picture = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((100, 50, 219, 89), fill=(10, 10, 40, 255))
    assert Image.open(io.BytesIO(files.drawing(as_address(picture)))).size == (120, 40)
    with pytest.raises(ValidationError, match="sign in the box"):
        files.drawing(as_address(Image.new("RGBA", (600, 200), (0, 0, 0, 0))))


def as_address(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return files.PNG_PREFIX + base64.b64encode(buffer.getvalue()).decode()
