"""Visits as an iCalendar text (RFC 5545) that phones and calendars read; times in UTC, lines folded at 75 octets."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

LINE = 75  # octets, the end of the line left out
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True)
class Event:
    """One visit: a name that stays the same, half-open times, what is shown, when it was changed last."""

    uid: str
    starts: dt.datetime
    ends: dt.datetime
    summary: str
    changed: dt.datetime
    url: str = ""


def calendar(name: str, events: Iterable[Event]) -> str:
    """The whole text; a calendar asks for it again every hour."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//carecenter//rota//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{_text(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"]
    for event in events:
        lines += ["BEGIN:VEVENT", f"UID:{event.uid}", f"DTSTAMP:{_utc(event.changed)}", f"DTSTART:{_utc(event.starts)}"]
        lines += [f"DTEND:{_utc(event.ends)}", f"SUMMARY:{_text(event.summary)}"]
        lines += [f"URL:{event.url}"] if event.url else []
        lines += ["END:VEVENT"]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _utc(moment):
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value):
    return value.translate(ESCAPES)


def _folded(line):
    """Long lines go on after a blank, cut between characters, never inside one."""
    parts, part, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > LINE:
            parts.append(part)
            part, size = " ", 1
        part, size = part + character, size + width
    return "\r\n".join([*parts, part])
