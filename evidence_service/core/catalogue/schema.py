"""Event types and payload fields: what one kind of event must and may say.

Spec: docs/spec/event.md. A type is named by a stable code (`loan.disbursed`) and a version; a changed
meaning is a new version. Field kinds are closed: there is no float anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where in the life of a loan an event stands (贷前, 放款, 贷后, 处置)."""

    PRE_LENDING = "pre_lending"
    LENDING = "lending"
    POST_LENDING = "post_lending"
    DISPOSAL = "disposal"


class Kind(StrEnum):
    """What a payload field holds. Amounts and rates are decimal strings; a rate is an annual fraction."""

    TEXT = "text"
    AMOUNT = "amount"
    RATE = "rate"
    DATE = "date"
    INSTANT = "instant"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DIGEST = "digest"
    CURRENCY = "currency"
    TEXTS = "texts"
    MAP = "map"


@dataclass(frozen=True, slots=True)
class Field:
    """One payload field. `personal` marks data of a natural person (PIPL): disclosed only where needed. `other` marks
    data about another person than the event's first subject: the second one, under whose key it lies."""

    name: str
    kind: Kind
    required: bool
    personal: bool
    other: bool = False


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event: its names, stage, what it proves, and the rule that makes it matter in court."""

    code: str
    version: int
    stage: Stage
    zh: str
    en: str
    proves: str
    hook: str
    fields: tuple[Field, ...]
    about_others: tuple[str, ...] = ()

    def field(self, name: str) -> Field | None:
        """Return the payload field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)


def event_type(stage: Stage, code: str, zh: str, en: str, proves: str, hook: str, fields: str) -> EventType:
    """Build a type from a line such as ``"amount:amount! phone:text*"`` (! required, * personal, & about another
    person).

    Every type also takes `remark` (free text, personal) and `attributes` (a flat map of what the source
    system knows beyond the catalogue).
    """
    parsed = [_field(item) for item in fields.split()]
    parsed.append(Field("remark", Kind.TEXT, required=False, personal=True))
    parsed.append(Field("attributes", Kind.MAP, required=False, personal=True))
    others = tuple(field.name for field in parsed if field.other)
    return EventType(code, 1, stage, zh, en, proves, hook, tuple(parsed), others)


def _field(item: str) -> Field:
    name, _, kind = item.partition(":")
    bare = kind.rstrip("!*&")
    return Field(name, Kind(bare), required="!" in kind, personal="*" in kind, other="&" in kind)
