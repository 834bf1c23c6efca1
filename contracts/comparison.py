"""Two versions of a text side by side, in words: what stands in each, with the words that differ marked."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from contracts import paper_words as words
from contracts.clauses import EXTRA, standard_blocks
from contracts.terms import CHANGES

Piece = tuple[str, bool]  # words, and whether they differ from the other side
WORD = re.compile(r"[0-9A-Za-z.,:%¥–—-]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """One subject: what it is called, and how each version says it."""

    what: str
    was: list[Piece]
    now: list[Piece]

    @property
    def differs(self) -> bool:
        return any(changed for _text, changed in [*self.was, *self.now])


def compare(subjects: Iterable[tuple[str, str, str]]) -> list[Row]:
    """(subject, text before, text after) -> rows; a number or a Latin word counts as one word, else each sign."""
    return [Row(what, *_pieces(was, now)) for what, was, now in subjects if was or now]


def _pieces(was, now):
    old, new = WORD.findall(was), WORD.findall(now)
    before, after = [], []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if b > a:
            before.append(("".join(old[a:b]), tag != "equal"))
        if d > c:
            after.append(("".join(new[c:d]), tag != "equal"))
    return before, after


def agreement_subjects(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Everything that two versions of an agreement may say differently, in the order of the paper."""
    subjects = [(what, str(read(old)), str(read(new))) for what, read in [*CHANGES, *FURTHER]]
    titles = {code: title for code, title, _text in standard_blocks(new["mode"])}
    for code, title in titles.items():
        subjects.append((title.partition("（每行")[0], _block(old, code), _block(new, code)))
    return subjects


def _block(terms, code):
    if code == EXTRA:
        return "\n".join(terms.get("extra", []))
    return terms.get("blocks", {}).get(code, "")


def _plan(name: str) -> Callable[[dict[str, Any]], str]:
    return lambda terms: terms["plan"][name]


def _lines(terms):
    return "\n".join(
        "　".join(filter(None, [line["item"], line["days"], line["time"], line["note"]]))
        for line in terms["plan"]["lines"]
    )


def _prices(terms):
    return "\n".join(f"{row['name']} {words.yuan(row['amount'])} {row['unit']}" for row in terms["prices"]["rows"])


def _condition(terms):
    condition = terms["condition"]
    told = "；".join(condition[name] for name in ("illnesses", "medicines", "allergies", "risks") if condition[name])
    return f"{condition['level']}，{words.SELF_CARE[condition['self_care']]}。{told}"


# What the list of changes of an amendment leaves out.
FURTHER = [
    ("服务期限起始日", lambda t: words.day(t["service"]["starts_on"])),
    ("试用期", lambda t: f"{t['service']['trial_days']} 日" if t["service"]["trial_days"] else "不设"),
    ("身体状况", _condition),
    ("方案：项目、频次和要求", _lines),
    ("方案：服务方式", _plan("mode")),
    ("方案：服务流程", _plan("procedure")),
    ("方案：设施设备和工具", _plan("equipment")),
    ("方案：注意事项", _plan("cautions")),
    ("价目表", _prices),
    ("文本版本", lambda t: f"{t['edition']}　条款 {t['template']['version']}"),
]
