"""ingest > canonicalise > commit > log: events become durable log entries, in the order they came.

Each batch is one write transaction: an event is acknowledged only after its entry is sequenced and on disk. The same
event twice is a duplicate; the same id with another body is refused. Randomness and time are arguments. Times of
capture never run backwards in a log: a clock that was set back a little stands still, one that is far off is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence_service.core.event import CLOCK_SKEW, Event, format_instant
from evidence_service.core.source_signature import NO_RULES, SourceRules
from evidence_service.errors import StoreError
from evidence_service.ports import LogStore, LogWriter
from evidence_service.workflow.drafting import (
    Draft,
    DraftedEvent,
    LinkUnknownError,
    PlainEvent,
    Receipt,
    drafted,
    subjects_of,
)

__all__ = ["ClockError", "LinkUnknownError", "Outcome", "PlainEvent", "Receipt", "ingest_batch", "take_batch"]


class ClockError(StoreError):
    """The clock stands before what the log already holds."""

    code = "clock-behind"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch. `others` are the receipts of the events that gave no entry, by their place in it."""

    start: int
    accepted: int
    others: Mapping[int, Receipt]


def ingest_batch(
    store: LogStore,
    institution: str,
    events: Sequence[Event],
    *,
    now: datetime,
    randomness: Callable[[int], bytes],
    rules: SourceRules = NO_RULES,
) -> list[Receipt]:
    """Append a batch of one institution's events; returns one receipt per event, in order."""
    outcome = take_batch(store, institution, events, now=now, randomness=randomness, rules=rules)
    indexes = iter(range(outcome.start, outcome.start + outcome.accepted))
    return [
        outcome.others.get(place) or Receipt(event.id, "accepted", next(indexes)) for place, event in enumerate(events)
    ]


def take_batch(
    store: LogStore,
    institution: str,
    events: Sequence[Event | PlainEvent],
    *,
    now: datetime,
    randomness: Callable[[int], bytes],
    rules: SourceRules = NO_RULES,
) -> Outcome:
    """Append a batch of one institution's events, plain ones and others mixed as they come, in order."""
    drafts = [drafted(event, randomness) if isinstance(event, Event) else event for event in events]
    others: dict[int, Receipt] = {}
    with store.writing(institution) as writer:
        draft = Draft(writer, institution, drafts, _captured_at(writer, now), rules)
        # Keys first, and durable: a crash after this leaves keys without events, never events without keys.
        fresh = draft.fresh(drafts)
        keys = store.keys.keys_for(institution, subjects_of(fresh)) if fresh else {}
        draft.equip(keys, randomness)
        for place, one in enumerate(drafts):
            receipt = draft.add(one) if isinstance(one, DraftedEvent) else draft.add_plain(one)
            if receipt is not None:
                others[place] = receipt
        writer.append(draft.entries, draft.heads())
        if draft.corrections:
            writer.add_corrections(draft.corrections)
    # Crash before the commit: nothing is there, the sender sends again. After it: the repeat is a duplicate.
    return Outcome(draft.start, len(draft.entries), others)


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
