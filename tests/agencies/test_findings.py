"""Findings in people's words."""

import datetime as dt

import pytest
from django.utils import translation

from agencies.findings import text_of
from agencies.standard import Finding

AGE = "Is %(age)s, younger than %(limit)s."
EXPIRED = "The health certificate is good until %(on)s."


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (Finding("4.2.2.2 b", "too_young", AGE, {"age": 17, "limit": 18}), "Is 17, younger than 18. (4.2.2.2 b)"),
        (
            Finding("4.2.1 c", "health_expired", EXPIRED, {"on": dt.date(2026, 11, 20)}, about="王 0007"),
            "王 0007: The health certificate is good until 2026-11-20. (4.2.1 c)",
        ),
        (
            Finding("6", "level_too_low", "The work needs a higher level (%(level)s).", {"level": 2}),
            "The work needs a higher level (Two stars). (6)",
        ),
        (Finding("5", "items", "Not allowed: %(names)s.", {"names": ["给药", "饮食"]}), "Not allowed: 给药, 饮食. (5)"),
        (Finding("PIPL 29", "consent", "The consent is missing."), "The consent is missing. (PIPL 29)"),
    ],
)
def test_a_finding_is_a_sentence_with_its_clause(finding, text):
    assert text_of(finding) == text
