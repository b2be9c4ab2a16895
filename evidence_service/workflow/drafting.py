"""The draft of one batch: events get their place in the log and in their loan, their leaf, and are sealed.

Two kinds come in, in any mixture: events on the strict way (`DraftedEvent`), which may correct, link, be signed and
have several subjects, and plain ones that were prepared before, perhaps by another process (`PlainEvent`). Both ways
end in the same bytes; tests/evidence_service/workflow/test_plain_events.py holds them to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from evidence_service.core.commitment import base64url, commit_digests
from evidence_service.core.corrections import Place, check_correction
from evidence_service.core.event import CLOCK_SKEW, IN_FUTURE, Event, EventError, check_not_future, format_instant
from evidence_service.core.event_parts import Part, parts_of
from evidence_service.core.leaf import leaf_bytes, plain_leaf, plain_leaf_head
from evidence_service.core.merkle import leaf_hash
from evidence_service.core.prepared import Prepared
from evidence_service.core.sealing import NONCE_BYTES, SECRET_BYTES, event_place, places_of, seal, seal_part
from evidence_service.core.source_signature import SourceRules, check_source
from evidence_service.core.tiles import MAX_LEAF, check_leaf_length
from evidence_service.errors import ProofDocketError
from evidence_service.ports import LoanHead, LogWriter, NewEntry, SubjectKey

REFERENCE_BYTES = 16
Head = tuple[bytes, int, bytes]
"""Reference, next sequence number and last leaf hash of a loan, as leaves are written from them."""


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


@dataclass(frozen=True, slots=True)
class DraftedEvent:
    """One event on the strict way with its parts, their secrets and its commitments."""

    event: Event
    parts: tuple[Part, ...]
    secrets: bytes
    sd: list[str]

    @property
    def event_id(self) -> str:
        """The event's id."""
        return self.event.id

    @property
    def loan(self) -> str:
        """The event's loan."""
        return self.event.loan


class PlainEvent(NamedTuple):
    """One prepared event and its canonical body."""

    prepared: Prepared
    body: bytes

    @property
    def event_id(self) -> str:
        """The event's id."""
        return self.prepared.event_id

    @property
    def loan(self) -> str:
        """The event's loan."""
        return self.prepared.loan


def drafted(event: Event, randomness: Callable[[int], bytes]) -> DraftedEvent:
    """Draw the secrets of an event and commit to its fields."""
    parts = parts_of(event)
    secrets = randomness(SECRET_BYTES * len(parts))
    return DraftedEvent(event, parts, secrets, commit_digests(event, secrets))


def subjects_of(drafts: Sequence[DraftedEvent | PlainEvent]) -> set[str]:
    """Everybody under whose key something of these events will lie."""
    subjects: set[str] = set()
    for one in drafts:
        if isinstance(one, PlainEvent):
            subjects.add(one.prepared.subject)
        else:
            subjects.update(part.subject for part in one.parts)
    return subjects


class Draft:
    """The entries of one batch of one institution."""

    def __init__(
        self,
        writer: LogWriter,
        institution: str,
        drafts: Sequence[DraftedEvent | PlainEvent],
        now: datetime,
        rules: SourceRules,
    ) -> None:
        self.start = writer.size
        self.entries: list[NewEntry] = []
        self.corrections: list[tuple[int, int]] = []
        self._now, self._rules = now, rules
        self._captured_at, self._latest = format_instant(now), format_instant(now + CLOCK_SKEW)[:-1]
        self._leaf_head = plain_leaf_head(institution, self._captured_at)
        self._places_head = places_of(institution)
        self._keys: Mapping[str, SubjectKey] = {}
        self._known = dict(writer.known_events([one.event_id for one in drafts]))
        self._heads: dict[str, Head] = {
            loan: (head.reference.encode(), head.next_sequence, head.last_leaf_hash)
            for loan, head in writer.loan_heads(list({one.loan for one in drafts})).items()
        }
        self._changed: set[str] = set()
        strict = [one for one in drafts if isinstance(one, DraftedEvent)]
        self._plain = len(drafts) - len(strict)
        named = [name for one in strict for name in _named(one.event)]
        self._named = dict(writer.places_of(named)) if named else None

    def fresh(self, drafts: Sequence[DraftedEvent | PlainEvent]) -> Sequence[DraftedEvent | PlainEvent]:
        """Those of an id that was not logged before."""
        return [one for one in drafts if one.event_id not in self._known] if self._known else drafts

    def equip(self, keys: Mapping[str, SubjectKey], randomness: Callable[[int], bytes]) -> None:
        """Hand over the keys of the subjects, and where loan references and nonces come from."""
        self._keys, self._randomness = keys, randomness
        drawn = randomness(NONCE_BYTES * self._plain)
        self._nonces = iter([drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES)])

    def heads(self) -> dict[str, LoanHead]:
        """The new heads of the loans that got an entry."""
        return {loan: LoanHead(self._heads[loan][0].decode(), *self._heads[loan][1:]) for loan in self._changed}

    def add_plain(self, one: PlainEvent) -> Receipt | None:
        """Append a plain event; a receipt only where it gave no entry."""
        prepared, body = one
        event_id, loan, occurred_at = prepared.event_id, prepared.loan, prepared.occurred_at
        if event_id in self._known:
            return _repeat(event_id, body, self._known[event_id])
        if occurred_at[:-1] > self._latest:
            return _refused(event_id, EventError(IN_FUTURE))
        reference, sequence, last = self._heads.get(loan) or self._new_loan()
        leaf = plain_leaf(
            self._leaf_head, reference, occurred_at, last, prepared.sd, sequence, prepared.type, prepared.type_version
        )
        if len(leaf) > MAX_LEAF:
            return self._too_long(event_id, leaf)
        digest = leaf_hash(leaf)
        key = self._keys[prepared.subject]
        place = b"%b%b\n0" % (self._places_head, event_id.encode())
        sealed = seal(key.cipher or key.key, next(self._nonces), prepared.secret + body, place)
        self.entries.append(
            NewEntry(
                event_id, loan, sequence, prepared.type, occurred_at, self._captured_at, key.id, sealed, leaf, digest
            )
        )
        self._known[event_id] = body
        self._heads[loan] = (reference, sequence + 1, digest)
        self._changed.add(loan)
        if self._named is not None:
            self._named[event_id] = Place(loan, prepared.type, self.start + len(self.entries) - 1)
        return None

    def add(self, one: DraftedEvent) -> Receipt | None:
        """Append an event on the strict way; a receipt only where it gave no entry."""
        event, index = one.event, self.start + len(self.entries)
        if event.id in self._known:
            return _repeat(event.id, event.body, self._known[event.id])
        try:
            check_not_future(event, self._now)
            corrected = self._named.get(event.fields.get("corrects", "")) if self._named is not None else None
            check_correction(event, corrected)
            check_source(event.fields, self._rules, self._now)
            self._check_links(event)
        except ProofDocketError as error:
            return _refused(event.id, error)
        reference, sequence, last = self._heads.get(event.loan) or self._new_loan()
        leaf = leaf_bytes(event, reference.decode(), sequence, last.hex(), self._now, one.sd)
        if len(leaf) > MAX_LEAF:
            return self._too_long(event.id, leaf)
        digest = leaf_hash(leaf)
        sealed = self._sealed(one)
        self.entries.append(
            NewEntry(
                event_id=event.id,
                loan=event.loan,
                sequence=sequence,
                type=event.type.code,
                occurred_at=format_instant(event.occurred_at),
                captured_at=self._captured_at,
                key_id=sealed[0][0],
                sealed=sealed[0][1],
                leaf=leaf,
                leaf_hash=digest,
                others=tuple(sealed[1:]),
            )
        )
        self._known[event.id] = event.body
        self._heads[event.loan] = (reference, sequence + 1, digest)
        self._changed.add(event.loan)
        if self._named is not None:
            self._named[event.id] = Place(event.loan, event.type.code, index)
        if corrected is not None:
            self.corrections.append((index, corrected.index))
        return None

    def _new_loan(self) -> Head:
        return base64url(self._randomness(REFERENCE_BYTES)).encode(), 0, b""

    def _check_links(self, event: Event) -> None:
        """What an event corroborates is in the log, or came before it in this batch."""
        for link in event.fields.get("corroborates", ()):
            if self._named is None or link not in self._named:
                raise LinkUnknownError("corroborates: names an event that is not in this log; send that one first")

    def _sealed(self, one: DraftedEvent) -> list[tuple[int, bytes]]:
        """Key id and sealed bytes of each part."""
        event, sealed = one.event, []
        for at, part in enumerate(one.parts):
            key, secret = self._keys[part.subject], one.secrets[at * SECRET_BYTES : (at + 1) * SECRET_BYTES]
            place = event_place(event.institution, event.id, at)
            sealed.append((key.id, seal_part(key.key, self._randomness(NONCE_BYTES), secret, part.body, place)))
        return sealed

    def _too_long(self, event_id: str, leaf: bytes) -> Receipt:
        try:
            check_leaf_length(leaf)
        except ProofDocketError as error:
            return _refused(event_id, error)
        raise AssertionError("asked about a leaf of good length")


def _named(event: Event) -> list[str]:
    """Ids of other events that an event names."""
    links: list[str] = event.fields.get("corroborates", [])
    return [*links, event.fields["corrects"]] if "corrects" in event.fields else links


def _refused(event_id: str, error: ProofDocketError) -> Receipt:
    return Receipt(event_id, "rejected", -1, error.code, str(error))


def _repeat(event_id: str, body: bytes, known: bytes | None) -> Receipt:
    if known is None:
        return Receipt(
            event_id, "duplicate", -1, "erased", "this event was logged before, and its personal data erased"
        )
    if known == body:
        return Receipt(event_id, "duplicate", -1)
    return Receipt(
        event_id,
        "rejected",
        -1,
        "duplicate-id",
        "this id was used before with another body; a correction is a new event with `corrects`",
    )
