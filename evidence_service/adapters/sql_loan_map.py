"""The loan map in the SQL database: pages that are written once, the map entries, and the notes of its auditors.

Spec: docs/spec/log.md (Loan map); the pages are those of core/map_pages.py. Nothing read here is believed: every page
must have the hash that its parent holds, and the root is that of the map entry in the log.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, delete, insert, select, update

from evidence_service.adapters import tables, tables_map
from evidence_service.adapters.append_only import unprotected
from evidence_service.adapters.subtrees import append_subtrees
from evidence_service.core.event import format_instant
from evidence_service.core.map_leaf import parse_map_leaf
from evidence_service.core.map_pages import PageName
from evidence_service.core.merkle import leaf_hash
from evidence_service.database import reading, writing
from evidence_service.errors import NotFoundError

CHUNK = 400
KEPT_PAGES = 4096
PAGE_ROWS = 4096


class MapWriting:
    """The map's part of one open write transaction on one log."""

    _connection: Connection
    _log_id: int
    _size: int

    def leaves(self, start: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, leaf, leaf hash) of the entries [start, end) that are there, as this transaction sees them."""
        columns = tables.entry.c
        while start < end:
            query = (
                select(columns.idx, columns.leaf, columns.leaf_hash)
                .where(columns.log_id == self._log_id, columns.idx >= start, columns.idx < end)
                .order_by(columns.idx)
                .limit(PAGE_ROWS)
            )
            rows = self._connection.execute(query).all()
            if not rows:
                return
            yield from ((row.idx, bytes(row.leaf), bytes(row.leaf_hash)) for row in rows)
            start = rows[-1].idx + 1

    def newest_map(self) -> int | None:
        """Index of the newest map entry; None where there is none yet."""
        columns = tables_map.loan_map.c
        query = select(columns.version).where(columns.log_id == self._log_id, columns.prefix == "")
        return self._connection.execute(query.order_by(columns.version.desc()).limit(1)).scalar_one_or_none()

    def map_capture(self) -> datetime | None:
        """When the newest entry was captured, if that is the map's; else None."""
        newest = self.newest_map()
        if newest is None or newest != self._size - 1:
            return None
        return next((parse_map_leaf(leaf).captured_at for _, leaf, _ in self.leaves(newest, self._size)), None)

    def map_pages(self, names: Sequence[PageName]) -> dict[PageName, bytes]:
        """Those of these pages that there are."""
        return load_pages(self._connection, self._log_id, names)

    def append_map(self, leaf: bytes, pages: Mapping[str, bytes]) -> int:
        """Append the map entry and its pages as the newest version; returns the log's new size."""
        version, digest = self._size, leaf_hash(leaf)
        entry = {"log_id": self._log_id, "idx": version, "leaf": leaf, "leaf_hash": digest}
        self._connection.execute(insert(tables.entry), entry)
        append_subtrees(self._connection, self._log_id, version, [digest])
        store_pages(self._connection, self._log_id, version, pages)
        self._size += 1
        self._connection.execute(update(tables.log).where(tables.log.c.id == self._log_id).values(size=self._size))
        return self._size


class SqlLoanMap:
    """`LoanMaps` on SQLite and PostgreSQL: reads pages, keeps the notes of auditors."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ids: dict[str, int] = {}
        self._kept: OrderedDict[tuple[str, PageName], bytes] = OrderedDict()

    def pages(self, institution: str, names: Sequence[PageName]) -> dict[PageName, bytes]:
        """Those of these pages that there are. A page never changes under its name, so those read last are kept."""
        found = {name: self._kept[institution, name] for name in names if (institution, name) in self._kept}
        missing = [name for name in names if name not in found]
        if missing:
            with reading(self._engine) as connection:
                fresh = load_pages(connection, self._log_id(connection, institution), missing)
            found |= fresh
            self._kept |= {(institution, name): page for name, page in fresh.items()}
            while len(self._kept) > KEPT_PAGES:
                self._kept.popitem(last=False)
        return found

    def stored(self, institution: str, names: Sequence[PageName]) -> dict[PageName, bytes]:
        """Those of these pages that there are, read anew."""
        with reading(self._engine) as connection:
            return load_pages(connection, self._log_id(connection, institution), names)

    def restore(self, institution: str, pages: Mapping[PageName, bytes], changed: Sequence[PageName]) -> None:
        """Write pages that are missing, and those in place of which others stand, in one transaction.

        Only for the latter the triggers of this one table rest, until the end of the transaction.
        """
        with writing(self._engine) as connection:
            log_id = self._log_id(connection, institution)
            if changed:
                with unprotected(connection, "loan_map"):
                    _remove(connection, log_id, changed)
            for version in sorted({name[1] for name in pages}):
                mine = {prefix: page for (prefix, one), page in pages.items() if one == version}
                store_pages(connection, log_id, version, mine)
        self._kept.clear()

    def entry(self, institution: str, index: int) -> bytes | None:
        """The bytes of one log entry."""
        columns = tables.entry.c
        with reading(self._engine) as connection:
            log_id = self._log_id(connection, institution)
            query = select(columns.leaf).where(columns.log_id == log_id, columns.idx == index)
            leaf = connection.execute(query).scalar_one_or_none()
        return None if leaf is None else bytes(leaf)

    def _log_id(self, connection: Connection, institution: str) -> int:
        """The id of an institution's log, which never changes: asked once."""
        if institution not in self._ids:
            query = select(tables.log.c.id).where(tables.log.c.institution == institution)
            log_id = connection.execute(query).scalar_one_or_none()
            if log_id is None:
                raise NotFoundError(f"institution {institution[:40]!r} has no log here")
            self._ids[institution] = int(log_id)
        return self._ids[institution]

    def add_note(self, institution: str, size: int, note: str, imported_at: datetime) -> None:
        """Keep an auditor's note; the same one twice changes nothing."""
        digest = sha256(note.encode()).hexdigest()
        with writing(self._engine) as connection:
            log_id = self._log_id(connection, institution)
            known = select(tables_map.map_audit.c.sha256).where(
                tables_map.map_audit.c.log_id == log_id,
                tables_map.map_audit.c.size == size,
                tables_map.map_audit.c.sha256 == digest,
            )
            if connection.execute(known).scalar_one_or_none() is None:
                values = {
                    "log_id": log_id,
                    "size": size,
                    "sha256": digest,
                    "note": note,
                    "imported_at": format_instant(imported_at),
                }
                connection.execute(insert(tables_map.map_audit).values(values))

    def notes(self, institution: str, size: int) -> list[str]:
        """The notes of auditors about the map at this size, by digest, so that the order never changes."""
        columns = tables_map.map_audit.c
        with reading(self._engine) as connection:
            query = select(columns.note).where(
                columns.log_id == self._log_id(connection, institution), columns.size == size
            )
            return [row.note for row in connection.execute(query.order_by(columns.sha256))]


def _remove(connection: Connection, log_id: int, names: Sequence[PageName]) -> None:
    columns = tables_map.loan_map.c
    for prefix, version in names:
        place = (columns.log_id == log_id, columns.prefix == prefix, columns.version == version)
        connection.execute(delete(tables_map.loan_map).where(*place))


def load_pages(connection: Connection, log_id: int, names: Sequence[PageName]) -> dict[PageName, bytes]:
    """Pages by exact name, a few hundred to a question; each is one step in the primary key."""
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    found: dict[PageName, bytes] = {}
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        rows = ", ".join([f"({mark}, CAST({mark} AS BIGINT))"] * len(part))
        statement = (
            f"WITH wanted (prefix, version) AS (VALUES {rows}) "  # noqa: S608 - only marks are put in
            "SELECT p.prefix, p.version, p.page FROM wanted w JOIN loan_map p "
            f"ON p.log_id = {mark} AND p.prefix = w.prefix AND p.version = w.version"
        )
        values = (*(value for name in part for value in name), log_id)
        for prefix, version, page in connection.exec_driver_sql(statement, values):
            found[prefix, version] = bytes(page)
    return found


def store_pages(connection: Connection, log_id: int, version: int, pages: Mapping[str, bytes]) -> None:
    """Write the pages of a new version, straight through the driver."""
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    rows = [(log_id, prefix, version, page) for prefix, page in sorted(pages.items())]
    connection.exec_driver_sql(
        f"INSERT INTO loan_map (log_id, prefix, version, page) VALUES ({mark}, {mark}, {mark}, {mark})",  # noqa: S608
        rows,
    )
