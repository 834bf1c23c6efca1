"""A line chart of measurements as plain coordinates: no library, no script, the table stands beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

WIDTH, HEIGHT, EDGE = 680, 180, 30
LINES = {"pressure": ("systolic", "diastolic"), "pulse": ("pulse",), "temperature": ("temperature",)}


@dataclass(frozen=True)
class Chart:
    """Lines through points, the band of what is usual, and the values at the left edge."""

    title: str
    lines: list[dict[str, Any]]
    bands: list[tuple[float, float]]
    marks: list[tuple[float, str]]
    words: str


def chart_of(name: str, rows: Sequence, limits: Mapping[str, tuple]) -> Chart | None:
    """A chart of what was measured, oldest first; None below two values."""
    columns = LINES[name]
    rows = [row for row in rows if getattr(row, columns[0]) is not None]
    if len(rows) < 2:
        return None
    ends = [float(end) for column in columns for end in limits[column]]
    values = [float(getattr(row, column)) for row in rows for column in columns]
    low, high = min(ends + values), max(ends + values)
    step = (WIDTH - 2 * EDGE) / (len(rows) - 1)

    def at(value):
        return round(HEIGHT - 15 - (float(value) - low) / (high - low) * (HEIGHT - 30), 1)

    lines = []
    for column in columns:
        points = [
            {"x": round(EDGE + place * step, 1), "y": at(getattr(row, column)), "is_outside": _is_outside(row, column)}
            for place, row in enumerate(rows)
        ]
        lines.append({"points": points, "path": " ".join(f"{p['x']},{p['y']}" for p in points)})
    bands = [(at(top), round(at(bottom) - at(top), 1)) for bottom, top in (limits[column] for column in columns)]
    marks = [(at(end), f"{end:g}") for end in sorted(set(ends))]
    words = ", ".join("/".join(f"{getattr(row, column):g}" for column in columns) for row in rows)
    return Chart(_titles()[name], lines, bands, marks, words)


def _is_outside(row, column):
    return any(code.startswith(column) for code in row.outside)


def _titles():
    return {"pressure": _("Blood pressure (mmHg)"), "pulse": _("Pulse"), "temperature": _("Temperature (°C)")}
