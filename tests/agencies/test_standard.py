"""Findings, the register of clauses, the catalogue and the work forms."""

import datetime as dt
import re

import pytest

from agencies.standard import (
    CATALOGUE,
    CLAUSES,
    DURATION_TEXTS,
    WORK_FORM_BOUNDS,
    Finding,
    Rulebook,
    check_duration,
    forbidding,
    problem,
    warning,
)


@pytest.mark.parametrize(
    ("work_form", "minutes", "fits"),
    [
        ("hourly", 119, False),
        ("hourly", 120, True),
        ("hourly", 121, True),
        ("hourly", 299, True),
        ("hourly", 300, True),
        ("hourly", 301, False),
        ("day", 479, False),
        ("day", 480, True),
        ("day", 481, False),
        ("live_in", 1439, False),
        ("live_in", 1440, True),
        ("live_in", 1441, False),
    ],
)
def test_a_visit_is_as_long_as_its_work_form(work_form, minutes, fits):
    finding = check_duration(work_form, minutes)
    assert (finding is None) is fits
    assert fits or (finding.clause, str(minutes) in str(finding)) == ("3.3", True)


def test_every_work_form_has_bounds_and_words():
    assert list(WORK_FORM_BOUNDS) == list(DURATION_TEXTS) == ["hourly", "day", "live_in"]


def test_the_catalogue_names_every_item_of_the_standard():
    names = {clause: [item.name for item in CATALOGUE if item.clause == clause] for clause in ("5.1", "5.2", "5.3")}
    assert names["5.1"] == [
        *("洗衣", "做饭", "整理卫生", "居室保洁", "衣服熨烫", "陪同看病", "取药", "代为购物"),
        *("帮助清理个人卫生", "帮助大小便", "照顾睡眠", "照顾饮食", "给药"),
    ]
    assert names["5.2"] == ["按摩", "测血压", "测体温", "提醒吃药", "肢体康复"]
    assert names["5.3"] == ["读报", "聊天", "倾听", "沟通交流"]
    assert len(CATALOGUE) == len({item.code for item in CATALOGUE}) == 22


def test_only_five_items_are_for_clients_unable_to_care_for_themselves():
    codes = [item.code for item in CATALOGUE if item.unable_only]
    assert codes == ["5.1-09", "5.1-10", "5.1-11", "5.1-12", "5.1-13"]


def test_levels_and_groups_are_known():
    assert {item.code: item.level_needed for item in CATALOGUE if item.level_needed} == {
        **dict.fromkeys(["5.1-09", "5.1-10", "5.1-11", "5.1-12", "5.1-13"], 1),
        **dict.fromkeys(["5.2-01", "5.2-05"], 2),
    }
    groups = {"5.1": "living_care", "5.2": "health_care", "5.3": "psychological"}
    assert all(item.group == groups[item.clause] for item in CATALOGUE)


def test_the_register_of_clauses_is_in_order_and_complete():
    def place(number):
        return [int(part) if part.isdigit() else ord(part) for part in re.findall(r"\d+|[a-z]", number)]

    assert list(CLAUSES) == sorted(CLAUSES, key=place)
    assert all(clause.title and clause.title_en and clause.number == number for number, clause in CLAUSES.items())
    assert {item.clause for item in CATALOGUE} <= set(CLAUSES)


def test_a_rulebook_asks_the_rules_in_force_and_names_their_clause():
    rules = Rulebook()

    @rules.clause("4.2.2.2 b", until=dt.date(2027, 1, 1))
    def at_most_55(age):
        return problem("too_old", "Is %(age)s.", age=age) if age > 55 else None

    @rules.clause("4.2.2.2 b", since=dt.date(2027, 1, 1))
    def at_most_60(age):
        return problem("too_old", "Is %(age)s, past 60.", age=age) if age > 60 else None

    @rules.clause("7.2.4")
    def always_warns(age):
        return warning("careful", "Take care.")

    careful = Finding("7.2.4", "careful", "Take care.", {}, "warn")
    old = Finding("4.2.2.2 b", "too_old", "Is %(age)s.", {"age": 58})
    assert rules.findings(58, on=dt.date(2026, 12, 31)) == [old, careful]
    assert rules.findings(58, on=dt.date(2027, 1, 1)) == [careful]
    assert forbidding([old, careful]) == [old]
    assert str(old) == "Is 58. (4.2.2.2 b)"
