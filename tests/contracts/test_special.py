"""Special circumstances (7.3.2 e): told in time, replaced or ended, and never settled in silence."""

import datetime as dt
import io
import re

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from agencies.models import Notice
from agencies.tenancy import agency_context
from archive.actions import render
from carecenter.demo import world as demo
from contracts.actions import running
from contracts.actions import special as actions
from contracts.actions.visits import assign_visit, plan_visits
from contracts.models import Agreement, Handover, SpecialEvent, SpecialTelling, Visit
from contracts.queries.filling import week_to_fill
from contracts.queries.rota import week_of
from contracts.queries.suggesting import candidates
from contracts.standard import parties_to_tell
from contracts.tasks import special_limits
from tests.past_the_rules import rewrite
from tests.world import make_world, sign_agreement, staff_up

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency):
        world.first, world.second = staff_up(world, 2)
        world.client, world.other = demo.take_in(world, 8)[1:3]
        world.agreement = sign_agreement(world, world.first, world.client)
        plan_visits()
        yield world


def report(world, kind="caregiver", days=None, **kwargs):
    first = world.agreement.starts_on
    until = first + dt.timedelta(days=days) if days is not None else None
    return actions.report_event(
        agreement=world.agreement, by=kwargs.pop("by", world.coordinator), kind=kind, text="腰扭伤了", from_day=first,
        until_day=until, **kwargs,
    )  # fmt: skip


def tell_all(event, by):
    for party in list(actions.still_to_tell(event)):
        actions.tell(event=event, by=by, party=party, name="李女士", means="phone")


def of(caregiver):
    return Visit.objects.filter(caregiver=caregiver, state="planned").count()


@pytest.mark.parametrize(
    ("is_alive", "has_family", "has_legal_guardian", "parties"),
    [
        (True, False, False, ["agency", "client"]),
        (True, True, False, ["agency", "client", "guardian"]),
        (True, True, True, ["agency", "guardian"]),
        (False, True, False, ["agency", "guardian"]),
        (False, False, False, ["agency", "guardian"]),
    ],
)
def test_who_is_told(is_alive, has_family, has_legal_guardian, parties):
    found = parties_to_tell(is_alive=is_alive, has_family=has_family, has_legal_guardian=has_legal_guardian)
    assert found == parties


def test_who_cannot_go_on_loses_the_visits_of_these_days_alone(world):
    planned = of(world.first)
    in_days = Visit.objects.filter(period__startswith__date__lte=world.agreement.starts_on + dt.timedelta(days=6))
    assert 0 < (taken := in_days.count()) < planned
    event = report(world, days=6)
    assert of(world.first) == planned - taken
    assert Visit.objects.filter(caregiver=None, state="planned").count() == taken
    assert event.number == f"TQ-{timezone.localdate().year}-0001"
    assert event.tell_by - event.reported_at == HOUR
    assert event.settle_by - event.reported_at == 24 * HOUR
    assert [(t.party, t.means) for t in event.tellings.all()] == [("agency", "page")]
    told = Notice.objects.filter(url=reverse("special_page", args=["kangze", event.pk]))
    assert [notice.user for notice in told] == [world.manager]
    with pytest.raises(ValidationError, match="still open"):
        report(world)


def test_new_visits_are_not_planned_with_who_cannot_come(world):
    report(world)
    with time_machine.travel(timezone.now() + dt.timedelta(days=7), tick=False):
        counts = plan_visits()
    assert counts["assigned"] == 0
    assert counts["unassigned"] > 0


def test_who_cannot_go_on_is_neither_suggested_nor_sent_there_in_these_days(world):
    event = report(world, days=6)
    inside = Visit.objects.filter(caregiver=None, state="planned").order_by("period").last()
    outside = Visit.objects.filter(caregiver=world.first, state="planned").order_by("period").first()

    def free_for(visit):
        return [one.caregiver for one in candidates(visit) if one.is_free]

    assert free_for(inside) == [world.second]
    assert world.first in free_for(outside)
    with pytest.raises(ValidationError, match="cannot go to this client"):
        assign_visit(visit=inside, caregiver=world.first, by=world.coordinator)
    week, _visits, _people = week_to_fill(week_of(timezone.localdate(inside.period.lower)).first)
    assert world.second.pk in {hand for _visit, hand in week.points}
    assert world.first.pk not in {hand for visit, hand in week.points if visit == inside.pk}

    # Others stepping in settles the matter, and does not make the back any better.
    actions.give_visits(event=event, by=world.coordinator, caregiver=world.second)
    tell_all(event, world.coordinator)
    actions.settle_event(event=event, by=world.coordinator, outcome="visits")
    assert world.first not in free_for(inside)


def test_whoever_goes_on_as_before_may_be_sent_again(world):
    event = report(world, days=6)
    visit = Visit.objects.filter(caregiver=None, state="planned").order_by("period").last()
    tell_all(event, world.coordinator)
    actions.settle_event(event=event, by=world.coordinator, outcome="as_before")
    assert world.first in [one.caregiver for one in candidates(visit) if one.is_free]


def test_it_is_settled_after_all_were_told_and_what_is_said_was_done(world):
    event = report(world, days=6)
    with pytest.raises(ValidationError) as refusal:
        actions.settle_event(event=event, by=world.coordinator, outcome="visits")
    first, second = refusal.value.messages
    assert "The client、Family or guardian" in first
    assert "nobody" in second
    given, against = actions.give_visits(event=event, by=world.coordinator, caregiver=world.second)
    assert (given, against) == (of(world.second), [])
    tell_all(event, world.coordinator)
    actions.settle_event(event=event, by=world.coordinator, outcome="visits")
    event.refresh_from_db()
    assert (event.state, event.outcome) == ("settled", "visits")
    with pytest.raises(ValidationError, match="settled already"):
        actions.settle_event(event=event, by=world.coordinator, outcome="as_before")


def _settle_in_silence(event):
    with transaction.atomic():
        SpecialEvent.objects.filter(pk=event.pk).update(state="settled", outcome="as_before", settled_at=timezone.now())
        connection.check_constraints()


@pytest.mark.parametrize(
    ("outcome", "says"),
    [("rest", "not suspended"), ("end", "not ended"), ("supplement", "not signed by all three")],
)
def test_an_outcome_that_the_records_do_not_show_is_refused(world, outcome, says):
    event = report(world, kind="away", days=6)
    tell_all(event, world.coordinator)
    with pytest.raises(ValidationError, match=says):
        actions.settle_event(event=event, by=world.coordinator, outcome=outcome)
    if outcome == "rest":
        first = world.agreement.starts_on
        running.suspend_agreement(agreement=world.agreement, by=world.coordinator, from_day=first, reason="住院")
        actions.settle_event(event=event, by=world.coordinator, outcome=outcome)
        event.refresh_from_db()
        assert (event.state, event.outcome) == ("settled", "rest")


@pytest.mark.parametrize(
    ("moved", "is_allowed"),
    [(MINUTE, False), (0 * MINUTE, True), (-24 * HOUR, True), (-24 * HOUR - MINUTE, False)],
)
def test_telling_lies_between_the_day_before_the_report_and_now(world, moved, is_allowed):
    with time_machine.travel(timezone.now(), tick=False):
        event = report(world, kind="away", days=6)
        asked = {"event": event, "by": world.coordinator, "party": "client", "name": "李女士", "means": "phone"}
        if is_allowed:
            assert actions.tell(**asked, told_at=event.reported_at + moved).party == "client"
            return
        with pytest.raises(ValidationError) as refusal:
            actions.tell(**asked, told_at=event.reported_at + moved)
        assert set(refusal.value.message_dict) == {"told_at"}


def test_the_database_refuses_what_nobody_at_the_clients_was_told(world):
    event = report(world)
    with pytest.raises(IntegrityError, match="told"):
        _settle_in_silence(event)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpecialTelling.objects.all().update(name="没人")


def test_what_somebody_else_cannot_take_is_named_and_stays_open(world):
    other = sign_agreement(world, world.second, world.other)
    plan_visits()
    event = report(world, days=6)
    with pytest.raises(ValidationError) as refusal:
        actions.give_visits(event=event, by=world.coordinator, caregiver=world.second)
    assert all(other.client.salutation in text for text in refusal.value.messages)
    assert len(refusal.value.messages) == Visit.objects.filter(agreement=world.agreement, caregiver=None).count()


def test_the_supplement_settles_it_when_all_three_have_signed(world):
    event = report(world)
    draft = actions.draft_supplement(event=event, by=world.coordinator, caregiver=world.second)
    assert (draft.number, draft.caregiver, draft.amends) == (
        f"{world.agreement.number}-B1",
        world.second,
        world.agreement,
    )
    assert event.number in draft.change_summary
    tell_all(event, world.coordinator)
    with pytest.raises(ValidationError, match="not signed by all three"):
        actions.settle_event(event=event, by=world.coordinator, outcome="supplement")
    demo.conclude(world, draft)
    event.refresh_from_db()
    assert (event.state, event.outcome, event.outcome_note) == ("settled", "supplement", draft.number)
    draft.refresh_from_db()
    assert draft.state == "in_force"


def test_the_handover_of_a_supplement_does_not_list_what_it_settles(world):
    with time_machine.travel(timezone.now() + dt.timedelta(days=3), tick=False):
        event = actions.report_event(
            agreement=world.agreement, by=world.coordinator, kind="caregiver", text="腰扭伤了",
            from_day=timezone.localdate(),
        )  # fmt: skip
        draft = actions.draft_supplement(event=event, by=world.coordinator, caregiver=world.second)
        tell_all(event, world.coordinator)
        demo.conclude(world, draft)
    handover = Handover.objects.get(agreement=world.agreement)
    assert handover.next_caregiver == world.second
    assert event.number not in handover.open_matters


@pytest.mark.parametrize(("minutes", "warned"), [(59, 0), (60, 1), (61, 1)])
def test_who_was_not_told_in_time_is_named_once(world, minutes, warned):
    event = report(world)
    Notice.objects.all().delete()
    with time_machine.travel(event.reported_at + minutes * MINUTE, tick=False):
        assert actions.warn_of_special() == {"acknowledge": warned, "passed": 0}
        assert actions.warn_of_special() == {"acknowledge": 0, "passed": 0}
    assert Notice.objects.count() == warned * 2  # manager and coordinator


def test_who_was_told_is_not_warned_of_and_a_day_later_it_should_be_settled(world):
    event = report(world)
    tell_all(event, world.coordinator)
    with time_machine.travel(event.reported_at + 24 * HOUR, tick=False):
        assert actions.warn_of_special() == {"acknowledge": 0, "passed": 1}


def test_the_job_runs_for_an_agency(world):
    event = report(world)
    SpecialEvent.objects.filter(pk=event.pk).update(tell_by=timezone.now())
    assert special_limits(agency_id=world.agency.pk) == {"acknowledge": 1, "passed": 0}


def test_after_a_death_nobody_is_sent_and_every_agreement_ends(world):
    second = sign_agreement(world, world.second, world.client, slot=2)
    plan_visits()
    day = world.agreement.starts_on
    with time_machine.travel(dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC), tick=False):
        event = report(world, kind="death")
        ahead = Visit.objects.filter(client=world.client, period__endswith__gt=timezone.now())
        assert set(ahead.values_list("state", "cancel_reason")) == {("cancelled", "The client has died.")}
        assert plan_visits() == {"assigned": 0, "unassigned": 0}
    for agreement in (world.agreement, second):
        agreement.refresh_from_db()
        assert (agreement.state, agreement.end_reason, agreement.ended_on) == ("ended", "death", day)
    world.client.refresh_from_db()
    assert world.client.state == "ended"
    assert Handover.objects.filter(state="draft", agreement__client=world.client).count() == 2
    assert actions.still_to_tell(event) == ["guardian"]


def test_days_that_cannot_be_are_named(world):
    with pytest.raises(ValidationError) as refusal:
        actions.report_event(
            agreement=world.agreement, by=world.coordinator, kind="away", text="住院",
            from_day=world.agreement.ends_on + dt.timedelta(days=1), until_day=world.agreement.ends_on,
        )  # fmt: skip
    assert set(refusal.value.message_dict) == {"from_day", "until_day"}
    rewrite(
        Agreement.objects.filter(pk=world.agreement.pk),
        state="ended",
        ended_on=world.agreement.starts_on,
        end_reason="client",
    )
    world.agreement.refresh_from_db()
    with pytest.raises(ValidationError, match="not in force"):
        report(world)


def test_the_caregiver_tells_the_office_and_then_the_client_from_the_phone(client, world):
    client.force_login(world.first.user)
    assert reverse("phone:special_new") in client.get(reverse("phone:today")).content.decode()
    data = {"agreement": world.agreement.pk, "kind": "caregiver", "from_day": str(world.agreement.starts_on),
            "until_day": "", "text": "孩子住院"}  # fmt: skip
    answer = client.post(reverse("phone:special_new"), data)
    event = SpecialEvent.objects.get()
    assert answer.url == reverse("phone:special", args=[event.pk])
    assert (event.by_phone, event.owner, event.reported_by) == (True, None, world.first.user)
    page = client.get(answer.url)
    assert page.context["untold"] == ["client", "guardian"]
    assert f"tel:{world.client.phone}" in page.content.decode()
    for party in ("client", "guardian"):
        client.post(answer.url, {"party": party, "name": "李女士", "means": "phone", "told_at": ""})
    assert client.get(answer.url).context["untold"] == []
    assert client.post(reverse("phone:special_new"), data | {"kind": "death"}).context["form"].errors.keys() == {"kind"}
    client.force_login(world.second.user)
    assert client.get(answer.url).status_code == 404


def test_the_office_page_names_what_the_caregiver_has_elsewhere_in_these_days(client, world):
    sign_agreement(world, world.first, world.other, slot=1)
    plan_visits()
    event = report(world, days=6)
    client.force_login(world.coordinator)
    page = client.get(reverse("special_page", args=["kangze", event.pk]))
    last = world.agreement.starts_on + dt.timedelta(days=6)
    elsewhere = Visit.objects.filter(client=world.other, caregiver=world.first, period__startswith__date__lte=last)
    assert page.context["elsewhere"] == elsewhere.count() > 0
    assert reverse("absence_new", args=["kangze", world.first.pk]) in page.content.decode()


def test_the_office_page_leads_through_it(client, world):
    event = report(world, days=6)
    client.force_login(world.coordinator)
    page = client.get(reverse("special_page", args=["kangze", event.pk])).content.decode()
    assert world.second.name in page
    post = {"caregiver": world.second.pk}
    client.post(reverse("special_visits", args=["kangze", event.pk]), post)
    assert of(world.second) > 0
    answer = client.post(reverse("special_supplement", args=["kangze", event.pk]), post)
    draft = Agreement.objects.get(amends=world.agreement)
    assert answer.url == reverse("agreement_file", args=["kangze", draft.pk])
    shown = client.get(reverse("agreement_file", args=["kangze", world.agreement.pk])).content.decode()
    assert event.number in shown


def paper_of(event, by):
    document = actions.print_event(event=event, by=by)
    render(document_id=document.pk)
    document.refresh_from_db()
    with document.file.file.open() as file:
        pages = PdfReader(io.BytesIO(file.read())).pages
    return document, re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def test_the_record_is_printed_with_who_was_told_when_and_how_it_went_on(world, client):
    event = report(world, days=6)
    _document, text = paper_of(event, world.coordinator)
    words = [
        "特殊情况处理记录", event.number, world.agreement.number, "服务员不能继续服务", "腰扭伤了", world.client.name,
        f"工号{world.first.number}", "未处理完", "□另派人或者改时间",
    ]  # fmt: skip
    assert [word for word in words if word not in text] == []
    tell_all(event, world.coordinator)
    Visit.objects.filter(caregiver=None, state="planned").update(state="cancelled", cancel_reason="x")
    actions.settle_event(event=event, by=world.coordinator, outcome="visits", outcome_note="由赵师傅代班")
    document, text = paper_of(event, world.coordinator)
    words = ["李女士电话", "☑另派人或者改时间", "由赵师傅代班", "客户或者家属签字"]
    assert [word for word in words if word not in text] == []
    assert "未处理完" not in text
    client.force_login(world.coordinator)
    page = client.get(reverse("special_page", args=["kangze", event.pk])).content.decode()
    assert reverse("file_view", args=["kangze", document.file_id]) in page


def test_special_circumstances_are_read_by_api_with_who_was_told(world, client):
    event = report(world, days=6)
    actions.tell(event=event, by=world.coordinator, party="client", name="刘桂英", means="phone")
    client.force_login(world.coordinator)
    client.get("/api/v1/special-events/")
    for count in (1, 2):
        with CaptureQueriesContext(connection) as captured:
            rows = client.get("/api/v1/special-events/").json()["results"]
        assert len(rows) == count
        assert len([one for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "SET "))]) == 5
        if count == 1:
            report(world, kind="other")
    row = rows[-1]
    assert (row["number"], row["kind"], row["state"]) == (event.number, "caregiver", "open")
    assert ("client", "刘桂英") in [(one["party"], one["name"]) for one in row["tellings"]]
    assert client.get("/api/v1/special-events/", {"state": "settled"}).json()["count"] == 0
