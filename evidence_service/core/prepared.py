"""A plain event, ready for its place in the log: read, checked and committed to, but not yet sealed or sequenced.

Spec: docs/spec/ingest.md, *Two ways of reading*. Plain is an event that core/typed_event.py reads: no attachment, no
correction, no link, no signature of its source, at most one subject. All others go the strict way. A batch of prepared
events travels between processes as MessagePack.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from evidence_service.core.canonical import encode_checked, harmless, parse_strict
from evidence_service.core.commit_batch import BatchCommitter
from evidence_service.core.sealing import SECRET_BYTES
from evidence_service.core.typed_event import TypedEvent, TypedEvents, type_of
from evidence_service.errors import MalformedInputError

AT_ONCE = 250
"""Events that are committed together: what they need stays in the processor's cache."""
WHOLE_SECONDS = len("2026-01-05T02:03:04Z")


class Prepared(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One plain event. `sd` are its digests as its leaf lists them; `body` is empty where the line is canonical."""

    event_id: str
    institution: str
    loan: str
    type: str
    type_version: int
    occurred_at: str
    subject: str
    secret: bytes
    sd: bytes
    body: bytes


class Preparer:
    """Prepares batches of lines. What it keeps from batch to batch only saves work; it never changes a result."""

    def __init__(self) -> None:
        self._events = TypedEvents()
        self._committer = BatchCommitter()

    def prepare(self, lines: Sequence[bytes], randomness: Callable[[int], bytes]) -> list[Prepared | None]:
        """Each line as a plain event, or None where the strict way must look at it."""
        found: list[Prepared | None] = []
        for start in range(0, len(lines), AT_ONCE):
            found += self._some(lines[start : start + AT_ONCE], randomness)
        return found

    def _some(self, lines: Sequence[bytes], randomness: Callable[[int], bytes]) -> list[Prepared | None]:
        found: list[Prepared | None] = [None] * len(lines)
        places, events, bodies = [], [], []
        in_profile = _all_harmless(lines)
        for place, line in enumerate(lines):
            event, body = self._read(line, in_profile)
            if event is not None:
                places.append(place)
                events.append(event)
                bodies.append(body)
        secrets = randomness(SECRET_BYTES * len(events))
        digests = self._committer.commit(events, secrets)
        for number, (place, event, body, sd) in enumerate(zip(places, events, bodies, digests, strict=True)):
            secret = secrets[SECRET_BYTES * number : SECRET_BYTES * (number + 1)]
            found[place] = Prepared(
                event.id,
                event.institution,
                event.loan,
                type_of(event),
                event.type_version,
                event.occurred_at if len(event.occurred_at) == WHOLE_SECONDS else _normal(event.occurred_at),
                event.subjects[0] if event.subjects else f"loan:{event.loan}",
                secret,
                sd,
                body,
            )
        return found

    def _read(self, line: bytes, in_profile: bool) -> tuple[TypedEvent | None, bytes]:
        event = self._events.read(line, in_profile=in_profile)
        if event is not None:
            return event, b""
        try:
            value = parse_strict(line)  # perhaps not canonical: white space, another order; or with an escape
        except MalformedInputError:
            return None, b""
        body = encode_checked(value)
        return self._events.read(body, in_profile=True), body


def _all_harmless(lines: Sequence[bytes]) -> bool:
    """Whether no string of any of these lines can be outside the profile: one look instead of one per line."""
    joined = b"\n".join(lines)
    try:
        return harmless(joined, joined.decode())
    except UnicodeDecodeError:
        return False


def _normal(instant: str) -> str:
    """As core/event.py writes an instant: six digits of a second, or none where they are zero."""
    digits = instant[WHOLE_SECONDS:-1].ljust(6, "0")
    return instant[: WHOLE_SECONDS - 1] + ("Z" if digits == "000000" else f".{digits}Z")


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Prepared | None])


def prepared_bytes(batch: Sequence[Prepared | None]) -> bytes:
    """A batch as bytes for another process."""
    return _encoder.encode(batch)


def prepared_from(raw: bytes) -> list[Prepared | None]:
    """Read a batch that another process made."""
    return _decoder.decode(raw)
