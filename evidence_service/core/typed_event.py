"""The fast way of reading an event: canonical bytes straight into the shape of their type, or not at all.

Spec: docs/spec/ingest.md, *Two ways of reading*. `TypedEvents.read` answers None wherever it is not certain that the
strict way (core/event.py) would accept the very same bytes: white space, another order of names, an escape, an
attachment, a correction, a second subject, anything wrong. The strict way then decides, and words the refusal. What is
accepted are bytes that encode to themselves, so that duplicate names, 1.0, 2^53 and the like cannot pass.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from functools import reduce
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from evidence_service.core.canonical import MAX_INTEGER, harmless
from evidence_service.core.catalogue import CATALOGUE, EventType, Field, Kind
from evidence_service.core.event import MAX_TEXT
from evidence_service.core.payload import MAX_ITEMS

Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Filled = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
# \A and \Z: a pattern is searched, and $ would let a line break pass. No \d: it takes digits of every script.
Decimal = Annotated[str, Meta(pattern=r"\A-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,30})?\Z")]
Day = Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
Instant = Annotated[
    str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z\Z")
]
Integer = Annotated[int, Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Currency = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")]
Name = Annotated[str, Meta(pattern=r"\A[ !#-\[\]-~]*\Z")]  # printable ASCII without quote and backslash
KINDS: dict[Kind, Any] = {
    Kind.TEXT: Text,
    Kind.AMOUNT: Decimal,
    Kind.RATE: Decimal,
    Kind.DATE: Day,
    Kind.INSTANT: Instant,
    Kind.INTEGER: Integer,
    Kind.BOOLEAN: bool,
    Kind.DIGEST: Digest,
    Kind.CURRENCY: Currency,
    Kind.TEXTS: Annotated[list[Text], Meta(max_length=MAX_ITEMS)],
    Kind.MAP: Annotated[dict[Name, Text | Integer | bool], Meta(max_length=MAX_ITEMS)],
}
DATED = (Kind.DATE, Kind.INSTANT)
KNOWN_DAYS = 40_000


class Actor(Struct, forbid_unknown_fields=True):
    """Who acted."""

    org: Filled
    role: Filled
    id: Filled | UnsetType = UNSET


class Source(Struct, forbid_unknown_fields=True):
    """Which system tells it."""

    mechanism: Literal["automatic", "manual", "imported"]
    system: Filled
    version: Filled


class TypedEvent(Struct, kw_only=True):
    """One event in the shape of its type; each type of the catalogue has a subclass with its own payload."""

    actor: Actor
    environment: dict[Name, Filled] | UnsetType = UNSET
    id: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._:\-]{1,128}\Z")]
    institution: Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]{1,39}\Z")]
    loan: Annotated[str, Meta(pattern=r"\A[^\x00-\x1f\x7f]{1,128}\Z")]
    occurred_at: Instant
    source: Source
    subjects: Annotated[list[Filled], Meta(max_length=1)] | UnsetType = UNSET
    payload: Any
    type_version: int


class TypedEvents:
    """Reads canonical events of every type in the catalogue."""

    def __init__(self) -> None:
        self._decode = msgspec.json.Decoder(reduce(operator.or_, CODES)).decode
        self._encode: Callable[[Any], bytes] = msgspec.json.Encoder(order="sorted").encode
        self._days: set[str] = set()
        self._dated = {
            code: tuple(field.name for field in fast_fields(kind) if field.kind in DATED)
            for code, kind in CATALOGUE.items()
        }

    def read(self, raw: bytes, *, in_profile: bool = False) -> TypedEvent | None:
        """The event, if these are certainly the bytes that the strict way would keep; else None.

        `in_profile` says that somebody has walked over every value already (core/canonical.py).
        """
        try:
            event: TypedEvent = self._decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        if self._encode(event) != raw:
            return None
        if not in_profile and not (raw.isascii() and b"\\" not in raw) and not harmless(raw, raw.decode()):
            return None
        return event if self._days_exist(event) else None

    def _days_exist(self, event: TypedEvent) -> bool:
        """Whether every date of the event is in the calendar: a pattern takes 2026-02-31."""
        if event.occurred_at[:10] not in self._days and not self._day_exists(event.occurred_at[:10]):
            return False
        for name in self._dated[type_of(event)]:
            value = getattr(event.payload, name)
            if value is not UNSET and value[:10] not in self._days and not self._day_exists(value[:10]):
                return False
        return True

    def _day_exists(self, day: str) -> bool:
        try:
            date.fromisoformat(day)
        except ValueError:
            return False
        if len(self._days) >= KNOWN_DAYS:
            self._days.clear()
        self._days.add(day)
        return True


def fast_fields(kind: EventType) -> tuple[Field, ...]:
    """The payload fields of a type that the fast way knows, sorted by name: none about another person."""
    return tuple(sorted((field for field in kind.fields if not field.other), key=lambda field: field.name))


def type_of(event: TypedEvent) -> str:
    """The event's type, as the catalogue names it."""
    return CODES[event.__class__]


CODES: dict[type[TypedEvent], str] = {}
"""The type that each shape stands for; asking msgspec takes ten times as long."""


def _shape(kind: EventType) -> type[TypedEvent]:
    payload = msgspec.defstruct(
        f"Payload_{kind.code}",
        [
            (field.name, KINDS[field.kind]) if field.required else (field.name, KINDS[field.kind] | UnsetType, UNSET)
            for field in fast_fields(kind)
        ],
        kw_only=True,
        forbid_unknown_fields=True,
    )
    shape = msgspec.defstruct(
        f"Event_{kind.code}",
        [("payload", payload), ("type_version", Literal[kind.version])],
        bases=(TypedEvent,),
        tag_field="type",
        tag=kind.code,
        kw_only=True,
        forbid_unknown_fields=True,
    )
    made = cast("type[TypedEvent]", shape)
    CODES[made] = kind.code
    return made


for _kind in CATALOGUE.values():
    _shape(_kind)
