"""Clients come in from Excel: every problem of a row at once, all rows or none, each under its consent."""

import io

import pytest
from django.utils import translation
from openpyxl import Workbook

from agencies import imports
from agencies.imports import Importer
from agencies.models import Role
from clients.models import Client, Consent, Guardian
from tests.factories import make_member, make_one


def heads():
    """Name of each column as the template writes it."""
    with translation.override("zh-hans"):
        form = Importer.by_name["clients"].form()
        return [str(form.fields[name].label) for name in COLUMNS]


COLUMNS = (
    "name",
    "salutation",
    "identity_type",
    "identity_number",
    "phone",
    "district",
    "address",
    "consent_by",
    "means",
)
ROW = ["李淑贞", "李奶奶", "居民身份证", "11010519491231002X", "13500001234", "历下区", "泺文路12号"]


def sent(rows, by):
    book = Workbook()
    with translation.override("zh-hans"):
        form = Importer.by_name["clients"].form()
        means = str(dict(form.fields["means"].choices)["phone"])
        own = str(dict(form.fields["consent_by"].choices)["self"])
        identity = str(dict(form.fields["identity_type"].choices)["resident"])
    book.active.append(heads())
    for row in rows:
        row[2] = identity
        book.active.append([*row, own, means])
    buffer = io.BytesIO()
    book.save(buffer)
    with translation.override("zh-hans"):
        run = imports.start_import(
            importer=Importer.by_name["clients"], name="客户.xlsx", content=buffer.getvalue(), by=by
        )
        imports.check_import(import_id=run.pk)
    run.refresh_from_db()
    return run


@pytest.fixture
def by(in_maple):
    return make_member(in_maple, Role.COORDINATOR).user


def test_good_rows_are_saved_with_their_consent(by):
    run = sent([[*ROW]], by)
    assert (run.state, run.wrong_count) == ("checked", 0)
    assert not Client.objects.exists()
    imports.confirm_import(run=run, by=by)
    imports.save_import(import_id=run.pk)
    client = Client.objects.get()
    assert (client.number, client.name, client.sex) == ("KH-0001", "李淑贞", "female")
    assert [row.kind for row in client.consents.all()] == [Consent.Kind.PERSONAL_DATA]
    assert not Guardian.objects.exists()


def test_every_problem_of_a_row_is_named_and_nothing_is_saved(by):
    make_one(Client, phone="13500009999", name="王大山")
    wrong = ["", "王爷爷", "", "110105194912310021", "12", "历下区", "泺文路12号"]
    known = ["王小山", "王叔", "", "370102197503071235", "13500009999", "历下区", "泺文路12号"]
    run = sent([[*ROW], [*ROW], wrong, known], by)
    with translation.override("zh-hans"):
        found = dict(imports.findings_of(run, 10))
    assert found.keys() == {"3", "4", "5"}
    assert len(found["4"]) == 3  # name, number, phone
    assert "王大山" in found["5"][0]
    assert Client.objects.count() == 1


def test_every_column_of_the_template_has_a_head_of_its_own():
    importer = Importer.by_name["clients"]
    with translation.override("zh-hans"):
        heads = [str(importer.form.base_fields[name].label) for name in importer.columns]
    assert len(set(heads)) == len(heads)
