"""The element table: no cell is a formula, amounts are numbers, the same rows give the same bytes."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from html import unescape
from io import BytesIO

import pytest

from litigation.core.court_profile import profile_on
from litigation.documents.element_table import ElementTableError, element_table
from litigation.profile_book import load_profiles
from tests.litigation.documents.test_injection import PAYLOADS

DAY = date(2026, 11, 22)
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=cmd|'/C calc'!A0",
    '=HYPERLINK("http://x","y")',
    "http://x/",
)


def row(**values: str) -> dict[str, str]:
    found = {"number": "1", "our_reference": "quanan:L1", "defendant.name": "侯英𬱖", "claim.total": "42426.30"}
    return found | {"contract.annual_rate": "0.18", "disbursed_on": "2025-03-10"} | values


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def made(*rows: dict[str, str]) -> bytes:
    return element_table(profile_on(load_profiles()["general"], DAY), rows, DAY)


@pytest.mark.parametrize("text", [*FORMULAS, *PAYLOADS])
def test_a_fact_is_a_text_whatever_it_begins_with(text: str) -> None:
    found = parts(made(row(**{"defendant.name": text})))
    sheet = found["xl/worksheets/sheet1.xml"]
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert not [name for name in found if "_rels/sheet" in name or "vba" in name or "external" in name]
    texts = [unescape(one) for one in re.findall(r"<t[^>]*>(.*?)</t>", found["xl/sharedStrings.xml"], re.S)]
    assert text.replace("\r", "_x000D_") in texts or text in texts


def test_money_is_a_number_with_two_decimals_and_dates_are_dates() -> None:
    found = parts(made(row()))
    sheet, styles = found["xl/worksheets/sheet1.xml"], found["xl/styles.xml"]
    assert "<v>42426.30</v>" in sheet
    assert "<v>18.00</v>" in sheet
    assert "<v>45726</v>" in sheet  # 2025-03-10
    assert "yyyy" in styles


def test_all_defendants_stand_in_one_cell() -> None:
    found = parts(made(row(**{"defendants": "2", "defendant2.name": "林样例"})))
    assert "侯英𬱖\n林样例" in found["xl/sharedStrings.xml"]


def test_the_same_rows_give_the_same_bytes_and_another_day_other_ones() -> None:
    assert made(row(), row()) == made(row(), row())
    other = element_table(profile_on(load_profiles()["general"], DAY), [row(), row()], date(2026, 11, 23))
    assert other != made(row(), row())


@pytest.mark.parametrize(
    ("key", "value"),
    [("claim.total", "x"), ("claim.total", "NaN"), ("claim.total", "99999999999999.99"), ("disbursed_on", "heute"),
     ("disbursed_on", "1899-01-01"), ("defendant.name", "甲" * 32_768)],
)  # fmt: skip
def test_what_a_sheet_cannot_hold_is_refused_and_the_column_is_named(key: str, value: str) -> None:
    with pytest.raises(ElementTableError, match="column"):
        made(row(**{key: value}))
