"""Large invented agencies for measuring: rows made by the database itself, one statement a table."""

import json
from typing import Any

from django.db import connection
from django.db.models import NOT_PROVIDED, Model

from agencies.actions.prices import seed_catalogue
from agencies.models import Agency, AgencySettings, Membership, PriceList, StoredFile, User
from agencies.tenancy import agency_context
from caregivers.models import Caregiver, Credential, LevelGrant, SupervisionAcknowledgement
from clients.models import Assessment, Client
from contracts.models import Agreement, ServicePlan, Signature, Visit

PAPERS = "'health', 'identity_card', 'elderly_care', 'background', 'insurance'"


def insert(model: type[Model], source: str, params: dict[str, Any], /, **columns: str) -> None:
    """Fill a table from a FROM clause, columns given as SQL; those not named take the default of their field.

    params need "a", the agency's id, which every row gets.
    """
    columns = {"agency_id": "%(a)s", **columns}
    for field in model._meta.concrete_fields:
        if field.column in columns or field.primary_key or (field.null and field.default is NOT_PROVIDED):
            continue
        name, value = f"default_{field.column}", field.get_default()
        params = {**params, name: json.dumps(value) if field.get_internal_type() == "JSONField" else value}
        columns[field.column] = "now()" if getattr(field, "auto_now_add", False) else f"%({name})s"
    names, values = ", ".join(columns), ", ".join(columns.values())
    statement = f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {source} ON CONFLICT DO NOTHING"  # noqa: S608 -- no word of it comes from outside
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def seed_agency(serial: int, *, clients: int, visits: int, caregivers: int | None = None) -> Agency:
    """One agency with so many clients in service and about so many visits done, and a manager to sign in as.

    Where the number of caregivers is not said, each serves ten clients.
    """
    agency = Agency.objects.create(
        slug=f"seed-{serial}",
        name=f"测量用机构{serial}",
        short_name=f"测量{serial}",
        credit_code=f"S{serial:017}",
        legal_representative="周明",
        address="济南市",
        phone="0531-80000000",
        complaint_phone="0531-80000000",
    )
    user = User.objects.create_user(f"13{serial:09}", None, name="周明")
    Membership.objects.create(agency=agency, user=user, roles=["manager"])
    sizes = {"clients": clients, "caregivers": caregivers or max(clients // 10, 5), "days": max(visits // clients, 1)}
    with agency_context(agency), connection.cursor() as cursor:
        AgencySettings.objects.create()
        seed_catalogue()
        PriceList.objects.create(name="价目表", effective_from="2026-01-01")
        cursor.execute("SET LOCAL statement_timeout = 0")
        params = sizes | {"a": agency.pk, "user": user.pk}
        _people(params)
        _agreements(params)
    return agency


def _people(params):
    insert(
        Caregiver, "generate_series(1, %(caregivers)s) n", params,
        number="lpad(n::text, 6, '0')", state="'active'", name="'王秀' || n", pinyin="'wangxiu' || n || ' wx'",
        sex="'female'", birth_date="date '1985-05-05'", identity_type="'resident'", identity_number="''",
        identity_hash="md5(%(a)s || 'c' || n)", phone="'136' || lpad(n::text, 8, '0')", education="'senior_high'",
        employment="'full_time'", work_forms="'{hourly}'", hired_on="current_date - 400",
        posted_on="current_date - 380", declared_no_history_on="current_date - 390",
    )  # fmt: skip
    insert(
        Credential, f"caregivers_caregiver, unnest(ARRAY[{PAPERS}]) kind WHERE agency_id = %(a)s", params,
        caregiver_id="id", kind="kind", issuer="'体检中心'", issued_on="current_date - 100",
        expires_on="current_date + 265", verified_on="current_date - 99", verified_by_id="%(user)s",
    )  # fmt: skip
    everybody = "caregivers_caregiver WHERE agency_id = %(a)s"
    insert(
        LevelGrant, everybody, params,
        caregiver_id="id", level="0", granted_on="current_date - 380", granted_by_id="%(user)s",
    )  # fmt: skip
    insert(
        SupervisionAcknowledgement, everybody, params,
        caregiver_id="id", version="'2026-1'", acknowledged_on="current_date - 385", explained_by_id="%(user)s",
    )  # fmt: skip
    insert(
        Client, "generate_series(1, %(clients)s) n", params,
        number="'KH-' || lpad(n::text, 6, '0')", state="'active'", name="'李淑' || n", pinyin="'lishu' || n || ' ls'",
        salutation="'李奶奶'", sex="'female'", birth_date="date '1944-05-06'", identity_type="'resident'",
        identity_number="''", identity_hash="md5(%(a)s || 'k' || n)", phone="'135' || lpad(n::text, 8, '0')",
        district="'历下区'", address="'泺文路' || n || '号'",
    )  # fmt: skip


def _agreements(params):
    insert(
        Assessment, "clients_client WHERE agency_id = %(a)s", params,
        client_id="id", scale="'gbt_42195'", reason="'first'", assessed_on="current_date - 30",
        assessors="'周敏、何静'", answers="'{}'", adjustments="'[]'", total="80", level="1", self_care="'able'",
        reassess_on="current_date + 150", created_by_id="%(user)s",
    )  # fmt: skip
    insert(
        ServicePlan, "clients_assessment WHERE agency_id = %(a)s", params,
        client_id="client_id", version="1", state="'agreed'", assessment_id="id", work_form="'hourly'",
        agreed_on="current_date - 30", agreed_by="'家属'", created_by_id="%(user)s",
    )  # fmt: skip
    somebody = """(SELECT min(id) FROM caregivers_caregiver WHERE agency_id = %(a)s)
        + client_id %% (SELECT count(*) FROM caregivers_caregiver WHERE agency_id = %(a)s)"""
    insert(
        Agreement, "contracts_serviceplan WHERE agency_id = %(a)s", params,
        number="'HT-' || lpad(client_id::text, 9, '0')", state="'in_force'", client_id="client_id",
        caregiver_id=somebody, plan_id="id", mode="'employee'", starts_on="current_date - 20",
        ends_on="current_date + 200", work_form="'hourly'", rate="45", rate_unit="'hour'", list_rate="45",
        monthly_estimate="390", payment_day="5", deposit_kind="'none'", condition_disclosed="true", terms="'{}'",
        terms_hash="repeat('a', 64)", in_force_at="now()", created_by_id="%(user)s",
    )  # fmt: skip
    insert(
        StoredFile, "generate_series(1, 1)", params,
        kind="'signature'", file="%(a)s || '/none'", name="'none.png'", content_type="'image/png'", size="1",
        sha256="repeat('b', 64)",
    )  # fmt: skip
    parties = "unnest(ARRAY['client', 'agency', 'caregiver']) party"
    insert(
        Signature, f"contracts_agreement a, {parties} WHERE a.agency_id = %(a)s", params,
        agreement_id="a.id", party="party", way="'paper'", signer_name="'签字人'", document_hash="a.terms_hash",
        image_id="(SELECT max(id) FROM agencies_storedfile WHERE agency_id = %(a)s)", signed_on="current_date - 21",
    )  # fmt: skip
    times = """(SELECT *, row_number() OVER (PARTITION BY caregiver_id ORDER BY id) AS place FROM contracts_agreement
            WHERE agency_id = %(a)s) a,
        LATERAL (SELECT date_trunc('day', now()) - interval '1 day' * d + interval '3 minutes' * (a.place %% 470) AS t
            FROM generate_series(1, %(days)s) d) x"""
    insert(
        Visit, times, params,
        agreement_id="a.id", client_id="a.client_id", caregiver_id="a.caregiver_id", state="'done'",
        period="tstzrange(t, t + interval '2 minutes')", planned_start="t", checked_in_at="t",
        checked_out_at="t + interval '2 minutes'",
    )  # fmt: skip
