"""Identity papers, company codes and phone numbers. The numbers are test values or invented."""

import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from agencies.identity import (
    birth_date_of,
    check_digit,
    credit_code_problems,
    identity_problems,
    normalise_identity,
    normalise_phone,
    phone_problems,
    sex_of,
)

TODAY = dt.date(2026, 11, 23)
DIGITS, BIRTH, CHECK = "18 digits", "date of birth", "last digit does not fit"


def problems(kind, number):
    with translation.override("en"):
        return [str(problem) for problem in identity_problems(kind, number, today=TODAY)]


def numbered(first_17):
    return first_17 + check_digit(first_17)


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        numbered("99999919491231002"),  # an area code no list knows
        numbered("37010220261123001"),  # born today
        numbered("37010219000101001"),
        numbered("37010220000229001"),
    ],
)
def test_resident_numbers_that_stand(number):
    assert problems("resident", number) == []


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("11010519491231002", [DIGITS]),
        ("11010519491231002XX", [DIGITS]),
        ("1101051949123100２X", [DIGITS]),
        ("11010519491231002x", [DIGITS]),
        ("", [DIGITS]),
        ("110105194912310021", [CHECK]),
        (numbered("37010220261124001"), [BIRTH]),  # tomorrow
        (numbered("37010218991231001"), [BIRTH]),
        (numbered("37010220010229001"), [BIRTH]),
        (numbered("37010220011301001"), [BIRTH]),
        ("370102200102290019", [BIRTH, CHECK]),  # both at once
    ],
)
def test_resident_numbers_and_everything_wrong_with_them(number, found):
    texts = problems("resident", number)
    assert len(texts) == len(found)
    assert all(part in text for part, text in zip(found, texts, strict=True))


@pytest.mark.parametrize(
    ("kind", "number", "count"),
    [
        ("hmt_residence", numbered("81000019900101001"), 0),
        ("hmt_residence", numbered("83000019900101001"), 0),
        ("hmt_residence", "11010519491231002X", 1),
        ("hmt_residence", numbered("84000019900101001"), 1),
        ("foreign_residence", numbered("91128419900101001"), 0),
        ("foreign_residence", "CAN110085010101", 0),
        ("foreign_residence", "CAN1100850101", 1),
        ("foreign_residence", "11010519491231002X", 1),
        ("passport", "E12345678", 0),
        ("passport", "E123", 1),
        ("passport", "E1234-678", 1),
        ("passport", "E" * 20, 0),
        ("passport", "E" * 21, 1),
    ],
)
def test_other_papers(kind, number, count):
    assert len(problems(kind, number)) == count


@given(st.dates(dt.date(1900, 1, 1), TODAY), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_mistyped_digit_is_always_found(birth, sequence, place, step):
    number = numbered(f"370102{birth:%Y%m%d}{sequence:03}")
    assert problems("resident", number) == []
    wrong = str((int(number[place]) + step) % 10)
    assert problems("resident", number[:place] + wrong + number[place + 1 :])


@given(st.text(max_size=20))
def test_any_text_gets_an_answer(text):
    for kind in ("resident", "hmt_residence", "foreign_residence", "passport"):
        identity_problems(kind, normalise_identity(text), today=TODAY)
    phone_problems(normalise_phone(text))
    credit_code_problems(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 110105 19491231 002x ", "11010519491231002X"),
        ("１１０１０５19491231002Ｘ", "11010519491231002X"),
        ("110105-19491231-002X", "11010519491231002X"),
        ("\u202d11010519491231002X\u202c", "11010519491231002X"),
    ],
)
def test_identity_numbers_are_brought_into_one_form(typed, kept):
    assert normalise_identity(typed) == kept


def test_a_number_says_birth_and_sex():
    assert birth_date_of("11010519491231002X") == dt.date(1949, 12, 31)
    assert birth_date_of("370102200102290019") is None
    assert sex_of("11010519491231002X") == "female"
    assert sex_of(numbered("37010219800101013")) == "male"


@pytest.mark.parametrize(
    ("code", "stands"),
    [
        ("91350100M000100Y43", True),
        ("91110000600037341L", True),
        ("91110000600037341M", False),
        ("91110000600037341l", False),
        ("9111000060003734IL", False),  # there is no letter I
        ("9111000060003734L", False),
        ("91110000600037341LL", False),
    ],
)
def test_credit_codes(code, stands):
    assert (credit_code_problems(code) == []) is stands


@pytest.mark.parametrize(
    ("typed", "kept", "stands"),
    [
        ("13800000001", "13800000001", True),
        ("+86 138-0000-0001", "13800000001", True),
        ("0086 13800000001", "13800000001", True),
        ("１３８０００００００１", "13800000001", True),
        ("\u202d138 0000 0001\u202c", "13800000001", True),
        ("19900000001", "19900000001", True),
        ("12800000001", "12800000001", False),
        ("1380000000", "1380000000", False),
        ("138000000011", "138000000011", False),
        ("0531-80000000", "0531-80000000", True),
        ("0531－80000000", "0531-80000000", True),
        ("（0531）80000000", "0531-80000000", True),
        ("053180000000", "053180000000", True),
        ("010-8000000-12", "010-8000000-12", True),
        ("0531-800000", "0531-800000", False),
        ("400-800-1234", "400-800-1234", True),
        ("12345", "12345", True),
        ("12", "12", False),
        ("phone", "phone", False),
    ],
)
def test_phones(typed, kept, stands):
    assert normalise_phone(typed) == kept
    assert (phone_problems(kept) == []) is stands
