"""Cases and packages of a chunk are stored in one write, each once, whoever else stores them meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from litigation.adapters import sql_case_store
from litigation.adapters.sql_case_store import CaseRow, PackageRow, SqlCaseStore

NOW = datetime(2026, 1, 5, 2, 3, 4, tzinfo=UTC)


def pair(number: int) -> tuple[CaseRow, PackageRow]:
    reference = f"sample-cf:L{number}"
    case = CaseRow(0, reference, "sample-cf", f"L{number}", "package_built", NOW)
    package = PackageRow(
        0,
        reference,
        "sample-cf",
        f"/x/{number}.zip",
        f"{number:064x}",
        "ab" * 32,
        9,
        13,
        "2026-01-05",
        7,
        "cd",
        False,
        NOW,
    )
    return case, package


def stored(store: SqlCaseStore) -> tuple[list[str], list[str]]:
    return sorted(case.loan for case in store.cases(9)), sorted(row.path for row in store.packages(9))


def test_what_is_stored_again_is_stored_once(engine: Engine) -> None:
    store = SqlCaseStore(engine)
    store.record_packages([pair(1), pair(2)])
    store.record_packages([pair(2), pair(3)])
    assert stored(store) == (["L1", "L2", "L3"], ["/x/1.zip", "/x/2.zip", "/x/3.zip"])


def test_nothing_is_lost_where_another_worker_stored_one_of_them_at_this_moment(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqlCaseStore(engine)
    store.record_packages([pair(2)])
    looked = sql_case_store._case_of
    seen: list[str] = []

    def unaware(reference: str) -> object:  # the first look at case 2 comes before the other worker's commit
        seen.append(reference)
        return looked("nobody" if seen.count("sample-cf:L2") == 1 and reference == "sample-cf:L2" else reference)

    monkeypatch.setattr(sql_case_store, "_case_of", unaware)
    store.record_packages([pair(1), pair(2), pair(3)])
    assert stored(store) == (["L1", "L2", "L3"], ["/x/1.zip", "/x/2.zip", "/x/3.zip"])
    assert seen.count("sample-cf:L1") == 2  # rolled back with the rest, then stored by itself
