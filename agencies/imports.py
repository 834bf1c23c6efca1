"""Excel in: a file is read, every row is judged by the page's form and action, then all rows are saved or none."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agencies.forms import take_refusal
from agencies.models import Import, User
from agencies.pages import submit
from agencies.sheets import (
    empty_sheet,
    find_columns,
    heads_of,
    marked_up,
    name_the_choices,
    read_sheet,
    typed_into,
    unclear,
)
from agencies.tenancy import current_agency

FORGOTTEN_AFTER = dt.timedelta(days=7)  # what was read in and never saved holds names and numbers of people


@dataclass(frozen=True)
class Importer:
    """One kind of file: its form is a row, its columns are fields of the form, its action saves the row.

    key reads from a cleaned row what may stand in a file once only.
    """

    name: str
    title: str
    right: str
    form: type[forms.Form]
    columns: tuple[str, ...]
    action: Callable[..., Any]
    key: Callable[[dict], Any]
    by_name: ClassVar[dict[str, "Importer"]] = {}

    def __post_init__(self):
        Importer.by_name[self.name] = self

    def template(self) -> bytes:
        return empty_sheet(self.form(), self.columns, title=str(self.title))


# Reading ------------------------------------------------------------------------------------------------------------


def start_import(*, importer: Importer, name: str, content: bytes, by: User) -> Import:
    """Read a file and put its rows in the queue; what is wrong with the file as a whole is refused at once."""
    from agencies.office_tasks import check_import

    heads, lines = read_sheet(content)
    places, missing, unknown = find_columns(heads, importer.form, importer.columns)
    if missing:
        text = _("These columns are missing: %(columns)s. Take the template.")
        raise ValidationError(text % {"columns": _("、").join(missing)})
    rows = [(number, [_at(texts, places.get(name)) for name in importer.columns]) for number, texts in lines]
    run = Import.objects.create(
        importer=importer.name,
        name=name[:150],
        rows=json.dumps(rows, ensure_ascii=False),
        row_count=len(rows),
        unknown_heads=[head[:60] for head in unknown if head != _("To mend")],
        requested_by=by,
    )
    check_import.delay_on_commit(agency_id=current_agency().pk, import_id=run.pk)
    return run


def _at(texts, place):
    return texts[place] if place is not None and place < len(texts) else ""


# Checking and saving ------------------------------------------------------------------------------------------------


def check_import(*, import_id: int) -> None:
    """Judge every row, each in a savepoint that is rolled back; safe twice."""
    if run := _claim(import_id, Import.State.CHECKING):
        with translation.override(run.requested_by.language):
            _note(run, _problems_of(run))


def save_import(*, import_id: int) -> None:
    """Save all rows, or none when one of them is refused meanwhile; safe twice."""
    if not (run := _claim(import_id, Import.State.SAVING)):
        return
    with translation.override(run.requested_by.language):
        with transaction.atomic():
            if problems := _problems_of(run, keep=True):
                transaction.set_rollback(True)
        if problems:
            _note(run, problems)
        else:
            _forget(run, Import.State.DONE)


def _claim(import_id, state):
    """The run, ours until the transaction ends; None when somebody has it or it is past this state."""
    runs = Import.objects.select_related("requested_by").select_for_update(of=["self"], skip_locked=True)
    return runs.filter(pk=import_id, state=state).first()


def _note(run, problems):
    run.problems = json.dumps(problems, ensure_ascii=False) if problems else ""
    run.wrong_count = len(problems)
    run.state = Import.State.CHECKED
    run.finished_at = timezone.now()
    run.save()


def _problems_of(run, *, keep=False):
    """Problems by the row's number in Excel: {"7": {"phone": ["…"]}}; rows stay saved only with keep."""
    importer, seen, problems = Importer.by_name[run.importer], {}, {}
    for number, texts in json.loads(run.rows):
        form = _form_of(importer, texts)
        with transaction.atomic():
            submit(form, importer.action, by=run.requested_by)
            if not keep:
                transaction.set_rollback(True)
        _note_twice(importer, form, number, seen)
        if form.errors:
            named = [name for name in importer.columns if name in form.errors]
            named += [name for name in form.errors if name not in named]
            problems[str(number)] = {name: list(map(str, form.errors[name])) for name in named}
    return problems


def _form_of(importer, texts):
    fields = importer.form.base_fields
    typed = {name: (fields[name], text) for name, text in zip(importer.columns, texts, strict=True)}
    form = importer.form({name: typed_into(field, text) for name, (field, text) in typed.items()})
    name_the_choices(form)
    form.full_clean()
    for name, (field, text) in typed.items():
        if problem := unclear(field, text):
            form.add_error(name, problem)
    return form


def _note_twice(importer, form, number, seen):
    try:
        key = importer.key(form.cleaned_data)
    except KeyError:  # a part of it was wrong itself
        return
    if (first := seen.setdefault(key, number)) != number:
        take_refusal(form, ValidationError(_("This is the same as row %(row)s of the file.") % {"row": first}))


# What the office does with it ---------------------------------------------------------------------------------------


def confirm_import(*, run: Import, by: User) -> None:
    """Have the checked rows saved; only when not one of them is wrong."""
    from agencies.office_tasks import save_import

    checked = Import.objects.filter(pk=run.pk, state=Import.State.CHECKED, wrong_count=0)
    if not checked.update(state=Import.State.SAVING):
        raise ValidationError(_("Rows are saved when all of them are right. Mend the file and send it again."))
    save_import.delay_on_commit(agency_id=current_agency().pk, import_id=run.pk)


def drop_import(*, run: Import, by: User) -> None:
    """Forget a file without saving it."""
    checked = Import.objects.filter(pk=run.pk, state=Import.State.CHECKED)
    if not checked.update(state=Import.State.DROPPED, rows="", problems="", finished_at=timezone.now()):
        raise ValidationError(_("This file is being worked on, or done with."))


def fail_import(*, import_id: int, error: str) -> None:
    """Note that a file could not be worked through; whoever sent it may send it again."""
    open_states = [Import.State.CHECKING, Import.State.SAVING]
    Import.objects.filter(pk=import_id, state__in=open_states).update(
        state=Import.State.FAILED, rows="", problems="", finished_at=timezone.now()
    )


def _forget(run, state):
    run.rows, run.problems, run.state, run.finished_at = "", "", state, timezone.now()
    run.save()


def tend_imports() -> None:
    """Ring again for files that wait although they were sent minutes ago; forget what nobody came back for."""
    from agencies import office_tasks

    now, agency_id = timezone.now(), current_agency().pk
    for state, task in (
        (Import.State.CHECKING, office_tasks.check_import),
        (Import.State.SAVING, office_tasks.save_import),
    ):
        waiting = Import.objects.filter(state=state, requested_at__lt=now - dt.timedelta(minutes=2))
        for pk in waiting.values_list("pk", flat=True)[:50]:
            task.delay_on_commit(agency_id=agency_id, import_id=pk)
    left = Import.objects.filter(state=Import.State.CHECKED, requested_at__lt=now - FORGOTTEN_AFTER)
    left.update(state=Import.State.DROPPED, rows="", problems="")


# What the page shows ------------------------------------------------------------------------------------------------


def findings_of(run: Import, limit: int) -> list[tuple[str, list[str]]]:
    """The first wrong rows: the number in Excel, and everything to mend in it, each with its column."""
    form = Importer.by_name[run.importer].form()
    found = []
    for number, problems in list(json.loads(run.problems or "{}").items())[:limit]:
        found.append((number, [_named(form, name, text) for name, texts in problems.items() for text in texts]))
    return found


def _named(form, name, text):
    return text if name == NON_FIELD_ERRORS or name not in form.fields else f"{form.fields[name].label}: {text}"


def marked_file(run: Import) -> bytes:
    """The file as an Excel file to mend and send again, wrong rows on top; made when asked for, kept nowhere."""
    importer, problems = Importer.by_name[run.importer], json.loads(run.problems or "{}")
    rows = [(texts, problems.get(str(number), {})) for number, texts in json.loads(run.rows or "[]")]
    rows.sort(key=lambda row: not row[1])
    return marked_up(heads_of(importer.form(), importer.columns), rows)
