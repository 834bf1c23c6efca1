"""Texts people confirm: versions approved before use, frozen, printed, filed; what was confirmed can be shown (7.5.1, 7.4.1)."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from time_machine import travel

from agencies.models import AgencySettings, Notice, Role
from agencies.tenancy import agency_context
from archive import documents, texts
from archive.models import ArchiveRecord, ControlledText, Document
from caregivers.actions.files import acknowledge_rule
from caregivers.models import Caregiver, SupervisionAcknowledgement
from caregivers.rule import RULE, outdated_rule
from clients.actions.consents import give_consents
from clients.consent_text import CONSENTS
from clients.models import Client, Consent
from tests.contracts.test_documents import text_of
from tests.factories import make_member, make_one

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today():
    with travel(dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def manager(maple):
    return make_member(maple).user


@pytest.fixture
def in_maple(maple, manager):
    with agency_context(maple):
        yield maple


def publish(by, day, *, kind=RULE, change="每周暗访一次"):
    draft = texts.draft_text(kind=kind, by=by)
    written = {code: f"{title}：新文本" for code, title, _body in draft.parts}
    texts.save_draft(text=draft, by=by, texts=written, change=change, effective_from=day)
    texts.publish_text(text=draft, by=by)
    return ControlledText.objects.get(pk=draft.pk)


def test_the_standard_wording_is_kept_as_it_stood_when_first_confirmed(in_maple, manager):
    assert not ControlledText.objects.exists()
    acknowledge_rule(caregiver=make_one(Caregiver), by=manager, acknowledged_on=TODAY)
    AgencySettings.objects.update(late_after_minutes=40)
    text = texts.text_in_force(RULE)
    assert (text.version, text.effective_from) == ("2026-1", TODAY)
    assert "超过约定时间 15 分钟为迟到" in {code: body for code, _title, body in text.parts}["method"]
    record = ArchiveRecord.objects.get()
    assert (record.archive_class, record.retain_until, record.title) == ("standards", None, "监督与考核制度 2026-1")


@pytest.mark.parametrize(("day", "version"), [(22, "2026-1"), (23, "2026-2"), (24, "2026-2")])
def test_a_confirmation_names_the_version_of_its_day(in_maple, manager, day, version):
    with travel(dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)):
        texts.keep_text(RULE)
    publish(manager, TODAY)
    with travel(dt.datetime(2026, 11, 24, 4, tzinfo=dt.UTC)):
        row = acknowledge_rule(caregiver=make_one(Caregiver), by=manager, acknowledged_on=dt.date(2026, 11, day))
    assert row.version == version


def test_who_knows_an_earlier_version_hears_the_new_one_before_signing(in_maple, manager):
    caregiver = make_one(Caregiver, user=make_member(in_maple, Role.CAREGIVER).user, state="active", posted_on=TODAY)
    assert outdated_rule(caregiver) == []  # knows none; another rule says so
    with travel(dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)):
        acknowledge_rule(caregiver=caregiver, by=manager, acknowledged_on=dt.date(2026, 11, 1))
    assert outdated_rule(caregiver) == []
    publish(manager, TODAY)
    assert [finding.params for finding in outdated_rule(caregiver)] == [{"version": "2026-2"}]
    notice = Notice.objects.get(user=caregiver.user)
    assert (notice.body, notice.url) == ("每周暗访一次", "/me/rule/")
    acknowledge_rule(caregiver=caregiver, by=manager, acknowledged_on=TODAY)
    assert outdated_rule(caregiver) == []
    assert set(SupervisionAcknowledgement.objects.values_list("version", flat=True)) == {"2026-1", "2026-2"}


def test_a_version_is_refused_with_everything_against_it(in_maple, manager):
    texts.keep_text(RULE)
    with pytest.raises(ValidationError) as refusal:
        publish(manager, dt.date(2026, 11, 22), change="")
    assert refusal.value.messages == [
        "A text cannot be in force from a day that has passed.",
        "Another version is in force from that day or a later one.",
        "Say what is new in this version.",
    ]


def test_a_published_text_never_changes(in_maple, manager):
    text = texts.keep_text(RULE)
    with pytest.raises(ValidationError, match="start a new version"):
        texts.save_draft(text=text, by=manager, texts={}, change="x", effective_from=TODAY)
    for statement in ("UPDATE archive_controlledtext SET parts = '[]'", "DELETE FROM archive_controlledtext"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE")


def test_a_consent_names_the_text_that_was_shown(in_maple, manager):
    client = make_one(Client)
    give_consents(client=client, by=manager, kinds=["sharing"], means="phone")
    with travel(dt.datetime(2026, 11, 25, 4, tzinfo=dt.UTC)):
        publish(manager, dt.date(2026, 11, 25), kind=CONSENTS, change="照片保存期限")
        give_consents(client=client, by=manager, kinds=["photos"], means="phone")
    versions = dict(Consent.objects.values_list("kind", "text_version"))
    assert versions == {"sharing": "2026-1", "photos": "2026-2"}
    kept = ControlledText.objects.get(kind=CONSENTS, version="2026-1")
    assert [code for code, _title, _body in kept.parts] == [*Consent.Kind.values, "notice"]


def test_the_paper_says_version_day_and_who_approved(in_maple, manager):
    text = publish(manager, dt.date(2026, 12, 1))
    document = Document.objects.get(subject_id=text.pk)
    words = text_of(documents.controlled_text(document))
    assert "监督与考核制度版本：2026-2自2026年12月1日起执行" in words
    assert "二、监督的人员二、监督的人员：新文本" in words
    assert "批准人：managerofMaple" in words
    assert "本版修改：每周暗访一次" in words


def test_the_archivist_drafts_and_the_manager_publishes(client, maple, manager):
    client.force_login(make_member(maple, Role.ARCHIVIST).user)
    edit = client.post(reverse("text_draft", args=["maple", "supervision_rule"]))["Location"]
    page = client.get(edit)
    assert "二、监督的人员" in page.text
    data = dict.fromkeys(page.context["form"].codes, "新的一条") | {"effective_from": "2026-12-01"}
    data["people"] = ""
    refused = client.post(edit, data | {"change": "缩短"})
    assert refused.context["form"].errors.keys() == {"people"}
    assert "缩短" in refused.text
    assert client.post(edit, data | {"people": "管理者", "change": "缩短"}).status_code == 302
    with agency_context(maple):
        draft = ControlledText.objects.get(state="draft")
    publish_url = reverse("text_publish", args=["maple", draft.pk])
    assert client.post(publish_url).status_code == 403
    client.force_login(manager)
    client.post(publish_url)
    here = reverse("text_page", args=["maple", draft.pk])
    shown = client.get(here).context
    assert (shown["text"].state, shown["text"].published_by) == ("published", manager)
    for day, is_current in [(dt.date(2026, 11, 30), False), (dt.date(2026, 12, 1), True)]:
        with travel(dt.datetime.combine(day, dt.time(4), dt.UTC)):
            client.force_login(manager)
            assert client.get(here).context["is_current"] is is_current
    client.force_login(manager)
    assert client.get(edit).status_code == 404
