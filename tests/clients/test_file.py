"""The client's file: what is missing named at once, what changed, whom one may call."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.calendar import CHINA
from agencies.models import AccessLog, Role, User
from agencies.panels import shortcuts_of, steps_of, timeline_of
from agencies.tenancy import agency_context
from clients.actions import assessments, consents, files
from clients.models import Assessment, Client, Consent, Enquiry, Guardian, HomeCheck
from clients.queries import overdue_assessments, with_status
from clients.scales import GBT_42195
from clients.standard import FILE, FileFacts
from contracts.models import Agreement, ServicePlan
from supervision.actions.complaints import receive_complaint
from supervision.models import ReturnVisit
from tests.factories import make_member, make_one

TODAY = dt.date(2026, 11, 23)
COMPLETE = FileFacts(
    today=TODAY,
    consents=frozenset({"personal_data", "health_data", "sharing"}),
    has_emergency_contact=True,
    is_assessed=True,
    reassess_on=dt.date(2027, 5, 23),
)


def codes(facts):
    return [finding.code for finding in FILE.findings(facts, on=TODAY)]


def test_an_empty_file_is_told_everything_at_once():
    assert [str(finding) for finding in FILE.findings(FileFacts(today=TODAY), on=TODAY)] == [
        "The consent to keeping personal data is missing. (PIPL 13)",
        "The separate consent to keeping health data is missing. (PIPL 29)",
        "The consent to telling the caregiver what the visits need is missing. (PIPL 23)",
        "There is no emergency contact. (8.2)",
        "Self-care is not assessed; without it there is no agreement. (5)",
    ]
    assert codes(COMPLETE) == []


@pytest.mark.parametrize(
    ("due", "found"),
    [(dt.date(2026, 11, 22), ["overdue"]), (dt.date(2026, 11, 23), []), (dt.date(2026, 11, 24), [])],
)
def test_assessment_is_overdue_after_its_day(due, found):
    assert codes(FileFacts(**{**vars(COMPLETE), "reassess_on": due})) == found


def test_withdrawn_consent_is_told_with_its_day():
    facts = FileFacts(**{**vars(COMPLETE), "consents": frozenset(), "withdrawn": {"health_data": TODAY}})
    assert codes(facts) == ["no_consent", "consent_withdrawn", "no_consent"]


@pytest.fixture
def manager(in_maple):
    return make_member(in_maple)


def ready(**fields):
    """A client whose file lacks nothing."""
    client = make_one(Client, **fields)
    for kind in ("personal_data", "health_data", "sharing"):
        make_one(Consent, client=client, kind=kind)
    make_one(Guardian, client=client, is_active=True, is_emergency_contact=True)
    make_one(Assessment, client=client, reassess_on=timezone.localdate() + dt.timedelta(days=1))
    make_one(HomeCheck, client=client, address=f"{client.district} {client.address}")
    return client


def pages(membership, client):
    """Of each step, the last word of the page that mends it; empty where it has to wait."""
    return [step.url.rstrip("/").split("/")[-2:] for step in steps_of("clients.client", membership, client)]


def test_a_fresh_file_names_every_step_and_opens_those_that_can_be_done(manager):
    client = make_one(Client)
    waits = [""]
    assert pages(manager, client) == [
        *(["consents", "new"], ["consents", "new"], ["consents", "new"], ["guardians", "new"]),
        *(waits, waits, waits),  # assessment, plan, agreement
        ["home", "new"],
    ]
    make_one(Consent, client=client, kind="health_data")
    assert ["assessments", "new"] in pages(manager, client)


def test_plan_and_agreement_follow_the_file(manager):
    client = ready()
    assert pages(manager, client) == [["plans", "new"], [""]]
    plan = make_one(ServicePlan, client=client, state="draft", assessment=client.assessments.get())
    assert pages(manager, client) == [["plans", str(plan.pk)], [""]]
    ServicePlan.objects.update(state="agreed", agreed_on=TODAY)
    assert pages(manager, client) == [["agreements", "new"]]
    agreement = make_one(Agreement, client=client, plan=plan, state="draft")
    assert pages(manager, client) == [["agreements", str(agreement.pk)]]


def test_who_is_served_lacks_nothing_and_gets_shortcuts(manager):
    client = ready(state="active")
    assert steps_of("clients.client", manager, client) == []
    call = make_one(ReturnVisit, client=client, state="due")
    shown = [shortcut.url for shortcut in shortcuts_of("clients.client", manager, client)]
    assert shown == [
        f"{reverse('visit_list', args=['maple'])}?client={client.number}&tab=all",
        reverse("return_visit_call", args=["maple", call.pk]),
        f"{reverse('complaint_new', args=['maple'])}?client={client.number}",
    ]


def test_who_left_is_asked_for_nothing(manager):
    assert steps_of("clients.client", manager, make_one(Client, state="ended")) == []


def test_who_may_only_look_gets_no_button(in_maple):
    archivist = make_member(in_maple, Role.ARCHIVIST)
    assert {step.url for step in steps_of("clients.client", archivist, make_one(Client))} == {""}


def test_complaint_knows_whose_it_is(client, maple):
    client.force_login(make_member(maple).user)
    form = client.get(reverse("complaint_new", args=["maple"]), {"client": "KH-0007"}).context["form"]
    assert form["client_number"].value() == "KH-0007"


def test_new_plan_and_agreement_are_offered_when_they_can_be_made(client, maple):
    client.force_login(make_member(maple).user)
    with agency_context(maple):
        bare, full = make_one(Client), ready()
        make_one(ServicePlan, client=full, state="agreed", agreed_on=TODAY, assessment=full.assessments.get())
    for person, offered in ((bare, False), (full, True)):
        text = client.get(reverse("client_file", args=["maple", person.pk])).content.decode()
        for name in ("plan_new", "agreement_new"):
            assert (reverse(name, args=["maple", person.pk]) in text) is offered


def moments(client):
    return [moment.text for moment in timeline_of("clients.client", client)]


def test_timeline_says_what_changed(in_maple, manager):
    User.objects.filter(pk=manager.user_id).update(language="en")
    client = make_one(Client, name="李淑贞", phone="13500001234", illnesses="")
    consents.give_consents(client=client, by=manager.user, kinds=["health_data"], means="phone")
    files.update_client(client=client, by=manager.user, phone="13500004321", district="市中区")
    files.update_client(client=client, by=manager.user, illnesses="高血压")
    Client.objects.get(pk=client.pk).save()  # nothing changed
    today = timezone.localdate().isoformat()
    assert moments(client) == [
        "Changed: health summary",
        "Changed: phone, district",
        f"Consent of {today}: Keeping health data (separate consent), 李淑贞",
        "File opened",
    ]


def test_assessment_stands_when_it_was_recorded(in_maple, manager):
    client = ready()
    row = make_one(Assessment, client=client, assessed_on=dt.date(2026, 1, 5), self_care="unable")
    [moment] = [one for one in timeline_of("clients.client", client) if "2026-01-05" in one.text]
    assert moment.at == row.created_at
    assert "Unable" in moment.text


@pytest.mark.parametrize("is_emergency_contact", [True, False])
def test_emergency_contact_is_somebody_else(in_maple, manager, is_emergency_contact):
    client = make_one(Client, phone="13500001234")
    contact = {"name": "李建国", "relation": "儿子", "phone": "13500001234", "authority": "contact"}
    add = {"client": client, "by": manager.user, "is_emergency_contact": is_emergency_contact, **contact}
    if not is_emergency_contact:
        assert files.add_guardian(**add)
        return
    with pytest.raises(ValidationError) as refused:
        files.add_guardian(**add)
    assert set(refused.value.message_dict) == {"phone"}


def test_phone_of_a_guardian_is_shown_once_and_logged(client, maple):
    client.force_login(make_member(maple, Role.COORDINATOR).user)
    with agency_context(maple):
        guardian = make_one(Guardian, phone="13700001234", is_active=True)
    page = client.get(reverse("client_file", args=["maple", guardian.client_id])).content.decode()
    url = reverse("guardian_reveal", args=["maple", guardian.pk, "phone"])
    assert "13700001234" not in page
    assert url in page
    assert "13700001234" in client.post(url).content.decode()
    with agency_context(maple):
        [entry] = AccessLog.objects.all()
    assert (entry.subject, entry.field) == (f"clients.guardian:{guardian.pk}", "phone")


def test_known_phone_of_another_client_is_named_before_a_file_is_opened(client, maple):
    client.force_login(make_member(maple).user)
    with agency_context(maple):
        known = make_one(Client, phone="13500001234", name="李淑贞")
    data = {"name": "李大山", "salutation": "李爷爷", "identity_type": "resident", "phone": "13500001234",
            "identity_number": "11010519491231002X", "district": "历下区", "address": "泺文路12号",
            "means": "phone"}  # fmt: skip
    url = reverse("client_new", args=["maple"])
    assert str(known) in client.post(url, data).context["form"].errors["phone"][0]
    assert client.post(url, {**data, "is_new": "on"}).status_code == 302


@pytest.mark.parametrize(("days", "is_overdue"), [(None, True), (-1, True), (0, False), (1, False)])
def test_whose_assessment_is_overdue_is_found_from_the_day_after(in_maple, days, is_overdue):
    client, today = make_one(Client), timezone.localdate()
    if days is not None:
        make_one(Assessment, client=client, reassess_on=today + dt.timedelta(days=days))
    assert overdue_assessments(with_status(Client.objects.all()), today).exists() == is_overdue


def test_one_assessor_is_not_enough(in_maple, manager):
    client = ready()
    answers = {item.code: item.highest for item in GBT_42195}
    facts = {"client": client, "by": manager.user, "scale": "gbt_42195", "reason": "regular", "answers": answers}
    facts["assessed_on"] = timezone.localdate()
    for assessors in ("x", "周敏", "周敏、周敏"):
        with pytest.raises(ValidationError) as refused:
            assessments.record_assessment(**facts, assessors=assessors)
        assert set(refused.value.message_dict) == {"assessors"}
    assert assessments.record_assessment(**facts, assessors="周敏、何静")


@pytest.mark.parametrize(("number", "warned"), [("110105196611250026", True), ("110105196611240020", False)])
def test_who_is_not_old_yet_is_asked_about(client, maple, number, warned):
    client.force_login(make_member(maple).user)
    data = {"name": "李大山", "salutation": "李阿姨", "identity_type": "resident", "phone": "13500001234",
            "identity_number": number, "district": "历下区", "address": "泺文路12号", "means": "phone"}  # fmt: skip
    with time_machine.travel(dt.datetime(2026, 11, 24, 10, tzinfo=CHINA), tick=False):
        response = client.post(reverse("client_new", args=["maple"]), data, follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["success", *["warning"] * warned]


def test_search_finds_open_enquiries_by_the_end_of_the_phone(client, maple):
    client.force_login(make_member(maple).user)
    with agency_context(maple):
        make_one(Enquiry, caller="李女士", phone="13700004321")
        make_one(
            Enquiry, caller="王先生", phone="13700004321", state="closed", outcome="declined", closed_reason="太远"
        )
    hits = client.get(reverse("search", args=["maple"]), {"q": "4321"}, headers={"HX-Request": "true"})
    assert "李女士" in hits.content.decode()
    assert "王先生" not in hits.content.decode()


def test_board_counts_the_enquiries_it_opens(client, maple):
    client.force_login(make_member(maple).user)
    with agency_context(maple):
        make_one(Enquiry, answered_at=None)
        make_one(Enquiry, answered_at=timezone.now())
    lines = {url: count for _label, count, _tone, url in client.get(reverse("today", args=["maple"])).context["due"]}
    url = f"{reverse('enquiry_list', args=['maple'])}?only=due"
    assert lines[url] == 1 == len(client.get(url).context["object_list"])


@pytest.mark.parametrize(("days", "is_refused"), [(0, False), (1, True)])
def test_complaint_is_not_about_tomorrow(in_maple, manager, days, is_refused):
    told = {"by": manager.user, "channel": "phone", "text": "迟到", "complainant_name": "王女士"}
    told["happened_on"] = timezone.localdate() + dt.timedelta(days=days)
    if not is_refused:
        assert receive_complaint(**told)
        return
    with pytest.raises(ValidationError) as refused:
        receive_complaint(**told)
    assert set(refused.value.message_dict) == {"happened_on"}
