"""One party's papers: what its package discloses of each event, the originals in it, and nothing beyond the package.

Spec: docs/spec/served.md section 4. Everything is read from the package itself: what its disclosure set closed is not
there to be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from evidence_service.core import container
from evidence_service.core.canonical import parse_strict
from evidence_service.core.catalogue import CATALOGUE
from evidence_service.core.commitment import Disclosure, parse_disclosure
from evidence_service.core.erased import opened_from
from evidence_service.core.leaf import parse_leaf
from evidence_service.core.metadata import PackageMetadata, parse_metadata
from evidence_service.core.package import (
    DISCLOSURES,
    LEAF,
    LEDGER,
    METADATA,
    ORIGINAL,
    PDF,
    VERIFIER,
    ParsedPackage,
    parse,
)
from litigation.served.core.statement import Statement, read_statement

PAYLOAD = "payload."


@dataclass(frozen=True, slots=True)
class Field:
    """One disclosed field: its name without its group, its kind as the catalogue knows it, its value."""

    name: str
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Original:
    """One original of an event. `sha256` is empty where the package does not hold it."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PaperEvent:
    """One event as disclosed to this party. `closed` counts what is not for it; `other`: fields beside the payload."""

    seq: int
    index: int
    type: str
    stage: str
    occurred_at: datetime
    captured_at: datetime
    fields: tuple[Field, ...]
    other: tuple[Field, ...]
    originals: tuple[Original, ...]
    closed: int
    erased: bool


@dataclass(frozen=True, slots=True)
class Papers:
    """A package opened for its recipient. `content` is the package, byte for byte."""

    content: bytes
    metadata: PackageMetadata
    statement: Statement
    events: tuple[PaperEvent, ...]
    pdf: bytes
    verifier: bytes
    originals: Mapping[str, tuple[str, bytes]]

    @property
    def as_of(self) -> date:
        """The cut-off day."""
        return date.fromisoformat(self.metadata.as_of)


def read_papers(content: bytes) -> Papers:
    """Open a package. Raises MalformedInputError where its bytes are none."""
    package = parse(container.read(content))
    metadata = parse_metadata(package.members[METADATA])
    originals = {}
    for name, held in package.originals.items():
        match = ORIGINAL.match(name)
        if match:
            originals[match[1]] = (match[2], held)
    indexes = {entry.seq: entry.index for entry in metadata.events}
    return Papers(
        content=content,
        metadata=metadata,
        statement=read_statement(package.members[LEDGER]),
        events=tuple(_event(seq, indexes[seq], package, originals) for seq in package.events),
        pdf=package.members[PDF],
        verifier=package.members.get(VERIFIER, b""),
        originals=originals,
    )


def _event(seq: int, index: int, package: ParsedPackage, held: Mapping[str, Any]) -> PaperEvent:
    parts = package.events[seq]
    leaf = parse_leaf(parts[LEAF])
    encoded, erased = opened_from(parse_strict(parts[DISCLOSURES]), f"event {seq}")
    opened = [parse_disclosure(one) for one in encoded]
    kind = CATALOGUE[leaf.type]
    return PaperEvent(
        seq=seq,
        index=index,
        type=leaf.type,
        stage=kind.stage.value,
        occurred_at=leaf.occurred_at,
        captured_at=leaf.captured_at,
        fields=tuple(_field(leaf.type, one) for one in opened if one.name.startswith(PAYLOAD)),
        other=tuple(
            Field(one.name, "text", one.value) for one in opened if not one.name.startswith((PAYLOAD, "attachments."))
        ),
        originals=_originals(opened, held),
        closed=len(leaf.digests) - len(opened),
        erased=erased is not None,
    )


def _field(event_type: str, one: Disclosure) -> Field:
    name = one.name.removeprefix(PAYLOAD)
    known = CATALOGUE[event_type].field(name)
    return Field(name, known.kind.value if known else "text", one.value)


def _originals(opened: list[Disclosure], held: Mapping[str, Any]) -> tuple[Original, ...]:
    """The originals that the disclosures name; of one that was left out only its kind is told."""
    found: dict[str, dict[str, Any]] = {}
    for one in opened:
        group, _, rest = one.name.partition(".")
        if group == "attachments":
            number, _, part = rest.partition(".")
            found.setdefault(number, {})[part] = one.value
    return tuple(
        Original(
            name=said.get("name", ""),
            media_type=said.get("media_type", ""),
            size=said.get("size", 0),
            sha256=said["sha256"] if said.get("sha256") in held else "",
        )
        for _, said in sorted(found.items(), key=lambda item: int(item[0]))
    )
