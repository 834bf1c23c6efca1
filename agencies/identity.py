"""Identity papers, company codes and phone numbers: what is wrong with one, and what it says.

Problems are returned as texts for people, translated when shown.
"""

import datetime as dt
import re

from django.utils.translation import gettext_lazy as _

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def normalise_identity(number: str) -> str:
    """Upper case, no spaces."""
    return re.sub(r"\s", "", number).upper()


def identity_problems(identity_type: str, number: str, *, today: dt.date) -> list:
    """Everything wrong with an identity number; empty when it may stand (GB 11643 for resident cards).

    Area codes are not checked: those of merged counties live on in cards.
    """
    if identity_type == "passport":
        return (
            [] if re.fullmatch(r"[A-Z0-9]{5,20}", number) else [_("A passport number has 5 to 20 letters and digits.")]
        )
    if identity_type == "foreign_residence" and re.fullmatch(r"[A-Z]{3}\d{12}", number):
        return []
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return [_("An identity number has 18 digits; the last may be an X.")]
    problems = []
    birth = birth_date_of(number)
    if birth is None or birth.year < 1900 or birth > today:
        problems.append(_("Digits 7 to 14 are not a date of birth."))
    if check_digit(number) != number[17]:
        problems.append(_("The last digit does not fit the others; one digit is mistyped."))
    return problems


def check_digit(number: str) -> str:
    """The 18th digit that belongs to the first 17."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number[:17], strict=True))
    return CHECK_DIGITS[total % 11]


def birth_date_of(number: str) -> dt.date | None:
    """Date of birth in an 18-digit number; None when it has none."""
    try:
        return dt.datetime.strptime(number[6:14], "%Y%m%d").date()  # noqa: DTZ007 -- a day, not a moment
    except ValueError:
        return None


def sex_of(number: str) -> str:
    """ "male" for an odd 17th digit, else "female"."""
    return "male" if int(number[16]) % 2 else "female"


def age_on(birth_date: dt.date, day: dt.date) -> int:
    """Full years on a day; somebody born on 29 February is a year older on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def credit_code_problems(code: str) -> list:
    """What is wrong with a unified social credit code (GB 32100-2015)."""
    if not re.fullmatch(rf"[{CODE_LETTERS}]{{2}}\d{{6}}[{CODE_LETTERS}]{{10}}", code):
        return [_("A credit code has 18 digits and capital letters without I, O, S, V and Z.")]
    total = sum(CODE_LETTERS.index(letter) * pow(3, place, 31) for place, letter in enumerate(code[:17]))
    if CODE_LETTERS[-total % 31] != code[17]:
        return [_("The last place does not fit the others; one is mistyped.")]
    return []


def normalise_phone(phone: str) -> str:
    """Without +86, spaces and, in a mobile number, hyphens."""
    plain = re.sub(r"\s", "", phone).removeprefix("+86")
    mobile = plain.replace("-", "")
    return mobile if re.fullmatch(r"1[3-9]\d{9}", mobile) else plain


def phone_problems(phone: str) -> list:
    """What is wrong with a normalised phone number: mobile, landline with area code, 400 and 800, short codes."""
    if re.fullmatch(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|[48]00-?\d{3}-?\d{4}|\d{3,5}", phone):
        return []
    return [_("Enter a mobile number of 11 digits or a landline with its area code, such as 0531-80000000.")]
