"""From the end of a record's time to the certificate: appraised, held, kept longer, signed by two, destroyed (7.5.3)."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from time_machine import travel

from agencies.files import store_file
from agencies.models import Notice, Role
from agencies.tenancy import agency_context, current_agency
from archive import disposal, documents
from archive.actions import file_record
from archive.models import ArchiveItem, ArchiveRecord, DisposalEntry, DisposalList, Document
from tests.contracts.test_documents import text_of
from tests.factories import make_member, make_one

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)  # noon in China


@pytest.fixture(autouse=True)
def today():
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def archivist(maple):
    return make_member(maple, Role.ARCHIVIST).user


@pytest.fixture
def manager(maple):
    return make_member(maple).user


@pytest.fixture
def in_maple(maple, archivist, manager):
    with agency_context(maple):
        yield maple


def record_with_file(content=b"%PDF-1 signed", **fields):
    record = make_one(ArchiveRecord, **fields)
    file = store_file(kind="document", name="协议.pdf", content=content, content_type="application/pdf")
    make_one(ArchiveItem, record=record, file=file)
    return record, file


def proposed(**fields):
    record, file = record_with_file(**fields)
    with agency_context(current_agency()):  # as the nightly job does
        assert disposal.propose_expired() == {"proposed": 1}
    return record, file, DisposalEntry.objects.get(record=record)


def signed_by_two(archivist, manager, disposal_list):
    disposal.finish_appraisal(disposal_list=disposal_list, by=archivist, method="shredded")
    disposal.sign_disposal(disposal_list=disposal_list, by=archivist)
    return disposal.sign_disposal(disposal_list=disposal_list, by=manager)


@pytest.mark.parametrize(("days", "n"), [(-1, 1), (0, 0), (1, 0)])
def test_a_record_is_proposed_from_the_day_after_its_last(in_maple, days, n):
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")
        [today] = cursor.fetchone()
    last_day = today + dt.timedelta(days=days)
    make_one(ArchiveRecord, clock_started_on=dt.date(2020, 1, 1), retain_until=last_day)
    with travel(dt.datetime.combine(today, NOON.timetz())):
        assert disposal.propose_expired() == {"proposed": n}
    assert DisposalEntry.objects.count() == n


def test_two_people_sign_and_only_then_the_file_is_gone(
    in_maple, archivist, manager, django_capture_on_commit_callbacks
):
    record, file, entry = proposed()
    row = entry.disposal_list
    assert row.number == "XH-2026-11"
    disposal.finish_appraisal(disposal_list=row, by=archivist, method="shredded")
    assert Notice.objects.get(user=manager).title == "Disposal list XH-2026-11 waits for two signatures"
    disposal.sign_disposal(disposal_list=row, by=archivist)
    record.refresh_from_db()
    assert record.disposed_on is None
    assert default_storage.exists(file.file.name)
    with pytest.raises(ValidationError, match="a second person"):
        disposal.sign_disposal(disposal_list=row, by=archivist)
    with django_capture_on_commit_callbacks() as callbacks:
        disposal.sign_disposal(disposal_list=row, by=manager)
    callbacks[0]()
    record.refresh_from_db()
    file.refresh_from_db()
    assert (record.disposed_on, file.destroyed_at) == (TODAY, NOON)
    assert not default_storage.exists(file.file.name)
    assert DisposalList.objects.get().state == "disposed"
    kept = ArchiveRecord.objects.get(source="disposal_list")
    assert (kept.archive_class, kept.retain_until, kept.source_id) == ("standards", None, row.pk)
    assert list(Document.objects.order_by("pk").values_list("title", flat=True)) == [
        "档案销毁清册 XH-2026-11",
        "档案销毁证明 XH-2026-11",
    ]


def test_one_of_the_two_is_a_manager(in_maple, archivist, maple):
    *_rest, entry = proposed()
    other = make_member(maple, Role.ARCHIVIST).user
    disposal.finish_appraisal(disposal_list=entry.disposal_list, by=archivist, method="shredded")
    disposal.sign_disposal(disposal_list=entry.disposal_list, by=archivist)
    with pytest.raises(ValidationError, match="has to be a manager"):
        disposal.sign_disposal(disposal_list=entry.disposal_list, by=other)
    assert DisposalList.objects.get().state == "appraised"


def test_nobody_signs_before_the_appraisal(in_maple, manager):
    *_rest, entry = proposed()
    with pytest.raises(ValidationError, match="does not wait for signatures"):
        disposal.sign_disposal(disposal_list=entry.disposal_list, by=manager)


def test_nothing_is_destroyed_while_a_paper_of_it_is_being_made(in_maple, archivist, manager):
    *_rest, entry = proposed(source="handover", source_id=7)
    disposal.finish_appraisal(disposal_list=entry.disposal_list, by=archivist, method="shredded")
    paper = make_one(Document, kind="handover", subject_id=7, title="交接记录 JJ-7", state="queued")
    make_one(Document, kind="handover", subject_id=8, state="queued")
    with pytest.raises(ValidationError) as refusal:
        disposal.sign_disposal(disposal_list=entry.disposal_list, by=manager)
    assert refusal.value.messages == ["Still being prepared: 交接记录 JJ-7. Wait until it is ready."]
    Document.objects.filter(pk=paper.pk).update(state="failed")
    disposal.sign_disposal(disposal_list=entry.disposal_list, by=manager)


def test_a_file_that_another_record_keeps_stays(in_maple, archivist, manager):
    record, file, entry = proposed()
    other = make_one(ArchiveRecord, clock_started_on=TODAY, retain_until=dt.date(2029, 11, 23))
    make_one(ArchiveItem, record=other, file=file)
    signed_by_two(archivist, manager, entry.disposal_list)
    record.refresh_from_db()
    file.refresh_from_db()
    assert (record.disposed_on, file.destroyed_at) == (TODAY, None)


def test_a_hold_takes_the_record_off_the_list_and_lifting_it_proposes_it_again(in_maple, archivist, manager):
    record, _file, entry = proposed()
    disposal.finish_appraisal(disposal_list=entry.disposal_list, by=archivist, method="shredded")
    hold = disposal.place_hold(record=record, by=archivist, reason="dispute")
    entry.refresh_from_db()
    record.refresh_from_db()
    assert (entry.decision, entry.reason, record.proposed_on) == ("held", "dispute", None)
    assert DisposalList.objects.get().state == "closed"
    assert disposal.propose_expired() == {"proposed": 0}
    disposal.lift_hold(hold=hold, by=manager)
    assert disposal.propose_expired() == {"proposed": 1}
    assert list(DisposalList.objects.order_by("pk").values_list("number", "state")) == [
        ("XH-2026-11", "closed"),
        ("XH-2026-11-2", "open"),
    ]


def test_a_record_kept_longer_leaves_the_list_and_has_a_new_day(in_maple, archivist):
    record, _file, entry = proposed()
    with pytest.raises(ValidationError) as refusal:
        disposal.keep_longer(entry=entry, by=archivist, keep_until=TODAY, reason="")
    assert refusal.value.message_dict == {
        "keep_until": ["Choose a day that is still to come."],
        "reason": ["Say what the record is still needed for."],
    }
    disposal.keep_longer(entry=entry, by=archivist, keep_until=dt.date(2026, 11, 24), reason="claim running")
    record.refresh_from_db()
    assert (record.retain_until, record.proposed_on) == (dt.date(2026, 11, 24), None)
    assert disposal.propose_expired() == {"proposed": 0}
    with pytest.raises(ValidationError, match="no longer on"):
        disposal.keep_longer(entry=entry, by=archivist, keep_until=dt.date(2027, 1, 1), reason="again")


def test_a_list_whose_records_are_all_kept_destroys_nothing(in_maple, archivist):
    *_rest, entry = proposed()
    disposal.keep_longer(entry=entry, by=archivist, keep_until=dt.date(2027, 1, 1), reason="claim")
    row = disposal.finish_appraisal(disposal_list=entry.disposal_list, by=archivist, method="shredded")
    assert row.state == "closed"
    assert not Document.objects.exists()


def test_the_database_refuses_what_two_did_not_sign_and_a_shorter_time(in_maple):
    record, _file, entry = proposed()
    lists, records = "archive_disposallist", "archive_archiverecord"
    for statement, pk in [
        (f"UPDATE {records} SET disposed_on = '2026-11-23' WHERE id = %s", record.pk),
        (f"UPDATE {records} SET retain_until = '2024-02-29' WHERE id = %s", record.pk),
        (
            f"UPDATE {lists} SET state = 'disposed', appraised_at = now(), disposed_at = now() WHERE id = %s",
            entry.disposal_list_id,
        ),
    ]:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{statement.replace('%s', str(pk))}; SET CONSTRAINTS ALL IMMEDIATE")


def test_a_destroyed_record_cannot_be_held_and_filing_again_adds_nothing_lost(in_maple, archivist, manager):
    record, _file, entry = proposed()
    signed_by_two(archivist, manager, entry.disposal_list)
    with pytest.raises(ValidationError, match="destroyed on 2026-11-23"):
        disposal.place_hold(record=record, by=archivist, reason="too late")
    assert disposal.propose_expired() == {"proposed": 0}


def test_what_a_worker_left_behind_is_deleted_unless_the_same_was_filed_anew(in_maple, archivist, manager):
    _record, file, entry = proposed()
    signed_by_two(archivist, manager, entry.disposal_list)  # its callback never ran
    assert default_storage.exists(file.file.name)
    disposal.delete_destroyed()
    assert not default_storage.exists(file.file.name)
    again = store_file(kind="document", name="again.pdf", content=b"%PDF-1 signed", content_type="application/pdf")
    assert again.file.name == file.file.name
    disposal.delete_destroyed()
    assert default_storage.exists(again.file.name)


def test_the_papers_name_the_records_and_the_two(in_maple, archivist, manager):
    record, _file, entry = proposed(title="三方协议 HT-2023-0001")
    signed_by_two(archivist, manager, entry.disposal_list)
    by_kind = {row.kind: row for row in Document.objects.all()}
    listed = text_of(documents.disposal_list(by_kind["disposal_list"]))
    number = record.number.replace(" ", "")
    assert f"1{number}三方协议HT-2023-0001合同协议类2021-03-012024-03-01" in listed
    assert "共1件。" in listed
    certificate = text_of(documents.disposal_certificate(by_kind["disposal_certificate"]))
    assert "于2026年11月23日12:00销毁。销毁方式：纸质档案粉碎，电子文件删除。" in certificate
    assert "监销人1archivistofMaple" in certificate
    assert "监销人2managerofMaple" in certificate


def test_a_list_of_many_records_is_one_row(client, maple, archivist):
    with agency_context(maple):
        for _record in range(3):
            make_one(ArchiveRecord)
        disposal.propose_expired()
    client.force_login(archivist)
    page = client.get(reverse("disposal_lists", args=["maple"])).context
    assert [tab.count for tab in page["tabs"]] == [1, 1, 0, 0, 0]
    assert [(row.n, row.to_destroy) for row in page["object_list"]] == [(3, 3)]


def test_the_pages_lead_from_the_list_to_the_destroyed_file(client, maple, archivist, manager):
    with agency_context(maple):
        record, file, entry = proposed()
    page = reverse("disposal_page", args=["maple", entry.disposal_list_id])
    client.force_login(archivist)
    appraised = reverse("disposal_appraised", args=["maple", entry.disposal_list_id])
    assert appraised in client.get(page).text
    assert [done for _name, done, _now in client.get(page).context["steps"]] == [True, False, False, False]
    client.post(appraised, {"method": "pulped"})
    sign = reverse("disposal_sign", args=["maple", entry.disposal_list_id])
    assert len(client.get(sign).context["effects"]) == 1
    client.post(sign)
    assert sign not in client.get(page).text
    client.force_login(manager)
    assert len(client.get(sign).context["effects"]) == 4
    client.post(sign)
    context = client.get(page).context
    assert (context["row"].state, context["row"].method) == ("disposed", "pulped")
    assert [done for _name, done, _now in context["steps"]] == [True, True, True, True]
    gone = client.get(reverse("file_view", args=["maple", file.pk]))
    assert (gone.status_code, "协议.pdf" in gone.text) == (410, True)
    link = reverse("file_view", args=["maple", file.pk])
    assert link not in client.get(reverse("archive_record", args=["maple", record.pk])).text


def test_filing_is_once(in_maple):
    facts = {"archive_class": "other", "source": "complaint", "source_id": 7, "title": "TS-2026-0007"}
    first = file_record(**facts, clock_started_on=TODAY)
    assert file_record(**facts, clock_started_on=dt.date(2026, 12, 1)) == first
    assert first.retain_until == dt.date(2029, 11, 23)
