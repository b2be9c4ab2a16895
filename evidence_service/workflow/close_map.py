"""log > loan map: the new entries change the map, and its root becomes the last entry of the checkpoint to come.

Spec: docs/spec/log.md (Loan map). What changes is read from the entries themselves, not from the tables beside them;
an entry that does not continue its loan, or the map as it was, stops everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from evidence_service.core.loan_map import LoanState, map_key
from evidence_service.core.map_leaf import KIND, MapLeaf, map_leaf_bytes, parse_map_leaf
from evidence_service.core.map_pages import Change, MapChangedError, Node, update_map
from evidence_service.core.merkle import leaf_hash
from evidence_service.errors import MalformedInputError
from evidence_service.ports import LogWriter
from evidence_service.workflow.recheck import EntryChangedError


class _Entry(msgspec.Struct):
    """What the map needs of an entry, of either kind."""

    kind: str
    loan: str = ""
    seq: int = 0
    prev: str = ""


_decode = msgspec.json.Decoder(_Entry).decode


class LoanChanges:
    """What the entries [start, end) do to the loans: for each, the state that they continue and the one they leave."""

    def __init__(self, institution: str, start: int) -> None:
        self._institution = institution
        self.start = self.end = start
        self._before: dict[str, LoanState | None] = {}
        self._after: dict[str, tuple[int, bytes]] = {}

    def read(self, leaves: Iterable[tuple[int, bytes, bytes]]) -> None:
        """Take the next entries. After a map entry it starts anew: that one covers what was before it."""
        for index, leaf, stored in leaves:
            where = f"log {self._institution}: entry {index}"
            if index != self.end:
                raise EntryChangedError(f"log {self._institution}: entry {self.end} is missing from the database")
            if leaf_hash(leaf) != stored:
                raise EntryChangedError(f"{where} was changed in the database")
            self.end += 1
            try:
                entry = _decode(leaf)
            except msgspec.DecodeError:
                raise EntryChangedError(f"{where} is not a log entry") from None
            if entry.kind == KIND:
                self.start = self.end
                self._before.clear()
                self._after.clear()
            else:
                self._take(entry, stored, where)

    def by_key(self) -> dict[bytes, Change]:
        """The changes by their place in the map."""
        return {
            map_key(reference): Change(self._before[reference], LoanState(*after))
            for reference, after in self._after.items()
        }

    def _take(self, entry: _Entry, digest: bytes, where: str) -> None:
        known = self._after.get(entry.loan)
        if known is None:
            self._before[entry.loan] = LoanState(entry.seq, bytes.fromhex(entry.prev)) if entry.seq else None
        elif known[0] != entry.seq or known[1].hex() != entry.prev:
            raise EntryChangedError(f"{where} does not continue its loan after entry {known[0] - 1} of it")
        self._after[entry.loan] = (entry.seq + 1, digest)


def close_map(writer: LogWriter, seen: LoanChanges, institution: str, now: datetime) -> int:
    """Append the map entry over all entries, unless it is the last one already; returns the log's size."""
    newest = writer.newest_map()
    if newest is not None and newest == writer.size - 1:
        return writer.size
    start = 0 if newest is None else newest + 1
    if seen.start != start:
        seen = LoanChanges(institution, start)
    seen.read(writer.leaves(seen.end, writer.size))
    if seen.start != start:
        raise MapChangedError(
            f"log {institution}: entry {seen.start - 1} is the map's, but its root page is missing from the database; "
            "restore it from a backup"
        )
    before = None if newest is None else _map_entry(writer, newest, institution)
    root = None if before is None else Node(min(before.loans, 2), before.root, before.size)
    made = update_map(writer.map_pages, root, seen.by_key(), writer.size)
    captured = writer.newest_capture()
    leaf = MapLeaf(
        institution=institution,
        size=writer.size,
        loans=(before.loans if before else 0) + made.new_loans,
        root=made.root,
        captured_at=max(now, captured) if captured else now,
    )
    return writer.append_map(map_leaf_bytes(leaf), made.pages)


def _map_entry(writer: LogWriter, index: int, institution: str) -> MapLeaf:
    """The newest map entry, which says what the root of the stored map must be."""
    where = f"log {institution}: entry {index}"
    _, raw, stored = next(iter(writer.leaves(index, index + 1)), (index, b"", b""))
    try:
        leaf = parse_map_leaf(raw)
    except MalformedInputError:
        raise MapChangedError(f"{where} is not the map entry that it was; restore the database from a backup") from None
    if leaf_hash(raw) != stored or leaf.size != index:
        raise MapChangedError(f"{where} was changed in the database; restore it from a backup")
    return leaf
