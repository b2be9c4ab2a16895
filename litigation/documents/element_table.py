"""The batch element table (要素表) as XLSX: one row for each case, for courts that read many cases at once.

Spec: docs/spec/export.md, ECMA-376. Every fact is written as text, number or date, never as a
formula, whatever it begins with; amounts are numbers with two decimals. The same rows give the same
bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Any

import xlsxwriter

from litigation.core.court_profile import CellKind, Column, CourtProfile
from litigation.errors import LitigationError

MAX_TEXT = 32_767  # of a cell
EXACT_DIGITS = 15  # of a number in a sheet
FORMATS: Mapping[CellKind, dict[str, Any]] = {
    CellKind.MONEY: {"num_format": "#,##0.00"},
    CellKind.RATE: {"num_format": "0.00##"},
    CellKind.DATE: {"num_format": "yyyy-mm-dd", "align": "center"},
    CellKind.INTEGER: {"num_format": "0", "align": "center"},
    CellKind.TEXT: {"num_format": "@", "text_wrap": True},
}


class ElementTableError(LitigationError):
    """A value cannot stand in the element table; the message names the column."""

    code = "element-table"


def element_table(profile: CourtProfile, rows: Sequence[Mapping[str, str]], dated: date) -> bytes:
    """Write the table of these cases; `dated` is what the file says of its day of making."""
    out = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }
    book = xlsxwriter.Workbook(out, options)
    made = datetime(dated.year, dated.month, dated.day, tzinfo=UTC)
    book.set_properties({"title": profile.sheet, "author": "", "created": made})
    border: dict[str, Any] = {"border": 1, "valign": "vcenter", "font_name": "宋体", "font_size": 10}
    head = book.add_format({**border, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#EDF0F5"})
    formats = {kind: book.add_format({**border, **look}) for kind, look in FORMATS.items()}
    sheet = book.add_worksheet(profile.sheet)
    for number, column in enumerate(profile.columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, column.head, head)
    for line, row in enumerate(rows, 1):
        for number, column in enumerate(profile.columns):
            _write(sheet, line, number, column, cell_text(column, row), formats)
    sheet.freeze_panes(1, 1)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(profile.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return out.getvalue()


def cell_text(column: Column, row: Mapping[str, str]) -> str:
    """The first known fact of a column; of all defendants where it asks for each, one a line."""
    if not column.each:
        return next((row[key] for key in column.keys if row.get(key)), "")
    count = int(row.get("defendants", "1"))
    prefixes = ["defendant" if number == 1 else f"defendant{number}" for number in range(1, count + 1)]
    texts = [next((row[f"{one}.{key}"] for key in column.keys if row.get(f"{one}.{key}")), "") for one in prefixes]
    return "\n".join(texts).strip("\n")


def _write(sheet: Any, line: int, number: int, column: Column, text: str, formats: Mapping[CellKind, Any]) -> None:
    look = formats[column.kind]
    if not text:
        sheet.write_blank(line, number, None, look)
    elif column.kind is CellKind.TEXT:
        if len(text) > MAX_TEXT:
            raise ElementTableError(f"column {column.head}: a cell holds at most {MAX_TEXT} characters")
        sheet.write_string(line, number, text, look)
    elif column.kind is CellKind.DATE:
        sheet.write_datetime(line, number, _day(column, text), look)
    else:
        sheet.write_number(line, number, _number(column, text), look)


def _day(column: Column, text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as problem:
        raise ElementTableError(f"column {column.head}: not a day such as 2025-07-14") from problem
    if found.year < 1901:  # before that a sheet has no days that all programs agree on
        raise ElementTableError(f"column {column.head}: a day before 1901 cannot stand in a sheet")
    return found


def _number(column: Column, text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as problem:
        raise ElementTableError(f"column {column.head}: not a number") from problem
    if column.kind is CellKind.RATE:
        found *= 100
    if not found.is_finite() or len(found.as_tuple().digits) > EXACT_DIGITS + 2 or abs(found) >= Decimal(10) ** 13:
        raise ElementTableError(f"column {column.head}: a number of more digits than a sheet holds exactly")
    return found
