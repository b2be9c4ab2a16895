"""The log entry that closes a checkpoint: the root of the loan map over every entry before it.

Spec: docs/spec/log.md (Loan map). Canonical JSON. Its own index is `size`, the number of entries that it covers, so
an entry in another place of the log cannot pose as it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.event import INSTITUTION, format_instant, parse_instant
from evidence_service.core.leaf import Leaf, LeafError, parse_leaf
from evidence_service.core.merkle import HASH_SIZE
from evidence_service.errors import MalformedInputError

VERSION = 1
KIND = "map"
NAMES = frozenset({"v", "kind", "institution", "captured_at", "loans", "root", "size"})


@dataclass(frozen=True, slots=True)
class MapLeaf:
    """The state of the loan map over the first `size` entries: its root, and how many loans it knows."""

    institution: str
    size: int
    loans: int
    root: bytes
    captured_at: datetime


def map_leaf_bytes(leaf: MapLeaf) -> bytes:
    """Write the entry: canonical JSON, ready to be hashed."""
    assert len(leaf.root) == HASH_SIZE
    return canonical_bytes(
        {
            "v": VERSION,
            "kind": KIND,
            "institution": leaf.institution,
            "captured_at": format_instant(leaf.captured_at),
            "loans": leaf.loans,
            "root": leaf.root.hex(),
            "size": leaf.size,
        }
    )


def parse_map_leaf(raw: bytes) -> MapLeaf:
    """Read the entry strictly; the bytes must be canonical and every member of its kind."""
    return _map_leaf(parse_canonical(raw))


def parse_entry(raw: bytes) -> Leaf | MapLeaf:
    """Read a log entry of either kind strictly."""
    value = parse_canonical(raw)
    return _map_leaf(value) if isinstance(value, dict) and value.get("kind") == KIND else parse_leaf(raw)


def _map_leaf(value: Any) -> MapLeaf:
    try:
        parts = shape.members_of(value, NAMES, "map entry")
        if parts["v"] != VERSION or isinstance(parts["v"], bool) or parts["kind"] != KIND:
            raise LeafError("map entry: not of a known kind and version")
        return MapLeaf(
            institution=shape.text(parts["institution"], "institution", INSTITUTION),
            size=shape.whole(parts["size"], "size", least=1),
            loans=shape.whole(parts["loans"], "loans", least=1),
            root=bytes.fromhex(shape.text(parts["root"], "root", shape.HEX_32)),
            captured_at=parse_instant(shape.text(parts["captured_at"], "captured_at"), "captured_at"),
        )
    except LeafError:
        raise
    except MalformedInputError as error:
        raise LeafError(str(error)) from None
