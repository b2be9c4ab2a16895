"""ingest > canonicalise > commit > log: events become durable log entries, in the order they came.

Each batch is one write transaction: an event is acknowledged only after its entry is sequenced and on disk. The same
event twice is a duplicate; the same id with another body is refused. Randomness and time are arguments. Times of
capture never run backwards in a log: a clock that was set back a little stands still, one that is far off is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence_service.core.commitment import base64url, commit_digests
from evidence_service.core.corrections import Place, check_correction
from evidence_service.core.event import CLOCK_SKEW, Event, EventError, check_not_future, format_instant
from evidence_service.core.event_parts import Part, parts_of
from evidence_service.core.leaf import leaf_bytes
from evidence_service.core.merkle import leaf_hash
from evidence_service.core.sealing import NONCE_BYTES, SECRET_BYTES, event_place, seal_part
from evidence_service.core.source_signature import NO_RULES, SourceRules, check_source
from evidence_service.core.tiles import check_leaf_length
from evidence_service.errors import ProofDocketError, StoreError
from evidence_service.ports import LoanHead, LogStore, LogWriter, NewEntry, SubjectKey

REFERENCE_BYTES = 16


class ClockError(StoreError):
    """The clock stands before what the log already holds."""

    code = "clock-behind"


class LinkUnknownError(EventError):
    """An event corroborates one that the log does not hold."""

    code = "link-unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one event: its leaf index, or the reason why it was refused.

    `state` is accepted, duplicate or rejected; `index` is -1 unless accepted. A duplicate of an event whose personal
    data was erased has the code `erased`.
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
    rules: SourceRules = NO_RULES,
) -> list[Receipt]:
    """Append a batch of one institution's events; returns one receipt per event, in order."""
    drafts = [_drafted(event, randomness) for event in events]
    with store.writing(institution) as writer:
        draft = _Draft(writer, drafts, _captured_at(writer, now), randomness, rules)
        receipts = [draft.add(one) for one in drafts]
        subjects = {part.subject for one in draft.accepted for part in one.parts}
        # Keys first, and durable: a crash after this leaves keys without events, never events without keys.
        keys = store.keys.keys_for(institution, subjects) if subjects else {}
        writer.append(draft.entries(keys), draft.changed)
        if draft.corrections:
            writer.add_corrections(draft.corrections)
    # Crash before the commit: nothing is there, the sender sends again. After it: the repeat is a duplicate.
    return receipts


@dataclass(frozen=True, slots=True)
class _Drafted:
    """One event with its parts, their secrets and its commitments."""

    event: Event
    parts: tuple[Part, ...]
    secrets: bytes
    sd: list[str]


def _drafted(event: Event, randomness: Callable[[int], bytes]) -> _Drafted:
    parts = parts_of(event)
    secrets = randomness(SECRET_BYTES * len(parts))
    return _Drafted(event, parts, secrets, commit_digests(event, secrets))


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
        self,
        writer: LogWriter,
        drafts: Sequence[_Drafted],
        now: datetime,
        randomness: Callable[[int], bytes],
        rules: SourceRules,
    ) -> None:
        self._start = writer.size
        self._now = now
        self._rules = rules
        self._randomness = randomness
        self._known = dict(writer.known_events([one.event.id for one in drafts]))
        self._heads = writer.loan_heads(sorted({one.event.loan for one in drafts}))
        named = [one.event.fields["corrects"] for one in drafts if "corrects" in one.event.fields]
        named += [link for one in drafts for link in one.event.fields.get("corroborates", ())]
        self._places = dict(writer.places_of(named)) if named else None
        self.corrections: list[tuple[int, int]] = []
        self.accepted: list[_Drafted] = []
        self._leaves: list[tuple[int, bytes, bytes]] = []
        self.changed: dict[str, LoanHead] = {}

    def add(self, one: _Drafted) -> Receipt:
        event = one.event
        if event.id in self._known:
            return _repeat(event, self._known[event.id])
        try:
            check_not_future(event, self._now)
            corrected = self._places.get(event.fields.get("corrects", "")) if self._places is not None else None
            check_correction(event, corrected)
            check_source(event.fields, self._rules, self._now)
            self._check_links(event)
        except ProofDocketError as error:
            return Receipt(event.id, "rejected", -1, error.code, str(error))
        head = self._heads.get(event.loan)
        if head is None:
            head = LoanHead(base64url(self._randomness(REFERENCE_BYTES)), 0, b"")
        leaf = leaf_bytes(event, head.reference, head.next_sequence, head.last_leaf_hash.hex(), self._now, one.sd)
        try:
            check_leaf_length(leaf)
        except ProofDocketError as error:
            return Receipt(event.id, "rejected", -1, error.code, str(error))
        digest = leaf_hash(leaf)
        self.accepted.append(one)
        self._leaves.append((head.next_sequence, leaf, digest))
        self._known[event.id] = event.body
        self._heads[event.loan] = self.changed[event.loan] = LoanHead(head.reference, head.next_sequence + 1, digest)
        index = self._start + len(self.accepted) - 1
        if self._places is not None:
            self._places[event.id] = Place(event.loan, event.type.code, index)
        if corrected is not None:
            self.corrections.append((index, corrected.index))
        return Receipt(event.id, "accepted", index)

    def _check_links(self, event: Event) -> None:
        """What an event corroborates is in the log, or came before it in this batch."""
        for link in event.fields.get("corroborates", ()):
            if self._places is None or link not in self._places:
                raise LinkUnknownError("corroborates: names an event that is not in this log; send that one first")

    def entries(self, keys: Mapping[str, SubjectKey]) -> list[NewEntry]:
        """What was accepted, sealed under the keys of its subjects."""
        captured_at = format_instant(self._now)
        return [
            self._entry(one, *leaf, captured_at, keys) for one, leaf in zip(self.accepted, self._leaves, strict=True)
        ]

    def _entry(
        self, one: _Drafted, sequence: int, leaf: bytes, digest: bytes, captured_at: str, keys: Mapping[str, SubjectKey]
    ) -> NewEntry:
        event = one.event
        nonces = self._randomness(NONCE_BYTES * len(one.parts))
        sealed = [
            (
                keys[part.subject].id,
                seal_part(
                    keys[part.subject].key,
                    nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES],
                    one.secrets[at * SECRET_BYTES : (at + 1) * SECRET_BYTES],
                    part.body,
                    event_place(event.institution, event.id, at),
                ),
            )
            for at, part in enumerate(one.parts)
        ]
        return NewEntry(
            event_id=event.id,
            loan=event.loan,
            sequence=sequence,
            type=event.type.code,
            occurred_at=format_instant(event.occurred_at),
            captured_at=captured_at,
            key_id=sealed[0][0],
            sealed=sealed[0][1],
            leaf=leaf,
            leaf_hash=digest,
            others=tuple(sealed[1:]),
        )


def _repeat(event: Event, known: bytes | None) -> Receipt:
    if known is None:
        return Receipt(
            event.id, "duplicate", -1, "erased", "this event was logged before, and its personal data erased"
        )
    if known == event.body:
        return Receipt(event.id, "duplicate", -1)
    return Receipt(
        event.id,
        "rejected",
        -1,
        "duplicate-id",
        "this id was used before with another body; a correction is a new event with `corrects`",
    )
