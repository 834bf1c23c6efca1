"""What caregivers did on their phones in the demo world: leave asked for, hours, a paper sent, something confided."""

import datetime as dt

from django.utils import timezone

from carecenter.demo.base import World, at
from caregivers.actions import absences, credentials, welfare
from caregivers.models import Caregiver, Grievance

Kind = Grievance.Kind


def by_phone(world: World, caregivers: list[Caregiver]) -> None:
    """One request that waits and one declined, hours of a week, a renewal to be sighted, a matter told in confidence."""
    asking, declined, early, talking = caregivers[2], caregivers[3], caregivers[4], caregivers[0]
    _leave(world, asking, declined)
    hours = {day: (dt.time(8), dt.time(16)) for day in range(1, 6)}
    absences.set_availability(caregiver=early, hours=hours)
    with at(world.ago(1), hour=19):
        today = timezone.localdate()
        credentials.submit_credential(
            caregiver=talking, by=talking.user, scan=None, kind="health", grade=None, number=f"JK{world.next_serial():08}",
            issuer="历下区疾病预防控制中心", issued_on=today, expires_on=today + dt.timedelta(days=365),
        )  # fmt: skip
    with at(world.ago(6), hour=20):
        grievance = welfare.confide(
            caregiver=talking, recipient=world.manager, kind=Kind.PAY, rights_told_at=timezone.now(),
            text="上个月二十四号加了两个小时，工资里没有看到，不好意思直接问。",
        )  # fmt: skip
    with at(world.ago(5), hour=9):
        welfare.add_entry(
            grievance=grievance, by=world.manager, text="查过了，是漏记，这个月十号一并补发，谢谢你说出来。"
        )


def _leave(world, asking, declined):
    with at(world.ago(1), hour=20):
        day = world.today + dt.timedelta(days=9)
        absences.request_absence(
            caregiver=asking, kind="leave", first_day=day, last_day=day + dt.timedelta(days=2), note="女儿结婚，回老家"
        )
    with at(world.ago(3), hour=20):
        day = world.today + dt.timedelta(days=1)
        absence = absences.request_absence(
            caregiver=declined, kind="other", first_day=day, last_day=day, note="陪亲戚看房"
        )
    with at(world.ago(2), hour=9):
        absences.answer_absence(
            absence=absence, by=world.coordinator, is_approved=False, answer="当天没有人可以替班，换一天可以吗？"
        )
