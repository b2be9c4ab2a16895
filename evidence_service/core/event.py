"""The event: one thing that happened in the life of a loan, checked against the catalogue.

Spec: docs/spec/event.md. Parsing is strict and ends in one error family; afterwards the type is trusted. What the
sender says of time, mechanism and environment is kept and shown as *declared*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from evidence_service.core.canonical import check_profile, encode_checked, parse_strict, shown
from evidence_service.core.catalogue import CATALOGUE, EventType
from evidence_service.core.payload import check_payload
from evidence_service.errors import MalformedInputError

EVENT_ID = re.compile(r"[A-Za-z0-9._:\-]{1,128}\Z")
LOAN = re.compile(r"[^\x00-\x1f\x7f]{1,128}\Z")  # PostgreSQL holds no NUL, no page prints the others
INSTITUTION = re.compile(r"[a-z0-9][a-z0-9-]{1,39}\Z")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z\Z", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{64}\Z")
MECHANISMS = frozenset({"automatic", "manual", "imported"})
MAX_TEXT = 64 * 1024
MAX_ATTACHMENTS = 64
MAX_LINKS = 32
CLOCK_SKEW = timedelta(minutes=5)
IN_FUTURE = "occurred_at: lies in the future; check the sender's clock and time zone"
REQUIRED = ("id", "institution", "loan", "type", "type_version", "occurred_at", "actor", "source", "payload")
OPTIONAL = ("environment", "subjects", "attachments", "corrects", "corroborates", "source_signature")


class EventError(MalformedInputError):
    """An event does not follow its schema; the message names the field."""

    code = "event-malformed"


@dataclass(frozen=True, slots=True)
class Attachment:
    """An original that belongs to an event: name, media type, size in bytes, SHA-256 and SM3 in hex."""

    name: str
    media_type: str
    size: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event as the sender declared it. `body` is the whole of it in canonical JSON (RFC 8785)."""

    id: str
    institution: str
    loan: str
    type: EventType
    occurred_at: datetime
    payload: Mapping[str, Any]
    attachments: tuple[Attachment, ...]
    fields: Mapping[str, Any]
    body: bytes


def parse_event(raw: bytes) -> Event:
    """Read one event from JSON bytes. Raises MalformedInputError that names the field."""
    value = parse_strict(raw)
    if not isinstance(value, dict):
        raise EventError("an event is a JSON object")
    return event_from(value, profile_checked=True)


def event_from(value: dict[str, Any], *, profile_checked: bool = False) -> Event:
    """Check an event given as a JSON object and put it into canonical form."""
    if not profile_checked:
        check_profile(value)
    _check_names(value)
    kind = _event_type(value)
    _check_actor(value["actor"])
    _check_source(value["source"])
    _check_context(value)
    _check_support(value)
    check_payload(kind, value["payload"])
    _check_others(kind, value)
    attachments = _attachments(value.get("attachments", []))
    return Event(
        id=_matching(value, "id", EVENT_ID, "1 to 128 characters of A-Z a-z 0-9 . _ : -"),
        institution=_matching(value, "institution", INSTITUTION, "a short name such as sample-cf"),
        loan=_matching(value, "loan", LOAN, "a text of 1 to 128 characters without control characters"),
        type=kind,
        occurred_at=parse_instant(value["occurred_at"], "occurred_at"),
        payload=value["payload"],
        attachments=attachments,
        fields=value,
        body=encode_checked(value),
    )


def parse_instant(text: object, place: str) -> datetime:
    """Read an RFC 3339 instant in UTC (`Z`, at most microseconds)."""
    if not isinstance(text, str) or not INSTANT.match(text):
        raise EventError(f"{place}: an instant in UTC such as 2026-01-05T02:03:04Z")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise EventError(f"{place}: there is no such day or hour") from None


def format_instant(moment: datetime) -> str:
    """Write an instant in UTC with microseconds only where it has any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def check_not_future(event: Event, captured_at: datetime) -> None:
    """Refuse an event that claims to have happened after it reached us (five minutes of skew are allowed)."""
    if event.occurred_at > captured_at + CLOCK_SKEW:
        raise EventError(IN_FUTURE)


def _check_names(value: dict[str, Any]) -> None:
    for name in REQUIRED:
        if name not in value:
            raise EventError(f"{name}: missing")
    for name in value:
        if name not in REQUIRED and name not in OPTIONAL:
            raise EventError(f"{shown(name)}: unknown property of an event")


def _event_type(value: dict[str, Any]) -> EventType:
    code = value["type"]
    kind = CATALOGUE.get(code) if isinstance(code, str) else None
    if kind is None:
        raise EventError("type: not in the event catalogue (docs/spec/event.md)")
    if value["type_version"] != kind.version or isinstance(value["type_version"], bool):
        raise EventError(f"type_version: {kind.code} is known in version {kind.version}")
    return kind


def _matching(value: dict[str, Any], name: str, pattern: re.Pattern[str], what: str) -> str:
    text = value[name]
    if not isinstance(text, str) or not pattern.match(text):
        raise EventError(f"{name}: {what}")
    return text


def _text(value: Any, place: str, *, required: bool = True) -> None:
    if value is None and not required:
        return
    if not isinstance(value, str) or len(value) > MAX_TEXT or (required and not value):
        raise EventError(f"{place}: a text of 1 to {MAX_TEXT} characters")


def _check_actor(actor: Any) -> None:
    _object(actor, "actor", {"id", "role", "org"})
    _text(actor.get("role"), "actor.role")
    _text(actor.get("org"), "actor.org")
    if "id" in actor:  # a source that does not know the actor leaves it out; it is counted as unknown
        _text(actor["id"], "actor.id")


def _check_source(source: Any) -> None:
    _object(source, "source", {"system", "mechanism", "version"})
    for name in ("system", "version"):
        _text(source.get(name), f"source.{name}")
    mechanism = source.get("mechanism")
    if not isinstance(mechanism, str) or mechanism not in MECHANISMS:
        raise EventError("source.mechanism: automatic, manual or imported")


def _check_context(value: dict[str, Any]) -> None:
    environment = value.get("environment", {})
    if not isinstance(environment, dict):
        raise EventError("environment: an object of texts")
    for name, text in environment.items():
        _text(text, f"environment.{shown(name)}")
    subjects = value.get("subjects", [])
    if not isinstance(subjects, list) or len(subjects) > 32:
        raise EventError("subjects: a list of at most 32 identifiers")
    for index, subject in enumerate(subjects):
        _text(subject, f"subjects[{index}]")
    if "corrects" in value and not (isinstance(value["corrects"], str) and EVENT_ID.match(value["corrects"])):
        raise EventError("corrects: the id of the event that this one corrects")


def _check_others(kind: EventType, value: dict[str, Any]) -> None:
    """Data about another person needs that person's name: it lies under that person's key (event_parts)."""
    if kind.about_others and len(value.get("subjects", [])) < 2:
        for name in kind.about_others:
            if name in value["payload"]:
                raise EventError(f"payload.{name}: is about another person; name that person second in `subjects`")


def _check_support(value: dict[str, Any]) -> None:
    """What speaks for the event beside itself: other events, and the signature of the system that it comes from."""
    links = value.get("corroborates", [])
    if not isinstance(links, list) or len(links) > MAX_LINKS or ("corroborates" in value and not links):
        raise EventError(f"corroborates: a list of 1 to {MAX_LINKS} event ids")
    if not all(isinstance(link, str) and EVENT_ID.match(link) for link in links) or len(set(links)) != len(links):
        raise EventError("corroborates: ids of events, each once")
    if value["id"] in links:
        raise EventError("corroborates: an event does not corroborate itself")
    if "source_signature" in value:
        _object(value["source_signature"], "source_signature", {"key", "signature"})
        for name in ("key", "signature"):
            _text(value["source_signature"].get(name), f"source_signature.{name}")


def _object(value: Any, place: str, names: set[str]) -> None:
    if not isinstance(value, dict):
        raise EventError(f"{place}: an object")
    for name in value:
        if name not in names:
            raise EventError(f"{place}.{shown(name)}: unknown property")


def _attachments(value: Any) -> tuple[Attachment, ...]:
    if not isinstance(value, list) or len(value) > MAX_ATTACHMENTS:
        raise EventError(f"attachments: a list of at most {MAX_ATTACHMENTS}")
    return tuple(_attachment(item, f"attachments[{index}]") for index, item in enumerate(value))


def _attachment(item: Any, place: str) -> Attachment:
    _object(item, place, {"name", "media_type", "size", "sha256", "sm3"})
    _text(item.get("name"), f"{place}.name")
    _text(item.get("media_type"), f"{place}.media_type")
    size = item.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise EventError(f"{place}.size: a number of bytes")
    for name in ("sha256", "sm3"):
        if not isinstance(item.get(name), str) or not DIGEST.match(item[name]):
            raise EventError(f"{place}.{name}: 64 lower-case hexadecimal digits")
    return Attachment(item["name"], item["media_type"], size, item["sha256"], item["sm3"])
