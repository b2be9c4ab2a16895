"""log > audit of the map by somebody else: replay the entries out of tiles, rebuild the map, sign what was found.

Spec: docs/spec/log.md (Auditor's note). The source is a tile log as anybody can read it, never the lender's database.
The auditor remembers how far he read, so that the next audit is short, and a log that shrank or forked is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.map_audit import MapAudit
from evidence_service.core.map_replay import MapReplay, ReplayError, ReplayState
from evidence_service.core.merkle import GrowingTree, leaf_hash, root_of
from evidence_service.core.note import VerifierKey
from evidence_service.core.tile_audit import Fetch, fetch_tile, proven_tops, read_state
from evidence_service.core.tiles import ENTRIES, WIDTH, TileError, parse_bundle, tiles_of
from evidence_service.ports import Signer


@dataclass(frozen=True, slots=True)
class AuditMemory:
    """What an auditor keeps between two audits of one log."""

    origin: str
    replay: ReplayState


@dataclass(frozen=True, slots=True)
class MapAuditResult:
    """What was audited, how many entries were read for it, how many loans the map has, and the signed note."""

    audit: MapAudit
    read: int
    loans: int
    note: str


def audit_map(
    fetch: Fetch,
    log_keys: Sequence[VerifierKey],
    memory: AuditMemory | None,
    save: Callable[[AuditMemory], None],
    signer: Signer,
) -> MapAuditResult:
    """Audit the newest checkpoint of a tile log. Raises where anything does not fit; then nothing is signed."""
    checkpoint = read_state(fetch, log_keys).checkpoint
    _check_grown(checkpoint, memory)
    replay = MapReplay(memory.replay if memory else None)
    start = replay.tree.size
    for leaf in _entries(fetch, checkpoint, start):
        replay.take(leaf)
    if replay.tree.root() != checkpoint.root:
        raise ReplayError(
            f"the log forked: its first {start} entries are not those that this auditor read before. "
            "Keep both checkpoints; they prove it"
        )
    state = replay.state()
    save(AuditMemory(checkpoint.origin, state))
    # Crash here: the auditor remembers more than he signed; the next audit of the same checkpoint signs the same note.
    audit = MapAudit(checkpoint, state.map_root)
    return MapAuditResult(audit, checkpoint.size - start, len(state.loans), signer.sign_note(audit.text()))


def _check_grown(checkpoint: Checkpoint, memory: AuditMemory | None) -> None:
    """The log is the one that was audited before, and it did not shrink."""
    if memory is None:
        return
    if checkpoint.origin != memory.origin:
        raise ReplayError(f"this state is about the log {memory.origin}; keep one state for each log")
    known = memory.replay
    if checkpoint.size < known.size:
        raise ReplayError(
            f"the log went back: it shows {checkpoint.size} entries, and this auditor read {known.size} before. "
            "Keep both checkpoints; they prove it"
        )


def _entries(fetch: Fetch, checkpoint: Checkpoint, start: int) -> Iterator[bytes]:
    """The entries from `start` on, each proven under the signed root before it is handed out."""
    tops = proven_tops(fetch, checkpoint)
    for name, top in zip(tiles_of(ENTRIES, checkpoint.size), tops, strict=True):
        first = name.index * WIDTH
        if first + name.width <= start:
            continue
        leaves = parse_bundle(fetch_tile(fetch, name), name)
        if root_of([leaf_hash(leaf) for leaf in leaves]) != top:
            raise TileError(f"{name.path} does not hold the entries of its hash tile")
        yield from leaves[max(0, start - first) :]


def checkpoint_of(memory: AuditMemory) -> Checkpoint:
    """The state of the log that an auditor saw last."""
    tree = GrowingTree(memory.replay.size, memory.replay.peaks)
    return Checkpoint(memory.origin, tree.size, tree.root())
