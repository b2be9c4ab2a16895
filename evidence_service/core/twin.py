"""evidence.json, the machine-readable twin inside the PDF: package.json with every log entry, proof and disclosure.

Spec: docs/spec/package.md (Twin). A PDF that travels alone can still be verified; its pages are not covered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.erased import opened_from, opened_json
from evidence_service.core.material import material_from
from evidence_service.core.metadata import PackageMetadata, metadata_from, metadata_json
from evidence_service.core.package import PackagedEvent

KIND = "proofdocket.twin"
FILE_NAME = "evidence.json"
NAMES = frozenset({"v", "kind", "package", "events", "material"})
EVENT_NAMES = frozenset({"seq", "leaf", "proof", "disclosures"})


def twin_bytes(metadata: PackageMetadata, events: Sequence[PackagedEvent], material: Mapping[str, str]) -> bytes:
    """Write evidence.json in canonical form."""
    return canonical_bytes(
        {
            "v": 1,
            "kind": KIND,
            "package": metadata_json(metadata),
            "material": dict(material),
            "events": [
                {
                    "seq": event.seq,
                    "leaf": event.leaf.decode(),
                    "proof": event.proof,
                    "disclosures": opened_json(event.disclosures, event.erased),
                }
                for event in events
            ],
        }
    )


def parse_twin(raw: bytes) -> tuple[PackageMetadata, tuple[PackagedEvent, ...], dict[str, str]]:
    """Read evidence.json strictly; it must be canonical and every member of its kind."""
    value = parse_canonical(raw)
    shape.check_version(value, KIND, "evidence.json")
    shape.members_of(value, NAMES, "evidence.json")
    metadata = metadata_from(value["package"], "evidence.json.package")
    events = tuple(
        _event(item, f"evidence.json.events[{position}]")
        for position, item in enumerate(shape.items(value["events"], "evidence.json.events"))
    )
    sequence = [event.seq for event in events]
    if sequence != sorted(set(sequence)):
        raise shape.ShapeError("evidence.json.events: not in order of seq")
    return metadata, events, material_from(value["material"], "evidence.json.material")


def _event(value: Any, place: str) -> PackagedEvent:
    shape.members_of(value, EVENT_NAMES, place)
    disclosures, erased = opened_from(value["disclosures"], f"{place}.disclosures")
    return PackagedEvent(
        seq=shape.whole(value["seq"], f"{place}.seq"),
        leaf=shape.text(value["leaf"], f"{place}.leaf").encode(),
        proof=shape.text(value["proof"], f"{place}.proof"),
        disclosures=disclosures,
        erased=erased,
    )
