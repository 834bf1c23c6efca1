"""Nothing personal and no token in the log."""

import io
import json
import logging

import pytest
from django.db import IntegrityError

from carecenter.logs import WithoutValues, line

SECRET = "370102197503071235"


@pytest.fixture
def log():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(line(as_json=True))
    handler.addFilter(WithoutValues())
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.read = lambda: json.loads(stream.getvalue())
    yield logger
    logger.removeHandler(handler)


def test_exception_tells_kind_and_place_without_its_text(log):
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise IntegrityError(f"Key (identity)=({SECRET})") from error
    except IntegrityError:
        log.exception("Internal Server Error: %s", "/kangze/clients/")
    told = log.read()
    assert SECRET not in json.dumps(told)
    assert told["event"] == "Internal Server Error: /kangze/clients/"
    assert told["exception"].startswith("IntegrityError ")
    assert " <- KeyError " in told["exception"]
    assert "test_logs.py:" in told["exception"]


def test_celery_line_has_no_text_of_the_exception(log):
    context = {"name": "plan_visits", "exc": f"IntegrityError('{SECRET}')", "traceback": SECRET}
    try:
        raise IntegrityError(SECRET)
    except IntegrityError:
        log.exception("Task %(name)s raised: %(exc)s", context)
    assert log.read()["event"] == "Task plan_visits raised: IntegrityError"
    assert SECRET not in json.dumps(log.read())


def test_tokens_of_links_are_cut(log):
    log.warning("Not Found: %s, %s", "/p/kangze/sign/MTp0b2tlbjp4eXo/client/", "/me/training/here/1-29~b2tlbjp4eXo/")
    assert log.read()["event"] == "Not Found: /p/kangze/sign/…/client/, /me/training/here/…/"
