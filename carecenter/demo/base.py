"""What every part of the demo world uses: an agency in the making, and days gone by."""

import datetime as dt
from random import Random

import time_machine
from django.utils import timezone

from agencies.models import Agency, User


def at(day: dt.date, hour: int = 9, minute: int = 0):
    """Do what follows as of a moment of a day; what should be done later today is done now."""
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))
    if not time_machine.escape_hatch.is_travelling():
        moment = min(moment, timezone.now())
    return time_machine.travel(moment, tick=True)


class World:
    """One agency in the making: its people by role, its random numbers, its today."""

    def __init__(self, agency: Agency, staff: dict[str, User], seed: int):
        self.agency, self.staff = agency, staff
        self.rng = Random(seed)  # noqa: S311 -- the same world at every start
        self.now = timezone.now()  # one moment parts what has been from what is planned
        self.today = timezone.localdate(self.now)
        self.serial = seed * 500
        self.praised: set[int] = set()  # caregivers whose clients are all content
        self.manager, self.coordinator = staff["manager"], staff["coordinator"]

    def ago(self, days: int) -> dt.date:
        return self.today - dt.timedelta(days=days)

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial
