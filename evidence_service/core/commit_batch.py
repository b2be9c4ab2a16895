"""The fast way of committing: the salted digests of many events at once, byte for byte those of core/commitment.py.

Spec: docs/spec/commitment.md. What helps: base64 works on groups of three bytes, and a disclosure's beginning
(bracket, quote, salt) has 24; so beginnings and ends are encoded apart, ends that repeat are kept, and each step runs
once over the whole batch instead of once per field.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Sequence
from hashlib import sha256, shake_256
from struct import Struct
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from evidence_service.core.catalogue import CATALOGUE, EventType, Kind
from evidence_service.core.commitment import SALT_BYTES, SALT_DOMAIN, URL_SAFE
from evidence_service.core.sealing import SECRET_BYTES
from evidence_service.core.typed_event import TypedEvent, fast_fields, type_of

HEAD = 32
"""Characters of base64 for bracket, quote and the 22 characters of a salt."""
KEPT_ENDS = 4096
KEPT_LENGTH = 32
REPEATING = (Kind.TEXT, Kind.DATE, Kind.INTEGER, Kind.BOOLEAN, Kind.CURRENCY)
ID_AND_LOAN = (None, None)
_encode = msgspec.json.Encoder(order="sorted").encode
_encode_lines = msgspec.json.Encoder(order="sorted").encode_lines
_HEADS = Struct(f"{HEAD}s")
_astuple = msgspec.structs.astuple
Ends = dict[Any, bytes]
V = TypeVar("V")


class BatchCommitter:
    """Commits batches of typed events. Keeps the ends of disclosures that repeat, within bounds."""

    def __init__(self) -> None:
        self._payload = {code: _payload_table(kind) for code, kind in CATALOGUE.items()}
        self._actors: dict[Any, tuple[bytes, ...]] = {}
        self._sources: dict[Any, tuple[bytes, ...]] = {}
        self._environments: dict[Any, tuple[bytes, ...]] = {}

    def commit(self, events: Sequence[TypedEvent], secrets: bytes) -> list[bytes]:
        """The digests of each event, ascending, quoted and joined by commas as its leaf holds them.

        `secrets` are the events' secrets, 32 bytes each, in order.
        """
        ends: list[bytes | None] = []
        plain: list[tuple[str, Any]] = []
        counts = []
        before = 0
        for event in events:
            self._collect(event, ends, plain)
            counts.append(len(ends) - before)
            before = len(ends)
        stream = b"".join(
            [
                shake_256(SALT_DOMAIN + secrets[at : at + SECRET_BYTES]).digest(SALT_BYTES * count)
                for at, count in zip(range(0, len(secrets), SECRET_BYTES), counts, strict=True)
            ]
        )
        return _joined(_digests(_salt_heads(stream), ends, plain), counts)

    def _collect(self, event: TypedEvent, ends: list[bytes | None], plain: list[tuple[str, Any]]) -> None:
        """Append the end of every field's disclosure by name; None where name and value are in `plain`."""
        actor, source = _astuple(event.actor), _astuple(event.source)
        found = self._actors.get(actor)
        if found is None:
            found = _keep(self._actors, actor, _actor_ends(actor))
        ends += found
        if event.environment is not UNSET and event.environment:
            key = tuple(event.environment.items())
            found = self._environments.get(key)
            if found is None:
                found = _keep(self._environments, key, _named_ends("environment", sorted(key)))
            ends += found
        ends += ID_AND_LOAN
        plain.append(("id", event.id))
        plain.append(("loan", event.loan))
        for value, (name, kept) in zip(_astuple(event.payload), self._payload[type_of(event)], strict=True):
            if value is UNSET:
                continue
            if kept is None:
                ends.append(None)
                plain.append((name, value))
                continue
            end = kept.get(value)
            if end is not None:
                ends.append(end)
            elif value.__class__ is str and len(value) > KEPT_LENGTH:
                ends.append(None)
                plain.append((name, value))
            else:
                ends.append(_keep(kept, value, _end(name, value)))
        found = self._sources.get(source)
        if found is None:
            named = list(zip(("mechanism", "system", "version"), source, strict=True))
            found = _keep(self._sources, source, _named_ends("source", named))
        ends += found
        if event.subjects is not UNSET and event.subjects:
            ends.append(None)
            plain.append(("subjects.0", event.subjects[0]))


def _payload_table(kind: EventType) -> tuple[tuple[str, Ends | None], ...]:
    """For each payload field the name in its disclosure, and where its ends are kept, if they repeat."""
    return tuple((f"payload.{field.name}", {} if field.kind in REPEATING else None) for field in fast_fields(kind))


def _actor_ends(actor: tuple[Any, ...]) -> tuple[bytes, ...]:
    org, role, who = actor
    named = [("org", org), ("role", role)]
    return _named_ends("actor", named if who is UNSET else [("id", who), *named])


def _named_ends(group: str, named: Sequence[tuple[str, str]]) -> tuple[bytes, ...]:
    return tuple(_end(f"{group}.{name}", value) for name, value in named)


def _end(name: str, value: Any) -> bytes:
    return b2a_base64(b'",' + _encode((name, value))[1:], newline=False).translate(URL_SAFE, b"=")


def _plain_ends(plain: Sequence[tuple[str, Any]]) -> list[bytes]:
    """The ends of disclosures that do not repeat. JSON holds no raw line break, so one call writes them all."""
    lines = (b"\n" + _encode_lines(plain)).replace(b"\n[", b'\n",').split(b"\n")
    return b"".join(map(b2a_base64, lines[1:-1])).translate(URL_SAFE, b"=").split()


def _keep(kept: dict[Any, V], key: Any, value: V) -> V:
    """Remember a value, within bounds: when it is full the memory starts anew."""
    if len(kept) >= KEPT_ENDS:
        kept.clear()
    kept[key] = value
    return value


def _salt_heads(stream: bytes) -> bytes:
    """base64 of bracket, quote and base64url(salt) for each salt of a stream, 32 characters each."""
    count = len(stream) // SALT_BYTES
    padded = bytearray(18 * count)  # 16 bytes and two zeros give 24 characters, of which the first 22 are the salt's
    for at in range(SALT_BYTES):
        padded[at::18] = stream[at::SALT_BYTES]
    salts = b2a_base64(padded, newline=False).translate(URL_SAFE)
    opened = bytearray(b'["' + bytes(22)) * count
    for at in range(22):
        opened[2 + at :: 24] = salts[at::24]
    # No translation here: of these characters no group of three bytes gives a sextet of 62 or 63.
    return b2a_base64(opened, newline=False)


def _digests(heads: bytes, ends: Sequence[bytes | None], plain: Sequence[tuple[str, Any]]) -> list[bytes]:
    """SHA-256 of each disclosure."""
    encoded = iter(_plain_ends(plain))
    fresh, made = sha256().copy, []
    for (head,), end in zip(_HEADS.iter_unpack(heads), ends, strict=True):
        state = fresh()
        state.update(head)
        state.update(next(encoded) if end is None else end)
        made.append(state.digest())
    return made


def _joined(digests: Sequence[bytes], counts: Sequence[int]) -> list[bytes]:
    # A zero byte after each makes 33 bytes, 44 characters: 43 are the digest's, the last gives way to a line break.
    text = bytearray(b2a_base64(b"\0".join(digests) + b"\0", newline=False))
    text[43::44] = b"\n" * len(digests)
    written = text.translate(URL_SAFE).decode().split()  # texts are sorted faster than bytes
    found, at = [], 0
    for count in counts:
        mine = written[at : at + count]
        mine.sort()
        found.append(('"' + '","'.join(mine) + '"').encode())
        at += count
    return found
