"""What somebody tried who meant harm; each stays refused."""

import base64
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from agencies.actions.exports import redeliver_exports
from agencies.files import IMAGES, PNG_PREFIX, UploadField
from agencies.limits import is_over_limit
from agencies.models import Export, JobRun, Membership, Message, PriceList, Role, StoredFile, User
from agencies.office_tasks import make_export
from agencies.tenancy import agency_context, agency_key
from archive.models import Document
from archive.tasks import render_document
from caregivers.models import Caregiver
from clients.models import Client, Consent, RiskNote
from contracts.actions import agreements, attendance, signing
from contracts.models import Agreement, Handover, HandoverSignature, Signature, Visit
from supervision.models import Complaint
from supervision.tasks import complaint_limits
from tests.factories import make_member, make_one, make_user

PIXEL = (
    PNG_PREFIX
    + base64.b64encode(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49"
            "444154789c636000000002000148afa4710000000049454e44ae426082"
        )
    ).decode()
)
RESIDENT = {
    "name": "李淑贞",
    "salutation": "李奶奶",
    "identity_type": "resident",
    "identity_number": "11010519491231002X",
    "phone": "13500001234",
    "district": "历下区",
    "address": "泺文路12号",
    "means": "phone",
}


def sign_in(client, agency, *roles):
    member = make_member(agency, *roles)
    client.force_login(member.user)
    return member


def test_null_bytes_are_cleaned_where_no_form_stands_before(client, maple):
    asked = client.post("/p/maple/complain/status/", {"number": "TS\0", "code": "1"})
    assert asked.status_code == 200
    sign_in(client, maple)
    assert client.get("/maple/search/", {"q": "a\0b"}).status_code == 200
    assert client.post("/maple/settings/keys/new/", {"name": "a\0"}).status_code == 200
    assert client.post("/maple/exports/clients/new/", {"query": "a\0"}).status_code == 302


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "x"])
def test_week_out_of_reach_shows_this_one(client, maple, day):
    sign_in(client, maple)
    response = client.get("/maple/rota/", {"week": day})
    week = response.context["shown"].span
    assert week.first <= timezone.localdate() <= week.last
    assert (week.last - week.first).days == 6


@pytest.mark.parametrize("body", ["[" * 200_000, '{"a":' * 100_000, '{"a": "' + "x" * 1_100_000 + '"}'])
def test_json_that_is_too_deep_or_too_large_is_refused(client, maple, body):
    sign_in(client, maple)
    response = client.post("/api/v1/clients/", body, content_type="application/json")
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"phone": "=1+1"}, "phone"),
        ({"identity_number": "110105194912310021"}, "identity_number"),
        ({"identity_type": "passport", "identity_number": "E12345678"}, "birth_date"),
        ({"identity_type": "passport", "identity_number": "E1234567", "birth_date": "2090-01-01", "sex": "male"}, "birth_date"),
        ({"name": "李" * 60}, "name"),
    ],
)  # fmt: skip
def test_api_asks_what_the_page_asks(client, maple, change, wrong):
    sign_in(client, maple)
    response = client.post("/api/v1/clients/", RESIDENT | change, content_type="application/json")
    assert response.status_code == 400
    assert wrong in response.json()
    with agency_context(maple):
        assert not Client.objects.exists()


def test_api_correction_is_judged_with_what_is_on_file(client, maple):
    sign_in(client, maple)
    made = client.post("/api/v1/clients/", RESIDENT, content_type="application/json").json()
    address = f"/api/v1/clients/{made['id']}/"
    patch = {"birth_date": "2999-01-01"}
    assert client.patch(address, patch, content_type="application/json").status_code == 400
    assert client.patch(address, {"identity_type": "passport"}, content_type="application/json").status_code == 200
    other = {"identity_number": "11010519491231002X", "identity_type": "resident"}
    assert client.patch(address, other, content_type="application/json").status_code == 200
    with agency_context(maple):
        row = Client.objects.get()
        assert (row.birth_date, row.identity_number, row.phone) == (dt.date(1949, 12, 31), RESIDENT["identity_number"], "13500001234")  # fmt: skip


@pytest.mark.parametrize(
    ("name", "model", "hidden"),
    [
        ("client_edit", Client, ("identity_number", "phone")),
        ("caregiver_edit", Caregiver, ("identity_number", "phone")),
    ],
)
def test_edit_form_holds_no_full_number(client, maple, name, model, hidden):
    sign_in(client, maple, Role.COORDINATOR)
    with agency_context(maple):
        row = make_one(model, identity_number="11010519491231002X", phone="13500001234")
    page = client.get(reverse(name, args=["maple", row.pk])).content.decode()
    assert not any(getattr(row, field) in page for field in hidden)
    assert "135****1234" in page


def test_number_left_empty_on_the_form_stays(client, maple):
    sign_in(client, maple)
    client.post("/maple/clients/new/", RESIDENT)
    with agency_context(maple):
        row = Client.objects.get()
    changed = RESIDENT | {"identity_number": "", "phone": "", "address": "泺文路13号"}
    assert client.post(reverse("client_edit", args=["maple", row.pk]), changed).status_code == 302
    with agency_context(maple):
        row.refresh_from_db()
        assert (row.address, row.phone, row.identity_number) == ("泺文路13号", "13500001234", "11010519491231002X")


@pytest.mark.parametrize("role", [Role.ARCHIVIST, Role.QUALITY_OFFICER])
def test_signing_links_stand_only_before_who_may_send_them(client, maple, role):
    with agency_context(maple):
        agreement = make_one(Agreement, state="signing")
    address = reverse("agreement_file", args=["maple", agreement.pk])
    sign_in(client, maple, role)
    assert "/sign/" not in client.get(address).content.decode()
    sign_in(client, maple, Role.COORDINATOR)
    assert "/p/maple/sign/" in client.get(address).content.decode()


def test_archivist_reads_no_messages(client, maple):
    with agency_context(maple):
        make_one(Message, body="https://x/p/maple/survey/1")
    sign_in(client, maple, Role.ARCHIVIST)
    assert client.get("/maple/messages/").status_code == 403


@pytest.mark.parametrize("way", ["screen", "paper"])
def test_coordinator_does_not_sign_for_the_agency(client, maple, way):
    with agency_context(maple):
        agreement = make_one(Agreement, state="signing")
    sign_in(client, maple, Role.COORDINATOR)
    if way == "screen":
        assert client.post(f"/maple/agreements/{agreement.pk}/sign/agency/").status_code == 403
    else:
        form = client.post(f"/maple/agreements/{agreement.pk}/paper/", {"parties": "agency"}).context["form"]
        assert "parties" in form.errors
    with agency_context(maple):
        assert not Signature.objects.exists()


def test_price_is_approved_only_as_it_was_shown(in_maple):
    agreement = make_one(Agreement, rate=Decimal("40.00"), rate_reason="老客户")
    seen = str(agreement.rate)
    Agreement.objects.filter(pk=agreement.pk).update(rate=Decimal("0.01"))
    for row in (agreement, Agreement.objects.get(pk=agreement.pk)):
        with pytest.raises(ValidationError, match="price changed"):
            agreements.approve_price(agreement=row, by=make_user(), rate=seen)
    assert Agreement.objects.get().rate_approved_by is None


@pytest.mark.parametrize(("hours", "is_allowed"), [(12.1, False), (11.9, True)])
def test_visit_is_not_begun_days_ahead(in_maple, hours, is_allowed):
    start = timezone.now() + dt.timedelta(hours=hours)
    period = DateTimeTZRange(start, start + dt.timedelta(hours=2))
    visit = make_one(Visit, period=period, planned_start=start, caregiver=make_one(Caregiver))
    if is_allowed:
        attendance.check_in(visit=visit, by=make_user(), reason="提前到")
    else:
        with pytest.raises(ValidationError, match="check in when you are there"):
            attendance.check_in(visit=visit, by=make_user(), reason="x")
    visit.refresh_from_db()
    assert visit.state == ("in_progress" if is_allowed else "planned")


def test_counter_that_runs_out_between_two_steps_counts_from_one(in_maple, monkeypatch):
    monkeypatch.setattr(cache, "add", lambda *_args: True)  # as if another request forgot it right after
    assert is_over_limit("x", limit=1) is False
    assert cache.get(agency_key("limit:x")) == 1
    assert is_over_limit("x", limit=1) is True


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31"])
def test_year_nobody_means_is_refused_with_the_years_that_are(client, maple, day):
    sign_in(client, maple)
    with agency_context(maple):
        visit = make_one(Visit)
        caregiver = make_one(Caregiver)
    times = {"starts_at": f"{day}T00:00", "ends_at": f"{day}T01:00"}
    for address in (f"visits/{visit.pk}/move/", f"caregivers/{caregiver.pk}/absences/new/"):
        form = client.post(f"/maple/{address}", {**times, "kind": "leave"}).context["form"]
        assert "1900" in form.errors["starts_at"][0]


def test_two_at_once_get_a_refusal_not_a_failure(client, maple, monkeypatch):
    User.objects.filter(pk=sign_in(client, maple).user_id).update(language="zh-hans")
    client.post("/maple/clients/new/", RESIDENT)
    monkeypatch.setattr("clients.actions.files._double", lambda _client: {})  # as if both looked at the same moment
    response = client.post("/maple/clients/new/", {**RESIDENT, "is_new": "on"})
    assert "刚才已有人保存了相同内容" in str(response.context["form"].errors)
    answer = client.post("/api/v1/clients/", {**RESIDENT, "is_new": True}, content_type="application/json")
    assert answer.status_code == 400
    with agency_context(maple):
        assert Client.objects.count() == 1


def test_one_draft_of_prices_at_a_time(in_maple):
    make_one(PriceList)
    with pytest.raises(IntegrityError, match="price_list_one_draft"):
        make_one(PriceList)


def test_office_signature_stands_under_the_text_that_was_read(in_maple):
    agreement = make_one(Agreement, state="signing", terms_hash="b" * 64)
    with pytest.raises(ValidationError, match="text was changed"):
        signing.sign_on_screen(
            agreement=agreement, party="agency", signature=PIXEL, terms_hash="a" * 64, way="screen", identity_check="x",
            by=make_user(),
        )  # fmt: skip
    assert not Signature.objects.exists()


def refused(sql, params=()):
    """What the database says against a statement, rules that wait for the commit included."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except Error as error:
        return str(error)
    return ""


def test_temporary_table_of_the_same_name_fools_no_rule(in_maple):
    agreement = make_one(Agreement, state="signing")
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TEMP TABLE contracts_signature ON COMMIT DROP AS SELECT %s::bigint agreement_id,
            %s::bigint agency_id, unnest(array['client', 'caregiver', 'agency']) party, %s document_hash""",
            [agreement.pk, in_maple.pk, agreement.terms_hash],
        )
    sql = "UPDATE contracts_agreement SET state = 'in_force', in_force_at = now() WHERE id = %s"
    assert "three signatures" in refused(sql, [agreement.pk])


def test_web_role_changes_neither_text_nor_paper_nor_history(in_maple):
    agreement = make_one(Agreement, state="signing")
    wrong = refused("UPDATE contracts_agreement SET terms = '[1]' WHERE id = %s", [agreement.pk])
    assert "text of a signed agreement" in wrong
    file, other = make_one(StoredFile), make_one(StoredFile)
    paper = make_one(Document, state="ready", file=file)
    assert "does not change" in refused("UPDATE archive_document SET file_id = %s WHERE id = %s", [other.pk, paper.pk])
    visit = make_one(Visit)
    for sql in ("DELETE FROM contracts_historicalvisit", "UPDATE contracts_historicalvisit SET state = 'done'"):
        assert "insert-only" in refused(f"{sql} WHERE id = %s", [visit.pk])


@pytest.mark.parametrize(
    "change",
    ["terms = '{\"fee\": 2}'", "terms_hash = repeat('c', 64)", "terms = NULL, state = 'cancelled', in_force_at = NULL"],
)
def test_signed_text_does_not_change_by_way_of_a_draft(in_maple, change):
    agreement = make_one(Agreement, state="signing", terms={"fee": 1})
    make_one(Signature, agreement=agreement, party="client")
    back = "UPDATE contracts_agreement SET state = 'draft' WHERE id = %s"
    assert refused(back, [agreement.pk]) == ""  # the text is the same still
    assert "does not change" in refused(f"UPDATE contracts_agreement SET {change} WHERE id = %s", [agreement.pk])


def test_signatures_under_another_text_bring_nothing_into_force(in_maple):
    agreement = make_one(Agreement, state="draft")
    for party in ("client", "agency", "caregiver"):
        make_one(Signature, agreement=agreement, party=party)
    copy = make_one(Agreement, state="draft", terms_hash="d" * 64)
    sql = "UPDATE contracts_agreement SET state = 'in_force', in_force_at = now() WHERE id = %s"
    assert "three signatures" in refused(sql, [copy.pk])
    assert refused(sql, [agreement.pk]) == ""


def test_signed_handover_does_not_change_by_way_of_a_draft(in_maple):
    handover = make_one(Handover, state="signing")
    make_one(HandoverSignature, handover=handover)
    assert refused("UPDATE contracts_handover SET state = 'draft' WHERE id = %s", [handover.pk]) == ""
    assert "does not change" in refused("UPDATE contracts_handover SET money = '0' WHERE id = %s", [handover.pk])


@pytest.mark.parametrize("elsewhere", ["", "0"])
def test_rule_over_other_rows_is_not_fooled_by_closing_the_agency_first(in_maple, elsewhere):
    agreement = make_one(Agreement, state="signing")
    make_one(Signature, agreement=agreement)
    change = "UPDATE contracts_agreement SET state = 'draft', terms = '[1]' WHERE id = %s"
    assert "does not change" in refused(f"{change}; SET LOCAL app.agency_id = '{elsewhere}'", [agreement.pk])
    with connection.cursor() as cursor:
        cursor.execute("SHOW app.agency_id")
        assert cursor.fetchone() == (str(in_maple.pk),)


def test_suspended_caregiver_opens_no_homes(client, maple):
    member = make_member(maple, Role.CAREGIVER)
    start = timezone.now() + dt.timedelta(hours=1)
    with agency_context(maple):
        caregiver = make_one(Caregiver, user=member.user, state="suspended", posted_on=dt.date(2026, 1, 5))
        period = DateTimeTZRange(start, start + dt.timedelta(hours=2))
        visit = make_one(Visit, caregiver=caregiver, period=period, planned_start=start)
    client.force_login(member.user)
    assert client.get(f"/me/visits/{visit.pk}/").status_code == 404
    assert client.post(f"/me/visits/{visit.pk}/check-in/", {"reason": "x"}).status_code == 404
    assert client.get("/me/mine/").status_code == 200
    with agency_context(maple):
        Caregiver.objects.filter(pk=caregiver.pk).update(state="active")
    assert client.get(f"/me/visits/{visit.pk}/").status_code == 200


def test_caregiver_of_two_agencies_chooses_which_phone(client, maple, birch):
    member = make_member(maple, Role.CAREGIVER)
    other = Membership.objects.create(agency=birch, user=member.user, roles=[Role.CAREGIVER])
    for agency in (maple, birch):
        with agency_context(agency):
            make_one(Caregiver, user=member.user, name=f"王 {agency}")
    client.force_login(member.user)
    assert "王 Maple" in client.get("/me/mine/").content.decode()
    assert client.post(f"/choose/{other.pk}/").status_code == 302
    assert "王 Birch" in client.get("/me/mine/").content.decode()
    assert client.post(f"/choose/{make_member(birch).pk}/").status_code == 404


def test_every_try_of_a_stranger_counts_and_reads_no_file_after_that(client, maple):
    for _try in range(20):
        assert client.post("/p/maple/complain/", {"text": ""}).status_code == 200
    assert client.post("/p/maple/complain/", {"text": "服务员迟到"}).status_code == 429
    with agency_context(maple):
        assert not Complaint.objects.exists()


def test_code_of_a_complaint_is_not_guessed_from_many_places(client, maple, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    with agency_context(maple):
        complaint = make_one(Complaint, number="TS-2026-0001", lookup_code="A1B2C3D4")

    def look(code, place):
        data = {"number": complaint.number, "code": code}
        address = {"X-Forwarded-For": f"198.51.100.{place}"}
        return client.post("/p/maple/complain/status/", data, headers=address).context["complaint"]

    assert look("a1b2c3d4", 1) == complaint
    assert [look("00000000", place) for place in range(2, 22)] == [None] * 20
    assert look("a1b2c3d4", 30) is None


def test_draft_that_went_out_meanwhile_is_not_put_back(in_maple):
    agreement = make_one(Agreement)
    Agreement.objects.filter(pk=agreement.pk).update(state="signing")
    with pytest.raises(ValidationError, match="Only a draft"):
        agreements.update_agreement(agreement=agreement, by=make_user(), rate_reason="x")
    agreement.refresh_from_db()
    assert agreement.state == "signing"


def test_archivist_reads_no_medicines_in_a_handover(client, maple):
    with agency_context(maple):
        handover = make_one(Handover, medicines="氨氯地平", condition="能行走")
    sign_in(client, maple, Role.ARCHIVIST)
    page = client.get(f"/maple/handovers/{handover.pk}/").content.decode()
    assert "氨氯地平" not in page
    assert "能行走" not in page
    sign_in(client, maple, Role.COORDINATOR)
    assert "氨氯地平" in client.get(f"/maple/handovers/{handover.pk}/").content.decode()


def test_archivist_reads_no_risks_about_health(client, maple):
    with agency_context(maple):
        person = make_one(Client)
        visit = make_one(Visit, client=person)
        for kind in ("health_data", "sharing"):
            make_one(Consent, client=person, kind=kind)
        make_one(RiskNote, client=person, kind="diet", text="糖尿病，少糖", is_active=True)
        make_one(RiskNote, client=person, kind="home", text="门口有狗", is_active=True)
    for address in (f"/maple/clients/{person.pk}/", f"/maple/visits/{visit.pk}/"):
        sign_in(client, maple, Role.ARCHIVIST)
        page = client.get(address).content.decode()
        assert "门口有狗" in page
        assert "糖尿病" not in page
        sign_in(client, maple, Role.QUALITY_OFFICER)
        assert "糖尿病" in client.get(address).content.decode()


def test_name_is_one_line_whoever_sends_it(client, maple):
    sign_in(client, maple)
    body = RESIDENT | {"name": "李\n淑贞", "needs": "早餐\n散步"}
    assert client.post("/api/v1/clients/", body, content_type="application/json").status_code == 201
    with agency_context(maple):
        row = Client.objects.get()
    assert (row.name, row.needs) == ("李 淑贞", "早餐\n散步")


def test_look_up_of_one_number_does_not_count_against_an_address(client, maple, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def look(number, place):
        data, address = {"number": number, "code": "x"}, {"X-Forwarded-For": place}
        return client.post("/p/maple/complain/status/", data, headers=address).context["problem"]

    for place in range(21):
        look("198.51.100.77", f"203.0.113.{place}")
    assert look("TS-2026-0001", "198.51.100.77") == look("TS-2026-0002", "198.51.100.78")


def test_export_that_fails_says_so_and_one_that_was_forgotten_is_rung_again(in_maple, monkeypatch, django_capture_on_commit_callbacks):  # fmt: skip
    export = make_one(Export, list_name="clients")
    monkeypatch.setattr("agencies.exports.workbook", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_export(agency_id=in_maple.pk, export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.error) == ("failed", "ZeroDivisionError")
    monkeypatch.undo()
    forgotten = make_one(Export, list_name="clients")
    Export.objects.filter(pk=forgotten.pk).update(requested_at=timezone.now() - dt.timedelta(minutes=3))
    with django_capture_on_commit_callbacks(execute=True):
        redeliver_exports()
    forgotten.refresh_from_db()
    assert (forgotten.state, forgotten.row_count) == ("ready", 0)


def test_paper_that_fails_is_tried_three_times_then_seen(in_maple, monkeypatch):
    paper = make_one(Document, kind="handover")
    monkeypatch.setattr("archive.actions.render", lambda **_kwargs: 1 / 0)
    for state in ("queued", "queued", "failed"):
        with pytest.raises(ZeroDivisionError):
            render_document(agency_id=in_maple.pk, document_id=paper.pk)
        paper.refresh_from_db()
        assert paper.state == state


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": "signing"}, ""),
        ({"state": "draft"}, "withdrawn"),
        ({"state": "cancelled"}, "cancelled"),
        ({"state": "signing", "document": None}, "replaced by another"),
    ],
)
def test_page_behind_the_code_says_when_a_text_counts_no_more(client, maple, change, words):
    with agency_context(maple):
        agreement = make_one(Agreement)
        paper = make_one(
            Document,
            state="ready",
            file=make_one(StoredFile),
            kind="agreement",
            subject_id=agreement.pk,
            verify_code="a1b2c3d4",
        )
        Agreement.objects.filter(pk=agreement.pk).update(**({"document": paper} | change))
    page = client.get(f"/p/maple/verify/{paper.verify_code}/").content.decode()
    assert ("counts no more" in page) is bool(words)
    assert words in page


def test_photo_is_kept_without_place_and_camera_and_upright(maple):
    photo = Image.new("RGB", (40, 20), "red")
    exif = photo.getexif()
    exif[0x010F] = "Camera of Zhou"
    exif[0x0112] = 6  # to be turned by a quarter
    exif.get_ifd(0x8825)[2] = (36.0, 40.0, 12.0)
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", exif=exif)
    field = UploadField(allowed=IMAGES)
    _name, content, content_type = field.clean(SimpleUploadedFile("a.jpg", buffer.getvalue() + b"<script>"))
    assert content_type == "image/jpeg"
    assert b"Zhou" not in content
    assert b"<script>" not in content
    with Image.open(io.BytesIO(content)) as kept:
        assert (kept.size, dict(kept.getexif())) == ((20, 40), {})


@pytest.mark.parametrize(("size", "words"), [((6000, 4001), "24 million pixels"), ((6000, 4000), "")])
def test_few_bytes_that_unpack_to_a_huge_picture_are_refused(size, words):
    buffer = io.BytesIO()
    Image.new("1", size).save(buffer, "PNG")
    field = UploadField(allowed=IMAGES)
    if words:
        with pytest.raises(ValidationError, match=words):
            field.clean(SimpleUploadedFile("a.png", buffer.getvalue()))
    else:
        assert field.clean(SimpleUploadedFile("a.png", buffer.getvalue()))[2] == "image/png"


def test_photo_of_a_large_sensor_is_halved_while_it_is_read():
    buffer = io.BytesIO()
    Image.new("L", (8000, 6000)).save(buffer, "JPEG")
    _name, content, _type = UploadField(allowed=IMAGES).clean(SimpleUploadedFile("a.jpg", buffer.getvalue()))
    with Image.open(io.BytesIO(content)) as kept:
        assert kept.size == (4000, 3000)


def test_jobs_that_had_nothing_to_do_leave_one_run_a_day(maple):
    for _minute in range(3):
        complaint_limits(agency_id=maple.pk)
    with agency_context(maple):
        assert JobRun.objects.filter(job="complaint_limits").count() == 1
        make_one(Complaint, received_at=timezone.now(), acknowledge_by=timezone.now(), limit_on=timezone.localdate())
    complaint_limits(agency_id=maple.pk)
    with agency_context(maple):
        runs = JobRun.objects.filter(job="complaint_limits").order_by("pk")
        assert [sum(run.counts.values()) for run in runs] == [0, 2]


def test_api_takes_no_control_characters_and_no_year_nobody_means(client, maple):
    sign_in(client, maple)
    bad = {"channel": "phone", "text": "迟到\u0001", "happened_on": "9999-12-31"}
    answer = client.post("/api/v1/complaints/", bad, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json()) == {"text", "happened_on"}
