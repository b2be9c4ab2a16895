"""Independent time: since when somebody other than the lender vouches that a checkpoint existed.

Spec: docs/spec/trust.md (Independent time). The lender's own clock and a chain that it runs alone add none. What a
revoked key says of time counts for nothing, however old it says it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from evidence_service.core.event import format_instant


class TimeSource(StrEnum):
    """Who vouches for a time."""

    WITNESS = "witness"
    AUTHORITY = "timestamp-authority"
    CHAIN = "chain"


@dataclass(frozen=True, slots=True)
class TimeStatement:
    """A pinned party says that the checkpoint existed at `time`. `name` is the party as the trust file calls it.

    `grade` is that of the chain, else empty; `revoked_at` is when the key or certificate behind it was revoked.
    """

    time: datetime
    source: TimeSource
    name: str
    grade: str = ""
    revoked_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The member `unaltered_since` of a report."""
        return {
            "time": format_instant(self.time),
            "source": self.source.value,
            "name": self.name,
            "grade": self.grade or self.source.value,
        }


def independent_time(statements: Iterable[TimeStatement], quorum: int = 0) -> TimeStatement | None:
    """The earliest time that is proven. Among witnesses it is the one at which the quorum was complete."""
    # A thief of a key writes any time he likes, and nothing here shows that an old statement is really old.
    believed = [one for one in statements if one.revoked_at is None]
    seen: dict[str, TimeStatement] = {}
    for one in sorted(believed, key=lambda one: one.time):
        if one.source is TimeSource.WITNESS:
            seen.setdefault(one.name, one)  # one witness with two keys is still one witness
    witnesses = list(seen.values())
    needed = max(quorum, 1)
    candidates = [one for one in believed if one.source is not TimeSource.WITNESS]
    if len(witnesses) >= needed:
        candidates.append(witnesses[needed - 1])
    return min(candidates, key=lambda one: one.time, default=None)
