"""Filings and docket entries in the SQL database.

Spec: docs/spec/file.md, docs/spec/docket.md. A filing's row moves through its states; docket entries only grow. The
database itself keeps a second open filing of a case out (index `filing_open_case`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from litigation.adapters import tables
from litigation.core.docket import DocketEntry, DocketKind
from litigation.core.filing import CLOSED, DuplicateFilingError, Filing, FilingState

MOVING = ("nonce", "tx", "raw_tx", "block", "block_hash")
FIXED = (
    "our_reference",
    "institution",
    "court",
    "court_address",
    "package_sha256",
    "filing_id",
    "chain_id",
    "registry",
    "outbox",
)
ENTRY = ("our_reference", "institution", "court", "filing_id", "detail_digest", "detail", "case_number", "tx", "block")


class SqlFilingStore:
    """`FilingStore` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, filing: Filing) -> Filing:
        """Store an intent durably before anything is sent. Raises DuplicateFilingError where one stands in the way."""
        return self.add_all([filing])[0]

    def add_all(self, filings: Sequence[Filing]) -> list[Filing]:
        """Store many intents in one write, or none."""
        made: list[Filing] = []
        try:
            with writing(self._engine) as connection:
                for filing in filings:
                    adding = insert(tables.filing).values(_values(filing)).returning(tables.filing.c.id)
                    made.append(replace(filing, id=connection.execute(adding).scalar_one()))
        except IntegrityError as error:
            raise _standing(filings[len(made)]) from error
        return made

    def move(self, filing: Filing, now: datetime, case_state: str = "") -> Filing:
        """Store a filing's new transaction, state and block; with `case_state`, its case moves in the same write."""
        self.move_all([filing], now, case_state)
        return filing

    def move_all(self, filings: Sequence[Filing], now: datetime, case_state: str = "") -> None:
        """`move` for many filings, in one write."""
        done = 0
        try:
            with writing(self._engine) as connection:
                for filing in filings:
                    values = _moving(filing) | {"updated_at": format_instant(now)}
                    connection.execute(update(tables.filing).where(tables.filing.c.id == filing.id).values(values))
                    if case_state:
                        _move_case(connection, filing.our_reference, case_state)
                    done += 1
        except IntegrityError as error:
            raise _standing(filings[done]) from error

    def of_package(self, package_sha256: str, court_address: str) -> Filing | None:
        """The filing of this package with this court."""
        columns = tables.filing.c
        query = select(tables.filing).where(
            columns.package_sha256 == package_sha256, columns.court_address == court_address
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else filing_row(row)

    def open_of_case(self, our_reference: str) -> Filing | None:
        """The filing that keeps another one of this case out."""
        columns = tables.filing.c
        closed = [state.value for state in CLOSED]
        query = select(tables.filing).where(columns.our_reference == our_reference, columns.state.not_in(closed))
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else filing_row(row)

    def filings(self) -> list[Filing]:
        """All filings, oldest first."""
        with reading(self._engine) as connection:
            return [filing_row(row) for row in connection.execute(select(tables.filing).order_by(tables.filing.c.id))]

    def entries(self) -> list[DocketEntry]:
        """All docket entries in the order of time."""
        table = tables.docket_entry
        query = select(table).order_by(table.c.block, table.c.id)
        with reading(self._engine) as connection:
            return [_entry(row) for row in connection.execute(query)]

    def add_entry(self, entry: DocketEntry, state: FilingState | None) -> bool:
        """Store an entry and the filing's new state together; False where the entry is there already."""
        values = {name: getattr(entry, name) for name in ENTRY}
        values |= {"kind": entry.kind.value, "answered_at": format_instant(entry.answered_at)}
        values |= {"received_at": format_instant(entry.received_at)}
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(tables.docket_entry).values(values))
                if state is not None:
                    _answered(connection, entry, state)
        except IntegrityError:
            return False  # docket_entry_once: another run stored the same answer
        return True


def _answered(connection: Connection, entry: DocketEntry, state: FilingState) -> None:
    columns = tables.filing.c
    connection.execute(
        update(tables.filing)
        .where(columns.filing_id == entry.filing_id)
        .values(state=state.value, updated_at=format_instant(entry.received_at))
    )
    of_case = select(func.max(columns.id)).where(columns.our_reference == entry.our_reference)
    newest = connection.execute(select(columns.filing_id).where(columns.id == of_case.scalar_subquery())).scalar_one()
    if newest == entry.filing_id:  # an answer to an older filing is history; the case has moved on
        _move_case(connection, entry.our_reference, state.value)


def _move_case(connection: Connection, our_reference: str, state: str) -> None:
    case = tables.case
    connection.execute(update(case).where(case.c.our_reference == our_reference).values(state=state))


def _moving(filing: Filing) -> dict[str, Any]:
    values = {name: getattr(filing, name) for name in MOVING}
    return values | {"state": filing.state.value, "lodged_at": _instant(filing.lodged_at)}


def _values(filing: Filing) -> dict[str, Any]:
    values = _moving(filing) | {name: getattr(filing, name) for name in FIXED}
    made = format_instant(filing.created_at)
    return values | {"created_at": made, "updated_at": made}


def _standing(filing: Filing) -> DuplicateFilingError:
    return DuplicateFilingError(
        f"case {filing.our_reference}: another filing of this case or package was begun at the same moment; "
        "see `proofdocket docket list`"
    )


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else format_instant(moment)


def filing_row(row: Any) -> Filing:
    """A row of `filing`."""
    values = {name: getattr(row, name) for name in (*FIXED, *MOVING) if name != "raw_tx"}
    return Filing(
        **values,
        id=row.id,
        raw_tx=bytes(row.raw_tx),
        state=FilingState(row.state),
        lodged_at=None if row.lodged_at is None else parse_instant(row.lodged_at, "lodged_at"),
        created_at=parse_instant(row.created_at, "created_at"),
    )


def _entry(row: Any) -> DocketEntry:
    return DocketEntry(
        **{name: getattr(row, name) for name in ENTRY},
        id=row.id,
        kind=DocketKind(row.kind),
        answered_at=parse_instant(row.answered_at, "answered_at"),
        received_at=parse_instant(row.received_at, "received_at"),
    )
