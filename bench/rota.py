"""The rota of 300 caregivers and 3,000 visits, a move in it, and a week of 1,000 visits to be filled."""

import statistics
import time

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.calendar import ONE_DAY
from agencies.models import Agency, Membership
from agencies.tenancy import agency_context
from bench.bare import bare_page
from bench.measure import browser_of, median, report, selects, vacuum
from carecenter.seed import insert, seed_agency
from caregivers.models import Caregiver
from contracts.actions.filling import accept_proposal, work_out
from contracts.filling import broken, fill, greedy, score
from contracts.models import RotaProposal, Visit
from contracts.queries.filling import week_to_fill
from contracts.queries.rota import week_of
from contracts.queries.rota_changes import seen_as

MOVES = 20


def seed_week(serial: int, *, clients: int, caregivers: int, is_assigned: bool) -> Agency:
    """An agency whose clients are visited on five days of the week after this one."""
    agency = seed_agency(serial, clients=clients, visits=clients, caregivers=caregivers)
    with agency_context(agency), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        # Assigned: each caregiver one client in the morning, one in the afternoon. Else mornings that hardly suffice.
        hours = "CASE (place - 1) / %(people)s WHEN 0 THEN 510 ELSE 840 END" if is_assigned else (
            "(ARRAY[480, 510, 540, 630, 630, 840])[1 + (a.id * 7 + d) %% 6]")  # fmt: skip
        insert(
            Visit,
            f"""(SELECT *, row_number() OVER (ORDER BY id) AS place FROM contracts_agreement WHERE agency_id = %(a)s) a,
            generate_series(0, 4) d,
            LATERAL (SELECT (%(monday)s::date + d + make_interval(mins => {hours}::int)) AT TIME ZONE 'Asia/Shanghai' AS t) x""",
            {"a": agency.pk, "monday": next_monday(), "people": caregivers},
            agreement_id="a.id", client_id="a.client_id", state="'planned'", planned_start="t",
            caregiver_id="a.caregiver_id" if is_assigned else "NULL", period="tstzrange(t, t + interval '2 hours')",
        )  # fmt: skip
    vacuum()
    return agency


def next_monday():
    return week_of(timezone.localdate()).first + 7 * ONE_DAY


def week(agency: Agency) -> None:
    browser, url = browser_of(agency), f"/{agency.slug}/rota/?day={next_monday()}"
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        size = len(browser.get(url).content)
    count = len(selects(captured))
    with agency_context(agency):
        people, visits = Caregiver.objects.count(), Visit.objects.filter(state="planned").count()
    seconds = median(lambda: browser.get(url))
    basis = f"{seconds / bare_page():.1f} x a bare page, {count} queries, {size // 1024} KB"
    report(
        f"rota week, {people} caregivers, {visits:,} visits", f"{seconds * 1000:.0f} ms", basis, "150 ms, 12 queries"
    )


def moving(agency: Agency) -> None:
    """A visit goes to somebody else and back, as the page asks for it."""
    browser, times = browser_of(agency), []
    with agency_context(agency):
        visit = Visit.objects.filter(state="planned").order_by("period").first()
        other = Caregiver.objects.exclude(pk=visit.caregiver_id).last()
    home = visit.caregiver_id
    clock = [
        timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") for moment in (visit.period.lower, visit.period.upper)
    ]
    later = [text.replace("T08:30", "T11:30").replace("T10:30", "T13:30") for text in clock]
    for number in range(MOVES):
        with agency_context(agency):
            seen = seen_as(Visit.objects.get(pk=visit.pk))
        goes = number % 2 == 0
        starts, ends = later if goes else clock
        data = {
            "caregiver": other.pk if goes else home, "starts_at": starts, "ends_at": ends,
            "scope": "one", "reason": "x", "seen": seen, "rota": f"day={next_monday()}",
        }  # fmt: skip
        start = time.perf_counter()
        answer = browser.post(f"/{agency.slug}/visits/{visit.pk}/move/", data, headers={"HX-Request": "true"})
        times.append(time.perf_counter() - start)
        if answer.status_code != 200:
            raise RuntimeError(answer.content.decode())
    report(
        "moving a visit in it",
        f"{statistics.median(times) * 1000:.0f} ms",
        f"{statistics.median(times) / bare_page():.1f} x a bare page, {len(answer.content) // 1024} KB",
        "50 ms",
    )


def filling(agency: Agency) -> None:
    """The draft as the task works it out, against giving the visits away one after the other; then accepted whole."""
    with agency_context(agency):
        asked, visits, people = week_to_fill(next_monday())
        first, answer = greedy(asked), fill(asked)
        words = f"{len(first):,} filled, score {score(asked, first):,}"
        report(f"greedy: {len(visits):,} visits, {len(people)} caregivers", words, "one after the other", "—")
        words = f"{len(answer.choice):,} filled, score {answer.score:,}"
        report("fill the week", words, f"{len(broken(asked, answer.choice))} hard rules broken", "more, none broken")
        by = Membership.objects.get(agency=agency).user
        proposal = RotaProposal.objects.create(monday=next_monday(), asked_by=by)
        start = time.perf_counter()
        work_out(proposal_id=proposal.pk)
        seconds = time.perf_counter() - start
        chosen = {
            line.visit_id: line.caregiver for line in proposal.lines.select_related("caregiver") if line.caregiver
        }
        start = time.perf_counter()
        counts = accept_proposal(proposal=proposal, by=by, chosen=chosen)
        saved = time.perf_counter() - start
    report("the whole task, rows read and written", f"{seconds:.1f} s", "", "20 s")
    report(f"accepted whole: {counts['accepted']:,}", f"{saved:.1f} s", f"{counts['refused']} refused", "—")


def main(serial: int) -> None:
    rota = seed_week(serial, clients=600, caregivers=300, is_assigned=True)
    week(rota)
    moving(rota)
    filling(seed_week(serial + 1, clients=200, caregivers=100, is_assigned=False))
