"""The suite runs as the production role, commits where it says so, and leaves nothing behind."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import ProgrammingError, connection

from agencies.models import Agency
from tests.conftest import make_agency
from tests.database import owner


def ask(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def in_another_thread(work):
    def once():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(once).result()


def test_every_connection_is_the_production_role(committed_db):
    assert ask("SELECT current_user") == "carecenter_app"
    assert in_another_thread(lambda: ask("SELECT current_user")) == "carecenter_app"
    assert ask("SHOW statement_timeout") == "15s"
    assert ask("SHOW idle_in_transaction_session_timeout") == "30s"


def test_the_production_role_owns_nothing_and_truncates_nothing(db):
    assert ask("SELECT count(*) FROM pg_class WHERE relowner = 'carecenter_app'::regrole") == 0
    with pytest.raises(ProgrammingError, match="permission denied"):
        ask("TRUNCATE agencies_agency CASCADE")


def test_a_password_is_asked_for(db):
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(**{**connection.get_connection_params(), "password": "guess"}, autocommit=True)


@pytest.mark.parametrize("_turn", [1, 2])
def test_committed_rows_are_seen_elsewhere_and_gone_afterwards(committed_db, _turn):
    assert Agency.objects.count() == 0
    make_agency("maple", "Maple", "91370102MA3T00001X")
    assert in_another_thread(Agency.objects.count) == 1
    with owner(connection.settings_dict["NAME"]) as server:
        assert server.execute("SELECT count(*) FROM agencies_agency").fetchone() == (1,)


@pytest.mark.browser
def test_both_screens_reach_the_site(office_page, phone_page):
    for page, width in [(office_page, 1440), (phone_page, 390)]:
        page.goto("/accounts/login/")
        assert page.locator("input[name=login]").is_visible()
        assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [width, width]
