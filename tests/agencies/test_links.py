"""Signed links: good for one row, one purpose, one version and one agency; anything else is worth nothing."""

import pytest

from agencies.links import make_token, read_token
from agencies.tenancy import agency_context


@pytest.fixture
def token(in_maple):
    return make_token("survey", 12, 3)


def test_a_token_gives_back_what_it_was_made_for(token):
    assert read_token("survey", token) == (12, 3)


def test_a_token_is_worthless_for_another_agency(token, birch):
    with agency_context(birch):
        assert read_token("survey", token) is None
        assert make_token("survey", 12, 3) != token


def test_a_token_is_worthless_for_another_purpose_row_or_version(token, in_maple):
    assert read_token("badge", token) is None
    _row, signature = token.split("~")
    for other in ("13-3", "12-4", "12", "12-3-1", "x-3"):
        assert read_token("survey", f"{other}~{signature}") is None


@pytest.mark.parametrize("cut", ["", "~", "12-3", "12-3~", "12-3~x", "客户~签名"])
def test_a_mistyped_token_is_nothing(in_maple, cut):
    assert read_token("survey", cut) is None
