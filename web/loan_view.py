"""What the page of one loan shows: its events by stage with the state of their proof, and its originals.

An event is *anchored* where the chain holds a checkpoint over it, *checkpointed* where a signed one covers it, else
only *logged*. Corrected and erased events stay in the list, marked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evidence_service.core.catalogue import CATALOGUE, Stage
from evidence_service.ports import StoredEvent
from evidence_service.service import EvidenceService
from litigation.core.history import LoanHistory
from web.present import LATE

NEWEST_ANCHORS = 50
ORDER = tuple(Stage)


@dataclass(frozen=True, slots=True)
class Proven:
    """How far the log of an institution is published and anchored, as numbers of entries."""

    published: int
    anchored: int

    def state(self, index: int) -> str:
        """The state of the proof of one entry."""
        if index < self.anchored:
            return "anchored"
        return "checkpointed" if index < self.published else "logged"


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One event on the timeline. `says` are payload fields for reading; empty where its content was erased."""

    index: int
    event_id: str
    type: str
    stage: Stage
    occurred_at: datetime
    captured_at: datetime
    proof: str
    late: bool
    corrected_by: int | None
    corrects: str
    erased: bool
    says: tuple[tuple[str, str], ...]
    originals: int


@dataclass(frozen=True, slots=True)
class StageRows:
    """The events of one stage, and how many of them are anchored, or late."""

    stage: Stage
    rows: tuple[TimelineRow, ...]

    @property
    def anchored(self) -> int:
        """Events under an anchor."""
        return sum(row.proof == "anchored" for row in self.rows)

    @property
    def late(self) -> int:
        """Events that were captured a day or more after they happened."""
        return sum(row.late for row in self.rows)


@dataclass(frozen=True, slots=True)
class OriginalRow:
    """One original of a loan, with the event that brought it."""

    name: str
    media_type: str
    size: int
    sha256: str
    type: str
    index: int


def proven(evidence: EvidenceService, institution: str) -> Proven:
    """How far the log is published and anchored."""
    latest = evidence.store.latest_checkpoint(institution)
    on_chain = [one.size for one in evidence.anchors.newest(institution, NEWEST_ANCHORS) if one.block is not None]
    return Proven(latest.checkpoint.size if latest else 0, max(on_chain, default=0))


def timeline(events: Sequence[StoredEvent], history: LoanHistory, reached: Proven) -> list[StageRows]:
    """The events by stage, each stage in the order of time; a stage without events is left out."""
    newer = {old: new.index for old, new in history.superseded().items()}
    rows = [_row(event, newer.get(event.event_id), reached) for event in events]
    stages = []
    for stage in ORDER:
        mine = sorted((row for row in rows if row.stage is stage), key=lambda row: (row.occurred_at, row.index))
        if mine:
            stages.append(StageRows(stage, tuple(mine)))
    return stages


def originals(history: LoanHistory) -> list[OriginalRow]:
    """Every original of the loan's events that count, once."""
    found: dict[str, OriginalRow] = {}
    for event in history.current():
        for one in event.originals:
            row = OriginalRow(one.name, one.media_type, one.size, one.sha256, event.type, event.index)
            found.setdefault(one.sha256, row)
    return list(found.values())


def _row(event: StoredEvent, corrected_by: int | None, reached: Proven) -> TimelineRow:
    body = {} if event.body is None else json.loads(event.body)
    kind = CATALOGUE.get(event.type)
    return TimelineRow(
        index=event.index,
        event_id=event.event_id,
        type=event.type,
        stage=kind.stage if kind else Stage.DISPOSAL,
        occurred_at=event.occurred_at,
        captured_at=event.captured_at,
        proof=reached.state(event.index),
        late=event.captured_at - event.occurred_at >= LATE or event.captured_at < event.occurred_at - timedelta(0),
        corrected_by=corrected_by,
        corrects=str(body.get("corrects", "")),
        erased=event.erased,
        says=tuple((name, _text(value)) for name, value in body.get("payload", {}).items()),
        originals=len(body.get("attachments", [])),
    )


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_text(one)}" for name, one in value.items())
    return "" if value is None else str(value)
