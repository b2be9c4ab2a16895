"""How a checkpoint stands with the configured witnesses: who cosigned, who did not, and why, for programs and people.

Spec: docs/spec/witness.md (Asking).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence_service.core.event import format_instant
from evidence_service.ports.witness import WitnessAnswer


@dataclass(frozen=True, slots=True)
class WitnessState:
    """One witness of the policy: its name there, its key, where it is, whether it cosigned, how it last answered."""

    name: str
    vkey: str
    url: str
    cosigned_at: datetime | None
    newest_size: int
    last: WitnessAnswer | None

    def as_json(self) -> dict[str, Any]:
        """The witness as commands print it."""
        return {
            "name": self.name,
            "vkey": self.vkey,
            "url": self.url,
            "cosigned_at": format_instant(self.cosigned_at) if self.cosigned_at else None,
            "newest_size": self.newest_size,
            "asked_at": format_instant(self.last.asked_at) if self.last else None,
            "outcome": self.last.outcome if self.last else None,
            "detail": self.last.detail if self.last else None,
        }

    def line(self) -> str:
        """The witness in one line."""
        if self.cosigned_at is not None:
            return f"{self.name}: cosigned {format_instant(self.cosigned_at)}"
        why = "not asked yet" if self.url else "has no address"
        if self.last is not None:
            why = f"{self.last.outcome}: {self.last.detail}"
        return f"{self.name}: not cosigned ({why}); its newest size is {self.newest_size}"


@dataclass(frozen=True, slots=True)
class WitnessReport:
    """How a checkpoint stands with the witnesses of the policy. `problem` says why there is no usable policy."""

    size: int
    satisfied: bool
    witnesses: tuple[WitnessState, ...]
    problem: str = ""

    @property
    def cosigned(self) -> int:
        """How many of the witnesses cosigned."""
        return sum(one.cosigned_at is not None for one in self.witnesses)

    def as_json(self) -> dict[str, Any]:
        """The report as commands print it."""
        return {
            "tree_size": self.size,
            "quorum": self.satisfied,
            "cosigned": self.cosigned,
            "of": len(self.witnesses),
            "problem": self.problem,
            "witnesses": [one.as_json() for one in self.witnesses],
        }

    def line(self) -> str:
        """The report in one line."""
        if self.problem:
            return self.problem
        word = "quorum" if self.satisfied else "NO quorum"
        return f"size {self.size}, {self.cosigned} of {len(self.witnesses)} witnesses cosigned: {word}"
