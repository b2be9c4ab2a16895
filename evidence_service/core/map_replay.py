"""The replay of a whole log by somebody who trusts nobody: every entry in its place, every map entry true.

Spec: docs/spec/log.md (Loan map). From the entries' bytes alone it builds the tree, the chain of every loan and the
map, and stops at the first entry that does not fit, with its index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence_service.core.event import format_instant
from evidence_service.core.leaf import Leaf
from evidence_service.core.loan_map import LoanState, map_key, map_root
from evidence_service.core.map_leaf import MapLeaf, parse_entry
from evidence_service.core.map_pages import Change, Node, PageName, page_node, update_map
from evidence_service.core.merkle import GrowingTree, leaf_hash
from evidence_service.errors import EvidenceError, MalformedInputError


class ReplayError(EvidenceError):
    """The log is not what its rules ask for; the message names the entry. Nothing is signed."""

    code = "map-audit-refused"


@dataclass(frozen=True, slots=True)
class ReplayState:
    """How far an auditor has read: the tree so far, every loan, the newest map entry. His own memory, nobody else's."""

    size: int
    peaks: tuple[bytes, ...]
    institution: str
    captured_at: datetime
    map_root: bytes
    loans: Mapping[str, LoanState]


class MapReplay:
    """Reads a log entry by entry; starts at the first, or where an earlier replay ended."""

    def __init__(
        self,
        state: ReplayState | None = None,
        on_pages: Callable[[int, Mapping[str, bytes]], None] = lambda _version, _pages: None,
    ) -> None:
        """`on_pages` is told the pages of each version of the map, by prefix."""
        self._on_pages = on_pages
        self.tree = GrowingTree(state.size, state.peaks) if state else GrowingTree()
        self.loans: dict[str, LoanState] = dict(state.loans) if state else {}
        self._institution = state.institution if state else ""
        self._captured_at = state.captured_at if state else None
        self._changed: dict[str, LoanState | None] = {}
        self._pages: dict[str, bytes] = {}
        self._newest: Node | None = None
        if state is not None:
            self._changed = dict.fromkeys(self.loans)
            if self._rebuild(state.size - 1) != state.map_root:
                raise ReplayError("the auditor's own state does not give the map root that it names; restore it")

    def take(self, raw: bytes) -> None:
        """Read the next entry. Raises ReplayError with its index where it does not fit."""
        index = self.tree.size
        try:
            entry = parse_entry(raw)
        except MalformedInputError as error:
            raise ReplayError(f"entry {index}: {error}") from None
        if entry.institution != (self._institution or entry.institution):
            raise ReplayError(f"entry {index}: another institution than the entries before it")
        if self._captured_at is not None and entry.captured_at < self._captured_at:
            raise ReplayError(f"entry {index}: captured before the entry that precedes it in the log")
        self._institution, self._captured_at = entry.institution, entry.captured_at
        if isinstance(entry, MapLeaf):
            self._check_map(entry, index)
        else:
            self._follow(entry, raw, index)
        self.tree.add(leaf_hash(raw))

    def state(self) -> ReplayState:
        """How far it got. Only a log that ends in its map entry can be left and taken up again, or signed."""
        if not self.tree.size or self._changed or self._newest is None or self._captured_at is None:
            raise ReplayError(f"entry {self.tree.size - 1} is the last, but no map entry: the checkpoint has no map")
        if map_root(self.loans) != self._newest.digest:  # once more from all loans, by the definition itself
            raise ReplayError("the map that was kept up differs from one built anew; nothing is signed")
        return ReplayState(
            size=self.tree.size,
            peaks=self.tree.peaks,
            institution=self._institution,
            captured_at=self._captured_at,
            map_root=self._newest.digest,
            loans=dict(self.loans),
        )

    def _follow(self, entry: Leaf, raw: bytes, index: int) -> None:
        """The entry continues its loan: the next number, and the leaf hash of the one before."""
        reference = entry.loan_reference
        known = self.loans.get(reference)
        if entry.sequence != (known.count if known else 0):
            raise ReplayError(
                f"entry {index}: number {entry.sequence} of its loan, where number {known.count if known else 0} "
                "must come: entries of this loan were left out, repeated or put elsewhere"
            )
        if known is not None and entry.previous != known.last.hex():
            raise ReplayError(f"entry {index}: does not name the entry of its loan before it")
        self._changed.setdefault(reference, known)
        self.loans[reference] = LoanState(entry.sequence + 1, leaf_hash(raw))

    def _check_map(self, entry: MapLeaf, index: int) -> None:
        """The map entry says what the entries before it give."""
        if entry.size != index:
            raise ReplayError(f"entry {index}: a map entry that says it covers {entry.size} entries")
        if not self._changed:
            raise ReplayError(f"entry {index}: a map entry although nothing was logged since the one before")
        if entry.loans != len(self.loans):
            raise ReplayError(f"entry {index}: the map entry says {entry.loans} loans; the log has {len(self.loans)}")
        root = self._rebuild(index)
        if entry.root != root:
            raise ReplayError(
                f"entry {index}: the map entry says root {entry.root.hex()}; the entries before it give {root.hex()}. "
                f"The map lies about the log (captured {format_instant(entry.captured_at)})"
            )

    def _rebuild(self, version: int) -> bytes:
        """Bring the map up to date with the loans that changed since."""
        changes = {map_key(name): Change(before, self.loans[name]) for name, before in self._changed.items()}
        made = update_map(self._load, self._newest, changes, version)
        self._pages |= made.pages
        self._on_pages(version, made.pages)
        self._newest = page_node(made.pages[""], "", version)
        self._changed = {}
        return made.root

    def _load(self, names: Sequence[PageName]) -> dict[PageName, bytes]:
        """The newest page of each prefix is the only one that is kept."""
        return {(prefix, version): self._pages[prefix] for prefix, version in names}
