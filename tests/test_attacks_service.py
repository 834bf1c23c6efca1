"""What somebody tried who meant harm, from the first call to the last fee; each stays refused."""

import datetime as dt
import io
import zlib
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from agencies.models import AgencySettings, Price, PriceList, StoredFile, User
from agencies.queries import as_shown
from agencies.tenancy import agency_context
from archive.codes import paper_of
from archive.models import Document
from caregivers.models import Caregiver, Credential
from clients.actions import requests
from clients.models import Assessment, Client, ClientPaper, Consent, DataRequest
from contracts.actions import agreements, attendance
from contracts.actions.visits import assign_visit
from contracts.models import (
    Agreement,
    FeeStatement,
    Handover,
    HandoverSignature,
    Measurement,
    PlanLine,
    PlanSlot,
    ServicePlan,
    Signature,
    Visit,
    VisitProof,
    VisitTask,
)
from contracts.queries.rota_changes import seen_as
from tests.factories import DAY, NOON, make_one, make_user
from tests.past_the_rules import rewrite
from tests.test_attacks import refused, sign_in

# Another value for a column of each type.
OTHERWISE = {
    "boolean": "NOT {0}",
    "date": "coalesce({0}, '2026-01-01') + 1",
    "jsonb": "'[7]'",
    "time without time zone": "{0} + interval '1 hour'",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 minute'",
    "tstzrange": "tstzrange(lower({0}), upper({0}) + interval '1 minute')",
    "ARRAY": "'{{3}}'",
    **dict.fromkeys(["character varying", "text"], "coalesce({0}, '') || 'x'"),
    **dict.fromkeys(["bigint", "integer", "smallint", "numeric"], "coalesce({0}, 0) + 1"),
}


def changeable(row):
    """The columns of a row that the web role can change by SQL, one at a time; and whether it can delete it."""
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'",
            [table],
        )
        kinds = dict(cursor.fetchall())
    keys = {field.column: field.related_model for field in row._meta.concrete_fields if field.is_relation}
    free = set()
    for name in kinds.keys() - {"agency_id"}:
        if name in keys:
            other = make_user() if keys[name] is User else make_one(keys[name])
            value = str(other.pk)
        else:
            value = OTHERWISE[kinds[name]].format(name)
        if refused(f'UPDATE {table} SET "{name}" = {value} WHERE id = %s', [row.pk]) == "":
            free.add(name)
    if refused(f"DELETE FROM {table} WHERE id = %s", [row.pk]) == "":
        free.add("DELETE")
    return free


def _agreement(state):
    agreement = make_one(Agreement, state="signing", terms={"fee": 1}, special_terms="x")
    for party in ("client", "agency", "caregiver"):
        make_one(Signature, agreement=agreement, party=party)
    now, signed = timezone.now(), make_one(Document)
    Agreement.objects.filter(pk=agreement.pk).update(state="in_force", in_force_at=now, signed_document=signed)
    if state == "ended":
        ended = {"ended_on": DAY, "end_reason": "client", "settlement": {}}
        Agreement.objects.filter(pk=agreement.pk).update(state=state, **ended)
    return agreement


def _published():
    price_list = make_one(PriceList)
    price = make_one(Price, price_list=price_list)
    PriceList.objects.filter(pk=price_list.pk).update(state="published", published_at=NOON)
    return price_list, price


def _agreed():
    plan = make_one(ServicePlan, state="draft", agreed_on=None)
    parts = make_one(PlanLine, plan=plan, note="x"), make_one(PlanSlot, plan=plan)
    ServicePlan.objects.filter(pk=plan.pk).update(state="agreed", agreed_on=DAY, agreed_by="李", agreed_means="face")
    return plan, *parts


def _filed():
    handover = make_one(Handover, state="signing", opinion="fair")
    make_one(HandoverSignature, handover=handover)
    Handover.objects.filter(pk=handover.pk).update(state="filed", returned_on=DAY)
    return handover


def _approved():
    statement = make_one(FeeStatement)
    approved = {"state": "approved", "approved_at": NOON, "approved_by": make_user()}
    FeeStatement.objects.filter(pk=statement.pk).update(**approved)
    return statement


def _done():
    task = make_one(VisitTask, visit=make_one(Visit, caregiver=make_one(Caregiver)), outcome="done")
    Visit.objects.filter(pk=task.visit_id).update(state="done", checked_in_at=NOON, checked_out_at=NOON)
    return task.visit, task


def _answered():
    request = make_one(DataRequest, kind="correction")
    answer = {"state": "done", "outcome": "x", "decided_at": NOON, "decided_by": make_user()}
    DataRequest.objects.filter(pk=request.pk).update(**answer)
    return request


LIVES = {
    *("state", "link_version", "links_expire_at", "ended_on", "end_reason", "end_note", "settlement"),
    "expiry_warned_days",
}
WALLED = {
    "agreement in force": (lambda: _agreement("in_force"), LIVES - {"state", "ended_on", "end_reason"}),
    "agreement that ended": (
        lambda: _agreement("ended"),
        {"link_version", "links_expire_at", "expiry_warned_days"},
    ),
    "fee statement": (_approved, set()),
    "price list": (lambda: _published()[0], set()),
    "price": (lambda: _published()[1], set()),
    "plan": (lambda: _agreed()[0], set()),
    "item of a plan": (lambda: _agreed()[1], set()),
    "time of a plan": (lambda: _agreed()[2], set()),
    "handover": (_filed, {"document_id"}),
    "visit": (lambda: _done()[0], {"unended_told_at"}),
    "task of a visit": (lambda: _done()[1], set()),
    "answered request": (_answered, set()),
    "proof without a place": (lambda: make_one(VisitProof), set()),
    "paper": (lambda: make_one(Document, state="ready", file=make_one(StoredFile)), set()),
    "struck measurement": (
        lambda: make_one(Measurement, struck_at=NOON, struck_by=make_user(), struck_reason="x"),
        set(),
    ),
    "withdrawn consent": (lambda: make_one(Consent, withdrawn_at=NOON, is_replaced=True), set()),
    "paper of a client": (lambda: make_one(ClientPaper, removed_at=NOON, removed_by=make_user()), set()),
    "assessment": (lambda: make_one(Assessment), set()),
    "sighted paper of a caregiver": (
        lambda: make_one(Credential, verified_on=DAY, verified_by=make_user()),
        {"declined_reason"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WALLED)
def test_what_was_signed_approved_or_done_is_changed_by_nobody(in_maple, name):
    make, free = WALLED[name]
    assert changeable(make()) == free


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contracts_agreement SET state = 'in_force'",
        "UPDATE contracts_agreement SET state = 'draft', in_force_at = NULL, ended_on = NULL, end_reason = ''",
        "UPDATE contracts_agreement SET settlement = NULL, end_note = 'x'",
    ],
)
def test_what_ended_stays_ended(in_maple, statement):
    _agreement("ended")
    assert "do not change" in refused(statement) or "stays so" in refused(statement)


def test_no_price_comes_into_a_list_that_was_published(in_maple):
    price_list, _price = _published()
    draft = make_one(Price, price_list=make_one(PriceList), work_form="day")
    for statement in (
        f"UPDATE agencies_price SET price_list_id = {price_list.pk} WHERE id = {draft.pk}",
        f"""INSERT INTO agencies_price (agency_id, price_list_id, kind, work_form, unit, amount, note)
        VALUES ({in_maple.pk}, {price_list.pk}, 'holiday', 'day', 'day', 1, '')""",
    ):
        assert "published does not change" in refused(statement)


def test_position_is_forgotten_and_never_moved(in_maple):
    proof = make_one(VisitProof, latitude=Decimal("36.65"), longitude=Decimal("117.12"), accuracy=9)
    assert "never changed" in refused("UPDATE contracts_visitproof SET latitude = 36.66 WHERE id = %s", [proof.pk])
    forget = "UPDATE contracts_visitproof SET latitude = NULL, longitude = NULL, accuracy = NULL WHERE id = %s"
    assert refused(forget, [proof.pk]) == ""


# Prices ---------------------------------------------------------------------------------------------------------------


def test_prices_are_approved_only_as_they_were_shown(client, maple):
    User.objects.filter(pk=sign_in(client, maple).user_id).update(language="en")
    with agency_context(maple):
        AgencySettings.objects.update(price_list_by_two=False)
        price_list = make_one(PriceList, effective_from=timezone.localdate() + dt.timedelta(days=30))
        for form in ("hourly", "day", "live_in"):
            price = make_one(Price, price_list=price_list, work_form=form, note="x", amount=Decimal(50))
    address = f"/maple/prices/{price_list.pk}/publish/"
    page = client.get("/maple/prices/").content.decode()
    with agency_context(maple):
        shown = as_shown(price_list)
        assert f'name="seen" value="{shown}"' in page
        Price.objects.filter(pk=price.pk).update(amount=Decimal(500))
    for seen in (shown, ""):
        assert (
            "changed after this page was opened" in client.post(address, {"seen": seen}, follow=True).content.decode()
        )
    with agency_context(maple):
        assert PriceList.objects.get().state == "draft"
        seen = as_shown(price_list)
    client.post(address, {"seen": seen})
    with agency_context(maple):
        assert PriceList.objects.get().state == "published"


def test_price_changed_while_an_agreement_is_sent_out_is_judged(in_maple, monkeypatch):
    agreement = make_one(Agreement, state="draft", terms=None, terms_hash="", rate=Decimal(45), list_rate=Decimal(45))
    Agreement.objects.filter(pk=agreement.pk).update(rate=Decimal(1), rate_reason="x")  # by a colleague meanwhile
    judged = []
    monkeypatch.setattr(
        "contracts.actions.agreements.missing_for_signing", lambda row: judged.append(row.rate) or ["x"]
    )
    with pytest.raises(ValidationError, match="x"):
        agreements.send_for_signing(agreement=agreement, by=make_user())
    assert judged == [Decimal(1)]


# Personal data --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"kind": "erasure"}, {"kind": "correction"}, {"state": "refused", "outcome": "x", "decided_at": NOON}],
)
def test_nothing_is_put_together_without_an_open_request_for_it(in_maple, change):
    values = {"kind": "access", "state": "open"} | change
    by = make_user() if values["state"] != "open" else None
    request = make_one(DataRequest, decided_by=by, **values)
    with pytest.raises(ValidationError, match="only for an open request"):
        requests.collect(request=request, by=make_user())
    assert not Document.objects.exists()


def test_both_copies_are_put_together_anew(in_maple):
    request = make_one(DataRequest, kind="access", state="open", data_file=make_one(StoredFile))
    make_one(Document, kind="subject_access", subject_id=request.pk, state="ready", file=make_one(StoredFile))
    requests.collect(request=request, by=make_user())
    handed = {"handed_to": "x", "handed_how": "hand", "handed_on": timezone.localdate(), "is_checked": True}
    with pytest.raises(ValidationError, match="not ready yet"):  # the paper that is ready says less than the file will
        requests.hand_over_data(request=request, by=make_user(), **handed)
    requests.write_data_file(request_id=request.pk)
    request.refresh_from_db()
    assert request.data_file.name == f"{request.number}.json"


@pytest.mark.parametrize(("days", "is_kept"), [(29, True), (31, False)])
def test_copies_are_destroyed_a_month_after_the_answer(in_maple, days, is_kept):
    def copy(answered):
        file, paper = make_one(StoredFile, kind="subject_data"), make_one(StoredFile, kind="subject_data")
        done = (
            {"state": "refused", "outcome": "x", "decided_at": answered, "decided_by": make_user()} if answered else {}
        )
        request = make_one(DataRequest, kind="access", data_file=file, **({"state": "open"} | done))
        make_one(Document, kind="subject_access", subject_id=request.pk, state="ready", file=paper)
        return {file.pk, paper.pk}

    past = timezone.now() - dt.timedelta(days=90)
    old, waiting = copy(timezone.now() - dt.timedelta(days=days)), copy(None)
    replaced = {make_one(StoredFile, kind="subject_data").pk}
    other = {make_one(StoredFile, kind="client_paper").pk}
    rewrite(StoredFile.objects.all(), created_at=past)
    requests.forget_copies()
    left = set(StoredFile.objects.filter(destroyed_at=None).values_list("pk", flat=True))
    assert left == waiting | other | (old if is_kept else set())
    assert not left & replaced


def test_papers_about_health_are_locked_with_the_consent(client, maple):
    sign_in(client, maple)
    with agency_context(maple):
        person = make_one(Client)
        consent = make_one(Consent, client=person, kind="health_data")
        papers = [
            make_one(ClientPaper, client=person, kind=kind, title=f"T-{kind}") for kind in ("medical", "identity")
        ]

    def shown():
        places = [f"/maple/clients/{person.pk}/", "/maple/client-papers/", "/api/v1/client-papers/"]
        pages = [client.get(place).content.decode() for place in places]
        return [[f"T-{kind}" in page for kind in ("medical", "identity")] for page in pages]

    addresses = [f"/maple/client-papers/{paper.pk}/" for paper in papers]
    assert shown() == [[True, True]] * 3
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    with agency_context(maple):
        Consent.objects.filter(pk=consent.pk).update(withdrawn_at=timezone.now())
    assert shown() == [[False, True]] * 3
    assert [client.get(address).status_code for address in addresses] == [404, 200]


# Visits ---------------------------------------------------------------------------------------------------------------


def _visit_soon(**values):
    start = timezone.now() + dt.timedelta(minutes=5)
    period = DateTimeTZRange(start, start + dt.timedelta(hours=2))
    return make_one(Visit, period=period, planned_start=start, **values)


def test_check_in_at_a_visit_that_went_to_somebody_else_meanwhile(in_maple):
    visit = _visit_soon(caregiver=make_one(Caregiver))
    other = make_one(Caregiver)
    Visit.objects.filter(pk=visit.pk).update(caregiver=other)
    with pytest.raises(ValidationError, match="not planned any more"):
        attendance.check_in(visit=visit, by=make_user())
    visit.refresh_from_db()
    assert (visit.state, visit.caregiver) == ("planned", other)


def test_visit_is_not_taken_from_whom_a_colleague_sent(in_maple):
    visit = _visit_soon()
    seen = seen_as(visit)
    first = make_one(Caregiver, name="王秀兰")
    Visit.objects.filter(pk=visit.pk).update(caregiver=first)
    with pytest.raises(ValidationError, match=r"Somebody changed this visit meanwhile.*王秀兰"):
        assign_visit(visit=visit, caregiver=make_one(Caregiver), by=make_user(), seen=seen)
    visit.refresh_from_db()
    assert visit.caregiver == first


# Papers ---------------------------------------------------------------------------------------------------------------


def _pdf(width, height, pictures):
    """A page with many pictures of nothing: a few kilobytes that unpack to hundreds of megabytes."""
    data = zlib.compress(b"\xff" * (width * height), 9)
    picture = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8"
    picture = picture % (width, height) + b" /Filter /FlateDecode /Length %d >> stream\n%b\nendstream" % (
        len(data),
        data,
    )
    names = b" ".join(b"/I%d 4 0 R" % n for n in range(pictures))
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /XObject << %b >> >> >>" % names,
        picture,
    ]
    body = io.BytesIO(b"%PDF-1.4\n")
    body.seek(0, io.SEEK_END)
    places = []
    for number, part in enumerate(parts, 1):
        places.append(body.tell())
        body.write(b"%d 0 obj %b endobj\n" % (number, part))
    start = body.tell()
    body.write(b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    body.write(b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start)
    return body.getvalue()


def test_scan_with_many_huge_pictures_is_read_a_little(in_maple, monkeypatch):
    read = []
    monkeypatch.setattr("archive.codes.zxingcpp.read_barcodes", lambda image, **_: read.append(image.size) or [])
    content = _pdf(4000, 4200, pictures=60)
    assert SimpleUploadedFile("a.pdf", content).size < 100_000
    assert paper_of(("a.pdf", content, "application/pdf")) is None
    assert len(read) == 20 * 3  # at three sizes
    assert max(max(size) for size in read) == 5250
