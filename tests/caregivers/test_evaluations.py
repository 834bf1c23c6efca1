"""The periodic evaluation: what is refused, what is kept, what the caregiver reads and answers, what is printed."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from agencies.models import Notice, Role
from archive.models import ArchiveRecord, Document
from caregivers.actions import evaluations as actions
from caregivers.models import Caregiver, Evaluation, EvaluationReply, QualityRecord
from caregivers.queries.levels import level_facts
from caregivers.standard.levels import FORM
from tests.caregivers.people import ago, ready
from tests.caregivers.test_papers import render, text_of
from tests.factories import make_member, make_one, make_user
from tests.test_lists import queries_of

GOOD = {line.code: 4 for line in FORM}


@pytest.fixture
def caregiver(in_maple):
    user = make_member(in_maple, Role.CAREGIVER).user
    return make_one(Caregiver, name="王秀兰", state="active", user=user, hired_on=ago(400), posted_on=ago(390))


def judged(caregiver, by, **changes):
    said = {"starts_on": ago(200), "ends_on": ago(1), "scores": GOOD, "result": "fit", "strengths": "守时"} | changes
    return actions.evaluate(caregiver=caregiver, by=by, **said)


def refusal(caregiver, by, **changes):
    with pytest.raises(ValidationError) as error:
        judged(caregiver, by, **changes)
    assert not Evaluation.objects.exists()
    return set(error.value.message_dict)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"starts_on": 401}, {"starts_on"}),
        ({"starts_on": 10, "ends_on": 11}, {"ends_on"}),
        ({"ends_on": -1}, {"ends_on"}),
        ({"scores": GOOD | {"safety": 0}}, {"safety"}),
        ({"scores": GOOD | {"safety": 6, "records": None}}, {"safety", "records"}),
        ({"scores": GOOD | {"records": 2}}, {"weaknesses"}),
        ({"scores": GOOD | {"records": 2}, "result": "excellent", "weaknesses": "补训"}, {"result"}),
        ({"result": "not_fit"}, {"weaknesses"}),
        ({"starts_on": 401, "ends_on": -1, "result": "not_fit"}, {"starts_on", "ends_on", "weaknesses"}),
    ],
)
def test_everything_that_is_wrong_is_named_at_once(caregiver, manager, changes, fields):
    days = {name: ago(value) for name, value in changes.items() if name.endswith("_on")}
    assert refusal(caregiver, manager, **changes | days) == fields


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_on": 400, "ends_on": 0},
        {"scores": GOOD | {"records": 3}, "result": "excellent"},
        {"scores": GOOD | {"records": 2}, "weaknesses": "补训"},
        {"result": "not_fit", "weaknesses": "多次迟到"},
    ],
)
def test_the_boundaries_themselves_pass(caregiver, manager, changes):
    days = {name: ago(value) for name, value in changes.items() if name.endswith("_on")}
    assert judged(caregiver, manager, **changes | days) == Evaluation.objects.get()


def test_nobody_evaluates_themselves_nor_who_has_left(caregiver, manager):
    assert refusal(caregiver, caregiver.user) == {"__all__"}
    caregiver.state = "left"
    assert refusal(caregiver, manager) == {"__all__"}


def test_it_is_numbered_filed_printed_and_told_with_the_figures_of_its_time(caregiver, manager):
    for number, on in enumerate([200, 1, 0, 201]):
        make_one(
            QualityRecord, caregiver=caregiver, kind="rating", value=4 - number, source_id=number, happened_on=ago(on)
        )
    evaluation = judged(caregiver, manager)
    assert evaluation.number == f"KP-{ago(0).year}-0001"
    assert evaluation.figures["figures"] == {"rating": [2, 7]}
    assert (evaluation.period.lower, evaluation.evaluated_on, evaluation.evaluated_by) == (ago(200), ago(0), manager)
    record = ArchiveRecord.objects.get(source="evaluation", source_id=evaluation.pk)
    assert (record.archive_class, record.clock_started_on) == ("other", ago(0))
    assert Document.objects.get(kind="evaluation_form").subject_id == evaluation.pk
    assert Notice.objects.get(user=caregiver.user).url == reverse("phone:evaluation", args=[evaluation.pk])
    assert judged(caregiver, manager).number.endswith("0002")


def test_the_database_keeps_it_as_it_was(caregiver, manager):
    evaluation = judged(caregiver, manager)
    reply = actions.answer_evaluation(evaluation=evaluation)
    for change in (
        lambda: Evaluation.objects.filter(pk=evaluation.pk).update(result="excellent"),
        lambda: EvaluationReply.objects.filter(pk=reply.pk).update(text="x"),
        lambda: EvaluationReply.objects.filter(pk=reply.pk).delete(),
        lambda: EvaluationReply.objects.create(evaluation=evaluation),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_office_evaluates_and_the_caregiver_reads_and_answers(client, caregiver, manager):
    client.force_login(manager)
    address = reverse("evaluation_new", args=["maple", caregiver.pk])
    body = {"starts_on": ago(200).isoformat(), "ends_on": ago(1).isoformat(), "result": "fit", "strengths": "守时"}
    page = client.post(address, body)
    assert page.status_code == 200
    assert len(page.context["form"].errors) == len(FORM)
    assert "守时" in page.content.decode()
    done = client.post(address, body | {line.code: "4" for line in FORM})
    evaluation = Evaluation.objects.get()
    assert done.url == reverse("evaluation_page", args=["maple", evaluation.pk])
    assert "尚未阅读" in client.get(done.url).content.decode()
    assert (
        evaluation.evaluated_on.isoformat()
        in client.get(reverse("caregiver_file", args=["maple", caregiver.pk])).content.decode()
    )

    client.force_login(caregiver.user)
    assert "请阅读您的考核评定结果" in client.get(reverse("phone:mine")).content.decode()
    here = reverse("phone:evaluation", args=[evaluation.pk])
    assert "守时" in client.get(here).content.decode()
    assert client.post(here, {"text": "希望多培训"}).status_code == 302
    assert "您已经确认过了" in client.post(here, {"text": "又一次"}, follow=True).content.decode()
    assert EvaluationReply.objects.get().text == "希望多培训"
    assert "请阅读您的考核评定结果" not in client.get(reverse("phone:mine")).content.decode()
    assert Notice.objects.get(user=manager).title == f"{caregiver}对考核评定 {evaluation.number} 提出了意见"

    client.force_login(manager)
    assert "希望多培训" in client.get(done.url).content.decode()


def test_a_coordinator_reads_but_does_not_evaluate(client, caregiver, manager, maple):
    evaluation = judged(caregiver, manager)
    client.force_login(make_member(maple, Role.COORDINATOR).user)
    assert client.get(reverse("evaluation_page", args=["maple", evaluation.pk])).status_code == 200
    assert client.get(reverse("evaluation_new", args=["maple", caregiver.pk])).status_code == 403
    assert client.post(reverse("evaluation_print", args=["maple", evaluation.pk])).status_code == 403


def test_the_paper_says_result_figures_and_answer(caregiver, manager):
    evaluation = judged(caregiver, manager, scores=GOOD | {"records": 2}, weaknesses="护理记录补训")
    text = text_of(render(Document.objects.get(kind="evaluation_form")))
    assert evaluation.number in text
    assert "□优秀☑合格□不合格" in text
    assert "护理记录补训" in text
    assert "暂无记录" in text
    assert "在手机上阅读确认" not in text
    actions.answer_evaluation(evaluation=evaluation, text="同意")
    again = text_of(render(actions.print_evaluation(evaluation=evaluation, by=manager)))
    assert "在手机上阅读确认，意见：同意" in again


def test_an_evaluation_counts_for_the_next_level(caregiver, manager):
    riser = ready(1, name="李红")
    Evaluation.objects.filter(caregiver=riser)  # fit, ten days ago
    assert level_facts([riser], ago(0))[riser.pk].fit is True
    judged(riser, make_user(), starts_on=max(riser.hired_on, ago(100)), result="not_fit", weaknesses="多次迟到")
    assert level_facts([riser], ago(0))[riser.pk].fit is False


def test_the_list_costs_the_same_for_one_and_for_fifty(client, caregiver, manager):
    client.force_login(manager)
    address = reverse("evaluation_list", args=["maple"])
    client.get(address)  # the first request of a session writes it
    assert queries_of(client, address)[0] == 7
    for number in range(49):
        person = make_one(Caregiver, state="active", hired_on=ago(400), posted_on=ago(390))
        make_one(QualityRecord, caregiver=person, kind="rating", source_id=number, happened_on=ago(3))
    count, response = queries_of(client, address)
    assert len(response.context["object_list"]) == 50
    assert count == 7
