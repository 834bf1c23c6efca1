"""Consents: who may give them, by which means, and what their withdrawal locks (PIPL 13 to 17, 29, 47)."""

import datetime as dt
import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from agencies.models import Notice, Role, StoredFile, User
from agencies.tenancy import agency_context
from archive import actions as archive
from archive.models import Document
from clients.actions import consents as actions
from clients.actions import files
from clients.models import Assessment, Client, Consent, Guardian, RiskNote
from clients.queries import shown_risk_notes, told_risk_notes, with_status, withdrawn_on
from tests.factories import make_member, make_one

NEW = {
    "name": "李淑贞",
    "salutation": "李奶奶",
    "identity_type": "resident",
    "identity_number": "11010519491231002X",
    "phone": "13500001234",
    "district": "历下区",
    "address": "泺文路12号",
}
CHILD = {
    "consent_by": "agent",
    "speaker_name": "李建国",
    "speaker_relation": "儿子",
    "speaker_phone": "13700001234",
    "speaker_identity_number": "370102197503071235",
}


def png():
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(buffer, "PNG")
    return buffer.getvalue()


def scan():
    return ("同意书.png", png(), "image/png")


def give(client, by, *kinds, means="phone", **more):
    return actions.give_consents(client=client, by=by, kinds=kinds, means=means, **more)


def refused(call, *args, **kwargs):
    with pytest.raises(ValidationError) as caught:
        call(*args, **kwargs)
    return caught.value.message_dict


@pytest.fixture
def clerk(in_maple):
    return make_member(in_maple, Role.COORDINATOR).user


@pytest.fixture
def office(client, maple):
    user = make_member(maple, Role.COORDINATOR).user
    User.objects.filter(pk=user.pk).update(language="zh-hans")
    client.force_login(user)
    return client


def post(client, name, data, *args):
    return client.post(reverse(name, args=["maple", *args]), data)


def test_file_is_opened_with_the_consent_that_lets_it_be_kept(office, maple):
    assert "means" in post(office, "client_new", NEW).context["form"].errors
    assert post(office, "client_new", {**NEW, "means": "phone"}).status_code == 302
    with agency_context(maple):
        [consent] = Consent.objects.all()
    assert (consent.kind, consent.given_by, consent.guardian, consent.means) == (
        "personal_data",
        "李淑贞",
        None,
        "phone",
    )


def test_paper_needs_its_scan(office, maple):
    form = post(office, "client_new", {**NEW, "means": "paper"}).context["form"]
    assert set(form.errors) == {"paper"}
    sheet = SimpleUploadedFile("a.png", png())
    assert post(office, "client_new", {**NEW, "means": "paper", "paper": sheet}).status_code == 302
    with agency_context(maple):
        assert Consent.objects.get().paper.kind == StoredFile.Kind.CONSENT


def test_who_consents_for_the_client_stands_on_the_file(office, maple):
    form = post(office, "client_new", {**NEW, "means": "phone", "consent_by": "agent"}).context["form"]
    assert set(form.errors) == {"speaker_name", "speaker_relation", "speaker_phone", "speaker_identity_number"}
    wrong = {**CHILD, "speaker_identity_number": "370102197503071236"}
    assert set(post(office, "client_new", {**NEW, **wrong, "means": "phone"}).context["form"].errors) == {
        "speaker_identity_number"
    }
    assert post(office, "client_new", {**NEW, **CHILD, "means": "phone"}).status_code == 302
    with agency_context(maple):
        guardian = Guardian.objects.get()
        assert (guardian.name, guardian.authority) == ("李建国", "agent")
        assert Consent.objects.get().guardian == guardian


def test_several_at_once_each_with_its_own_row(clerk):
    client = make_one(Client, name="李淑贞")
    made = give(client, clerk, "personal_data", "health_data", given_on=dt.date(2026, 3, 1))
    assert [row.kind for row in made] == ["personal_data", "health_data"]
    assert {timezone.localdate(row.given_at) for row in made} == {dt.date(2026, 3, 1)}


def test_everything_wrong_is_named_at_once(clerk):
    client = make_one(Client)
    contact = make_one(Guardian, client=client, authority="contact", is_active=True)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    found = refused(give, client, clerk, means="paper", guardian=contact, given_on=tomorrow)
    assert found.keys() == {"kinds", "giver", "paper", "given_on"}
    assert give(client, clerk, "photos", given_on=timezone.localdate())


@pytest.mark.parametrize(("whose", "authority"), [("other", "agent"), ("own", "contact")])
def test_only_who_may_speak_for_this_client_consents(clerk, whose, authority):
    client = make_one(Client)
    more = {"client": client} if whose == "own" else {}
    speaker = make_one(Guardian, authority=authority, identity_hash="x", is_active=True, **more)
    assert set(refused(give, client, clerk, "photos", guardian=speaker)) == {"giver"}


def test_beside_a_legal_guardian_nobody_else_consents(clerk):
    client = make_one(Client)
    agent = make_one(Guardian, client=client, authority="agent", scopes=["data"], identity_hash="a", is_active=True)
    assert give(client, clerk, "photos", guardian=agent)
    guardian = make_one(Guardian, client=client, authority="legal_guardian", identity_hash="g", is_active=True)
    for speaker in (None, agent):
        assert set(refused(give, client, clerk, "sharing", guardian=speaker)) == {"giver"}
    assert give(client, clerk, "sharing", guardian=guardian)


def test_signed_paper_replaces_word_of_mouth_and_is_replaced_by_nothing(clerk):
    client = make_one(Client)
    [spoken] = give(client, clerk, "personal_data")
    assert set(refused(give, client, clerk, "personal_data")) == {"kinds"}
    [signed] = give(client, clerk, "personal_data", means="paper", paper=scan())
    spoken.refresh_from_db()
    assert (spoken.is_replaced, signed.withdrawn_at) == (True, None)
    assert withdrawn_on(client, "personal_data") is None
    assert set(refused(give, client, clerk, "personal_data", means="paper", paper=scan())) == {"kinds"}


def test_page_offers_what_is_open_and_who_may(office, maple):
    with agency_context(maple):
        person = make_one(Client, name="李淑贞")
        make_one(Guardian, client=person, name="李建国", relation="儿子", authority="contact", is_active=True)
        make_one(Consent, client=person, kind="sharing", means="paper")
        make_one(Consent, client=person, kind="personal_data", means="phone")
    form = office.get(reverse("consent_new", args=["maple", person.pk])).context["form"]
    assert [value for value, _label in form.fields["giver"].choices] == ["self"]
    kinds = [value for value, _label in form.fields["kinds"].choices]
    assert kinds == ["personal_data", "health_data", "e_signature", "photos"]
    data = {"giver": "self", "kinds": ["health_data", "photos"], "means": "phone", "given_on": "2026-11-01"}
    assert post(office, "consent_new", data, person.pk).status_code == 302
    with agency_context(maple):
        assert Consent.objects.filter(kind__in=["health_data", "photos"]).count() == 2


def test_sheet_to_sign_says_what_why_and_how_long(clerk, in_maple):
    client = make_one(Client, name="李淑贞")
    make_one(
        Guardian, client=client, name="李建国", authority="agent", scopes=["data"], identity_hash="a", is_active=True
    )
    document = actions.print_consents(client=client, by=clerk)
    archive.render(document_id=document.pk)
    document = Document.objects.select_related("file").get(pk=document.pk)
    with document.file.file.open() as file:
        sheets = PdfReader(io.BytesIO(file.read())).pages
        text = re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in sheets))
    assert len(sheets) == 1
    for words in (
        "知情同意书",
        "李淑贞",
        "代理人李建国",
        "单独同意",
        "撤回",
        "3年",
        "敏感个人信息",
        in_maple.name,
        "2026-1",
    ):
        assert words in text


HEALTH = ["choking", "diet", "fall", "medicine", "pressure_sore", "temper", "wandering"]


@pytest.mark.parametrize("kind", RiskNote.Kind.values)
def test_risks_about_health_wait_for_their_consent(clerk, kind):
    client = make_one(Client)
    note = {"client": client, "by": clerk, "kind": kind, "text": "骶尾部二期压疮", "rank": 1}
    if kind in HEALTH:
        assert set(refused(files.add_risk_note, **note)) == {"kind"}
    else:
        assert files.add_risk_note(**note)
    give(client, clerk, "health_data")
    assert files.add_risk_note(**note)


def test_form_of_risks_offers_only_what_may_be_noted(office, maple):
    with agency_context(maple):
        person = make_one(Client)
    response = office.get(reverse("risk_note_new", args=["maple", person.pk]))
    kinds = [value for value, _label in response.context["form"].fields["kind"].choices]
    assert kinds == ["", "home", "other"]
    assert reverse("consent_new", args=["maple", person.pk]) in response.content.decode()


def served(clerk):
    """A client in service with consents, a risk of each sort and an assessment."""
    client = make_one(Client, state="active", illnesses="高血压病史十年")
    rows = give(client, clerk, "personal_data", "health_data", "sharing")
    make_one(RiskNote, client=client, kind="fall", text="起身要扶", is_active=True)
    make_one(RiskNote, client=client, kind="home", text="门铃坏了", is_active=True)
    make_one(Assessment, client=client, self_care="unable", level=2, reassess_on=dt.date(2099, 1, 1))
    return client, {row.kind: row for row in rows}


def test_withdrawing_locks_health_data_everywhere_and_tells_the_office(in_maple, clerk):
    manager, archivist = make_member(in_maple).user, make_member(in_maple, Role.ARCHIVIST).user
    client, rows = served(clerk)
    assert with_status(Client.objects.all()).get().self_care == "unable"
    actions.withdraw_consent(consent=rows["health_data"], by=clerk)
    seen = with_status(Client.objects.all()).get()
    assert (seen.is_locked, seen.self_care, seen.ability_level) == (True, None, None)
    assert [note.kind for note in shown_risk_notes(client)] == ["home"]
    assert [note.kind for note in told_risk_notes(client)] == ["home"]
    told = {notice.user for notice in Notice.objects.all()}
    assert told == {manager, clerk}
    assert archivist not in told
    assert all(notice.body for notice in Notice.objects.all())
    give(client, clerk, "health_data")
    assert [note.kind for note in shown_risk_notes(client)] == ["fall", "home"]
    assert with_status(Client.objects.all()).get().self_care == "unable"


def test_withdrawing_the_sharing_takes_risks_about_health_off_the_phone_only(clerk):
    client, rows = served(clerk)
    assert [note.kind for note in told_risk_notes(client)] == ["fall", "home"]
    actions.withdraw_consent(consent=rows["sharing"], by=clerk)
    assert [note.kind for note in told_risk_notes(client)] == ["home"]
    assert [note.kind for note in shown_risk_notes(client)] == ["fall", "home"]


def test_withdrawing_personal_data_seals_the_file(clerk):
    client, rows = served(clerk)
    actions.withdraw_consent(consent=rows["personal_data"], by=clerk)
    assert "__all__" in refused_all(files.update_client, client=client, by=clerk, needs="新")
    note = {"client": client, "by": clerk, "kind": "home", "text": "狗", "rank": 1}
    assert "__all__" in refused_all(files.add_risk_note, **note)
    give(client, clerk, "personal_data")
    files.update_client(client=client, by=clerk, needs="新")


def refused_all(call, **kwargs):
    with pytest.raises(ValidationError) as caught:
        call(**kwargs)
    return {"__all__": caught.value.messages}


def test_page_of_a_locked_file_shows_nothing_of_health(office, maple):
    with agency_context(maple):
        clerk = make_member(maple, Role.COORDINATOR).user
        person, rows = served(clerk)
    url = reverse("client_file", args=["maple", person.pk])
    before = office.get(url).content.decode()
    for words in ("高血压病史十年", "起身要扶", "中度失能"):
        assert words in before
    confirm = office.get(reverse("consent_withdraw", args=["maple", rows["health_data"].pk]))
    assert confirm.context["effects"]
    post(office, "consent_withdraw", {}, rows["health_data"].pk)
    after = office.get(url).content.decode()
    for words in ("高血压病史十年", "起身要扶", "中度失能", reverse("client_health", args=["maple", person.pk])):
        assert words not in after
    assert "门铃坏了" in after
    assert timezone.localdate().isoformat() in after
    with agency_context(maple):
        person.refresh_from_db()
    assert person.illnesses == "高血压病史十年"  # locked, not lost
