"""The page of readiness says what the code does: its tables are the data, and every defect code is on it."""

from __future__ import annotations

import re

from litigation.core.readiness import ACCEPTABLE
from litigation.core.routing import Route
from tests.architecture.markdown import ROOT
from tests.litigation.readiness.page import DERIVED, MATRIX, PAGE, derived_table, matrix_table, shown

TEXT = PAGE.read_text("utf-8")
CODE = re.compile(r'Defect\(\s*(?:code=)?"([a-z-]+)"|_defect\(\s*(?:dossier,\s*)?"([a-z-]+)"')


def test_the_tables_of_the_page_are_the_data() -> None:
    assert shown(TEXT, MATRIX) == matrix_table()
    assert shown(TEXT, DERIVED) == derived_table()


def test_every_defect_code_of_the_checks_is_on_the_page_and_none_that_is_not() -> None:
    files = [*(ROOT / "litigation" / "core" / "checks").glob("*.py"), ROOT / "litigation/core/completeness.py"]
    found = {code for file in files for match in CODE.findall(file.read_text("utf-8")) for code in match if code}
    assert len(found) > 30
    table = TEXT.partition("## 4. Defects")[2].partition("*May be accepted*")[0]
    listed = {code for line in table.splitlines() if line.startswith("| `") for code in _codes(line)}
    assert listed == found
    assert found >= ACCEPTABLE


def _codes(line: str) -> list[str]:
    return re.findall(r"`([a-z-]+)`", line.split("|")[1])


def test_every_route_has_its_row() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` ", TEXT.partition("## 5. Routes")[2].partition("**Expected")[0], re.MULTILINE)
    assert rows == [route.value for route in Route]
