"""Fixtures of the whole suite: the database, two agencies and the people who work there."""

import pytest
from django.core.cache import cache
from django.test import override_settings

from agencies.models import Agency, AgencySettings
from agencies.tenancy import agency_context

pytest_plugins = ["tests.database", "tests.browser"]


@pytest.fixture(scope="session", autouse=True)
def _own_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "static").mkdir()
    own = {name: folder / name.lower() for name in ("MEDIA_ROOT", "AUTHORITY_DIR")}
    with override_settings(**own, STATIC_ROOT=folder / "static"):
        yield


@pytest.fixture(autouse=True)
def _clean_cache():
    cache.clear()


def make_agency(slug: str, name: str, code: str) -> Agency:
    agency = Agency.objects.create(
        slug=slug,
        name=f"{name}居家养老服务有限公司",
        short_name=name,
        credit_code=code,
        legal_representative="周明",
        address="济南市历下区经十路1号",
        phone="0531-80000000",
        complaint_phone="0531-80000001",
    )
    with agency_context(agency):
        AgencySettings.objects.create()
    return agency


@pytest.fixture
def maple(db):
    return make_agency("maple", "Maple", "91370102MA3T00001X")


@pytest.fixture
def birch(db):
    return make_agency("birch", "Birch", "91370102MA3T00002X")


@pytest.fixture
def in_maple(maple):
    with agency_context(maple):
        yield maple
