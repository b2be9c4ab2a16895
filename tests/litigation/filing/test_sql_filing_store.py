"""The filing store keeps its promises on SQLite and on PostgreSQL, and its tables are those of the migration."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from litigation.adapters.sql_case_store import CaseRow, SqlCaseStore
from litigation.adapters.sql_filing_store import SqlFilingStore
from litigation.adapters.tables import metadata
from litigation.core.docket import DocketEntry, DocketKind
from litigation.core.filing import DuplicateFilingError, Filing, FilingState

NOW = datetime(2026, 1, 5, 2, 3, 4, 567, tzinfo=UTC)
CASE = "sample-cf:L1"


def filing(number: int = 1, case: str = CASE) -> Filing:
    return Filing(
        id=0,
        our_reference=case,
        institution="sample-cf",
        court="某法院",
        court_address="0x" + "ab" * 20,
        package_sha256=f"{number:064x}",
        filing_id=f"0x{number:064x}",
        chain_id=31337,
        registry="0x" + "cd" * 20,
        nonce=number,
        tx=f"0x{number:064x}",
        raw_tx=bytes([number]),
        state=FilingState.PREPARED,
        block=None,
        block_hash=None,
        lodged_at=None,
        outbox="/outbox/x",
        created_at=NOW,
    )


def entry(of: Filing, kind: DocketKind = DocketKind.RETURNED) -> DocketEntry:
    return DocketEntry(
        id=0,
        our_reference=of.our_reference,
        institution=of.institution,
        court=of.court,
        filing_id=of.filing_id,
        kind=kind,
        detail_digest="ee" * 32,
        detail='{"note":"好"}',
        case_number="（2026）闽0503民初1号",
        tx="0x" + "33" * 32,
        block=9,
        answered_at=NOW,
        received_at=NOW + timedelta(minutes=1),
    )


@pytest.fixture
def store(engine: Engine) -> SqlFilingStore:
    SqlCaseStore(engine).open_case(CaseRow(0, CASE, "sample-cf", "L1", "package_built", NOW))
    return SqlFilingStore(engine)


def case_state(engine: Engine) -> str:
    return SqlCaseStore(engine).cases(1)[0].state


def test_a_filing_comes_back_as_it_was_stored_and_moved(store: SqlFilingStore, engine: Engine) -> None:
    made = store.add(filing())
    assert store.filings() == [made]
    moved = replace(made, state=FilingState.SUBMITTED, block=7, block_hash="0x77", lodged_at=NOW, raw_tx=b"\x00new")
    store.move(moved, NOW, "filed")
    assert store.of_package(made.package_sha256, made.court_address) == moved
    assert store.open_of_case(CASE) == moved
    assert case_state(engine) == "filed"
    assert store.of_package(made.package_sha256, "0x" + "00" * 20) is None


def test_one_package_is_filed_once_with_one_court(store: SqlFilingStore) -> None:
    made = store.add(filing())
    store.move(replace(made, state=FilingState.RETURNED), NOW)
    with pytest.raises(DuplicateFilingError):
        store.add(filing())


@pytest.mark.parametrize("state", list(FilingState))
def test_a_case_has_one_open_filing(store: SqlFilingStore, state: FilingState) -> None:
    made = store.add(filing(1))
    moved = store.move(replace(made, state=state), NOW)
    if moved.is_open:
        with pytest.raises(DuplicateFilingError):
            store.add(filing(2))
        assert store.open_of_case(CASE) == moved
    else:
        assert store.open_of_case(CASE) is None
        assert store.add(filing(2)).id != made.id
        with pytest.raises(DuplicateFilingError):
            store.move(made, NOW)  # nor does an old one open again beside it


def test_an_entry_is_stored_once_and_moves_filing_and_case(store: SqlFilingStore, engine: Engine) -> None:
    made = store.add(filing())
    assert store.add_entry(entry(made), FilingState.RETURNED)
    assert not store.add_entry(entry(made), FilingState.ACCEPTED)
    (kept,) = store.entries()
    assert replace(kept, id=0) == entry(made)
    assert store.filings()[0].state is FilingState.RETURNED
    assert case_state(engine) == "returned"


def test_an_answer_to_an_older_filing_does_not_move_the_case(store: SqlFilingStore, engine: Engine) -> None:
    old = store.add(filing(1))
    store.add_entry(entry(old), FilingState.RETURNED)
    new = store.add(filing(2))
    store.move(replace(new, state=FilingState.SUBMITTED), NOW, "filed")
    store.add_entry(entry(old, DocketKind.REFUSED), FilingState.REFUSED)
    assert [one.state for one in store.filings()] == [FilingState.REFUSED, FilingState.SUBMITTED]
    assert case_state(engine) == "filed"


def test_a_docket_entry_cannot_be_changed_or_deleted(store: SqlFilingStore, engine: Engine) -> None:
    store.add_entry(entry(store.add(filing())), FilingState.RETURNED)
    for statement in ("UPDATE docket_entry SET kind = 'accepted'", "DELETE FROM docket_entry"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))


def test_the_tables_are_those_of_the_migration(engine: Engine) -> None:
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    names = set(metadata.tables)
    differences = [item for item in found if not (item[0] == "remove_table" and item[1].name not in names)]
    assert [item for item in differences if item[0] != "remove_index" or item[1].table.name in names] == []
