"""Identity papers, company codes and phone numbers: what is wrong with one, and what it says.

Problems are returned as texts for people, translated when shown.
"""

import datetime as dt
import re
import unicodedata

from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric, uscc

CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MOBILE = r"1[3-9][0-9]{9}"
LANDLINE = r"0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?"
HYPHENS = dict.fromkeys(map(ord, "‐‑–—"), "-")
SERVICE_NUMBER = r"[48]00-?[0-9]{3}-?[0-9]{4}|[0-9]{3,5}"


def normalise_identity(number: str) -> str:
    """Upper case, half-width, no spaces, hyphens or invisible characters."""
    return re.sub(r"[\s-]", "", _half_width(number)).upper()


def _half_width(text):
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def identity_problems(identity_type: str, number: str, *, today: dt.date) -> list:
    """Everything wrong with a normalised identity number; empty when it may stand.

    All papers with 18 digits share the structure of GB 11643. Area codes of resident cards are not checked:
    those of merged counties live on in cards.
    """
    if identity_type == "passport":
        shape = re.fullmatch(r"[A-Z0-9]{5,20}", number)
        return [] if shape else [_("A passport number has 5 to 20 letters and digits.")]
    if identity_type == "foreign_residence" and re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
        return []  # the older form of 15 characters has no check digit known to us
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return [_("An identity number has 18 digits; the last may be an X.")]
    problems = []
    if identity_type == "hmt_residence" and not re.match(r"8[123]0000", number):
        problems.append(_("The number of this residence permit begins with 810000, 820000 or 830000."))
    if identity_type == "foreign_residence" and number[0] != "9":
        problems.append(_("The number of this card begins with 9."))
    birth = birth_date_of(number)
    if birth is None or birth.year < 1900 or birth > today:
        problems.append(_("Digits 7 to 14 are not a date of birth."))
    if check_digit(number) != number[17]:
        problems.append(_("The last digit does not fit the others; one digit is mistyped."))
    return problems


def check_digit(number: str) -> str:
    """The 18th digit that belongs to the first 17."""
    return ric.calc_check_digit(f"{number[:17]}0")


def birth_date_of(number: str) -> dt.date | None:
    """Date of birth in an 18-digit number; None when it has none."""
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str:
    """ "male" for an odd 17th digit, else "female"."""
    return "male" if int(number[16]) % 2 else "female"


def credit_code_problems(code: str) -> list:
    """What is wrong with a unified social credit code (GB 32100-2015)."""
    if not re.fullmatch(rf"[{CODE_LETTERS}]{{2}}[0-9]{{6}}[{CODE_LETTERS}]{{10}}", code):
        return [_("A credit code has 18 digits and capital letters without I, O, S, V and Z.")]
    if uscc.calc_check_digit(code) != code[17]:
        return [_("The last place does not fit the others; one is mistyped.")]
    return []


def normalise_phone(phone: str) -> str:
    """Half-width, one kind of hyphen, without +86 and spaces; a mobile number without hyphens."""
    plain = re.sub(r"\s", "", _half_width(phone)).translate(HYPHENS)
    plain = re.sub(r"^(\+|00)86-?", "", plain)
    plain = re.sub(r"^\((0[0-9]{2,3})\)-?", r"\1-", plain)
    mobile = plain.replace("-", "")
    return mobile if re.fullmatch(MOBILE, mobile) else plain


def phone_problems(phone: str) -> list:
    """What is wrong with a normalised phone number: mobile, landline with area code, 400 and 800, short codes."""
    if re.fullmatch(f"{MOBILE}|{LANDLINE}|{SERVICE_NUMBER}", phone):
        return []
    return [_("Enter a mobile number of 11 digits or a landline with its area code, such as 0531-80000000.")]
