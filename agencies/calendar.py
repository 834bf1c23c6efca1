"""Days as people count them: age, months later, working days of mainland China."""

import calendar
import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays

from agencies.standard import gettext_noop

CHINA = ZoneInfo("Asia/Shanghai")
ONE_DAY = dt.timedelta(days=1)

# Public holidays that fall on the same day every year; the others follow the moon and are announced year by year.
FIXED_HOLIDAYS = frozenset([(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)])


# What the calendar library calls them, and what readers see in their language.
HOLIDAY_NAMES = [
    gettext_noop("New Year's Day"),
    gettext_noop("Spring Festival"),
    gettext_noop("Tomb-sweeping Day"),
    gettext_noop("Labour Day"),
    gettext_noop("Dragon Boat Festival"),
    gettext_noop("National Day"),
    gettext_noop("Mid-autumn Festival"),
]
FIXED_NAMES = {1: "New Year's Day", 5: "Labour Day", 10: "National Day"}


def age_on(birth_date: dt.date, day: dt.date) -> int:
    """Full years on a day; somebody born on 29 February is a year older on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or its last day when the month is shorter (Civil Code 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_working_day(day: dt.date) -> bool:
    """Whether offices work: public holidays and moved working days as announced.

    For years not announced yet: Monday to Friday without the holidays that never move.
    """
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < 5 and (day.month, day.day) not in FIXED_HOLIDAYS


def holiday_name(day: dt.date) -> str:
    """The public holiday a day belongs to, to be translated; empty on other days, weekends among them."""
    try:
        return chinese_calendar.get_holiday_detail(day)[1] or "" if chinese_calendar.is_holiday(day) else ""
    except NotImplementedError:
        return FIXED_NAMES[day.month] if (day.month, day.day) in FIXED_HOLIDAYS else ""


def is_statutory_holiday(day: dt.date) -> bool:
    """Whether a day is a holiday by law (全国年节及纪念日放假办法), at which its prices hold.

    The weekend around it and days off that another day is worked for are none.
    """
    return day in _holidays_by_law() and not _holidays_by_law()[day].startswith("Day off")


@cache
def _holidays_by_law():
    return holidays.country_holidays("CN", language="en_US", observed=False)


def add_working_days(day: dt.date, count: int) -> dt.date:
    """The last day of a limit of so many working days; the day it starts from is not counted (Civil Code 201)."""
    while count > 0:
        day += ONE_DAY
        count -= is_working_day(day)
    return day


def working_day_before(day: dt.date) -> dt.date:
    """The last working day before a day."""
    day -= ONE_DAY
    while not is_working_day(day):
        day -= ONE_DAY
    return day
