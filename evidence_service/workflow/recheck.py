"""Recheck of stored entries: do the bytes that the database holds now still give the tree that was built from them?

Spec: docs/spec/log.md. Whoever gets past the append-only triggers is found here and named by leaf index.
"""

from __future__ import annotations

from evidence_service.core.leaf import parse_leaf
from evidence_service.core.merkle import fold_level, leaf_hash
from evidence_service.errors import MalformedInputError, StoreError
from evidence_service.ports import LogStore, StoredEvent

TILE_LEVEL = 8
TILE = 1 << TILE_LEVEL


class EntryChangedError(StoreError):
    """The database no longer holds what was logged; the message names the leaf index."""

    code = "entry-changed"


def check_entries(store: LogStore, institution: str, start: int, end: int) -> None:
    """Raise EntryChangedError at the first entry in [start, end) that is missing, moved or altered.

    Each leaf must give its stored hash, and each complete tile of 256 the subtree hash that proofs are made of.
    """
    tree = store.tree(institution, end)
    expected = start - start % TILE
    tile: list[bytes] = []
    for index, leaf, stored in store.leaves(institution, expected, end):
        if index != expected:
            break
        digest = leaf_hash(leaf)
        if digest != stored:
            raise EntryChangedError(f"log {institution}: entry {index} was changed in the database")
        expected += 1
        tile.append(digest)
        if len(tile) == TILE:
            if _top(tile) != tree(TILE_LEVEL, index >> TILE_LEVEL):
                raise EntryChangedError(
                    f"log {institution}: one of the entries {index + 1 - TILE} to {index} was changed in the database"
                )
            tile = []
    if expected != end:
        raise EntryChangedError(f"log {institution}: entry {expected} is missing from the database")


def check_event(event: StoredEvent) -> None:
    """Raise EntryChangedError unless the columns of an event say what its leaf says and the leaf gives its hash."""
    where = f"log {event.institution}: entry {event.index} was changed in the database"
    if leaf_hash(event.leaf) != event.leaf_hash:
        raise EntryChangedError(where)
    try:
        leaf = parse_leaf(event.leaf)
    except MalformedInputError as error:
        raise EntryChangedError(f"{where}: {error}") from None
    columns = {
        "institution": event.institution == leaf.institution,
        "sequence": event.sequence == leaf.sequence,
        "type": event.type == leaf.type,
        "occurred_at": event.occurred_at == leaf.occurred_at,
        "captured_at": event.captured_at == leaf.captured_at,
    }
    for name, same in columns.items():
        if not same:
            raise EntryChangedError(f"{where}: its {name} is not the one that was logged")


def _top(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = fold_level(hashes)
    return hashes[0]
