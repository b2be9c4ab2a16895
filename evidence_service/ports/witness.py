"""What a witness's state, a witness at the other end of the line, and the keeper of cosignatures must promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from evidence_service.core.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class SeenCheckpoint:
    """The newest checkpoint that a witness cosigned for a log. `note` bears the log's and the witness's signatures."""

    checkpoint: Checkpoint
    note: str
    cosigned_at: datetime


class WitnessState(Protocol):
    """A witness's memory. Deciding and storing are one step: two requests for one log never overtake each other."""

    def latest(self, origin: str) -> SeenCheckpoint | None:
        """The newest checkpoint cosigned for a log."""
        ...

    def latest_by_hash(self, origin_sha256: str) -> SeenCheckpoint | None:
        """The same, by the SHA-256 of the origin in lower-case hex."""
        ...

    def advance(
        self, origin: str, decide: Callable[[SeenCheckpoint | None], SeenCheckpoint | None]
    ) -> SeenCheckpoint | None:
        """Ask `decide` with the newest checkpoint; what it answers is stored durably before this returns."""
        ...

    def keep_refused(self, origin: str, note: str, reason: str, at: datetime) -> None:
        """Keep a signed checkpoint that does not fit to what was cosigned: it may prove two histories."""
        ...


@dataclass(frozen=True, slots=True)
class WitnessReply:
    """What came back over the line."""

    status: int
    content_type: str
    body: bytes


class WitnessDoor(Protocol):
    """The way to a witness. WitnessUnreachableError where no answer came; whether it cosigned is then not known."""

    def add_checkpoint(self, url: str, body: bytes) -> WitnessReply:
        """Send an add-checkpoint request to a submission prefix."""
        ...


@dataclass(frozen=True, slots=True)
class StoredCosignature:
    """A verified cosignature of one checkpoint: the witness's key, its signature line, and its time."""

    size: int
    vkey: str
    line: str
    cosigned_at: datetime


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """How a witness last answered: `outcome` is `cosigned` or a reason, `size` the checkpoint it was asked about."""

    vkey: str
    asked_at: datetime
    size: int
    outcome: str
    detail: str


class CosignatureStore(Protocol):
    """Keeps cosignatures and policies of the day; neither ever changes."""

    def cosignatures(self, institution: str, size: int) -> list[StoredCosignature]:
        """The cosignatures of one checkpoint, oldest first."""
        ...

    def add_cosignature(self, institution: str, cosignature: StoredCosignature, received_at: datetime) -> None:
        """Store a cosignature durably; the first one by a key stays."""
        ...

    def newest_sizes(self, institution: str) -> Mapping[str, int]:
        """The largest size that each witness cosigned, by its key."""
        ...

    def policy_at(self, institution: str, size: int) -> str | None:
        """The witness policy of the day on which a checkpoint was made."""
        ...

    def keep_policy(self, institution: str, size: int, policy: str, now: datetime) -> None:
        """Store the policy of the day with a checkpoint; the first one stays."""
        ...

    def note_answer(self, institution: str, answer: WitnessAnswer) -> None:
        """Remember how a witness answered last."""
        ...

    def answers(self, institution: str) -> Mapping[str, WitnessAnswer]:
        """How each witness answered last, by its key."""
        ...
