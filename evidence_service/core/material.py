"""Material: what lies beside the log entries and shows more of the log's state than its own signature does.

Spec: docs/spec/package.md (Material). The same texts travel as members of a package, inside the twin of a PDF, and in
`F.material.json` beside a bare proof. Every one is optional; what is absent is not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from evidence_service.core import shape
from evidence_service.core.anchor_material import parse_anchor
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.erasure_material import parse_erasure
from evidence_service.core.map_material import parse_map_material
from evidence_service.core.policy import parse_policy
from evidence_service.core.timestamps_material import parse_timestamps
from evidence_service.errors import MalformedInputError

MEMBERS: Mapping[str, str] = MappingProxyType(
    {
        "anchor": "data/log/anchor.json",
        "erasure": "data/log/erasure.json",
        "map": "data/log/map.json",
        "policy": "data/log/policy.txt",
        "timestamps": "data/log/timestamps.json",
    }
)
"""Name of a material -> the member of a package that holds it."""
NAME_OF: Mapping[str, str] = MappingProxyType({member: name for name, member in MEMBERS.items()})
PARSERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "anchor": parse_anchor,
        "erasure": parse_erasure,
        "map": parse_map_material,
        "policy": parse_policy,
        "timestamps": parse_timestamps,
    }
)
"""Name of a material -> its parser, which raises MalformedInputError."""


@dataclass(frozen=True, slots=True)
class Material:
    """The materials that were there and could be read; None where one was absent or could not."""

    anchor: Any = None
    erasure: Any = None
    map: Any = None
    policy: Any = None
    timestamps: Any = None


@dataclass(frozen=True, slots=True)
class MaterialProblem:
    """One material that does not follow its format: its name, and what is wrong."""

    name: str
    detail: str


def read_material(texts: Mapping[str, bytes | str]) -> tuple[Material, tuple[MaterialProblem, ...]]:
    """Read materials by name; what cannot be read is a problem, and the others are still there."""
    parsed: dict[str, Any] = {}
    problems: list[MaterialProblem] = []
    for name in (field.name for field in fields(Material)):
        raw = texts.get(name)
        if raw is None:
            continue
        try:
            text = raw if isinstance(raw, str) else raw.decode("utf-8")
            parsed[name] = PARSERS[name](text) if name in PARSERS else text
        except (MalformedInputError, UnicodeDecodeError) as error:
            detail = str(error) if isinstance(error, MalformedInputError) else "it is not UTF-8"
            problems.append(MaterialProblem(name, detail))
    return Material(**parsed), tuple(problems)


def material_bytes(texts: Mapping[str, str]) -> bytes:
    """Write `F.material.json`: the texts by name, in canonical form."""
    material_from(dict(texts), "material")
    return canonical_bytes(dict(texts))


def parse_material(raw: bytes) -> dict[str, str]:
    """Read `F.material.json` strictly. Raises MalformedInputError that names the place."""
    return material_from(parse_canonical(raw), "material")


def material_from(value: Any, place: str) -> dict[str, str]:
    """Read the JSON value of the materials (the PDF twin holds the same value)."""
    shape.members_of(value, frozenset(), place, optional=frozenset(MEMBERS))
    return {name: shape.text(value[name], f"{place}.{name}") for name in sorted(value)}
