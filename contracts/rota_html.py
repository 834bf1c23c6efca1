"""Rows of the rota as HTML, put together without the template engine: a week may show three thousand visits at once."""

import datetime as dt
from functools import cache

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.calendar import CHINA, holiday_name
from agencies.links import office_url
from agencies.models import Level
from caregivers.models import Absence
from contracts.models import Visit
from contracts.queries.rota import RotaRow, Shown, Span
from contracts.rota_standard import DAYS_IN_A_ROW, WEEK_HOURS

SIGNS = {"unassigned": "▲", "in_progress": "◐", "done": "✓", "late": "●", "missed": "●"}
DAY_FROM, DAY_UNTIL = 6, 22  # hours that the day view shows; what lies outside stands at its edge
QUARTERS = (DAY_UNTIL - DAY_FROM) * 4
LEAST_WIDTH = 4  # quarters, to leave room for the words
LOADS = (2, 5, 8)  # hours of a day above which the month shows the next shade


class Sheet:
    """One page of the rota: the same looks for every row."""

    def __init__(self, span: Span, view: str, *, may_edit: bool):
        self.span, self.view, self.may_edit = span, view, may_edit
        self.visits, self.people = office_url("visit_list"), office_url("caregiver_list")
        self.rota = office_url("rota")
        self.today = timezone.localdate()
        self.labels = {**_texts(Visit.State), "unassigned": _("Unassigned"), "late": _("late")}
        self.levels = _texts(Level)
        self.kinds = _texts(Absence.Kind)
        self.days = span.days
        self.holidays = {day: holiday_name(day) for day in self.days}
        self.day_off, self.leave_word = escape(_("does not work then")), escape(_("absent"))
        self.rest_word, self.tired_word = escape(_("rest day")), escape(_("no day of rest"))
        self.marks = {chip: self._mark(chip) for chip in self.labels}
        # The same names and times stand on many chips: each is put into words once a page.
        self.safe, self.clock = cache(escape), cache(_clock)

    def _mark(self, chip):
        sign = SIGNS.get(chip, "")
        return f' {sign}<span class="visually-hidden">{escape(self.labels[chip])}</span>' if sign else ""

    def body(self, rows: list[RotaRow]) -> SafeString:
        return mark_safe("".join(map(self.row, rows)))  # noqa: S308 -- every word from outside is escaped below

    def row(self, row: RotaRow) -> str:
        cells = {"week": self._week, "day": self._lane, "month": self._month}[self.view]
        pk = row.caregiver.pk if row.caregiver else 0
        kind = "" if row.caregiver else ' class="unassigned"'
        return f'<tr id="r{pk}"{kind} data-who="{pk}"><th scope="row">{self._head(row)}</th>{cells(row)}</tr>'

    def _head(self, row):
        if row.caregiver is None:
            count = sum(isinstance(item, Shown) for cell in row.days for item in cell)
            words = ngettext("%(count)s visit", "%(count)s visits", count) % {"count": count}
            return f"<b>{escape(_('Unassigned'))}</b><small>{escape(words)}</small>"
        person = row.caregiver
        words = [self.levels[person.level]] if person.level is not None else []
        notes = [escape(word) for word in words] + self._load(row)
        name = f'<a href="{self.people}{person.pk}/">{escape(person)}</a>'
        tired = f'<small class="over">▲ {self.tired_word}</small>' if self._is_tired(row) else ""
        return f"{name}<small>{' · '.join(notes)}</small>{tired}"

    def _is_tired(self, row):
        return self.view == "week" and len(row.worked) > DAYS_IN_A_ROW

    def _load(self, row):
        """Hours of the week against what the law asks, and days of living in."""
        if self.view != "week":
            return [escape(_("%(hours)s h") % {"hours": f"{row.minutes / 60:g}"})]
        notes = []
        limit, hours = WEEK_HOURS[row.caregiver.employment], row.minutes / 60
        if row.lives_in:
            days = len(row.worked)
            notes.append(escape(ngettext("lives in, %(n)s day", "lives in, %(n)s days", days) % {"n": days}))
        if row.minutes or not row.lives_in:
            text = escape(_("%(hours)s h") % {"hours": f"{hours:g}/{limit}"})
            notes.append(f'<span class="over">▲ {text}</span>' if hours > limit else text)
        return notes

    def _week(self, row):
        """Seven cells; whoever lives in has the days between marked as rest."""
        first = min(row.worked, default=0)
        rest = f'<span class="rest">{self.rest_word}</span>' if row.lives_in else ""
        return "".join(
            f"<td{self._looks(row, day)}>{''.join(map(self._item, cell)) or rest * (place >= first)}</td>"
            for place, (day, cell) in enumerate(zip(self.days, row.days, strict=True))
        )

    def _looks(self, row, day):
        names = ["today"] if day == self.today else []
        if self.holidays[day]:
            names.append("holiday")
        if row.ready and day.isoweekday() not in row.ready:
            return f' class="{" ".join([*names, "off"])}" title="{self.day_off}"'
        return f' class="{" ".join(names)}"' if names else ""

    def _item(self, item, place=""):
        if isinstance(item, Absence):
            return f'<span class="chip chip-absence{place}">{escape(self.kinds[item.kind])}</span>'
        link, seen = f"{self.visits}{item.pk}/", ""
        if self.may_edit and item.state == "planned":
            seen = f' data-seen="{item.seen}"'
            if item.caregiver_id is None:
                link += "assign/"
        starts, times, lasts = self.clock(item.start, item.end)
        return (
            f'<a class="chip chip-{item.chip}{place}" id="v{item.pk}" href="{link}"{seen} title="{self.safe(item.client)} {times}">'
            f"<time>{starts}</time>{self.safe(item.salutation)} {lasts}h{self.marks[item.chip]}</a>"
        )

    def _lane(self, row):
        """One day as a lane of quarters of an hour; what overlaps stacks by itself."""
        day = self.span.first
        chips = [self._item(item, self._at(item)) for item in row.days[0]]
        off = ""
        if row.ready:
            hours = row.ready.get(day.isoweekday())
            words = f"{hours[0]:%H:%M}–{hours[1]:%H:%M}" if hours else self.day_off
            off = f'<span class="ready">{words}</span>'
        shut = " off" if row.ready and day.isoweekday() not in row.ready else ""
        return f'<td class="lane-cell{shut}"><div class="lane">{"".join(chips)}</div>{off}</td>'

    def _at(self, item):
        if isinstance(item, Absence):
            starts, ends = item.period.lower.timestamp(), item.period.upper.timestamp()
        else:
            starts, ends = item.start, item.end
        opens = self.span.period[0].timestamp() + DAY_FROM * 3600
        begin, end = round((starts - opens) / 900), round((ends - opens) / 900)
        begin = min(max(begin, 0), QUARTERS - LEAST_WIDTH)
        width = max(min(end, QUARTERS) - begin, LEAST_WIDTH)
        return f" q{begin + 1} w{width}"

    def _month(self, row):
        cells = []
        for day, cell in zip(self.days, row.days, strict=True):
            visits = [item for item in cell if isinstance(item, Shown)]
            hours = sum(item.minutes for item in visits) / 60
            looks = self._looks(row, day)
            if not visits:
                away = f'<span class="away">{self.leave_word}</span>' if cell else ""
                cells.append(f"<td{looks}>{away}</td>")
                continue
            shade = "waiting" if row.caregiver is None else f"load-{sum(hours > limit for limit in LOADS) + 1}"
            words = f"{len(visits)}" if row.caregiver is None else f"{hours:.1f}".removesuffix(".0")
            link = f"{self.rota}?view=day&amp;day={day:%Y-%m-%d}"
            what = ngettext("%(count)s visit", "%(count)s visits", len(visits)) % {"count": len(visits)}
            cells.append(f'<td{looks}><a class="load {shade}" href="{link}" title="{escape(what)}">{words}</a></td>')
        return "".join(cells)


def _texts(choices):
    """Labels in the reader's language, looked up once a page."""
    return {value: str(label) for value, label in choices.choices}


def _clock(start: int, end: int) -> tuple[str, str, str]:
    """When it begins, from when until when, and how many hours that is, in words."""
    starts, ends = (f"{dt.datetime.fromtimestamp(moment, CHINA):%H:%M}" for moment in (start, end))
    return starts, f"{starts}–{ends}", f"{(end - start) / 3600:.1f}".removesuffix(".0")
