"""No agency sees another's data.

These tests walk every model, every address and every task there is, as the role production runs as. A new one
either passes or has to be named in the lists below, where a reviewer sees it.
"""

from io import BytesIO

import pytest
from celery import current_app
from django.apps import apps
from django.db import Error, connection, models, transaction
from django.db.models import Prefetch
from django.test import Client as Browser
from django.urls import URLPattern, get_resolver, reverse
from django_scopes import ScopeError, scopes_disabled
from openpyxl import load_workbook

from agencies.exports import workbook
from agencies.links import make_token
from agencies.models import Agency, ApiKey, Membership, User
from agencies.tasks import AgencyTask, GlobalTask
from agencies.tenancy import AgencyModel, InsertOnly, RowCheck, agency_context
from archive.tasks import archive_expiry, archive_expiry_everywhere
from clients.models import Client, Guardian
from tests.factories import make_member, make_one

# Tables that belong to no agency, and why.
GLOBAL_MODELS = {
    "account.EmailAddress": "allauth's, unused",
    "account.EmailConfirmation": "allauth's, unused",
    "agencies.Agency": "the agencies themselves",
    "agencies.ApiKey": "read to find out which agency to open",
    "agencies.Membership": "read to find out which agency to open",
    "agencies.User": "a person may work for two agencies",
    "auth.Group": "Django's, unused",
    "auth.Group_permissions": "Django's, unused",
    "auth.Permission": "Django's, unused",
    "contenttypes.ContentType": "Django's",
    "sessions.Session": "Django's",
}
# Tasks about no single agency: each only sends one task per agency.
GLOBAL_TASKS = {
    "contracts.tasks.draft_statements_everywhere",
    "contracts.tasks.forget_positions_everywhere",
    "contracts.tasks.special_limits_everywhere",
    "contracts.tasks.tell_of_endings_everywhere",
    "supervision.tasks.incident_limits_everywhere",
    "agencies.office_tasks.licence_warnings_everywhere",
    "agencies.office_tasks.redeliver_exports_everywhere",
    "agencies.office_tasks.send_messages_everywhere",
    "archive.tasks.archive_expiry_everywhere",
    "archive.tasks.redeliver_everywhere",
    "caregivers.tasks.level_standings_everywhere",
    "caregivers.tasks.credential_warnings_everywhere",
    "clients.tasks.enquiry_limits_everywhere",
    "clients.tasks.forget_copies_everywhere",
    "contracts.tasks.mark_missed_everywhere",
    "contracts.tasks.plan_visits_everywhere",
    "contracts.tasks.recheck_assignments_everywhere",
    "supervision.tasks.complaint_limits_everywhere",
    "supervision.tasks.return_visits_everywhere",
    "supervision.tasks.surveys_everywhere",
}
# Addresses open to everybody.
PUBLIC_URLS = {"account_login", "account_logout", "favicon", "health", "set_language", "schema"}
# What an id in an address points at.
URL_KWARGS = {
    "answer_pk": "supervision.SurveyAnswer",
    "statement_pk": "contracts.FeeStatement",
    "task_pk": "contracts.VisitTask",
    "appeal_pk": "caregivers.LevelAppeal",
    "application_pk": "caregivers.LevelApplication",
    "attendance_pk": "caregivers.Attendance",
    "course_pk": "caregivers.Course",
    "evaluation_pk": "caregivers.Evaluation",
    "line_pk": "caregivers.TrainingPlanLine",
    "result_pk": "caregivers.ExamResult",
    "session_pk": "caregivers.TrainingSession",
    "shift_pk": "clients.ShiftNote",
    "grant_pk": "caregivers.LevelGrant",
    "absence_pk": "caregivers.Absence",
    "agreement_pk": "contracts.Agreement",
    "call_pk": "supervision.ReturnVisit",
    "caregiver_pk": "caregivers.Caregiver",
    "change_pk": "contracts.RotaChange",
    "certificate_pk": "caregivers.PostingCertificate",
    "assessment_pk": "clients.Assessment",
    "check_pk": "clients.HomeCheck",
    "client_pk": "clients.Client",
    "complaint_pk": "supervision.Complaint",
    "consent_pk": "clients.Consent",
    "credential_pk": "caregivers.Credential",
    "disposal_pk": "archive.DisposalList",
    "document_pk": "archive.Document",
    "entry_pk": "archive.DisposalEntry",
    "file_pk": "agencies.StoredFile",
    "finding_pk": "clients.HomeFinding",
    "enquiry_pk": "clients.Enquiry",
    "grievance_pk": "caregivers.Grievance",
    "guardian_pk": "clients.Guardian",
    "event_pk": "contracts.SpecialEvent",
    "handover_pk": "contracts.Handover",
    "incident_pk": "supervision.Incident",
    "import_pk": "agencies.Import",
    "hold_pk": "archive.LegalHold",
    "item_pk": "agencies.ServiceItem",
    "invitation_pk": "supervision.SurveyInvitation",
    "licence_pk": "agencies.Licence",
    "measurement_pk": "contracts.Measurement",
    "message_pk": "agencies.Message",
    "note_pk": "clients.RiskNote",
    "paper_pk": "clients.ClientPaper",
    "other_agreement_pk": "contracts.Agreement",
    "other_plan_pk": "contracts.ServicePlan",
    "plan_pk": "contracts.ServicePlan",
    "template_pk": "contracts.PlanTemplate",
    "preference_pk": "contracts.CaregiverPreference",
    "price_list_pk": "agencies.PriceList",
    "proposal_pk": "contracts.RotaProposal",
    "record_pk": "archive.ArchiveRecord",
    "request_pk": "clients.DataRequest",
    "round_pk": "supervision.SurveyRound",
    "staff_file_pk": "caregivers.StaffFile",
    "supply_pk": "caregivers.SupplyIssue",
    "text_pk": "archive.ControlledText",
    "visit_pk": "contracts.Visit",
}
# Arguments that are no ids of an agency's rows: a value to try, or a function of the agency.
URL_WORDS = {
    "place": 0,
    "code": "0" * 16,
    "field": "phone",
    "importer": "nothing",
    "kind": "nothing",
    "level": 1,
    "list_name": "nothing",
    "party": "client",
    "rule": "nothing",
    "step": "interview",
    "token": "1-1~x",
    "year": 1,
}
# Ids of global rows that belong to an agency.
URL_GLOBALS = {
    "member_pk": lambda agency: make_member(agency).pk,
    "key_pk": lambda agency: ApiKey.issue(membership=make_member(agency), name="x")[0].pk,
}


def models_of_agencies():
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label not in GLOBAL_MODELS:
            yield pytest.param(model, id=model._meta.label)


def addresses(resolver=None, namespace=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield namespace, pattern
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern, inner)


def sql(query, *params):
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


every_model = pytest.mark.parametrize("model", list(models_of_agencies()))
every_agency_model = pytest.mark.parametrize(
    "model", [param for param in models_of_agencies() if issubclass(param.values[0], AgencyModel)]
)


@every_model
def test_table_has_row_security(db, model):
    table = model._meta.db_table
    assert sql("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", table) == [(True,)]
    [(command, roles, qual, check)] = sql(
        "SELECT cmd, roles::text, qual, with_check FROM pg_policies WHERE tablename = %s", table
    )
    assert (command, roles, check) == ("ALL", "{public}", None)  # no check of its own: qual serves
    wanted = "(agency_id = (NULLIF(current_setting('app.agency_id'::text, true), ''::text))::bigint)"
    assert qual == wanted


@every_agency_model
def test_foreign_keys_stay_inside_the_agency(db, model):
    wanted = {
        field.column
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, AgencyModel)
    }
    found = sql(
        """
        SELECT array_agg(attname::text) FROM pg_constraint
        JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
        WHERE contype = 'f' AND conrelid = %s::regclass AND array_length(conkey, 1) = 2
        GROUP BY pg_constraint.oid
        """,
        model._meta.db_table,
    )
    assert {frozenset(columns) for (columns,) in found} == {frozenset({"agency_id", name}) for name in wanted}


@every_model
def test_every_trigger_stands_and_looks_at_all_columns(db, model):
    stated = {rule.name: rule for rule in model._meta.constraints if isinstance(rule, InsertOnly | RowCheck)}
    table = model._meta.db_table
    found = sql("SELECT tgname, tgattr::text FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass", table)
    assert {name for name, _columns in found} == set(stated)
    assert [name for name, columns in found if columns and isinstance(stated[name], InsertOnly)] == []


@every_model
def test_unique_rules_include_the_agency(model):
    assert [f.name for f in model._meta.concrete_fields if f.unique and not f.primary_key] == []
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            assert constraint.fields[0] == "agency"


@every_model
def test_indexes_lead_with_the_agency(db, model):
    single = sql(
        """
        SELECT c.relname FROM pg_index JOIN pg_class c ON c.oid = indexrelid
        JOIN pg_attribute a ON a.attrelid = indrelid AND a.attnum = indkey[0]
        WHERE indrelid = %s::regclass AND NOT indisprimary AND NOT indisexclusion AND indnkeyatts > 1
        AND a.attname <> 'agency_id'
        """,
        model._meta.db_table,
    )
    assert single == []


@every_agency_model
def test_row_of_another_agency_is_out_of_reach(maple, birch, model):
    with agency_context(birch):
        model.objects.filter(agency=birch).exists() or make_one(model)
        theirs = model.objects.first()
    with pytest.raises(ScopeError):
        list(model.objects.all())
    with agency_context(maple), scopes_disabled():  # PostgreSQL alone must be enough
        assert list(model.objects.filter(agency=birch)) == []
        assert model.objects.filter(pk=theirs.pk).update(agency=maple) == 0
        assert sql(f'SELECT count(*) FROM "{model._meta.db_table}" WHERE agency_id = %s', birch.pk) == [(0,)]
        theirs.pk = None
        with pytest.raises(Error, match="row-level security"), transaction.atomic():
            theirs.save(force_insert=True)


def test_contexts_nest(maple, birch):
    for agency in (maple, birch):
        with agency_context(agency):
            make_one(Client, name=f"client of {agency}")
    names = "SELECT name FROM clients_client"
    with agency_context(maple):
        with agency_context(birch):
            assert sql(names) == [("client of Birch",)]
        assert sql(names) == [("client of Maple",)]
        with pytest.raises(KeyError), agency_context(birch):
            raise KeyError
        assert sql(names) == [("client of Maple",)]
    assert sql(names) == []


def test_the_filter_is_that_of_the_open_agency(maple, birch):
    """It is put together once a model, so another agency's must not be the one that comes back."""

    def asked():
        return f'"agency_id" = {maple.pk}' in (text := str(Client.objects.all().query)), f"= {birch.pk}" in text

    with agency_context(maple):
        client, other = make_one(Client), make_one(Client)
        guardian, _theirs = (make_one(Guardian, client=one) for one in (client, other))
        assert asked() == (True, False)
        with agency_context(birch):
            assert asked() == (False, True)
            with scopes_disabled():
                assert "WHERE" not in str(Client.objects.all().query)
        assert asked() == (True, False)
        Client.objects.filter(pk=client.pk).exclude(pk=client.pk).order_by("name")
        assert set(Client.objects.all()) == {client, other}  # what one reader narrowed is whole for the next
        assert list(client.guardians.all()) == [guardian]
        list(Client.objects.prefetch_related(Prefetch("guardians", Guardian.objects.all())))
        assert Guardian.objects.all()._hints == {} == Client.objects.all()._hints
    with pytest.raises(ScopeError):
        list(Client.objects.all())


def kwargs_for(pattern, agency):
    """Ids of fresh rows of the open agency for each argument of an address."""
    made = {"agency_slug": agency.slug}
    for name in pattern.pattern.converters:
        if name in URL_WORDS:
            made[name] = URL_WORDS[name]
        elif name in URL_GLOBALS:
            made[name] = URL_GLOBALS[name](agency)
        elif name != "agency_slug":
            assert name in URL_KWARGS, f"say in URL_KWARGS what {name} is"
            made[name] = make_one(apps.get_model(URL_KWARGS[name])).pk
    return made


def office_patterns():
    inside = next(r for r in get_resolver().url_patterns if "agency_slug" in r.pattern.converters and not r.namespace)
    return [pytest.param(pattern, id=str(pattern.name)) for _namespace, pattern in addresses(inside)]


@pytest.mark.parametrize("pattern", office_patterns())
def test_office_page_with_ids_of_another_agency_is_not_found(client, maple, birch, pattern):
    assert pattern.name, f"{pattern.pattern} needs a name"
    with agency_context(birch):
        kwargs = kwargs_for(pattern, birch)
    client.raise_request_exception = False
    client.force_login(make_member(maple).user)
    for slug in ("maple", "birch"):  # their ids under my address, and their own address
        url = reverse(pattern.name, kwargs={**kwargs, "agency_slug": slug})
        for method in ("get", "post", "put", "patch", "delete"):
            response = getattr(client, method)(url)
            assert response.status_code < 500
            assert b"of Birch" not in response.content
            if slug == "birch" or len(kwargs) > 1:
                assert response.status_code in (404, 405)


def namespaced(namespace):
    return [
        pytest.param(pattern, id=pattern.name)
        for found, pattern in addresses()
        if found == namespace and pattern.pattern.converters.keys() - {"agency_slug"}
    ]


@pytest.mark.parametrize("pattern", namespaced("api:"))
def test_api_with_ids_of_another_agency_is_not_found(client, maple, birch, pattern):
    with agency_context(birch):
        kwargs = kwargs_for(pattern, birch)
    del kwargs["agency_slug"]
    client.force_login(make_member(maple).user)
    for method in ("get", "post", "put", "patch", "delete"):
        response = getattr(client, method)(
            reverse(f"api:{pattern.name}", kwargs=kwargs), content_type="application/json"
        )
        assert response.status_code in (403, 404, 405)
        assert b"of Birch" not in response.content


@pytest.mark.parametrize("pattern", namespaced("phone:"))
def test_phone_with_ids_of_another_agency_or_colleague_is_not_found(client, maple, birch, pattern):
    member = make_member(maple, "caregiver")
    for agency in (birch, maple):
        with agency_context(agency):
            kwargs = kwargs_for(pattern, agency)
            if agency == maple:
                make_one(apps.get_model("caregivers.Caregiver"), user=member.user)
        del kwargs["agency_slug"]
        client.force_login(member.user)
        for method in ("get", "post"):
            response = getattr(client, method)(reverse(f"phone:{pattern.name}", kwargs=kwargs))
            assert response.status_code in (404, 405)


@pytest.mark.parametrize("pattern", namespaced("public:"))
def test_public_page_with_ids_of_another_agency_is_not_found(client, maple, birch, pattern):
    with agency_context(birch):
        kwargs = kwargs_for(pattern, birch)
    for method in ("get", "post"):
        response = getattr(client, method)(reverse(f"public:{pattern.name}", kwargs={**kwargs, "agency_slug": "maple"}))
        assert response.status_code in (404, 405)
        assert b"of Birch" not in response.content


@pytest.mark.parametrize(("namespace", "pattern"), [pytest.param(n, p, id=f"{n}{p.name}") for n, p in addresses()])
def test_page_asks_for_sign_in(client, maple, namespace, pattern):
    names = {"agency_slug": "maple"}
    kwargs = {name: names.get(name, 1) for name in pattern.pattern.converters}
    if namespace in ("", "phone:", "api:") and (namespace or pattern.name not in PUBLIC_URLS):
        inside = not namespace and pattern.name in {param.id for param in office_patterns()}
        url = reverse(f"{namespace}{pattern.name}", kwargs={**kwargs, **(names if inside else {})})
        is_public = pattern.name in PUBLIC_URLS
        assert (client.get(url).status_code in (302, 401, 403)) != is_public


WAYS_ROUND = {
    "a role that row security does not bind": """
        SELECT rolname FROM pg_roles
        WHERE rolname = current_user AND (rolsuper OR rolbypassrls)""",
    "a table the role owns": """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
        AND pg_get_userbyid(relowner) = current_user""",
    "a table the role may truncate": """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND has_table_privilege(oid, 'truncate')""",
    "a view that reads with its owner's rights": """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
        AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)""",
    "a function that runs with its owner's rights": """
        SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prosecdef
        AND proname <> 'past_the_rules'""",  # of the tests' own template
}


@pytest.mark.parametrize("way", WAYS_ROUND)
def test_no_way_round_row_security(db, way):
    assert sql(WAYS_ROUND[way]) == []


def test_every_task_opens_its_agency():
    current_app.loader.import_default_modules()
    ours = {name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")}
    assert {name for name, task in ours.items() if isinstance(task, GlobalTask)} == GLOBAL_TASKS
    assert all(isinstance(task, AgencyTask | GlobalTask) for task in ours.values())


ENDED = {
    "membership": lambda member: Membership.objects.filter(pk=member.pk).update(is_active=False),
    "person": lambda member: User.objects.filter(pk=member.user_id).update(is_active=False),
    "agency": lambda member: Agency.objects.filter(pk=member.agency_id).update(is_active=False),
}


@pytest.mark.parametrize("what", ENDED)
def test_whoever_is_gone_comes_in_neither_by_key_nor_by_a_session_that_still_runs(client, maple, what):
    member = make_member(maple)
    _key, secret = ApiKey.issue(membership=member, name="import")
    client.force_login(member.user)
    page, api, by_key = reverse("client_list", args=["maple"]), "/api/v1/clients/", {"X-Api-Key": secret}
    assert client.get(page).status_code == Browser().get(api, headers=by_key).status_code == 200
    ENDED[what](member)
    assert client.get(page).status_code == (302 if what == "person" else 404)
    assert Browser().get(api, headers=by_key).status_code in (401, 403, 404)


@pytest.fixture
def both(maple, birch):
    """Rows that could leak: the same kinds in both agencies, and a manager of Maple."""
    rows = {}
    for agency in (maple, birch):
        with agency_context(agency):
            rows[agency.slug] = {
                "client": make_one(Client, name=f"client of {agency}", pinyin="client"),
                "caregiver": make_one(apps.get_model("caregivers.Caregiver"), name=f"caregiver of {agency}"),
                "visit": make_one(apps.get_model("contracts.Visit")),
                "plan": make_one(apps.get_model("contracts.ServicePlan"), state="agreed", agreed_on="2026-01-01"),
            }
    return rows


def test_search_finds_only_the_own_agency(client, maple, both):
    client.force_login(make_member(maple).user)
    page = client.get("/maple/search/?q=client of").content
    assert b"client of Birch" not in page
    own = client.get("/maple/search/?q=client of Maple")
    assert own.status_code == 302  # to the only hit
    assert own.headers["Location"] == f"/maple/clients/{both['maple']['client'].pk}/"


def test_export_holds_only_rows_of_the_own_agency(maple, birch, both):
    for agency in (maple, birch):
        with agency_context(agency):
            content, count = workbook("caregivers", "tab=all")
        names = [row[1] for row in load_workbook(BytesIO(content)).active.iter_rows(min_row=2, values_only=True)]
        assert len(names) == count
        assert f"caregiver of {agency}" in names
        assert all(name.endswith(str(agency)) for name in names)


def test_posted_ids_of_another_agency_are_refused(client, maple, both):
    client.force_login(make_member(maple).user)
    mine, theirs = both["maple"], both["birch"]
    url = f"/maple/visits/{mine['visit'].pk}/assign/"
    assert client.post(url, {"caregiver": theirs["caregiver"].pk}).status_code == 404
    api = f"/api/v1/visits/{mine['visit'].pk}/assign/"
    body = {"caregiver": theirs["caregiver"].pk}
    response = client.post(api, body, content_type="application/json")
    assert (response.status_code, list(response.json())) == (400, ["caregiver"])
    form = client.post(
        f"/maple/clients/{mine['plan'].client_id}/agreements/new/",
        {"plan": theirs["plan"].pk, "caregiver": theirs["caregiver"].pk, "starts_on": "2026-12-01"},
    )
    assert {"plan", "caregiver"} <= form.context["form"].errors.keys()
    with agency_context(maple):
        assert apps.get_model("contracts.Visit").objects.get(pk=mine["visit"].pk).caregiver is None


def test_row_cannot_point_into_another_agency_even_by_its_id(maple, both):
    mine = apps.get_model("contracts.Visit").objects
    with agency_context(maple), transaction.atomic():
        mine.filter(pk=both["maple"]["visit"].pk).update(caregiver_id=both["birch"]["caregiver"].pk)
        with pytest.raises(Error, match="same_agency"):
            sql("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_token_of_another_agency_opens_nothing(client, maple, birch):
    with agency_context(birch):
        invitation = make_one(apps.get_model("supervision.SurveyInvitation"))
        token = make_token("survey", invitation.pk, 1)
    assert client.get(reverse("public:survey", args=["maple", token])).status_code == 404
    assert client.get(reverse("public:survey", args=["birch", token])).status_code == 200


def test_closed_agency_opens_nothing_and_is_sent_no_job(client, maple, birch, monkeypatch):
    sent = []
    monkeypatch.setattr(archive_expiry, "delay", lambda **ids: sent.append(ids["agency_id"]))
    client.force_login(make_member(birch).user)
    page = reverse("client_list", args=["birch"])
    assert client.get(page).status_code == 200
    birch.is_active = False
    birch.save()
    assert client.get(page).status_code == 404
    archive_expiry_everywhere()
    assert sent == [maple.pk]


def test_task_of_one_agency_leaves_the_other_alone(maple, birch):
    record = apps.get_model("archive.ArchiveRecord")
    for agency in (maple, birch):
        with agency_context(agency):
            make_one(record)
    archive_expiry.delay(agency_id=maple.pk)
    for agency, proposed in ((maple, 1), (birch, 0)):
        with agency_context(agency):
            assert record.objects.filter(proposed_on__isnull=False).count() == proposed
