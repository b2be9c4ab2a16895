"""Audit of a whole log: every row is read and hashed anew, and what does not fit is *located*.

Spec: docs/spec/log.md (Audit). Nothing that the database holds is believed: entries give the tree, the tree is compared
with every signed checkpoint (the first that no longer fits bounds the place from both sides), signed checkpoints with
what the chain holds, and each event with the digests in its own entry. Whoever recomputed every hash in the database
still cannot sign a checkpoint or change the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evidence_service.core.key_history import LogKey, key_at
from evidence_service.core.leaf import Leaf
from evidence_service.core.map_leaf import MapLeaf, parse_entry
from evidence_service.core.merkle import GrowingTree, fold_level, leaf_hash
from evidence_service.core.note import parse_note, parse_vkey, verify_ed25519
from evidence_service.errors import MalformedInputError, StoreError
from evidence_service.ports import LogRecord, PublishedCheckpoint, StoredEvent
from evidence_service.ports.log_audit import LogAuditReader
from evidence_service.workflow.prove import disclosures_of
from evidence_service.workflow.recheck import TILE, TILE_LEVEL, check_event

PAGE = 2048
MAX_FINDINGS = 1000


@dataclass(frozen=True, slots=True)
class LogFinding:
    """One thing that does not fit, and where: leaf indexes `first` to `last`, both included."""

    code: str
    first: int
    last: int
    detail: str


@dataclass(frozen=True, slots=True)
class LogAudit:
    """What an audit read and found. `good_to` is the largest size at which a signed root still fits."""

    institution: str
    entries: int
    events: int
    checkpoints: int
    anchors: int
    good_to: int
    findings: tuple[LogFinding, ...]

    @property
    def clean(self) -> bool:
        """Whether everything fits."""
        return not self.findings


@dataclass(slots=True)
class _Walk:
    """The state of one pass over a log."""

    store: LogAuditReader
    log: LogRecord
    keys: tuple[LogKey, ...]
    tree: GrowingTree = field(default_factory=GrowingTree)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    tile: list[bytes] = field(default_factory=list)
    findings: list[LogFinding] = field(default_factory=list)
    unread: set[int] = field(default_factory=set)
    events: int = 0
    good_to: int = 0
    broken: bool = False

    def found(self, code: str, first: int, last: int, detail: str) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(LogFinding(code, first, last, detail))


def audit_log(
    store: LogAuditReader,
    log: LogRecord,
    *,
    anchored: Mapping[int, bytes],
    keys: Sequence[LogKey] = (),
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> LogAudit:
    """Read a log from its first entry to its last. `anchored` is what the chain holds: size to root.

    `keys` is the history of its keys where they were changed; else the log's own key signed everything.
    """
    walk = _Walk(store, log, tuple(keys) or (LogKey(1, log.vkey, log.mldsa_vkey),))
    checkpoints = {one.checkpoint.size: one for one in _checkpoints(walk)}
    size = log.size
    for start in range(0, size, PAGE):
        _page(walk, start, min(start + PAGE, size), checkpoints)
        progress(min(start + PAGE, size), size)
    _beyond(walk, checkpoints, size)
    _anchors(walk, checkpoints, anchored)
    for code, index, detail in store.strays(log.institution):
        walk.found(code, index, index, detail)
    findings = tuple(sorted(walk.findings, key=lambda one: (one.first, one.last, one.code)))
    return LogAudit(log.institution, size, walk.events, len(checkpoints), len(anchored), walk.good_to, findings)


def _checkpoints(walk: _Walk) -> Iterator[PublishedCheckpoint]:
    """Every stored checkpoint that is a checkpoint of this log under its key of that size; others are findings."""
    for size, published in walk.store.all_checkpoints(walk.log.institution):
        if isinstance(published, str):
            walk.found("checkpoint-changed", size - 1, size - 1, f"the checkpoint of size {size}: {published}")
            continue
        checkpoint = published.checkpoint
        key = parse_vkey(key_at(walk.keys, size).vkey)
        good = checkpoint.origin == walk.log.origin and checkpoint.size == size
        if not (good and verify_ed25519(parse_note(published.note.encode()), key)):
            walk.found(
                "checkpoint-changed", size - 1, size - 1, f"the checkpoint of size {size} is not what was signed"
            )
            continue
        yield published


def _page(walk: _Walk, start: int, end: int, checkpoints: Mapping[int, PublishedCheckpoint]) -> None:
    rows = {index: (leaf, stored) for index, leaf, stored in walk.store.leaves(walk.log.institution, start, end)}
    events = {event.index: event for event in _events(walk, start, end)}
    for index in range(start, end):
        row = rows.get(index)
        if row is None:
            walk.found("entry-missing", index, index, f"entry {index} is missing from the database")
            walk.broken = True
            walk.tile.append(bytes(32))
        else:
            _entry(walk, index, *row, events.get(index))
        _tile(walk, index)
        _root(walk, index + 1, checkpoints)


def _entry(walk: _Walk, index: int, leaf: bytes, stored: bytes, event: StoredEvent | None) -> None:
    digest = leaf_hash(leaf)
    if digest != stored:
        walk.found("entry-changed", index, index, f"entry {index} was changed: its bytes do not give its hash")
    walk.tile.append(digest)
    walk.tree.add(digest)
    try:
        entry = parse_entry(leaf)
    except MalformedInputError as error:
        walk.found("entry-changed", index, index, f"entry {index} is no log entry: {error}")
        return
    if isinstance(entry, MapLeaf):
        _map(walk, index, entry, event)
        return
    _link(walk, index, entry, digest)
    if event is None and index not in walk.unread:
        walk.found("event-missing", index, index, f"the event of entry {index} is missing from the database")
    elif event is not None:
        _event(walk, event)


def _map(walk: _Walk, index: int, entry: MapLeaf, event: StoredEvent | None) -> None:
    """An entry of the loan map covers every entry before it, and no event stands behind it."""
    if entry.size != index:
        walk.found("entry-changed", index, index, f"entry {index} is a map of {entry.size} entries: it was moved")
    if event is not None:
        walk.found("event-inserted", index, index, f"an event claims to be entry {index}, which is the loan map's")


def _link(walk: _Walk, index: int, entry: Leaf, digest: bytes) -> None:
    """Each entry of a loan names the one before it."""
    sequence, previous = walk.heads.get(entry.loan_reference, (0, ""))
    if (entry.sequence, entry.previous) != (sequence, previous):
        detail = f"entry {index} does not follow the entry before it of its loan: one was changed, removed or moved"
        walk.found("link-broken", index, index, detail)
    walk.heads[entry.loan_reference] = (entry.sequence + 1, digest.hex())


def _event(walk: _Walk, event: StoredEvent) -> None:
    """The columns, body and secret of an event are those that its entry commits to."""
    walk.events += 1
    try:
        check_event(event)
        disclosures_of(event)
    except (StoreError, MalformedInputError) as error:
        walk.found("event-changed", event.index, event.index, str(error))


def _tile(walk: _Walk, index: int) -> None:
    if len(walk.tile) < TILE:
        return
    hashes, first = walk.tile, index + 1 - TILE
    while len(hashes) > 1:
        hashes = fold_level(hashes)
    tree = walk.store.tree(walk.log.institution, index + 1)
    if tree(TILE_LEVEL, index >> TILE_LEVEL) != hashes[0]:
        detail = f"the stored hash of entries {first} to {index} is not theirs"
        walk.found("subtree-changed", first, index, detail)
    walk.tile = []


def _root(walk: _Walk, size: int, checkpoints: Mapping[int, PublishedCheckpoint]) -> None:
    """The first signed root that no longer fits bounds the place: after the last good one, before this size."""
    published = checkpoints.get(size)
    if published is None or walk.broken:
        return
    if walk.tree.root() == published.checkpoint.root:
        walk.good_to = size
        return
    walk.broken = True  # every later root must differ as well; only the first says where
    detail = (
        f"entries {walk.good_to} to {size - 1}: the root that was signed at size {size} is not theirs, the one at size "
        f"{walk.good_to} still is; what was changed lies between"
    )
    walk.found("root-changed", walk.good_to, size - 1, detail)


def _beyond(walk: _Walk, checkpoints: Mapping[int, PublishedCheckpoint], size: int) -> None:
    for signed in sorted(checkpoints):
        if signed > size:
            detail = f"a checkpoint of size {signed} was signed, but the log ends at {size}: entries were taken away"
            walk.found("entry-missing", size, signed - 1, detail)


def _anchors(walk: _Walk, checkpoints: Mapping[int, PublishedCheckpoint], anchored: Mapping[int, bytes]) -> None:
    for size, root in sorted(anchored.items()):
        published = checkpoints.get(size)
        if published is None or published.checkpoint.root != root:
            detail = f"the chain holds another root of size {size} than the stored checkpoint"
            walk.found("anchor-differs", 0, size - 1, detail)


def _events(walk: _Walk, start: int, end: int) -> Iterator[StoredEvent]:
    """The events of a range; one that cannot be read is a finding, and the others are still read."""
    institution = walk.log.institution
    try:
        yield from walk.store.events_between(institution, start, end)
    except StoreError:
        for index in range(start, end):
            try:
                yield from walk.store.events_between(institution, index, index + 1)
            except StoreError as error:
                walk.unread.add(index)
                walk.found("event-changed", index, index, str(error))
