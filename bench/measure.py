"""How a figure is taken and printed."""

import os
import statistics
import time
from collections.abc import Callable

import psycopg
from django.test import Client as Browser

from agencies.models import Agency, Membership

COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def median(function: Callable, tries: int = 9) -> float:
    """Median seconds of several runs, the first thrown away."""
    function()
    times = []
    for _try in range(tries):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def vacuum() -> None:
    """What autovacuum does within a minute: tell the planner what the tables hold and which pages all may see."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE)")


def report(what: str, value: str, basis: str, goal: str) -> None:

    print(f"{what:<58} {value:>12}   {basis:<42} goal {goal}", flush=True)


def browser_of(agency: Agency) -> Browser:
    browser = Browser()
    browser.force_login(Membership.objects.get(agency=agency).user)
    return browser


def selects(captured) -> list[str]:
    return [query["sql"] for query in captured if query["sql"].lstrip().startswith(COUNTED)]
