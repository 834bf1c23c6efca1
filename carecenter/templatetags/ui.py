"""Template tags and filters of every page: addresses, icons, states, masked values, times, money."""

import functools
import re
from decimal import Decimal

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from agencies import privacy
from agencies.links import office_url
from agencies.tenancy import current_agency

register = template.Library()

ICONS = settings.BASE_DIR / "node_modules/@tabler/icons/icons/outline"

# How a state looks: wrong ●, waiting ▲, running, done ✓, quiet. Never by colour alone: sign and word stand beside it.
TONES = {
    "wrong": ["missed", "failed", "unreachable", "dissatisfied", "forbid", "serious", "late", "expired"],
    "waiting": [
        "signing",
        "queued",
        "due",
        "received",
        "unassigned",
        "suspended",
        "onboarding",
        "warn",
        "fair",
        "replied",
    ],
    "running": ["in_force", "in_progress", "active", "running", "accepted", "open", "current"],
    "done": ["done", "ready", "sent", "published", "agreed", "filed", "very_satisfied", "satisfied"],
}
SIGNS = {"wrong": "●", "waiting": "▲", "running": "◐", "done": "✓", "quiet": "○"}
_tone_of = {value: tone for tone, values in TONES.items() for value in values}


@functools.cache
def _svg(name: str) -> str:
    text = (ICONS / f"{name}.svg").read_text()
    body = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).strip()
    return (
        re.sub(r'class="[^"]*"', 'class="icon" aria-hidden="true" focusable="false"', body, count=1)
        if ("class=" in body)
        else body.replace("<svg", '<svg class="icon" aria-hidden="true" focusable="false"', 1)
    )


@register.simple_tag
def icon(name: str) -> str:
    """{% icon "phone" %}: a Tabler icon as inline SVG, hidden from screen readers."""
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
    tone = _tone_of.get(value, "quiet")
    return format_html(
        '<span class="state state-{}"><span aria-hidden="true">{}</span> {}</span>', tone, SIGNS[tone], label
    )


@register.filter
def money(amount: Decimal | None) -> str:
    """1980 -> ¥1,980.00"""
    return "" if amount is None else f"¥{amount:,.2f}"


@register.filter
def day(moment) -> str:
    """A date with its weekday: 11月23日 周一."""
    if moment is None:
        return ""
    local = timezone.localtime(moment).date() if hasattr(moment, "hour") else moment
    return f"{date_format(local, 'MONTH_DAY_FORMAT')} {date_format(local, 'D')}"


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
def duration(value) -> str:
    """Length of a range in hours: 2 h, 1.5 h."""
    hours = (value.upper - value.lower).total_seconds() / 3600
    return _("%(hours)s h") % {"hours": f"{hours:.1f}".removesuffix(".0")}


register.filter("mask_name", privacy.mask_name)
register.filter("mask_phone", privacy.mask_phone)
register.filter("mask_identity", privacy.mask_identity)
register.filter("mask_address", privacy.mask_address)
