"""Template tags of printed papers: amounts in words, ticked boxes, blanks, dates, codes, pictures."""

import base64
import datetime as dt
from decimal import Decimal

import segno
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe

register = template.Library()

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ["", "拾", "佰", "仟"]
GROUPS = ["", "万", "亿", "万亿"]
WHOLE = 18  # a shorter entry is not broken between two lines
BOXES = {True: "☑", False: "□"}


@register.filter
def capital_amount(amount: Decimal | str | int) -> str:
    """An amount as cheques and contracts write it: 1980 -> 人民币壹仟玖佰捌拾元整."""
    fen = int((Decimal(amount) * 100).to_integral_exact())
    if fen < 0 or fen != Decimal(amount) * 100:
        raise ValueError("an amount on paper is not negative and has at most two decimals")
    yuan, jiao, fen = fen // 100, fen // 10 % 10, fen % 10
    words = f"{_capital_integer(yuan)}元" if yuan or not (jiao or fen) else ""
    if jiao:
        words += f"{DIGITS[jiao]}角"
    if fen:
        words += ("零" if yuan and not jiao else "") + f"{DIGITS[fen]}分"
    return f"人民币{words}{'' if fen else '整'}"


def _capital_integer(number: int) -> str:
    if number == 0:
        return DIGITS[0]
    groups = []
    while number:
        number, group = divmod(number, 10000)
        groups.append(group)
    words, gap = "", False
    for index in range(len(groups) - 1, -1, -1):
        if not groups[index]:
            gap = bool(words)
            continue
        if words and (gap or groups[index] < 1000):
            words += DIGITS[0]
        words += _capital_group(groups[index]) + GROUPS[index]
        gap = False
    return words


def _capital_group(group: int) -> str:
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            words += (DIGITS[0] if gap and words else "") + DIGITS[digit] + PLACES[place]
        gap = not digit
    return words


@register.filter
def yuan(amount: Decimal | str) -> str:
    """1980 -> ¥1,980.00, -30 -> -¥30.00"""
    amount = Decimal(amount)
    return f"{'-' * (amount < 0)}¥{abs(amount):,.2f}"


@register.simple_tag
def box(value, wanted=True) -> str:
    """{% box terms.mode "employee" %}: ☑ when both are equal (or the one value is true), else □."""
    ticked = bool(value) if wanted is True else value == wanted
    return format_html('<span class="box">{}</span>', BOXES[ticked])


@register.simple_tag
def blank(value="", size="") -> str:
    """A filled-in blank, or an empty line to write on: size "short", "" or "long"."""
    if value in ("", None):
        return format_html('<span class="blank empty {}"></span>', size)
    whole = " whole" if len(str(value)) <= WHOLE else ""
    return format_html('<span class="blank{}">{}</span>', whole, value)


@register.filter
def zh_date(value: dt.date | dt.datetime | str | None) -> str:
    """2026年11月23日, also from ISO text; an empty date leaves room for handwriting."""
    if not value:
        return "　　年　　月　　日"
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value.year}年{value.month}月{value.day}日"


@register.filter
def zh_time(value: dt.datetime | None) -> str:
    """2026年11月23日 14:05 in local time."""
    return f"{zh_date(value)} {timezone.localtime(value):%H:%M}" if value else zh_date(value)


@register.simple_tag
def qr(text: str, alt: str) -> str:
    """A QR code as an image of its own, sharp at any size."""
    uri = segno.make(text, error="m", micro=False).svg_data_uri(border=0, omitsize=True, svgclass=None, lineclass=None)
    return format_html('<img src="{}" alt="{}">', uri, alt)


@register.filter
def picture(stored_file) -> str:
    """The content of a stored image as a data URI: a paper fetches nothing."""
    with stored_file.file.open("rb") as file:
        content = base64.b64encode(file.read()).decode()
    return mark_safe(f"data:{stored_file.content_type};base64,{content}")  # noqa: S308 -- checked when it was stored
