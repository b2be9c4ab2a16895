"""What stands in the place of an entry's disclosures when its subject's keys were destroyed: when, and why.

Spec: docs/spec/erasure.md (Erased entries). The entry, its place in the log and its proof stay; what it committed to
can no longer be opened by anybody. The same form serves packages, the twin inside a PDF and the file beside a proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.event import parse_instant

MEMBERS = frozenset({"erased"})
ERASED_MEMBERS = frozenset({"at", "reason"})


@dataclass(frozen=True, slots=True)
class Erased:
    """An erasure as it is told to readers: `at` is an RFC 3339 instant in UTC, `reason` a code or one line."""

    at: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        """The object that stands in place of the array of disclosures."""
        return {"erased": {"at": self.at, "reason": self.reason}}


def erased_from(value: Any, place: str) -> Erased:
    """Read the object strictly. Raises MalformedInputError that names the place."""
    shape.members_of(value, MEMBERS, place)
    inner = shape.members_of(value["erased"], ERASED_MEMBERS, f"{place}.erased")
    parse_instant(inner["at"], f"{place}.erased.at")
    return Erased(inner["at"], shape.text(inner["reason"], f"{place}.erased.reason", shape.LINE))


def opened_from(value: Any, place: str) -> tuple[tuple[str, ...], Erased | None]:
    """Read what lies in the place of the disclosures: their array, or the object that says that they were erased."""
    if isinstance(value, dict):
        return (), erased_from(value, place)
    return tuple(shape.text(item, "disclosure") for item in shape.items(value, place)), None


def opened_json(disclosures: Sequence[str], erased: Erased | None) -> list[str] | dict[str, Any]:
    """What is written in the place of the disclosures."""
    return list(disclosures) if erased is None else erased.as_json()


def opened_bytes(disclosures: Sequence[str], erased: Erased | None) -> bytes:
    """`disclosures.json` of an entry, in canonical form."""
    return canonical_bytes(opened_json(disclosures, erased))
