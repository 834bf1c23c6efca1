"""Large invented agencies for measuring: rows made by the database itself, a few statements an agency."""

from django.db import connection

from agencies.actions import seed_catalogue
from agencies.models import Agency, AgencySettings, Membership, PriceList, User
from agencies.tenancy import agency_context

# Every statement is of one agency, %(a)s; serial numbers come from generate_series.
STATEMENTS = [
    """INSERT INTO caregivers_caregiver (agency_id, number, state, name, pinyin, sex, birth_date, identity_type,
        identity_number, identity_hash, phone, home_address, emergency_contact, emergency_phone, education, employment,
        work_forms, age_exception, hired_on, posted_on, declared_no_history_on)
    SELECT %(a)s, lpad(n::text, 5, '0'), 'active', '王秀' || n, 'wangxiu' || n || ' wx', 'female', '1985-05-05', 'resident', '',
        md5(%(a)s || 'c' || n), '136' || lpad(n::text, 8, '0'), '', '', '', 'senior_high', 'full_time', '{hourly}', '',
        current_date - 400, current_date - 380, current_date - 390
    FROM generate_series(1, greatest(%(clients)s / 10, 5)) n""",
    """INSERT INTO caregivers_credential (agency_id, caregiver_id, kind, number, issuer, issued_on, expires_on,
        verified_on, verified_by_id)
    SELECT agency_id, id, kind, '', '体检中心', current_date - 100, current_date + 265, current_date - 99, %(user)s
    FROM caregivers_caregiver, unnest(ARRAY['health', 'identity_card', 'elderly_care', 'background']) kind
    WHERE agency_id = %(a)s""",
    """INSERT INTO caregivers_levelgrant (agency_id, caregiver_id, level, granted_on, reason, granted_by_id)
    SELECT agency_id, id, 0, current_date - 380, '', %(user)s FROM caregivers_caregiver WHERE agency_id = %(a)s""",
    """INSERT INTO caregivers_supervisionacknowledgement (agency_id, caregiver_id, version, acknowledged_on, explained_by_id)
    SELECT agency_id, id, '2026-1', current_date - 385, %(user)s FROM caregivers_caregiver WHERE agency_id = %(a)s""",
    """INSERT INTO clients_client (agency_id, number, state, name, pinyin, salutation, sex, birth_date, identity_type,
        identity_number, identity_hash, phone, district, address, access_note, work_unit, needs, illnesses, medicines,
        allergies, created_at)
    SELECT %(a)s, 'KH-' || lpad(n::text, 6, '0'), 'active', '李淑' || n, 'lishu' || n || ' ls', '李奶奶', 'female',
        '1944-05-06', 'resident', '', md5(%(a)s || 'k' || n), '135' || lpad(n::text, 8, '0'), '历下区', '泺文路' || n || '号',
        '', '', '', '', '', '', now()
    FROM generate_series(1, %(clients)s) n""",
    """INSERT INTO clients_assessment (agency_id, client_id, scale, reason, assessed_on, assessors, answers, adjustments,
        total, level, self_care, override_reason, reassess_on, created_at, created_by_id)
    SELECT agency_id, id, 'gbt_42195', 'first', current_date - 30, '周敏、何静', '{}', '[]', 80, 1, 'able', '',
        current_date + 150, now(), %(user)s FROM clients_client WHERE agency_id = %(a)s""",
    """INSERT INTO contracts_serviceplan (agency_id, client_id, version, state, assessment_id, work_form, mode, procedure,
        equipment, cautions, agreed_on, agreed_by, created_at, created_by_id)
    SELECT agency_id, client_id, 1, 'agreed', id, 'hourly', '', '', '', '', current_date - 30, '家属', now(), %(user)s
    FROM clients_assessment WHERE agency_id = %(a)s""",
    """INSERT INTO contracts_agreement (agency_id, number, state, change_summary, client_id, caregiver_id, plan_id, mode,
        starts_on, ends_on, trial_days, work_form, rate, rate_unit, list_rate, rate_reason, monthly_estimate, payment_day,
        deposit_kind, deposit_amount, insurance, dispute, condition_disclosed, special_terms, terms, terms_hash,
        link_version, in_force_at, end_reason, end_note, created_at, created_by_id)
    SELECT p.agency_id, 'HT-' || lpad(p.client_id::text, 9, '0'), 'in_force', '', p.client_id,
        (SELECT min(id) FROM caregivers_caregiver WHERE agency_id = %(a)s)
            + p.client_id %% (SELECT count(*) FROM caregivers_caregiver WHERE agency_id = %(a)s),
        p.id, 'employee', current_date - 20, current_date + 200, 0, 'hourly', 45, 'hour', 45, '', 390, 5, 'none', 0, '',
        'court', true, '', '{}', repeat('a', 64), 1, now(), '', '', now(), %(user)s
    FROM contracts_serviceplan p WHERE p.agency_id = %(a)s""",
    """INSERT INTO agencies_storedfile (agency_id, kind, file, name, content_type, size, sha256, created_at)
    VALUES (%(a)s, 'signature', %(a)s || '/none', 'none.png', 'image/png', 1, repeat('b', 64), now())""",
    """INSERT INTO contracts_signature (agency_id, agreement_id, party, way, signer_name, signer_capacity, identity_check,
        document_hash, image_id, signed_on, recorded_at, user_agent)
    SELECT a.agency_id, a.id, party, 'paper', '签字人', '', '', a.terms_hash,
        (SELECT max(id) FROM agencies_storedfile WHERE agency_id = %(a)s), current_date - 21, now(), ''
    FROM contracts_agreement a, unnest(ARRAY['client', 'agency', 'caregiver']) party WHERE a.agency_id = %(a)s""",
    """INSERT INTO contracts_visit (agency_id, agreement_id, client_id, caregiver_id, state, period, planned_start,
        checked_in_at, checked_out_at, exception_reason, credentials_shown, cancel_reason)
    SELECT a.agency_id, a.id, a.client_id, a.caregiver_id, 'done', tstzrange(t, t + interval '2 minutes'), t, t,
        t + interval '2 minutes', '', false, ''
    FROM (SELECT *, row_number() OVER (PARTITION BY caregiver_id ORDER BY id) AS place FROM contracts_agreement
        WHERE agency_id = %(a)s) a,
    LATERAL (SELECT date_trunc('day', now()) - interval '1 day' * d + interval '3 minutes' * (a.place %% 470) AS t
        FROM generate_series(1, greatest(%(visits)s / %(clients)s, 1)) d) x
    ON CONFLICT DO NOTHING""",
]


def seed_agency(serial: int, *, clients: int, visits: int) -> Agency:
    """One agency with so many clients in service and about so many visits done, and a manager to sign in as."""
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
    with agency_context(agency):
        AgencySettings.objects.create()
        seed_catalogue()
        PriceList.objects.create(name="价目表", effective_from="2026-01-01")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            for statement in STATEMENTS:
                cursor.execute(statement, {"a": agency.pk, "clients": clients, "visits": visits, "user": user.pk})
    return agency
