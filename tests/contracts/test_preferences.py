"""Preferred caregivers come first, never-send ones are refused everywhere with the reason (7.2.2 c)."""

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone, translation

from agencies.models import Notice
from agencies.panels import steps_of, timeline_of
from agencies.tenancy import agency_context
from carecenter.demo import world as demo
from contracts.actions import agreements, gaps, visits
from contracts.actions import preferences as actions
from contracts.models import AssignmentGap, CaregiverPreference, Visit
from contracts.queries.fit import fits
from contracts.queries.suggesting import candidates
from tests.world import make_world, sign_agreement, staff_up

REASON = "两次迟到，老人不愿再见"


@pytest.fixture
def world(db):
    world = make_world()
    with agency_context(world.agency), translation.override("en"):
        world.caregivers = staff_up(world, 3)
        world.clients = demo.take_in(world, 8)[1:3]
        world.agreement = sign_agreement(world, world.caregivers[0], world.clients[0])
        visits.plan_visits()
        yield world


def note(world, caregiver, kind="never", **data):
    given = {"reason": REASON, "source": "family", **data}
    return actions.note_preference(
        client=world.clients[0], by=world.coordinator, caregiver=caregiver, kind=kind, **given
    )


def refusal_text():
    return f"Not to be sent to this client again since {timezone.localdate()}: {REASON} (7.2.2 c)"


def test_who_is_never_sent_loses_the_visits_ahead_and_the_office_is_told(world):
    ahead = Visit.objects.filter(caregiver=world.caregivers[0]).count()
    assert ahead == 20
    note(world, world.caregivers[0])
    assert not Visit.objects.filter(caregiver=world.caregivers[0]).exists()
    assert Visit.objects.filter(caregiver=None).count() == ahead
    told = Notice.objects.filter(title__contains="20 visits ahead need somebody else")
    assert {notice.user_id for notice in told} == {world.manager.pk, world.coordinator.pk}
    assert Visit.history.filter(history_change_reason="never").count() == ahead


def test_visits_are_planned_without_who_is_never_sent(world):
    note(world, world.caregivers[0])
    Visit.objects.all().delete()
    assert visits.plan_visits() == {"assigned": 0, "unassigned": 20}


def test_a_visit_is_refused_to_them_with_the_reason(world):
    note(world, world.caregivers[1])
    visit = Visit.objects.order_by("period").first()
    with pytest.raises(ValidationError) as refusal:
        visits.assign_visit(visit=visit, caregiver=world.caregivers[1], by=world.coordinator)
    assert refusal.value.messages == [f"{world.caregivers[1]}: {refusal_text()}"]


def test_an_agreement_is_refused_to_them_as_draft_and_when_it_goes_out(world):
    draft = sign_agreement(world, world.caregivers[1], world.clients[0], upto="draft", slot=2)
    note(world, world.caregivers[1])
    assert f"{world.caregivers[1]}: {refusal_text()}" in agreements.missing_for_signing(draft)
    with pytest.raises(ValidationError) as refusal:
        agreements.update_agreement(agreement=draft, by=world.coordinator, caregiver=world.caregivers[1])
    assert refusal.value.message_dict["caregiver"] == [refusal_text()]
    [fit] = [fit for fit in fits(draft.plan, draft.starts_on) if fit.caregiver == world.caregivers[1]]
    assert fit.reasons == [refusal_text()]


def test_other_clients_are_not_concerned(world):
    note(world, world.caregivers[0])
    other = sign_agreement(world, world.caregivers[0], world.clients[1], slot=2)
    visits.plan_visits()
    assert Visit.objects.filter(agreement=other, caregiver=world.caregivers[0]).count() == 20


def test_a_preferred_caregiver_stands_first_among_those_who_may_go(world):
    visit = Visit.objects.order_by("period").first()
    free = [one.caregiver for one in candidates(visit) if one.is_free]
    last = free[-1]
    assert last != free[0]
    note(world, last, kind="preferred")
    first = candidates(visit)[0]
    assert (first.caregiver, first.is_preferred) == (last, True)
    assert fits(world.agreement.plan, timezone.localdate())[0].caregiver == last


def test_a_visit_booked_past_the_rule_is_found_in_the_night(world):
    note(world, world.caregivers[0])
    visit = Visit.objects.order_by("period").first()
    Visit.objects.filter(pk=visit.pk).update(caregiver=world.caregivers[0])
    assert gaps.refresh_gaps() == {"gaps": 1}
    [finding] = gaps.findings_of(AssignmentGap.objects.get(visit=visit))
    assert (finding.code, finding.params["reason"]) == ("never", REASON)


def test_the_same_again_is_refused_and_the_other_kind_replaces_it(world):
    first = note(world, world.caregivers[1], kind="preferred", reason="会做面食")
    with pytest.raises(ValidationError, match="会做面食"):
        note(world, world.caregivers[1], kind="preferred")
    note(world, world.caregivers[1])
    first.refresh_from_db()
    assert first.end_reason == f"Replaced: {REASON}"
    assert first.ended_by == world.coordinator


def test_it_ends_once_with_a_reason_and_then_they_may_go_again(world):
    row = note(world, world.caregivers[1])
    actions.end_preference(preference=row, by=world.manager, end_reason="当面谈开了")
    with pytest.raises(ValidationError, match="ended already"):
        actions.end_preference(preference=row, by=world.manager, end_reason="又一次")
    visit = Visit.objects.order_by("period").first()
    visits.assign_visit(visit=visit, caregiver=world.caregivers[1], by=world.coordinator)
    moments = [moment.text for moment in timeline_of("clients.client", world.clients[0])]
    assert f"No longer: Never send again: {world.caregivers[1]}. 当面谈开了" in moments


def test_the_database_keeps_the_row_and_one_a_pair(world):
    row = note(world, world.caregivers[1])
    for change in ({"reason": "另一个"}, {"end_reason": "没有日期"}):
        with pytest.raises(Error), transaction.atomic():
            CaregiverPreference.objects.filter(pk=row.pk).update(**change)
    again = CaregiverPreference(client=row.client, caregiver=row.caregiver, kind="preferred", reason="再记")
    again.source, again.noted_by = "client", world.coordinator
    with pytest.raises(Error, match="preference_once"), transaction.atomic():
        again.save()


def test_the_file_shows_them_and_says_what_the_agreement_needs(client, world):
    client.force_login(world.coordinator)
    page = reverse("preference_new", args=["kangze", world.clients[0].pk])
    answer = client.post(page, {"caregiver": world.caregivers[0].pk})
    assert {"kind", "source", "reason"} == set(answer.context["form"].errors)
    data = {"caregiver": world.caregivers[0].pk, "kind": "never", "source": "client", "reason": REASON}
    client.post(page, data)
    file = client.get(reverse("client_file", args=["kangze", world.clients[0].pk])).content.decode()
    assert REASON in file
    member = world.coordinator.memberships.get()
    texts = [step.text for step in steps_of("clients.client", member, world.clients[0])]
    expected = f"{world.agreement.number} names {world.caregivers[0]}, who is not to be sent again"
    assert any(text.startswith(expected) for text in texts)
    row = CaregiverPreference.objects.get()
    client.post(reverse("preference_end", args=["kangze", row.pk]), {"end_reason": "说开了"})
    assert not CaregiverPreference.objects.filter(ended_at=None).exists()
