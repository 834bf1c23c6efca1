"""What supervision left behind in the demo world: a survey that ended, one that runs, calls, complaints."""

import datetime as dt

import time_machine
from django.utils import timezone

from archive.actions import file_record
from archive.models import ArchiveClass, ArchiveRecord
from carecenter.demo.base import World, at
from contracts.models import Agreement
from supervision.actions import complaints, return_visits, surveys
from supervision.actions.quality import hand_down_answers
from supervision.models import Complaint, ReturnVisit, SurveyAnswer, SurveyInvitation, SurveyRound
from supervision.standard import SURVEY

STEPS = ["very_satisfied"] * 5 + ["satisfied"] * 6 + ["fair"] + ["dissatisfied"]
WEEKS = (15, 22, 29, 36)  # days ago
CONTENT = ["very_satisfied", "satisfied"]
COMMENTS = {
    "fair": "有时候来得晚一点。",
    "dissatisfied": "上周两次没按约定时间来，希望改进。",
    "satisfied": "",
    "very_satisfied": "阿姨很细心，谢谢！",
}


def supervise(world: World, signed: list[Agreement]) -> None:
    """Build all of it for one agency."""
    _past_survey(world, signed)
    _past_calls(world, signed)
    _complaints(world, signed)
    return_visits.create_due_calls()
    _call_most(world)
    surveys.run_surveys()
    _some_answers(world)


def _past_survey(world, signed):
    opened = world.ago(184)
    row = SurveyRound.objects.create(
        name=f"{opened.year}年{opened.month}月满意度调查",
        opened_on=opened,
        closes_on=opened + dt.timedelta(days=14),
        state="closed",
    )
    _invite_and_answer(world, row, signed[: max(len(signed) * 2 // 3, 6)], share=0.8)
    with at(row.closes_on + dt.timedelta(days=1)):
        file_record(
            archive_class=ArchiveClass.OTHER, source=ArchiveRecord.Source.SURVEY_ROUND, source_id=row.pk,
            title=row.name, clock_started_on=row.closes_on,
        )  # fmt: skip


def _invite_and_answer(world, row, agreements, share):
    rows = [
        SurveyInvitation(
            agency=world.agency,
            round=row,
            client_id=a.client_id,
            agreement=a,
            caregiver_id=a.caregiver_id,
            sent_at=timezone.now(),
        )
        for a in agreements
    ]
    for invitation in SurveyInvitation.objects.bulk_create(rows):
        if world.rng.random() < share:
            _answer(world, invitation, at_day=row.opened_on + dt.timedelta(days=world.rng.randint(1, 12)))


def _answer(world, invitation, at_day):
    overall = world.rng.choice(CONTENT if invitation.caregiver_id in world.praised else STEPS)
    scores = {question.code: world.rng.choice([overall, "satisfied"]) for question in SURVEY}
    with at(at_day):
        answer = SurveyAnswer.objects.create(
            invitation=invitation, way="link", overall=overall, scores=scores, comment=COMMENTS[overall]
        )
    hand_down_answers([answer])


def _some_answers(world):
    """Half of the running round has answered already."""
    waiting = SurveyInvitation.objects.filter(round__state="open").order_by("pk")
    for invitation in waiting[: waiting.count() // 2]:
        _answer(world, invitation, at_day=world.today)


def _call_most(world):
    """Most calls of the policy were made on their day; the last dozen wait."""
    caller = world.staff.get("quality_officer", world.manager)
    due = ReturnVisit.objects.filter(state="due").select_related("client", "agreement__guardian").order_by("call_after")
    for call in list(due)[:-12]:
        with time_machine.travel(call.call_after + dt.timedelta(minutes=20), tick=True):
            _talk(world, call, caller)


def _talk(world, call, caller):
    step = world.rng.choice(CONTENT if call.agreement.caregiver_id in world.praised else STEPS)
    return_visits.complete_call(
        return_visit=call, by=caller, spoke_with=call.agreement.guardian.name, satisfaction=step, punctuality=step,
        attitude="satisfied", skill="satisfied", has_problem=step == "dissatisfied",
        summary=COMMENTS[step] or "一切正常。",
    )  # fmt: skip


def _past_calls(world, signed):
    """Calls of the last weeks, done by the quality officer; every week where somebody is to rise."""
    caller = world.staff.get("quality_officer", world.manager)
    weekly = [(agreement, days) for agreement in signed if agreement.caregiver_id in world.praised for days in WEEKS]
    others = [agreement for agreement in signed[::2] if agreement.caregiver_id not in world.praised]
    for agreement, days in [*weekly, *((other, world.rng.randint(15, 40)) for other in others)]:
        day = world.ago(days)
        if day <= agreement.starts_on:
            continue
        with at(day, hour=10):
            call = ReturnVisit.objects.create(
                client_id=agreement.client_id, agreement=agreement, kind="regular", period_start=day,
                due_at=timezone.now(), call_after=timezone.now(),
            )  # fmt: skip
            _talk(world, call, caller)


def _complaints(world, signed):
    officer = world.staff.get("quality_officer", world.manager)
    texts = [
        (25, "closed", "ordinary", "服务员临走没有把地拖干净。", "重新打扫", "已向您道歉并补做一次保洁，费用不计。"),
        (12, "replied", "ordinary", "服务员说话声音大，老人听着不舒服。", "提醒服务员", "已与服务员谈话并做礼仪复训。"),
        (8, "accepted", "ordinary", "连续两次迟到半小时。", "换人或保证准时", ""),
        (2, "accepted", "serious", "老人的银镯子找不到了，想请机构一起核实。", "尽快查清", ""),
        (0, "received", "ordinary", "想问为什么这个月费用比上个月多。", "给出明细", ""),
    ]
    for place, (days, state, severity, text, wish, reply) in enumerate(texts):
        agreement = signed[place * 3 % len(signed)]
        with at(world.ago(days), hour=9):
            complaint = complaints.receive_complaint(
                by=officer if days else None, channel="phone" if days else Complaint.Channel.WEB, severity=severity,
                complainant_name=agreement.guardian.name, complainant_phone=agreement.guardian.phone,
                client=agreement.client, agreement=agreement, caregiver=agreement.caregiver if days > 5 else None,
                happened_on=world.ago(days + 1), text=text, wish=wish, told_how="phone" if days else "",
            )  # fmt: skip
        if state == "received":
            continue
        with at(world.ago(days), hour=11):
            complaints.accept_complaint(complaint=complaint, by=officer, owner=officer, severity=severity)
        if reply:
            with at(world.ago(days - 3), hour=15):
                complaints.reply_to_complaint(
                    complaint=complaint, by=officer, reply=reply, finding="founded", reply_how="phone",
                    reply_to=agreement.guardian.name,
                )  # fmt: skip
        if state == "closed":
            with at(world.ago(days - 5), hour=15):
                complaints.close_complaint(complaint=complaint, by=world.manager, outcome="satisfied")
