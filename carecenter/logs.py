"""Log lines hold ids, never names: tokens of links are cut, and of an exception only its kind and places are told."""

import logging
import re
import sys
import traceback

import structlog

TOKEN = re.compile(r"((?:/p/[^/\s]+/[a-z-]+|/me/training/here)/)[^/\s\"?]{8,}")


class WithoutValues(logging.Filter):
    """Takes the text of an exception out of Celery's lines: the database puts whole rows into it."""

    def filter(self, record):
        if isinstance(record.args, dict) and "exc" in record.args:
            kind = record.exc_info[0].__name__ if record.exc_info else "…"
            record.args = {**record.args, "exc": kind, "traceback": ""}
        return True


def cut_tokens(_logger, _name, event):
    event["event"] = TOKEN.sub(r"\1…", str(event["event"]))
    return event


def kinds_and_places(_logger, _name, event):
    """Replace exc_info by the kinds of the exceptions and the lines they went through."""
    exc_info = event.pop("exc_info", None)
    if exc_info:
        error = sys.exc_info()[1] if exc_info is True else exc_info[1] if isinstance(exc_info, tuple) else exc_info
        event["exception"] = " <- ".join(_told(error)) if error else ""
    return event


def _told(error):
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        yield " ".join([type(error).__name__, *(f"{frame.filename}:{frame.lineno}" for frame in frames[-8:])])
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def line(*, as_json: bool = False) -> structlog.stdlib.ProcessorFormatter:
    """The formatter of every handler: one line a record, for people or as JSON."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            kinds_and_places,
            cut_tokens,
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if as_json
            else structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
        ],
    )
