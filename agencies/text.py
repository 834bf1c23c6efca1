"""Text as people type it: cleaned, and spelt for the search box."""

import unicodedata

from pypinyin import Style, lazy_pinyin

# Surnames that read otherwise than the character does elsewhere.
SURNAMES = {
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "曾": "zeng",
    "任": "ren",
    "华": "hua",
    "朴": "piao",
    "盖": "ge",
    "覃": "qin",
    "翟": "zhai",
    "缪": "miao",
    "乐": "yue",
    "洗": "xian",
    "折": "she",
    "员": "yun",
    "黑": "he",
    "秘": "bi",
    "种": "chong",
    "繁": "po",
    "召": "shao",
    "尉迟": "yuchi",
    "万俟": "moqi",
}


def clean_text(text: str) -> str:
    """Composed characters, no control characters but line breaks, no space around."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c for c in composed if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def has_control_characters(text: str) -> bool:
    return any(c not in "\r\n\t" and unicodedata.category(c) in ("Cc", "Cs") for c in text)


def pinyin_of(name: str) -> str:
    """A name as the search box finds it: "lishuzhen lsz"."""
    surname = next((s for s in (name[:2], name[:1]) if s in SURNAMES), "")
    rest = lazy_pinyin(name[len(surname) :], style=Style.NORMAL)
    syllables = ([SURNAMES[surname]] if surname else []) + rest
    initials = "".join(s[0] for s in syllables if s)
    return f"{''.join(syllables)} {initials}".lower()[:200]
