"""ingest > canonicalise > commit > log: events become durable log entries, in the order they came.

Each batch is one write transaction: an event is acknowledged only after its entry is sequenced and on disk. The same
event twice is a duplicate; the same id with another body is refused. Randomness and time are arguments. Times of
capture never run backwards in a log: a clock that was set back a little stands still, one that is far off is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence_service.core.commitment import SECRET_BYTES, base64url, commit_digests
from evidence_service.core.event import CLOCK_SKEW, Event, check_not_future, format_instant
from evidence_service.core.leaf import leaf_bytes
from evidence_service.core.merkle import leaf_hash
from evidence_service.errors import ProofDocketError, StoreError
from evidence_service.ports import LoanHead, LogStore, LogWriter, NewEntry

REFERENCE_BYTES = 16


class ClockError(StoreError):
    """The clock stands before what the log already holds."""

    code = "clock-behind"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one event: its leaf index, or the reason why it was refused.

    `state` is accepted, duplicate or rejected; `index` is -1 unless accepted.
    """

    event_id: str
    state: str
    index: int
    code: str = ""
    reason: str = ""


def ingest_batch(
    store: LogStore,
    institution: str,
    events: Sequence[Event],
    *,
    now: datetime,
    randomness: Callable[[int], bytes],
) -> list[Receipt]:
    """Append a batch of one institution's events; returns one receipt per event, in order."""
    drawn = randomness(SECRET_BYTES * len(events))
    secrets = [drawn[at : at + SECRET_BYTES] for at in range(0, len(drawn), SECRET_BYTES)]
    committed = [commit_digests(event, secret) for event, secret in zip(events, secrets, strict=True)]
    with store.writing(institution) as writer:
        draft = _Draft(writer, events, _captured_at(writer, now), randomness)
        receipts = [draft.add(event, secret, sd) for event, secret, sd in zip(events, secrets, committed, strict=True)]
        writer.append(draft.entries, draft.changed)
    # Crash before the commit: nothing is there, the sender sends again. After it: the repeat is a duplicate.
    return receipts


def _captured_at(writer: LogWriter, now: datetime) -> datetime:
    """The time of capture of a batch: now, but never before the entry that precedes it."""
    newest = writer.newest_capture()
    if newest is None or newest <= now:
        return now
    if newest - now > CLOCK_SKEW:
        raise ClockError(
            f"the clock says {format_instant(now)}, but the newest entry of the log was captured at "
            f"{format_instant(newest)}; nothing was logged, set the clock right"
        )
    return newest


class _Draft:
    """The entries of one batch while they get their place in the log and in their loan."""

    def __init__(
        self, writer: LogWriter, events: Sequence[Event], now: datetime, randomness: Callable[[int], bytes]
    ) -> None:
        self._start = writer.size
        self._now = now
        self._randomness = randomness
        self._known = dict(writer.known_events([event.id for event in events]))
        self._heads = writer.loan_heads(sorted({event.loan for event in events}))
        self.entries: list[NewEntry] = []
        self.changed: dict[str, LoanHead] = {}

    def add(self, event: Event, secret: bytes, sd: list[str]) -> Receipt:
        known = self._known.get(event.id)
        if known is not None:
            return _repeat(event, known)
        try:
            check_not_future(event, self._now)
        except ProofDocketError as error:
            return Receipt(event.id, "rejected", -1, error.code, str(error))
        head = self._heads.get(event.loan)
        if head is None:
            head = LoanHead(base64url(self._randomness(REFERENCE_BYTES)), 0, b"")
        leaf = leaf_bytes(event, head.reference, head.next_sequence, head.last_leaf_hash.hex(), self._now, sd)
        digest = leaf_hash(leaf)
        self.entries.append(
            NewEntry(
                event_id=event.id,
                loan=event.loan,
                sequence=head.next_sequence,
                type=event.type.code,
                occurred_at=format_instant(event.occurred_at),
                captured_at=format_instant(self._now),
                body=event.body,
                secret=secret,
                leaf=leaf,
                leaf_hash=digest,
            )
        )
        self._known[event.id] = event.body
        self._heads[event.loan] = self.changed[event.loan] = LoanHead(head.reference, head.next_sequence + 1, digest)
        return Receipt(event.id, "accepted", self._start + len(self.entries) - 1)


def _repeat(event: Event, known: bytes) -> Receipt:
    if known == event.body:
        return Receipt(event.id, "duplicate", -1)
    return Receipt(
        event.id,
        "rejected",
        -1,
        "duplicate-id",
        "this id was used before with another body; a correction is a new event with `corrects`",
    )
