"""Parts of an event: the fields about each subject lie apart, so that one subject's erasure hides no other's.

Spec: docs/spec/commitment.md, *Parts*. Part 0 is about the first subject (without subjects, about the loan) and holds
the event without the others' fields. Part i ≥ 1 holds `subjects.i`; part 1 also the payload fields that the catalogue
marks as about another person. Every part has a commitment secret of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence_service.core.canonical import encode_checked, parse_canonical
from evidence_service.core.event import Event, EventError


@dataclass(frozen=True, slots=True)
class Part:
    """Fields about one subject: `body` is canonical JSON, of an event (part 0) or of named fields (the others)."""

    subject: str
    body: bytes


def subject_of(event: Event) -> str:
    """The subject under whose key an event's first part lies."""
    subjects: Sequence[str] = event.fields.get("subjects", ())
    return subjects[0] if subjects else f"loan:{event.loan}"


def subjects_of(event: Event) -> tuple[str, ...]:
    """Every subject that an event concerns; without subjects, the loan itself."""
    return tuple(dict.fromkeys(event.fields.get("subjects", ()))) or (subject_of(event),)


def parts_of(event: Event) -> tuple[Part, ...]:
    """The parts of an event; nearly always one."""
    subjects: list[str] = event.fields.get("subjects", [])
    if len(subjects) < 2:
        return (Part(subject_of(event), event.body),)
    others = {name: value for name, value in event.payload.items() if name in event.type.about_others}
    own = {name: value for name, value in event.payload.items() if name not in others}
    first = {**event.fields, "subjects": subjects[:1], "payload": own}
    parts = [Part(subjects[0], encode_checked(first))]
    for index, subject in enumerate(subjects[1:], start=1):
        named = {f"subjects.{index}": subject}
        if index == 1:
            named.update({f"payload.{name}": value for name, value in others.items()})
        parts.append(Part(subject, encode_checked(named)))
    return tuple(parts)


def named_fields(part: int, body: bytes) -> list[tuple[str, Any]]:
    """Every committed field of a part with its dotted name, sorted by name."""
    value = parse_canonical(body)
    if not isinstance(value, dict):
        raise EventError("a part of an event is a JSON object")
    return flatten(value) if part == 0 else sorted(value.items())


def flatten(fields: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Every committed field of an event's JSON object with its dotted name, sorted by name."""
    named: list[tuple[str, Any]] = [("id", fields["id"]), ("loan", fields["loan"])]
    for group in ("actor", "environment", "payload", "source", "source_signature"):
        named += [(f"{group}.{name}", value) for name, value in fields.get(group, {}).items()]
    for group in ("corroborates", "subjects"):
        named += [(f"{group}.{index}", value) for index, value in enumerate(fields.get(group, []))]
    for index, attachment in enumerate(fields.get("attachments", [])):
        named += [(f"attachments.{index}.{name}", value) for name, value in attachment.items()]
    if "corrects" in fields:
        named.append(("corrects", fields["corrects"]))
    named.sort(key=_name)  # no name occurs twice
    return named


def joined_body(bodies: Sequence[bytes | None]) -> bytes | None:
    """The event put together from the bodies of its parts; None where its first part is erased.

    Where another part is erased, null stands for its subject and its payload fields are left out.
    """
    first = bodies[0]
    if first is None or len(bodies) == 1:
        return first
    value = parse_canonical(first)
    for index, body in enumerate(bodies[1:], start=1):
        named = {} if body is None else parse_canonical(body)
        value["subjects"].append(named.get(f"subjects.{index}"))
        for name, field in named.items():
            if name.startswith("payload."):
                value["payload"][name.removeprefix("payload.")] = field
    return encode_checked(value)


def _name(named: tuple[str, Any]) -> str:
    return named[0]
