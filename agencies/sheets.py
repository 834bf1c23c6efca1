"""Excel files read safely: what people paste into them becomes what a form takes."""

import datetime as dt
import io
import re
import zipfile

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

MAX_ROWS = 5000
MAX_COLUMNS = 100
MAX_UNPACKED = 25 * 1024 * 1024  # 5,000 full rows are 5 MB; the parser reads all of it in a second or two
MAX_EMPTY = 200  # rows in a row, after which the sheet is taken to be over
MAX_CELL = 2000
YES = {"是", "yes", "y", "true", "1", "✓", "√"}
NO = {"否", "no", "n", "false", "0", "✗", "×"}
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0?0:00(?::00)?)?")
WRONG = PatternFill("solid", fgColor="FFF2CC")


def read_sheet(content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The heads of the first sheet and its rows as (number in Excel, texts); ValidationError for what is no such file."""
    _check_package(content)
    try:
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        lines = _lines(sheet)
    except ValidationError:
        raise
    except Exception:
        raise ValidationError(_("The file cannot be read. Save it again as .xlsx and try once more.")) from None
    if len(lines) < 2:
        raise ValidationError(_("There is no row below the heads. Fill in the template and send it again."))
    return lines[0][1], lines[1:]


def _check_package(content):
    if len(content) > settings.UPLOAD_MAX_BYTES:
        limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
        raise ValidationError(_("The file is larger than %(limit)s. Split it.") % {"limit": limit})
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names, size = package.namelist(), sum(entry.file_size for entry in package.infolist())
    except (zipfile.BadZipFile, ValueError, OSError):
        names, size = [], 0
    if "xl/workbook.xml" not in names:
        raise ValidationError(_("This is not an Excel file of the kind .xlsx. Save it as .xlsx and send it again."))
    if size > MAX_UNPACKED:
        raise ValidationError(_("The file holds far more than rows of text. Copy the rows into the template."))


def _lines(sheet):
    """Rows that hold something, each with its number; texts trimmed."""
    lines, empty = [], 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
        texts = [text_of(cell) for cell in cells]
        if not any(texts):
            empty += 1
            if empty > MAX_EMPTY:
                break
            continue
        empty = 0
        lines.append((number, texts))
        if len(lines) > MAX_ROWS + 1:
            limit = {"rows": MAX_ROWS}
            raise ValidationError(_("There are more than %(rows)s rows. Split the file and send its parts.") % limit)
    return lines


def text_of(cell) -> str:
    """A cell as somebody would have typed it: whole numbers without a point, days as 2026-11-23."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()[:MAX_CELL]


# Heads --------------------------------------------------------------------------------------------------------------


def heads_of(form: forms.Form, columns: tuple[str, ...]) -> dict[str, str]:
    """What stands above each column in the reader's language; a star marks what has to be filled in."""
    return {name: f"{form.fields[name].label}{'*' if form.fields[name].required else ''}" for name in columns}


def find_columns(heads: list[str], make_form, columns: tuple[str, ...]) -> tuple[dict[str, int], list[str], list[str]]:
    """Where each column stands, in whatever language it is named; the required ones missing; the unknown heads."""
    known = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            known |= {_plain(head): name for name, head in heads_of(make_form(), columns).items()}
    places, unknown = {}, []
    for place, head in enumerate(heads):
        name = known.get(_plain(head))
        if name and name not in places:
            places[name] = place
        elif head:
            unknown.append(head)
    form = make_form()
    missing = [str(form.fields[name].label) for name in columns if form.fields[name].required and name not in places]
    return places, missing, unknown


def _plain(head):
    return re.sub(r"[\s*＊]", "", str(head)).casefold()


# Cells --------------------------------------------------------------------------------------------------------------


def typed_into(field: forms.Field, text: str):
    """What a form's field would have been sent for a text of a cell; what it cannot be stays, so that the form says so."""
    if isinstance(field, forms.MultipleChoiceField):
        return [code for part in re.split(r"[、,，;；/\n]+", text) for code in _codes(field, part.strip()) if code]
    if isinstance(field, forms.ChoiceField):
        return _code(field, text)
    if isinstance(field, forms.BooleanField):
        return "on" if text.casefold() in YES else ""
    if isinstance(field, forms.DateField) and (found := DAY.fullmatch(text)):
        year, month, day = found.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    return text


def _codes(field, text):
    """One choice, or several with only a space between; a label may hold a space itself."""
    code = _code(field, text)
    return [code] if code != text else [_code(field, part) for part in text.split()]


def _code(field, text):
    """The value of a choice named in any language, or typed as the value itself."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for value, label in field.choices:
                name = str(label).casefold()
                if value not in ("", None) and text.casefold() in (name, _short(name), str(value).casefold()):
                    return str(value)
    return text


def _short(label):
    """A label without what stands in brackets behind it: nobody types that."""
    return re.sub(r"\s*[(（].*", "", label)


def name_the_choices(form: forms.Form) -> None:
    """Have the refusal of an unknown choice say which there are: a sheet shows no list to pick from."""
    for field in form.fields.values():
        if isinstance(field, forms.ChoiceField):
            text = _("Write one of these: %(choices)s") % {"choices": " / ".join(_labels(field))}
            field.error_messages["invalid_choice"] = text.replace("%", "%%")


def unclear(field: forms.Field, text: str) -> str:
    """What is wrong with a text that a form would take for something else without a word."""
    if isinstance(field, forms.BooleanField) and text and text.casefold() not in YES | NO:
        return _("Write yes or no.")
    return ""


# Workbooks ----------------------------------------------------------------------------------------------------------


def empty_sheet(form: forms.Form, columns: tuple[str, ...], *, title: str) -> bytes:
    """An empty sheet with the heads, pick lists for choices, and a second sheet that explains every column."""
    book = Workbook()
    sheet, guide = book.active, book.create_sheet(_("How to fill in"))
    sheet.title = re.sub(r"[\\/*?:\[\]]", " ", title)[:31]
    _write_heads(sheet, list(heads_of(form, columns).values()))
    guide.append([_("Column"), _("Needed"), _("What to write")])
    for place, name in enumerate(columns, 1):
        field, letter = form.fields[name], get_column_letter(place)
        guide.append([str(field.label), _("yes") if field.required else "", _hint(field)])
        if options := _options(field):
            pick = DataValidation(type="list", formula1=f'"{",".join(options)}"', allow_blank=True)
            sheet.add_data_validation(pick)
            pick.add(f"{letter}2:{letter}{MAX_ROWS + 1}")
        if not isinstance(field, forms.DateField):
            for row in range(2, 502):  # Excel would cut long numbers and leading zeros
                sheet[f"{letter}{row}"].number_format = "@"
    for letter, width in zip("ABC", (24, 8, 90), strict=True):
        guide.column_dimensions[letter].width = width
    return _saved(book)


def _options(field):
    """The labels of a single choice, where Excel's pick list can hold them."""
    if isinstance(field, forms.MultipleChoiceField) or not isinstance(field, forms.ChoiceField | forms.BooleanField):
        return []
    options = [_("yes"), _("no")] if isinstance(field, forms.BooleanField) else _labels(field)
    return options if len(",".join(options)) < 250 and not any("," in option for option in options) else []


def _labels(field):
    return [str(label) for value, label in field.choices if value not in ("", None)]


def _hint(field):
    parts = [str(field.help_text)] if field.help_text else []
    if isinstance(field, forms.MultipleChoiceField):
        parts.append(_("One or more of these, with a comma between:"))
    if isinstance(field, forms.ChoiceField):
        parts.append(" / ".join(_labels(field)))
    if isinstance(field, forms.DateField):
        parts.append(_("A day, such as 2026-11-23"))
    if isinstance(field, forms.BooleanField):
        parts.append(_("yes or no"))
    return " ".join(parts)


def marked_up(heads: dict[str, str], rows: list[tuple[list[str], dict[str, list[str]]]]) -> bytes:
    """Rows of texts in the order of heads; wrong cells coloured with their comment, and all there is to mend at the end.

    The second part of a row holds its problems by column; a name that is no column stands for the row as a whole.
    """
    book = Workbook()
    sheet = book.active
    _write_heads(sheet, [*heads.values(), _("To mend")])
    for number, (texts, problems) in enumerate(rows, 2):
        named = [
            f"{heads[name].rstrip('*')}: {text}" if name in heads else text
            for name in problems
            for text in problems[name]
        ]
        for place, text in enumerate([*texts, " ".join(named)], 1):
            if text:
                cell = sheet.cell(number, place, text)
                cell.data_type, cell.number_format = "s", "@"  # never a formula
        for place, name in enumerate(heads, 1):
            if name in problems:
                cell = sheet.cell(number, place)
                cell.fill, cell.comment = WRONG, Comment(" ".join(problems[name]), "carecenter")
    sheet.column_dimensions[get_column_letter(len(heads) + 1)].width = 80
    return _saved(book)


def _write_heads(sheet, heads):
    sheet.append(heads)
    sheet.freeze_panes = "A2"
    for place, head in enumerate(heads, 1):
        sheet.cell(1, place).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = max(12, 2 * len(head) + 4)


def _saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
