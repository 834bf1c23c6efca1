"""Papers are rendered once: a second task finds nothing to do, and what was made stays as it is."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from agencies.models import Agency, Role
from agencies.tenancy import agency_context
from archive import actions, disposal
from archive.models import ArchiveItem, ArchiveRecord, DisposalList, Document
from archive.tasks import render_document
from caregivers.actions import evaluations
from caregivers.models import Caregiver, Evaluation
from caregivers.standard.levels import FORM
from tests.caregivers.people import ago
from tests.factories import make_member, make_one


def evaluated(agency: Agency) -> Document:
    """A paper that joins an archive record."""
    caregiver = make_one(Caregiver, state="active", hired_on=ago(300), posted_on=ago(290))
    evaluations.evaluate(
        caregiver=caregiver, by=make_member(agency).user, starts_on=ago(90), ends_on=ago(1),
        scores={line.code: 4 for line in FORM}, result="fit",
    )  # fmt: skip
    return Document.objects.get(kind="evaluation_form")


@pytest.fixture
def document(in_maple):
    return evaluated(in_maple)


def settle():
    """What the database checks at the end of a request."""
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def change(**fields):
    with transaction.atomic():
        Document.objects.update(**fields)
        settle()


def test_a_paper_is_rendered_once_and_filed_once(document):
    assert actions.render(document_id=document.pk) is True
    made = Document.objects.get()
    assert (made.state, made.page_count, made.attempts) == ("ready", 1, 1)
    assert actions.render(document_id=document.pk) is False
    again = Document.objects.get()
    assert (again.file_id, again.rendered_at, again.attempts) == (made.file_id, made.rendered_at, 1)
    assert ArchiveItem.objects.get().file_id == made.file_id


def test_a_paper_that_was_made_does_not_change(document):
    actions.render(document_id=document.pk)
    settle()
    for fields in ({"state": "queued", "file": None}, {"verify_code": "x"}, {"subject_id": 0}):
        with pytest.raises(IntegrityError, match="a paper that was made"):
            change(**fields)


def test_a_paper_that_cannot_be_made_is_tried_three_times_and_again_when_somebody_says_so(document):
    for attempts, state in [(1, "queued"), (2, "queued"), (3, "failed"), (3, "failed")]:
        actions.fail_document(document_id=document.pk, error="ValueError")
        document.refresh_from_db()
        assert (document.attempts, document.state, document.error) == (attempts, state, "ValueError")
    assert actions.render(document_id=document.pk) is False
    actions.retry_document(document=document)
    document.refresh_from_db()
    assert (document.attempts, document.state, document.error) == (0, "queued", "")
    with pytest.raises(ValidationError, match="in the queue"):
        actions.retry_document(document=document)
    assert actions.render(document_id=document.pk) is True


@pytest.mark.parametrize(("seconds", "state", "is_asked"), [
    (110, "queued", False), (130, "queued", True), (130, "failed", False),
])  # fmt: skip
def test_a_paper_that_waits_for_two_minutes_is_asked_for_again(document, monkeypatch, seconds, state, is_asked):
    asked = []
    monkeypatch.setattr(render_document, "delay_on_commit", lambda **ids: asked.append(ids))
    Document.objects.update(requested_at=timezone.now() - dt.timedelta(seconds=seconds), state=state)
    assert actions.redeliver_documents() == {"documents": int(is_asked)}
    assert asked == [{"agency_id": document.agency_id, "document_id": document.pk}] * is_asked


def test_a_paper_nobody_asked_for_is_nothing(in_maple):
    assert actions.render(document_id=0) is False


def test_a_paper_made_after_the_record_was_destroyed_joins_nothing(in_maple):
    with time_machine.travel(timezone.now() - dt.timedelta(days=5 * 366)):
        document = evaluated(in_maple)
    actions.render(document_id=document.pk)
    with agency_context(in_maple):  # as the nightly job does
        assert disposal.propose_expired() == {"proposed": 1}
    listed, record = DisposalList.objects.get(), ArchiveRecord.objects.get(source="evaluation")
    people = [make_member(in_maple, role).user for role in (Role.ARCHIVIST, Role.MANAGER)]
    disposal.finish_appraisal(disposal_list=listed, by=people[0], method="shredded")
    for person in people:
        disposal.sign_disposal(disposal_list=listed, by=person)
    again = evaluations.print_evaluation(evaluation=Evaluation.objects.get(), by=people[1])
    assert actions.render(document_id=again.pk) is True
    assert record.items.count() == 1
