"""Text as people type it: cleaned, and spelt for the search box."""

import re
import unicodedata
from collections.abc import Mapping

from pypinyin import Style, lazy_pinyin

from agencies.privacy import COMPOUND_SURNAMES

# Surnames that read otherwise than the character does elsewhere.
SURNAMES = {
    "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "曾": "zeng", "任": "ren", "华": "hua",
    "朴": "piao", "盖": "ge", "覃": "qin", "翟": "zhai", "缪": "miao", "乐": "yue", "洗": "xian", "折": "she",
    "员": "yun", "黑": "he", "秘": "bi", "种": "chong", "繁": "po", "召": "shao", "么": "yao", "薄": "bo",
    "都": "du", "祭": "zhai", "藏": "zang", "卜": "bu", "车": "che", "行": "xing", "隗": "wei", "干": "gan",
    "乐正": "yue zheng", "子车": "zi ju",
}  # fmt: skip
# Characters that read otherwise in given names than in ordinary words.
GIVEN_NAMES = {"长": "chang", "晟": "sheng", "曾": "zeng", "重": "chong"}
FULL_WIDTH_DIGITS = {ord("０") + digit: str(digit) for digit in range(10)}
JOINER = "\u200d"  # holds composed emoji together


def clean_text(text: str) -> str:
    """Composed characters, ordinary digits, no control or invisible characters but line breaks, no space around."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    kept = (c for c in composed if c in ("\n", JOINER) or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return "".join(kept).translate(FULL_WIDTH_DIGITS).strip()


def has_control_characters(text: str) -> bool:
    """Whether there is something no keyboard types, which is refused rather than dropped."""
    return any(c not in "\r\n\t" and unicodedata.category(c) in ("Cc", "Cs") for c in text)


def typed(data: Mapping[str, str], name: str, limit: int = 200) -> str:
    """A value read from a request without a form: cleaned, and cut to so many characters."""
    return clean_text(data.get(name, ""))[:limit].strip()


def pinyin_of(name: str) -> str:
    """A name as the search box finds it: "lishuzhen lsz"."""
    syllables = [word for part in _syllables(name) for word in re.findall(r"[^\W_]+", part)]
    initials = "".join(word[0] for word in syllables)
    return f"{''.join(syllables)} {initials}".strip().lower()[:200]


def _syllables(name):
    surname = name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]
    if surname.isascii():
        return lazy_pinyin(name, style=Style.NORMAL)
    head = SURNAMES[surname].split() if surname in SURNAMES else lazy_pinyin(surname, style=Style.NORMAL)
    return head + [GIVEN_NAMES.get(c) or lazy_pinyin(c, style=Style.NORMAL)[0] for c in name[len(surname) :]]
