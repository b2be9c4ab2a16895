"""A batch: many cases under one pinned state of the log, the state of each of them, and how long the rest will take.

Spec: docs/spec/batch.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from hashlib import sha256

MAX_CHUNK = 20
"""Cases that one worker takes at a time, at most: queueing one costs as much as five of its steps."""
CHUNKS = 32
"""Chunks of a small batch: enough that no core waits long for another one's last."""
MAX_TRIES = 3
"""How often a case may take its worker along before it counts as failed."""
WINDOW = timedelta(seconds=60)
"""What finished in the last minute says how fast a batch goes now."""
FIRST_ESTIMATE = 5


class BatchState(Enum):
    """What a batch is asked to do, or that it is done."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class ItemState(Enum):
    """Where one case of a batch stands."""

    WAITING = "waiting"
    BUILT = "built"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch. `inputs_digest` covers everything that its packages depend on beside the loan; `pinned` holds it."""

    id: str
    institution: str
    state: BatchState
    as_of: date
    tree_size: int
    draft: bool
    sealed: bool
    reason: str
    folder: str
    inputs_digest: str
    pinned: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One case of a batch. `key` is the same for the same case under the same inputs.

    `tries` counts how often a worker began it; `recorded`: its events and rows are written.
    """

    batch: str
    position: int
    chunk: int
    loan: str
    key: str
    state: ItemState
    tries: int
    code: str = ""
    reason: str = ""
    path: str = ""
    sha256: str = ""
    pdf_sha256: str = ""
    size: int = 0
    pages: int = 0
    draft: bool = False
    recorded: bool = False
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """Where a batch stands at one moment. `seconds_left` is None where nothing tells it: no pace yet, nobody works."""

    id: str
    state: BatchState
    total: int
    waiting: int
    built: int
    failed: int
    workers: int
    seconds_left: float | None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in (BatchState.DONE, BatchState.CANCELLED, BatchState.PAUSED)


def item_key(our_reference: str, inputs_digest: str) -> str:
    """The same case under the same inputs has the same key."""
    return sha256(f"{our_reference}\n{inputs_digest}".encode()).hexdigest()


def batch_id(inputs_digest: str, loans: Iterable[str], folder: str) -> str:
    """The same cases under the same inputs into the same folder are the same batch, however often it is started."""
    whole = sha256(inputs_digest.encode())
    for loan in sorted(loans):
        whole.update(b"\n" + loan.encode())
    whole.update(b"\n\n" + folder.encode())
    return f"b-{whole.hexdigest()[:12]}"


def items_of(batch: str, keys: Sequence[tuple[str, str]]) -> list[BatchItem]:
    """The items of a new batch, in chunks, from loans and their keys."""
    size = max(1, min(MAX_CHUNK, -(-len(keys) // CHUNKS)))
    return [BatchItem(batch, at, at // size, loan, key, ItemState.WAITING, 0) for at, (loan, key) in enumerate(keys)]


def seconds_left(waiting: int, finished: Sequence[datetime], since: datetime, now: datetime) -> float | None:
    """How long the waiting cases will take at the pace of the last minute, or since the batch was moved on.

    `finished` are the ends of that time. None where nothing tells it.
    """
    recent = [moment for moment in finished if now - moment <= WINDOW and moment >= since]
    if waiting and len(recent) >= FIRST_ESTIMATE:
        span = (now - min(recent)).total_seconds()
        return waiting * span / (len(recent) - 1) if span > 0 else None
    return None if waiting else 0.0


HINTS = {
    "missing-fact": "supply what is named, publish and anchor, then start a new batch; --draft shows it as it is",
    "stale-checkpoint": "publish and anchor, then start a new batch: something happened to the loan meanwhile",
    "package-not-written": "make room in the folder or mend its rights, then `proofdocket batch retry {batch}`",
    "package-kept": "start a new batch with another folder (--out): the package that lies there is kept",
    "database": "make room or wait for the database, then `proofdocket batch retry {batch}`",
    "worker-died": "look at this case alone with `proofdocket bundle --loan`; then `proofdocket batch retry {batch}`",
    "batch-pins": "start a new batch: what this one was pinned to is not there any more",
    "loan-erased": "--draft builds what is left of it",
    "seal-failed": "see that the seal and its timestamp authority answer, then `proofdocket batch retry {batch}`",
}
DEFAULT_HINT = "mend what is named, then `proofdocket batch retry {batch}`"


def hint(code: str, batch: str) -> str:
    """What to do about a failure of that code."""
    return HINTS.get(code, DEFAULT_HINT).format(batch=batch)
