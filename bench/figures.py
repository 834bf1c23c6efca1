"""Every figure as a ratio, the median of several tries in this run; fails nothing by itself."""

import datetime as dt
import sys
import threading
import time

from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Agency, Membership
from agencies.tenancy import agency_context
from archive.disposal import propose_expired
from bench import rota
from bench.bare import bare_page
from bench.measure import browser_of, median, report, selects, vacuum
from carecenter.pdf import render
from carecenter.seed import insert, seed_agency
from caregivers.actions.levels import refresh_standings
from caregivers.models import Caregiver, QualityRecord, ServiceDay
from clients.models import Client
from contracts.actions.gaps import refresh_gaps
from contracts.actions.visits import assign_visit
from contracts.models import Agreement, Visit
from supervision.actions.return_visits import create_due_calls

FULL = "--full" in sys.argv
SMALL, LARGE, CALLS, RECORDS = (1000, 100_000, 200_000, 1_000_000) if FULL else (1000, 20_000, 20_000, 100_000)
ROUNDS, FIGHTERS = 500 if FULL else 50, 8
STAFF = (20_000, 200_000) if FULL else (2_000, 20_000)  # caregivers whose assignments are looked at again


def page_time(agency: Agency, name: str) -> tuple[float, int]:
    browser, url = browser_of(agency), f"/{agency.slug}/{name}"
    size = len(browser.get(url).content)
    return median(lambda: browser.get(url)), size


def lists(small: Agency, large: Agency) -> None:
    for name in ("clients/", "caregivers/", "agreements/", "visits/", "rota/", ""):
        seconds, size = page_time(small, name)
        grown, _size = page_time(large, name)
        label = name or "today board"
        report(
            f"{label} in process",
            f"{seconds * 1000:.1f} ms",
            f"{seconds / bare_page():.1f} x a bare page, {size // 1024} KB",
            "20 ms, 100 KB",
        )
        report(
            f"{label} at {LARGE:,} clients / at {SMALL:,}",
            f"{grown / seconds:.2f} x",
            f"{grown * 1000:.1f} ms",
            "1.2 x",
        )


def calls(agency: Agency) -> None:
    """The nightly call job against a bare INSERT ... SELECT of as many rows into the same table, which is taken back."""
    with agency_context(agency), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        start = time.perf_counter()
        cursor.execute(
            """INSERT INTO supervision_returnvisit (agency_id, client_id, agreement_id, kind, state, period_start, due_at,
                call_after, attempt_count, spoke_with, satisfaction, punctuality, attitude, skill, has_problem, summary)
            SELECT agency_id, client_id, id, 'first', 'due', starts_on, now(), now(), 0, '', '', '', '', '', false, ''
            FROM contracts_agreement WHERE agency_id = %s AND state = 'in_force'""",
            [agency.pk],
        )
        bare = time.perf_counter() - start
        transaction.set_rollback(True)
    with agency_context(agency), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        start = time.perf_counter()
        made = create_due_calls()["running"]
        first = time.perf_counter() - start
        start = time.perf_counter()
        create_due_calls()
        second = time.perf_counter() - start
    report(
        f"return visits for {made:,} agreements",
        f"{first:.2f} s",
        f"{first / bare:.1f} x a bare insert",
        "1.5 x",
    )
    report("the same again", f"{second:.2f} s", f"{second / first:.2f} x the first run", "0.2 x")


def archive(agency: Agency) -> None:
    """Archive expiry: the same hundred expired records among few and among many stored ones."""
    statement = """INSERT INTO archive_archiverecord (agency_id, number, archive_class, source, source_id, title,
        clock_started_on, retain_until, place, filed_at)
        SELECT %(a)s, %(p)s || n, 'other', 'return_visit', n + %(o)s, '回访记录', %(d)s, %(d)s + 1095, '', now()
        FROM generate_series(1, %(n)s) n"""
    times, offset = [], 0
    old, new = timezone.localdate() - dt.timedelta(days=1200), timezone.localdate() - dt.timedelta(days=10)
    for stored in (RECORDS // 100, RECORDS):
        with agency_context(agency), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            for count, day in ((100, old), (stored, new)):
                cursor.execute(statement, {"a": agency.pk, "p": f"B{offset}-", "o": offset, "d": day, "n": count})
                offset += count
        vacuum()
        with agency_context(agency):
            start = time.perf_counter()
            propose_expired()
            times.append(time.perf_counter() - start)
    report(
        f"archive expiry, 100 expired of {RECORDS:,} / of {RECORDS // 100:,}",
        f"{times[1] / times[0]:.2f} x",
        f"{times[1] * 1000:.0f} ms",
        "cost follows what expired",
    )


def board(agency: Agency) -> None:
    """The promotions board of 5,000 caregivers: written as every night, then opened."""
    with agency_context(agency), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        params, everybody = {"a": agency.pk}, "WHERE agency_id = %(a)s"
        insert(
            ServiceDay, f"caregivers_caregiver, generate_series(1, 52) n {everybody}", params,
            caregiver_id="id", day="current_date - 7 * n", minutes="240",
        )  # fmt: skip
        insert(
            QualityRecord, f"caregivers_caregiver, generate_series(1, 5) n {everybody}", params,
            caregiver_id="id", kind="'rating'", value="3", source="'survey'", source_id="id * 10 + n",
            happened_on="current_date - 30",
        )  # fmt: skip
        start = time.perf_counter()
        rows = refresh_standings()["standings"]
        seconds = time.perf_counter() - start
    report(f"standings of {rows:,} caregivers", f"{seconds:.2f} s", f"{seconds / rows * 1e6:.0f} µs each", "set-based")
    vacuum()
    browser, url = browser_of(agency), f"/{agency.slug}/promotions/"
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        size = len(browser.get(url).content)
    count = len(selects(captured))
    seconds = median(lambda: browser.get(url))
    basis = f"{seconds / bare_page():.1f} x a bare page, {count} queries, {size // 1024} KB"
    report(f"promotions board of {rows:,} in process", f"{seconds * 1000:.1f} ms", basis, "50 ms, 10 queries")


def recheck(few: Agency, many: Agency) -> None:
    """The nightly look at visits ahead, one for each caregiver, a hundredth of whom lost the health certificate."""
    times = []
    for agency in (few, many):
        with agency_context(agency), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            agreement = "(SELECT * FROM contracts_agreement WHERE agency_id = %(a)s LIMIT 1) a"
            start = "(SELECT now() + interval '2 days' + interval '1 second' * c.id AS t) x"
            insert(
                Visit, f"caregivers_caregiver c, {agreement}, LATERAL {start} WHERE c.agency_id = %(a)s",
                {"a": agency.pk}, agreement_id="a.id", client_id="a.client_id", caregiver_id="c.id", state="'planned'",
                period="tstzrange(t, t + interval '2 hours')", planned_start="t",
            )  # fmt: skip
            cursor.execute(
                """UPDATE caregivers_credential SET invalid_from = current_date, invalid_reason = 'x'
                WHERE agency_id = %(a)s AND kind = 'health' AND caregiver_id %% 100 = 0""",
                {"a": agency.pk},
            )
    vacuum()
    for agency in (few, many):
        with agency_context(agency), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            start = time.perf_counter()
            with CaptureQueriesContext(connection) as captured:
                gaps = refresh_gaps()["gaps"]
            people = Caregiver.objects.count()
            times.append((time.perf_counter() - start) / people)
            basis = f"{gaps:,} gaps, {len(selects(captured))} queries"
            report(f"assignments of {people:,} caregivers looked at", f"{times[-1] * people:.2f} s", basis, "set-based")
    report("the same, time a caregiver, many to few", f"{times[1] / times[0]:.2f} x", "", "1.5 x")


def booking(agency: Agency) -> None:
    """Eight people give eight visits of the same time to one caregiver, again and again."""
    won, lost = [], []
    with agency_context(agency):
        caregiver = Caregiver.objects.first()
        manager = Membership.objects.get(agency=agency).user
        agreements = list(Agreement.objects.order_by("pk")[:FIGHTERS])

    def fight(visits):
        for visit in visits:
            try:
                with agency_context(agency):
                    assign_visit(visit=visit, caregiver=caregiver, by=manager)
                won.append(visit)
            except ValidationError as refusal:
                lost.append(refusal.messages)
        connections.close_all()

    rounds = []
    with agency_context(agency):
        for number in range(ROUNDS):
            start = timezone.now() + dt.timedelta(days=3, hours=3 * number)
            period = DateTimeTZRange(start, start + dt.timedelta(hours=2))
            rows = [
                Visit(agency=agency, agreement=a, client_id=a.client_id, planned_start=start, period=period)
                for a in agreements
            ]
            rounds.append(Visit.objects.bulk_create(rows))
    threads = [threading.Thread(target=fight, args=[visits]) for visits in zip(*rounds, strict=True)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with agency_context(agency):
        ids = [visit.pk for visits in rounds for visit in visits]
        times = Visit.objects.filter(pk__in=ids, caregiver=caregiver).values_list("period", flat=True)
        booked, apart = len(times), len(set(times))
    report(
        f"8 people, one caregiver, {ROUNDS} times: booked",
        str(booked),
        f"{booked - apart} twice, {len(lost):,} clear answers",
        "never two, no deadlock",
    )


def paper() -> None:
    text = {"agency_name": "测量", "number": "HT-2026-0001"}
    seconds = median(lambda: render("pdf/base.html", text, title="测量"), tries=3)
    report("an empty paper", f"{seconds * 1000:.0f} ms", "the engine alone", "—")


def main() -> None:
    serial = Agency.objects.count() + 1
    small = seed_agency(serial, clients=SMALL, visits=SMALL * 10)
    large = seed_agency(serial + 1, clients=LARGE, visits=LARGE)
    called = seed_agency(serial + 2, clients=CALLS, visits=CALLS)
    vacuum()
    with agency_context(large):
        print(f"{Client.objects.count():,} clients, {Visit.objects.count():,} visits in the large agency", flush=True)
    report("a bare page of 50 rows", f"{bare_page() * 1000:.1f} ms", "Django alone", "17 ms where the goals were set")
    lists(small, large)
    calls(called)
    archive(small)
    board(seed_agency(serial + 3, clients=100, visits=100, caregivers=5000))
    few, many = (seed_agency(serial + 4 + n, clients=100, visits=100, caregivers=size) for n, size in enumerate(STAFF))
    recheck(few, many)
    booking(small)
    paper()
    rota.main(serial + 6)
