"""Template tags and filters of every page: addresses, icons, states, masked values, times, money."""

import functools
import re
from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies import privacy
from agencies.links import office_url
from agencies.tenancy import current_agency

register = template.Library()

ICONS = settings.BASE_DIR / "node_modules/@tabler/icons/icons/outline"

# How a state looks. Never by colour alone: sign and word stand beside it. What is not named is quiet.
TONES = {
    "wrong": [
        "reported",
        "missed",
        "failed",
        "unreachable",
        "dissatisfied",
        "forbid",
        "serious",
        "late",
        "expired",
        "red",
        "rejected",
        "lost",
        *("none", "not_fit"),
    ],
    "waiting": [
        *("signing", "queued", "due", "received", "unassigned", "suspended"),
        *(
            "onboarding",
            "warn",
            "fair",
            "replied",
            "missing",
            "near",
            "now",
            "yellow",
            "submitted",
            "appraised",
            "waiting",
            "checked",
            "partly",
            "founded",
        ),
    ],
    "running": ["in_hand", "in_force", "in_progress", "active", "running", "accepted", "open", "current", "eligible"],
    "done": [
        "done",
        "settled",
        "ready",
        "sent",
        "published",
        "agreed",
        "filed",
        "very_satisfied",
        "satisfied",
        "green",
        "granted",
        "upheld",
        *("held", "good", "excellent", "fit", "approved"),
    ],
}
SIGNS = {"wrong": "●", "waiting": "▲", "running": "◐", "done": "✓", "quiet": "○"}
WEEKDAYS = [
    *(gettext_lazy("Mon"), gettext_lazy("Tue"), gettext_lazy("Wed"), gettext_lazy("Thu")),
    *(gettext_lazy("Fri"), gettext_lazy("Sat"), gettext_lazy("Sun")),
]
_tone_of = {value: tone for tone, values in TONES.items() for value in values}


@functools.cache
def _svg(name: str) -> str:
    drawing = (ICONS / f"{name}.svg").read_text()
    lines = "".join(re.findall(r"<(?!svg|path stroke=\"none\")\w[^>]*/>", drawing))
    return (
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        f' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{lines}</svg>'
    )


@register.simple_tag
def icon(name: str) -> str:
    """{% icon "phone" %}: a Tabler icon as inline SVG, hidden from screen readers; an unknown name raises."""
    return mark_safe(_svg(name))  # noqa: S308 -- our own pinned package


@register.simple_tag
def office(name: str, *args, **kwargs) -> str:
    """{% office "client_file" client.pk %}: path of an office page of the open agency."""
    return office_url(name, *args, **kwargs)


@register.simple_tag
def public(name: str, *args) -> str:
    """{% public "public:agency" %}: path of a public page of the open agency."""
    return reverse(name, args=[current_agency().slug, *args])


@register.simple_tag
def state(value: str, label: str) -> str:
    """{% state visit.state visit.get_state_display %}: a pill with sign and word."""
    return _pill(value, conditional_escape(label))


@functools.lru_cache(maxsize=1000)
def _pill(value, label):
    tone = _tone_of.get(value, "quiet")
    return format_html(
        '<span class="state state-{}"><span aria-hidden="true">{}</span> {}</span>', tone, SIGNS[tone], label
    )


@register.simple_tag
def chip(url: str, time: str, text: str, value: str = "", label: str = "") -> str:
    """{% chip url "08:30" "李* · 2 h" visit.state visit.get_state_display %}: one visit or absence in the rota."""
    inner = format_html(
        '<time>{}</time> {} <span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>',
        *(time, text, SIGNS[_tone_of[value]] if value in _tone_of else "", label),
    )
    if not url:
        return format_html('<span class="chip chip-{}">{}</span>', value, inner)
    return format_html('<a class="chip chip-{}" href="{}">{}</a>', value, url, inner)


@register.simple_tag
def definition(text: str) -> str:
    """{% definition _("Answers of 4 or 5 among all answers.") %}: how a figure is counted, opened by a click."""
    return format_html(
        '<details class="definition"><summary>{}</summary><p>{}</p></details>', _("How it is counted"), text
    )


@register.simple_tag
def sparkline(values: Sequence[float], label: str) -> str:
    """{% sparkline figures _("Satisfaction, last six months") %}: a small line beside its number."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    step, height = 232 / (len(values) - 1), 32 / ((high - low) or 1)
    points = [(4 + i * step, 36 - (value - low) * height) for i, value in enumerate(values)]
    return format_html(
        '<svg class="sparkline" viewBox="0 0 240 40" preserveAspectRatio="xMinYMid" role="img" aria-label="{}"><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="3.5"/></svg>',
        f"{label}: {', '.join(f'{value:g}' for value in values)}",
        " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        *(f"{coordinate:.1f}" for coordinate in points[-1]),
    )


@register.simple_block_tag
def page_head(content: SafeString, title: str, lead: str = "") -> str:
    """{% page_head title lead %}buttons{% endpage_head %}: title, a line of what it counts, actions at the right."""
    actions = mark_safe(content.strip())  # noqa: S308 -- a rendered block of our own template
    return render_to_string("ui/page_head.html", {"title": title, "lead": lead, "actions": actions})


@register.simple_block_tag
def card(content: SafeString, title: str, url: str = "", link: str = "", kind: str = "body") -> str:
    """{% card title url link %}...{% endcard %}: a titled box with a link at the right; kind="table" without padding."""
    context = {"title": title, "url": url, "link": link, "kind": kind, "content": content}
    return render_to_string("ui/card.html", context)


@register.filter
def money(amount: Decimal | None) -> str:
    """1980 -> ¥1,980.00, -30 -> -¥30.00"""
    return "" if amount is None else f"{'-' * (amount < 0)}¥{abs(amount):,.2f}"


@register.filter
def day(moment) -> str:
    """A date with its weekday: 11月23日 周一; with the year when it is another one."""
    if moment is None:
        return ""
    local = timezone.localtime(moment).date() if hasattr(moment, "hour") else moment
    form = "MONTH_DAY_FORMAT" if local.year == timezone.localdate().year else "DATE_FORMAT"
    return f"{date_format(local, form)} {WEEKDAYS[local.weekday()]}"


@register.filter
def period(value) -> str:
    """A half-open range of moments: 08:30–10:30, with a word when it ends on another day."""
    if value is None:
        return ""
    start, end = timezone.localtime(value.lower), timezone.localtime(value.upper)
    days = (end.date() - start.date()).days
    later = "" if not days else _("next day ") if days == 1 else f"{date_format(end, 'MONTH_DAY_FORMAT')} "
    return f"{start:%H:%M}–{later}{end:%H:%M}"


@register.filter
def duration(value, form: str = "") -> str:
    """Length of a range in hours: 2 小时; with :"short" for tight places 2h."""
    minutes = (value.upper - value.lower).total_seconds() / 60
    return f"{minutes / 60:.1f}".removesuffix(".0") + "h" if form == "short" else hours(minutes)


@register.filter
def hours(minutes: float | None) -> str:
    """Minutes as hours: 90 -> 1.5 h."""
    return "" if minutes is None else _("%(hours)s h") % {"hours": f"{minutes / 60:.1f}".removesuffix(".0")}


register.filter("mask_name", privacy.mask_name)
register.filter("mask_phone", privacy.mask_phone)
register.filter("mask_identity", privacy.mask_identity)
register.filter("mask_address", privacy.mask_address)


@register.filter
def problem_count(errors: dict) -> int:
    """{{ form.errors|problem_count }}: places to mend; what belongs to no field is a place of its own."""
    return sum(len(found) if name == NON_FIELD_ERRORS else 1 for name, found in errors.items())
