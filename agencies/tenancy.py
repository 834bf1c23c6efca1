"""The one door to an agency's data: ORM scope, transaction and PostgreSQL row security together."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache

from django.db import connection, models, transaction
from django.utils.translation import get_language
from django_scopes import ScopedManager, get_scope, scope
from simple_history.models import HistoricalRecords

from agencies.fields import EncryptedTextField

SETTING = "app.agency_id"


def current_agency():
    """Return the agency whose context is open; KeyError when there is none."""
    return get_scope()["agency"]


@contextmanager
def agency_context(agency) -> Iterator:
    """Open one agency's data, for the ORM and for PostgreSQL alike, in one transaction."""
    outer = get_scope().get("agency")
    with scope(agency=agency), transaction.atomic():
        _tell_postgres(agency)
        yield agency
        if connection.savepoint_ids and not transaction.get_rollback():
            _check_rules()
            _tell_postgres(outer)  # the end of the transaction, or a rollback, forgets by itself


def _tell_postgres(agency):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {SETTING} = %s", [str(agency.pk) if agency else ""])


def _check_rules():
    """Rules that wait for the end of the transaction read rows, so they are checked while the agency is open."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


class _TableRule(models.BaseConstraint):
    """A rule about a whole table that makemigrations writes down by itself."""

    def constraint_sql(self, model, schema_editor):
        self.create_sql(model, schema_editor)

    def create_sql(self, model, schema_editor):
        schema_editor.deferred_sql.append(self.statement(model))  # the end of the migration knows every table
        return ""  # nothing to run at once

    def validate(self, *args, **kwargs):
        """PostgreSQL checks it."""

    def __eq__(self, other):
        return type(self) is type(other) and self.deconstruct() == other.deconstruct()

    def __hash__(self):
        return hash(self.name)


class RowSecurity(_TableRule):
    """Only rows of the agency in app.agency_id can be seen or written."""

    def statement(self, model):
        return f"""
            ALTER TABLE "{model._meta.db_table}" ENABLE ROW LEVEL SECURITY;
            CREATE POLICY agency_isolation ON "{model._meta.db_table}" USING (
                agency_id = nullif(current_setting('{SETTING}', true), '')::bigint
            )"""

    def remove_sql(self, model, schema_editor):
        return f"""
            DROP POLICY agency_isolation ON "{model._meta.db_table}";
            ALTER TABLE "{model._meta.db_table}" DISABLE ROW LEVEL SECURITY"""


class SameAgency(_TableRule):
    """The row this foreign key points at belongs to the same agency; row security alone does not check that."""

    def __init__(self, *, field, name):
        super().__init__(name=name)
        self.field = field

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field}

    def statement(self, model):
        target = model._meta.get_field(self.field).related_model._meta.db_table
        return f"""
            ALTER TABLE "{model._meta.db_table}" ADD CONSTRAINT "{self.name}"
            FOREIGN KEY (agency_id, {self.field}_id) REFERENCES "{target}" (agency_id, id)
            DEFERRABLE INITIALLY DEFERRED"""

    def remove_sql(self, model, schema_editor):
        return f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{self.name}"'


class _Trigger(_TableRule):
    """A rule kept by a trigger, so that it holds whoever writes; each has its own function.

    The function looks for tables in the schema alone: a temporary table of the same name would otherwise come first.
    """

    def trigger_sql(self, model, kind, when, body, timing=""):
        return f"""
            CREATE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog, public, pg_temp AS $$ {body} $$;
            CREATE {kind} "{self.name}" {when} ON "{model._meta.db_table}" {timing}
            FOR EACH ROW EXECUTE FUNCTION "{self.name}"()"""

    def remove_sql(self, model, schema_editor):
        return f'DROP FUNCTION "{self.name}"() CASCADE'


def unchanged(*, but: Iterable[str] = ()) -> str:
    """The condition that a row stays as it is, in every column but these; a later column is kept by itself."""
    free = ", ".join(f"'{column}'" for column in but)
    return f"(to_jsonb(NEW) - ARRAY[{free}]::text[] IS NOT DISTINCT FROM to_jsonb(OLD) - ARRAY[{free}]::text[])"


class InsertOnly(_Trigger):
    """Rows are added and read, never changed or deleted, save for the fields named.

    The changeable ones may change as often as need be; those named once are filled in while empty, and stay.
    """

    def __init__(self, *, name, changeable=(), once=()):
        super().__init__(name=name)
        self.changeable, self.once = tuple(changeable), tuple(once)

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "changeable": self.changeable, "once": self.once}

    def statement(self, model):
        free = [model._meta.get_field(name).column for name in (*self.changeable, *self.once)]
        filled = [model._meta.get_field(name).column for name in self.once]
        allowed = [unchanged(but=free), *map(self._is_kept, filled)]
        return self.trigger_sql(
            model,
            "TRIGGER",
            "BEFORE DELETE OR UPDATE",
            f"""BEGIN IF TG_OP = 'UPDATE' AND {" AND ".join(allowed)} THEN RETURN NEW; END IF;
                RAISE EXCEPTION '{model._meta.db_table} is insert-only' USING ERRCODE = 'restrict_violation'; END""",
        )

    def _is_kept(self, column):
        return f"""(coalesce(OLD."{column}"::text, '') IN ('', 'false') OR NEW."{column}" IS NOT DISTINCT FROM OLD."{column}")"""


class RowCheck(_Trigger):
    """A condition over other rows, checked when the transaction ends: PL/pgSQL that is true when all is well.

    The condition may name NEW and OLD; events is for example "INSERT OR UPDATE". It looks at the rows of the row's own
    agency, whichever is open by then: rows that row security hides would count as not there. One that is checked at
    once, as the statement ends, sees other rows as they were when it was written, not as the transaction leaves them.
    """

    def __init__(self, *, name, condition, events, message, at_once=False):
        super().__init__(name=name)
        self.condition, self.events, self.message, self.at_once = condition, events, message, at_once

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return (
            path,
            args,
            {
                **kwargs,
                "condition": self.condition,
                "events": self.events,
                "message": self.message,
                "at_once": self.at_once,
            },
        )

    def statement(self, model):
        return self.trigger_sql(
            model,
            "CONSTRAINT TRIGGER",
            f"AFTER {self.events}",
            f"""DECLARE opened text := current_setting('{SETTING}', true);
                BEGIN PERFORM set_config('{SETTING}', coalesce(NEW.agency_id, OLD.agency_id)::text, true);
                IF ({self.condition}) IS NOT TRUE THEN RAISE EXCEPTION '{self.message}'
                USING ERRCODE = 'check_violation', CONSTRAINT = '{self.name}'; END IF;
                PERFORM set_config('{SETTING}', opened, true); RETURN NULL; END""",
            timing="" if self.at_once else "DEFERRABLE INITIALLY DEFERRED",
        )


def same_agency(table: str, *fields: str) -> list[SameAgency]:
    """A SameAgency rule for each foreign key named."""
    return [SameAgency(field=field, name=f"{table}_{field}_same_agency") for field in fields]


@lru_cache(maxsize=5000)
def _is_of(model, agency_id):
    """The condition that a row is of an agency, on the model's own table."""
    [condition] = models.QuerySet(model).filter(agency=agency_id).query.where.children
    return condition


class AgencyManager(type(ScopedManager(agency="agency"))):
    """Rows of the open agency alone; ScopeError while none is open.

    A page asks for rows some thirty times, so the condition is put together once for each model and agency. The
    queryset around it is new every time: what one reader knows of it never meets the next.
    """

    def get_queryset(self):
        opened = get_scope()
        agency = opened.get("agency")
        if not isinstance(agency, models.Model) or not opened["_enabled"] or hasattr(self, "_override_scope"):
            return super().get_queryset()
        rows = models.Manager.get_queryset(self)
        rows.query.get_initial_alias()
        rows.query.where.add(_is_of(self.model, agency.pk), "AND")
        return rows


@cache
def _labels(field, language):
    """What the values of a field are called in the language that is active."""
    return {value: str(label) for value, label in field.flatchoices}


class AgencyModel(models.Model):
    """Base of every model whose rows belong to one agency."""

    agency = models.ForeignKey(
        "agencies.Agency",
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        db_index=False,  # the (agency, id) rule below is the index
    )
    objects = AgencyManager()

    class Meta:
        abstract = True
        constraints = [
            RowSecurity(name="%(app_label)s_%(class)s_rls"),
            models.UniqueConstraint(fields=["agency", "id"], name="%(app_label)s_%(class)s_agency_id"),
        ]

    def save(self, **kwargs):
        if self.agency_id is None:
            self.agency = current_agency()
        super().save(**kwargs)

    def _get_FIELD_display(self, field):  # noqa: N802 -- the name is Django's
        """As Django's, which hashes and so translates every label of the field for each row of a list."""
        value = getattr(self, field.attname)
        return _labels(field, get_language()).get(value, value)


class AgencyHistory(HistoricalRecords):
    """simple_history whose tables carry row security, lead with the agency, and are written once.

    Only encrypted values may be written anew, when keys change.
    """

    def get_meta_options(self, model):
        name = f"{model._meta.app_label}_historical{model._meta.model_name}"
        encrypted = [field.name for field in model._meta.fields if isinstance(field, EncryptedTextField)]
        return {
            **super().get_meta_options(model),
            "constraints": [
                RowSecurity(name=f"{name}_rls"),
                InsertOnly(name=f"{model._meta.model_name}_history_insert_only", changeable=encrypted),
            ],
            "indexes": [
                models.Index(fields=["agency", "id", "-history_date"], name=f"{model._meta.model_name}_history")
            ],
        }


def agency_key(name: str) -> str:
    """Prefix a cache key with the open agency, so that no entry is shared between agencies."""
    return f"agency:{current_agency().pk}:{name}"
